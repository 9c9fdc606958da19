"""Template lines over a whole crawl: counted as pages come, the same for all of them at the end."""

from pathlib import Path

import pytest
from sqlalchemy import select

from archive.archive import Archive
from archive.models import Document, Extraction
from tests.web import Web, html, run, run_json, serving, write_profile

PLACES = ("青禾县", "白石镇", "云岭区", "石桥县", "长滩市", "梅溪县", "竹山县")
SLOGAN = "青禾之窗 记录身边每一天"
STANDING = (
    "消费维权工作任重而道远，我们将继续努力，为群众撑起一片蓝天，请全社会继续给予支持和监督。"
)


def report(place: str, number: int) -> str:
    return (
        f"<html><head><title>{place}消费者权益保护工作总结</title></head><body><div id='zoom'>"
        f"<p>今年以来，{place}市场监督管理局认真履行职责，全年共受理消费者投诉{number}件，"
        f"办结{number - 3}件，为消费者挽回经济损失{number * 310}元。</p>"
        f"<p>{place}12315指挥中心全天值守，消费者的来电件件有着落、事事有回音，满意度持续提升。</p>"
        f"<p>{STANDING}</p><p>{SLOGAN}</p></div></body></html>"
    )


@pytest.fixture
def web():
    web = Web()
    links = "".join(
        f'<li><a href="/a/{n}.html">消费维权工作总结{n}</a></li>' for n in range(len(PLACES))
    )
    web.pages["/list.html"] = html(f"<ul>{links}</ul>")
    for n, place in enumerate(PLACES):
        web.pages[f"/a/{n}.html"] = html(report(place, 120 + 37 * n))
    with serving(web):
        yield web


def test_all_pages_lose_the_sites_line_and_keep_the_standing_sentence(
    web: Web, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    run_json(
        "crawl", "mysite", "--profiles", write_profile(tmp_path / "profiles", web),
        "--archive", folder,
    )  # fmt: skip
    texts = _texts(folder)
    assert len(texts) == len(PLACES)
    for text in texts.values():
        assert SLOGAN not in text
        assert STANDING in text
    assert run("reprocess", "--archive", folder).returncode == 0

    assert _texts(folder) == texts


def _texts(folder: Path) -> dict[str, str]:
    with Archive.open(folder) as archive, archive.database.read() as connection:
        undone = select(Extraction.id).where(Extraction.state != "done")
        assert connection.execute(undone).all() == []
        return dict(connection.execute(select(Document.id, Document.text)).all())
