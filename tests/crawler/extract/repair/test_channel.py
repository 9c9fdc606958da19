"""The damage, forward, against places as captured pages show them."""

import pytest

from crawler.extract.repair.channel import damage, drop_private, glosses, half_width
from crawler.extract.repair.cp936 import encode
from tests.crawler.extract.repair.damaged import PAGE, corrupt, some_list, traditional

LISTED = {"動": "dòng", "現": "xiàn", "項": "xiàng", "隊": "duì", "數": "shù", "縣": "xiàn"}


@pytest.mark.parametrize(
    ("clean", "page"),
    [
        ("運動", "運動(dòng)"),
        ("運動。現在", "運動(dòng)?，F(xiàn)在"),
        ("車隊。縣裡", "車隊(duì)?？h(xiàn)裡"),
        ("管理條例", "管理?xiàng)l例"),
        ("地當地，", "地當?shù)?，"),
        ("是否？是", "是否？是"),
    ],
)
def test_places(clean, page):
    assert damage(encode(clean), glosses(LISTED)) == page


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_the_tests_own_channel(seed):
    listed = some_list(150, seed)
    for line in PAGE.split("\n"):
        assert damage(encode(traditional(line)), glosses(listed)) == corrupt(line, listed)


def test_what_mirrors_do_afterwards():
    assert half_width("（１，Ａ）。") == "(1,A)。"
    assert drop_private("\ue000地\uf8f5") == "地"
