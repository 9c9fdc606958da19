import pytest

from crawler.extract.repair.script import simplify


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        ("看著，等著消息", "看着，等着消息"),
        ("著名律師的著作", "著名律师的著作"),
        ("林溪著，周遠山譯：《集市》", "林溪著，周远山译：《集市》"),
        ("顯著著手", "显著着手"),
        ("寫著作業，帶著有色眼鏡，背著書包", "写着作业，带着有色眼镜，背着书包"),
        ("他著書立說", "他著书立说"),
        ("林溪著有《集市》，周遠山著有三十余篇小說", "林溪著有《集市》，周远山著有三十余篇小说"),
    ],
)
def test_neighbours_tell_the_two_uses_of_one_character_apart(seen, wanted):
    assert simplify(seen) == wanted
