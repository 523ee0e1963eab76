@pytest.fixture
async def only_reads(database: Database) -> AsyncGenerator[None]:
    """All connections for transactions are read-only."""

    def refuse_changes(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(READ_ONLY)
        cursor.close()
        connection.commit()

    await database.dispose()
    event.listen(database.writer.sync_engine, "connect", refuse_changes)
    yield
    event.remove(database.writer.sync_engine, "connect", refuse_changes)


@pytest.mark.usefixtures("only_reads")
async def test_process_is_not_ready_if_it_can_only_read(client: AsyncClient) -> None:
    response = await client.get("/ready")

    assert refusal(response) == (503, "unavailable", "1")


