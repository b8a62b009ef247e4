"""What every page shares: templates, static files, strict headers, bodies with a limit."""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from domain.errors import BadRequest, NotFound, TooLarge

_HERE = Path(__file__).parent
BODY_LIMIT = 65_536
"""Bytes; the longest message allowed needs 20 000 in UTF-8, or 60 000 in a form's percent signs."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


def protect(response: Response, frame_ancestors: Sequence[str] = ()) -> None:
    """Set the strict headers; only ``frame_ancestors`` may show the page in a frame."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(ancestors=ancestors))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    response.headers.setdefault("Cache-Control", "no-store")


Refuse = Callable[[Request, Exception], Response]


def route_refusing(refuse: Refuse, errors: type[Exception]) -> type[APIRoute]:
    """A route class that answers ``errors`` with ``refuse`` and sets the strict headers on every answer."""

    class Route(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            inner = super().get_route_handler()

            async def handle(request: Request) -> Response:
                try:
                    response = await inner(request)
                except errors as error:
                    response = refuse(request, error)
                protect(response)
                return response

            return handle

    return Route


async def limited_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body. Raises TooLarge as soon as it passes ``limit`` bytes, without reading the rest."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"more than {limit} bytes")
    return bytes(body)


async def json_body(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises BadRequest for anything else."""
    body = await limited_body(request)
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("not JSON") from error
    if not isinstance(data, dict):
        raise BadRequest("not a JSON object")
    return data


async def form_body(request: Request) -> dict[str, str]:
    """An urlencoded form; of repeated fields the last one counts."""
    body = await limited_body(request)
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=50))
    except ValueError as error:
        raise BadRequest("not a form") from error


def address_of(request: Request) -> str:
    """The network address that asks, for rate limits only."""
    return request.client.host if request.client else "unknown"


class StaticFiles:
    """Static files in memory under one release name made of their content, so they may be cached for ever."""

    def __init__(self) -> None:
        folder = _HERE / "static"
        self._files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        total = hashlib.sha256()
        for name, content in self._files.items():
            total.update(name.encode() + b"\0" + content)
        self.release = total.hexdigest()[:12]

    def url(self, name: str) -> str:
        """Where a page finds ``name``. Raises KeyError for a file that is not there."""
        self._files[name]
        return f"/static/{self.release}/{name}"

    def response(self, release: str, name: str) -> Response:
        """The file. An older release gets today's file, uncached. Raises NotFound."""
        if name not in self._files:
            raise NotFound(name)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        response = Response(self._files[name], media_type="text/javascript" if name.endswith(".js") else kind)
        fresh = release == self.release
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class Templates:
    """Jinja2 over ``templates/``, everything escaped, unknown names an error."""

    def __init__(self, static: StaticFiles) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["static"] = static.url

    def page(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Render one page."""
        return HTMLResponse(self._environment.get_template(name).render(**values), status_code=status)
