# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The workflows: their rights, their tools and their checks."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
WORKFLOWS = {file.name: file.read_text() for file in (PROJECT / ".github" / "workflows").iterdir()}


@pytest.mark.parametrize("text", WORKFLOWS.values(), ids=WORKFLOWS)
def test_workflow_has_few_rights_and_pinned_tools(text: str) -> None:
    actions = re.findall(r"uses: (\S+)", text)
    tools = re.findall(r"uvx (\S+) (?!update)", text)

    assert "\npermissions: {}\n" in text
    assert set(re.findall(r"(\w+): write", text)) <= {"issues"}
    assert "\n    permissions:\n      contents: read\n" in text
    assert re.search(r"actions/checkout@.*\n +with:\n +persist-credentials: false\n", text)
    assert text.count("actions/checkout@") == 1
    assert actions
    assert all(re.search("@[0-9a-f]{40}$", action) for action in actions)
    assert all(re.search(r"@\d+\.\d+\.\d+$", tool) for tool in tools)
    assert re.search(r'setup-uv@.*\n +with:\n +version: "\d+\.\d+\.\d+"', text)
    assert "pull_request_target" not in text


def test_token_is_only_in_a_step_that_runs_no_other_code() -> None:
    steps = [step for text in WORKFLOWS.values() for step in text.split("\n      - ")]
    with_token = [step for step in steps if re.search(r"github\.token|secrets\.", step)]

    [step] = with_token
    assert "uv run" not in step
    assert [line for line in step.splitlines() if line.strip().startswith(("uv ", "uvx "))] == []


def test_ci_runs_every_check_for_every_change() -> None:
    text = WORKFLOWS["ci.yml"]
    checks = ("ruff format --check .", "ruff check .", "mypy", "pytest")

    assert [check for check in checks if f"        run: uv run {check}\n" not in text] == []
    assert "git grep -nE '^(<<<<<<< |=======$|>>>>>>> )' || found=$?" in text
    assert 'test "$found" -eq 1' in text
    assert "\non:\n  push:\n" in text
    assert "\n  pull_request:\n" in text


def test_ci_audits_locked_dependencies() -> None:
    """Without --strict, pip-audit skips packages that it cannot look up (SEC-88)."""
    text = WORKFLOWS["ci.yml"]

    assert "run: uv sync --locked\n" in text
    assert re.search(r"uv export .*--locked .*\n +\| uvx pip-audit@\S+ --strict ", text)
    assert "shell: bash" in text


# {% endcall %}
