"""What counts as damaged."""

import pytest

from crawler.extract.repair import model
from crawler.extract.repair.detect import detect
from tests.crawler.extract.repair.damaged import PAGE, corrupt, half, some_list

COMMON = model.load().common


@pytest.mark.parametrize("size", [12, 50, 150, 400])
def test_damaged_pages(size):
    listed = some_list(size, size)
    for folded in (False, True):
        found = detect(corrupt(PAGE, listed, folded=folded), COMMON)
        assert found is not None
        assert found.listed.items() <= listed.items()
        assert found.full_width is not folded


def test_private_use_characters_are_noticed():
    listed = some_list(200, 4)
    kept = corrupt(PAGE, listed)
    found = detect(kept, COMMON)
    lost = detect(corrupt(PAGE, listed, dropped=True), COMMON)
    assert found is not None
    assert lost is not None
    assert found.keeps_private is any("\ue000" <= c <= "\uf8ff" for c in kept)
    assert lost.keeps_private is False


def test_readings_must_be_those_of_the_characters():
    damaged = corrupt(PAGE, some_list(60, 2))
    spoilt = damaged.replace("(wéi)", "(nán)").replace("(kāi)", "(nán)")
    assert damaged != spoilt
    assert detect(spoilt, COMMON) is None


def test_every_occurrence_must_be_glossed():
    damaged = corrupt(half(PAGE), some_list(30, 3))
    assert detect(damaged, COMMON) is not None
    some = sorted(some_list(30, 3))
    assert detect(damaged + "".join(some) * 30, COMMON) is None


def test_too_few_glosses_say_nothing():
    assert detect("國(guó)際(jì)會(huì)議(yì)", COMMON) is None
    assert detect("國(guó)" * 20, COMMON) is None
