"""Change one detail of a render after another: a test must notice each.

    uv run --group mutation python -m scripts.mutation FOLDER [MODULE ...]

Renders the default project of the last commit into a folder for each module, in FOLDER, and runs
mutmut there. All modules take about an hour. `auth/login` or `proxies` limits it to one.
The command prints the score of each module and the mutants that no test noticed.
docs/mutation.md explains those that may stay. In the folder of a module, `mutmut browse` shows
all of its mutants.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The tests of each module, in `tests`: files without `.py`, and folders with a slash. Every test
# that reaches a module would take a day, and would hide that its own tests miss something.
MODULES = {
    "proxies": "proxies/ settings/test_trusted_proxies",
    "auth/fastapi/csrf": (
        "auth/fastapi/test_csrf auth/fastapi/test_csrf_routes auth/fastapi/test_websockets"
    ),
    "auth/fastapi/cookies": (
        "auth/fastapi/test_cookies auth/fastapi/test_cookie_refresh auth/fastapi/test_csrf"
        " auth/fastapi/test_csrf_routes auth/fastapi/test_both_transports"
        " auth/fastapi/test_transport_settings auth/fastapi/test_logout"
        " auth/fastapi/test_device_tokens"
    ),
    "auth/fastapi/extractors": (
        "auth/fastapi/test_bearer_extractor auth/fastapi/test_cookie_extractor"
        " auth/fastapi/test_both_transports auth/fastapi/test_transport_settings"
        " auth/fastapi/test_device_tokens auth/fastapi/test_openapi"
    ),
    "auth/login": (
        "auth/test_service_login auth/test_login_proofs auth/test_session_limit auth/events/"
        " auth/test_password_change auth/test_login_throttle auth/test_login_throttle_keys"
        " auth/test_device_tokens auth/mail/test_sign_in auth/mail/test_step_up"
    ),
    "auth/login_throttle": (
        "auth/test_login_throttle auth/test_login_throttle_keys auth/test_device_tokens"
        " auth/test_administration auth/test_lifted_waits auth/test_password_change"
    ),
    "auth/password_check": (
        "auth/test_service_login auth/test_service_hashing auth/test_login_proofs auth/events/"
        " auth/test_login_throttle auth/test_login_throttle_keys auth/test_device_tokens"
    ),
    "auth/password_change": (
        "auth/test_password_change auth/events/ auth/test_device_tokens"
        " auth/fastapi/test_password auth/mail/test_account auth/mail/test_password_reset"
        " auth/mail/test_outbox auth/mail/test_sign_in"
    ),
    "auth/rotation": (
        "auth/test_service_refresh auth/test_service_refresh_refused auth/test_service_reuse"
        " auth/test_service_grace auth/test_service_logout auth/events/"
    ),
    "auth/key_ring": (
        "auth/test_keys auth/test_keys_asymmetric auth/test_tokens auth/test_device_tokens"
        " auth/fastapi/test_signer"
    ),
    "auth/keys": (
        "auth/test_keys auth/test_keys_asymmetric auth/test_tokens auth/test_device_tokens"
        " auth/test_login_throttle auth/test_login_throttle_keys"
    ),
    "auth/tokens": (
        "auth/test_tokens auth/test_tokens_refused auth/test_tokens_offline"
        " auth/test_tokens_forged auth/test_keys auth/test_device_tokens auth/test_service_grace"
        " auth/test_service_login auth/fastapi/test_signer"
    ),
}
# The last plugin collects garbage after each run, which takes longer than most tests.
PLUGINS = (
    *("anyio.pytest_plugin", "pytest_cov.plugin", "xdist.plugin"),
    "no:unraisableexception",
)
NOTICED = ("killed", "timeout")
RESULT = re.compile(r"^ *(app\.\S+): (\w.*)$", re.MULTILINE)
SETTINGS = """
[tool.mutmut]
source_paths = ["app"]
only_mutate = ["app/{module}.py"]
also_copy = ["migrations", "alembic.ini", "docs", ".env.example", "SECURITY.md", "README.md"]
pytest_add_cli_args = {arguments}
pytest_add_cli_args_test_selection = {tests}
"""


def main(folder: Path, *modules: str) -> None:
    results = {module: run(folder / module, module) for module in modules or MODULES}
    for module, outcomes in results.items():
        missed = [mutant for mutant, outcome in outcomes.items() if outcome not in NOTICED]
        noticed = 1 - len(missed) / len(outcomes)
        print(
            f"{module:<25} {len(outcomes):4} mutants, {noticed:6.1%} noticed", *missed, sep="\n  "
        )


def run(folder: Path, module: str) -> dict[str, str]:
    """Return the outcome of each mutant. A run that was stopped goes on where it was."""
    if not folder.exists():
        render(folder, module)
    mutmut(folder, "run", "--max-children", str(os.cpu_count() or 1))
    return dict(RESULT.findall(mutmut(folder, "results", "--all", "true", capture=True)))


def render(folder: Path, module: str) -> None:
    answers = ["--data", "project_name=Mutants", "--defaults", "--trust", "--quiet"]
    command = ["copier", "copy", *answers, "--vcs-ref", "HEAD", str(ROOT), str(folder)]
    subprocess.run(command, check=True)
    arguments = ["-n0", *(part for name in PLUGINS for part in ("-p", name))]
    names = MODULES[module].split()
    tests = [f"tests/{test}" if test.endswith("/") else f"tests/{test}.py" for test in names]
    with (folder / "pyproject.toml").open("a") as file:
        file.write(SETTINGS.format(module=module, arguments=arguments, tests=tests))


def mutmut(folder: Path, *arguments: str, capture: bool = False) -> str:
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "mutmut", *arguments]
    finished = subprocess.run(
        command, cwd=folder, env=environment, check=True, text=True, capture_output=capture
    )
    return finished.stdout or ""


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
