"""Looking at a site once: the first list page that has entries, and one article of it.

The spider is the one of a crawl, so that robots.txt, delays, the address guard and the reading of
lists are the same; it only takes less.
"""

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from archive.errors import ConfigError
from archive.frontier import Found, Leased
from archive.warc import Exchange
from crawler.rules import ArticleRules
from crawler.urls import canonical_url
from spiders.schema import Politeness, Profile, SiteType, Start
from spiders.site import SiteSpider

MOST_FETCHES = 6
"""A JSON list can need two pages before its entries, and either page may have moved once."""
ANY_PATH = "/"
_NO_ID = re.compile(r"[^a-z0-9_]+")
_MOST_ID = 63


class TrialSpider(SiteSpider):
    """Reads lists until one has entries, and follows the first of them."""

    taken = False

    def _links(self, text: str, row: Leased) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
        found, follow = super()._links(text, row)
        if self.taken:
            return (), ()
        # A JSON list's page in HTML is only the way to its list.
        is_way = row.page_state is None and self.profile.list.format.startswith("json")
        wanted = [item for item in found if item.refused is None or item.refused[0] == "off_topic"]
        if not wanted or (is_way and follow):
            return (), follow[:1]
        self.taken = True
        best = next((item for item in wanted if item.refused is None), wanted[0])
        return (replace(best, refused=None),), ()

    def _listed(self, exchange: Exchange, row: Leased, now: datetime) -> tuple[Found, ...]:
        found = super()._listed(exchange, row, now)
        if self.taken:
            return ()
        pages = [item for item in found if item.kind == "article" and item.refused is None]
        self.taken = bool(pages)
        return tuple(pages[:1] or found[:1])

    def _attached(self, text: str, row: Leased) -> tuple[Found, ...]:  # noqa: ARG002
        """Its files are not wanted."""
        return ()

    def _next_part(self, text: str, row: Leased) -> None:
        """One page of the article is enough."""


def trial_spider(profile: Profile) -> type[TrialSpider]:
    """The spider that looks at the first start page of a site.

    Raises ConfigError where the site has no start page.
    """
    if not profile.start:
        raise ConfigError(f"site {profile.id!r} has no [[start]] page to try")
    limit = min(MOST_FETCHES, profile.politeness.max_pages_per_run)
    small = replace(
        profile,
        start=profile.start[:1],
        politeness=replace(profile.politeness, max_pages_per_run=limit),
    )
    return type("TrialSpider_", (TrialSpider,), {"name": profile.id, "profile": small})


def unknown_site(url: str, site_type: SiteType | None = None) -> Profile:
    """A profile for a host that no site file names: its pages are articles, no link is followed.

    Raises ConfigError where `url` is no http or https URL.
    """
    address = canonical_url(url)
    if address is None:
        raise ConfigError(f"{url!r} is not an http or https URL")
    host = urlsplit(address).netloc
    return Profile(
        id=_NO_ID.sub("-", host).strip("-_")[:_MOST_ID],
        name=host,
        site_type=site_type,
        hosts=(host,),
        discovery="never",
        politeness=Politeness(max_pages_per_run=MOST_FETCHES),
        article=ArticleRules(url_regex=ANY_PATH),
        start=(Start(address),),
    )
