from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.warc import (
    Appender,
    Earlier,
    Exchange,
    MemberPlace,
    parse_member,
    read_record,
    request_member,
    response_member,
    walk_members,
)

NOW = datetime(2026, 3, 15, 1, 2, 3, 4, tzinfo=UTC)


def exchange(**changes) -> Exchange:
    values = {
        "url": "http://a.test/x?q=1",
        "method": "GET",
        "request_headers": (("User-Agent", "xiaobao"),),
        "request_body": b"",
        "status": 200,
        "response_headers": (("Content-Type", "text/html"),),
        "payload": b"<p>hello</p>",
        "fetched_at": NOW,
    }
    return Exchange(**(values | changes))


def test_a_record_is_read_back_by_place(tmp_path: Path) -> None:
    appender = Appender(tmp_path / "w" / "a.warc.gz", "test")
    first = response_member(exchange())
    offset = appender.append(first)
    appender.append(request_member(exchange(method="POST", request_body=b"a=1")))
    appender.sync()
    record = read_record(appender.path, offset, len(first))
    assert (record.type, record.url, record.status) == ("response", "http://a.test/x?q=1", 200)
    assert record.payload == b"<p>hello</p>"
    appender.close()


def test_other_tools_read_the_file(tmp_path: Path) -> None:
    appender = Appender(tmp_path / "a.warc.gz", "test")
    appender.append(response_member(exchange()))
    appender.append(request_member(exchange(method="POST", request_body=b"a=1")))
    appender.append(response_member(exchange(), Earlier("http://a.test/old", NOW)))
    appender.append(
        response_member(exchange(status=304, payload=b""), Earlier("http://a.test/", NOW))
    )
    appender.close()
    with appender.path.open("rb") as file:
        records = [
            (record.rec_type, record.raw_stream.read(), record.rec_headers)
            for record in ArchiveIterator(file, check_digests="raise")
        ]
    assert [(kind, body) for kind, body, _ in records][1:] == [
        ("response", b"<p>hello</p>"),
        ("request", b"a=1"),
        ("revisit", b""),
        ("revisit", b""),
    ]
    assert records[3][2].get_header("WARC-Refers-To-Target-URI") == "http://a.test/old"
    assert records[4][2].get_header("WARC-Profile").endswith("server-not-modified")


@given(
    st.text(st.characters(max_codepoint=0x2FF), max_size=30),
    st.text(st.characters(max_codepoint=0xFF), max_size=40),
    st.binary(max_size=300),
)
def test_nothing_served_can_write_a_header(tail: str, value: str, payload: bytes) -> None:
    served = exchange(
        url="http://a.test/" + tail, response_headers=(("X-Odd", value),), payload=payload
    )
    record = parse_member(response_member(served))
    assert record.payload == payload
    assert {name.lower() for name, _ in record.headers} == {"x-odd", "content-length"}
    assert record.url is not None
    assert record.url.startswith("http://a.test/")
    assert parse_member(request_member(served)).type == "request"


def test_the_transport_coding_is_kept_under_another_name() -> None:
    served = exchange(response_headers=(("Content-Encoding", "gzip"), ("Content-Length", "7")))
    headers = dict(parse_member(response_member(served)).headers)
    assert headers["X-Archive-Orig-Content-Encoding"] == "gzip"
    assert headers["Content-Length"] == "12"


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_tail_is_seen(tmp_path: Path, cut: int) -> None:
    appender = Appender(tmp_path / "a.warc.gz", "test")
    offset = appender.append(response_member(exchange()))
    appender.close()
    whole = appender.path.read_bytes()
    appender.path.write_bytes(whole[:-cut])
    assert list(walk_members(appender.path)) == [MemberPlace(0, offset), "torn"]
    with pytest.raises(ValueError, match="ends before"):
        read_record(appender.path, offset, len(whole) - offset)


def test_garbage_between_members_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    member = response_member(exchange())
    path.write_bytes(member + b"garbage" + member)
    assert list(walk_members(path)) == [MemberPlace(0, len(member)), "torn"]


def test_a_damaged_member_is_an_error_not_a_short_payload() -> None:
    member = bytearray(response_member(exchange(payload=b"x" * 5000)))
    member[-6] ^= 0xFF
    with pytest.raises(ValueError, match="damaged"):
        parse_member(bytes(member))
