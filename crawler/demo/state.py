"""Which state of the sample web is served: sites change between two crawls."""

from dataclasses import dataclass


@dataclass(slots=True)
class State:
    """Shared by the web and its hosts; set `phase` between two crawls."""

    phase: int = 1
    """1, then 2 for the second crawl; 3 brings the page that is gone for good."""
