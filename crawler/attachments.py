"""The documents attached to an article: which links lead to one, of what type, and its row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from archive.frontier import Found
from crawler.markup import attribute, base_of, encodable, parse_html
from crawler.parts import part_of
from crawler.rules import ArticleRules
from crawler.urls import host_allowed, resolve, url_refusal

READ = frozenset({"doc", "docx", "pdf", "rtf", "wps", "xls", "xlsx", "et"})
"""Types that extraction can read; archives and .ofd stay links."""
MAX_ATTACHMENTS = 20  # an article with more is a directory
_LABEL = re.compile(
    r"^(?:附件\s?[\d一二三四五六七八九十]{0,3}\s?[:：.、]?|点击下载|点击查看|下载|查看|预览)\s?|^[\d.、()（）\s]{1,6}"
)
_MIN_TITLE = 5
_SUFFIX = re.compile(r"\.(docx?|pdf|rtf|wps|ofd|xlsx?|et|zip|rar)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A linked document; `suffix` is what its address or name says, the bytes may disagree."""

    url: str
    name: str
    suffix: str


def attached_articles(
    text: str, url: str, published: date | None, article: ArticleRules, hosts: Sequence[str]
) -> tuple[Found, ...]:
    """The files attached to the article at `url`: articles of their own that know their notice."""
    notice = part_of(url, article)[0]
    return tuple(
        Found(
            item.url,
            "article",
            title=title_of(item.name),
            published=published,
            page_state={"notice": notice},
        )
        for item in attachments(text, url, article, hosts)
        if item.suffix in READ
    )


def attachments(
    text: str, url: str, article: ArticleRules, hosts: Sequence[str]
) -> tuple[Attachment, ...]:
    """The attachments that the profile's selector names, in order and without repeats.

    The suffix may stand in the path, in a parameter (`down.jsp?filename=a.docx`), before the `?`
    (`a.pdf?fileName=…`) or only in the link's text. A link without one is no document.
    """
    if article.attachments is None:
        return ()
    base = base_of(text, url)
    found: dict[str, Attachment] = {}
    for link in parse_html(text).css(article.attachments):
        target = resolve(base, attribute(link, "href") or "")
        if target is None or url_refusal(target) or not host_allowed(target, hosts):
            continue
        name = encodable(" ".join("".join(link.root.itertext()).split()))
        suffix = _suffix(target, name)
        if suffix and target not in found:
            found[target] = Attachment(target, name, suffix)
    return tuple(found.values())[:MAX_ATTACHMENTS]


def title_of(name: str) -> str | None:
    """The title that a link's text gives an attachment, if it says more than that it is one.

    "附件1：某市2023年工作总结.docx" gives 某市2023年工作总结.
    """
    bare = _SUFFIX.sub("", name.strip())
    while (cut := _LABEL.sub("", bare).strip("《》“” ")) != bare:
        bare = cut
    return bare if len(bare) >= _MIN_TITLE else None


def _suffix(url: str, name: str) -> str | None:
    parts = urlsplit(url)
    values = [value for _, value in parse_qsl(parts.query)]
    matches = (_SUFFIX.search(place.strip()) for place in (parts.path, *values, name))
    return next((match[1].lower() for match in matches if match), None)
