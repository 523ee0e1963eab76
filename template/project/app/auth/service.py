# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What people do with their accounts: register, log in, refresh, log out, end sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.auth.clock import Clock
from app.auth.errors import (
    DuplicateIdentity,
    EmailTaken,
    InvalidToken,
    RegistrationClosed,
    SessionNotFound,
    UsernameTaken,
)
from app.auth.events import EventName, EventRecorder
from app.auth.hashing import PasswordHasher
from app.auth.identifiers import check_email, check_username
from app.auth.opening import Client, Opening
from app.auth.password_change import PasswordChange
from app.auth.passwords import check_password
from app.auth.protocols import Repositories, SessionProtocol, Transactions, UserProtocol
from app.auth.rotation import Rotation, has_ended
from app.auth.settings import AuthSettings
from app.auth.tokens import SESSION_ID, TokenPair, Tokens


@dataclass(frozen=True, slots=True)
class AsyncAuthService:
    """Every method answers only after its transaction has been committed (SEC-82).

    Passwords are hashed between transactions: no database connection is held meanwhile.
    """

    settings: AuthSettings
    tokens: Tokens
    hasher: PasswordHasher
    opening: Opening
    rotation: Rotation
    password_change: PasswordChange
    transactions: Transactions
    clock: Clock
    events: EventRecorder

    async def register(self, *, email: str, username: str, password: str) -> UserProtocol:
        """Create an ordinary account.

        Raise RegistrationClosed, InvalidField, EmailTaken, UsernameTaken, HashingSaturated.
        """
        if not self.settings.registration_open:
            raise RegistrationClosed
        return await self.create_user(email=email, username=username, password=password)

    async def create_user(
        self,
        *,
        email: str,
        username: str,
        password: str,
        is_staff: bool = False,
        is_superuser: bool = False,
    ) -> UserProtocol:
        """Create an account with the given privileges, for operators and trusted code."""
        email = check_email(email)
        check_username(username)
        check_password(password, email=email, username=username, settings=self.settings)
        password_hash = await self.hasher.hash(password)
        try:
            user = await self.transactions.run(
                lambda store: store.users.create_user(
                    email=email,
                    username=username,
                    password_hash=password_hash,
                    is_staff=is_staff,
                    is_active=True,
                    is_superuser=is_superuser,
                    created_at=self.clock(),
                ),
            )
        except DuplicateIdentity:
            await self.transactions.run(partial(_refuse_taken, email, username))
            raise  # neither is taken: the team's own model has another unique column
        self.events.record(EventName.USER_CREATED, user_id=user.id)
        return user

    async def login(self, *, username_or_email: str, password: str, client: Client) -> TokenPair:
        """Check a password and open a session.

        Raise InvalidCredentials, LoginThrottled, HashingSaturated.
        """
        session = await self.opening.open(username_or_email, password, client)
        return await self.rotation.token_pair(session, reason="login")

    async def change_password(
        self,
        user: UserProtocol,
        session_id: str,
        *,
        current_password: str,
        new_password: str,
    ) -> None:
        """Replace the user's own password and end all their sessions but this one.

        Raise WrongPassword, InvalidField, LoginThrottled, HashingSaturated.
        """
        await self.password_change.replace(
            user,
            session_id,
            current_password=current_password,
            new_password=new_password,
        )

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for its successor. Raise InvalidToken, SessionEnded."""
        return await self.rotation.exchange(refresh_token)

    async def logout(self, token: str) -> None:
        """End the session of an access or refresh token, expired or not; never complain."""
        try:
            session_id = self.tokens.session_of(token)
        except InvalidToken:
            return
        await self._revoke(session_id, reason="logout")

    async def list_sessions(self, user: UserProtocol) -> Sequence[SessionProtocol]:
        """Return the user's live sessions, newest first."""
        return await self.transactions.run(
            lambda store: store.sessions.list_live(user.id, now=self.clock()),
        )

    async def end_session(self, user: UserProtocol, session_id: str) -> None:
        """End one of the user's live sessions. Raise SessionNotFound for anything else."""
        if not SESSION_ID.fullmatch(session_id):
            raise SessionNotFound
        session = await self._get_session(session_id)
        if session is None or session.user_id != user.id or has_ended(session, self.clock()):
            raise SessionNotFound
        await self._revoke(session_id, reason="ended_by_user")

    async def end_other_sessions(self, user: UserProtocol, current_session_id: str) -> None:
        """End all of the user's sessions but the current one."""
        ended = await self.transactions.run(
            lambda store: store.sessions.revoke_all(
                user.id,
                now=self.clock(),
                reason="ended_by_user",
                except_session_id=current_session_id,
            ),
        )
        if ended:
            self.events.record(
                EventName.TOKEN_REVOKED,
                user_id=user.id,
                reason="ended_by_user",
            )

    async def _get_session(self, session_id: str) -> SessionProtocol | None:
        return await self.transactions.run(lambda store: store.sessions.get(session_id))

    async def _revoke(self, session_id: str, *, reason: str) -> None:
        revoked = await self.transactions.run(
            lambda store: store.sessions.revoke(session_id, now=self.clock(), reason=reason),
        )
        if revoked:
            self.events.record(EventName.TOKEN_REVOKED, session_id=session_id, reason=reason)


async def _refuse_taken(email: str, username: str, store: Repositories) -> None:
    if await store.users.get_by_email_or_username(email):
        raise EmailTaken
    if await store.users.get_by_email_or_username(username):
        raise UsernameTaken


# {% endcall %}
