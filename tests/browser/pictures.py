"""Small pictures of pages for the documents: PNG with a palette, a third of what a browser writes."""

from __future__ import annotations

import base64
import struct
import zlib
from collections import Counter
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 256
_PIXELS = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data, width, height } = canvas.getImageData(0, 0, image.width, image.height);
  let text = "";
  for (let at = 0; at < data.length; at += 9999) text += String.fromCharCode(...data.subarray(at, at + 9999));
  return [width, height, btoa(text)];
}"""
Colour = tuple[int, ...]


def take(page: Page, path: Path) -> None:
    """A picture of what the window shows."""
    shown = page.screenshot(animations="disabled", caret="hide")
    blank = page.context.new_page()
    width, height, pixels = blank.evaluate(_PIXELS, base64.b64encode(shown).decode())
    blank.close()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(with_palette(width, height, base64.b64decode(pixels)))


def with_palette(width: int, height: int, rgba: bytes) -> bytes:
    """A PNG of these pixels; colours beyond the most frequent 256 become the nearest of them."""
    colours = [pixel[:3] for pixel in zip(*[iter(rgba)] * 4, strict=True)]
    palette = [colour for colour, _ in Counter(colours).most_common(_COLOURS)]
    index = {colour: number for number, colour in enumerate(palette)}

    @cache
    def nearest(colour: Colour) -> int:
        return min(
            range(len(palette)),
            key=lambda n: sum((a - b) ** 2 for a, b in zip(palette[n], colour, strict=True)),
        )

    numbers = bytes(index[colour] if colour in index else nearest(colour) for colour in colours)
    rows = b"".join(b"\0" + numbers[at : at + width] for at in range(0, len(numbers), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    flat = bytes(part for colour in palette for part in colour)
    chunks = ((b"IHDR", head), (b"PLTE", flat), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
