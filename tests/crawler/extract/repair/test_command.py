"""`xiaobao repair`."""

import json

from click.testing import CliRunner

from crawler.cli.repair import repair
from tests.crawler.extract.repair.damaged import PAGE, corrupt, some_list


def test_json(tmp_path):
    file = tmp_path / "page.txt"
    file.write_text(corrupt(PAGE, some_list(120, 1)), encoding="utf-8")
    done = CliRunner().invoke(repair, [str(file), "--json"])
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert set(answer) == {"text", "status", "spans"}
    assert answer["text"] == PAGE
    for span in answer["spans"]:
        assert answer["text"][span["start"] : span["end"]] == span["restored"]


def test_plain_text_keeps_its_lines_and_line_ends():
    text = "第一行\r\n第二行\n\n"
    done = CliRunner().invoke(repair, [], input=text.encode())
    assert done.stdout_bytes == text.encode()


def test_a_missing_file_is_bad_usage():
    done = CliRunner().invoke(repair, ["nowhere.txt"])
    assert (done.exit_code, done.stdout) == (2, "")


def test_other_encodings_are_named(tmp_path):
    file = tmp_path / "gbk.txt"
    file.write_bytes("消费".encode("gbk"))
    done = CliRunner().invoke(repair, [str(file)])
    assert done.exit_code == 1
    assert "not UTF-8" in done.stderr
