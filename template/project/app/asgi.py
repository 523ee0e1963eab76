"""The ASGI application: `uvicorn app.asgi:app`."""

# ruff: noqa: E402 -- the imports are between the first and the last statement
import gc

# What is loaded here stays. The garbage collector would search it while the application starts,
# and later again, which stops all requests for a tenth of a second.
gc.disable()

import logging

from app.environment import misspelt_variables
from app.logs import configure_logging
from app.main import create_app
from app.settings import load_settings

settings = load_settings()
configure_logging(settings.log_level, settings.log_format)
for advice in misspelt_variables(type(settings)):
    logging.getLogger(__name__).warning(advice)
app = create_app(settings)

gc.freeze()
gc.enable()
