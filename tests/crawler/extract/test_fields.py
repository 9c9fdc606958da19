from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import Hints
from crawler.extract.completeness import judge
from crawler.extract.dom import parse
from crawler.extract.figures import read_figures
from crawler.extract.fold import level
from crawler.extract.issuer import find_issuer
from crawler.extract.kind import kind_of
from crawler.extract.lines import lines_of
from crawler.extract.metadata import clean_title, read_metadata, strip_site, url_date
from crawler.extract.numbers import numbers_in
from crawler.extract.region import full_issuer, region_by_code, region_of
from crawler.extract.script import script_of
from crawler.extract.year import read_year


def figures(text):
    return {(f.name, f.value, f.unit) for f in read_figures(text, level(text))}


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1.2万余件", "12000", "件"),
        ("2.3亿元", "230000000", "元"),
        ("三千份", "3000", "份"),
        ("四十二场", "42", "场"),
        ("1,013件", "1013", "件"),
        ("76.6万人次", "766000", "人次"),
        ("98.5%", "98.5", "%"),
        ("5.6吨", "5600", "公斤"),
        ("624个批次", "624", "批次"),
    ],
)
def test_numbers_are_exact(text, value, unit):
    (number,) = numbers_in(text)

    assert (number.value, number.unit) == (Decimal(value), unit)


def test_dates_ordinals_and_single_ones_are_no_counts():
    assert numbers_in("2019年3月15日，第3届，一批，一次") == []


def test_figures_of_a_list_in_one_sentence():
    text = "共受理诉求9120件,其中投诉3650件,举报412件,咨询5058件,为消费者挽回经济损失86.4万余元。"

    assert figures(text) == {
        ("demands_total", "9120", "件"),
        ("complaints_received", "3650", "件"),
        ("reports_received", "412", "件"),
        ("enquiries", "5058", "件"),
        ("loss_recovered", "864000", "元"),
    }


def test_growth_shares_and_single_cases_have_no_name():
    assert figures("投诉同比增长120件，占投诉总量的35件。") == set()
    assert figures("消费者张某投诉称商家收取服务费1800元，经调解退还1500元。") == set()


@pytest.mark.parametrize(
    "text",
    [
        "明年力争受理投诉办结率达到95%，为消费者挽回损失不低于200万元。",
        "拟组织培训30场，印发宣传资料5万份。",
        "设立赔偿先付资金池规模360万元。",
        "食品类投诉居首位，达2.31万件。",
        "案例一：订购沙发一套交付定金。经调解，商家退还6000元，挽回损失6000元。",
        "已有127家企业开通绿色通道。",
    ],
)
def test_aims_funds_classes_and_cases_are_no_figures(text):
    assert figures("今年受理投诉90件。\n" + text) == {("complaints_received", "90", "件")}


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("情况属实。\n岳阳市岳阳楼区消费者委员会供稿", "岳阳市岳阳楼区消费者委员会"),
        ("2023年，中国农业银行股份有限公司绍兴分行开展了宣传。我行认真落实。",
         "中国农业银行股份有限公司绍兴分行"),
        ("大连市工商系统12315投诉举报中心共受理诉求96件。", "大连市工商系统12315投诉举报中心"),
        ("消费者投诉举报中心共受理诉求96件。", None),
        ("某某镇消费者协会调解纠纷6件。", None),
        ("辖区工商所上门调解9次，部分市场监管所开放实验室。", None),
        ("遇到麻烦记得找消委会，电话常年有人接。", None),
        ("（一）汇聚多方力量\n银行网点、快递驿站都摆上了宣传册。", None),
        ("我行作为扎根山乡的地方银行，认真落实宣传要求。", None),
        ("我行作为扎根山乡的青禾农商行，认真落实宣传要求。", "青禾农商行"),
    ],
)  # fmt: skip
def test_issuers(text, issuer):
    assert find_issuer(level(text), "工作小结") == issuer


def test_315_inside_12315_is_no_day_of_action_and_news_open_with_a_day():
    text = "连日来，青禾县市场监管局检查商户63户次。线索可拨打12315举报。"

    assert kind_of("检查后续", level(text)) == "news"


def test_what_a_title_sums_up_stands_above_what_the_body_tells_as_well():
    text = (
        "活动办了8场，散出折页2000份，学生读标签比快慢。全年受理投诉137件，办结率100%，"
        "一年来挽回经济损失6万元。存在的问题是人少事多，下一步加强队伍建设。"
    )

    assert kind_of("青禾县纪念3·15国际消费者权益日宣传活动总结", level(text)) == "activity_summary"
    assert kind_of("青禾县消费者权益保护工作总结", level(text)) == "work_summary"


def test_a_rate_that_contradicts_its_counts_is_flagged():
    text = "抽检商品200批次，不合格50批次，不合格率为45%。"
    rate = next(f for f in read_figures(text, level(text)) if f.name == "failure_rate")

    assert rate.sanity == "50 of 200 is 25 %"


def test_a_text_without_a_full_stop_is_read_with_its_surroundings_only():
    text = "".join(f"投诉{n}件，" for n in range(1, 3_000))
    found = read_figures(text, level(text))

    assert max(len(figure.text) for figure in found) <= 1_000


@given(st.text(alphabet="投诉举报咨询受理件元万0123456789.,，。%调解率", max_size=80))
def test_figures_stand_where_they_say(text):
    for figure in read_figures(text, level(text)):
        assert 0 <= figure.start < figure.end <= len(text)


@given(st.text(max_size=60))
def test_levelling_keeps_every_place(text):
    assert len(level(text)) == len(text)


@pytest.mark.parametrize(
    ("title", "text", "year"),
    [
        ("2019年活动总结", "围绕“携手共治 畅享消费”年主题，我局开展了宣传。", 2015),
        ("2021年总结", "在第28个国际消费者权益日到来之际，县消协组织了宣传。", 2010),
        ("2018年总结", "2018年，我局受理投诉96件。", 2018),
        ("总结", "我们努力构建消费和谐的环境。", None),
        ("2020年总结", "党的十九届四中全会以来，我局扎实工作。", 2020),
    ],
)
def test_years(title, text, year):
    found = read_year(title, level(text))

    assert found.inferred == year
    assert found.conflict == bool(found.claimed and year and found.claimed != year)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("四川省广元市市场监管局发布消息。", "四川省/广元市"),
        ("阿坝州市场监管局组织检查。", "四川省/阿坝藏族羌族自治州"),
        ("朝阳区市场监管局提醒消费者。", None),
        ("北京市朝阳区市场监管局提醒消费者。", "北京市/朝阳区"),
        ("创建示范县局，规范和平安定的秩序。", None),
        ("在镇政府和县消协的指导下开展工作。", None),
        ("襄樊市工商局开展检查。", "湖北省/襄阳市"),
    ],
)
def test_regions(text, path):
    region = region_of(level(text), "", None)

    assert (region.path if region else None) == path


def test_a_body_named_by_its_level_gets_the_name_of_its_place():
    region = region_by_code("512000")

    assert region
    assert full_issuer("市消委", region) == "资阳市消委"
    assert full_issuer("广元市消委", region) == "广元市消委"
    assert full_issuer("县消协", region) == "县消协"
    assert region_by_code("999999") is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/202203/t20220315_123.html", date(2022, 3, 15)),
        ("https://a.example/art/2022/3/5/art_1_2.html", date(2022, 3, 5)),
        ("https://a.example/2022-03/15/content_1.html", date(2022, 3, 15)),
        ("https://a.example/20221345/1.html", None),
        ("https://a.example/fanwen/738658.html", None),
        (None, None),
    ],
)
def test_dates_of_addresses(url, day):
    assert url_date(url) == day


def test_titles():
    assert strip_site("某镇工作总结_青山范文网", None) == "某镇工作总结"
    assert clean_title("【Word版】青山县消协工作总结.docx") == "青山县消协工作总结"
    assert clean_title("青山县消协工作总结_第2页") == "青山县消协工作总结"


def test_government_tags_come_before_what_is_seen():
    root = parse(
        '<html><head><title>站名</title><META CONTENT="关于开展检查的通知" NAME="ArticleTitle">'
        '<meta name="PubDate" content="2023-04-05 10:11"><meta name="ContentSource" content="市局">'
        "</head><body><h1>通知公告</h1><p>发布时间：2020-01-01 来源：某报</p></body></html>"
    ).root
    found = read_metadata(root, lines_of(root), url=None, hints=Hints())

    assert (found.title, found.published, found.source) == (
        "关于开展检查的通知",
        date(2023, 4, 5),
        "市局",
    )


@pytest.mark.parametrize(
    ("furniture", "completeness", "claimed"),
    [
        (["还剩8页未读"], "preview", None),
        (["全文共：6500字"], "preview", 6500),
        (["（正文约1000字）"], "full", 1000),
        (["登录后查看全文"], "preview", None),
        (["打印本页"], "unknown", None),
    ],
)
def test_completeness(furniture, completeness, claimed):
    extent = judge("字" * 1000, furniture, Hints())

    assert (extent.completeness, extent.chars_claimed) == (completeness, claimed)


def test_scripts():
    assert script_of("消费者权益保护") == "hans"
    assert script_of("消費者權益保護") == "hant"
    assert script_of("我们发现问题，個人認為應當處理") == "mixed"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2019-05-06 09:30 浏览：12", date(2019, 5, 6)),
        ("发布日期：2019年5月6日", date(2019, 5, 6)),
        ("今天是2026年11月22日 星期日", None),
        ("2016年3月15日，我县举办了宣传活动。", None),
    ],
)
def test_dates_seen_at_the_head(line, day):
    root = parse(f"<html><body><h1>工作总结材料</h1><p>{line}</p></body></html>").root

    assert read_metadata(root, lines_of(root), url=None, hints=Hints()).published == day
