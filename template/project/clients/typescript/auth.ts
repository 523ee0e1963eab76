// A client of this API for browsers, to be copied into a front end. docs/clients.md describes it.
// It needs HTTPS or localhost, because browsers have Web Locks only there.

# {% if transport == "both" %}
import type { Store, Tokens } from "./stores";

# {% elif transport == "header" %}
import { memoryStore, type Store, type Tokens } from "./stores";

# {% endif %}
const PREFIX = "/auth";
const TIMEOUT = 30_000; // milliseconds
// A lost response is asked for again, while AUTH_REFRESH_GRACE_SECONDS allow that.
const REFRESH_TIMEOUT = 7_000;
const REFRESH_ATTEMPTS = 3;

export interface Options {
  /** Where the API is, such as https://api.example.com. The default is the origin of the page. */
  baseUrl?: string;
  # {% if transport == "both" %}
  /** Where tokens are kept. Without it, they are in cookies. */
  store?: Store;
  # {% elif transport == "header" %}
  /** Where tokens are kept. The default is `memoryStore()`. */
  store?: Store;
  # {% endif %}
  # {% if transport == "header" %}
  /** Called when the user has signed in or out, here or in another tab with the same store. */
  # {% else %}
  /** Called when the user has signed in or out, here or in another tab. */
  # {% endif %}
  onChange?: (signedIn: boolean) => void;
}

# {% if "totp" in features %}
/** The body of a 202: the token and a code finish the login. */
export interface SecondFactorResponse {
  second_factor: {
    token: string;
    methods: ("totp" | "recovery_code")[];
    expires_in: number;
  };
}

/** The routes that open a session. */
export type SignIn =
  "login" | "login/totp" | "login/recovery-code" | "password" | "reauthenticate";
# {% else %}
/** The routes that open a session. */
export type SignIn = "login" | "password" | "reauthenticate";
# {% endif %}

/** All methods resolve to a response, like `fetch`, and reject without one. */
export class AuthClient {
  #base: string;
  # {% if transport == "header" %}
  #store: Store;
  # {% elif transport == "both" %}
  #store: Store | undefined;
  # {% endif %}
  #channel: BroadcastChannel;
  #onChange: Options["onChange"];
  #signedIn: boolean | undefined;
  #renewal: Promise<Response | undefined> | undefined;

  constructor(options: Options = {}) {
    this.#base = new URL(options.baseUrl ?? "/", location.href).href.replace(/\/$/, "");
    # {% if transport == "both" %}
    this.#store = options.store;
    this.#channel = new BroadcastChannel(`auth ${options.store?.name ?? this.#base}`);
    # {% elif transport == "header" %}
    this.#store = options.store ?? memoryStore();
    this.#channel = new BroadcastChannel(`auth ${this.#store.name}`);
    # {% else %}
    this.#channel = new BroadcastChannel(`auth ${this.#base}`);
    # {% endif %}
    this.#onChange = options.onChange;
    this.#channel.onmessage = ({ data }) => this.#tell(data);
  }

  /** `fetch` for a path of the API. After a 401, refresh and send the request again, once. */
  async fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.#renewing(() => this.#send(path, init));
  }

  # {% if "totp" in features %}
  /** Open a session. After a 202, the login still needs a code: see SecondFactorResponse. */
  # {% else %}
  /** Open a session. */
  # {% endif %}
  async signIn(route: SignIn, body: object): Promise<Response> {
    # {% if transport == "cookie" %}
    const attempt = () => this.#locked(() => this.#open(route, body));
    # {% else %}
    const { device_token } = await this.#tokens();
    const attempt = () => this.#locked(() => this.#open(route, { device_token, ...body }));
    # {% endif %}
    return route.startsWith("login") ? attempt() : this.#renewing(attempt);
  }

  /** End the session in all tabs. Without a 204, the user is still signed in. */
  async logout(): Promise<Response> {
    return this.#locked(async () => {
      # {% if transport == "cookie" %}
      const response = await this.#post("logout");
      if (response.ok) this.#announce(false);
      # {% else %}
      const response = await this.#post("logout", await this.#refreshToken());
      if (response.ok) await this.#forget();
      # {% endif %}
      return response;
    });
  }

  async #renewing(attempt: () => Promise<Response>): Promise<Response> {
    # {% if transport == "cookie" %}
    const response = await attempt();
    if (response.status !== 401) return response;
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    # {% else %}
    const { access_token } = await this.#tokens();
    const response = await attempt();
    # {% if transport == "header" %}
    if (response.status !== 401 || !access_token) return response;
    # {% else %}
    if (response.status !== 401 || (this.#store && !access_token)) return response;
    # {% endif %}
    this.#renewal ??= this.#renew(access_token).finally(() => (this.#renewal = undefined));
    # {% endif %}
    const refused = await this.#renewal;
    return refused ? refused.clone() : attempt();
  }

  /** Refresh, unless another tab has just done so. Resolve to a response that refuses it. */
  # {% if transport == "cookie" %}
  async #renew(): Promise<Response | undefined> {
    return this.#locked(async () => {
      // Scripts cannot see whether another tab got new cookies, so ask the API.
      if ((await this.#send(`${PREFIX}/me`)).status !== 401) return undefined;
      # {% elif transport == "header" %}
  async #renew(expired: string): Promise<Response | undefined> {
    return this.#locked(async () => {
      if ((await this.#tokens()).access_token !== expired) return undefined;
      # {% else %}
  async #renew(expired: string | undefined): Promise<Response | undefined> {
    return this.#locked(async () => {
      if ((await this.#tokens()).access_token !== expired) return undefined;
      // Scripts cannot see whether another tab got new cookies, so ask the API.
      if (!this.#store && (await this.#send(`${PREFIX}/me`)).status !== 401) return undefined;
      # {% endif %}
      const response = await this.#refresh();
      # {% if transport == "cookie" %}
      if (response.status === 401) this.#announce(false);
      # {% else %}
      if (response.status === 401) await this.#forget();
      # {% endif %}
      return response.ok ? undefined : response;
    });
  }

  async #refresh(): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      try {
        # {% if transport == "cookie" %}
        return await this.#open("refresh", undefined, REFRESH_TIMEOUT);
        # {% else %}
        return await this.#open("refresh", await this.#refreshToken(), REFRESH_TIMEOUT);
        # {% endif %}
      } catch (error) {
        if (attempt === REFRESH_ATTEMPTS) throw error;
        await new Promise((resume) => setTimeout(resume, attempt * 1_000));
      }
    }
  }

  async #open(route: string, body?: object, timeout?: number): Promise<Response> {
    const response = await this.#post(route, body, timeout);
    # {% if "totp" in features %}
    if (!response.ok || response.status === 202) return response;
    # {% else %}
    if (!response.ok || response.status === 202) return response; // 202 asks for another step
    # {% endif %}
    # {% if transport == "both" %}
    if (this.#store) {
      const tokens: Tokens = await response.clone().json();
      await this.#store.write({ ...(await this.#tokens()), ...tokens });
    }
    # {% elif transport == "header" %}
    const tokens: Tokens = await response.clone().json();
    await this.#store.write({ ...(await this.#tokens()), ...tokens });
    # {% endif %}
    this.#announce(true);
    return response;
  }

  # {% if transport != "cookie" %}
  async #forget(): Promise<void> {
    const { device_token } = await this.#tokens();
    # {% if transport == "both" %}
    await this.#store?.write({ device_token });
    # {% else %}
    await this.#store.write({ device_token });
    # {% endif %}
    this.#announce(false);
  }

  # {% endif %}
  async #post(route: string, body?: object, timeout = TIMEOUT): Promise<Response> {
    return this.#send(`${PREFIX}/${route}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(timeout),
    });
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(this.#base + path);
    // Another origin must not get a request in the name of the user.
    if (url.origin !== new URL(this.#base).origin) throw new TypeError(`Not a path: ${path}`);
    # {% if transport == "cookie" %}
    return fetch(url, { ...init, credentials: "include" });
  }

    # {% else %}
    const { access_token } = await this.#tokens();
    const headers = new Headers(init.headers);
    if (access_token) headers.set("Authorization", `Bearer ${access_token}`);
    # {% if transport == "both" %}
    return fetch(url, { ...init, headers, credentials: this.#store ? "omit" : "include" });
    # {% else %}
    return fetch(url, { ...init, headers });
    # {% endif %}
  }

  async #tokens(): Promise<Tokens> {
    # {% if transport == "both" %}
    return (await this.#store?.read()) ?? {};
    # {% else %}
    return this.#store.read();
    # {% endif %}
  }

  async #refreshToken(): Promise<object | undefined> {
    const { refresh_token } = await this.#tokens();
    return refresh_token ? { refresh_token } : undefined;
  }

    # {% endif %}
  async #locked<T>(work: () => Promise<T>): Promise<T> {
    return await navigator.locks.request(this.#channel.name, work);
  }

  #announce(signedIn: boolean): void {
    this.#channel.postMessage(signedIn);
    this.#tell(signedIn);
  }

  #tell(signedIn: boolean): void {
    if (signedIn === this.#signedIn) return;
    this.#signedIn = signedIn;
    this.#onChange?.(signedIn);
  }
}
