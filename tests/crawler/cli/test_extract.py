import json

from click.testing import CliRunner

from crawler.cli.extract import extract

PAGE = (
    "<title>工作总结</title><div>"
    + "<p>今年以来，我局认真受理消费者投诉，维护了群众的合法权益。</p>" * 5
    + "</div>"
)


def test_one_line_a_file_in_order(tmp_path):
    names = []
    for n in range(3):
        path = tmp_path / f"{n}.html"
        path.write_text(PAGE.replace("我局", f"第{n}局"))
        names.append(str(path))

    result = CliRunner().invoke(extract, [*names, "--json"])

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [line["file"] for line in lines] == names
    assert all(f"第{n}局" in line["text"] for n, line in enumerate(lines))


def test_standard_input_and_text_for_people():
    result = CliRunner().invoke(extract, ["-"], input=PAGE.encode())

    assert result.exit_code == 0
    assert result.stdout.startswith("工作总结")


def test_a_missing_file_is_one_clear_line(tmp_path):
    result = CliRunner().invoke(extract, [str(tmp_path / "none.html"), "--json"])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "none.html" in result.stderr
