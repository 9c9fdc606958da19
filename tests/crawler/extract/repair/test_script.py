import pytest

from crawler.extract.repair.script import simplify


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        ("看著，等著消息", "看着，等着消息"),
        ("著名律師的著作", "著名律师的著作"),
        ("林溪著，周遠山譯：《集市》", "林溪著，周远山译：《集市》"),
        ("顯著著手", "显著着手"),
    ],
)
def test_neighbours_tell_the_two_uses_of_one_character_apart(seen, wanted):
    assert simplify(seen) == wanted
