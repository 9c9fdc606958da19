import pytest

from crawler.extract import Hints
from crawler.extract.body import find_body
from crawler.extract.clean import clean
from crawler.extract.dom import parse
from crawler.extract.editor import cut_editor
from crawler.extract.hidden import remove_hidden
from crawler.extract.joins import join_lines
from crawler.extract.lines import lines_of

LONG = (
    "今年上半年，青山县消费者协会认真受理群众投诉，积极化解消费纠纷，各项工作有序推进，取得了较好成效。",
    "协会组织志愿者深入村社开展宣传，向老年人讲解防范会销骗局的方法，受到了群众的普遍欢迎和好评。",
    "下一步，协会将继续完善工作制度，加强与有关部门的配合，努力为消费者营造放心、安全的消费环境。",
)


def cleaned(lines, title="青山县消协半年工作小结", hints=None):
    html = (
        "<html><body><div class=c>"
        + "".join(f"<p>{line}</p>" for line in lines)
        + "</div></body></html>"
    )
    root = parse(html).root
    return clean(lines_of(root), title, hints or Hints())


def test_a_clean_report_loses_nothing():
    head = ["各乡镇人民政府：", LONG[0], "一、主要做法", LONG[1], "（一）强化宣传", "1、进村入户"]
    lines = [*head, LONG[2], "附件：受理情况统计表", "青山县消费者协会", "2019年7月5日"]
    result = cleaned(lines)

    assert list(result.lines) == lines
    assert result.dropped == ()


@pytest.mark.parametrize(
    "prompt",
    [
        "点击下载本文档",
        "版权声明：本文由网友上传，如有侵权请联系我们删除。",
        "扫一扫关注公众号",
        "本文地址：http://a.example/1.html",
        "开通VIP免费下载",
        "浏览次数：1024",
        "上一篇：公司年会策划",
        "文档大小：35KB",
        "转载请注明出处",
    ],
)
def test_prompts_after_the_last_paragraph_go(prompt):
    assert list(cleaned([*LONG, prompt]).lines) == list(LONG)


def test_titles_of_other_pages_go_and_the_text_after_them_stays():
    related = [
        "相关文章推荐：",
        "1.公司年终个人工作总结",
        "2.学校安全月活动方案",
        "3.社区志愿服务心得体会",
    ]

    result = cleaned([LONG[0], *related, LONG[1], LONG[2]])

    assert list(result.lines) == list(LONG)
    assert {item.rule for item in result.dropped} == {"related"}


def test_a_numbered_list_of_the_report_stays():
    lines = [
        LONG[0],
        "主要投诉热点：",
        "1.家用电器质量问题",
        "2.预付卡退费问题",
        "3.网络购物售后问题",
        LONG[1],
    ]

    assert list(cleaned(lines).lines) == lines


def test_repeated_titles_and_page_labels_go():
    title = "青山县消协半年工作小结"
    result = cleaned([title, title, f"{title}_第1页", f"{title}_第2页", *LONG])

    assert list(result.lines) == [title, *LONG]


def test_rules_of_the_profile():
    hints = Hints(drop_lines=("^青山网提醒",), cut_blocks=("^延伸$",))
    result = cleaned(
        [LONG[0], "青山网提醒您注意保暖", LONG[1], "延伸", "短讯", LONG[2]],
        hints=hints,
    )

    assert list(result.lines) == list(LONG)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "每年的三月十五日是大家的节日，下面就是小编为大家整理的活动总结，欢迎阅读！",
            "每年的三月十五日是大家的节日",
        ),
        ("以上就是小编为大家带来的全部内容，希望对您有所帮助。", ""),
        ("总结是对工作的回顾。小编今天送来几篇，有需要的同学可以看看！", ""),
        ("素材简介：本素材为一所乡镇市场监管所的年度小结，欢迎下载。", ""),
        ("计划是落实工作的抓手。协会按月检查。", "计划是落实工作的抓手。协会按月检查。"),
        ("协会为大家提供咨询服务，受到好评。", "协会为大家提供咨询服务，受到好评。"),
        ("希望广大消费者积极参与，共同维护权益。", "希望广大消费者积极参与，共同维护权益。"),
    ],
)
def test_the_editor_s_sentence_is_cut(text, kept):
    assert cut_editor(text)[0] == kept


def test_short_hidden_text_goes_and_long_hidden_text_stays():
    long_text = "".join(LONG) * 3
    root = parse(
        "<html><head><style>.zz9{font-size:0}</style></head><body><div>"
        f"<p>{LONG[0][:10]}<span style='display: none'>盗版</span>{LONG[0][10:]}</p>"
        f"<p>甲<i class=zz9>乙</i>丙</p><p>丁<b style='position:absolute;left:-9999px'>戊</b></p>"
        f"<div style='display:none'>{long_text}</div></div></body></html>"
    ).root

    removed = remove_hidden(root)

    assert removed == ["盗版", "戊", "乙"]
    assert long_text in "".join(root.itertext())


def test_page_numbers_in_mid_sentence_are_joined():
    pages = [f"{n}、{LONG[n % 3] * 3}"[:-1] for n in range(1, 7)]

    joined = join_lines(pages)

    assert len(joined.lines) == 1
    assert "、" + LONG[1][:5] not in joined.lines[0]


def test_a_real_numbered_list_is_not_joined():
    items = [f"{n}、{LONG[n % 3]}" for n in range(1, 7)]

    assert list(join_lines(items).lines) == items


def test_the_container_holds_pages_and_signature():
    html = (
        "<html><body><div class=nav><a href=/>首页</a></div><div class=reader>"
        f"<div class=pg><p>{LONG[0]}</p></div><div class=pg><p>{LONG[1]}</p></div>"
        f"<div class=pg><p>{LONG[2]}</p><p>青山县消费者协会</p></div></div></body></html>"
    )
    body = find_body(parse(html).root, Hints())

    assert [line.text for line in body.lines] == [*LONG, "青山县消费者协会"]


@pytest.mark.parametrize(
    "line",
    ["责任编辑：林小禾", "文丨本台记者 周远", "来源 | 综合各县消协", "本文首发于《云岭消费》"],
)
def test_credits_are_text_among_paragraphs_and_the_sites_beside_its_prompts(line):
    assert line in cleaned([*LONG, line]).lines
    beside = cleaned([*LONG, line, "点击下载本文档", "VIP会员免费下载"])
    assert list(beside.lines) == list(LONG)
    assert (line, "credit") in [(item.text, item.rule) for item in beside.dropped]


@pytest.mark.parametrize("line", ["[3]", "，对此县消协作了答复", "]"])
def test_pieces_of_a_sentence_are_no_prompts(line):
    assert line in cleaned([LONG[0], line, *LONG[1:]]).lines


def test_headings_of_works_are_no_other_pages_titles():
    lines = [
        "青山县消协半年工作小结（一）",
        LONG[0],
        "看了本文的还看了",
        "青山县消协半年工作小结（二）",
        LONG[1],
    ]

    assert "青山县消协半年工作小结（二）" in cleaned(lines).lines


def test_a_bracketed_label_over_other_pages_titles_goes_with_them():
    others = ["农村低保核查汇报", "驻村干部半年总结", "幼儿园家长会流程"]

    assert list(cleaned([LONG[0], "【小编荐读】", *others, *LONG[1:]]).lines) == list(LONG)
    assert "【案情简介】" in cleaned([LONG[0], "【案情简介】", *LONG[1:]]).lines


def test_bodies_named_after_the_date_of_a_report_are_the_sites():
    closing = ["青山县消费者协会", "2021年7月2日"]
    lines = [*LONG, *closing, "（此件公开发布）", "青山县餐饮行业协会", "青山县美容美发协会"]

    assert list(cleaned(lines).lines) == [*LONG, *closing, "（此件公开发布）"]


def test_several_prompts_at_the_end_speak_for_each_other():
    lines = [*LONG, "看球即时比分", "开户就送礼", "棋牌平台排名"]

    assert list(cleaned(lines).lines) == list(LONG)
    names = ["林小禾 周远", "石青 梁田"]
    assert list(cleaned([*LONG, *names]).lines) == [*LONG, *names]


def test_a_sentence_that_counts_readers_and_posts_is_the_reports():
    posts = "通过微信公众号发布提示12期，阅读量达3万次，转发短视频40条。"

    assert list(cleaned([LONG[0], posts, LONG[1]]).lines) == [LONG[0], posts, LONG[1]]


def test_what_a_colon_announces_is_no_prompt():
    lines = ["群众反映最多的一点是：", "无处说理", *LONG]

    assert list(cleaned(lines).lines) == lines


@pytest.mark.parametrize("line", ["——此段未完请往后翻——", "=======", "★看全文到下页★"])
def test_lines_set_off_by_signs_go(line):
    assert list(cleaned([LONG[0], line, *LONG[1:]]).lines) == list(LONG)


def test_the_title_as_a_file_name_goes():
    lines = [LONG[0], "青山县消协半年工作小结.docx", *LONG[1:]]

    assert list(cleaned(lines).lines) == list(LONG)


def in_box(box, title="青山县消协半年工作小结", brand=""):
    paragraphs = [f"<p>{line}</p>" for line in LONG]
    html = f"<html><body><div>{paragraphs[0]}{box}{''.join(paragraphs[1:])}</div></body></html>"
    return list(clean(lines_of(parse(html).root), title, Hints(), brand).lines)


def test_lines_of_a_box_go_with_the_button_beside_them():
    name = "<p>青山县消协半年工作小结.doc</p>"
    box = f"<div class=get>{name}<p>排好版的成品</p><a href=/d>取走</a></div>"

    assert in_box(box) == list(LONG)


def test_a_box_of_the_report_stays():
    box = "<div class=pic><p><a href=/big.jpg><img></a></p><p>志愿者向老人讲解防骗知识</p></div>"

    assert in_box(box) == [LONG[0], "志愿者向老人讲解防骗知识", *LONG[1:]]


def test_a_line_in_which_the_site_names_itself_goes():
    line = "<p>稻香写作首家收录</p>"

    assert in_box(line, brand="稻香写作") == list(LONG)


def test_numbers_of_sections_are_no_page_borders():
    padded = [
        LONG[0],
        "01",
        "投诉多的行业",
        LONG[1],
        "02",
        "处理的难处",
        LONG[1],
        "03",
        "明年",
        LONG[2],
    ]
    rows = ["序号", "1", "美容美发", "2", "食品销售", "3", "家用电器", "4", "交通工具"]

    assert list(join_lines(padded).lines) == padded
    assert list(join_lines(rows).lines) == rows


def test_a_list_that_the_site_begins_is_the_sites_to_its_end():
    tips = [
        "1.本站只提供存放空间，下载后自行判断",
        "2.遇到缺页乱码，请在订单内说明",
        "3.付款后不再退回",
    ]

    assert list(cleaned([*LONG, *tips]).lines) == list(LONG)
    measures = ["1.建立消费教育基地", "2.聘请义务监督员"]
    assert list(cleaned([*LONG, *measures]).lines) == [*LONG, *measures]


@pytest.mark.parametrize("line", ["END", "- THE END -"])
def test_a_word_in_letters_after_the_text_goes(line):
    assert list(cleaned([*LONG, line]).lines) == list(LONG)


def test_a_line_that_announces_links_goes_with_them():
    links = ["<a href=/1>乡村医生个人事迹</a>", "<a href=/2>小区停车收费公示</a>"]

    assert list(cleaned([*LONG, "【消协小结】延伸：", *links]).lines) == list(LONG)


def test_a_label_and_its_link_go():
    line = "<span>| 另 |</span><a href=/1>城区供暖提前三天</a>"

    assert list(cleaned([LONG[0], line, *LONG[1:]]).lines) == list(LONG)


def test_a_row_of_links_goes_and_a_row_of_words_stays():
    links = "<a href=/1>年度小结</a> | <a href=/2>半年汇报</a> | <a href=/3>心得体会</a>"
    words = "投诉受理 | 现场咨询 | 假货鉴别"

    assert list(cleaned([LONG[0], links, LONG[1], words, LONG[2]]).lines) == [
        LONG[0],
        LONG[1],
        words,
        LONG[2],
    ]


def test_the_editor_may_be_the_site_by_its_name():
    text = "以下就是麦田写作为您挑的小结，愿您写得顺手。"

    assert cut_editor(text, brand="麦田写作") == ("", text)
    news = "麦田网3月15日讯 以下是市消协公布的年度数据。"
    assert cut_editor(news, brand="麦田网") == (news, "")


def test_below_a_closed_report_stands_what_belongs_to_one():
    closing = ["青山县消费者协会", "2019年7月5日"]
    parts = ["抄送：县政府办公室", "（联系人：周敏）", "附件：统计表"]

    assert list(cleaned([*LONG, *closing, "想要更多好范文就来这里"]).lines) == [*LONG, *closing]
    assert list(cleaned([*LONG, *closing, *parts]).lines) == [*LONG, *closing, *parts]


def test_a_line_with_day_and_hour_below_the_heading_is_data():
    html = (
        "<html><body><div><h1>青山县消协半年工作小结</h1><p>青山晚报 2019-07-06 07:15 文/林一</p>"
    )
    html += "".join(f"<p>{line}</p>" for line in LONG) + "</div></body></html>"
    found = clean(lines_of(parse(html).root), "青山县消协半年工作小结", Hints())

    assert list(found.lines) == list(LONG)


def test_paragraphs_on_how_to_write_go_with_the_editor_s_offer():
    intro = "一年又要结束了。你知道维权工作报告怎么写吗？我们为大家准备了几篇，想看的请往下看。"

    assert cut_editor(intro) == ("", intro)
    assert cut_editor("群众常问：投诉后要等多久？" + LONG[0]) == (
        "群众常问：投诉后要等多久？" + LONG[0],
        "",
    )


def test_titles_with_the_day_of_their_page_are_a_list_of_the_site():
    rows = [
        "关于春节放假安排的公示 2019-01-28",
        "全县防汛工作会议召开 2019-05-06",
        "林业站开展植树活动 2019-03-12",
    ]

    assert list(cleaned([*LONG, *rows]).lines) == list(LONG)
    assert list(cleaned([*LONG, rows[0]]).lines) == [*LONG, rows[0]]


@pytest.mark.parametrize(
    "line",
    [
        "↓↓ 喜欢就在下面留个爪印 ↓↓",
        "好了，就到这里，求点赞求收藏~",
        "要的坛友拿走，记得顶一下哈！",
    ],
)
def test_reports_do_not_speak_as_friends_do(line):
    assert list(cleaned([*LONG, line]).lines) == list(LONG)


@pytest.mark.parametrize("line", ["（配图来自网络，与本文无关）", "↑图为往年活动，非本次现场"])
def test_whose_a_picture_is_goes_and_what_it_shows_stays(line):
    shown = "工作人员在菜市场校验电子秤。（李某摄）"

    assert list(cleaned([LONG[0], shown, line, LONG[1]]).lines) == [LONG[0], shown, LONG[1]]
