# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What people do with their accounts: register, log in, refresh, log out, end sessions."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.auth.clock import Clock
from app.auth.errors import (
    DuplicateIdentity,
    EmailTaken,
    InvalidCredentials,
    InvalidToken,
    RegistrationClosed,
    SessionNotFound,
    UsernameTaken,
)
from app.auth.hashing import PasswordHasher
from app.auth.identifiers import check_email, check_username
from app.auth.passwords import check_password, is_too_long
from app.auth.protocols import (
    NewSession,
    Repositories,
    SessionProtocol,
    StoredUserProtocol,
    Transactions,
    UserProtocol,
)
from app.auth.rotation import Rotation, has_ended
from app.auth.settings import AuthSettings
from app.auth.throttle import LoginThrottle
from app.auth.tokens import SESSION_ID, TokenPair, Tokens


@dataclass(frozen=True, slots=True)
class Client:
    """Where a login comes from, for the user's own list of sessions."""

    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class AsyncAuthService:
    """Every method answers only after its transaction has been committed (SEC-82).

    Passwords are hashed between transactions: no database connection is held meanwhile.
    """

    settings: AuthSettings
    tokens: Tokens
    hasher: PasswordHasher
    rotation: Rotation
    throttle: LoginThrottle
    transactions: Transactions
    clock: Clock

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
            return await self.transactions.run(
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

    async def login(self, *, username_or_email: str, password: str, client: Client) -> TokenPair:
        """Check a password and open a session.

        Raise InvalidCredentials, LoginThrottled, HashingSaturated.
        """
        if is_too_long(password, self.settings):
            raise InvalidCredentials
        user = await self.transactions.run(partial(self._admit, username_or_email))
        known = user if user is not None and user.is_active else None
        checked = await self.hasher.verify(password, known.password_hash if known else None)
        if known is None or not checked.valid:
            raise InvalidCredentials
        new_hash = checked.upgraded_hash or known.password_hash
        session = await self.transactions.run(
            partial(self._open_session, username_or_email, known, new_hash, client),
        )
        if session is None:
            # The account changed while we hashed: the password is judged by what is stored now.
            return await self.login(
                username_or_email=username_or_email,
                password=password,
                client=client,
            )
        return await self.rotation.token_pair(session)

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
        await self.transactions.run(
            lambda store: store.sessions.revoke_all(
                user.id,
                now=self.clock(),
                reason="ended_by_user",
                except_session_id=current_session_id,
            ),
        )

    async def _admit(self, identifier: str, store: Repositories) -> StoredUserProtocol | None:
        await self.throttle.count_attempt(identifier, store)
        return await store.users.get_by_email_or_username(identifier)

    async def _open_session(
        self,
        identifier: str,
        user: StoredUserProtocol,
        new_hash: str,
        client: Client,
        store: Repositories,
    ) -> SessionProtocol | None:
        # First of all lock the row of the user, so that a password change or a disabling either
        # is seen here or sees this session.
        unchanged = await store.users.replace_password_hash(
            user.id,
            old=user.password_hash,
            new=new_hash,
        )
        if not unchanged:
            return None
        await self.throttle.forget(identifier, store)
        now = self.clock()
        absolute_end = now + self.settings.session_lifetime
        session = NewSession(
            id=secrets.token_hex(16),
            user_id=user.id,
            kid=self.tokens.kid,
            created_at=now,
            idle_expires_at=min(now + self.settings.idle_lifetime, absolute_end),
            absolute_expires_at=absolute_end,
            ip=client.ip,
            user_agent=client.user_agent,
        )
        return await store.sessions.add(session)

    async def _get_session(self, session_id: str) -> SessionProtocol | None:
        return await self.transactions.run(lambda store: store.sessions.get(session_id))

    async def _revoke(self, session_id: str, *, reason: str) -> bool:
        return await self.transactions.run(
            lambda store: store.sessions.revoke(session_id, now=self.clock(), reason=reason),
        )


async def _refuse_taken(email: str, username: str, store: Repositories) -> None:
    if await store.users.get_by_email_or_username(email):
        raise EmailTaken
    if await store.users.get_by_email_or_username(username):
        raise UsernameTaken


# {% endcall %}
