"""Charts as shapes in a plane: the template draws them as SVG, which needs no script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import floor, log10

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 86, 16, 14, 30
_MOST_LABELS = 12
"""Year labels that fit beside each other."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis, at a place in pixels."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with what it says when pointed at, and where it leads."""

    x: float
    y: float
    note: str
    link: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A column standing on the axis."""

    x: float
    y: float
    width: float
    height: float
    note: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """Values over years."""

    line: str
    """The points of an SVG polyline through the first dot of each year."""
    dots: tuple[Dot, ...]
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Counts per year before a background of totals."""

    bars: tuple[Bar, ...]
    ground: tuple[Bar, ...]
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]


def line_chart(points: Sequence[tuple[int, str, str, str]]) -> LineChart | None:
    """Points (year, decimal, note, link) as a chart; None without two years to draw."""
    values = [(year, v, note, link) for year, v, note, link in _numbers(points)]
    years = sorted({year for year, *_ in values})
    if len(years) < 2:  # noqa: PLR2004
        return None
    scale = _ticks(max(float(value) for _, value, _, _ in values))
    top = scale[-1]

    def x(year: int) -> float:
        inner = WIDTH - LEFT - RIGHT
        return round(LEFT + inner * (year - years[0]) / (years[-1] - years[0]), 1)

    dots = tuple(Dot(x(year), _y(float(v), top), note, link) for year, v, note, link in values)
    first = {dot.x: dot for dot in reversed(dots)}
    line = " ".join(f"{dot.x},{dot.y}" for _, dot in sorted(first.items()))
    return LineChart(line, dots, _years(years, x), _levels(scale))


def bar_chart(counts: Sequence[tuple[int, int, int]]) -> BarChart | None:
    """(year, count, total) as columns; None where there is nothing."""
    if not counts:
        return None
    first, last = min(c[0] for c in counts), max(c[0] for c in counts)
    slot = (WIDTH - LEFT - RIGHT) / (last - first + 1)
    scale = _ticks(max(4, *(total for _, _, total in counts)))

    def bars(chosen: Sequence[tuple[int, int]]) -> tuple[Bar, ...]:
        made = []
        for year, n in chosen:
            y = _y(n, scale[-1])
            left = LEFT + slot * (year - first) + slot * 0.15
            height = round(HEIGHT - BOTTOM - y, 1)
            made.append(Bar(round(left, 1), y, round(slot * 0.7, 1), height, f"{year}: {n:,}"))
        return tuple(made)

    return BarChart(
        bars([(year, n) for year, n, _ in counts]),
        bars([(year, total) for year, _, total in counts]),
        _years(
            list(range(first, last + 1)),
            lambda year: round(LEFT + slot * (year - first + 0.5), 1),
        ),
        _levels(scale),
    )


def _numbers(
    points: Sequence[tuple[int, str, str, str]],
) -> list[tuple[int, Decimal, str, str]]:
    found = []
    for year, value, note, link in points:
        try:
            number = Decimal(value)
        except InvalidOperation:
            continue
        if number.is_finite() and 0 <= number < Decimal(10) ** 15:
            found.append((year, number, note, link))
    return found


def _ticks(top: float) -> list[float]:
    """About five round numbers from 0 to beyond `top`."""
    step = 10 ** floor(log10(max(top, 1e-9) / 4)) if top else 1.0
    for factor in (1, 2, 5, 10):
        if step * factor * 5 >= top:
            step *= factor
            break
    ticks = [0.0]
    while ticks[-1] < top or len(ticks) == 1:
        ticks.append(ticks[-1] + step)
    return ticks


def _levels(scale: Sequence[float]) -> tuple[Tick, ...]:
    return tuple(Tick(_y(value, scale[-1]), _short(value)) for value in scale)


def _years(years: Sequence[int], x: Callable[[int], float]) -> tuple[Tick, ...]:
    step = -(-len(years) // _MOST_LABELS)
    return tuple(Tick(x(year), str(year)) for year in years[::step])


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 1)


def _short(value: float) -> str:
    """A level's label in the Chinese way of counting: 12万, 3.4亿."""
    for size, name in ((1e8, "亿"), (1e4, "万")):
        if value >= size:
            return f"{value / size:g}{name}"
    return f"{value:g}"
