"""The listener: connections in, guarded before and after login, sessions out."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import asyncssh
import structlog

from server.garbage import Garbage
from server.guards.environment import guard_environment
from server.guards.intake import Intake
from server.guards.penalties import ABUSED, AUTH_FAILED, GRACE_EXCEEDED, NO_AUTH, PenaltyBox
from server.guards.sessions import SessionLimit
from server.guards.startups import StartupGuard
from server.identity import AppFactory, Identity, Known, Unknown, public_key
from server.session import AppSession
from tui_forum.config import Settings
from tui_forum.domain.entities import RegistrationMode
from tui_forum.domain.errors import ConflictError
from tui_forum.i18n import N_
from tui_forum.services.forum import Forum
from tui_forum.ui.traits import TerminalTraits

log = structlog.get_logger(__name__)

#: What we speak; with these ssh-audit has nothing to say but that curve25519 is not post-quantum.
KEX: Final = ("mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org")
CIPHERS: Final = (
    "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr",
)  # fmt: skip
MACS: Final = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
SIGNATURES: Final = (
    "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521", "sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-256", "rsa-sha2-512",
)  # fmt: skip
WINDOW: Final = 131_072
#: The demonstration account for user names that are none.
DEMO_GUEST: Final = "demo"


class Listener:
    """What all connections of one server share."""

    def __init__(self, forum: Forum, settings: Settings, make_app: AppFactory) -> None:
        self.forum = forum
        self.settings = settings
        self.limits = settings.limits
        self.make_app = make_app
        self.startups = StartupGuard(self.limits.startups)
        self.penalties = PenaltyBox(enabled=self.limits.penalties)
        self.per_account = SessionLimit(self.limits.sessions_per_account)
        self.per_address = SessionLimit(self.limits.sessions_per_address)
        self.sessions: set[AppSession] = set()
        self.garbage = Garbage()
        self.claimable = False
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def start(self, host_key: asyncssh.SSHKey) -> None:
        """Listen.

        Raises:
            ConflictError: the port is taken or may not be used.
        """
        address = self.settings.listen
        try:
            self._acceptor = await asyncssh.listen(
                address.host,
                address.port,
                server_factory=lambda: Connection(self),
                server_host_keys=[host_key],
                kex_algs=KEX,
                encryption_algs=CIPHERS,
                mac_algs=MACS,
                signature_algs=SIGNATURES,
                compression_algs=("none",),
                config=None,
                rdns_lookup=False,
                line_editor=False,
                encoding=None,
                window=WINDOW,
                keepalive_interval=self.limits.keepalive_interval,
                keepalive_count_max=self.limits.keepalive_count,
                login_timeout=self.limits.login_grace,
                public_key_auth=True,
                password_auth=False,
                kbdint_auth=False,
                host_based_auth=False,
                gss_host=None,
                agent_forwarding=False,
                x11_forwarding=False,
                allow_scp=False,
                server_version="tui-forum",
                backlog=256,
            )
        except OSError as error:
            raise ConflictError(
                N_("Cannot listen on {address}: {why}"), address=address, why=error.strerror or error
            ) from error

    @property
    def port(self) -> int:
        """The port in use (of interest when 0 was asked for)."""
        assert self._acceptor is not None
        return int(self._acceptor.get_port())

    async def stop(self, sentence: str) -> None:
        """Take no more connections, tell each session, let drafts be kept."""
        if self._acceptor is not None:
            self._acceptor.close()
        await asyncio.gather(*(session.end(sentence) for session in tuple(self.sessions)))
        if self._acceptor is not None:
            await self._acceptor.wait_closed()

    async def identify(self, key: asyncssh.SSHKey, user: str) -> Identity | None:
        """Who a key is; None when it may not come in."""
        found = public_key(key)
        actor = await self.forum.accounts.actor_for_key(found.fingerprint)
        if actor is not None:
            return Known(actor)
        if self.claimable and await self.forum.accounts.has_operator():
            self.claimable = False
        if self.settings.registration is RegistrationMode.CLOSED and not self.claimable:
            return None
        return Unknown(found, user)


class Connection(asyncssh.SSHServer):
    """One client's connection."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._limits = listener.limits
        self._connection: asyncssh.SSHServerConnection | None = None
        self._address = ""
        self._intake: Intake | None = None
        self._user = ""
        self._proved: tuple[str, Identity] | None = None
        self._identity: Identity | None = None
        self._failures = 0
        self._channels = 0
        self._counted_startup = False
        self._counted_address = False
        self._asked = False

    # -- coming and going

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Guard it before a byte is read."""
        self._connection = conn
        peer = conn.get_extra_info("peername")
        self._address = peer[0] if peer else ""
        listener = self._listener
        if listener.penalties.refuses(self._address) or not listener.startups.admit():
            log.info("connection_refused", address=self._address)
            conn.abort()
            return
        self._counted_startup = True
        self._intake = Intake(conn, self._limits.bytes_before_auth, self._over_budget)
        guarded: Any = conn
        self._validate = guarded.validate_public_key
        self._send_failure = guarded.send_userauth_failure
        guarded.validate_public_key = self._validate_and_remember
        guarded.send_userauth_failure = self._count_failure

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone."""
        if self._counted_startup:
            self._counted_startup = False
            self._listener.startups.done()
            # Whoever leaves without having logged in pays a little, or more for a time-out.
            late = isinstance(exc, asyncssh.ConnectionLost) and "timeout" in str(exc).lower()
            cost = GRACE_EXCEEDED if late else (AUTH_FAILED if self._failures > 1 else NO_AUTH)
            self._listener.penalties.add(self._address, cost)
        if self._counted_address:
            self._counted_address = False
            self._listener.per_address.leave(self._address)

    def _over_budget(self) -> None:
        log.warning("too_much_before_login", address=self._address)
        self._listener.penalties.add(self._address, ABUSED)
        assert self._connection is not None
        self._connection.abort()

    # -- who is it

    async def begin_auth(self, username: str) -> bool:
        """A user name (again): forget what was proved for another. False lets the demonstration in."""
        self._user = username
        self._proved = None
        if not self._listener.settings.demo:
            return True
        accounts = self._listener.forum.accounts
        actor = await accounts.demo_actor(username) or await accounts.demo_actor(DEMO_GUEST)
        if actor is None:
            return True
        self._proved = (username, Known(actor))
        return False

    def public_key_auth_supported(self) -> bool:
        """The only way in."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        """Any key may be *offered*: nothing follows from it. See :meth:`_validate_and_remember`."""
        self._offered = key
        return True

    async def _validate_and_remember(
        self, username: str, key_data: bytes, message: bytes, signature: bytes
    ) -> bool:
        """Identity comes from a verified signature and from nothing else."""
        if not await self._validate(username, key_data, message, signature):
            return False
        try:
            key = asyncssh.public_key.decode_ssh_public_key(key_data)
        except asyncssh.KeyImportError:
            return False
        identity = await self._listener.identify(key, username)
        if identity is None or username != self._user:
            return False
        if message:
            self._proved = (username, identity)
        return True

    def _count_failure(self, partial_success: bool) -> None:
        """Six tries; the first question a client asks (method ``none``) is not one."""
        self._failures += 1
        if self._failures > self._limits.auth_tries + 1:
            assert self._connection is not None
            self._listener.penalties.add(self._address, AUTH_FAILED)
            self._connection.disconnect(
                asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "Too many authentication failures"
            )
            return
        self._send_failure(partial_success)

    def auth_completed(self) -> None:
        """Logged in: from now on it is somebody."""
        if self._counted_startup:
            self._counted_startup = False
            self._listener.startups.done()
        assert self._connection is not None
        if self._intake is not None:
            self._intake.authenticated()
        if self._proved is None or self._proved[0] != self._user:
            self._connection.abort()
            return
        self._identity = self._proved[1]
        if not self._listener.per_address.enter(self._address):
            self._connection.disconnect(
                asyncssh.DISC_TOO_MANY_CONNECTIONS, "Too many sessions from this address"
            )
            return
        self._counted_address = True

    # -- sessions

    def session_requested(self) -> tuple[asyncssh.SSHServerChannel[bytes], AppSession]:
        """A channel for the interface, within the limits."""
        assert self._connection is not None
        if self._identity is None:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "Not logged in")
        name = (
            self._identity.actor.account_id
            if isinstance(self._identity, Known)
            else self._identity.key.fingerprint
        )
        if self._channels >= self._limits.channels or not self._listener.per_account.enter(name):
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, "Too many sessions")
        self._channels += 1
        channel = self._connection.create_server_channel(encoding=None, window=WINDOW)
        guard_environment(channel, self._limits.environment_variables, self._limits.environment_bytes)

        def ended(session: AppSession) -> None:
            self._channels -= 1
            self._listener.per_account.leave(name)
            self._listener.sessions.discard(session)
            self._listener.garbage.ended(worked=session.typed)

        session = AppSession(
            self._next_app,
            stalled=self._limits.stalled,
            idle=self._limits.idle,
            on_first_key=self._listener.garbage.at_work,
            on_end=ended,
        )
        self._listener.sessions.add(session)
        return channel, session

    async def _next_app(self, traits: TerminalTraits, driver_class: Any, result: object) -> Any:
        assert self._identity is not None
        return await self._listener.make_app(self._identity, traits, driver_class, result)

    # -- never

    def connection_requested(self, *_args: Any) -> bool:
        """No TCP forwarding."""
        return False

    def server_requested(self, *_args: Any) -> bool:
        """No remote forwarding."""
        return False

    def unix_connection_requested(self, *_args: Any) -> bool:
        """No UNIX socket forwarding."""
        return False

    def unix_server_requested(self, *_args: Any) -> bool:
        """No UNIX socket forwarding."""
        return False

    def tun_requested(self, *_args: Any) -> bool:
        """No tunnels."""
        return False

    def tap_requested(self, *_args: Any) -> bool:
        """No tunnels."""
        return False
