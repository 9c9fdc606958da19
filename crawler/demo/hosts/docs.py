"""docs.test: a document library that shows the first part of a text and sells the rest.

One page in the manner of document viewers (a page number at every page border, in mid-sentence),
one in the manner of shops (price block, 全文共:6506字), and a download link that counts its hits.
"""

from crawler.demo.answers import Answer, Host, HostBuilder, Request
from crawler.demo.compose import Report
from crawler.demo.library import Library
from crawler.demo.special import flagship
from crawler.demo.truth import Expected

NAME = "docs.test"
CLAIMED = 6506
_SITE = "百川文档"
_PAGE_CHARS = 190
_PAGES = 6
_SHOWN = 0.6


def build(library: Library) -> tuple[Host, list[Expected]]:
    """Two documents, both previews."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nDisallow: /private/\n")
    original, shop = flagship(2021), library.shop
    host.article("/p-1001.html", _viewer(original))
    host.article("/p-1002.html", _shop(shop))
    host.page(
        "/list-1.html",
        f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>工作总结文档_{_SITE}</title></head>
<body><ul class="doclist"><li><a href="/p-1001.html">{original.title}</a></li>
<li><a href="/p-1002.html">{shop.title}</a></li></ul></body></html>""",
    )
    host.dynamic = _download
    expected = [
        Expected(
            NAME,
            "/p-1001.html",
            works=(original.key,),
            title=original.title,
            completeness="preview",
        ),
        Expected(
            NAME,
            "/p-1002.html",
            works=(shop.key,),
            title=shop.title,
            completeness="preview",
            chars_claimed=CLAIMED,
        ),
    ]
    return host.build(), expected


def _download(request: Request) -> Answer | None:
    if request.path.startswith("/download"):
        return Answer(b"the whole file", headers=(("Content-Type", "application/octet-stream"),))
    return None


def _viewer(report: Report) -> str:
    flow = " ".join(report.paragraphs)
    cuts = [flow[i * _PAGE_CHARS : (i + 1) * _PAGE_CHARS] for i in range(_PAGES)]
    text = "\n".join(f"<p>{n}、{cut}</p>" for n, cut in enumerate(cuts, start=1))
    borders = "".join(
        f'<div class="page"><img src="/p/{n}.gif" alt=""><p>{report.title}_第{n}页</p></div>'
        for n in range(1, 4)
    )
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{report.title}.docx_{_SITE}</title></head>
<body><div class="nav"><a href="/">首页</a> <a href="/list-1.html">文档分类</a> <a href="/vip">VIP</a></div>
<h1>{report.title}.docx</h1>
<div class="meta"><span>上传人：l**</span> <span>格式：DOCX</span> <span>页数：14</span> <span>大小：31KB</span></div>
<div class="pages">{borders}</div>
<div class="readmore"><p>已阅读{_PAGES}页，还剩8页未读，继续免费阅读</p></div>
<div class="dl"><a href="/download?id=1001">下载本文档</a> <span>12积分</span></div>
<p class="copyright">版权说明：本文档由用户提供并上传，收益归属内容提供方，若内容存在侵权，请进行举报或认领</p>
<div class="intro"><h2>文档简介</h2><div class="doc-intro">
{text}
</div></div>
{_tips()}
<h3>最新文档</h3><ul><li><a href="/p-9001.html">仓库管理制度</a></li><li><a href="/p-9002.html">劳动合同范本</a></li></ul>
<div class="comment"><h3>评论</h3><p>0/150</p><a>提交评论</a></div>
</body></html>"""


def _shop(report: Report) -> str:
    lines = list(report.paragraphs[: int(len(report.paragraphs) * _SHOWN)])
    middle = len(lines) // 2
    half = len(lines[middle]) // 2  # a page border in the middle of a sentence
    lines[middle : middle + 1] = [lines[middle][:half], lines[middle][half:]]
    body = "\n".join(f"<p>{line}</p>" for line in lines)
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{report.title}_{_SITE}</title></head>
<body><div class="nav"><a href="/">首页</a> <a href="/list-1.html">文档分类</a></div>
<h1>【Word文档】 {report.title}</h1>
<div class="info">{report.published} | 格式：DOC | 分类：综合文稿</div>
<div class="summary">摘要：{lines[0][:60]}...(全文共:{CLAIMED}字)</div>
<div class="detail-content">
<p>{report.title}</p>
{body}
</div>
<div class="buy"><p>折扣价6.99米</p><p>(原价15.99米)</p><p>VIP免费下载</p><p>如遇卡顿，请刷新页面</p></div>
<p>本文档由网友提供，仅限参考学习，如有不妥，请联系我们及时删除。</p>
<p>【Word文档】 <a href="/download?id=1002">下载文档</a></p>
<p>扫码下载这份排版好的文档</p><p>7X24小时在线客服</p>
</body></html>"""


def _tips() -> str:
    tips = (
        "1. 本站所有资源如无特殊说明，都需要本地电脑安装办公软件。",
        "2. 本站的文档不包含任何第三方提供的附件，如果需要附件，请联系上传者。",
        "3. 本站仅提供信息存储空间，不对用户上传的内容负责。",
    )
    return "<p>温馨提示</p><ul>" + "".join(f"<li>{tip}</li>" for tip in tips) + "</ul>"
