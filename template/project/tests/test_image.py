# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The image: its user, its command, its versions and what it leaves out."""

import json
import re
from pathlib import Path

PROJECT = Path(__file__).parents[1]
KILLED_AFTER = 30  # seconds that Kubernetes and others leave between SIGTERM and SIGKILL
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
PRODUCTION = (PROJECT / "docs/production.md").read_text()


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)


def test_image_runs_as_a_user_without_rights() -> None:
    _, _, final_stage = DOCKERFILE.rpartition("\nFROM ")

    assert re.findall(r"^USER (.+)$", final_stage, re.MULTILINE) == ["app"]
    assert "useradd --system --uid 999 --no-create-home " in final_stage
    assert " --shell /usr/sbin/nologin app\n" in final_stage
    assert final_stage.index("\nUSER ") < final_stage.index("\nCMD ")


def test_user_of_the_image_cannot_change_the_code() -> None:
    _, _, final_stage = DOCKERFILE.rpartition("\nFROM ")

    assert "\nCOPY --from=builder /srv /srv\n" in final_stage
    assert not re.search("--chown|chmod|chown", final_stage)
    # {% if database == "sqlite" %}
    assert "\nRUN install --directory --owner=app --group=app /data\n" in final_stage
    # {% endif %}


def test_image_is_checked_while_it_runs() -> None:
    assert "\nHEALTHCHECK " in DOCKERFILE
    assert "http://127.0.0.1:8000/health" in DOCKERFILE


def test_image_has_the_locked_versions_and_no_development_tools() -> None:
    syncs = re.findall(r"uv sync .*", DOCKERFILE)

    assert len(syncs) == 2
    assert all("--locked --no-dev" in sync for sync in syncs)


def test_images_have_versions() -> None:
    named = [image.split()[0] for image in instructions("FROM")]
    copied = re.findall(r"--from=(\S+:\S+)", DOCKERFILE)

    assert len(named) == 2
    assert all(re.search(r":\d+\.\d+", image) for image in [*named, *copied])


def test_image_believes_no_proxy_by_itself() -> None:
    """SEC-24: app/proxies.py decides, and uvicorn trusts local proxies by default."""
    [command] = [json.loads(line) for line in instructions("CMD") if line.startswith('["uvicorn"')]

    assert command[:2] == ["uvicorn", "app.asgi:app"]
    assert "--no-proxy-headers" in command
    assert not {"--reload", "--forwarded-allow-ips", "--proxy-headers"} & set(command)


def test_image_hides_the_server_and_bounds_headers() -> None:
    """SEC-76, SEC-79: uvicorn names itself, and has no bound for headers with httptools."""
    [command] = [json.loads(line) for line in instructions("CMD") if line.startswith('["uvicorn"')]

    assert "--no-server-header" in command
    assert command[command.index("--http") + 1] == "h11"
    assert int(command[command.index("--timeout-graceful-shutdown") + 1]) < KILLED_AFTER


def test_documented_command_has_the_options_of_the_image() -> None:
    [command] = [json.loads(line) for line in instructions("CMD") if line.startswith('["uvicorn"')]
    [documented] = re.findall(r"^uv run (uvicorn .+)$", PRODUCTION, re.MULTILINE)

    address = ["--host", "0.0.0.0", "--port", "8000"]  # noqa: S104 -- of the container
    assert [*command[:2], *address, *documented.split()[2:]] == command


def test_image_has_no_secret() -> None:
    assert not re.search(r"SECRET|PASSWORD|TOKEN|DATABASE_URL", DOCKERFILE)
    assert [line for line in instructions("COPY") if ".env" in line] == []


# {% endcall %}
