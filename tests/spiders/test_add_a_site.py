"""docs/add-a-site.md explains every key, and its example works."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from crawler import rules
from crawler.cli.sites import sites
from spiders import schema
from spiders.profile import load_profiles

DOC = (Path(__file__).parents[2] / "docs" / "add-a-site.md").read_text("utf-8")
TABLES = (
    schema.Profile,
    schema.Politeness,
    schema.Schedule,
    schema.Start,
    schema.Text,
    schema.Split,
    schema.Complete,
    schema.Distrust,
    schema.TopicRules,
    schema.Spam,
    schema.Policy,
    rules.ListRules,
    rules.PageRules,
    rules.ArticleRules,
    rules.PartRules,
)
INTERNAL = {"examples", "start", "pages", "page"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_is_explained(table):
    names = {field.name for field in fields(table)} - INTERNAL
    told = set(re.findall(r"`\[*([a-z_]+)", DOC)) | set(re.findall(r"[, {]([a-z_]+)`", DOC))
    assert names - told == set()


def test_every_family_is_listed():
    families = load_profiles().families
    assert {name for name in families if f"`{name}`" not in DOC} == set()


def test_its_commands_exist():
    used = set(re.findall(r"xiaobao sites (\w+)", DOC))
    assert {"detect", "try", "check", "why"} <= used <= set(sites.commands)


def test_the_example_is_a_working_site(tmp_path):
    example = re.search(r"```toml\n(.*?)```", DOC, re.DOTALL)[1]
    assert len(example.splitlines()) <= 12
    (tmp_path / "yunxi.toml").write_text(example, "utf-8")
    profile = load_profiles(tmp_path).get("yunxi")
    assert profile.wrong_examples() == ()
