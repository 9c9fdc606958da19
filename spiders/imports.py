"""What an import is told about the site of a URL: its profile, or what a host alone says."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from crawler.importing import SiteRules
from crawler.urls import host_allowed
from spiders.profile import Profile, ProfileSet
from spiders.schema import SiteType, seconds
from spiders.site import site_row
from spiders.trial import unknown_site


class ImportRules:
    """The rules of each URL's site; asked once a host."""

    def __init__(self, profiles: ProfileSet, site_type: SiteType | None = None) -> None:
        """`site_type`: of hosts that no profile names."""
        self._profiles = [p for p in profiles.profiles.values() if "*" not in p.hosts]
        self._site_type = site_type
        self._known: dict[str, list[SiteRules]] = {}

    def __call__(self, url: str) -> SiteRules:
        """The rules for a canonical URL; of several sites on a host, the one that wants it."""
        host = urlsplit(url).netloc
        if host not in self._known:
            sites = [p for p in self._profiles if host_allowed(url, p.hosts)]
            self._known[host] = [_rules(p, known=True) for p in sites] or [
                _rules(unknown_site(urljoin(url, "/"), self._site_type), known=False)
            ]
        rules = self._known[host]
        return next((one for one in rules if one.article.matches(url)), rules[0])


def _rules(profile: Profile, *, known: bool) -> SiteRules:
    ages = [seconds(age) for age in profile.schedule.article_revisit]
    again = ages[0] if ages and profile.follows_links else None
    return SiteRules(
        row=site_row(profile),
        article=profile.article,
        hosts=profile.hosts,
        encoding_hint=profile.text.encoding_hint,
        title_min=profile.topic.title_min,
        revisit=None if again is None else timedelta(seconds=again),
        known=known,
    )
