"""Notices whose report is a file: the file is fetched, read and told from its notice."""

from pathlib import Path

import pytest

from crawler.attachments import title_of
from crawler.demo.attachments import docx, pdf
from tests.web import PROFILE, Answer, Web, html, run, run_json, serving, write_profile

ATTACHED = PROFILE.replace("[article]", "[article]\nattachments = 'a[href*=\"/files/\"]'")
REPORT = (
    "今年以来，云岭市消费者协会认真受理群众来信来访，各项消费维权工作取得了新的进展，现将情况报告如下。",
    "全年共受理消费者投诉1286件，办结1251件，为消费者挽回经济损失203.6万元，接待咨询5120人次。",
)


def file(payload: bytes) -> Answer:
    return 200, {"Content-Type": "application/octet-stream"}, payload


@pytest.fixture
def web():
    web = Web()
    web.pages["/list.html"] = html('<li><a href="/a/1.html">云岭市消费者协会工作总结</a></li>')
    web.pages["/a/1.html"] = html(
        "<html><head><meta name=PubDate content='2024-01-18 09:00'></head><body>"
        "<h1>关于报送工作总结的通知</h1>"
        '<p><a href="/files/1.docx">附件1：云岭市消费者协会2023年工作总结.docx</a></p>'
        '<p><a href="/files/down.jsp?filename=2.pdf">附件2.pdf</a></p>'
        '<p><a href="/files/3.zip">打包下载</a></p>'
    )
    web.pages["/files/1.docx"] = file(docx(["（一）接诉处诉情况", *REPORT]))
    web.pages["/files/down.jsp?filename=2.pdf"] = file(
        pdf(["云岭市2022年消费投诉情况分析", *REPORT])
    )
    with serving(web):
        yield web


def test_attached_reports_become_documents_of_their_notice(web: Web, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    profiles = write_profile(tmp_path / "profiles", web, ATTACHED)
    run_json("crawl", "mysite", "--profiles", profiles, "--archive", folder)
    listed = run("search", "云岭市", "--all", "--json", "--archive", folder)
    found = _documents(listed.stdout, folder)

    assert sorted(found) == ["云岭市2022年消费投诉情况分析", "云岭市消费者协会2023年工作总结"]
    assert "/files/3.zip" not in web.paths()
    for view in found.values():
        assert view["notice_url"].endswith("/a/1.html")
        assert view["published"] == "2024-01-18"
        assert REPORT[1] in view["text"]
    assert run("reprocess", "--archive", folder).returncode == 0
    assert _documents(listed.stdout, folder) == found


def test_attached_reports_are_imported_with_their_notice(web: Web, tmp_path: Path) -> None:
    folder, again = tmp_path / "archive", tmp_path / "again"
    profiles = write_profile(tmp_path / "profiles", web, ATTACHED)
    run_json("crawl", "mysite", "--profiles", profiles, "--archive", folder)
    run_json("import", folder / "warc", "--profiles", profiles, "--archive", again)
    found, imported = (
        _documents(run("search", "云岭市", "--all", "--json", "--archive", f).stdout, f)
        for f in (folder, again)
    )
    assert len(found) == 2
    assert imported == found


def _documents(lines: str, folder: Path) -> dict[str, dict]:
    import json

    ids = [json.loads(line)["id"] for line in lines.splitlines()]
    views = [run_json("show", name, "--json", "--archive", folder) for name in ids]
    kept = ("title", "text", "published", "notice_url", "version", "completeness")
    return {view["title"]: {name: view[name] for name in kept} for view in views}


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("附件1：云岭市2023年工作总结.docx", "云岭市2023年工作总结"),
        ("附件：《消费投诉分析报告》.pdf", "消费投诉分析报告"),
        ("2.先进单位推荐名单.xls", "先进单位推荐名单"),
        ("附件2", None),
        ("点击下载", None),
        ("", None),
    ],
)
def test_titles_from_link_texts(name, title):
    assert title_of(name) == title
