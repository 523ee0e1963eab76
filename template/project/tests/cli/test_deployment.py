# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Commands that look after a deployment."""

import asyncio
import re
from datetime import timedelta

from app.auth.clock import utc_now
from app.database.settings import DatabaseSettings
from tests.cli.steps import (
    OPERATOR,
    create_superuser,
    events_in,
    mail_of,
    session_of,
    store,
    throttle_of,
    users_of,
)
from tests.commands import manage
from tests.steps import account_named


def test_secret_is_long_and_random() -> None:
    results = [manage("generate-secret") for _ in range(2)]

    secrets = {result.stdout for result in results}
    assert len(secrets) == 2
    assert all(re.fullmatch(r"[0-9a-f]{128}\n", secret) for secret in secrets)


def test_purge_reports_how_many_rows_it_deleted() -> None:
    result = manage("purge")

    said = "Deleted 0 sessions.\nDeleted 0 counts of login attempts.\nDeleted 0 mails.\n"
    assert (result.exit_code, result.stdout) == (0, said)
    assert events_in(result.stderr) == [("sensitive_delete", "purged", OPERATOR)]


def test_doctor_counts_superusers_and_old_rows(database_settings: DatabaseSettings) -> None:
    for name in ("one", "two", "three"):
        create_superuser(account_named(name))
    manage("disable-user", "two@example.com")
    [user, *_] = users_of(database_settings)
    ends = [utc_now() - timedelta(days=days) for days in (6, 7.9, 8.1, 20)]
    rows = [
        row
        for number, end in enumerate(ends)
        for row in (session_of(user, end, number), throttle_of(end, number), mail_of(end, number))
    ]
    asyncio.run(store(database_settings, rows))

    output = manage("doctor").output

    assert "fine     2 superusers are active." in output
    assert "warning  6 rows ended more than a week ago" in output


# {% endcall %}
