import subprocess
import sys

import click
import pytest

from crawler.cli.main import COMMANDS, xiaobao
from tests.web import command, environment


def test_the_list_of_commands_imports_none_of_them() -> None:
    program = (
        "import sys; from crawler.cli.main import xiaobao\n"
        "xiaobao(['--help'], standalone_mode=False)\n"
        "print(sorted(name for name in sys.modules if name.startswith('crawler.cli.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    *help_, modules = done.stdout.splitlines()
    assert [line.split()[0] for line in help_[-len(COMMANDS) :]] == list(COMMANDS)
    assert modules == "['crawler.cli.context', 'crawler.cli.main']"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_where_the_list_says(name: str) -> None:
    found = xiaobao.get_command(click.Context(xiaobao), name)
    assert found is not None
    assert found.name == name


def test_an_unknown_command_is_bad_usage() -> None:
    done = subprocess.run(
        command("fly"), env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "No such command 'fly'" in done.stderr
