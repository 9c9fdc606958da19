import pytest

from archive.page import Page
from crawler.extract import Hints
from crawler.extract.fold import fold, squeeze
from crawler.extract.page import Part, extract_page, to_json

BODY = (
    "今年以来，云岭市消费者协会坚持为民办事，认真受理群众来信来访，各项工作取得了新的进展，现将主要情况报告如下。",
    "一、受理投诉情况",
    "全年共受理消费者投诉1286件，办结1251件，办结率97.28%，为消费者挽回经济损失203.6万元，接待咨询5120人次。",
    "二、存在的问题",
    "基层人手偏少、经费不足的状况还没有得到根本改变，新兴领域的消费纠纷取证难度较大，需要逐步解决。",
)


def page_of(inner: str, head: str = "<title>云岭市消费者协会工作总结 - 云岭在线</title>") -> str:
    return f"<html><head>{head}</head><body>{inner}</body></html>"


def article(*, extra: str = "", lines: tuple[str, ...] = BODY) -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in lines)
    return page_of(
        "<div class=nav><a href=/>首页</a><a href=/a>要闻</a></div>"
        "<h1>云岭市消费者协会工作总结</h1><div class=info>发布时间：2019-12-30 来源：云岭晚报</div>"
        f"<div class=content>{paragraphs}{extra}</div><div class=foot>主办：云岭在线</div>"
    )


def read(html: str, **kwargs) -> Page:
    return extract_page([Part(html.encode())], **kwargs)


def test_an_ordinary_page_gives_one_document_with_its_fields():
    page = read(article())

    assert page.outcome == "ok"
    assert page.title == "云岭市消费者协会工作总结"
    assert str(page.published) == "2019-12-30"
    assert page.source == "云岭晚报"
    assert page.text == "\n".join(BODY)
    assert page.topic.on_topic
    (document,) = page.documents
    assert document.kind == "work_summary"
    assert document.text == page.text
    assert {(f.name, f.value, f.unit) for f in document.figures} >= {
        ("complaints_received", "1286", "件"),
        ("settlement_rate", "97.28", "%"),
        ("loss_recovered", "2036000", "元"),
        ("enquiries", "5120", "人次"),
    }


def test_positions_of_documents_and_figures_count_in_the_page_text():
    page = read(article())

    for document in page.documents:
        assert page.text[document.start : document.end] == document.text
        for figure in document.figures:
            assert figure.unit[0] in page.text[figure.start : figure.end]


def test_what_is_removed_is_kept_with_its_rule():
    page = read(
        article(extra="<p><a href=/down>下载本文</a></p><span style='display:none'>勿盗</span>")
    )

    assert page.text == "\n".join(BODY)
    assert {item.rule for item in page.dropped} >= {"hidden", "link"}


def test_parts_of_one_article_are_joined_in_order():
    first, second = article(lines=BODY[:3]), article(lines=BODY[3:])

    page = extract_page([Part(first.encode()), Part(second.encode())])

    assert page.text == "\n".join(BODY)


@pytest.mark.parametrize(
    "line",
    [
        "云岭人的网上家园 每天与您相伴",
        "每日一读，遇见更好的自己",
        "打造本地权威的信息发布平台",
    ],
)
def test_template_lines_of_the_site_are_dropped(line):
    found = read(article(extra=f"<p>{line}</p>"))
    folded = next(c for c in found.candidates if c[:4] in line)
    page = read(article(extra=f"<p>{line}</p>"), hints=Hints(template_lines=(folded,)))

    assert page.text == "\n".join(BODY)
    assert (line, "template") in {(item.text, item.rule) for item in page.dropped}
    assert page.candidates == found.candidates


@pytest.mark.parametrize(
    "line",
    [
        BODY[0],
        BODY[1],
        "以上工作若有不足之处，恳请各位代表批评指正，我们一定认真加以改进，不辜负全市人民的信任和期望。",
        "做好消费维权工作任重道远。",
        "特此报告。",
        "此致 敬礼",
        "云岭市消费者协会秘书处",
        "二〇一九年十二月三十日",
        "（此件公开发布）",
        "投诉电话：12315",
        "主要做法",
        "篇一",
        "云岭市消费者协会工作总结",
    ],
)
def test_what_every_report_says_is_kept_however_often_it_recurs(line):
    folded = squeeze(fold(line))
    lines = (line, *BODY) if line in {"主要做法", "篇一"} else (*BODY, line)
    page = read(article(lines=tuple(dict.fromkeys(lines))), hints=Hints(template_lines=(folded,)))

    assert line in page.text.split("\n")
    assert folded not in page.candidates


def test_body_and_prune_selectors_of_the_profile_decide():
    html = article(
        extra="<div class=vip>这一段是会员专享的说明文字，普通读者看不到，请勿理会，谢谢。</div>"
    )
    page = read(html, hints=Hints(body=(".content",), prune=(".vip",)))

    assert page.text == "\n".join(BODY)


def test_json_line_has_the_fields_of_the_contract():
    line = to_json(read(article()), "a.html")

    assert line["file"] == "a.html"
    assert set(line) >= {
        "file", "url", "outcome", "encoding", "title", "published", "source", "site_name",
        "site_type", "on_topic", "topic", "language_script", "completeness", "chars_claimed",
        "text", "repair", "dropped", "documents",
    }  # fmt: skip
    assert set(line["documents"][0]) >= {
        "ordinal", "title", "text", "kind", "issuer", "region", "region_code", "year_claimed",
        "year_inferred", "year_conflict", "figures",
    }  # fmt: skip


def test_outcomes_of_pages_without_an_article():
    assert extract_page([]).outcome == "no_body"
    assert extract_page([Part(b"  ")]).outcome == "no_body"
    assert extract_page([Part(b"\x89PNG\r\n")]).outcome == "unsupported"
    assert read("<p>" * 30_000).outcome == "too_complex"
    assert read(page_of("<p>您访问的页面不存在</p>")).outcome == "soft404"
    assert (
        read(page_of("<script>var arg1='AA';document.cookie='acw_sc__v2'</script>")).outcome
        == "blocked"
    )
    links = "".join(f"<li><a href=/{n}>第{n}号文件的标题</a></li>" for n in range(40))
    assert read(page_of(f"<ul>{links}</ul>")).outcome == "list_page"


def test_deep_nesting_is_read():
    html = page_of("<div>" * 600 + "".join(f"<p>{line}</p>" for line in BODY) + "</div>" * 600)

    assert read(html).text == "\n".join(BODY)


@pytest.mark.parametrize(
    "stray", ["\uffff", "\ufffe", "\x01", "&#xffff;", "&#1;", "&#x1f;", "&#xd800;"]
)
def test_characters_that_no_tree_may_hold_do_no_harm(stray):
    hidden = f"<span style='display:none'>x</span>{stray}后文"

    assert read(article(extra=f"<p>前文{hidden}</p>")).text.startswith("\n".join(BODY))


def test_lone_surrogates_and_control_characters_do_no_harm():
    html = article().replace("人手", "人\x00手").encode() + b"\xed\xa0\x80"

    assert extract_page([Part(html)]).text == "\n".join(BODY)


def test_a_title_behind_site_and_column_is_the_one_that_is_shown():
    title = "县局扎实做好年度消费维权工作"
    inner = f"<table><tr><td>{title}</td></tr></table><div id=zoom>"
    inner += "".join(f"<p>{line}</p>" for line in BODY) + "</div>"

    page = read(page_of(inner, f"<title>云岭县人民政府 部门动态 {title}</title>"))

    assert page.title == title


@pytest.mark.parametrize("document", ["云岭县红盾网", "::云岭县质量与市场信息网::"])
def test_where_all_pages_are_titled_by_the_site_the_title_stands_above_the_date(document):
    title = "云岭县2011年消费者申诉情况分析"
    inner = (
        f"<table><tr><td>{title}</td></tr><tr><td>发布日期：2012-1-17　点击数：38</td></tr></table>"
    )
    inner += "<div id=zoom>" + "".join(f"<p>{line}</p>" for line in BODY) + "</div>"

    assert read(page_of(inner, f"<title>{document}</title>")).title == title
    assert (
        read(page_of(inner.replace(title, "你好"), f"<title>{document}</title>")).title == document
    )


def floor(*lines: str) -> str:
    shown = "".join(f"<p>{line}</p>" for line in lines)
    reply = "写得很实在，我们镇上的情况也差不多，尤其是下乡卖床垫的，一年要来好几回，老人总是上当。"
    return f"<div class=floor><div class=post>{shown}</div><div class=reply>{reply}</div></div>"


def test_a_text_in_several_posts_goes_on_where_its_sections_do():
    first = ("一、受理情况", BODY[0], "二、主要做法", BODY[0].replace("今年以来", "去年以来"))
    first += tuple(f"第{n}站：{BODY[0]}" for n in range(5))
    second = ("三、存在的不足", "个别商家不愿配合调解，经多次上门后才退还了货款，占用了许多人手。")
    reply = "我们那里也是这样，去年为一台冰箱跑了三趟商场，好在最后还是给换了新的，谢谢分享经验。"

    page = read(page_of(floor(*first) + floor(reply) + floor(*second)))

    assert page.text == "\n".join(first + second)


def test_a_body_that_names_itself_without_its_place_is_the_sites_own():
    lines = [line.replace("云岭市消费者协会", "市消协") for line in BODY]
    html = article(lines=tuple(lines)).replace("云岭市消费者协会工作总结", "全年消费维权工作总结")

    assert (
        read(html, hints=Hints(issuer="云岭市消费者协会")).documents[0].issuer == "云岭市消费者协会"
    )
    assert read(html).documents[0].issuer == "市消协"
