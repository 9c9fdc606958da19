"""mislabelled.test and encodings.test: what the headers say and what the bytes are.

An image and a PDF served as HTML, an empty answer, an HTML page named .doc, error pages with
status 200; and one text in thirty-odd encodings or under labels that name no encoding of text.
"""

from crawler.demo.answers import Answer, Host, HostBuilder
from crawler.demo.attachments import pdf
from crawler.demo.compose import Report
from crawler.demo.gloss import traditional
from crawler.demo.hosts.pages import HTML, article_html, html_answer, list_html
from crawler.demo.library import More
from crawler.demo.truth import Expected, HostTruth

NAME, ENCODINGS = "mislabelled.test", "encodings.test"
_SITE = "标签资讯"
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4
# Label as a header or meta tag gives it, and the codec the bytes are really in. The second half
# are labels of codecs that are no text encodings, or that no page should ever be decoded with.
LABELS = (
    ("gb2312", "gb18030"), ("gbk", "gb18030"), ("gb18030", "gb18030"), ("GB_2312-80", "gbk"),
    ("x-gbk", "gbk"), ("big5", "big5"), ("big5-hkscs", "big5hkscs"), ("utf-8", "utf-8"),
    ("utf8", "utf-8-sig"), ("gb2312", "utf-8"), ("utf-8", "gb18030"), ("hz-gb-2312", "hz"),
    ("utf-16", "utf-16"), ("utf-16le", "utf-8"), ("iso-8859-1", "utf-8"),
    ("windows-1252", "gb18030"), ("shift_jis", "utf-8"), ("euc-kr", "gb18030"),
    ("us-ascii", "utf-8"), ("x-unknown", "utf-8"),
    ("rot13", "utf-8"), ("hex", "utf-8"), ("zlib", "utf-8"), ("base64", "utf-8"),
    ("bz2", "utf-8"), ("uu", "utf-8"), ("idna", "utf-8"), ("punycode", "utf-8"),
    ("undefined", "utf-8"), ("unicode_escape", "utf-8"), ("utf-7", "utf-8"), ("mbcs", "utf-8"),
)  # fmt: skip
PLACES = ("header", "meta")


def build(more: More) -> tuple[Host, HostTruth]:
    """Bytes that are not what they are called."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nAllow: /\n")
    as_pdf, as_doc = more.mislabelled
    pages = {
        "/report_1.html": Answer(_PNG, headers=HTML),
        "/report_2.html": Answer(pdf(as_pdf.paragraphs), headers=HTML),
        "/report_3.html": Answer(headers=HTML),
        "/report_4.doc": Answer(
            article_html(as_doc, _SITE).encode(), headers=(("Content-Type", "application/msword"),)
        ),
        "/report_5.html": html_answer(
            "<html><body><p>您访问的页面不存在，请检查网址是否正确。</p></body></html>"
        ),
        "/report_6.html": Answer(status=302, headers=(("Location", "/index.html"),)),
    }
    host.pages |= pages
    titles = [f"消费维权工作简报第{n}期" for n in "一二三四五六"]
    host.page("/index.html", list_html(_SITE, list(zip(pages, titles, strict=True))))
    expected = (
        Expected(NAME, "/report_1.html", ("unsupported", "undecodable", "no_body")),
        # a PDF is read where the extra for attachments is installed
        Expected(NAME, "/report_2.html", ("ok", "unsupported", "needs_ocr")),
        Expected(NAME, "/report_3.html", ("empty", "no_body")),
        Expected(NAME, "/report_4.doc", works=(as_doc.key,), body=as_doc.text),
        Expected(NAME, "/report_5.html", ("soft404",)),
        Expected(NAME, "/report_6.html", ("soft404", "list_page", "moved")),
    )
    return host.build(), HostTruth(expected)


def build_encodings(more: More) -> tuple[Host, HostTruth]:
    """The same work on every page; a label must never make it another text."""
    host = HostBuilder(ENCODINGS)
    host.robots("User-agent: *\nAllow: /\n")
    rows = []
    expected = []
    for number, (label, codec) in enumerate(LABELS, start=1):
        for place in PLACES:
            path = f"/{place}/report_{number}.html"
            rows.append((path, more.encoded.title))
            host.pages[path] = _labelled(more.encoded, label, codec, in_header=place == "header")
            expected.append(
                Expected(ENCODINGS, path, ("ok", "undecodable"), works=(more.encoded.key,))
            )
    host.page("/index.html", list_html(_SITE, rows))
    return host.build(), HostTruth(tuple(expected))


def _labelled(report: Report, label: str, codec: str, *, in_header: bool) -> Answer:
    html = article_html(report, _SITE, charset="" if in_header else label)
    if codec.startswith("big5"):
        html = traditional(html)
    body = html.encode(codec, "xmlcharrefreplace")
    kind = f"text/html; charset={label}" if in_header else "text/html"
    return Answer(body, headers=(("Content-Type", kind),))
