"""Settings, events and errors of commands."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from tests.auth.key_pairs import key_pair
from tests.cli.steps import OPERATOR, ROOT, create_superuser, events_in, options
from tests.commands import manage


def test_unusable_settings_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_SECRET_KEY", "too-short")

    result = create_superuser(ROOT)

    assert result.exit_code == 1
    assert "AUTH_SECRET_KEY is too short" in result.output
    assert "too-short" not in result.output


def test_commands_do_not_need_the_signing_key(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Operators may not have access to the key, for example if it is in a KMS."""
    _, public = key_pair("ES256").files(tmp_path)
    monkeypatch.setenv("AUTH_ALGORITHM", "ES256")
    monkeypatch.setenv("AUTH_PUBLIC_KEY_FILES", str(public))

    result = create_superuser(ROOT)

    assert result.exit_code == 0


def test_process_writes_its_events_and_names_its_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that getpass believes do not change the operator."""
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    command = [sys.executable, "-c", "from app.cli import app; app()", "purge"]

    finished = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603

    assert events_in(finished.stderr) == [("sensitive_delete", "purged", OPERATOR)]


def test_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(number: int) -> None:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)

    result = manage("purge")

    assert events_in(result.stderr) == [("sensitive_delete", "purged", str(os.getuid()))]


def test_events_of_commands_have_the_configured_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "ERROR")

    result = manage("purge")

    assert (result.exit_code, result.stderr) == (0, "")


def test_traceback_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error in a command prints no local variable (SEC-13)."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("COLUMNS", "400")
    script = (
        "from unittest.mock import patch\n"
        "from app.cli import app\n"
        f"prompt = patch('typer.prompt', return_value={ROOT.password!r})\n"
        "fault = patch('app.cli.running.build_auth', side_effect=ArithmeticError('a fault'))\n"
        "with prompt, fault:\n"
        f"    app({['create-user', *options(ROOT)]!r})\n"
    )
    process = [sys.executable, "-c", "import sys; exec(sys.stdin.read())"]

    finished = subprocess.run(process, input=script, capture_output=True, text=True)  # noqa: S603

    assert finished.returncode == 1
    assert "ArithmeticError: a fault" in finished.stderr
    assert ROOT.password not in finished.stdout + finished.stderr
