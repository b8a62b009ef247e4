"""Who sits at the desk: password sign-in, a signed cookie of short life, and a CSRF token bound to it.

A sign-in ends after two hours without a request, twelve hours in all, at once when the person is made
inactive or the password changes, and in this browser by signing out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from desk.deps import DeskDeps
from desk.passwords import password_fits
from desk.web import address_of
from domain.agent import Agent
from domain.errors import NotAllowed, NotAuthentic, NotFound, TooMany
from domain.job import AuditEvent

DESK_COOKIE = "shouwen_desk"
IDLE = timedelta(hours=2)
WHOLE = timedelta(hours=12)
_TRIES_HERE = 8
"""For one login from one address; from elsewhere the person herself can still sign in."""
_TRIES_PER_LOGIN = 60
_TRIES_PER_ADDRESS = 60
_TRIES_WINDOW_S = 900.0


class NotSignedIn(NotAuthentic):
    """No sign-in, or it has ended; the page leads to the sign-in page."""


class CsrfMissing(NotAllowed):
    """A change was sent without the page's own token; reloading the page helps."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An agent with a valid sign-in."""

    agent: Agent
    nonce: str
    begun: datetime
    csrf: str


class SignIns:
    """Begins, reads and ends sign-ins."""

    def __init__(self, deps: DeskDeps) -> None:
        self._deps = deps
        self._signer = URLSafeSerializer(deps.secret, salt="shouwen.desk")

    def begin(self, request: Request, login: str, password: str) -> SignedIn:
        """Sign in with a password; the attempt is written to the audit.

        Raises:
            NotAuthentic: unknown login, wrong password or inactive person; which of them is not told.
            TooMany: too many tries for this login or from this address.
        """
        address = address_of(request)
        limiter = self._deps.limiter
        name = login.strip().casefold()[:80]
        if not (
            limiter.allow(f"sign-in-address:{address}", _TRIES_PER_ADDRESS, _TRIES_WINDOW_S)
            and limiter.allow(f"sign-in:{name}:{address}", _TRIES_HERE, _TRIES_WINDOW_S)
            and limiter.allow(f"sign-in:{name}", _TRIES_PER_LOGIN, _TRIES_WINDOW_S)
        ):
            raise TooMany("sign-in tries", _TRIES_WINDOW_S)
        with self._deps.store.read() as tx:
            agent = tx.people.by_login(login.strip())
        fits = password_fits(agent.password_hash if agent else "", password[:200])
        now = self._deps.clock.now()
        if agent is None or not fits or not agent.active:
            with self._deps.store.write() as tx:
                tx.audit.add(AuditEvent(now, agent.id if agent else "", "sign_in_refused", "desk"))
            raise NotAuthentic("sign-in")
        with self._deps.store.write() as tx:
            tx.audit.add(AuditEvent(now, agent.id, "signed_in", "desk"))
        return self._signed(agent, secrets.token_urlsafe(16), now)

    def of(self, request: Request) -> SignedIn:
        """The sign-in of a request. Raises NotSignedIn."""
        try:
            data = self._signer.loads(request.cookies.get(DESK_COOKIE, ""))
            agent_id, nonce, stamp = data["agent"], data["nonce"], data["stamp"]
            begun, seen = datetime.fromisoformat(data["begun"]), datetime.fromisoformat(data["seen"])
        except (BadSignature, KeyError, TypeError, ValueError) as error:
            raise NotSignedIn("no sign-in") from error
        now = self._deps.clock.now()
        if now - seen > IDLE or now - begun > WHOLE:
            raise NotSignedIn("sign-in has ended")
        with self._deps.store.read() as tx:
            try:
                agent = tx.people.agent(agent_id)
            except NotFound as error:
                raise NotSignedIn("agent is gone") from error
        if not agent.active or not hmac.compare_digest(stamp, _stamp(agent)):
            raise NotSignedIn("sign-in was withdrawn")
        return self._signed(agent, nonce, begun)

    def check_csrf(self, request: Request, signed: SignedIn, form: Mapping[str, str]) -> None:
        """A change must carry the page's token, in a field or a header. Raises CsrfMissing."""
        token = request.headers.get("x-csrf-token") or form.get("csrf", "")
        if not hmac.compare_digest(token.encode(), signed.csrf.encode()):
            raise CsrfMissing("csrf")

    def keep(self, request: Request, response: Response, signed: SignedIn) -> None:
        """Write the cookie anew, which also moves the idle limit."""
        data = {
            "agent": signed.agent.id,
            "nonce": signed.nonce,
            "stamp": _stamp(signed.agent),
            "begun": signed.begun.isoformat(),
            "seen": self._deps.clock.now().isoformat(),
        }
        response.set_cookie(
            DESK_COOKIE,
            self._signer.dumps(data),
            path="/desk",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    def end(self, signed: SignedIn, response: Response) -> None:
        """Sign out of this browser."""
        with self._deps.store.write() as tx:
            tx.audit.add(AuditEvent(self._deps.clock.now(), signed.agent.id, "signed_out", "desk"))
        response.delete_cookie(DESK_COOKIE, path="/desk")

    def _signed(self, agent: Agent, nonce: str, begun: datetime) -> SignedIn:
        key = hmac.new(self._deps.secret, f"csrf:{agent.id}:{nonce}".encode(), hashlib.sha256)
        return SignedIn(agent, nonce, begun, key.hexdigest())


def _stamp(agent: Agent) -> str:
    """Changes with the password, and so ends every sign-in made with the old one."""
    return hashlib.sha256(agent.password_hash.encode()).hexdigest()[:16]
