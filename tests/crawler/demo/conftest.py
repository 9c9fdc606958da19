import urllib.request
from collections.abc import Callable, Iterator

import pytest

from crawler.demo.web import SampleWeb


@pytest.fixture(scope="session")
def web() -> Iterator[SampleWeb]:
    with SampleWeb() as running:
        yield running


@pytest.fixture
def get(web: SampleWeb) -> Callable[[str, str], bytes]:
    """The body of a page by host name and path."""

    def fetch(host: str, path: str) -> bytes:
        with urllib.request.urlopen(web.hosts[host] + path) as answer:
            return bytes(answer.read())

    return fetch
