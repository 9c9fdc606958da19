import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.errors import Unavailable
from crawler.cli.cluster import cluster
from tests.dedupe.texts import other_report, report


def run(*arguments: str, lines: str | None = None) -> Result:
    return CliRunner().invoke(cluster, list(arguments), input=lines)


def lines_of(texts: dict[str, str]) -> str:
    return "".join(json.dumps({"id": k, "text": v}) + "\n" for k, v in texts.items())


def test_every_text_gets_its_clusters_and_role_in_file_order(tmp_path: Path) -> None:
    page = report() + "\n" + other_report()
    texts = {
        "work": report(),
        "next": report(year=2022, figures=2),
        "copy": report(year=2017),
        "other": other_report(),
        "other copy": other_report(year=2018),
        "page": page,
    }
    file, edges = tmp_path / "in.jsonl", tmp_path / "edges.jsonl"
    file.write_text(lines_of(texts), encoding="utf-8")
    result = run(str(file), "--edges", str(edges), "--json")
    assert result.exit_code == 0, result.output
    got = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in got] == list(texts)
    by_id = {row["id"]: row for row in got}
    assert by_id["work"]["clusters"] == by_id["copy"]["clusters"] != by_id["next"]["clusters"]
    assert by_id["copy"]["role"] == "repost"
    assert by_id["page"]["role"] == "compilation"
    assert set(by_id["page"]["clusters"]) == {
        *by_id["work"]["clusters"],
        *by_id["other"]["clusters"],
    }
    judged = [json.loads(line) for line in edges.read_text(encoding="utf-8").splitlines()]
    kinds = {(edge["a"], edge["b"]): edge["kind"] for edge in judged}
    assert kinds["work", "next"] == "same_template"
    assert kinds["work", "copy"] == "repost"
    assert set(judged[0]) == {
        "a", "b", "kind", "coverage", "figures_compared", "figures_equal",
    }  # fmt: skip


def test_standard_input_and_optional_fields() -> None:
    line = {"id": 7, "text": report(), "url": "u", "site_type": "government", "published": None}
    result = run("-", "--json", lines=json.dumps(line) + "\n\n")
    assert json.loads(result.stdout)["role"] == "canonical"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("{", ":1: not a line like"),
        ('{"id": "a"}', "'text'"),
        ('{"id": "a", "text": 5}', "not a string"),
        ('{"id": "a", "text": ""}\n{"id": "a", "text": ""}', ":2: id 'a' has been there"),
        ('{"id": "a", "text": "", "published": "soon"}', "soon"),
        ("[]", ":1: not a line like"),
    ],
)
def test_a_bad_line_is_named(lines: str, says: str) -> None:
    result = run("-", lines=lines)
    assert isinstance(result.exception, Unavailable)
    assert says in str(result.exception)


def test_a_missing_file_is_named() -> None:
    result = run("/nowhere/in.jsonl")
    assert isinstance(result.exception, Unavailable)
    assert "/nowhere/in.jsonl" in str(result.exception)


def test_an_empty_file_is_no_mistake() -> None:
    assert run("-", "--json", lines="").stdout == ""
