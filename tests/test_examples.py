"""The Python of the README and of docs/reading.md runs as it stands."""

import re
from contextlib import suppress
from pathlib import Path

import pytest

from archive.archive import Archive
from tests.archive.builders import Builder
from tests.archive.web.sample import fill

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = [
    pytest.param(code, id=f"{page}-{number}")
    for page in ("README.md", "docs/reading.md")
    for number, code in enumerate(_BLOCK.findall((ROOT / page).read_text("utf-8")))
]


class EndOfFeed(Exception):
    """Raised where an example would wait for further events."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an archive under each name that examples use."""

    def wait(seconds: float) -> None:
        raise EndOfFeed

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("time.sleep", wait)
    for name in ("xiaobao-archive", "xiaobao-demo"):
        with Archive.open(tmp_path / name, create=True) as archive:
            fill(Builder(archive.database))
    return tmp_path


@pytest.mark.parametrize("code", EXAMPLES)
def test_examples_run(code: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(code.splitlines()) <= 12
    with suppress(EndOfFeed):
        exec(compile(code, "example", "exec"), {})
    assert capsys.readouterr().out.count("\n") > 2
