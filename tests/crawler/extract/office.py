"""Office files made by hand or by their libraries, for tests."""

import io
import struct
import zipfile
from collections.abc import Sequence

import openpyxl
import xlwt

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def doc(lines: Sequence[str]) -> bytes:
    """A Word 97 file with one piece of text, in the smallest OLE container that readers take."""
    text = "\r".join(lines) + "\r"
    raw = text.encode("utf-16-le")
    begin = 0x400
    word = bytearray(max(8 * SECTOR, begin + len(raw)))
    struct.pack_into("<HH", word, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", word, 0x0A, 0x0200)
    struct.pack_into("<II", word, 0x18, begin, begin + len(raw))
    struct.pack_into("<I", word, 0x4C, len(text))
    word[begin : begin + len(raw)] = raw
    pieces = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, begin, 0)
    table = (b"\x02" + struct.pack("<I", len(pieces)) + pieces).ljust(8 * SECTOR, b"\0")
    return compound({"WordDocument": bytes(word), "1Table": table})


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file of streams of at least 4,096 bytes."""
    table, places, body, at = [FAT, END], {}, b"", 2
    for name, data in streams.items():
        size = -(-len(data) // SECTOR)
        places[name] = (at, len(data))
        table += [*range(at + 1, at + size), END]
        body += data.ljust(size * SECTOR, b"\0")
        at += size
    assert len(table) <= SECTOR // 4, "one FAT sector"
    fat = struct.pack(f"<{len(table)}I", *table).ljust(SECTOR, b"\xff")
    entries = [_entry("Root Entry", 5, END, 0)]
    entries += [_entry(name, 2, start, size) for name, (start, size) in places.items()]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack(
        "<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0, 0
    )
    head += struct.pack("<108I", *[FREE] * 108)
    return head.ljust(SECTOR, b"\0") + fat + b"".join(entries).ljust(SECTOR, b"\0") + body


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", FREE, FREE, FREE)
    head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1) + links
    return head + bytes(36) + struct.pack("<IQ", start, size)


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: Sequence[Sequence[object]]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("表1")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**members: bytes) -> bytes:
    """A zip of members; a double underscore in a name stands for a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", data)
    return out.getvalue()
