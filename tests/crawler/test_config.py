from pathlib import Path

import pytest

from archive.errors import ConfigError
from crawler.config import Config, load_config


def test_each_source_overrides_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('archive = "from-file"\nworkers = 3\ncontact = "a@b.test"\n')
    environment = {"XIAOBAO_ARCHIVE": "from-environment", "XIAOBAO_WORKERS": "5"}
    config = load_config(file, environment, workers=7)
    assert (config.archive, config.workers) == (Path("from-environment"), 7)
    assert config.contact == "a@b.test"


def test_networks_in_the_environment_are_separated_by_commas() -> None:
    config = load_config(None, {"XIAOBAO_ALLOW_NETWORKS": "127.0.0.0/8,::1/128"})
    assert config.allow_networks == ("127.0.0.0/8", "::1/128")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("worker = 3", "unknown setting 'worker'"),
        ('workers = "many"', "workers"),
        ('allow_networks = ["nonsense"]', "allow_networks"),
        ("workers =", "is not TOML"),
        ("workers = 0", "workers"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=said) as raised:
        load_config(file, {})
    assert "x.toml" in str(raised.value)


def test_a_missing_file_that_was_named_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml"):
        load_config(tmp_path / "no.toml", {})


def test_a_configuration_survives_being_handed_on() -> None:
    config = Config(archive=Path("x"), allow_networks=("127.0.0.0/8",), max_pages=3)
    assert Config.from_json(config.to_json()) == config
