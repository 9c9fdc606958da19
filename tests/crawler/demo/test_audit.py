"""The audit of an access log finds what a crawler does wrong."""

from types import MappingProxyType

import pytest

from crawler.demo.audit import audit
from crawler.demo.server import LogEntry
from crawler.demo.truth import Hits, Truth

TRUTH = Truth(
    pages=(),
    never=(("a.test", "/private/"),),
    canonical=(),
    hits=(Hits("a.test", r"/x\?.*", 1, 2), Hits("a.test", r"/later", 1, 1, phase=2)),
)
POLITE = {"user-agent": "xiaobao/0.1 (+https://example.org/bot)", "host": "127.0.0.1:1"}


def entry(path: str, time: float, **headers: str) -> LogEntry:
    sent = MappingProxyType(POLITE | {k.replace("_", "-"): v for k, v in headers.items()})
    return LogEntry(time, "a.test", path, "GET", sent, b"", 200, 0, 1)


GOOD = [entry("/robots.txt", 0.0), entry("/x?1", 4.0), entry("/y", 8.0)]


def findings(log: list[LogEntry]) -> list[str]:
    return audit(log, TRUTH, delays={"a.test": 4.0})


def test_a_good_log_has_no_findings() -> None:
    assert findings(GOOD) == []


@pytest.mark.parametrize(
    ("extra", "finding"),
    [
        (entry("/private/1", 12.0), "must not be asked for"),
        (entry("/y", 10.5), "1 delays of 4.0 s took 2.50 s up to /y"),
        (entry("/y", 12.0, cookie="a=b"), "sends cookie"),
        (entry("/y", 12.0, authorization="x"), "sends authorization"),
        (entry("/y", 12.0, user_agent="Mozilla/5.0"), "no contact"),
        (entry("/y", 12.0, referer="http://127.0.0.1:2/z"), "tells another host"),
    ],
)
def test_each_fault_is_found(extra: LogEntry, finding: str) -> None:
    (found,) = findings([*GOOD, extra])
    assert finding in found


def test_a_late_entry_is_no_fault_but_a_steady_pace_is() -> None:
    late = [entry("/robots.txt", 0.9), entry("/x?1", 4.0), entry("/y", 8.0)]
    assert findings(late) == []
    fast = [entry("/robots.txt", 0.0), *(entry(f"/x?{n}", n * 3.2) for n in (1, 2))]
    assert "2 delays of 4.0 s took 6.40 s" in findings(fast)[0]


def test_counts_and_order() -> None:
    many = [*GOOD, entry("/x?2", 12.0), entry("/x?3", 16.0)]
    assert "3 requests for" in findings(many)[0]
    assert "before robots.txt" in findings(GOOD[1:])[0]
    second = audit(GOOD[1:], TRUTH, delays={"a.test": 0.0}, phase=2)
    assert audit(GOOD, TRUTH, delays={}, phase=2) == []
    assert second == ["a.test: 0 requests for /later, not 1 to 1"]
