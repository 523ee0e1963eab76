"""The pages of docs/reference as lines of Markdown."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
HIDDEN = "{{"  # a question whose default is computed
# Errors that rows leave out: of routes with a body or a database, and of those that take a token.
COMMON = ("body_too_large", "invalid_field", "unavailable", "unreadable_body")
OF_TOKENS = (
    *("cross_site_request", "invalid_token", "not_authenticated", "second_factor_required"),
    "session_ended",
)
UNDOCUMENTED = (
    "`GET /auth/links/{kind}`, the page of links in mails; "
    "in development, `GET /` and `GET /dev/mailbox`; "
    "with a key pair, `GET /.well-known/jwks.json`"
)
ALWAYS = ("name", "outcome", "at", "request_id")
SOMETIMES = ("ip", "operator", "user_id", "session", "identifier", "reason")
FIRST_LINE = "All settings. A setting that is commented out shows its default."

Entries = list[dict[str, Any]]


def questions() -> Iterator[str]:
    yield "# Questions"
    yield ""
    yield "`copier copy` asks these questions."
    yield "[Each answer can be changed later](../updating.md#another-answer)."
    yield ""
    yield from heading("question", "type", "default", "answers", "help")
    for name, question in yaml.safe_load((ROOT / "copier.yml").read_text()).items():
        if name.startswith("_") or question.get("when") is False:
            continue
        default = question["default"]
        shown = "computed" if HIDDEN in str(default) else code(default or "none")
        choices = [
            f"{code(value)}: {label}" for label, value in question.get("choices", {}).items()
        ]
        kind = "list" if question.get("multiselect") else "text"
        yield row(code(name), kind, shown, "<br>".join(choices), question["help"])


def settings(entries: Entries) -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "Environment variables, or lines of `.env`. Lists are separated by commas."
    entries = [*entries]
    order = list(dict.fromkeys(entry["comment"] for entry in entries))
    entries.sort(key=lambda entry: order.index(entry["comment"]))
    for comment, group in groupby(entries, lambda entry: entry["comment"]):
        yield ""
        if comment != FIRST_LINE:
            yield comment.strip().replace("<", r"\<")
            yield ""
        yield from heading("variable", "values", "default", "note")
        for entry in group:
            default = entry["default"]
            shown = default if default == "required" else code(default) if default else ""
            yield row(code(entry["name"]), entry["values"], shown, entry["note"])


def routes(entries: Entries) -> Iterator[str]:
    yield "# Routes"
    yield ""
    yield "`GET /openapi.json` of a project describes them in full."
    yield "The project's `docs/routes.md` explains them."
    yield ""
    yield "- A field with a question mark is optional."
    yield f"- Not named in each row: {listed(COMMON)}, and [errors](errors.md) of the framework."
    yield f"- Routes that take a token also have {listed(OF_TOKENS)}."
    yield f"- Not in OpenAPI: {UNDOCUMENTED}."
    for tag, group in groupby(sorted(entries, key=lambda entry: str(entry["tag"])), by("tag")):
        yield ""
        yield f"## {tag}"
        yield ""
        yield from heading("route", "does", "fields", "success", "errors")
        for entry in group:
            left_out = (*COMMON, *(OF_TOKENS if entry["takes_token"] else ()))
            told = [
                f"{status} {listed(shown)}"
                for status, codes in entry["errors"].items()
                if (shown := [code for code in codes if code not in left_out])
            ]
            yield row(
                code(entry["name"]),
                sentences(entry["does"], entry["takes_token"] and "Takes a token", entry["note"]),
                listed(entry["fields"]),
                ", ".join(map(str, entry["success"])),
                "<br>".join(told),
            )


def errors(entries: Entries, routes: Entries) -> Iterator[str]:
    yield "# Errors"
    yield ""
    yield 'The body of an error is `{"detail": {"code": "…", "message": "…"}}`.'
    yield "Compare codes, because messages may change."
    yield "A 422 has FastAPI's list of invalid fields instead, without the input."
    yield "429 and 503 have `Retry-After`."
    yield ""
    yield from heading("code", "status", "message", "routes", "note")
    for entry in sorted(entries, key=lambda entry: (entry["status"], entry["name"])):
        raised = [
            route["name"]
            for route in routes
            if entry["name"] in [code for codes in route["errors"].values() for code in codes]
        ]
        where = (
            listed(raised) if 0 < len(raised) <= 4 else f"{len(raised)} routes" if raised else ""
        )
        yield row(code(entry["name"]), entry["status"], entry["message"], where, entry["note"])


def events(entries: Entries) -> Iterator[str]:
    yield "# Events"
    yield ""
    yield "The logger `app.auth.events` writes each as one line, or your `event_sink` receives it."
    yield f"An event has {listed(ALWAYS)}, and those of {listed(SOMETIMES)} that are known."
    yield "`session` and `identifier` are pseudonyms."
    yield "The file that records an event sets its `reason`."
    yield ""
    yield from heading("event", "level", "recorded in", "note")
    for entry in entries:
        yield row(code(entry["name"]), entry["level"], listed(entry["files"]), entry["note"])


def commands(entries: Entries) -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield "Run them in a project with `uv run manage COMMAND`."
    yield "`--help` after a command explains its options."
    yield ""
    yield from heading("command", "does", "arguments", "note")
    for entry in entries:
        yield row(code(entry["name"]), entry["help"], listed(entry["arguments"]), entry["note"])


def sentences(*parts: str | bool) -> str:
    whole = (
        part[0].upper() + part[1:].rstrip(".") for part in parts if isinstance(part, str) and part
    )
    return " ".join(f"{part}." for part in whole)


def by(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda entry: entry[name]


def heading(*names: str) -> Iterator[str]:
    yield row(*names)
    yield row(*("---" for _ in names))


def row(*cells: object) -> str:
    return " | ".join(["", *(str(cell).replace("|", r"\|") for cell in cells), ""]).strip()


def code(text: object) -> str:
    return f"`{text}`"


def listed(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))
