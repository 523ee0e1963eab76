"""Key files are read at startup, and every wrong one is named."""

from pathlib import Path

import pytest

from app.settings import load_settings
from tests.auth.key_pairs import key_pair
from tests.settings.steps import refusal_message


def test_private_key_that_is_not_set_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AUTH_ALGORITHM", "EdDSA")

    message = refusal_message()

    assert "AUTH_PRIVATE_KEY_FILE is not set, and EdDSA signs with it" in message


def test_every_wrong_key_file_is_named_at_once(
    environment: pytest.MonkeyPatch,
    folder: Path,
) -> None:
    private, public = key_pair("ES256").files(folder)
    environment.setenv("AUTH_ALGORITHM", "EdDSA")
    environment.setenv("AUTH_PRIVATE_KEY_FILE", str(private))
    environment.setenv("AUTH_PUBLIC_KEY_FILES", f"{public},{private}")

    problems = refusal_message().splitlines()

    assert [problem for problem in problems if problem.startswith("  AUTH_")] == [
        "  AUTH_PRIVATE_KEY_FILE: the file has no key for EdDSA, which requires an Ed25519 key",
        "  AUTH_PUBLIC_KEY_FILES: file 1 has no key for EdDSA, which requires an Ed25519 key",
    ]


def test_key_files_are_read(environment: pytest.MonkeyPatch, folder: Path) -> None:
    private, public = key_pair("EdDSA").files(folder)
    environment.setenv("AUTH_ALGORITHM", "EdDSA")
    environment.setenv("AUTH_PRIVATE_KEY_FILE", private.name)
    environment.setenv("AUTH_PUBLIC_KEY_FILES", f"{public.name},{public}")

    settings = load_settings()

    assert settings.auth.private_key_file == Path(private.name)
    assert settings.auth.public_key_files == (Path(public.name), public)
