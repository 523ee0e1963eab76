"""A warning of a route that returns without a commit, in development."""

import inspect
import logging
from typing import Any

from fastapi.requests import HTTPConnection
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

logger = logging.getLogger(__name__)


class UncommittedChanges:
    """Notes what a session writes. A route that returns without a commit loses it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._has_written = False
        event.listen(session, "after_flush", self._note)
        event.listen(session, "do_orm_execute", self._note_statement)
        event.listen(session, "after_commit", self._forget)
        event.listen(session, "after_rollback", self._forget)

    def warn(self, connection: HTTPConnection) -> None:
        """Name the route that has left changes, if it has."""
        session = self._session
        modified = any(session.is_modified(changed) for changed in session.dirty)
        if not (self._has_written or session.new or session.deleted or modified):
            return
        route = inspect.unwrap(connection.scope["endpoint"])
        code = route.__code__
        logger.warning(
            "%s:%d: %s returned without a commit, so its changes are lost. Commit the session.",
            code.co_filename,
            code.co_firstlineno,
            route.__qualname__,
        )

    def _note(self, *_: Any) -> None:
        self._has_written = True

    def _note_statement(self, statement: ORMExecuteState) -> None:
        self._has_written |= not statement.is_select

    def _forget(self, *_: Any) -> None:
        self._has_written = False
