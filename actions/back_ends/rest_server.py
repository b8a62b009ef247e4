"""Serves any utility port as the HTTP interface of ``docs/utility-api.md``.

For utilities that write their adapter in Python, for trying the HTTP back end, and for its contract tests.
"""

from __future__ import annotations

import hmac
import inspect
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_type_hints

from fastapi import FastAPI, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from actions.back_ends.http import KEY_HEADER
from actions.back_ends.wire import decode, encode
from domain.errors import BackEndUnavailable, NotFound, RuleBroken
from domain.utility_port import UtilityPort

_LOG = logging.getLogger(__name__)


def operations() -> tuple[str, ...]:
    """Names of all operations, as in the port."""
    return tuple(sorted(name for name in dir(UtilityPort) if not name.startswith("_")))


def utility_server(utility: UtilityPort, token: str) -> FastAPI:
    """An application with ``POST /v1/<operation>`` for every operation of the port."""
    app = FastAPI(title="Utility", docs_url=None, redoc_url=None, openapi_url=None)
    calls = {name: partial(_call, getattr(utility, name)) for name in operations()}

    @app.post("/v1/{operation}")
    async def ask(
        operation: str,
        request: Request,
        authorization: str = Header(default=""),
        idempotency_key: str = Header(default="", alias=KEY_HEADER),
    ) -> JSONResponse:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            return _error(401, "not_authentic")
        if operation not in calls:
            return _error(404, "unknown_operation")
        try:
            body = await request.json()
            answer = await run_in_threadpool(calls[operation], body, idempotency_key)
        except ValueError as error:
            return _error(400, "bad_request", str(error))
        except NotFound as error:
            return _error(404, "not_found", str(error))
        except RuleBroken as error:
            return _error(409, "rule_broken", str(error), error.rule)
        except BackEndUnavailable:
            _LOG.warning("utility did not answer", extra={"operation": operation})
            return _error(503, "unavailable")
        return JSONResponse({"answer": answer})

    return app


def _call(method: Callable[..., object], body: object, idempotency_key: str) -> object:
    """Read the arguments by the method's own types, call it, and write the answer.

    Raises:
        ValueError: an argument is missing, unknown or of the wrong type.
    """
    if not isinstance(body, Mapping):
        raise ValueError("the body must be an object of arguments")  # noqa: TRY004 - answered as a bad request
    hints = get_type_hints(method)
    hints.pop("return")
    arguments: dict[str, Any] = {}
    for name, value in body.items():
        if name not in hints or name == "idempotency_key":
            raise ValueError(f"unknown argument {name}")
        arguments[name] = decode(hints[name], value)
    if "idempotency_key" in hints:
        if not idempotency_key:
            raise ValueError(f"the header {KEY_HEADER} is missing")
        arguments["idempotency_key"] = idempotency_key
    try:
        inspect.signature(method).bind(**arguments)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return encode(method(**arguments))


def _error(status: int, error: str, words: str = "", rule: str = "") -> JSONResponse:
    return JSONResponse({"error": error, "words": words, "rule": rule}, status_code=status)
