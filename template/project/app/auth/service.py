# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Account operations of users: register, log in, refresh, log out, end sessions."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.auth.authenticator import Identity
from app.auth.errors import InvalidToken, SessionEnded, SessionNotFound
from app.auth.events import EventName
from app.auth.login import Client, Login
from app.auth.owner_check import OwnerCheck
from app.auth.password_change import PasswordChange
from app.auth.password_check import PasswordCheck
from app.auth.protocols import AfterRegister, NewUser, SessionProtocol, UserProtocol
from app.auth.registration import Registration
from app.auth.rotation import Rotation, has_ended
from app.auth.tokens import SESSION_ID, TokenPair
from app.auth.toolbox import Toolbox
from app.auth.totp.protocols import (
    # {% if "totp" in features %}
    Factor,
    # {% endif %}
)
from app.auth.totp.second_step import (
    # {% if "totp" in features %}
    SecondStep,
    # {% endif %}
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AsyncAuthService:
    """Every method returns only after its transaction has been committed (SEC-82).

    Passwords are hashed between transactions, so that hashing holds no database connection.
    Registration, login, refresh and password change have their own modules.
    `after_register` runs after the commit of a registration and before its response. If it
    fails, the failure is logged and the account stays.
    """

    tools: Toolbox
    after_register: AfterRegister | None = None

    async def register(self, user: NewUser, password: str) -> UserProtocol | None:
        """Create an ordinary account. Return None, and raise, as Registration does."""
        registered = await Registration(self.tools).register(user, password)
        if registered is not None and self.after_register is not None:
            await self._call_after_register(self.after_register, registered)
        return registered

    async def create_user(self, user: NewUser, password: str) -> UserProtocol:
        """Create an account with the given privileges, for operators and trusted code."""
        return await Registration(self.tools).create(user, password, owes_mail=False)

    async def login(
        self,
        *,
        username_or_email: str,
        password: str,
        client: Client,
        device_token: str | None = None,
    ) -> TokenPair:
        """Check a password and open a session.

        With a device token of the user, the attempt counts apart from those of strangers.
        # {% if "totp" in features %}
        Raise InvalidCredentials, EmailUnverified, SecondFactorAsked, LoginThrottled,
        HashingSaturated.
        """
        # {% else %}
        #| Raise InvalidCredentials, EmailUnverified, LoginThrottled, HashingSaturated.
        #| """
        # {% endif %}
        session: SessionProtocol | None = None
        while session is None:  # the account changed in the meantime: check it again
            check = PasswordCheck(self.tools).check
            checked = await check(username_or_email, password, device_token)
            session = await Login(self.tools).open(checked.user, checked.proof, client)
        pair = await self._issue_tokens(session, reason="login")
        new_token = self.tools.tokens.issue_device(user_id=session.user_id)
        return replace(pair, device_token=new_token)

    # {% if "totp" in features %}
    async def finish_login(
        self,
        token: str,
        factor: Factor,
        code: str,
        client: Client,
    ) -> TokenPair:
        """Open the session of a login that asked for a second factor.

        Raise what SecondStep raises.
        """
        session = await SecondStep(self.tools).open(token, factor, code, client)
        pair = await self._issue_tokens(session, reason="login")
        new_token = self.tools.tokens.issue_device(user_id=session.user_id)
        return replace(pair, device_token=new_token)

    # {% endif %}
    async def change_password(
        self,
        identity: Identity,
        client: Client,
        *,
        current_password: str | None,
        new_password: str,
    ) -> TokenPair:
        """Replace the user's own password, end all their sessions and open a new one.

        Raise what PasswordChange raises.
        """
        session = await PasswordChange(self.tools).replace(
            identity,
            client,
            current_password=current_password,
            new_password=new_password,
        )
        return await self._issue_tokens(session, reason="password_changed")

    async def reauthenticate(self, identity: Identity, password: str, client: Client) -> TokenPair:
        """Replace the current session by one whose login is recent (ASVS 7.2.4).

        Raise SessionEnded, and what OwnerCheck raises.
        """
        checked = await OwnerCheck(self.tools).check(identity, password)
        user, proof, replaces = checked.user, checked.proof, identity.session_id
        session = await Login(self.tools).open(user, proof, client, replaces=replaces)
        if session is None:
            raise SessionEnded
        return await self._issue_tokens(session, reason="reauthenticated")

    async def refresh(self, refresh_token: str, client: Client) -> TokenPair:
        """Exchange a refresh token for its successor. Raise InvalidToken, SessionEnded."""
        session, reason = await Rotation(self.tools).advance(refresh_token, client)
        return await self._issue_tokens(session, reason=reason)

    async def logout(self, token: str, client: Client) -> None:
        """End the session of an access or refresh token. Raise nothing for an unusable token."""
        try:
            session_id = await self._session_to_end(token, client)
        except InvalidToken:
            return
        await self._revoke(session_id, reason="logout")

    async def list_sessions(self, user: UserProtocol) -> Sequence[SessionProtocol]:
        """Return the user's live sessions, newest first."""
        return await self.tools.transactions.run(
            lambda store: store.sessions.list_live(user.id, now=self.tools.clock()),
        )

    async def end_session(self, user: UserProtocol, session_id: str) -> None:
        """End one of the user's live sessions. Raise SessionNotFound for anything else."""
        if not SESSION_ID.fullmatch(session_id):
            raise SessionNotFound
        session = await self.tools.transactions.run(lambda store: store.sessions.get(session_id))
        if session is None or session.user_id != user.id or has_ended(session, self.tools.clock()):
            raise SessionNotFound
        await self._revoke(session_id, reason="ended_by_user")

    async def end_other_sessions(self, user: UserProtocol, current_session_id: str) -> None:
        """End all of the user's sessions but the current one."""
        ended = await self.tools.transactions.run(
            lambda store: store.sessions.revoke_all(
                user.id,
                now=self.tools.clock(),
                reason="ended_by_user",
                except_session_id=current_session_id,
            ),
        )
        if ended:
            self.tools.events.record(
                EventName.TOKEN_REVOKED,
                user_id=user.id,
                reason="ended_by_user",
            )

    async def _call_after_register(self, call: AfterRegister, user: UserProtocol) -> None:
        try:
            await call(user)
        except Exception:
            # The account is stored, so the response must not be an error.
            logger.exception("after_register failed for the user %s", user.id)

    async def _issue_tokens(self, session: SessionProtocol, *, reason: str) -> TokenPair:
        pair = await self.tools.tokens.issue_pair(session)
        self.tools.events.record(
            EventName.TOKEN_CREATED,
            user_id=session.user_id,
            session_id=session.id,
            reason=reason,
        )
        return pair

    async def _session_to_end(self, token: str, client: Client) -> str:
        try:
            claims = self.tools.tokens.read_refresh(token)
        except InvalidToken:
            return self.tools.tokens.read_session_id(token)
        return await Rotation(self.tools).find_session(claims, client)

    async def _revoke(self, session_id: str, *, reason: str) -> None:
        revoked = await self.tools.transactions.run(
            lambda store: store.sessions.revoke(session_id, now=self.tools.clock(), reason=reason),
        )
        if revoked:
            self.tools.events.record(EventName.TOKEN_REVOKED, session_id=session_id, reason=reason)


# {% endcall %}
