"""Scrapy's settings, all in one place (`scrapy.cfg` names this module).

Scrapy's own defaults suit short jobs on friendly sites. Reasons and measurements for each value
that differs stand beside it.
"""

from importlib.metadata import version
from typing import Any

from crawler.config import Config

BOT_NAME = "xiaobao"
SPIDER_MODULES: list[str] = []  # spiders come from profiles, see SPIDER_LOADER_CLASS
SPIDER_LOADER_CLASS = "spiders.loader.ProfileLoader"
SCHEDULER = "crawler.scheduler.FrontierScheduler"
ITEM_PIPELINES = {"crawler.capture.CapturePipeline": 100}
# What is used is named in full: of its own lists Scrapy imports all, also what is set to None.
# That was a tenth of a start, with an HTTP server and consoles, which run arbitrary code.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
# Robots, redirects and retries are rows of the frontier here, which Scrapy would follow at once.
# Cookies are not needed, and a bomb of them took 144 MB.
DOWNLOADER_MIDDLEWARES = {
    "crawler.politeness.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
    "crawler.capture.WireMiddleware": 950,  # nearer to the wire than decompression
}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}  # every answer counts, also a 404
ADDONS: dict[str, int] = {}
EXTENSIONS_BASE: dict[str, int] = {}
EXTENSIONS = {
    "crawler.memory.MemoryUsage": 0,
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
}

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
ASYNCIO_EVENT_LOOP = "uvloop.Loop"
CONCURRENT_ITEMS = 4  # 100, the default, costs 45 % of Scrapy's CPU time
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 3.0
DOWNLOAD_DELAY_JITTER = 0.0  # a delay is a promise: never less than the profile says
DOWNLOAD_TIMEOUT = 60  # a total limit, see `[politeness] timeout`; 180 invites to drip
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # 1 GiB, the default, lets a 10 MB bomb take 1,112 MB
DOWNLOAD_WARNSIZE = 4 * 1024 * 1024
DOWNLOAD_FAIL_ON_DATALOSS = True
# A link to file:///etc/passwd is followed by default.
DOWNLOAD_HANDLERS = {
    "http": "crawler.download.DownloadHandler",
    "https": "crawler.download.DownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
MEMUSAGE_LIMIT_MB = 600
LOG_LEVEL = "WARNING"
LOG_INSTALL_ROOT_HANDLER = False  # crawler.logs has one
USER_AGENT = f"xiaobao/{version('xiaobao')}"  # with a contact, see `settings_for`
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
}
WARN_ON_GENERATOR_RETURN_VALUE = False


def settings_for(config: Config) -> dict[str, Any]:
    """What a configuration adds to the settings above; `config_of` reads it back."""
    return {
        "XIAOBAO_CONFIG": config.to_json(),
        "USER_AGENT": f"{USER_AGENT} (+{config.contact})",
    }
