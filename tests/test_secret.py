"""The secret in `.env` has 256 random bits, survives updates and is never a placeholder."""

import re
from collections import Counter
from pathlib import Path

import copier
import pytest

from support import copies, templates
from support.commands import attempt, module, run

SECRET = re.compile(r"^AUTH_SECRET_KEY=([0-9a-f]{64})$", re.MULTILINE)
BITS = 256
DRAWS = 40
# Six standard deviations of the number of ones in fair bits.
TOLERATED_ONES = 6 * (DRAWS * BITS / 4) ** 0.5
# Exceeded by fair digits once in ten million runs (chi square with 15 degrees of freedom).
TOLERATED_CHI_SQUARE = 62


@pytest.fixture(scope="module")
def secrets(copier_template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("secrets")
    projects = [folder / str(draw) for draw in range(DRAWS)]
    return [secret(copies.copy(copier_template, project, only=".env")) for project in projects]


def test_no_two_renders_share_a_secret(secrets: list[str]) -> None:
    assert len(set(secrets)) == DRAWS


def test_every_bit_of_the_secret_varies(secrets: list[str]) -> None:
    numbers = [int(drawn, 16) for drawn in secrets]

    always_one = [bit for bit in range(BITS) if all(number >> bit & 1 for number in numbers)]
    always_zero = [bit for bit in range(BITS) if not any(number >> bit & 1 for number in numbers)]

    assert (always_one, always_zero) == ([], [])


def test_bits_of_the_secret_are_balanced(secrets: list[str]) -> None:
    ones = sum(int(drawn, 16).bit_count() for drawn in secrets)

    assert abs(ones - DRAWS * BITS / 2) < TOLERATED_ONES


def test_digits_of_the_secret_are_uniform(secrets: list[str]) -> None:
    digits = Counter("".join(secrets))
    expected = digits.total() / 16

    chi_square = sum((digits[digit] - expected) ** 2 / expected for digit in "0123456789abcdef")

    assert chi_square < TOLERATED_CHI_SQUARE


def test_secret_survives_recopy_and_update(tmp_path: Path) -> None:
    template, project = tmp_path / "template", tmp_path / "project"
    template.mkdir()
    templates.snapshot(template, "1.0.0")
    copies.copy(template, project)
    before = (project / ".env").read_bytes()
    run("git", "init", "--quiet", cwd=project)
    templates.release(project, "rendered")
    with (template / "template/project/.env").open("a") as environment:
        environment.write("ADDED_LATER=yes\n")
    templates.release(template, "1.1.0")

    copier.run_recopy(project, defaults=True, overwrite=True, quiet=True)
    assert (project / ".env").read_bytes() == before
    run("git", "checkout", "--quiet", ".", cwd=project)
    copier.run_update(project, defaults=True, overwrite=True, quiet=True)

    assert "_commit: 1.1.0" in (project / copies.ANSWERS_FILE).read_text()
    assert (project / ".env").read_bytes() == before


def test_example_environment_cannot_start_the_app(copier_template: Path, tmp_path: Path) -> None:
    project = copies.copy(copier_template, tmp_path / "project")
    (project / ".env.example").replace(project / ".env")

    finished = attempt(*module("uvicorn", "app.asgi:app", "--port", "0"), cwd=project)

    assert finished.code != 0
    assert "AUTH_SECRET_KEY" in finished.output
    assert "Traceback" not in finished.output
    shown = re.findall(r"^AUTH_SECRET_KEY=(.+)$", (project / ".env").read_text(), re.MULTILINE)
    assert [value for value in shown if value in finished.output] == []


def secret(project: Path) -> str:
    found = SECRET.search((project / ".env").read_text())
    assert found, "no AUTH_SECRET_KEY of 64 hexadecimal digits in .env"
    return found[1]
