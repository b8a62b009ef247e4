"""Puts the doors together into one HTTP application, with health, readiness and metrics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from app.health import Health
from app.metrics import Metrics
from domain.errors import (
    BadRequest,
    Conflict,
    NotAllowed,
    NotAuthentic,
    NotFound,
    RuleBroken,
    ShouwenError,
    TooLarge,
    TooMany,
    Unavailable,
)

log = structlog.get_logger(__name__)

STATUS: tuple[tuple[type[ShouwenError], int], ...] = (
    (TooLarge, 413),
    (BadRequest, 400),
    (NotAuthentic, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (RuleBroken, 409),
    (Conflict, 409),
    (TooMany, 429),
    (Unavailable, 503),
)
"""What an error of ours is in HTTP; the first class that fits counts."""


def build_web(
    *,
    routers: list[APIRouter],
    health: Health,
    metrics: Metrics,
    start: Callable[[], None],
    stop: Callable[[], None],
) -> FastAPI:
    """The application. ``start`` and ``stop`` run the background threads of the process around it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        start()
        try:
            yield
        finally:
            stop()

    web = FastAPI(title="Shouwen", docs_url=None, redoc_url=None, lifespan=lifespan)
    web.add_exception_handler(ShouwenError, _error)
    for router in routers:
        web.include_router(router)
    web.include_router(_operations(health, metrics))
    return web


def _operations(health: Health, metrics: Metrics) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def home() -> RedirectResponse:
        return RedirectResponse("/chat")

    @router.get("/healthz")
    def alive() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive"}

    @router.get("/readyz")
    def ready() -> JSONResponse:
        """200 only when a message can be answered whole; every dependency is named."""
        report = health.report()
        return JSONResponse(report.as_json(), status_code=200 if report.ready else 503)

    @router.get("/metrics")
    def scrape() -> Response:
        return Response(metrics.page(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


async def _error(request: Request, error: Exception) -> JSONResponse:
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
    if status >= 500:
        log.error("web.failed", path=request.url.path, error=type(error).__name__)
    headers = {"Retry-After": str(int(error.retry_after_s) + 1)} if isinstance(error, TooMany) else None
    body = {"error": type(error).__name__, "message": str(error)}
    return JSONResponse(body, status_code=status, headers=headers)
