"""The object that servers run: `uvicorn app.asgi:app`."""

import atexit

from app.logs import configure_logging
from app.main import create_app
from app.settings import load_settings

settings = load_settings()
atexit.register(configure_logging(settings.log_level, settings.log_format).stop)
app = create_app(settings)
