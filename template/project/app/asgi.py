"""The ASGI application: `uvicorn app.asgi:app`."""

from app.logs import configure_logging
from app.main import create_app
from app.settings import load_settings

settings = load_settings()
configure_logging(settings.log_level, settings.log_format)
app = create_app(settings)
