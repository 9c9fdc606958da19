"""`xiaobao import`: pages that were saved before, into the archive."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.archive import Archive
from archive.errors import Unavailable
from archive.models import Article, Capture, Document, Frontier, Run, Site
from crawler.saved import MAX_PAYLOAD, Saved, Unread, read_saved
from tests.crawler.test_crawl import report_page
from tests.web import PROFILE, run, run_json

DAY = "2019-03-15T08:00:00Z"
HOST = "www.qinghe.example"
SITE = PROFILE.replace("{host}", HOST)
NEWS = (
    "<html><title>足球</title><body><p>昨晚的比赛以二比一结束，双方都打得很精彩。</p></body></html>"
)


def page(place: str, complaints: int) -> bytes:
    return report_page(place, complaints)[2]


class Warc:
    """A WARC file as other crawlers write them."""

    def __init__(self, path: Path, *, packed: bool = True) -> None:
        self.path = path
        self.packed = packed
        self.data = b""

    def response(
        self, url: str, body: bytes, status: str = "200 OK", date: str = DAY, **headers: str
    ) -> None:
        head = {"Content-Type": "text/html; charset=utf-8"}
        head |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in head.items())]
        block = "\r\n".join([*lines, "", ""]).encode() + body
        lines = [
            "WARC/1.0",
            "WARC-Type: response",
            f"WARC-Target-URI: {url}",
            f"WARC-Date: {date}",
            f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{len(self.data):012}>",
            "Content-Type: application/http; msgtype=response",
            f"Content-Length: {len(block)}",
        ]
        record = "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"
        self.data += gzip.compress(record) if self.packed else record

    def save(self) -> Path:
        self.path.write_bytes(self.data)
        return self.path


@pytest.fixture
def profiles(tmp_path: Path) -> Path:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "mysite.toml").write_text(SITE, "utf-8")
    return folder


def rows(folder: Path, *columns: object) -> list[tuple[object, ...]]:
    with Archive.open(folder) as archive, archive.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]  # type: ignore[call-overload]


def test_pages_of_a_warc_file_become_documents(tmp_path: Path, profiles: Path) -> None:
    warc = Warc(tmp_path / "crawl.warc.gz")
    warc.response(f"http://{HOST}/a/1.html", page("青禾县", 157))
    packed = gzip.compress(page("白石镇", 194))
    warc.response(f"http://{HOST}/a/2.html", packed, Content_Encoding="gzip")
    warc.response(f"http://{HOST}/list.html", b"<ul><li>list</li></ul>")
    warc.response(f"http://{HOST}/a/3.html", b"moved", "301 Moved", Location="/a/1.html")
    warc.response("http://www.yunling.example/art/9.html", page("云岭区", 231))
    warc.response("http://sport.example/9.html", NEWS.encode())
    place = ("--archive", tmp_path / "archive", "--profiles", profiles)
    done = run_json("import", warc.save(), *place, "--site-type", "association")
    assert (done["read"], done["kept"], done["documents"]) == (6, 3, 3)
    assert done["skipped"] == {"no_article": 1, "no_page": 1, "off_topic": 1}

    folder = tmp_path / "archive"
    saved = datetime(2019, 3, 15, 8, tzinfo=UTC)
    assert {row[0] for row in rows(folder, Capture.fetched_at)} == {saved}
    assert {row[0] for row in rows(folder, Document.fetched_at)} == {saved}
    assert sorted(rows(folder, Site.id, Site.site_type)) == [
        ("mysite", "government"),
        ("www-yunling-example", "association"),
    ]
    due = dict(rows(folder, Frontier.url, Frontier.due_at))
    assert due[f"http://{HOST}/a/1.html"] > datetime.now(UTC)  # a crawl will ask for it
    assert due["http://www.yunling.example/art/9.html"] is None
    assert rows(folder, Run.kind, Run.outcome, Run.sites) == [
        ("import", "finished", ["mysite", "www-yunling-example"])
    ]
    assert run("verify", "--archive", folder).returncode == 0

    made = run("reprocess", "--archive", folder)
    assert (made.returncode, made.stdout) == (0, "")  # logs are no data

    again = run_json("import", warc.path, *place)
    assert (again["kept"], again["skipped"]["known"]) == (0, 3)
    assert again["captures"] == 3


def test_a_newer_page_wins_and_an_older_one_is_left_out(tmp_path: Path, profiles: Path) -> None:
    url = f"http://{HOST}/a/1.html"
    warc = Warc(tmp_path / "years.warc", packed=False)
    warc.response(url, page("青禾县", 157), date="2019-03-15T08:00:00Z")
    warc.response(url, page("青禾县", 158), date="2020-03-15T08:00:00Z")
    warc.response(url, page("青禾县", 156), date="2018-03-15T08:00:00Z")
    folder = tmp_path / "archive"
    done = run_json("import", warc.save(), "--archive", folder, "--profiles", profiles)
    assert (done["kept"], done["skipped"]) == (2, {"older_than_known": 1})
    ((text,),) = rows(folder, Document.text)
    assert "158件" in str(text)


def test_the_parts_of_an_article_come_together_in_any_order(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    parts = SITE + "[article.pages]\nkind = 'numbered_suffix'\n"
    (profiles / "mysite.toml").write_text(parts, "utf-8")
    warc = Warc(tmp_path / "parts.warc.gz")
    for n in (3, 2):
        warc.response(f"http://{HOST}/a/1_{n}.html", page(f"第{n}镇", 100 + n))
    warc.response(f"http://{HOST}/a/1.html", page("青禾县", 157))
    warc.response(f"http://{HOST}/a/7_2.html", page("云岭区", 231))
    folder = tmp_path / "archive"
    done = run_json("import", warc.save(), "--archive", folder, "--profiles", profiles)
    assert (done["kept"], done["skipped"]) == (3, {"part_without_article": 1})
    ((url, text),) = rows(folder, Document.url, Document.text)
    assert url == f"http://{HOST}/a/1.html"
    assert str(text).index("157件") < str(text).index("102件") < str(text).index("103件")
    assert len(rows(folder, Article.id)) == 1


def test_a_mirrored_folder_and_a_list(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror" / HOST / "xfwq"
    mirror.mkdir(parents=True)
    (mirror / "1.html").write_bytes(page("青禾县", 157))
    (mirror / "logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "mirror" / "readme.html").write_text("no host")
    (tmp_path / "old.htm").write_bytes(page("白石镇", 194).decode().encode("gb18030"))
    line = {"file": "old.htm", "url": "http://gone.example/2.htm", "at": "2011-01-05"}
    (tmp_path / "list.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    folder = tmp_path / "archive"
    done = run_json("import", tmp_path / "mirror", tmp_path / "list.jsonl", "--archive", folder)
    assert (done["kept"], done["documents"], done["skipped"]) == (2, 2, {"no_url": 1})
    kept = dict(rows(folder, Capture.url, Capture.fetched_at))
    assert set(kept) == {f"http://{HOST}/xfwq/1.html", "http://gone.example/2.htm"}
    assert kept["http://gone.example/2.htm"] == datetime(2011, 1, 5, tzinfo=UTC)


def test_what_is_no_warc_file_is_one_clear_line_and_the_rest_is_imported(tmp_path: Path) -> None:
    bad = tmp_path / "bad.warc.gz"
    bad.write_bytes(b"this is no WARC file\n" * 40)
    warc = Warc(tmp_path / "good.warc.gz")
    warc.response(f"http://{HOST}/a/1.html", page("青禾县", 157))
    done = run("import", bad, warc.save(), "--archive", tmp_path / "archive", "--json")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "bad.warc.gz is no WARC file" in done.stderr
    assert json.loads(done.stdout)["documents"] == 1


def read(path: Path) -> list[Saved | Unread]:
    return list(read_saved(path))


def test_a_torn_record_and_a_bomb_are_named_and_passed_over(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "bomb.warc", packed=False)
    bomb = gzip.compress(b"a" * (MAX_PAYLOAD + 10))
    warc.response("http://a.example/1.html", bomb, Content_Encoding="gzip")
    warc.response("http://a.example/2.html", b"x", Content_Encoding="zstd")
    warc.response("http://a.example/3.html", b"<p>3</p>")
    warc.response("http://a.example/4.html", b"<p>4</p>" * 100)
    path = warc.save()
    path.write_bytes(path.read_bytes()[:-400])
    found = read(path)
    assert found[:2] == [
        Unread("http://a.example/1.html", "too_large"),
        Unread("http://a.example/2.html", "undecodable"),
    ]
    assert isinstance(found[2], Saved)
    assert found[2].payload == b"<p>3</p>"
    assert found[3:] == [Unread("http://a.example/4.html", "torn")]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"file": "a.html"}',
        '{"file": 1, "url": "http://a.cn/"}',
        '{"file": "a", "url": "http://a.cn/", "at": "soon"}',
    ],
)
def test_a_wrong_line_of_a_list_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_text("\n" + line, "utf-8")
    with pytest.raises(Unavailable, match=r"pages\.jsonl:2: "):
        read(path)


@pytest.mark.parametrize("name", ["missing.warc.gz", "none.jsonl"])
def test_a_missing_file_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        read(tmp_path / name)
