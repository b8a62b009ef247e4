"""The customer's anonymous web session: a random id, signed, in a cookie or (foreign frame) a token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import NotAuthentic

CHAT_COOKIE = "shouwen_chat"
COOKIE_LIFE_S = 180 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who chats: the address of the web channel, and the signed form of it."""

    address: str
    token: str
    new: bool
    bearer: bool


class Visitors:
    """Reads and gives visitor sessions."""

    def __init__(self, secret: bytes) -> None:
        self._signer = URLSafeSerializer(secret, salt="shouwen.chat")

    def begin(self) -> Visitor:
        """A new session; nothing is stored before its first message."""
        address = secrets.token_urlsafe(18)
        return Visitor(address, self._signer.dumps(address), new=True, bearer=False)

    def of(self, request: Request) -> Visitor:
        """The session of a request, or a new one when there is none or the cookie is stale.

        Raises:
            NotAuthentic: a bearer token was given and is not ours (a cookie may fade, a token must not).
        """
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            address = self._read(bearer.strip())
            if address is None:
                raise NotAuthentic("chat token")
            return Visitor(address, bearer, new=False, bearer=True)
        cookie = request.cookies.get(CHAT_COOKIE, "")
        address = self._read(cookie) if cookie else None
        return Visitor(address, cookie, new=False, bearer=False) if address else self.begin()

    def _read(self, token: str) -> str | None:
        try:
            address = self._signer.loads(token)
        except BadSignature:
            return None
        return address if isinstance(address, str) else None

    @staticmethod
    def keep(request: Request, response: Response, visitor: Visitor) -> None:
        """Give a new session to the browser."""
        if visitor.new:
            response.set_cookie(
                CHAT_COOKIE,
                visitor.token,
                max_age=COOKIE_LIFE_S,
                path="/chat",
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
