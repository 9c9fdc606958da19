import pickle
from collections import Counter

import numpy as np
import opencc
from hypothesis import given
from hypothesis import strategies as st
from simhash import Simhash

from dedupe.fingerprint import (
    FEATURE,
    fingerprint,
    gram_hashes,
    hamming,
    sampled,
    simhash,
    text_places,
)
from dedupe.placed import PlacedNumbers

from .texts import other_report, report


def hash_of(feature: bytes) -> int:
    """Our hash of one feature, as the simhash package asks for it."""
    codes = np.frombuffer(feature.decode().encode("utf-16-le"), dtype="<u2")
    hashes = gram_hashes(codes, len(codes))
    return int(hashes[0])


@given(st.lists(st.sampled_from("消费维权投诉举报"), min_size=4, max_size=300))
def test_simhash_is_that_of_the_package(characters: list[str]) -> None:
    text = "".join(characters)
    codes = np.frombuffer(text.encode("utf-16-le"), dtype="<u2")
    features = Counter(text[i : i + FEATURE] for i in range(len(text) - FEATURE + 1))
    expected = Simhash(dict(features), hashfunc=hash_of).value
    assert simhash(gram_hashes(codes, FEATURE)) == expected


def test_simhash_of_a_report_is_that_of_the_package() -> None:
    ours = fingerprint(report())
    text = ours.skeleton.tobytes().decode("utf-16-le")
    features = Counter(text[i : i + FEATURE] for i in range(len(text) - FEATURE + 1))
    assert Simhash(dict(features), hashfunc=hash_of).value == ours.simhash


def test_script_width_blanks_and_glosses_change_nothing() -> None:
    text = report()
    other = opencc.OpenCC("s2tw").convert(text)
    other = other.replace("費", "費(fèi)").replace("，", ", ").replace("\n", "\r\n\u3000\u3000")
    a, b = fingerprint(text), fingerprint(other)
    assert (a.exact, a.simhash, a.shingles) == (b.exact, b.simhash, b.shingles)
    assert a.numbers.values == b.numbers.values
    assert a.numbers.places.tolist() == b.numbers.places.tolist()


def test_another_report_is_far_away() -> None:
    a, b = fingerprint(report()), fingerprint(other_report())
    assert a.exact != b.exact
    assert hamming(a.simhash, b.simhash) > 14
    assert not set(a.shingles) & set(b.shingles)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_sparse_sample_lies_in_a_dense_one(a: int, b: int) -> None:
    hashes = np.arange(1, 4000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    sparse, dense = sorted((sampled(hashes, a), sampled(hashes, b)), key=len)
    assert set(sparse) <= set(dense)


@given(st.text())
def test_any_text_has_a_fingerprint(text: str) -> None:
    made = fingerprint(text)
    assert len(text_places(text)) == made.n_han
    again = PlacedNumbers.from_bytes(made.numbers.to_bytes())
    assert again.values == made.numbers.values
    assert again.places.tolist() == made.numbers.places.tolist()


def test_places_lead_back_to_the_text() -> None:
    text = "  消費(fèi)者\n协会，12件"
    places = text_places(text)
    assert "".join(text[i] for i in places) == "消費者协会件"


def test_an_empty_text_is_like_nothing() -> None:
    made = fingerprint(" ，。\n")
    assert (made.exact, made.simhash, made.shingles, made.n_han) == ("", 0, (), 0)


def test_it_crosses_processes() -> None:
    made = fingerprint(report())
    again = pickle.loads(pickle.dumps(made))
    assert again.exact == made.exact
    assert again.numbers.values == made.numbers.values


def test_masks_and_headings_are_seen() -> None:
    assert fingerprint("XX市消协20xx年总结").masked == 2
    assert fingerprint("青澜县消协2021年总结").masked == 0
    pages = "总结范文\n篇一\n" + report() + "\n篇二\n" + other_report()
    headings = fingerprint(pages).breaks.headings
    assert len(headings) == 2
    assert headings[1] - headings[0] > 600
    assert fingerprint("一、成效\n二、不足\n一、成效").breaks.numberings == (0, 4)
