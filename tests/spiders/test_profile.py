import json
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from archive.errors import ConfigError
from crawler.extract.hints import Hints
from crawler.parts import url_kind
from spiders.profile import load_profiles, merge
from spiders.schema import seconds

BUILT_IN = load_profiles()
GOOD = """
id = "mysite"
family = "trs_wcm"
hosts = ["127.0.0.1:8101"]
[[start]]
url = "http://127.0.0.1:8101/zw/"
"""


def load(folder: Path, name: str, text: str):
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return load_profiles(folder)


def complaint(folder, text, name="mysite"):
    with pytest.raises(ConfigError) as error:
        load(folder, name, text).get(name)
    return str(error.value).replace(f"{folder}/", "")


def test_every_built_in_file_is_usable():
    assert BUILT_IN.errors == {}
    assert set(BUILT_IN.families) >= {
        "trs_wcm",
        "jcms_jpage",
        "essay_generic",
        "doc_viewer",
        "mirror",
    }


@pytest.mark.parametrize("site", BUILT_IN.profiles)
def test_examples_are_what_they_say(site):
    profile = BUILT_IN.profiles[site]
    assert profile.examples
    assert profile.wrong_examples() == ()


@pytest.mark.parametrize("site", BUILT_IN.profiles)
def test_site_files_say_what_was_seen_and_that_nobody_looked(site):
    text = (files("spiders") / "sites" / f"{site}.toml").read_text("utf-8")
    assert text.startswith("# ")
    assert "Seen" in text
    assert BUILT_IN.profiles[site].verified == "no"


def test_a_wrong_example_is_told(tmp_path):
    text = GOOD + "[[examples]]\nurl = 'http://127.0.0.1:8101/zw/'\nis = 'article'\n"
    (said,) = load(tmp_path, "mysite", text).get("mysite").wrong_examples()
    assert said.endswith("/zw/ is 'article', the rules take it for 'list'")


def test_a_site_in_ten_lines(tmp_path):
    profile = load(tmp_path, "mysite", GOOD).get("mysite")
    assert profile.hosts == ("127.0.0.1:8101",)
    assert profile.list.page.kind == "numbered_file"
    assert profile.site_type == "government"
    assert profile.politeness.concurrency == 1
    assert profile.follows_links
    assert len(GOOD.strip().splitlines()) <= 10


def test_tables_merge_key_by_key_and_lists_replace(tmp_path):
    text = GOOD + '[article]\nbody = [".only"]\n[list.page]\nbase = 1\n'
    profile = load(tmp_path, "mysite", text).get("mysite")
    family = BUILT_IN.families["trs_wcm"]
    assert profile.article.body == (".only",)
    assert profile.article.prune == family.article.prune
    assert profile.list.page.base == 1
    assert profile.list.page.total == family.list.page.total
    assert merge({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}}) == {"a": {"b": 1, "c": [2]}}


def test_a_folder_may_bring_its_own_family(tmp_path):
    (tmp_path / "cms").mkdir()
    (tmp_path / "cms" / "ours.toml").write_text(
        'id = "ours"\n[article]\nurl_regex = "/doc/\\\\d+$"\n', encoding="utf-8"
    )
    text = GOOD.replace('"trs_wcm"', '"ours"')
    profile = load(tmp_path, "mysite", text).get("mysite")
    assert url_kind("http://127.0.0.1:8101/doc/7", profile.article) == "article"


def test_hosts_are_written_as_urls_write_them(tmp_path):
    text = GOOD.replace('["127.0.0.1:8101"]', '["WWW.A.cn", "b.cn:80", "127.0.0.1:8101", "[::1]"]')
    hosts = load(tmp_path, "mysite", text).get("mysite").hosts
    assert hosts == ("www.a.cn", "b.cn", "127.0.0.1:8101", "[::1]")


def test_trust_and_names(tmp_path):
    def profile(lines):
        return load(tmp_path, "mysite", lines + GOOD).get("mysite")

    assert profile("").trust_score == 95
    assert profile("").display_name == "mysite"
    assert profile('site_type = "mirror"\n').trust_score == 5
    assert profile("trust = 40\n").trust_score == 40
    assert profile('name = "云溪"\nverified = 2026-12-01\n').verified == "2026-12-01"
    capped = GOOD.replace('"trs_wcm"', '"doc_viewer"') + "[article]\nurl_regex = '/p-'\n"
    site = load(tmp_path, "mysite", "trust = 99\n" + capped).get("mysite")
    assert site.trust_score == 30


def test_hints_and_stored_form(tmp_path):
    text = 'name = "云溪市监"\nregion = "510000"\n' + GOOD
    profile = load(tmp_path, "mysite", text).get("mysite")
    stored = json.loads(json.dumps(profile.to_json()))
    hints = Hints.from_json(stored["hints"])
    assert hints == profile.hints()
    assert hints.site_name == "云溪市监"
    assert hints.region == "510000"
    assert ("title", "ArticleTitle") in hints.meta
    assert stored["article"]["url_regex"] == profile.article.url_regex
    assert len(profile.version()) == 64
    other = load(tmp_path, "mysite", text + '[article]\nbody = ["#x"]\n').get("mysite")
    assert other.version() != profile.version()
    assert load(tmp_path, "mysite", text).get("mysite").version() == profile.version()


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        (
            "[article]\nbody_css = []\n",
            "mysite.toml:8: unknown key 'body_css' in [article]; did you mean 'body'?",
        ),
        ("[lists]\n", "mysite.toml:7: unknown key 'lists'; did you mean 'list'?"),
        ("[article]\nbody = '#x'\n", "mysite.toml:8: [article] body must be a list in [ ]"),
        (
            "[article]\nbody = ['#x', '.a[']\n",
            "mysite.toml:8: [article] body (entry 2) '.a[' is not a CSS selector",
        ),
        (
            "[list]\nlinks = 'li a::attr(href)'\n",
            "mysite.toml:8: [list] links 'li a::attr(href)' must name elements",
        ),
        (
            "[list]\nlinks = 'x|a'\n",
            "mysite.toml:8: [list] links 'x|a' is not a CSS selector: ",
        ),
        (
            "[article]\nurl_regex = '('\n",
            "mysite.toml:8: [article] url_regex '(' is not a regular expression",
        ),
        (
            "[politeness]\ndelay = 'slow'\n",
            "mysite.toml:8: [politeness] delay must be a number",
        ),
        (
            "[list.page]\nkind = 'ajax'\n",
            "mysite.toml:8: [list.page] kind must be 'next_link', 'numbered_file'",
        ),
        (
            "[schedule]\nlist_every = 'daily'\n",
            "mysite.toml:8: [schedule] list_every 'daily' is not a duration; write",
        ),
        (
            "[policy]\nfetch_download = true\n",
            "mysite.toml:8: [policy] fetch_download must be false",
        ),
        (
            "[[start]]\nurl = 'http://elsewhere.cn/'\n",
            "mysite.toml:8: [[start]] url http://elsewhere.cn/ is on none of the hosts",
        ),
        (
            "[[examples]]\nurl = 'http://127.0.0.1:8101/'\n",
            "mysite.toml:7: [[examples]] is is missing",
        ),
        (
            "[list]\ntotal = '\\d+'\n",
            "mysite.toml:8: [list] total '\\\\d+' needs a group: put ( ) around",
        ),
        (
            "[politeness]\nwindow = 'at night'\n",
            "mysite.toml:8: [politeness] window 'at night' is not a window; write",
        ),
        (
            "[text]\nrepair = [\n'a']\n[split]\ncompilation = '''\nx = (\n'''\n",
            "mysite.toml:11: [split] compilation 'x = (\\n' is not a regular expression",
        ),
        (
            "[article.meta]\ntitel = 'x'\n",
            "mysite.toml:8: [article.meta] titel must be 'title', 'date', 'source' or 'column'",
        ),
        ("x = \n", "mysite.toml:7: is not TOML: "),
        ("[robots]\nobey = false\n", "mysite.toml:7: unknown key 'robots'; known keys: "),
    ],
)
def test_mistakes_name_file_line_and_remedy(tmp_path, addition, message):
    assert message in complaint(tmp_path, GOOD + addition)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("mysite", "yours"), "mysite.toml:2: id 'yours' is not the file's name"),
        (GOOD.replace("trs_wcm", "trs"), "mysite.toml:3: family 'trs' is unknown; did you mean"),
        (GOOD.replace("trs_wcm", "qqq"), "mysite.toml:3: family 'qqq' is unknown; families: none"),
        (GOOD.replace("trs_wcm", "none"), "mysite.toml:1: [article] url_regex is missing"),
        ('id = "mysite"', "mysite.toml:1: hosts is missing"),
        ("schema = 2\n" + GOOD, "mysite.toml:1: schema must be 1"),
        ('verified = "yes"\n' + GOOD, "mysite.toml:1: verified 'yes' is neither \"no\" nor a date"),
        (GOOD.replace("http://127", "ftp://127"), "is not an http or https URL"),
        ('id = "mysite"\nhosts = []\n', "mysite.toml:2: hosts is empty"),
        (GOOD.replace('["127.0.0.1:8101"]', '["*"]'), 'mysite.toml:4: hosts "*" needs discovery'),
        (GOOD.replace("127.0.0.1:8101", "http://a"), "is not a host; write"),
    ],
)
def test_mistakes_in_the_head_of_a_file(tmp_path, text, message):
    assert message in complaint(tmp_path, text)


def test_one_broken_file_does_not_hide_the_others(tmp_path):
    (tmp_path / "broken.toml").write_bytes("name = '\u6d88".encode("gb18030"))
    found = load(tmp_path, "mysite", GOOD)
    assert found.get("mysite").id == "mysite"
    assert list(found.errors) == ["broken"]
    with pytest.raises(ConfigError, match=r"broken\.toml:1: is not UTF-8"):
        found.get("broken")


def test_a_broken_family_is_named_by_its_sites(tmp_path):
    (tmp_path / "cms").mkdir()
    (tmp_path / "cms" / "ours.toml").write_text('id = "ours"\n[list]\nlink = "a"\n', "utf-8")
    said = complaint(tmp_path, GOOD.replace("trs_wcm", "ours"))
    assert "mysite.toml:3: family 'ours' is broken: cms/ours.toml:3: unknown key 'link'" in said
    assert list(load_profiles(tmp_path).errors) == ["cms/ours", "mysite"]


def test_an_id_is_taken_once(tmp_path):
    taken = next(iter(BUILT_IN.profiles))
    text = GOOD.replace("mysite", taken)
    assert f"{taken}.toml:1: id '{taken}' is taken by spiders/sites/" in complaint(
        tmp_path, text, taken
    )


def test_a_family_name_is_taken_once(tmp_path):
    (tmp_path / "cms").mkdir()
    (tmp_path / "cms" / "trs_wcm.toml").write_text('id = "trs_wcm"\n', "utf-8")
    assert "exists already" in load_profiles(tmp_path).errors["cms/trs_wcm"][0]


def test_unknown_sites_and_folders(tmp_path):
    with pytest.raises(ConfigError, match="unknown site 'smar'; did you mean 'samr'"):
        BUILT_IN.get("smar")
    with pytest.raises(ConfigError, match="is not a folder"):
        load_profiles(tmp_path / "nowhere")


def test_durations():
    assert [seconds(text) for text in ("30m", "12h", "7d", "2w", "never")] == [
        1800,
        43_200,
        604_800,
        1_209_600,
        None,
    ]


@pytest.mark.parametrize("family", BUILT_IN.families)
def test_families_say_what_was_seen(family):
    text = (files("spiders") / "cms" / f"{family}.toml").read_text("utf-8")
    assert "Seen" in text
    assert tomllib.loads(text)["detect"]
