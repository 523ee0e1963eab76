"""The render's application with a view of its pools: `uvicorn support.observed:app`.

Runs in the folder of a render with this folder's parent on PYTHONPATH.
"""

from support.seeding import application

app = application("asgi").app


@app.get("/observed")  # type: ignore[untyped-decorator]
def checked_out() -> dict[str, int]:
    """Return how many connections of each pool are in use."""
    database = app.state.database
    pools = {"writer": database.writer.pool, "reader": database.reader.pool}
    return {name: pool.checkedout() for name, pool in pools.items()}
