"""Reading request bodies no further than their limit."""

from __future__ import annotations

from fastapi import Request

from domain.errors import TooLarge


async def limited_body(request: Request, limit: int) -> bytes:
    """The body of a request.

    Raises:
        TooLarge: it has more than ``limit`` bytes, as announced or as counted while it comes.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise TooLarge(f"the body may have {limit} bytes")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise TooLarge(f"the body may have {limit} bytes")
    return bytes(body)
