"""The hotline: a neutral endpoint that any IVR can speak to, one HTTP request per turn of the call.

``POST /hotline/turn`` with a bearer token and JSON ``{call_id, turn_id, caller?, language?}`` and one of
``speech`` (recognised words), ``digits`` (keys pressed) or ``event`` (``start``, ``silence``, ``hangup``).
The answer is what to say and what to do next::

    {"say": ["…"], "gather": {"kind": "digits|speech|none", "max_digits": 10, "timeout_s": 6},
     "transfer": {"queue": "…", "reason": "…", "ticket": "…"} | null, "hangup": false, "pending": false}

The same ``turn_id`` of a call asks for the same turn again and never makes a second one. When the answer
takes longer than the limit, ``pending`` is true: say what is there and ask
``GET /hotline/turn/{call_id}/{turn_id}``, which waits in the same way.
Errors are ``{"error": {"code", "message"}}`` with 401, 404, 413, 422 or 503.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import anyio
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator
from starlette.concurrency import run_in_threadpool

from bot.channels.body import limited_body
from bot.channels.replies import Transfer, TurnReply
from bot.channels.saying import Say
from domain.conversation import Receipt
from domain.errors import BadRequest, NotAuthentic, NotFound, ShouwenError, TooLarge, Unavailable
from domain.message import Inbound, Message

log = structlog.get_logger(__name__)

BODY_LIMIT = 64 * 1024
SPEECH_TIMEOUT_S = 6
"""Silence after which the IVR should send the event ``silence``."""
DIGITS_TIMEOUT_S = 12
MOST_DIGITS = 18
"""The longest number that callers key in: an ID with 18 places."""
CALLS_WAITING = 256
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:@+-]{1,100}$")]
ERRORS: tuple[tuple[type[ShouwenError], int, str], ...] = (
    (NotAuthentic, 401, "not_authentic"),
    (NotFound, 404, "unknown_turn"),
    (TooLarge, 413, "too_large"),
    (BadRequest, 422, "bad_request"),
    (Unavailable, 503, "try_again"),
)


class HotlineTurn(BaseModel):
    """One turn as the IVR sends it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    call_id: Id
    turn_id: Id
    caller: Annotated[str, StringConstraints(max_length=40)] = ""
    language: Literal["", "zh", "en"] = ""
    speech: Annotated[str, StringConstraints(max_length=5000)] | None = None
    digits: Annotated[str, StringConstraints(pattern=r"^[0-9*#]{1,40}$")] | None = None
    event: Literal["start", "silence", "hangup"] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> HotlineTurn:
        if sum(part is not None for part in (self.speech, self.digits, self.event)) != 1:
            raise ValueError("exactly one of speech, digits and event is needed")
        return self

    def inbound(self, first_words: str) -> Inbound:
        """As the inbox takes it. Digits and silence are for the dialogue to understand, as text."""
        said = first_words if self.event == "start" else (self.speech or self.digits or "")
        return Inbound(
            channel="hotline",
            provider_message_id=_key(self.call_id, self.turn_id),
            address=self.call_id,
            text=said.rstrip("#") if self.digits else said,
            display_name=self.caller,
            language=self.language,
            spoken=True,
        )


def hotline_router(
    *,
    accept: Callable[[Inbound], Receipt],
    find: Callable[[str, str], Receipt | None],
    await_reply: Callable[[Receipt, float], TurnReply | None],
    say: Say,
    token: str,
    wait_s: float = 4.0,
) -> APIRouter:
    """The endpoints. ``find`` and ``await_reply`` are those of ``StoredReplies``; all may block.

    Raises:
        ValueError: ``token`` is empty; anybody could then speak for any caller.
    """
    if not token:
        raise ValueError("the hotline needs a token")
    router = APIRouter(prefix="/hotline", tags=["hotline"])
    waits = anyio.CapacityLimiter(CALLS_WAITING)

    async def reply_to(receipt: Receipt, language: str) -> dict[str, Any]:
        reply = await anyio.to_thread.run_sync(await_reply, receipt, wait_s, limiter=waits)
        return _pending(say("channel.one_moment", language)) if reply is None else _answer(reply, say)

    @router.post("/turn")
    async def turn(request: Request) -> JSONResponse:
        async def take() -> dict[str, Any]:
            _check_token(request, token)
            asked = _read(await limited_body(request, BODY_LIMIT))
            if asked.event == "hangup":
                # Nobody hears an answer any more, and nothing was asked.
                return _instruction([], hangup=True)
            first_words = say("channel.first_words", asked.language)
            receipt = await run_in_threadpool(accept, asked.inbound(first_words))
            return await reply_to(receipt, asked.language)

        return await _told(take)

    @router.get("/turn/{call_id}/{turn_id}")
    async def turn_again(request: Request, call_id: str, turn_id: str, language: str = "") -> JSONResponse:
        async def take() -> dict[str, Any]:
            _check_token(request, token)
            receipt = await run_in_threadpool(find, "hotline", _key(call_id, turn_id))
            if receipt is None:
                raise NotFound("no such turn; post it")
            return await reply_to(receipt, language)

        return await _told(take)

    return router


async def _told(take: Callable[[], Awaitable[dict[str, Any]]]) -> JSONResponse:
    """The result of ``take``, or its error, as JSON."""
    try:
        return JSONResponse(await take())
    except ShouwenError as error:
        for kind, status, code in ERRORS:
            if isinstance(error, kind):
                log.info("hotline.refused", code=code)
                return JSONResponse({"error": {"code": code, "message": str(error)}}, status)
        raise


def _check_token(request: Request, token: str) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise NotAuthentic("a bearer token is needed")


def _read(body: bytes) -> HotlineTurn:
    try:
        return HotlineTurn.model_validate(_whole(json.loads(body)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "turn"
        raise BadRequest(f"{where}: {first['msg']}") from error
    except ValueError as error:
        raise BadRequest("the body is not JSON") from error


def _whole(turn: Any) -> Any:
    """The turn without halves of characters, which JSON can write and no text can hold."""
    if not isinstance(turn, dict):
        return turn
    return {
        name: said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if isinstance(said, str)
        else said
        for name, said in turn.items()
    }


def _answer(reply: TurnReply, say: Say) -> dict[str, Any]:
    last = reply.messages[-1] if reply.messages else None
    ends = reply.farewell and reply.transfer is None
    spoken = [words for message in reply.messages if (words := _spoken(message, say))]
    return _instruction(
        spoken,
        gather="none" if ends or reply.transfer else (last.gather if last and last.gather else "speech"),
        choices=len(last.choices) if last else 0,
        transfer=reply.transfer,
        hangup=ends,
    )


def _spoken(message: Message, say: Say) -> str:
    """The words to say; buttons become numbers to press."""
    words = message.speech or message.text
    language = "zh" if _CHINESE.search(words) else "en"
    offered = (
        say("channel.press", language, label=choice.label, number=number)
        for number, choice in enumerate(message.choices, start=1)
    )
    return " ".join(part for part in (words, *offered) if part)


def _pending(words: str) -> dict[str, Any]:
    return _instruction([words], pending=True)


def _instruction(
    say: list[str],
    *,
    gather: str = "none",
    choices: int = 0,
    transfer: Transfer | None = None,
    hangup: bool = False,
    pending: bool = False,
) -> dict[str, Any]:
    most = MOST_DIGITS if gather == "digits" else (len(str(choices)) if choices else MOST_DIGITS)
    timeout_s = DIGITS_TIMEOUT_S if gather == "digits" else SPEECH_TIMEOUT_S
    moved = (
        {"queue": transfer.queue, "reason": transfer.reason, "ticket": transfer.ticket_number}
        if transfer
        else None
    )
    return {
        "say": say,
        "gather": {"kind": gather, "max_digits": most if gather != "none" else 0, "timeout_s": timeout_s},
        "transfer": moved,
        "hangup": hangup,
        "pending": pending,
    }


def _key(call_id: str, turn_id: str) -> str:
    """Unique over calls: neither part may hold a slash."""
    return f"{call_id}/{turn_id}"
