"""The README is true: its settings are the program's, its commands exist."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from archive.health import WORDS as ALARMS
from crawler.cli.main import COMMANDS, xiaobao
from crawler.config import ENVIRONMENT, Config

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_readme() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| (?:`(\w+)`)? ?\|", README, re.MULTILINE))
    assert set(table) == {field.name for field in fields(Config)}
    assert {name: variable for name, variable in table.items() if variable} == ENVIRONMENT


def test_every_link_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    context = click.Context(xiaobao)
    command = xiaobao.get_command(context, name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(200)


def test_commands_of_the_readme_exist() -> None:
    used = set(re.findall(r"^ {4}(?:\S*/)?xiaobao (\w+)", README, re.MULTILINE))
    assert {"serve", "crawl"} <= used <= set(COMMANDS)


OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


def test_commands_of_the_operators_page_exist() -> None:
    used = set(re.findall(r"(?:^ {4}|`|bin/)xiaobao (\w+)", OPERATE, re.MULTILINE))
    assert {"crawl", "status", "schedule", "import", "copy", "verify"} <= used <= set(COMMANDS)


def test_every_alarm_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", OPERATE, re.MULTILINE)) == set(ALARMS)
