"""Damaged pages: every one gets an outcome, none an unhandled error.

The short form runs in every test run; XIAOBAO_MUTATIONS=10000 gives the long one.
"""

import json
import os
import random
from pathlib import Path

from crawler.extract.page import Part, extract_page, to_json

PAGES = [path.read_bytes() for path in (Path(__file__).parent / "aside").glob("*.html")]
ROUNDS = int(os.environ.get("XIAOBAO_MUTATIONS", "150"))
FRAGMENTS = (
    b"<table>", b"</div>" * 50, b"<!--", b"<style>", b"<script>", b"<![CDATA[", b"&#xD800;",
    b"<svg><title>", b"<plaintext>", b"<template>", b'<a href="', b"\0" * 40, b"\xed\xa0\x80",
    b"\xef\xbf\xbf", b"&#1;", b"<br>" * 100_000, b"<b><i>" * 900, b"&nbsp;" * 20_000,
    "投诉1件，".encode() * 4000, "一、".encode() * 3000, b"<a href=x>x</a>" * 1500,
    b"<div>" * 2500, b"<br>" * 3000, b"<p>" * 3000, b"<ul><li>" * 300,
)  # fmt: skip
CODECS = ("gb18030", "utf-16", "big5", "shift_jis", "latin-1")


def mutate(page: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(page)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(damaged) + 1)
        match rng.randrange(6):
            case 0:
                del damaged[at:]
            case 1:
                del damaged[at : at + rng.randint(1, 2000)]
            case 2:
                for _ in range(rng.randint(1, 200) if damaged else 0):
                    damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            case 3:
                text = bytes(damaged).decode("utf-8", "replace")
                damaged = bytearray(text.encode(rng.choice(CODECS), "replace"))
            case _:
                damaged[at:at] = rng.choice(FRAGMENTS)
    return bytes(damaged)


def test_every_damaged_page_has_an_outcome():
    rng = random.Random(20)
    headers = (None, "text/html; charset=gbk", "text/html; charset=rot13", "nonsense")
    for _ in range(ROUNDS):
        part = Part(mutate(rng.choice(PAGES), rng), rng.choice(headers))
        page = extract_page([part])
        json.dumps(to_json(page, "x"), ensure_ascii=False).encode()
        assert page.outcome
        assert bool(page.documents) == (page.outcome == "ok")
