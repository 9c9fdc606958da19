"""The lists of the sample sites lead to exactly the pages of the truth, by the crawler's rules."""

import urllib.request
from collections.abc import Callable, Iterator
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

import pytest

from crawler.demo.hosts import copies
from crawler.demo.profiles import SITES, write_profiles
from crawler.demo.web import SampleWeb
from crawler.links import Follow, read_list
from crawler.parts import next_part
from spiders.profile import Profile, ProfileSet, load_profiles

MAX_LISTS = 12


def fetch(follow: Follow) -> str:
    data = urlencode(follow.form).encode() if follow.form is not None else None
    with urllib.request.urlopen(follow.url, data) as answer:
        body = bytes(answer.read())
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("gb18030")


def articles(profile: Profile) -> set[str]:
    """Every article that the lists of a site name."""
    found: set[str] = set()
    queue = [Follow(start.url, 1) for start in profile.start]
    for _ in range(MAX_LISTS):
        if not queue:
            return found
        follow = queue.pop(0)
        page = read_list(
            fetch(follow),
            follow.url,
            rules=profile.list,
            article=profile.article,
            hosts=profile.hosts,
            page=follow.page,
            state=follow.state,
        )
        found |= {entry.url for entry in page.entries}
        queue += page.follows
    raise AssertionError("the lists do not end")


@pytest.fixture(scope="module")
def wide() -> Iterator[SampleWeb]:
    with SampleWeb(extended=True) as running:
        yield running


@pytest.fixture(scope="module")
def profiles(wide: SampleWeb, tmp_path_factory: pytest.TempPathFactory) -> ProfileSet:
    folder = tmp_path_factory.mktemp("profiles")
    write_profiles(folder, wide.hosts)
    return load_profiles(folder)


WITH_LISTS = [name for name in SITES if name != copies.SITEMAP and not name.startswith("waf-")]


@pytest.mark.parametrize("name", WITH_LISTS)
def test_lists_lead_to_every_page(wide: SampleWeb, profiles: ProfileSet, name: str) -> None:
    profile = profiles.get(SITES[name])
    expected = {wide.url(page) for page in wide.truth.pages if page.host == name}
    found = articles(profile)
    if expected:  # nothing may be fetched where robots.txt fails
        assert found == expected


def test_parts_are_followed_and_the_next_article_is_not(
    wide: SampleWeb, profiles: ProfileSet
) -> None:
    profile = profiles.get("demo_essay")
    get: Callable[[str], str] = lambda url: fetch(Follow(url, 1))  # noqa: E731
    for page in wide.truth.stored:
        if page.host != "essay.test":
            continue
        url, parts = wide.url(page), []
        while (following := next_part(get(url), url, profile.article)) is not None:
            parts.append(urlsplit(following).path)
            url = following
        assert tuple(parts) == page.parts


def test_a_wrong_path_is_a_404(web: SampleWeb) -> None:
    with pytest.raises(HTTPError, match="404"):
        fetch(Follow(web.hosts["docs.test"] + "/p-4.html", 1))
