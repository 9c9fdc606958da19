"""The site profiles of the sample web, as anyone would write them for such sites."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from crawler.demo import further
from crawler.demo.hosts import (
    copies,
    docs,
    essay,
    jpage,
    mirror,
    moved,
    plain,
    trs,
    ucap,
    unit,
    vsb,
    yearly,
)

_TRS = """\
schema = 1
id = "demo_trs"
name = "澜江省市场监督管理局"
family = "trs_wcm"
site_type = "government"
trust = 95
hosts = ["{host}"]
[politeness]
delay = 0.1
[[start]]
url = "{url}/xfwq/index.html"
label = "消费维权"
[[examples]]
url = "{url}/xfwq/202203/t20220315_1.html"
is = "article"
"""

_JPAGE = """\
schema = 1
id = "demo_jpage"
name = "澜江省消费者权益保护委员会"
family = "jcms_jpage"
site_type = "association"
trust = 95
hosts = ["{host}"]
[politeness]
delay = 0.1
[[start]]
url = "{url}/col/col1/index.html"
label = "工作总结"
[[start]]
url = "{url}/col/col2/index.html"
label = "投诉分析"
[list.page]
size = 15
[[examples]]
url = "{url}/art/2022/3/15/art_1_880100.html"
is = "article"
"""

_ESSAY = """\
schema = 1
id = "demo_essay"
name = "好学范文网"
family = "essay_generic"
site_type = "template_essay"
trust = 35
hosts = ["{host}"]
[politeness]
delay = 0.1
[[start]]
url = "{url}/fanwen/gongzuozongjie/"
label = "工作总结"
[article]
url_regex = '/fanwen/gongzuozongjie/\\d+(?:_\\d+)?\\.html$'
[distrust]
year_in_title = true
[[examples]]
url = "{url}/fanwen/gongzuozongjie/738601.html"
is = "article"
[[examples]]
url = "{url}/fanwen/gongzuozongjie/index_2.html"
is = "list"
"""

_DOCS = """\
schema = 1
id = "demo_docs"
name = "百川文档"
family = "doc_viewer"
site_type = "document_library"
trust = 25
hosts = ["{host}"]
[politeness]
delay = 0.1
[schedule]
list_every = "7d"
[[start]]
url = "{url}/list-1.html"
label = "工作总结"
[article]
url_regex = '/p-\\d+\\.html$'
[[examples]]
url = "{url}/p-1001.html"
is = "article"
"""

_MIRROR = """\
schema = 1
id = "demo_mirror"
name = "被劫持的镜像"
family = "mirror"
site_type = "mirror"
trust = 5
discovery = "links"
hosts = ["{host}"]
[politeness]
delay = 0.1                  # robots.txt asks for two seconds, and that counts
[schedule]
list_every = "7d"
[[start]]
url = "{url}/index.html"
[spam]
page_reject_if_first_line_matches = false
[[examples]]
url = "{url}/paper/466224101.html"
is = "article"
"""

_PLAIN = """\
schema = 1
id = "demo_plain"
name = "湖畔消费资讯"
family = "none"
site_type = "news"
trust = 60
hosts = ["{host}"]
[politeness]
delay = 0.1
[[start]]
url = "{url}/reports/index.html"
label = "报告"
[[start]]
url = "{url}/others/index.html"
label = "其他"
[list]
links = "ul.news a[href]"
[list.page]
kind = "next_link"
next = ".pages a.next"
[article]
url_regex = '/(?:report|info)_\\d+\\.html$'
body = [".text"]
title = ["article h1"]
date = [".meta time"]
[[examples]]
url = "{url}/reports/report_01.html"
is = "article"
"""

_UNIT = """\
schema = 1
id = "demo_unit"
name = "楚岭市市场监督管理局"
family = "jpaas_unit"
site_type = "government"
hosts = ["{host}"]
[politeness]
delay = 0.1
[[start]]
url = "{url}/col/a/index.html"
label = "工作总结"
[[start]]
url = "{url}/col/b/index.html"
label = "投诉分析"
"""

_VSB = """\
schema = 1
id = "demo_vsb"
name = "禾原县市场监督管理局"
family = "boda_vsb"
site_type = "government"
hosts = ["{host}"]
[politeness]
delay = 0.1
[[start]]
url = "{url}/xwzx.htm"
label = "工作总结"
"""

_UCAP = """\
schema = 1
id = "demo_ucap"
name = "岚屏市市场监督管理局"
family = "ucap"
site_type = "government"
hosts = ["{host}"]
[politeness]
delay = 0.1
[[start]]
url = "{url}/xfwq/index.shtml"
label = "消费维权"
"""

_YEARLY = """\
schema = 1
id = "demo_yearly"
name = "砚湖市消费者权益保护委员会"
family = "none"
site_type = "association"
issuer = "砚湖市消费者权益保护委员会"
trust = 95
hosts = ["{host}"]
[politeness]
delay = 0.1
[[start]]
url = "{url}/index.html"
label = "年度总结"
[list]
links = "ul.news a[href]"
[article]
url_regex = '/report_\\d+\\.html$'
body = [".text"]
title = ["article h1"]
date = [".meta time"]
attachments = '.text a[href^="/files/"]'
[[examples]]
url = "{url}/report_2021.html"
is = "article"
"""

_SIMPLE = """\
schema = 1
id = "{site}"
name = "{name}"
family = "none"
site_type = "news"
trust = 40
hosts = [{quoted}]
[politeness]
delay = 0.1
[[start]]
url = "{url}/{start}"
{kind}[list]
links = "ul.news a[href]"
[list.page]
kind = "next_link"
next = ".pages a.next"
[article]
url_regex = '/report_\\d+\\.(?:html|doc)$'
body = [".text"]
title = ["article h1"]
date = [".meta time"]
"""

_TEMPLATES = {
    trs.NAME: ("demo_trs", _TRS),
    jpage.NAME: ("demo_jpage", _JPAGE),
    essay.NAME: ("demo_essay", _ESSAY),
    docs.NAME: ("demo_docs", _DOCS),
    mirror.NAME: ("demo_mirror", _MIRROR),
    plain.NAME: ("demo_plain", _PLAIN),
}
_FURTHER = {unit.NAME: _UNIT, vsb.NAME: _VSB, ucap.NAME: _UCAP, yearly.NAME: _YEARLY}
_STARTS = {copies.SITEMAP: "sitemap.xml"}
SITES = {name: site for name, (site, _) in _TEMPLATES.items()} | {
    name: "demo_" + name.partition(".")[0].replace("-", "_")
    for name in further.NAMES
    if name != moved.WWW  # a second host of moved.test, not a site
}
"""Host name to the id of its profile."""


def write_profiles(folder: Path, hosts: Mapping[str, str]) -> dict[str, Path]:
    """Write one TOML file for each sample site of `hosts` into `folder`.

    Args:
        folder: made where it is missing.
        hosts: name to address, as `SampleWeb.hosts`; other names are left out.

    Returns:
        Profile id to file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, site in SITES.items():
        if name in hosts:
            files[site] = folder / f"{site}.toml"
            files[site].write_text(_profile(name, site, hosts), encoding="utf-8")
    return files


def _profile(name: str, site: str, hosts: Mapping[str, str]) -> str:
    template = _TEMPLATES[name][1] if name in _TEMPLATES else _FURTHER.get(name, _SIMPLE)
    own = [name, moved.WWW] if name == moved.NAME else [name]
    return template.format(
        url=hosts[name],
        host=urlsplit(hosts[name]).netloc,
        quoted=", ".join(f'"{urlsplit(hosts[each]).netloc}"' for each in own),
        site=site,
        name=name,
        start=_STARTS.get(name, "index.html"),
        kind='kind = "sitemap"\n' if name in _STARTS else "",
    )
