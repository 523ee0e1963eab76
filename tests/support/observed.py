"""The render's application with a route that shows its pools: `uvicorn support.observed:app`.

Runs in the folder of a render with this folder's parent on PYTHONPATH.
"""

from support.seeding import application

app = application("asgi").app


@app.get("/observed")  # type: ignore[untyped-decorator]
def checked_out() -> dict[str, int]:
    """Return the number of connections in use in each pool."""
    database = app.state.database
    pools = {"writer": database.writer.pool, "reader": database.reader.pool}
    return {name: pool.checkedout() for name, pool in pools.items()}
