"""URLs: the one normal form that frontier, filter and store share, and what is refused.

Nothing here asks the network. A URL that normalises here may still be refused at connection
time, when the address behind its host is known.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Collection
from socket import inet_aton, inet_ntoa
from typing import Literal
from unicodedata import normalize
from urllib.parse import urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

UrlRefusal = Literal["bad_url", "too_long", "too_deep", "repeating_segment"]

MAX_URL = 2083  # characters: the longest URL that browsers ever agreed on
MAX_SEGMENTS = 20  # Heritrix' TooManyPathSegmentsDecideRule default
MAX_SAME_SEGMENT = 2  # Heritrix' PathologicalPathDecideRule default

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,20}:")
_CONTROLS = re.compile(r"[\x00-\x20\x7f]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?")
_NUMERIC_LABEL = re.compile(r"(?:0x[0-9a-f]*|\d+)")
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_TRACKING = re.compile(
    r"utm_\w+|spm|scm|nsukey|isappinstalled|share_\w+|jsessionid|phpsessid|sessionid|session_id"
    r"|aspsessionid\w*|sid|from",
    re.IGNORECASE,
)
_QUERY_IN_GKMLPT = "/gkmlpt/"  # its list API has a true parameter named sid
# Nothing in such a URL can change; most links are of this kind, and this saves 50 µs for each
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_PLAIN = re.compile(
    r"https?://(?:(?:[a-z0-9_][a-z0-9_-]{0,62}\.){1,8}[a-z][a-z0-9]{1,30}"
    rf"|{_OCTET}(?:\.{_OCTET}){{3}})(?::(?:[1-9]\d{{3}}|[1-5]\d{{4}}))?"
    r"/(?!\.)(?:[A-Za-z0-9_~-]|\.(?!/)|/(?!\.)){0,2000}",
    re.ASCII,
)
_HOST_LATER = "h"
_STRAY_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_ENCODED_DOT = re.compile(r"%2e", re.IGNORECASE)


def canonical_url(url: str) -> str | None:
    """The normal form of an absolute http or https URL, or None for anything else.

    Drops the fragment, session and share parameters, default ports and dot segments; lowers the
    host and writes every IPv4 spelling as a dotted quad. Applying it twice changes nothing. A URL
    with user information is no page for us: None.
    """
    if _PLAIN.fullmatch(url):
        return url
    try:
        return _canonical(url)
    except ValueError:  # urlsplit, idna, ipaddress and UTF-8 (lone surrogates) all raise it
        return None


def resolve(base: str, href: str) -> str | None:
    """The normal form of a link found on the page `base`; None for `javascript:` and the like."""
    href = href.strip()
    if not href or href.startswith("#"):
        return None
    scheme = _SCHEME.match(href)
    if scheme and scheme.group().lower() not in ("http:", "https:"):
        return None
    try:
        return canonical_url(urljoin(base, href.replace("\\", "/")))
    except ValueError:
        return None


def url_refusal(url: str) -> UrlRefusal | None:
    """Why a URL looks like a trap, or None. Takes the canonical form."""
    if len(url) > MAX_URL:
        return "too_long"
    try:
        path = urlsplit(url).path
    except ValueError:
        return "bad_url"
    segments = [segment for segment in path.split("/") if segment]
    if len(segments) > MAX_SEGMENTS:
        return "too_deep"
    if segments and max(Counter(segments).values()) > MAX_SAME_SEGMENT:
        return "repeating_segment"
    return None


def host_allowed(url: str, hosts: Collection[str]) -> bool:
    """Whether a canonical URL is on one of `hosts`.

    "a.cn" means that host on every port, "a.cn:8101" on that port only, "*" every host.
    """
    if "*" in hosts:
        return True
    netloc = urlsplit(url).netloc
    name = netloc if netloc.endswith("]") else netloc.rpartition(":")[0] or netloc
    return netloc in hosts or name in hosts


def _canonical(url: str) -> str | None:
    url = _CONTROLS.sub(lambda m: "" if m.group() in "\t\r\n" else "%20", url.strip("\x00 \t\r\n"))
    scheme, separator, rest = url.partition(":")
    scheme = scheme.lower()
    if not separator or scheme not in _DEFAULT_PORTS:
        return None
    head, mark, query = rest.partition("?")
    head = head.replace("\\", "/")
    if not head.startswith("//"):
        return None
    parts = urlsplit(f"{scheme}://{head.lstrip('/')}{mark}{query}")
    netloc = _netloc(parts.netloc, _DEFAULT_PORTS[scheme])
    if netloc is None:
        return None
    # a stray % is data: left alone it could join what follows it into a new escape
    path = _ENCODED_DOT.sub(".", _STRAY_PERCENT.sub("%25", parts.path)) or "/"
    path = _SESSION_IN_PATH.sub("", path)
    query = _without_tracking(path, parts.query)
    # with a host that nothing rewrites: Python 3.13 and 3.11 write mapped IPv6 differently
    whole = canonicalize_url(urlunsplit((scheme, _HOST_LATER, path, query, "")))
    return f"{scheme}://{netloc}{whole.removeprefix(f'{scheme}://{_HOST_LATER}')}"


def _netloc(netloc: str, default_port: int) -> str | None:
    if "@" in netloc:
        return None
    host, port = netloc, ""
    if not netloc.endswith("]") and ":" in netloc:
        host, _, port = netloc.rpartition(":")
    name = _ip6(host) if host.startswith("[") else _host(host)
    if name is None or (port and not (port.isascii() and port.isdigit())):
        return None
    number = int(port or default_port)
    if not 0 < number < 1 << 16:
        return None
    return name if number == default_port else f"{name}:{number}"


def _ip6(host: str) -> str | None:
    if "%" in host:
        return None
    address = ipaddress.IPv6Address(host[1:-1])
    mapped = address.ipv4_mapped
    if mapped is None:
        return f"[{address}]"
    number = int(mapped)
    return f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"


def _host(host: str) -> str | None:
    """A host name in ASCII; every number-like spelling (127.1, 0x7f000001, 0) as IPv4."""
    name = normalize("NFKC", host).replace("。", ".").lower().rstrip(".")
    if not name.isascii():
        name = name.encode("idna").decode("ascii")
    if not _HOST.fullmatch(name) or ".." in name:
        return None
    if _NUMERIC_LABEL.fullmatch(name.rpartition(".")[2]):
        try:
            return inet_ntoa(inet_aton(name))
        except OSError:
            return None
    return name


def _without_tracking(path: str, query: str) -> str:
    keep_sid = path.startswith(_QUERY_IN_GKMLPT)
    return "&".join(
        part for part in query.split("&") if part and not _is_tracking(part, keep_sid=keep_sid)
    )


def _is_tracking(parameter: str, *, keep_sid: bool) -> bool:
    name, _, value = parameter.partition("=")
    if not _TRACKING.fullmatch(name):
        return False
    if name == "sid":
        return not keep_sid
    # ?from=singlemessage is a trace of sharing, ?from=2021-01-01 or ?from=40 selects content
    return name.lower() != "from" or not value[:1].isdigit()
