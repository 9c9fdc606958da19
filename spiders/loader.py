"""Makes one spider class of each site profile, for Scrapy's commands and our own runs."""

import builtins
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request

from archive.errors import ConfigError
from crawler.config import Config, load_config
from spiders.profile import Profile, ProfileSet, load_profiles
from spiders.schema import SiteType
from spiders.site import SiteSpider
from spiders.trial import trial_spider, unknown_site

if TYPE_CHECKING:
    from spiders.imports import ImportRules


class ProfileLoader:
    """Scrapy's spider loader over the profiles."""

    def __init__(self, profiles: ProfileSet) -> None:
        """Take the profiles to make spiders of."""
        self.profiles = profiles

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        """Made by Scrapy; the profiles' folder comes from our configuration."""
        given = settings.getdict("XIAOBAO_CONFIG")
        config = Config.from_json(given) if given else load_config()
        return cls(load_profiles(config.profiles))

    def list(self) -> list[str]:
        """The ids of all sites that can be crawled."""
        return list(self.profiles.profiles)

    def with_start_pages(self) -> builtins.list[str]:
        """The ids of the sites that can be crawled without naming a URL."""
        return [
            name
            for name, profile in self.profiles.profiles.items()
            if profile.start and profile.discovery != "never"
        ]

    def load(self, spider_name: str) -> type[SiteSpider]:
        """The spider of one site. KeyError, as Scrapy expects, where it is unknown or broken."""
        try:
            return spider_for(self.profiles.get(spider_name))
        except ConfigError as error:
            raise KeyError(str(error)) from error

    def trial(self, site: str) -> type[SiteSpider]:
        """The spider that looks at a site once. Raises ConfigError."""
        return trial_spider(self.profiles.get(site))

    def trial_of(self, url: str) -> type[SiteSpider]:
        """The spider that looks at one URL of a host, known or not. Raises ConfigError."""
        return trial_spider(unknown_site(url))

    def import_rules(self, site_type: SiteType | None = None) -> "ImportRules":
        """What an import asks about URLs; `site_type` is that of hosts without a profile."""
        from spiders.imports import ImportRules  # noqa: PLC0415  a crawl needs nothing of it

        return ImportRules(self.profiles, site_type)

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """The sites whose hosts hold the request's URL."""
        return [
            name
            for name, profile in self.profiles.profiles.items()
            if spider_for(profile).handles(request.url)
        ]


def spider_for(profile: Profile) -> type[SiteSpider]:
    """The spider class that crawls one site."""
    members = {"name": profile.id, "profile": profile}
    return type(f"{profile.id.title()}Spider", (SiteSpider,), members)
