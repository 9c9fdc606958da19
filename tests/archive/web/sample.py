"""A small archive with something of everything the pages show."""

from datetime import date

from opencc import OpenCC

from tests.archive.builders import Builder

_TEXT = """{year}年，{agency}坚持把群众的操心事当作头等大事，消费维权工作有了新的起色。
一、投诉受理情况
全年共受理消费者投诉{n}件，办结{done}件，调解成功率{rate}%，为消费者挽回经济损失{money}万元。其中网络购物、预付式消费和家装服务三类投诉最为集中。
二、主要做法
围绕3·15国际消费者权益日，联合各商圈开展“守信经营看得见”活动，发放宣传册{leaflets}份。对反复被投诉的{shops}家商户逐户约谈，督促整改。
三、存在问题
预付卡跑路后的追偿难度仍然较大，部分乡镇的维权站点人手不足。
四、下一步打算
计划推动大型商超设立先行赔付金，把纠纷化解在门店里。"""


def _report(agency: str, year: int, n: int) -> tuple[str, list[dict[str, object]]]:
    done, money = n - 17, n // 8
    text = _TEXT.format(
        agency=agency,
        year=year,
        n=n,
        done=done,
        rate=90 + year % 7,
        money=money,
        leaflets=n * 3,
        shops=n // 90,
    )
    figures = []
    for name, value, unit, sign in (
        ("complaints_received", n, "件", f"投诉{n}件"),
        ("complaints_settled", done, "件", f"办结{done}件"),
        ("loss_recovered", money * 10_000, "元", f"损失{money}万元"),
    ):
        start = text.index(sign) + 2
        figures.append(
            {"name": name, "value": str(value), "unit": unit, "text": sign}
            | {"start": start, "end": start + len(sign) - 2}
        )
    return text, figures


def fill(build: Builder) -> dict[str, str]:
    """Write the sample; gives document ids by name."""
    build.site("cyqgov", "苍屿区市场监督管理局", "government")
    build.site("lhgov", "蓝河县消费者权益保护委员会", "association")
    build.site("fanwen", "一页范文网", "template_essay")
    build.site("mirror", "文萃鏡像", "mirror")
    made: dict[str, str] = {}
    for year, n in zip(range(2018, 2025), (812, 955, 1204, 1130, 1422, 1689, 1875), strict=True):
        text, figures = _report("苍屿区市场监督管理局", year, n)
        made[f"cy{year}"] = build.document(
            text,
            title=f"苍屿区{year}年消费维权工作总结",
            site="cyqgov",
            published=date(year + 1, 1, 12),
            year=year,
            issuer="苍屿区市场监督管理局",
            region="江海省/望潮市/苍屿区",
            figures=figures,
            page={
                "encoding": {"chosen": "utf-8"},
                "dropped": [{"text": "打印本页 关闭窗口", "rule": "page_tools"}],
            },
        )
    for year, n in zip(range(2021, 2024), (402, 377, 451), strict=True):
        text, figures = _report("蓝河县消费者权益保护委员会", year, n)
        made[f"lh{year}"] = build.document(
            text.replace("操心事", "烦心事"),
            title=f"蓝河县消委会{year}年工作情况",
            site="lhgov",
            published=date(year, 12, 28),
            year=year,
            issuer="蓝河县消费者权益保护委员会",
            region="江海省/云岭市/蓝河县",
            kind="data_analysis",
            figures=figures,
        )
    text, _ = _report("苍屿区市场监督管理局", 2022, 1422)
    made["essay"] = build.document(
        text.replace("2022", "2024").replace("四、下一步打算", "四、今后设想")
        + "\n以上就是全部内容。",
        title="消费维权工作总结范文（精选）",
        site="fanwen",
        published=date(2024, 5, 6),
        year=2024,
        completeness="full",
    )
    damaged = OpenCC("s2t").convert(text)
    at = damaged.index("國際")
    made["mirror"] = build.document(
        damaged,
        title="蒼嶼區2022年消費維權工作總結",
        site="mirror",
        published=None,
        year=2022,
        language_script="hant",
        repair_status="certain",
        page={
            "repair": {
                "status": "certain",
                "spans": [
                    {"start": at, "end": at + 2, "damaged": "國?(guójì)", "restored": "國際"}
                    | {"status": "certain"}
                ],
            }
        },
    )
    made["preview"] = build.document(
        text[:200],
        title="苍屿区消费维权工作总结（在线预览）",
        site="fanwen",
        published=date(2023, 8, 1),
        year=2022,
        completeness="preview",
    )
    roles = {"cy2022": "canonical", "essay": "repost", "mirror": "repost", "preview": "fragment"}
    build.cluster("c-cy2022", {made[name]: role for name, role in roles.items()})
    for name in ("essay", "mirror", "preview"):
        build.edge(made["cy2022"], made[name])
    build.edge(made["cy2022"], made["cy2023"], "same_template", figures_equal=0, coverage=0.82)
    text, _ = _report("蓝河县消费者权益保护委员会", 2022, 377)
    text = text.replace("操心事", "烦心事") + "\n附：各乡镇维权站点的联系方式已在公告栏公布。"
    build.rewrite(made["lh2022"], text, "蓝河县消委会2022年工作情况")
    return made
