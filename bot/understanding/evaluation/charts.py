"""Small pictures for the report, as SVG inside the page; their colours are classes of its style sheet."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from bot.understanding.evaluation.calibration import STEPS, Step
from bot.understanding.evaluation.outside import Point

_WIDTH, _HEIGHT = 360, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 350, 10, 222
_BARS = 24
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def reliability(steps: Sequence[Step]) -> Markup:
    """A bar a step: share right over confidence, its width by place, its weight by how many there are."""
    most = max(step.n for step in steps)
    parts = [_line([(0, 0), (1, 1)], "even")]
    for step in steps:
        x1, x2 = _x(step.low), _x(step.low + 1 / STEPS)
        strength = 0.35 + 0.65 * math.sqrt(step.n / most)
        words = f"{step.n} answers, mean confidence {step.confidence:.3f}, right {step.right:.3f}"
        parts.append(_bar(x1 + 1, x2 - 1, _y(step.right), words, strength))
        parts.append(_dot(step.confidence, step.right))
    return _picture(
        parts, _share_ticks(), _share_ticks(), "confidence", "share that is right", "Reliability diagram"
    )


def roc(points: Sequence[Point]) -> Markup:
    """Inside messages let in, over outside messages let in."""
    parts = [_line([(0, 0), (1, 1)], "even"), _line(points, "curve")]
    return _picture(
        parts, _share_ticks(), _share_ticks(), "not our business, let in", "our business, let in", "ROC curve"
    )


def histogram(times: Sequence[float]) -> Markup:
    """How many answers took how long, ``times`` ordered; the slowest hundredth is in the last bar."""
    longest = max(times[min(len(times) - 1, int(0.99 * len(times)))], 1e-3)
    counts = [0] * _BARS
    for ms in times:
        counts[min(int(ms / longest * _BARS), _BARS - 1)] += 1
    most = max(counts)
    parts = [
        _bar(_x(i / _BARS) + 0.5, _x((i + 1) / _BARS) - 0.5, _y(count / most), _between(i, count, longest))
        for i, count in enumerate(counts)
        if count
    ]
    across = [(q, f"{q * longest:.1f}") for q in _QUARTERS]
    up = [(q, f"{q * most:.0f}") for q in _QUARTERS[1:]]
    return _picture(parts, across, up, "milliseconds", "answers", "Distribution of answering times")


def growth(curves: Mapping[str, Sequence[tuple[int, float]]]) -> Markup:
    """Accuracy over the number of sentences taught, doubling from left to right; one line a name."""
    sizes = sorted({size for points in curves.values() for size, _ in points})
    shares = [share for points in curves.values() for _, share in points]
    low = math.floor(min(shares) * 10) / 10
    high = max(math.ceil(max(shares) * 10) / 10, low + 0.1)
    reach = math.log2(sizes[-1] / sizes[0]) if len(sizes) > 1 else 1.0
    parts = []
    for number, (name, points) in enumerate(curves.items()):
        placed = [
            (math.log2(size / sizes[0]) / reach, (share - low) / (high - low)) for size, share in points
        ]
        parts.append(_line(placed, f"curve c{number % 3}"))
        parts += [_dot(x, y) for x, y in placed]
        x, y = placed[0]
        parts.append(
            f'<text x="{_x(x) + 8:.1f}" y="{_y(y) + 14:.1f}" class="name">{Markup.escape(name)}</text>'
        )
    across = [(math.log2(size / sizes[0]) / reach, str(size)) for size in sizes]
    up = [(q, f"{low + q * (high - low):.2f}") for q in (0.0, 0.5, 1.0)]
    return _picture(parts, across, up, "sentences taught", "accuracy", "Learning curve")


def _between(at: int, count: int, longest: float) -> str:
    return f"{count} answers, {at * longest / _BARS:.1f} to {(at + 1) * longest / _BARS:.1f} ms"


def _bar(left: float, right: float, top: float, words: str, strength: float = 1.0) -> str:
    return (
        f'<rect class="bar" x="{left:.1f}" width="{right - left:.1f}" y="{top:.1f}" '
        f'height="{_BOTTOM - top:.1f}" opacity="{strength:.2f}"><title>{words}</title></rect>'
    )


def _dot(x: float, y: float) -> str:
    return f'<circle class="dot" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="3"/>'


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)


def _line(points: Iterable[tuple[float, float]], kind: str) -> str:
    path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return f'<polyline class="{kind}" points="{path}"/>'


def _share_ticks() -> list[tuple[float, str]]:
    return [(q, f"{q:g}") for q in _QUARTERS]


def _picture(
    parts: Sequence[str],
    across: Sequence[tuple[float, str]],
    up: Sequence[tuple[float, str]],
    below: str,
    beside: str,
    title: str,
) -> Markup:
    """Parts between axes. Every word in them is a number or has been escaped."""
    axes = [f'<path class="axis" d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}"/>']
    for place, words in across:
        anchor = "end" if place > 0.97 else "middle"
        axes.append(f'<text x="{_x(place):.1f}" y="{_BOTTOM + 15}" text-anchor="{anchor}">{words}</text>')
    for place, words in up:
        axes.append(f'<path class="grid" d="M{_LEFT} {_y(place):.1f}H{_RIGHT}"/>')
        axes.append(f'<text x="{_LEFT - 6}" y="{_y(place) + 4:.1f}" text-anchor="end">{words}</text>')
    middle = (_TOP + _BOTTOM) / 2
    axes.append(f'<text x="{(_LEFT + _RIGHT) / 2}" y="{_HEIGHT - 6}" text-anchor="middle">{below}</text>')
    axes.append(f'<text transform="translate(11 {middle}) rotate(-90)" text-anchor="middle">{beside}</text>')
    return Markup(  # noqa: S704 (made here, see above)
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
        + "".join(axes)
        + "".join(parts)
        + "</svg>"
    )
