"""Where Telegram delivers updates: checks the secret and the size, stores, then says 200."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from bot.channels.body import limited_body
from domain.errors import BadRequest, NotAuthentic, ShouwenError, TooLarge

log = structlog.get_logger(__name__)

PATH = "/telegram/webhook"
BODY_LIMIT = 2**20
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def webhook_router(receive: Callable[[Mapping[str, Any]], Awaitable[None]], secret: str) -> APIRouter:
    """The router for one bot. Anything but 2xx makes Telegram deliver the update again.

    Raises:
        ValueError: ``secret`` is empty; anybody could then speak for any customer.
    """
    if not secret:
        raise ValueError("a webhook needs a secret")
    router = APIRouter()

    @router.post(PATH)
    async def deliver(request: Request) -> JSONResponse:
        try:
            given = request.headers.get(SECRET_HEADER, "")
            if not hmac.compare_digest(given.encode(), secret.encode()):
                raise NotAuthentic("wrong secret")
            await receive(_update(await limited_body(request, BODY_LIMIT)))
        except NotAuthentic:
            return JSONResponse({"error": "not_authentic"}, 401)
        except TooLarge:
            return JSONResponse({"error": "too_large"}, 413)
        except BadRequest as error:
            # Refusing it would make Telegram repeat it for a day and hold back what comes behind.
            log.error("telegram.update_dropped", error=str(error))
        except ShouwenError as error:
            log.warning("telegram.update_not_stored", error=type(error).__name__)
            return JSONResponse({"error": "try_again"}, 503)
        return JSONResponse({"ok": True})

    return router


def _update(body: bytes) -> Mapping[str, Any]:
    try:
        update = json.loads(body)
    except ValueError as error:
        raise BadRequest("not JSON") from error
    if not isinstance(update, dict):
        raise BadRequest("not a JSON object")
    return update
