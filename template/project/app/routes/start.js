/* The script of the page at / in development. */

const AUTH = document.documentElement.dataset.auth;
/* Codes of errors that belong to a field. Others are shown at the top. */
const FIELDS = {
  email_taken: "email",
  /* # {% if "totp" in features %}
The second step. */
  invalid_code: "code",
  /* # {% endif %}
It is a secret whether the name or the password is wrong. */
  invalid_credentials: "password",
  username_taken: "username",
};
const BROWSERS = ["Firefox", "Edg", "OPR", "Chrome", "Safari", "curl"];
const SYSTEMS = ["Windows", "Android", "iPhone", "iPad", "Mac", "Linux"];
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const find = (selector) => document.querySelector(selector);
const request = { headers: { "Content-Type": "application/json" } };
const refresh = ["POST", "refresh"];

async function send(method, path, body) {
  const options = { ...request, method, body: JSON.stringify(body) };
  const response = await fetch(`${AUTH}/${path}`, options);
  const text = await response.text();
  const answer = { status: response.status, ok: response.ok, body: text ? JSON.parse(text) : {} };
  /* # {% if transport != "cookie" %}
Tokens of a login or a refresh replace the earlier ones. */
  if (answer.body.access_token) keep(answer.body);
  /* # {% endif %}
An error status is an answer too, so callers check `ok`. */
  return answer;
}

/* Send a request of a user. If the access token has expired, refresh it once and send it again. */
async function call(method, path) {
  const answer = await send(method, path);
  if (answer.status !== 401 || !(await send(...refresh)).ok) return answer;
  return send(method, path);
}

/* # {% if transport != "cookie" %}
Tokens are only in memory, where no other page finds them. A reload signs out. */
function keep(tokens) {
  /* # {% if transport == "both" %}
The browser has them in cookies. */
  if (request.credentials !== "omit") return;
  /* # {% endif %}
For all later requests, and for the next refresh. */
  request.headers.Authorization = `Bearer ${tokens.access_token}`;
  refresh[2] = { refresh_token: tokens.refresh_token };
}

/* # {% endif %}
# {% if transport == "both" %}
With "omit", the browser neither stores nor sends cookies. */
find("#transport").addEventListener("change", (event) => {
  request.credentials = event.target.value;
  delete request.headers.Authorization;
  refresh.length = 2;
});

/* # {% endif %}
Show one of the sections, and move the focus there. */
function show(id) {
  for (const view of document.querySelectorAll("main > section")) view.hidden = view.id !== id;
  find(`#${id} [tabindex], #${id} form input`).focus();
}

function tell(text, isBad = false) {
  find("#status").textContent = text;
  find("#status").classList.toggle("bad", isBad);
}

function nameDevice(agent) {
  const first = (names) => names.find((name) => agent?.includes(name)) ?? "unknown";
  return `${first(BROWSERS)} on ${first(SYSTEMS)}`;
}

function makeItem(session) {
  const item = find("#session").content.cloneNode(true);
  const device = nameDevice(session.last_user_agent);
  item.querySelector("strong").textContent = device;
  item.querySelector(".badge").hidden = !session.current;
  item.querySelector("p").textContent = [
    session.last_ip,
    `signed in ${moments.format(new Date(session.created_at))}`,
    `last used ${moments.format(new Date(session.last_used_at))}`,
  ].join(" · ");
  const button = item.querySelector("button");
  button.setAttribute("aria-label", `End the session of ${device}`);
  button.addEventListener("click", () => end(`sessions/${session.id}`, "The session has ended."));
  return item;
}

/* Return whether a user is signed in. */
async function showAccount() {
  const { ok, body: user } = await call("GET", "me");
  if (!ok) return false;
  const sessions = await call("GET", "sessions");
  find("#initial").textContent = user.username[0].toUpperCase();
  find("#user-title").textContent = user.username;
  find("#email-shown").textContent = user.email;
  find("#unverified").hidden = user.email_verified;
  find("#sessions").replaceChildren(...(sessions.ok ? sessions.body.map(makeItem) : []));
  show("signed-in");
  tell(sessions.ok ? "" : sessions.body.detail.message, true);
  return true;
}

async function end(path, done) {
  const answer = await call("DELETE", path);
  if (!answer.ok && answer.status !== 401) return tell(answer.body.detail.message, true);
  if (await showAccount()) return tell(done);
  leave("The session has ended. Sign in again.");
}

function leave(text) {
  show("signed-out");
  tell(text);
}

find("#end-others").addEventListener("click", () => end("sessions", "All other sessions have ended."));
find("#logout").addEventListener("click", async () => {
  const answer = await send("POST", "logout");
  if (answer.ok) leave("You are signed out.");
  else tell(answer.body.detail.message, true);
});
addEventListener("unhandledrejection", () => tell("The server does not answer.", true));

/* # {% if transport != "header" %}
Cookies outlive a reload, so the user may be signed in already. */
showAccount();

/* # {% endif %}
Let a form send a request, and show at its fields why they are refused. */
function onSubmit(id, act) {
  const form = find(id);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy) return;
    form.ariaBusy = "true";
    clear(form);
    try {
      const answer = await act(Object.fromEntries(new FormData(form)));
      if (answer.ok) form.reset();
      else complain(form, answer.body.detail);
    } finally {
      form.ariaBusy = null;
    }
  });
}

function clear(form) {
  tell("");
  for (const note of form.querySelectorAll(".problem")) note.remove();
  for (const field of form.elements) field.removeAttribute("aria-invalid");
}

function complain(form, detail) {
  const problems = Array.isArray(detail)
    ? detail.map((item) => [item.loc.at(-1), item.msg])
    : [[FIELDS[detail.code], detail.message]];
  for (const [name, text] of problems) {
    const field = form.elements[name];
    if (!field) return tell(text, true);
    const note = Object.assign(document.createElement("p"), { className: "problem", textContent: text });
    note.id = `${field.id}-problem`;
    field.after(note);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", note.id);
  }
  form.querySelector("[aria-invalid]").focus();
}

/* # {% if "totp" in features %}
The second step of a login. The token says who has finished the first one. */
let token;
onSubmit("#second-factor", ({ code }) => {
  const digits = code.replaceAll(" ", "");
  if (/^\d+$/.test(digits)) return signIn("login/totp", { token, code: digits });
  return signIn("login/recovery-code", { token, code });
});

/* # {% endif %}
Sign in, and show the account or the next step. */
async function signIn(path, body) {
  const answer = await send("POST", path, body);
  /* # {% if "totp" in features %}
The password was right, and a code is missing. */
  if (answer.status === 202) {
    token = answer.body.second_factor.token;
    show("second-step");
    return answer;
  }
  /* # {% endif %}
The tokens may be refused if the settings accept another transport only. */
  if (answer.ok && !(await showAccount())) leave("These tokens are not accepted.");
  return answer;
}

onSubmit("#login", (credentials) => signIn("login", credentials));
onSubmit("#register", async ({ email, username, password }) => {
  const answer = await send("POST", "register", { email, username, password });
  if (answer.status === 201) return signIn("login", { username_or_email: username, password });
  if (answer.ok) tell("Follow the link in the mailbox, then sign in.");
  return answer;
});
