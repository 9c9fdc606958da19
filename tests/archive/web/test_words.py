import re
from pathlib import Path

from archive.web.words import Words

FIGURES = (Path(__file__).parents[3] / "docs" / "figures.md").read_text("utf-8")


def test_every_figure_has_a_name_on_the_pages() -> None:
    cells = re.findall(r"^\| (`.*?`) \|", FIGURES, re.MULTILINE)
    names = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert len(names) > 25
    words = Words("zh")
    assert [name for name in names if words.of("figure", name) == name] == []
