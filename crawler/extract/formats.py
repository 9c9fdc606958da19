"""Office files and PDFs as lines of text.

What a file is, its bytes say and not its name: a ".doc" is as often a web page or RTF. Parsers of
these formats meet hostile and broken files, so sizes are checked before anything is unpacked, and
whatever a parser raises is one value, `Unreadable`; the worker process around it holds deadline
and memory (a Word file of 412 KB can unpack to 130 MB of XML and take 1.3 GB).
"""

import io
import logging
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from archive.page import Outcome
from crawler.extract.lines import tidy

MAX_UNPACKED: Final = 20 * 1024 * 1024
MAX_RATIO: Final = 100
MAX_MEMBERS: Final = 2_000
MAX_PAGES: Final = 400
"""Pages of a PDF that are read; a year's report of a large agency has some dozens."""
MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 60
MAX_CHARS: Final = 2_000_000
_SCANNED: Final = 20
"""Characters a page of a PDF must have on average; below that its text is a picture."""
_KEPT_OF_DOC: Final = 0.6
"""Share of the characters a .doc counts for itself that must be found."""
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FIELD_CODE = re.compile(
    r"\b(?:HYPERLINK|PAGEREF|TOC|INCLUDEPICTURE|EMBED|SHAPE|REF|SEQ|DATE)\s+[\\\"_@]"
    r"[^\u3400-\u9fff\n]{0,200}"
)


class Unreadable(Exception):
    """A file that gives no text; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome: Outcome = outcome


@dataclass(frozen=True, slots=True)
class Sheets:
    """A file's text: the lines of each page, or of the whole file where it knows no pages."""

    pages: tuple[tuple[str, ...], ...]
    broken: bool = False
    """Lines end where the page does and not where a paragraph does."""


def format_of(payload: bytes) -> str | None:
    """`pdf`, `docx`, `xlsx`, `doc`, `xls` or `rtf`; None for what is not read."""
    head = payload.lstrip()[:8]
    if b"%PDF" in payload[:1024]:
        return "pdf"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(b"PK\x03\x04"):
        names = _members(payload)
        return (
            "docx"
            if "word/document.xml" in names
            else "xlsx"
            if "xl/workbook.xml" in names
            else None
        )
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if "WordDocument".encode("utf-16-le") in payload:
            return "doc"
        books = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
        return "xls" if any(name in payload for name in books) else None
    return None


def read_sheets(payload: bytes) -> Sheets:
    """The lines of a file.

    Raises:
        Unreadable: with `unsupported` for formats that are not read and encrypted files,
            `too_complex` over the limits, `needs_ocr` for scans, `undecodable` for broken files.
    """
    name = format_of(payload)
    if name is None:
        raise Unreadable("unsupported")
    if name in {"docx", "xlsx"}:
        _check_archive(payload)
    try:
        sheets = _READERS[name](payload)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # parsers of these formats raise whatever they trip over
        raise Unreadable("undecodable") from error
    if sum(len(line) for page in sheets.pages for line in page) > MAX_CHARS:
        raise Unreadable("too_complex")
    return sheets


def _members(payload: bytes) -> dict[str, zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            return {info.filename: info for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return {}


def _check_archive(payload: bytes) -> None:
    """Refuse what would unpack to much more than it is; zipfile reads no more than it declares."""
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        infos = archive.infolist()
    unpacked = sum(info.file_size for info in infos)
    if (
        len(infos) > MAX_MEMBERS
        or unpacked > MAX_UNPACKED
        or unpacked > MAX_RATIO * max(1, len(payload))
    ):
        raise Unreadable("too_complex")


def _pdf(payload: bytes) -> Sheets:
    import pypdf  # noqa: PLC0415  a quarter of a second to import, and most pages are no PDF

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every broken reference
    reader = pypdf.PdfReader(io.BytesIO(payload))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("unsupported")
    if len(reader.pages) > MAX_PAGES:
        raise Unreadable("too_complex")
    pages = [_lines(page.extract_text()) for page in reader.pages]
    if sum(len(line) for page in pages for line in page) < _SCANNED * max(1, len(pages)):
        raise Unreadable("needs_ocr")
    return Sheets(tuple(pages), broken=True)


def _docx(payload: bytes) -> Sheets:
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        xml = archive.read("word/document.xml")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(xml, parser)
    return Sheets((_lines("\n".join(_paragraphs(root))),))


def _paragraphs(root: Any) -> Iterator[str]:
    """Paragraphs and table rows in order; a row is one line."""
    for element in root.iter(f"{_WORD}p", f"{_WORD}tr"):
        above = {ancestor.tag for ancestor in element.iterancestors()}
        if _FALLBACK in above or f"{_WORD}tr" in above:
            continue
        if element.tag == f"{_WORD}p":
            yield _run(element)
        else:
            cells = (_run(cell) for cell in element.iter(f"{_WORD}tc"))
            yield " ".join(cell.replace("\n", " ") for cell in cells)


def _run(element: Any) -> str:
    pieces = []
    for part in element.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"):
        if part.tag == f"{_WORD}t":
            pieces.append(part.text or "")
        else:
            pieces.append(" " if part.tag == f"{_WORD}tab" else "\n")
    return "".join(pieces)


def _doc(payload: bytes) -> Sheets:
    from legacy_doc import extract_text  # noqa: PLC0415  needed for few pages
    from legacy_doc.ole import OleReader  # noqa: PLC0415
    from legacy_doc.types import ExtractionOptions  # noqa: PLC0415

    text = _FIELD_CODE.sub("", extract_text(payload).text)
    stream = OleReader(payload, options=ExtractionOptions()).read_stream("WordDocument")
    counted = int.from_bytes(stream[0x4C:0x50], "little")
    if len(text) < _KEPT_OF_DOC * min(counted, len(stream) // 2):
        raise Unreadable("undecodable")
    return Sheets((_lines(text),))


def _rtf(payload: bytes) -> Sheets:
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415  needed for few pages

    text = rtf_to_text(payload.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    return Sheets((_lines(text),))


def _xlsx(payload: bytes) -> Sheets:
    import openpyxl  # noqa: PLC0415  a tenth of a second to import

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles that it does not know
        book = openpyxl.load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
        rows = [
            row
            for sheet in book.worksheets
            for row in sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True)
        ]
        book.close()
    return _table(rows)


def _xls(payload: bytes) -> Sheets:
    import xlrd  # noqa: PLC0415  needed for few pages

    book = xlrd.open_workbook(file_contents=payload, logfile=io.StringIO())
    rows = [
        sheet.row_values(n)[:MAX_COLUMNS]
        for sheet in book.sheets()
        for n in range(min(sheet.nrows, MAX_ROWS))
    ]
    return _table(rows)


def _table(rows: Sequence[Sequence[Any]]) -> Sheets:
    """One line a row, its cells parted by blanks."""
    return Sheets((_lines("\n".join(" ".join(_cell(value) for value in row) for row in rows)),))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\n", " ")


def _lines(text: str) -> tuple[str, ...]:
    lines = (tidy(line) for line in text.splitlines())
    return tuple(line for line in lines if line)


_READERS: Final[dict[str, Callable[[bytes], Sheets]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "doc": _doc,
    "rtf": _rtf,
    "xlsx": _xlsx,
    "xls": _xls,
}
