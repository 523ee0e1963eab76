"""Bytes of a user and of a session of a browser, with their indexes."""

from benchmarks import databases
from benchmarks.preparation import filled
from benchmarks.results import Results
from benchmarks.stage import Stage

TABLES = {"user": "users", "session": "auth_session"}
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
# A login and a refresh store both. VACUUM leaves no traces of the update.
BROWSERS = (
    f"UPDATE auth_session SET ip = '203.0.113.200', user_agent = '{AGENT}',"
    f" last_ip = '203.0.113.200', last_user_agent = '{AGENT}'",
    "VACUUM FULL",
)


def run(stage: Stage, results: Results) -> None:
    with filled(stage.projects["async"], stage.folder, stage.plan.sizes[1]) as people:
        databases.execute(people.database, *BROWSERS)
        for subject, table in TABLES.items():
            query = f"SELECT pg_total_relation_size('{table}') / count(*)::float FROM {table}"
            [(size,)] = databases.execute(people.database, query)
            results.add("rows", subject, size_bytes=float(str(size)))
