"""What tests do with the production checklist, each in one place."""

from typer.testing import Result

from tests.commands import manage


def run_doctor(*options: str) -> Result:
    return manage("doctor", *options)


def warnings_of(result: Result) -> list[str]:
    lines = result.output.splitlines()
    return [line.removeprefix("warning  ") for line in lines if line.startswith("warning ")]
