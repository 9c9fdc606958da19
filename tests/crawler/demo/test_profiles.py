"""The sample sites' profiles are files like any other."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from crawler.demo.profiles import SITES, write_profiles
from crawler.demo.web import CORE, SampleWeb
from spiders.profile import load_profiles


def test_one_file_a_site_with_the_ports_filled_in(web: SampleWeb, tmp_path: Path) -> None:
    files = write_profiles(tmp_path / "sites", web.hosts)
    assert sorted(files) == sorted(SITES[name] for name in CORE)
    for name in CORE:
        table = tomllib.loads(files[SITES[name]].read_text("utf-8"))
        assert table["hosts"] == [urlsplit(web.hosts[name]).netloc]
        assert all(start["url"].startswith(web.hosts[name]) for start in table["start"])


def test_the_crawler_accepts_them(web: SampleWeb, tmp_path: Path) -> None:
    files = write_profiles(tmp_path, web.hosts)
    profiles = load_profiles(tmp_path)
    for site in files:
        assert profiles.get(site).id == site
    for name in CORE:
        article = re.compile(profiles.get(SITES[name]).article.url_regex or "")
        for page in web.truth.pages:
            if page.host == name:
                assert article.search(web.url(page)), page.path
