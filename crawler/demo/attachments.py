"""Small office files with Chinese text, made by hand: a .docx, an .rtf and a .pdf."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape

_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"""
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /Identity-H"
    b" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 >>]"
    b" /ToUnicode 4 0 R >>"
)
_LINE = 36
_LINES_A_PAGE = 40


def docx(lines: Sequence[str]) -> bytes:
    """A Word file with one paragraph a line; the same bytes on every run."""
    body = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", document),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6)), text)
    return out.getvalue()


def rtf(lines: Sequence[str]) -> bytes:
    """An RTF file, which many sites name .doc."""
    body = "\\par\n".join("".join(f"\\u{ord(c)}?" for c in line) for line in lines)
    return f"{{\\rtf1\\ansi\\ansicpg936\\uc1\n{body}\\par}}".encode("ascii")


def pdf(lines: Sequence[str]) -> bytes:
    """A PDF whose font is not embedded and whose codes are mapped by a ToUnicode table."""
    rows = [line[i : i + _LINE] for line in lines for i in range(0, max(len(line), 1), _LINE)]
    sheets = [rows[i : i + _LINES_A_PAGE] for i in range(0, len(rows), _LINES_A_PAGE)]
    characters = sorted(set("".join(rows)))
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(sheets)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode(),
        _FONT,
        _stream(_to_unicode(characters)),
    ]
    for number, sheet in enumerate(sheets):
        content = 6 + 2 * number
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            + f" /Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>".encode()
        )
        shown = "\n".join(f"<{row.encode('utf-16-be').hex()}> Tj T*" for row in sheet)
        objects.append(_stream(f"BT /F1 12 Tf 18 TL 60 780 Td\n{shown}\nET"))
    return _assembled(objects)


def _stream(text: str) -> bytes:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream".encode("ascii")


def _to_unicode(characters: Sequence[str]) -> str:
    blocks = [characters[i : i + 100] for i in range(0, len(characters), 100)]
    table = "\n".join(
        f"{len(block)} beginbfchar\n"
        + "\n".join(f"<{ord(c):04x}> <{ord(c):04x}>" for c in block)
        + "\nendbfchar"
        for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def\n"
        "/CMapType 2 def 1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{table}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    )


def _assembled(objects: Sequence[bytes]) -> bytes:
    out = BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{offset:010} 00000 n \n" for offset in offsets).encode())
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\n".encode())
    out.write(f"startxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()
