"""What a browser makes of the pages. Needs Chromium: XIAOBAO_CHROMIUM, or one on the path."""

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright
from sqlalchemy import update

from archive.archive import Archive
from archive.db import Database
from archive.models import Capture
from archive.warc import Exchange, response_member
from tests.archive.builders import NOW, Builder
from tests.archive.served import served
from tests.archive.web.test_pages import PAYLOADS

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = [shutil.which(name) for name in _NAMES]
    path = os.environ.get("XIAOBAO_CHROMIUM") or next((name for name in names if name), None)
    if path is None:
        pytest.skip("no Chromium on the path and XIAOBAO_CHROMIUM is not set")
    with sync_playwright() as playwright:
        # Its own sandbox needs more rights than a test container gives; the pages are ours.
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


@pytest.fixture
def address(database: Database, tmp_path: Path) -> Iterator[str]:
    """A real server over the archive."""
    with served(Archive(tmp_path, database)) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that fails the test when it asks for anything elsewhere, or reports an error."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    trouble: list[str] = []

    def only_here(route: Route) -> None:
        if route.request.url.startswith(address + "/"):
            route.continue_()
        else:
            trouble.append(f"asked for {route.request.url}")
            route.abort()

    page.route("**/*", only_here)
    page.on("dialog", lambda dialog: trouble.append(f"ran: {dialog.message}"))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    yield page
    context.close()
    assert trouble == []


def _paths(sample: dict[str, str]) -> list[str]:
    return [
        "/",
        "/?q=投訴&view=kwic&region=江海省",
        "/?q=没有这样的内容",
        "/?q=(",
        f"/documents/{sample['cy2022']}?q=投诉",
        f"/documents/{sample['mirror']}",
        f"/documents/{sample['lh2022']}/versions/1",
        f"/diff?a={sample['lh2022']}@1&b={sample['lh2022']}",
        "/clusters/c-cy2022",
        f"/diff?a={sample['cy2022']}&b={sample['essay']}",
        "/series",
        "/series?issuer=苍屿区市场监督管理局",
        "/timeline?q=投诉",
        "/sites",
        "/statistics",
        "/api",
        "/nowhere",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, address: str, sample: dict[str, str], scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found = []
    for path in _paths(sample):
        page.goto(address + path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # axe leaves its script file open
            results = Axe().run(page)
        found += [
            (path, violation["id"], node["target"])
            for violation in results.response["violations"]
            for node in violation["nodes"]
        ]
    assert found == []


def test_a_reader_finds_compares_and_plots(
    page: Page, address: str, sample: dict[str, str]
) -> None:
    page.goto(address)
    page.get_by_role("searchbox").fill("蒼嶼區 預付卡")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="2022", exact=False).first.click()
    page.get_by_role("link", name="苍屿区2022年消费维权工作总结").click()
    assert page.locator("mark.hit").first.inner_text() == "苍屿区"
    page.get_by_role("link", name="原文", exact=True).click()
    page.get_by_role("link", name="与原文对照").nth(1).click()
    assert "今后设想" in page.inner_text(".changes")
    page.go_back()
    page.get_by_role("link", name="苍屿区2022年消费维权工作总结").first.click()
    page.get_by_role("link", name="苍屿区市场监督管理局", exact=True).first.click()
    assert page.locator("svg.chart").count() == 3
    assert page.locator("svg.chart").first.locator("circle").count() == 7


def test_pages_fit_a_telephone(page: Page, address: str, sample: dict[str, str]) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    wide = []
    for path in _paths(sample):
        page.goto(address + path)
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(path)
    assert wide == []


def test_nothing_that_was_crawled_runs(page: Page, address: str, build: Builder) -> None:
    build.site("evil", PAYLOADS[0])
    for payload in PAYLOADS:
        text = f"{payload} 投诉"
        build.document(text, title=payload, url=payload, issuer=payload, site="evil")
    assert len(PAYLOADS) == 20
    pages = [
        "/?q=投诉&all=1",
        "/?q=投诉&view=kwic",
        "/timeline",
        "/statistics",
        "/sites",
        "/series",
    ]
    pages += [f"/documents/d{n:06d}" for n in range(1, len(PAYLOADS) + 1)]
    pages += [f"/?q={quote(payload)}" for payload in PAYLOADS]
    pages += [f"/series?issuer={quote(payload)}" for payload in PAYLOADS]
    for path in pages:
        page.goto(address + path)
        assert page.evaluate("document.scripts.length") == 0, path
        assert page.url.startswith(address), path
    page.goto(f"{address}/?q={quote(PAYLOADS[0])}")
    assert page.get_by_role("searchbox").input_value() == PAYLOADS[0]


def test_a_captured_page_cannot_run(
    page: Page, address: str, build: Builder, database: Database, tmp_path: Path
) -> None:
    """Shown as a page, twenty payloads in its body: nothing runs, nothing is loaded."""
    build.document("投诉")
    body = "<meta charset=utf-8><title>t</title>" + "\n".join(PAYLOADS)
    exchange = Exchange(
        url="http://gov.example/1.html", method="GET", request_headers=(), request_body=b"",
        status=200, response_headers=(("Content-Type", "text/html"),),
        payload=body.encode(), fetched_at=NOW,
    )  # fmt: skip
    member = response_member(exchange)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "run1.warc.gz").write_bytes(member)
    with database.write() as connection:
        here = {"offset": 0, "length": len(member), "content_type": "text/html"}
        connection.execute(update(Capture).values(here))
    page.goto(address + "/captures/1/raw?page=1")
    assert page.title() == "t"
    assert page.url.startswith(address)


PICTURES = {
    "search": "/?q=預付卡&lang={lang}",
    "document": "/documents/{cy2022}?q=投诉&lang={lang}",
    "difference": "/diff?a={cy2022}&b={essay}&lang={lang}",
    "series": "/series?issuer=苍屿区市场监督管理局&lang={lang}",
}
SHOWN = Path(__file__).parents[3] / "docs" / "images"


def test_pictures_of_the_readme(
    page: Page, address: str, sample: dict[str, str], tmp_path: Path
) -> None:
    """XIAOBAO_PICTURES=1 puts them where the README shows them."""
    folder = SHOWN if os.environ.get("XIAOBAO_PICTURES") else tmp_path
    page.set_viewport_size({"width": 1040, "height": 620})
    for name, path in PICTURES.items():
        page.goto(address + path.format(lang="en", **sample))
        page.screenshot(path=folder / f"{name}.png")
        assert (folder / f"{name}.png").stat().st_size < 300_000
        assert (SHOWN / f"{name}.png").is_file()
