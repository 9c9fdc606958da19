import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sitemaps import MAX_BYTES, MAX_ENTRIES, Entry, read_sitemap, tells_changes

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
PAGES = f"""{HEAD}
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url><loc> http://a.test/1.html?x=1&amp;y=2 </loc><lastmod>2026-03-15</lastmod>
    <image:image><image:loc>http://a.test/1.png</image:loc></image:image></url>
  <url><loc><![CDATA[http://a.test/2.html]]></loc><lastmod>2026-03-15T08:30:00+08:00</lastmod></url>
  <url><lastmod>2026-03-15T00:30:00Z</lastmod><loc>http://a.test/3.html</loc></url>
  <url><loc>http://a.test/4.html</loc><lastmod>昨天</lastmod></url>
</urlset>"""


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 15, hour, minute, tzinfo=UTC)


def test_pages_and_when_they_changed() -> None:
    assert read_sitemap(PAGES.encode()) == (
        Entry("http://a.test/1.html?x=1&y=2", False, at(16)),  # the end of the day in China
        Entry("http://a.test/2.html", False, at(0, 30)),
        Entry("http://a.test/3.html", False, at(0, 30)),
        Entry("http://a.test/4.html", False, None),
    )


def test_an_index_names_further_files() -> None:
    text = (
        f"{HEAD}<sitemapindex><sitemap><loc>http://a.test/s.xml.gz</loc></sitemap></sitemapindex>"
    )
    assert read_sitemap(text.encode()) == (Entry("http://a.test/s.xml.gz", True, None),)


def test_a_compressed_file_is_unpacked() -> None:
    assert read_sitemap(gzip.compress(PAGES.encode())) == read_sitemap(PAGES.encode())


def test_no_entity_is_expanded_and_none_is_fetched() -> None:
    doctype = (
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/x">]>'
    )
    text = f"{HEAD}{doctype}<urlset><url><loc>http://a.test/&b;&f;</loc></url></urlset>"
    assert [entry.url for entry in read_sitemap(text.encode())] == ["http://a.test/&b;&f;"]


def test_files_are_read_up_to_a_limit() -> None:
    many = "<url><loc>http://a.test/1.html</loc></url>" * 300_000
    assert len(read_sitemap(many.encode())) == MAX_ENTRIES
    bomb = gzip.compress(bytes(10 * MAX_BYTES))
    assert read_sitemap(bomb) == ()


@pytest.mark.parametrize("payload", [b"", b"\x1f\x8bnonsense", b"<html><body>404</body></html>"])
def test_what_is_no_sitemap_holds_nothing(payload: bytes) -> None:
    assert read_sitemap(payload) == ()


@given(st.binary(max_size=300), st.integers(0, 200))
def test_damage_never_raises(noise: bytes, place: int) -> None:
    damaged = PAGES.encode()
    read_sitemap(damaged[:place] + noise + damaged[place:])
    read_sitemap(gzip.compress(damaged)[:place] + noise)


def test_the_time_of_the_file_itself_is_not_believed() -> None:
    same = tuple(Entry(f"http://a.test/{n}", False, at(1)) for n in range(20))
    assert not tells_changes(same)
    assert tells_changes(same[:3])
    assert tells_changes((*same, Entry("http://a.test/x", False, at(2))))
