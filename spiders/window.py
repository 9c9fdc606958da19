"""Hours of the day in which a site may be fetched: "00:00-07:00+08:00"."""

import re
from datetime import UTC, datetime, timedelta

_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)(Z|[+-]\d\d:[0-5]\d)")
_DAY = timedelta(days=1)


def parse_window(text: str) -> tuple[timedelta, timedelta]:
    """Start in the day in UTC (possibly before 0:00) and length. ValueError for other texts."""
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(f'{text!r} is not a window; write "00:00-07:00+08:00"')
    start = timedelta(hours=int(match[1]), minutes=int(match[2]))
    length = (timedelta(hours=int(match[3]), minutes=int(match[4])) - start) % _DAY or _DAY
    return start - _offset(match[5]), length


def opens_at(window: str | None, now: datetime) -> datetime:
    """The moment from which fetching is allowed: `now` itself inside the window."""
    if window is None:
        return now
    start, length = parse_window(window)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = (now - midnight - start) % _DAY
    return now if since < length else now + _DAY - since


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    hours, minutes = text[1:].split(":")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return -offset if text[0] == "-" else offset
