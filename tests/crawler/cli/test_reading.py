"""The commands that read an archive: search, show, feed, serve."""

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner, Result

from archive.archive import Archive
from archive.errors import BadQuery, NotFound, Withdrawn
from crawler.cli.main import xiaobao
from tests.archive.builders import Builder
from tests.archive.web.sample import fill

XIAOBAO = (sys.executable, "-c", "from crawler.cli.main import main; main()")
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def build(folder: Path) -> Iterator[Builder]:
    with Archive.open(folder, create=True) as archive:
        yield Builder(archive.database)


@pytest.fixture
def run(folder: Path) -> Run:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(xiaobao, [*arguments, "--archive", str(folder)])

    return run


def ndjson(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_search_gives_a_line_a_document(build: Builder, run: Run) -> None:
    made = fill(build)
    found = ndjson(run("search", "國際 NOT 烦心事", "--json", "--all", "--limit", "50"))
    assert {line["id"] for line in found} == {
        made[name] for name in made if not name.startswith("lh")
    }
    assert found[0].keys() >= {
        "id", "title", "url", "site", "published", "year", "region", "cluster", "snippet",
    }  # fmt: skip
    originals = ndjson(run("search", "国际", "--json", "--year", "2022"))
    assert {line["id"] for line in originals} == {made["cy2022"], made["lh2022"]}
    assert len(ndjson(run("search", "--json", "--limit", "3"))) == 3


def test_search_for_people_obeys_no_terminal_codes(build: Builder, run: Run) -> None:
    build.document("有\x1b[31m红\x9b31m\u202e字的投诉", title="题\x1b]0;x\x07目\n二")
    result = run("search", "投诉")
    assert result.exit_code == 0
    assert not set("\x1b\x9b\x07\u202e") & set(result.stdout)
    assert "投诉" in result.stdout


def test_show_tells_all_of_a_document_or_cluster(build: Builder, run: Run) -> None:
    made = fill(build)
    (view,) = ndjson(run("show", made["cy2022"], "--json"))
    assert view["captures"][0]["warc_file"] == "raw/run1.warc.gz"  # type: ignore[index]
    assert view["published"] == "2023-01-12"
    (group,) = ndjson(run("show", "c-cy2022", "--json"))
    assert len(group["members"]) == 4  # type: ignore[arg-type]
    for name in (made["cy2022"], made["mirror"], "c-cy2022"):
        result = run("show", name)
        assert result.exit_code == 0
        assert "2022" in result.stdout


def test_feed_goes_on_from_its_state_file(build: Builder, run: Run, tmp_path: Path) -> None:
    made = fill(build)
    state = tmp_path / "state"
    first = ndjson(run("feed", "--limit", "5", "--state-file", str(state)))
    assert len(first) == 5
    assert state.read_text().strip() == first[-1]["cursor"]
    rest = ndjson(run("feed", "--state-file", str(state)))
    assert [line["subject"] for line in [*first, *rest]][:13] == list(made.values())
    assert ndjson(run("feed", "--state-file", str(state))) == []
    again = ndjson(run("feed", "--after", str(first[0]["cursor"])))
    assert again == [*first[1:], *rest]


def test_export_writes_whole_files(build: Builder, run: Run, tmp_path: Path) -> None:
    made = fill(build)
    lines = ndjson(run("export"))
    assert {line["id"] for line in lines} == set(made.values())
    assert lines[0].keys() >= {
        "id", "title", "text", "url", "site", "published", "cluster", "role",
    }  # fmt: skip
    for kind in ("jsonl", "csv", "parquet"):
        file = tmp_path / f"a.{kind}"
        done = run("export", "--format", kind, "--query", "烦心事", "--output", str(file))
        assert done.exit_code == 0
        assert "3 documents exported" in done.stderr
        assert file.stat().st_size > 100
    assert not list(tmp_path.glob("*.unfinished"))
    cursor = run("export").stderr.split()[-1]
    assert ndjson(run("feed", "--after", cursor)) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("search", "投诉 AND"), "search term is missing"),
        (("search", "--year", "x"), "not a year"),
        (("show", "nothing"), "no document 'nothing'"),
        (("export", "--format", "warc", "--output", "/nowhere/a"), "cannot write /nowhere/a"),
        (("export", "--query", "("), "not closed"),
        (("feed", "--after", "x"), "not a cursor"),
        (("serve", "--host", "nowhere.invalid"), "cannot listen on nowhere.invalid"),
    ],
)
def test_a_wrong_wish_is_one_line_and_exit_1(
    build: Builder, folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    done = _xiaobao(folder, *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_busy_port_is_one_line_and_exit_1(build: Builder, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = _xiaobao(folder, "serve", "--port", port)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("processes", ["1", "2"])
def test_serve_answers_where_it_says(build: Builder, folder: Path, processes: str) -> None:
    fill(build)
    with _serving(folder, "--processes", processes) as (_, address):
        assert "苍屿区" in _page(address + "?q=%E6%8A%95%E8%AF%89")


def test_serve_goes_on_when_one_of_its_processes_dies(build: Builder, folder: Path) -> None:
    fill(build)
    with _serving(folder, "--processes", "2") as (server, address):
        _page(address)
        before = _servers(server)
        assert len(before) == 2
        before[0].kill()
        while before[0] in _servers(server) or len(_servers(server)) < 2:
            assert "苍屿区" in _page(address + "?q=%E6%8A%95%E8%AF%89")
        (other,) = [process for process in _servers(server) if process not in before]
        before[1].kill()
        assert "苍屿区" in _page(address + "?q=%E6%8A%95%E8%AF%89")
        assert other.is_running()
    assert not [process for process in (*before, other) if process.is_running()]


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_told_to_end_ends_well(
    build: Builder, folder: Path, processes: str, ending: signal.Signals
) -> None:
    fill(build)
    with _serving(folder, "--processes", processes) as (server, address):
        _page(address)
        os.killpg(server.pid, ending)
        assert server.wait() == 0


@contextlib.contextmanager
def _serving(folder: Path, *arguments: str) -> Iterator[tuple[psutil.Process, str]]:
    command = [*XIAOBAO, "serve", "--port", "0", *arguments, "--archive", str(folder)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        try:
            assert server.stderr is not None
            yield psutil.Process(server.pid), server.stderr.readline().split()[0]
        finally:
            server.terminate()


def _servers(server: psutil.Process) -> list[psutil.Process]:
    """The processes that answer; multiprocessing starts a resource tracker beside them."""
    found = []
    for process in server.children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended since it was listed
            started = "spawn_main" in " ".join(process.cmdline())
            if started and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())


def _xiaobao(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*XIAOBAO, *arguments, "--archive", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_document_is_withdrawn_and_listed(build: Builder, run: Run) -> None:
    made = fill(build)
    gone = made["lh2023"]
    assert run("withdraw", gone).exit_code == 2  # a reason is missing
    assert run("withdraw").exit_code == 2
    assert run("withdraw", gone, "--reason", "机构来函\x1b[31m").exit_code == 0
    assert gone not in run("search", "烦心事", "--json").stdout
    shown = run("show", gone)
    assert isinstance(shown.exception, Withdrawn)
    assert "机构来函" in str(shown.exception)
    (kept,) = ndjson(run("withdraw", "--list", "--json"))
    assert (kept["document"], kept["lifted_at"]) == (gone, None)
    listed = run("withdraw", "--list").stdout
    assert gone in listed
    assert "\x1b" not in listed
    undone = run("withdraw", gone, made["lh2022"], "--undo")
    assert (undone.exit_code, undone.stdout) == (0, "")
    assert "comes back" in undone.stderr
    assert "was not withdrawn" in undone.stderr
    (kept,) = ndjson(run("withdraw", "--list", "--json"))
    assert kept["lifted_at"]


def test_a_search_is_saved_listed_and_forgotten(build: Builder, run: Run) -> None:
    made = fill(build)
    first = ndjson(run("search", "烦心事", "--year", "2022", "--json", "--save", "蓝河"))
    assert [line["id"] for line in first] == [made["lh2022"]]
    assert ndjson(run("search", "--saved", "蓝河", "--json")) == first
    (listed,) = ndjson(run("queries", "--json"))
    assert listed["name"] == "蓝河"
    assert listed["url"] == "/?q=%E7%83%A6%E5%BF%83%E4%BA%8B&year=2022"
    assert "蓝河" in run("queries").stdout
    assert run("queries", "--forget", "蓝河").exit_code == 0
    assert ndjson(run("queries", "--json")) == []
    for arguments in (("search", "--saved", "蓝河"), ("queries", "--forget", "蓝河")):
        assert isinstance(run(*arguments).exception, NotFound)
    assert isinstance(run("search", "(", "--save", "x").exception, BadQuery)


def test_on_a_terminal_results_go_through_the_pager(
    folder: Path, build: Builder, tmp_path: Path
) -> None:
    fill(build)
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED\ncat\n")
    pager.chmod(0o755)
    ours, theirs = pty.openpty()
    environment = os.environ | {"PAGER": str(pager), "TERM": "xterm", "COLUMNS": "100"}
    command = (*XIAOBAO, "search", "烦心事", "--archive", str(folder))
    ends = {"stdin": theirs, "stdout": theirs, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, **ends) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # the end of a terminal is an error
            while part := os.read(ours, 4096):
                shown += part
    os.close(ours)
    assert process.returncode == 0
    text = shown.decode()
    assert "PAGED" in text
    assert "\x1b[1;31m烦心事\x1b[0m" in text


def test_an_export_is_narrowed_like_a_search(build: Builder, run: Run) -> None:
    made = fill(build)
    done = run("export", "--issuer", "蓝河县消费者权益保护委员会", "--year", "2022", "--save", "a")
    assert [line["id"] for line in ndjson(done)] == [made["lh2022"]]
    assert ndjson(run("export", "--saved", "a")) == ndjson(done)
    cited = run("export", "--format", "bibtex", "--query", "烦心事").stdout
    assert cited.count("@online{") == 3


def test_two_texts_are_compared(build: Builder, run: Run) -> None:
    made = fill(build)
    shown = run("diff", made["cy2022"], made["essay"]).stdout
    assert "四、[-下一步打算-]{+今后设想+}" in shown
    pieces = json.loads(run("diff", made["cy2022"], made["mirror"], "--json").stdout)["pieces"]
    assert {piece["kind"] for piece in pieces} == {"equal"}
    assert isinstance(run("diff", made["cy2022"], "dx").exception, NotFound)


def test_an_earlier_version_is_shown(build: Builder, run: Run) -> None:
    document = fill(build)["lh2022"]
    assert f"{document}@1" in run("show", document).stdout
    assert "version 1, replaced" in run("show", f"{document}@1").stdout
    assert "{+附：各乡镇" in run("diff", f"{document}@1", document).stdout.replace("\n", "")
    assert isinstance(run("show", f"{document}@9").exception, NotFound)
