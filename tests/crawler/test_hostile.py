"""Servers that mean harm, all at once against one crawl over real HTTP.

One run of the program visits every host below; each test is a row of the table and looks at what
the archive says and at what the server saw.
"""

import asyncio
import json
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from archive.archive import Archive
from archive.captures import read_capture
from archive.models import Capture, Document, Frontier
from tests.crawler.hostile import answers
from tests.crawler.hostile.answers import OK, bomb, page, raw, redirect, report
from tests.crawler.hostile.server import ADDRESS, Answer, Host, HostileServer, Listener, Talk
from tests.web import command, environment, run

SEED = """
id = "{id}"
family = "none"
site_type = "government"
discovery = "{discovery}"
hosts = [{hosts}]
[politeness]
delay = 0.0
timeout = {timeout}
max_pages_per_run = {budget}
[[start]]
url = "{start}"
max_pages = 1000
[article]
url_regex = '{article}'
"""
PATIENCE = 4
"""Seconds for an answer; real profiles give a minute."""
BUDGET = 40


@dataclass
class Site:
    """A host, and the profile it is crawled by."""

    host: Host
    start: str = "/a/1.html"
    discovery: str = "seeds"
    hosts: tuple[str, ...] = ()
    article: str = r"/a/"
    timeout: float = PATIENCE
    budget: int = BUDGET
    outcomes: tuple[str, ...] = ()
    """Of the start page; any of these."""

    def write(self, folder: Path) -> None:
        hosts = ", ".join(f'"{host}"' for host in (self.host.netloc, *self.hosts))
        text = SEED.format(
            id=self.host.name,
            discovery=self.discovery,
            hosts=hosts,
            timeout=self.timeout,
            budget=self.budget,
            start=self.host.url + self.start,
            article=self.article,
        )
        (folder / f"{self.host.name}.toml").write_text(text, encoding="utf-8")


def site(name: str, answer: Answer, *outcomes: str, robots: Answer | None = None, **more) -> Site:
    return Site(Host(name, answer, robots), outcomes=outcomes, **more)


CHUNKED, COOKIE, MANY = b"Transfer-Encoding: chunked\r\n\r\n", b"x" * 4096, bytes(1 << 16)
NO_BODY_YET = {
    "endless-headers": raw(OK, b"X-Filler: " + b"a" * 8000 + b"\r\n"),
    "100k-headers": raw(OK + b"".join(b"X-%d: 1\r\n" % n for n in range(100_000)) + b"\r\n"),
    "cookies": raw(OK + b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, COOKIE) for n in range(5000))),
    "continue": raw(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
}
BOMBS = [
    *(
        site(f"bomb-{number}", bomb(encoding, length=length), "too_large")
        for number, (encoding, length) in enumerate(
            [(name, True) for name in answers.BOMBS] + [("gzip", False)]
        )
    ),
    site("endless-chunks", raw(OK + CHUNKED, answers.CHUNK), "too_large"),
    site("a-terabyte", raw(OK + b"Content-Length: %d\r\n\r\n" % 10**12, MANY), "too_large"),
    site("50-megabytes", page(bytes(50 << 20)), "too_large"),
    *(site(name, answer, "too_large") for name, answer in NO_BODY_YET.items()),
    site("long-header", raw(OK + b"X-Long: " + MANY * 16 + b"\r\n\r\n"), "error", budget=1),
]
SLOW = [
    site(
        "drip", raw(OK + b"Content-Length: 100000\r\n\r\n", b"<", pause=0.3), "timed_out", budget=1
    ),
    site("slow-headers", raw(OK, b"X-A: b\r\n", pause=0.3), "timed_out", budget=1),
    site("hang", answers.hang, "timed_out", budget=1),
    site("reset-in-body", answers.reset_in_body, "error", budget=1),
    site("reset", answers.reset_at_once, "error", budget=1),
    site("short-body", answers.short_body, "error", budget=1),
]
ODD_HEADERS = (
    b"Content-Type: text/html; charset=utf-8\r\nX-Null: a\x00b\r\nX-Return: a\rb\r\n"
    b"no colon here\r\nX-Folded: one\r\n two\r\nX-High: \xb1\xa8\xb8\xe6\r\n"
)


async def odd(talk: Talk) -> None:
    body = report().encode()
    await talk.send(OK + ODD_HEADERS + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def redirect_sites(port: int) -> list[Site]:
    """Sites that lead to addresses that are not public; `port` is where we listen on 127.0.0.1."""
    targets = {
        "loopback": f"http://127.0.0.1:{port}/a/loopback",
        "hex": f"http://0x7f000001:{port}/a/hex",
        "decimal": f"http://2130706433:{port}/a/decimal",
        "octal": f"http://0177.0.0.1:{port}/a/octal",
        "short": f"http://127.1:{port}/a/short",
        "zero": f"http://0:{port}/a/zero",
        "mapped": f"http://[::ffff:127.0.0.1]:{port}/a/mapped",
        "six": f"http://[::1]:{port}/a/six",
        "name": f"http://localhost:{port}/a/name",
        "tls": f"https://127.0.0.1:{port}/a/tls",
        "metadata": "http://169.254.169.254/a/latest",
        "private": "http://10.255.255.1/a/",
    }
    away = ("file:///etc/passwd", "data:text/html,hello", "ftp://127.0.0.1/a/", "//", "http://[")
    tricks = (f"http://{ADDRESS}@127.0.0.1:{port}/a/", f"http://127。0。0。1:{port}/a/")
    made = [
        site(f"to-{name}", redirect(to), "moved", hosts=("*",), budget=3)
        for name, to in targets.items()
    ]
    made += [
        site(f"nowhere-{n}", redirect(to), "moved", hosts=("*",))
        for n, to in enumerate((*away, *tricks))
    ]
    meta = f"<meta http-equiv='refresh' content='0;url=http://127.0.0.1:{port}/a/'>" + report()
    made.append(site("by-meta", page(meta), "ok", hosts=("*",)))
    rules = redirect(f"http://127.0.0.1:{port}/robots.txt")
    made.append(site("by-robots", page(report()), "robots", robots=rules, hosts=("*",), budget=1))
    return made


async def loop(talk: Talk) -> None:
    """Two URLs that lead to each other."""
    other = "/a/2.html" if talk.path.endswith("1.html") else "/a/1.html"
    await talk.page("", "302 Found", f"Location: {other}")


async def longer(talk: Talk) -> None:
    """A chain without end: each URL leads to a new one."""
    await talk.page("", "302 Found", f"Location: /a/x{talk.path.rpartition('/')[2]}")


async def calendar(talk: Talk) -> None:
    """A list with a "next page" for ever, each with a link that is new."""
    number = int(talk.path.partition("=")[2] or 0)
    if talk.path.startswith("/a/"):
        await talk.page(report(complaints=100 + number))
        return
    await talk.page(
        f"<a href='/a/{number}.html'>消费维权工作总结{number}</a>"
        f"<a href='/cal?m={number + 1}'>下一页</a>"
    )


async def copies(talk: Talk) -> None:
    """One article under many addresses, and addresses that are traps."""
    if talk.path.startswith("/a/"):
        await talk.page(report())
        return
    links = [f"/a/1.html;jsessionid={n:x}" for n in range(500)]
    links += [f"/a/1.html?sid={n}" for n in range(500)]
    links += ["/a/" + "b/" * 30, "/a/x/x/x/x/1.html", "/a/" + "y" * 3000]
    await talk.page("".join(f"<li><a href='{u}'>消费维权工作总结</a></li>" for u in links))


async def many_links(talk: Talk) -> None:
    if talk.path.startswith("/a/"):
        await talk.page(report())
        return
    rows = "".join(f"<li><a href='/a/{n}.html'>总结{n}</a></li>" for n in range(35_000))
    await talk.page(rows)


async def huge_list(talk: Talk) -> None:
    await talk.page("<a href='/a/1.html'>消费维权工作总结</a>" + "<div>" * 2_900_000)


LABELS = [
    "gb2312",
    "gbk",
    "gb18030",
    "big5",
    "utf-8",
    "utf8",
    "utf-16",
    "hz",
    "utf-7",
    "rot13",
    "hex",
    "zlib",
    "base64",
    "bz2",
    "idna",
    "punycode",
    "undefined",
    "unicode_escape",
    "raw_unicode_escape",
    "mbcs",
    "palmos",
    "oem",
    "quopri",
    "uu",
    "none",
    "null",
    "iso-8859-8-i",
    "x-user-defined",
    "iso-8859-1",
    "windows-1252",
    "shift_jis",
]


async def labels(talk: Talk) -> None:
    """Thirty names of encodings, in the header or in the page."""
    place, _, number = talk.path.removeprefix("/a/").partition("-")
    if not number:
        names = [f"{place}-{n}" for place in ("head", "meta") for n in range(len(LABELS))]
        await talk.page("".join(f"<li><a href='/a/{n}'>消费维权总结</a></li>" for n in names))
        return
    label = LABELS[int(number)]
    text = report(complaints=200 + int(number))
    if place == "head":
        await talk.page(text.encode(), "200 OK", f"Content-Type: text/html; charset={label}")
        return
    body = text.replace("charset='utf-8'", f"charset='{label}'").encode()
    await talk.page(body, "200 OK", "Content-Type: text/html")


async def deep(talk: Talk) -> None:
    await talk.page("<div>" * 200_000 + report())


class Good:
    """A host as it should be, and hosts that wait until it has been crawled."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.pages = 8

    async def answer(self, talk: Talk) -> None:
        if not talk.path.startswith("/a/"):
            links = "".join(
                f"<a href='/a/{n}.html'>消费维权总结{n}</a>" for n in range(1, self.pages + 1)
            )
            await talk.page(links)
            return
        number = int(talk.path.removeprefix("/a/").removesuffix(".html"))
        await talk.page(report(complaints=300 + number))
        if len(set(talk.host.asked)) > self.pages:
            self.done.set()

    async def wait(self, talk: Talk) -> None:
        while not self.done.is_set():  # noqa: ASYNC110  it is set from a handler too
            await asyncio.sleep(0.02)
        await talk.page(report())

    def sites(self) -> list[Site]:
        good = site("good", self.answer, "ok", discovery="links", start="/list.html", timeout=60)
        return [good, *(site(f"slow-{n}", self.wait, "ok", timeout=60) for n in range(20))]


LISTS = {"discovery": "links", "start": "/list.html"}


def all_sites(port: int) -> list[Site]:
    return [
        *SLOW,
        *redirect_sites(port),
        *Good().sites(),
        site("odd-headers", odd, "ok"),
        site("loop", loop, "moved"),
        site("endless-redirects", longer, "moved"),
        site("self", redirect("/a/1.html"), "moved"),
        site("no-location", page("", "302 Found"), "moved"),
        site("calendar", calendar, "ok", discovery="links", start="/cal"),
        site("copies", copies, "ok", **LISTS),
        site("many-links", many_links, "ok", **LISTS),
        site("huge-list", huge_list, "too_large", **LISTS),
        site("labels", labels, "ok", discovery="links", start="/list.html", timeout=60),
        site("deep", deep, "ok"),
    ]


@dataclass
class Crawled:
    """One crawl of all of them, and what was measured beside it."""

    folder: Path
    sites: dict[str, Site]
    listener: Listener
    returncode: int
    said: str
    report: dict
    first_rss: int
    peak_rss: int

    def rows(self, *columns):
        with Archive.open(self.folder) as archive, archive.database.read() as connection:
            return connection.execute(select(*columns)).all()

    def frontier(self, name: str):
        wanted = (Frontier.url, Frontier.outcome, Frontier.reason, Frontier.tries)
        with Archive.open(self.folder) as archive, archive.database.read() as connection:
            query = select(*wanted).where(Frontier.site_id == name).order_by(Frontier.id)
            return connection.execute(query).all()


def crawl(folder: Path, sites: list[Site], listener: Listener) -> Crawled:
    (folder / "profiles").mkdir()
    with HostileServer([one.host for one in sites]):
        for one in sites:
            one.write(folder / "profiles")
        names = [one.host.name for one in sites]
        arguments = ["--profiles", folder / "profiles", "--archive", folder / "archive", "--json"]
        process = subprocess.Popen(
            command("crawl", *names, *arguments),
            env=environment(XIAOBAO_ALLOW_NETWORKS=f"{ADDRESS}/32"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        first, peak = watch_memory(process.pid, sites)
        said, complained = process.communicate(timeout=300)
    report = json.loads(said) if said else {}
    known = {one.host.name: one for one in sites}
    return Crawled(
        folder / "archive", known, listener, process.returncode, complained, report, first, peak
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory):
    listener = Listener()
    yield crawl(tmp_path_factory.mktemp("hostile"), all_sites(listener.port), listener)
    listener.close()


@pytest.fixture(scope="module")
def bombed(tmp_path_factory: pytest.TempPathFactory):
    listener = Listener()
    yield crawl(tmp_path_factory.mktemp("bombs"), BOMBS, listener)
    listener.close()


def watch_memory(pid: int, sites: list[Site]) -> tuple[int, int]:
    """Resident bytes of the crawl process before its first fetch, and the most it ever had."""
    process, first, peak = psutil.Process(pid), 0, 0
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        try:
            status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        except OSError:
            break
        fields = dict(line.split(":", 1) for line in status.splitlines())
        if "VmHWM" not in fields:
            break
        peak = int(fields["VmHWM"].split()[0]) * 1024
        if not any(one.host.connections for one in sites):
            first = peak
        time.sleep(0.02)
    return first, peak


def test_the_crawl_ends_and_everything_it_kept_is_whole(crawled: Crawled) -> None:
    assert crawled.returncode == 0, crawled.said[-3000:]
    assert "Traceback" not in crawled.said
    assert run("verify", "--archive", crawled.folder).returncode == 0


def check_outcome(crawled: Crawled, name: str) -> None:
    start, *_ = crawled.frontier(name)
    expected = crawled.sites[name].outcomes
    assert start.outcome in expected, (start, expected)
    assert "\x00" not in (start.reason or "")


@pytest.mark.parametrize("name", [one.host.name for one in all_sites(port=1)])
def test_what_becomes_of_a_hostile_page(crawled: Crawled, name: str) -> None:
    check_outcome(crawled, name)


@pytest.mark.parametrize("name", [one.host.name for one in BOMBS])
def test_what_is_too_large_is_refused_and_asked_for_once(bombed: Crawled, name: str) -> None:
    check_outcome(bombed, name)
    assert len(bombed.sites[name].host.asked) == 1


def test_memory_stays_small(bombed: Crawled) -> None:
    """All bombs at once: 14 hosts, up to 10 GB unpacked in each."""
    assert bombed.returncode == 0, bombed.said[-3000:]
    assert bombed.peak_rss - bombed.first_rss < 200 << 20


def test_nothing_connects_to_a_private_address(crawled: Crawled) -> None:
    assert crawled.listener.connected() == 0
    for name in [name for name in crawled.sites if name.startswith("to-")]:
        _, target = crawled.frontier(name)
        # Twisted finds no name for a bare IPv6 address, so that this one is not even tried.
        assert target.outcome == ("robots" if name == "to-six" else "refused"), name
    for name in [name for name in crawled.sites if name.startswith(("nowhere-", "by-"))]:
        assert len(crawled.frontier(name)) == 1, name


def test_redirects_end(crawled: Crawled) -> None:
    assert crawled.sites["loop"].host.asked == ["/a/1.html", "/a/2.html"]
    assert crawled.sites["self"].host.asked == ["/a/1.html"]
    assert len(crawled.sites["endless-redirects"].host.asked) == 6


def test_budgets_hold(crawled: Crawled) -> None:
    for one in crawled.sites.values():
        assert len(one.host.asked) <= max(BUDGET, 3), one.host.name
    assert len(crawled.sites["calendar"].host.asked) == BUDGET


def test_copies_are_asked_for_once(crawled: Crawled) -> None:
    assert crawled.sites["copies"].host.asked == ["/list.html", "/a/1.html"]


def test_a_trap_is_noted_and_never_asked_for(crawled: Crawled) -> None:
    noted = {row.url.partition("/a/")[2]: row for row in crawled.frontier("copies")}
    traps = {path: row.reason for path, row in noted.items() if row.outcome == "trap"}
    assert traps == {"x/x/x/x/1.html": "repeating_segment", "b/" * 30: "too_deep"}


def test_a_slow_host_does_not_slow_the_others(crawled: Crawled) -> None:
    """Twenty hosts answer only when the good one has been crawled to its end."""
    assert len(set(crawled.sites["good"].host.asked)) == 9
    assert [crawled.frontier(f"slow-{n}")[0].outcome for n in range(20)] == ["ok"] * 20


def test_no_cookie_and_no_referrer_is_ever_sent(crawled: Crawled) -> None:
    for one in crawled.sites.values():
        for head in one.host.heads:
            names = {line.partition(":")[0].lower() for line in head.splitlines()[1:]}
            assert not {"cookie", "referer", "authorization"} & names


def test_headers_are_read_back_as_they_came(crawled: Crawled) -> None:
    with Archive.open(crawled.folder) as archive, archive.database.read() as connection:
        wanted = select(Capture.id).where(Capture.site_id == "odd-headers")
        (capture,) = connection.execute(wanted).scalars()
        record = read_capture(connection, archive.folder, capture)
    assert record.payload == report().encode()


@pytest.mark.parametrize("label", LABELS)
def test_a_false_name_of_an_encoding_does_no_harm(crawled: Crawled, label: str) -> None:
    number = LABELS.index(label)
    ends = tuple(f"/a/{place}-{number}" for place in ("head", "meta"))
    fetched = {row.url: row.outcome for row in crawled.frontier("labels")}
    asked = {url: outcome for url, outcome in fetched.items() if url.endswith(ends)}
    assert len(asked) == 2
    for url, text in crawled.rows(Document.url, Document.text):
        if not url.endswith(ends):
            continue
        assert f"投诉{200 + number}件" in text
