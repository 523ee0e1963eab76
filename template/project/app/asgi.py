"""The object that servers run: `uvicorn app.asgi:app`."""

from app.main import create_app
from app.settings import load_settings

app = create_app(load_settings())
