"""The documents attached to an article: which links lead to one, and of what type."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from crawler.markup import attribute, base_of, encodable, parse_html
from crawler.rules import ArticleRules
from crawler.urls import host_allowed, resolve, url_refusal

MAX_ATTACHMENTS = 20  # an article with more is a directory
_SUFFIX = re.compile(r"\.(docx?|pdf|rtf|wps|ofd|xlsx?|et|zip|rar)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A linked document; `suffix` is what its address or name says, the bytes may disagree."""

    url: str
    name: str
    suffix: str


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


def _suffix(url: str, name: str) -> str | None:
    parts = urlsplit(url)
    values = [value for _, value in parse_qsl(parts.query)]
    matches = (_SUFFIX.search(place.strip()) for place in (parts.path, *values, name))
    return next((match[1].lower() for match in matches if match), None)
