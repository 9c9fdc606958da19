"""`xiaobao sites`: what a person who writes a site file asks."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli.main import xiaobao
from tests.web import Web, html, run, run_json, serving, write_profile

SITE = """
id = "mysite"
name = "云溪市市场监督管理局"
family = "trs_wcm"
hosts = ["{host}"]
[politeness]
delay = 0.0
[[start]]
url = "http://{host}/xfwq/"
[article]
body = ["#zoom"]
[[examples]]
url = "http://{host}/xfwq/202203/t20220315_1.html"
is = "article"
"""
TITLE = "云溪市2021年消费者权益保护工作总结"
BODY = (
    "<p>2021年，全市市场监管系统共受理消费者投诉1204件，办结1198件，挽回经济损失86.3万元。</p>"
    "<p>12315平台全年无休，国际消费者权益日期间组织了二十场宣传活动，发放材料六千份。</p>"
) * 3


def article(title: str = TITLE, body: str = BODY):
    return html(
        f'<html><head><meta name="ArticleTitle" content="{title}"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><div class='TRS_Editor' id='zoom'>{body}</div></body></html>"
    )


@pytest.fixture
def web():
    rows = "".join(
        f"<li><a href='./202203/t202203{10 + n}_{n}.html'>{title}</a>"
        f"<span>2022-03-{10 + n}</span></li>"
        for n, title in enumerate(
            ("关于召开党建例会的通知公告", TITLE, "云溪市一季度消费投诉分析报告")
        )
    )
    web = Web()
    web.pages["/xfwq/"] = html(
        f"<ul>{rows}</ul><script>createPageHTML(3, 0, 'index', 'html')</script>"
    )
    for n in range(3):
        web.pages[f"/xfwq/202203/t202203{10 + n}_{n}.html"] = article()
    with serving(web):
        yield web


@pytest.fixture
def profiles(web: Web, tmp_path: Path) -> Path:
    return write_profile(tmp_path / "profiles", web, SITE)


def ask(*arguments: object) -> Result:
    return CliRunner().invoke(xiaobao, [str(argument) for argument in arguments])


def test_check_tells_of_a_wrong_example(profiles: Path) -> None:
    assert ask("sites", "check", "--profiles", profiles).exit_code == 0
    file = profiles / "mysite.toml"
    file.write_text(file.read_text("utf-8").replace('is = "article"', 'is = "list"'), "utf-8")
    found = ask("sites", "check", "--profiles", profiles, "--json")
    assert found.exit_code == 1
    said = json.loads(found.stdout)
    assert "mysite" not in said["good"]
    assert "is 'list', the rules take it for 'article'" in said["errors"]["mysite"][0]


def test_try_shows_what_each_rule_gave(web: Web, profiles: Path, tmp_path: Path) -> None:
    web.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nAllow: /\n")
    said = run_json(
        "sites", "try", "mysite", "--profiles", profiles, XIAOBAO_ARCHIVE=tmp_path / "a"
    )
    listed, page = said["fetched"]
    assert [a.path for a in web.asked] == [
        "/robots.txt",
        "/xfwq/",
        "/xfwq/202203/t20220310_0.html",
    ]
    assert [entry["title"] for entry in listed["entries"]][1] == TITLE
    assert listed["entries"][1]["score"] > listed["entries"][0]["score"]
    assert listed["entries"][1]["published"] == "2022-03-11"
    assert listed["next_page"].endswith("/xfwq/index_1.html")
    assert page["page"]["title"] == TITLE
    assert page["page"]["documents"] == 1
    rules = {hit["key"]: hit["found"] for hit in page["rules"]}
    assert rules["article.body"] == 1
    assert not (tmp_path / "a").exists()


def test_try_says_why_there_is_no_article(web: Web, profiles: Path) -> None:
    web.pages["/xfwq/"] = html("<ul><li>暂无信息</li></ul>")
    done = run("sites", "try", "mysite", "--profiles", profiles)
    assert done.returncode == 1
    assert "no link matches [article] url_regex" in done.stderr
    assert "list.links" in done.stdout


def test_try_reads_a_sitemap(web: Web, profiles: Path) -> None:
    file = profiles / "mysite.toml"
    start = f'url = "{web.url}/sitemap.xml"\nkind = "sitemap"'
    text = file.read_text("utf-8").replace(f'url = "{web.url}/xfwq/"\n', f"{start}\n")
    file.write_text(text, "utf-8")
    pages = "".join(
        f"<url><loc>{web.url}/xfwq/202203/t202203{10 + n}_{n}.html</loc></url>" for n in range(3)
    )
    index = f"<sitemapindex><sitemap><loc>{web.url}/one.xml</loc></sitemap></sitemapindex>"
    web.pages["/sitemap.xml"] = (200, {"Content-Type": "text/xml"}, index.encode())
    web.pages["/one.xml"] = (200, {}, f"<urlset>{pages}</urlset>".encode())
    said = run_json("sites", "try", "mysite", "--profiles", profiles)
    first, second, page = said["fetched"]
    assert first["next_page"] == f"{web.url}/one.xml"
    assert len(second["entries"]) == 3
    assert page["page"]["title"] == TITLE
    assert len(web.paths()) == 3


def test_try_obeys_robots(web: Web, profiles: Path) -> None:
    web.pages["/robots.txt"] = (
        200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /xfwq/\n",
    )  # fmt: skip
    done = run("sites", "try", "mysite", "--profiles", profiles)
    assert done.returncode == 1
    assert "robots" in done.stderr
    assert web.paths() == []


def test_detect_names_the_family_of_a_file(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<div class='TRS_Editor'>正文</div><script>createPageHTML(3)</script>", "utf-8")
    assert ask("sites", "detect", page).stdout.startswith("trs_wcm: ")
    page.write_text("<p>欢迎</p>", "utf-8")
    found = ask("sites", "detect", page, "--json")
    assert json.loads(found.stdout)["families"] == []
    missing = run("sites", "detect", tmp_path / "none.html")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert len(missing.stderr.splitlines()) == 1


def test_detect_fetches_a_url_once_and_politely(web: Web) -> None:
    said = run_json("sites", "detect", f"{web.url}/xfwq/")
    assert said["families"][0]["family"] == "trs_wcm"
    assert [asked.path for asked in web.asked] == ["/robots.txt", "/xfwq/"]


def test_why_before_and_after_a_crawl(web: Web, profiles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    file = profiles / "mysite.toml"
    file.write_text(file.read_text("utf-8") + "[topic]\ntitle_min = 5\n", "utf-8")
    places = ("--profiles", profiles, "--archive", folder)
    url = f"{web.url}/xfwq/202203/t20220311_1.html"

    def why(address: str) -> dict[str, object]:
        found = ask("sites", "why", address, *places, "--json")
        assert found.exit_code == 0, found.output
        said = json.loads(found.stdout)
        assert isinstance(said, dict)
        return said

    assert why(url)["verdict"] == "not known: no list that was read links to it"
    assert why("http://other.example/1.html")["verdict"] == "no site profile names its host"
    assert "rules do not take it" in str(why(f"{web.url}/about.html")["verdict"])
    run_json("crawl", "mysite", *places)
    kept = why(url)
    assert kept["verdict"] == "fetched, and a document"
    assert kept["title_topic"]["score"] >= 5  # type: ignore[index]
    assert "消费者权益" in "".join(kept["body_topic"]["terms"])  # type: ignore[index]
    left = why(f"{web.url}/xfwq/202203/t20220310_0.html")
    assert str(left["verdict"]).startswith("found and not fetched: its title scores")
    shown = ask("sites", "why", url, *places)
    assert "verdict         fetched, and a document" in shown.stdout
    assert ask("sites", "why", "ftp://x/").exit_code == 2
