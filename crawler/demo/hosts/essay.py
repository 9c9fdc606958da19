"""essay.test: a site of template essays.

An article in three parts whose last 下一页 leads to another article, related-links blocks in
mid-article and at its end, ad and pop-up markup, invisible anti-copy words, a page of five works,
and a government report with its year overwritten.
"""

from crawler.demo.answers import Host, HostBuilder
from crawler.demo.compose import Report
from crawler.demo.library import Library
from crawler.demo.special import COMPILATION_TITLE, ESSAY_STEM, essays, flagship, year_swapped
from crawler.demo.truth import Expected

NAME = "essay.test"
FOLDER = "/fanwen/gongzuozongjie/"
_SITE = "好学范文网"
_FIRST_ID = 738601
_PER_PAGE = 4
_PARTS = 3
_NUMERALS = "一二三四五"
_AD = (
    '<ins class="adsbygoogle" style="display:block" data-ad-slot="31"></ins>'
    '<script>(adsbygoogle=window.adsbygoogle||[]).push({});</script><div class="ad-label">广告</div>'
)
_POPUP = (
    '<div class="popup" style="display:none"><p>扫码关注公众号，复制内容请先登录</p>'
    '<a class="close">关闭</a></div>'
)
_HIDDEN = (
    '<span style="display:none">好学范文网haoxue整理</span>',
    '<font style="font-size:0">内容来自好学范文网</font>',
    '<span style="font-size:0px;color:#fff">xuehao31501</span>',
)


def build(library: Library) -> tuple[Host, list[Expected]]:
    """Seven list entries on two list pages; eleven works."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nDisallow: /plus/\nDisallow: /private/\n")
    original = flagship(2021)
    swapped = year_swapped(original)
    titles = [library.long_essay.title, swapped.title, COMPILATION_TITLE]
    titles += [report.title for report in library.essays]
    pages = [_Page(number, titles) for number in range(len(titles))]

    expected = [_in_parts(host, pages[0], library.long_essay)]
    lines = [*swapped.paragraphs]
    intro = "下面是小编为大家带来的消费者权益保护工作总结，欢迎阅读！"
    host.article(pages[1].path, pages[1].html(swapped, [lines[0] + intro, *lines[1:]]))
    expected.append(
        Expected(
            NAME,
            pages[1].path,
            works=(original.key,),
            title=swapped.title,
            year_conflict=True,
            figures=swapped.figures,
            body=swapped.text,
        )
    )
    expected.append(_compilation(host, pages[2]))
    for page, report in zip(pages[3:], library.essays, strict=True):
        host.article(page.path, page.html(report, list(report.paragraphs)))
        expected.append(
            Expected(NAME, page.path, works=(report.key,), title=report.title, body=report.text)
        )
    _lists(host, pages)
    return host.build(), expected


class _Page:
    """One article's place among its neighbours."""

    def __init__(self, number: int, titles: list[str]) -> None:
        self.title = titles[number]
        self.stem = f"{_FIRST_ID + number}"
        self.path = f"{FOLDER}{self.stem}.html"
        following = number + 1 < len(titles)
        self.following = f"{_FIRST_ID + number + 1}.html" if following else None
        self.following_title = titles[number + 1] if following else "没有了"
        self._others = [title for title in titles if title != self.title]

    def html(self, report: Report, lines: list[str], *, pager: str = "") -> str:
        """The page around the body `lines`; part 1 carries the mid-article block."""
        paragraphs = [f"<p>　　{_salted(line, i)}</p>" for i, line in enumerate(lines)]
        if len(paragraphs) > _MIDDLE:
            paragraphs.insert(_MIDDLE, self._related())
            paragraphs.insert(2, _AD)
        return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{self.title}_{_SITE}</title>
<meta name="keywords" content="消费者权益,工作总结"><meta name="description" content="{self.title}"></head>
<body><div class="nav"><a href="/">首页</a> &gt; <a href="{FOLDER}">工作总结</a></div>
<div class="main-left"><h1>{self.title}</h1>
<div class="info">时间：{report.published} 08:17:43 <a>我要投稿</a> 人气：1.{self.stem[-1]}W</div>
{_POPUP}
<div class="article-content">
{chr(10).join(paragraphs)}
{self._related(links=True)}
<p>版权声明：此文由网友上传，若侵犯了您的权益，请通过邮箱与我们联系，我们将及时删除。</p>
<p>本文地址：http://{NAME}{self.path}</p>
</div>
{pager}
<div class="prenext">下一篇：{self._next()}</div></div>
<div class="right"><h3>热门阅读</h3><ul><li><a href="/fanwen/xindetihui/99120.html">读书心得体会</a></li></ul>
<h3>随机推荐</h3><ul><li><a href="/fanwen/yanjianggao/88002.html">竞聘演讲稿</a></li></ul></div>
<div class="footer">{_SITE} 版权所有</div></body></html>"""

    def _next(self) -> str:
        if self.following is None:
            return self.following_title
        return f'<a href="{self.following}">{self.following_title}</a>'

    def _related(self, *, links: bool = False) -> str:
        rows = ["<p>相关内容分享：</p>"]
        for number, title in enumerate(self._others[:5], start=1):
            shown = f'<a href="/fanwen/tags/{number}.html">{title}</a>' if links else title
            rows.append(f"<p>{number}.{shown}</p>")
        return "\n".join(rows)


_MIDDLE = 5


def _salted(line: str, number: int) -> str:
    """The paragraph with invisible words after its first comma, as sites do against copying."""
    hidden = _HIDDEN[number % len(_HIDDEN)]
    return line.replace("，", "，" + hidden, 1) if number % 2 else line


def _in_parts(host: HostBuilder, page: _Page, report: Report) -> Expected:
    lines = list(report.paragraphs)
    size = -(-len(lines) // _PARTS)
    names = [f"{page.stem}.html", *(f"{page.stem}_{n}.html" for n in range(2, _PARTS + 1))]
    for number in range(_PARTS):
        links = " ".join(f'<a href="{name}">{n}</a>' for n, name in enumerate(names, start=1))
        # On the last part 下一页 leads to the next article, which is no part of this one.
        target = names[number + 1] if number + 1 < _PARTS else page.following
        pager = f'<div class="pageinfo">共{_PARTS}页 {links} <a href="{target}">下一页</a></div>'
        part = lines[number * size : (number + 1) * size]
        host.article(FOLDER + names[number], page.html(report, part, pager=pager))
    return Expected(
        NAME,
        page.path,
        works=(report.key,),
        title=report.title,
        figures=report.figures,
        body=report.text,
        parts=tuple(FOLDER + name for name in names[1:]),
    )


def _compilation(host: HostBuilder, page: _Page) -> Expected:
    works = essays()
    opening = "每年的3月15日是国际消费者权益日，各行各业都会举办宣传活动。以下是小编为大家整理的"
    lines = [f"{opening}{COMPILATION_TITLE}，希望对大家有所帮助！"]
    for numeral, work in zip(_NUMERALS, works, strict=True):
        lines += [f"{ESSAY_STEM}篇{numeral}", *work.paragraphs]
    host.article(page.path, page.html(works[0], lines))
    return Expected(
        NAME, page.path, works=tuple(work.key for work in works), title=COMPILATION_TITLE
    )


def _lists(host: HostBuilder, pages: list[_Page]) -> None:
    groups = [pages[i : i + _PER_PAGE] for i in range(0, len(pages), _PER_PAGE)]
    for number, group in enumerate(groups, start=1):
        rows = "\n".join(f'<li><a href="{p.path}">{p.title}</a></li>' for p in group)
        more = (
            f'<a href="{FOLDER}index_{number + 1}.html">下一页</a>' if number < len(groups) else ""
        )
        name = "" if number == 1 else f"index_{number}.html"
        html = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>工作总结_{_SITE}</title></head>
<body><div class="nav"><a href="/">首页</a></div><ul class="list">
{rows}
</ul><div class="pagelist"><span>{number}</span> {more}</div>
<div class="ads"><a href="/plus/ad.php?id=3">广告合作</a></div></body></html>"""
        host.page(FOLDER + name, html)
        if number == 1:
            host.page(FOLDER + "index.html", html)
