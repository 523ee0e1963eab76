"""Change one detail of a render after another: a test must notice each.

    uv run --group mutation python -m scripts.mutation FOLDER [MUTANT ...]

Renders the default project of the last commit into FOLDER and runs mutmut there, which takes about
an hour. Names of mutants, with `*` for any text, limit it: `app.auth.tokens*`.
The command then prints the score of each module and the mutants that no test noticed.
docs/mutation.md explains those that may stay. In FOLDER, `mutmut browse` shows them all.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = (
    *("tokens", "keys", "key_ring", "rotation", "login", "login_throttle", "password_check"),
    *("password_change", "fastapi/csrf", "fastapi/cookies", "fastapi/extractors"),
)
FILES = [*(f"app/auth/{module}.py" for module in MODULES), "app/proxies.py"]
# The tests of these modules. Others start servers or read files, and notice nothing besides.
TESTS = ("tests/auth", "tests/test_proxies.py", "tests/test_settings.py")
# A test that reads the source, which mutmut rewrites, and one with parameters that it cannot
# select.
LEFT_OUT = (
    "--ignore=tests/auth/test_constant_time.py",
    "--deselect=tests/auth/test_service_register.py::"
    "test_account_signs_in_with_the_text_it_was_registered_with",
)
PLUGINS = ("anyio.pytest_plugin", "pytest_cov.plugin", "xdist.plugin")
RESULT = re.compile(r"^ *(app\.\S+)\.x\S*: (\w.*)$", re.MULTILINE)
SETTINGS = f"""
[tool.mutmut]
source_paths = ["app"]
only_mutate = {FILES}
also_copy = ["migrations", "alembic.ini", "docs", ".env.example", "SECURITY.md", "README.md"]
pytest_add_cli_args = {["-n0", *(part for name in PLUGINS for part in ("-p", name))]}
pytest_add_cli_args_test_selection = {[*TESTS, *LEFT_OUT]}
"""


def main(folder: Path, *mutants: str) -> None:
    if not folder.exists():
        render(folder)
    mutmut(folder, "run", "--max-children", str(os.cpu_count() or 1), *mutants)
    output = mutmut(folder, "results", "--all", "true", capture=True)
    results = RESULT.findall(output)
    counts = Counter(
        (module, "killed" if result == "killed" else "not") for module, result in results
    )
    for module in sorted({module for module, _ in results}):
        killed, survived = counts[module, "killed"], counts[module, "not"]
        print(
            f"{module:<35} {killed:4} of {killed + survived:4} {killed / (killed + survived):6.1%}"
        )


def render(folder: Path) -> None:
    answers = ["--data", "project_name=Mutants", "--defaults", "--trust", "--quiet"]
    command = ["copier", "copy", *answers, "--vcs-ref", "HEAD", str(ROOT), str(folder)]
    subprocess.run(command, check=True)
    with (folder / "pyproject.toml").open("a") as file:
        file.write(SETTINGS)


def mutmut(folder: Path, *arguments: str, capture: bool = False) -> str:
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "mutmut", *arguments]
    finished = subprocess.run(
        command, cwd=folder, env=environment, check=True, text=True, capture_output=capture
    )
    return finished.stdout or ""


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
