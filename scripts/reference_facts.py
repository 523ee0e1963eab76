"""Print facts about a render as JSON. scripts/reference.py runs this in its folder."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SECRET = "7f1d0c9b8a6e5f43210fedcba9876543"
COMMENT = "# "
METHODS = ("get", "post", "put", "patch", "delete")
Facts = dict[str, Any]


def main() -> None:
    sys.path.insert(0, str(Path.cwd()))
    facts = {
        "settings": list(settings()),
        "routes": list(routes()),
        "errors": list(errors()),
        "events": list(events()),
        "commands": list(commands()),
    }
    json.dump(facts, sys.stdout)


def settings() -> Iterator[Facts]:
    """Take names and comments from .env.example, and values from the classes."""
    from app.settings import Settings

    schema = Settings.model_json_schema()
    known = dict(flat(schema, schema["properties"]))
    comment: list[str] = []
    is_ended = True
    for line in Path(".env.example").read_text().splitlines():
        if line.startswith(COMMENT) or not line:
            comment = [*([] if is_ended else comment), line.removeprefix(COMMENT)]
            is_ended = not line
            continue
        is_ended = True
        name, _, shown = line.removeprefix("#").partition("=")
        field = known.pop(name)
        default = shown if line.startswith("#") else str(field.get("default", "required"))
        yield {
            "name": name,
            "comment": " ".join(comment),
            "values": values(field),
            "default": default,
        }
    assert not known, f".env.example lacks {', '.join(known)}"


def flat(schema: Facts, properties: Facts, prefix: str = "") -> Iterator[tuple[str, Facts]]:
    """Yield each variable with the schema of its setting."""
    for name, field in properties.items():
        group = field.get("$ref")
        if group:
            inner = schema["$defs"][group.rpartition("/")[2]]["properties"]
            yield from flat(schema, inner, f"{name.upper()}_")
        else:
            yield f"{prefix}{name.upper()}", field


def values(field: Facts) -> str:
    """Describe what a setting accepts."""
    if "anyOf" in field:
        return values(field["anyOf"][0])
    if "enum" in field:
        return ", ".join(field["enum"])
    if field["type"] == "integer":
        bounds = (field.get("minimum"), field.get("maximum"))
        return {
            (True, True): "{} to {}",
            (True, False): "{} or more",
            (False, False): "integer",
        }[(bounds[0] is not None, bounds[1] is not None)].format(*bounds)
    if field["type"] == "array":
        return "list"
    text = {"password": "secret", "path": "path"}.get(field.get("format", ""), "text")
    return {"boolean": "true, false", "string": text}[field["type"]]


def routes() -> Iterator[Facts]:
    from app.main import create_app
    from app.settings import Settings

    app = create_app(
        Settings.model_validate(
            {
                "_env_file": None,
                "environment": "development",
                "database": {"url": "sqlite+aiosqlite:///./unused.db"},
                "auth": {"secret_key": SECRET},
            }
        )
    )
    document = app.openapi()
    for path, item in document["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                yield {"name": f"{method.upper()} {path}", **described(document, operation)}


def described(document: Facts, operation: Facts) -> Facts:
    responses = {int(status): told for status, told in operation["responses"].items()}
    return {
        "tag": operation["tags"][0],
        "does": operation["description"].partition("\n")[0],
        "takes_token": bool(operation.get("security")),
        "fields": fields(document, operation),
        "success": sorted(status for status in responses if status < 400),
        "errors": {
            status: re.findall(r"`(\w+)`", responses[status]["description"])
            for status in sorted(responses)
            if status >= 400
        },
    }


def fields(document: Facts, operation: Facts) -> list[str]:
    """List the fields of the body and of the query. Optional ones end with a question mark."""
    found = [
        f"{parameter['name']}?"
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    ]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        for part in schema.get("anyOf", [schema]):
            model = document["components"]["schemas"].get(part.get("$ref", "").rpartition("/")[2])
            if model:
                required = () if "anyOf" in schema else model.get("required", ())
                found += [name if name in required else f"{name}?" for name in model["properties"]]
    return found


def errors() -> Iterator[Facts]:
    from app.auth.errors import AuthError
    from app.auth.fastapi.errors import get_status

    kinds = {kind.code: kind for kind in subclasses(AuthError) if hasattr(kind, "code")}
    for code, kind in kinds.items():
        try:
            status = get_status(kind)
        except StopIteration:  # raised to operators only
            continue
        yield {"name": code, "status": status, "message": kind.message}


def subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def events() -> Iterator[Facts]:
    from app.auth.events import ALARMING, EventName

    sources = {file: file.read_text() for file in sorted(Path("app/auth").rglob("*.py"))}
    for name in EventName:
        yield {
            "name": name.value,
            "level": "WARNING" if name in ALARMING else "INFO",
            "files": naming(sources.items(), f"EventName.{name.name}"),
        }


def naming(sources: Iterable[tuple[Path, str]], text: str) -> list[str]:
    used = re.compile(rf"{re.escape(text)}\b")
    return [str(file) for file, code in sources if file.name != "events.py" and used.search(code)]


def commands() -> Iterator[Facts]:
    from app.cli import app
    from typer.main import get_command

    group: Any = get_command(app)
    for name, command in group.commands.items():
        yield {
            "name": name,
            "help": command.get_short_help_str(200),
            "arguments": [
                parameter.opts[0] if parameter.param_type_name == "option" else parameter.name
                for parameter in command.params
                if parameter.name != "help"
            ],
        }


if __name__ == "__main__":
    main()
