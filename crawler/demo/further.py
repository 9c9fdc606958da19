"""The further hosts of the sample web: quirks of the live web beyond the core."""

from crawler.demo.answers import Host
from crawler.demo.hosts import (
    changes,
    copies,
    mislabelled,
    moved,
    refusals,
    robots_cases,
    ucap,
    unit,
    vsb,
    yearly,
)
from crawler.demo.library import More
from crawler.demo.state import State
from crawler.demo.truth import HostTruth

NAMES = (
    unit.NAME,
    vsb.NAME,
    ucap.NAME,
    moved.NAME,
    moved.WWW,
    changes.NAME,
    changes.OUTAGE,
    copies.NAME,
    copies.SITEMAP,
    yearly.NAME,
    mislabelled.NAME,
    mislabelled.ENCODINGS,
    *refusals.NAMES,
    *robots_cases.NAMES,
)


def build(
    more: More, state: State, addresses: dict[str, str]
) -> tuple[list[Host], list[HostTruth]]:
    """All further hosts and what is true of each."""
    built = [
        unit.build(more),
        vsb.build(more, state),
        ucap.build(more),
        changes.build(more, state),
        changes.build_outage(more, state),
        copies.build(more),
        copies.build_sitemap(more, addresses),
        yearly.build(more),
        mislabelled.build(more),
        mislabelled.build_encodings(more),
        *(refusals.build_delayed(more, name) for name in refusals.DELAYS),
        *(refusals.build_walled(more, name) for name in refusals.WALLS),
        *(robots_cases.build(more, case) for case in robots_cases.CASES),
    ]
    both, of_moved = moved.build(more, state, addresses)
    return [*both, *(host for host, _ in built)], [of_moved, *(truth for _, truth in built)]
