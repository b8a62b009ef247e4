"""The web channel: what the chat page, the terminal client and the load bench speak.

``POST /chat/api/messages`` stores one message exactly once per ``client_id``; ``GET /chat/api/messages`` and
``GET /chat/api/stream`` give what came after a ``seq``. All answers are JSON; errors are
``{"error": {"code", "message", …}}``.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import AsyncIterator
from typing import Any

import anyio
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from desk.deps import DeskDeps
from desk.live import BEAT, BEAT_S, listening, sse, stream
from desk.visitor import CHAT_COOKIE, Visitor, Visitors
from desk.web import address_of, json_body, limited_body, route_refusing
from desk.wording import Words, asked_language, language_of
from domain.conversation import Conversation, Mode
from domain.errors import (
    BadRequest,
    NotAuthentic,
    NotFound,
    ShouwenError,
    TooLarge,
    TooMany,
    Unavailable,
)
from domain.message import Author, Inbound, Message
from domain.repositories import Transaction

TEXT_LIMIT = 5000
PAYLOAD_LIMIT = 500
WAIT_LIMIT_S = 60.0
_CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")
_UNWANTED = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
"""Marks that turn the direction of text: they can make an agent read other words than were sent."""
_STATUS: tuple[tuple[type[ShouwenError], int, str], ...] = (
    (TooLarge, 413, "too_long"),
    (BadRequest, 400, "bad_request"),
    (NotAuthentic, 401, "not_authentic"),
    (NotFound, 404, "not_found"),
    (TooMany, 429, "too_many"),
    (Unavailable, 503, "unavailable"),
)


def clean(text: str) -> str:
    """The text without control characters (tab and line break stay) and without halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNWANTED)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(ch for ch in text if ch in "\n\t" or unicodedata.category(ch) != "Cc").strip()


def channel_of(request: Request) -> str:
    """``console`` for the terminal client, else ``web``."""
    return "console" if request.headers.get("x-shouwen-channel") == "console" else "web"


class ChatApi:
    """The endpoints over the store; one instance for all requests."""

    def __init__(self, deps: DeskDeps, words: dict[str, Words]) -> None:
        self._deps = deps
        self._words = words
        self._visitors = Visitors(deps.secret)
        self._waits = anyio.CapacityLimiter(256)
        """Waiting turns must not starve the pool that everything else runs in."""

    def router(self) -> APIRouter:
        """All paths under ``/chat/api``."""
        router = APIRouter(
            prefix="/chat/api", tags=["chat"], route_class=route_refusing(self._refuse, ShouwenError)
        )
        router.add_api_route("/messages", self.send, methods=["POST"], status_code=202)
        router.add_api_route("/messages", self.messages, methods=["GET"])
        router.add_api_route("/stream", self.stream, methods=["GET"])
        router.add_api_route("/session", self.session, methods=["POST"])
        router.add_api_route("/session/end", self.end_session, methods=["POST"])
        return router

    async def send(self, request: Request) -> Response:
        """Take one message in; 202 with ``inbound_id``, ``seq`` and ``duplicate``.

        With ``?wait=SECONDS`` the answer is held until the turn has been saved, and ``replies`` are added.
        """
        wait_s = _number(request, "wait", 0.0, WAIT_LIMIT_S)
        visitor = self._visitors.of(request)
        await run_in_threadpool(self._check_rate, visitor, address_of(request))
        inbound = self._read(await json_body(request), request, visitor)
        receipt = await run_in_threadpool(self._deps.accept, inbound)
        body: dict[str, Any] = {
            "inbound_id": receipt.inbound_id,
            "seq": receipt.seq,
            "duplicate": receipt.duplicate,
        }
        if wait_s:
            body["answered"] = await anyio.to_thread.run_sync(
                self._deps.await_answer, receipt.inbound_id, wait_s, limiter=self._waits
            )
            body["replies"] = await run_in_threadpool(
                self._replies, receipt.conversation_id, receipt.seq, receipt.inbound_id, self._tongue(request)
            )
        response = JSONResponse(body, 202)
        self._visitors.keep(request, response, visitor)
        return response

    async def messages(self, request: Request) -> Response:
        """Messages after ``?after=SEQ``, oldest first, and who holds the floor."""
        after = int(_number(request, "after", 0, 1e15))
        visitor = self._visitors.of(request)
        body = await run_in_threadpool(
            self._timeline, channel_of(request), visitor.address, after, self._tongue(request)
        )
        response = JSONResponse(body)
        self._visitors.keep(request, response, visitor)
        return response

    async def stream(self, request: Request) -> StreamingResponse:
        """The same as events ``message`` (id = seq), ``state``, ``typing``; resumes by ``Last-Event-ID``."""
        after = int(_number(request, "after", 0, 1e15))
        last_id = request.headers.get("last-event-id", "")
        if last_id.isdecimal() and len(last_id) < 16:
            after = int(last_id)
        visitor = self._visitors.of(request)
        response = stream(self._events(channel_of(request), visitor.address, after, self._tongue(request)))
        self._visitors.keep(request, response, visitor)
        return response

    async def session(self, request: Request) -> Response:
        """A new session as a token, for a page inside a foreign frame where cookies are withheld."""
        allowed = await run_in_threadpool(
            self._deps.limiter.allow, f"chat-session:{address_of(request)}", 120, 3600.0
        )
        if not allowed:
            raise TooMany("new chats from one address", 60)
        await limited_body(request, 1024)
        return JSONResponse({"token": self._visitors.begin().token}, 201)

    async def end_session(self, request: Request) -> Response:
        """Forget the chat on this device; the conversation itself stays with the utility."""
        await limited_body(request, 1024)
        response = JSONResponse({"ended": True})
        response.delete_cookie(CHAT_COOKIE, path="/chat")
        return response

    def _check_rate(self, visitor: Visitor, address: str) -> None:
        limiter = self._deps.limiter
        if not visitor.new and not limiter.allow(
            f"chat:{visitor.address}", self._deps.messages_per_minute, 60.0
        ):
            raise TooMany("messages in this chat", 10)
        if not limiter.allow(f"chat-address:{address}", self._deps.messages_per_minute_per_address, 60.0):
            raise TooMany("messages from this address", 20)

    def _read(self, data: dict[str, Any], request: Request, visitor: Visitor) -> Inbound:
        fields = {name: data.get(name) or "" for name in ("client_id", "text", "payload")}
        if not all(isinstance(value, str) for value in fields.values()):
            raise BadRequest("client_id, text and payload are strings")
        client_id = fields["client_id"] or secrets.token_urlsafe(12)
        if not _CLIENT_ID.fullmatch(client_id):
            raise BadRequest("client_id: 1 to 80 letters, digits and . _ : -")
        text, payload = clean(fields["text"]), clean(fields["payload"])
        if len(text) > TEXT_LIMIT or len(payload) > PAYLOAD_LIMIT:
            raise TooLarge(f"text may have {TEXT_LIMIT} characters")
        if not text and not payload:
            raise BadRequest("text is empty")
        return Inbound(
            channel=channel_of(request),
            provider_message_id=f"{visitor.address}:{client_id}",
            address=visitor.address,
            text=text,
            payload=payload,
            language=asked_language(request),
        )

    def _timeline(self, channel: str, address: str, after: int, words: Words) -> dict[str, Any]:
        with self._deps.store.read() as tx:
            conversation = tx.conversations.at(channel, address)
            if conversation is None:
                return {"messages": [], "last_seq": 0, "mode": Mode.BOT.value, "with": ""}
            return {
                "messages": [
                    public(tx, message, words)
                    for message in tx.conversations.messages(conversation.id, after)
                ],
                "last_seq": conversation.last_seq,
                **_floor(tx, conversation, words),
            }

    def _replies(self, conversation_id: str, seq: int, inbound_id: str, words: Words) -> list[dict[str, Any]]:
        with self._deps.store.read() as tx:
            return [
                public(tx, message, words)
                for message in tx.conversations.messages(conversation_id, seq)
                if message.reply_to == inbound_id and message.author is not Author.CUSTOMER
            ]

    def _conversation_id(self, channel: str, address: str) -> str:
        with self._deps.store.read() as tx:
            conversation = tx.conversations.at(channel, address)
            return conversation.id if conversation else ""

    async def _events(self, channel: str, address: str, after: int, words: Words) -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        while not (conversation_id := await run_in_threadpool(self._conversation_id, channel, address)):
            yield BEAT
            await anyio.sleep(3)
        typing = f"typing:{conversation_id}"
        state: dict[str, Any] = {}
        async with listening(self._deps.signals, [f"conversation:{conversation_id}", typing]) as waker:
            while True:
                found = await run_in_threadpool(self._timeline, channel, address, after, words)
                for message in found["messages"]:
                    after = message["seq"]
                    yield sse(message, event_id=after)
                if state != (state := {"mode": found["mode"], "with": found["with"]}):
                    yield sse(state, "state")
                topics = await waker.wait(BEAT_S)
                if typing in topics:
                    yield sse({"with": found["with"]}, "typing")
                elif not topics:
                    yield BEAT

    def _tongue(self, request: Request) -> Words:
        return self._words[language_of(request)]

    def _refuse(self, request: Request, error: Exception) -> Response:
        words = self._tongue(request)
        for kind, status, code in _STATUS:
            if isinstance(error, kind):
                detail = {"code": code, "message": words(f"chat.error.{code}"), "detail": str(error)}
                headers = {}
                if isinstance(error, TooMany):
                    detail["retry_after_s"] = str(int(error.retry_after_s))
                    headers["Retry-After"] = str(int(error.retry_after_s))
                return JSONResponse({"error": detail}, status, headers=headers)
        raise error


def public(tx: Transaction, message: Message, words: Words) -> dict[str, Any]:
    """A message as the customer may see it: no ids of people, no meta."""
    return {
        "seq": message.seq,
        "id": message.id,
        "author": message.author.value,
        "author_name": _name(tx, message, words),
        "text": message.text,
        "choices": [{"label": choice.label, "payload": choice.payload} for choice in message.choices],
        "at": message.at.isoformat(),
        "reply_to": message.reply_to,
    }


def _name(tx: Transaction, message: Message, words: Words) -> str:
    if message.author is Author.AGENT:
        try:
            return tx.people.agent(message.author_id).called(words.language)
        except NotFound:
            return words("chat.author.agent")
    return words(f"chat.author.{message.author.value}")


def _floor(tx: Transaction, conversation: Conversation, words: Words) -> dict[str, str]:
    """Whether a person talks, and the name; the handler's, for the responsible one may have others help."""
    name = ""
    if conversation.mode is Mode.AGENT and conversation.ticket_id:
        ticket = tx.tickets.get(conversation.ticket_id)
        name = tx.people.agent(ticket.handler or ticket.responsible).called(words.language)
    return {"mode": conversation.mode.value, "with": name}


def _number(request: Request, name: str, low: float, high: float) -> float:
    text = request.query_params.get(name, "")
    try:
        value = float(text) if text else 0.0
    except ValueError as error:
        raise BadRequest(f"{name} is a number") from error
    if not low <= value <= high:  # also refuses NaN
        if name == "wait" and value > high:
            return high
        raise BadRequest(f"{name} is between {low:g} and {high:g}")
    return value
