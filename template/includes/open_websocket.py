def open_websocket(
    app: FastAPI,
    path: str,
    headers: Headers,
    extensions: Sequence[str] = EXTENSIONS,
) -> Handshake:
    handshake = Handshake(path, headers, extensions)
    anyio.run(handshake.perform, app)
    return handshake
