# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Running a command: its parts of the application, its operator, and its errors."""

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, NoReturn, TypeVar

import typer
from sqlalchemy.exc import DBAPIError

from app.auth.errors import AuthError, InvalidField, StorageUnavailable
from app.auth.ext.storage import sqlalchemy_storage
from app.auth.request_context import NO_REQUEST, RequestContext, current_request
from app.auth.wiring import Auth, build_auth
from app.database import Database
from app.database.problems import advice, without_log
from app.logs import configure_logging, flush_log
from app.mailing import build_mailing
from app.models import AUTH_MODELS, User
from app.settings import load_settings

T = TypeVar("T")
UserName = Annotated[str, typer.Argument(metavar="USER", help="An e-mail or a username.")]


def run(work: Callable[[Auth], Awaitable[T]]) -> T:
    """Return the result of the work, or end the program with one line that names the fault."""
    return run_with_database(lambda auth, _: work(auth))


def run_with_database(work: Callable[[Auth, Database], Awaitable[T]]) -> T:
    """Do the same for work that also uses the database directly."""
    return checked(lambda: asyncio.run(_with_auth(work)))


def checked(work: Callable[[], T]) -> T:
    """Return the result of the work, or end the program with one line that names the fault."""
    try:
        return work()
    except InvalidField as error:
        fail(f"{error.field}: {error.reason}")
    except StorageUnavailable as error:
        cause = error.__cause__
        fail(_explain(cause) if isinstance(cause, DBAPIError) else error.message)
    except AuthError as error:
        fail(error.message)
    except DBAPIError as error:
        fail(_explain(error))


def fail(message: str) -> NoReturn:
    """End the program with a message for people."""
    typer.secho(message, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)


def _explain(error: DBAPIError) -> str:
    known = advice(error, load_settings().database)
    return known or f"The database refused: {error.orig}"


def _operator() -> str:
    """Return the name of this process's user. getpass reads variables, which can be forged."""
    try:
        import pwd
    except ImportError:  # Windows
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container, a user need not have a name
        return str(os.getuid())


async def _with_auth(work: Callable[[Auth, Database], Awaitable[T]]) -> T:
    """Run work whose events go to standard error, with the operator (ASVS 16.3)."""
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format, sys.stderr)
    context = current_request.set(RequestContext(id=NO_REQUEST.id, operator=_operator()))
    database = Database(settings.database)
    storage = sqlalchemy_storage(database.session, database.reader, User, AUTH_MODELS)
    auth = build_auth(settings.auth, storage, mailing=build_mailing(settings))
    try:
        with without_log():
            result = await work(auth, database)
        await auth.tools.outbox.deliver_owed()
        return result
    finally:
        auth.close()
        await database.dispose()
        current_request.reset(context)
        flush_log()


# {% endcall %}
