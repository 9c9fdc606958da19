"""robots.txt after RFC 9309: reading the bytes and judging a URL. Pure."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote_to_bytes, urlsplit

from protego import Protego

MAX_BYTES = 500 * 1024
"""At least this much must be parsed (RFC 9309 §2.5); we read no more."""
MAX_DELAY = 60.0
"""Crawl-delay is honoured up to this many seconds (news-crawl: 120)."""
AGENT = "xiaobao"

Access = Literal["rules", "all", "none"]
_RULE = re.compile(
    r"^\s*(?:user-agent|allow|disallow|crawl-delay|sitemap)\s*:", re.IGNORECASE | re.MULTILINE
)


def access_of(status: int) -> Access:
    """What an answer to /robots.txt means (RFC 9309 §2.3.1).

    2xx: its rules hold. 4xx: everything may be fetched, but 429 is a server that has enough.
    Everything else (5xx, a redirect that did not end) means nothing may be fetched now.
    """
    if 200 <= status < 300:  # noqa: PLR2004
        return "rules"
    if 400 <= status < 500 and status != 429:  # noqa: PLR2004
        return "all"
    return "none"


def decode_rules(body: bytes) -> str:
    """The text of a robots.txt: UTF-8, else GB18030; empty when it holds no rule (HTML pages).

    Many Chinese hosts serve GBK. Dropping its bytes, as is common, turns "Disallow: /消费" into
    "Disallow: /" and closes the whole site.
    """
    body = body[:MAX_BYTES].removeprefix(b"\xef\xbb\xbf")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("gb18030", errors="replace")
    looks_like_html = re.match(r"\s*<(?:!doctype|html|head|\?xml)", text, re.IGNORECASE)
    return "" if looks_like_html or not _RULE.search(text) else text


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one host."""

    access: Access
    _parser: Protego | None = None

    @classmethod
    def read(cls, status: int, text: str) -> "Rules":
        """From the stored status and decoded text."""
        access = access_of(status)
        return cls(access, Protego.parse(text) if access == "rules" and text else None)

    def allows(self, url: str) -> bool:
        """Whether our agent may fetch `url`; its path counts in UTF-8 and in GB18030."""
        if self.access != "rules":
            return self.access == "all"
        parser = self._parser
        return parser is None or all(parser.can_fetch(form, AGENT) for form in _forms(url))

    def delay(self) -> float:
        """Seconds between requests that the host asks for; 0 when it does not."""
        asked = None if self._parser is None else self._parser.crawl_delay(AGENT)
        return min(max(asked or 0.0, 0.0), MAX_DELAY)


def _forms(url: str) -> set[str]:
    # A rule in GBK names a path that links may spell in either encoding.
    path = urlsplit(url).path
    raw = unquote_to_bytes(path)
    forms = {url}
    for encoding in ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        forms.add(url.replace(path, quote(text), 1) if path else url)
    return forms
