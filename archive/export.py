"""Whole results as files: JSON lines, CSV, Parquet.

Everything is written as it is read, so that the size of an archive does not matter.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import IO, Any

from sqlalchemy import Connection, select

from archive.db import Database
from archive.errors import Unavailable
from archive.jsonable import json_line, jsonable
from archive.models import Document, Figure, Member, Site
from archive.search import Query, Searcher

BATCH = 500
"""Documents read at once: a few megabytes."""
SEARCH_SECONDS = 600.0
"""An export may ask for everything; it is not what a page waits for."""


@dataclass(frozen=True, slots=True)
class ExportedFigure:
    """A figure; offsets count in the text."""

    name: str
    value: str
    unit: str
    start: int
    end: int
    sanity: str | None


@dataclass(frozen=True, slots=True)
class Exported:
    """One document as exports have it."""

    id: str
    version: int
    title: str
    text: str
    url: str
    site: str
    site_name: str
    published: date | None
    year: int | None
    region: str | None
    region_code: str | None
    issuer: str | None
    source: str | None
    kind: str
    completeness: str
    language_script: str
    repair_status: str
    fetched_at: datetime
    text_sha256: str
    cluster: str | None
    """Of several, the one it stands for."""
    role: str
    clusters: tuple[str, ...]
    figures: tuple[ExportedFigure, ...]


def documents(db: Database, query: Query | None = None) -> Iterator[Exported]:
    """All documents that `query` means, newest first; all there are without one."""
    return read(db, found(db, query))


def found(db: Database, query: Query | None = None) -> list[str]:
    """The ids of all documents that `query` means, newest first. Raises BadQuery."""
    asked = query or Query(every_document=True)
    return Searcher(db, keep=False).documents(asked, seconds=SEARCH_SECONDS)


def read(db: Database, ids: Sequence[str]) -> Iterator[Exported]:
    """These documents in this order, without those that are withdrawn meanwhile."""
    for start in range(0, len(ids), BATCH):
        with db.read() as connection:
            batch = _batch(connection, ids[start : start + BATCH])
        yield from batch


def json_lines(exported: Iterable[Exported]) -> Iterator[bytes]:
    """One JSON object a line."""
    for document in exported:
        yield json_line(document).encode() + b"\n"


def csv_lines(exported: Iterable[Exported]) -> Iterator[bytes]:
    """CSV for spreadsheets, with a byte order mark (Excel takes UTF-8 for GBK without one).

    A cell that a spreadsheet would read as a formula begins with an apostrophe; figures are left
    out, clusters are joined by blanks. Use JSON lines where every character counts.
    """
    names = [field.name for field in fields(Exported) if field.name != "figures"]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(names)
    yield b"\xef\xbb\xbf" + _taken(buffer)
    for document in exported:
        writer.writerow([_cell(getattr(document, name)) for name in names])
        yield _taken(buffer)


def write_parquet(exported: Iterable[Exported], output: IO[bytes]) -> None:
    """One Parquet file, written in row groups of BATCH documents."""
    pa, parquet = arrow()
    schema = _parquet_schema(pa)
    with parquet.ParquetWriter(output, schema, compression="zstd") as writer:
        rows: list[dict[str, Any]] = []
        for document in exported:
            rows.append(_parquet_row(document))
            if len(rows) == BATCH:
                writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
                rows = []
        if rows:
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))


def arrow() -> tuple[Any, Any]:
    """The packages pyarrow and pyarrow.parquet. Raises Unavailable where there are none."""
    try:
        import pyarrow as pa  # noqa: PLC0415  an optional package
        from pyarrow import parquet  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise Unavailable(
            "Parquet needs the package pyarrow; install xiaobao[parquet], or export jsonl",
            zh="导出 Parquet 需要安装 pyarrow，也可以导出 JSONL",
        ) from error
    return pa, parquet


def parquet_parts(exported: Iterable[Exported]) -> Iterator[bytes]:
    """A Parquet file in pieces; it is put together on the disk first, as its index comes last."""
    with tempfile.TemporaryFile() as file:
        write_parquet(exported, file)
        file.seek(0)
        while part := file.read(1 << 20):
            yield part


def _batch(connection: Connection, ids: Sequence[str]) -> list[Exported]:
    same = [f.name for f in fields(Exported) if f.name in Document.__table__.columns]
    columns = [getattr(Document, name) for name in same]
    rows = connection.execute(
        select(Document.site_id, Site.name.label("site_name"), *columns)
        .join(Site, Site.id == Document.site_id)
        .where(Document.id.in_(ids), Document.state == "live")
    ).mappings()
    by_id = {row["id"]: row for row in rows}
    clusters = _clusters(connection, ids)
    figures = _figures(connection, ids)
    batch = []
    for document in ids:
        if document not in by_id:
            continue  # withdrawn since the search
        row = by_id[document]
        places = clusters.get(document, [])
        batch.append(
            Exported(
                **{name: row[name] for name in same},
                site=row["site_id"],
                site_name=row["site_name"],
                cluster=places[0][0] if places else None,
                role=places[0][1] if places else "canonical",
                clusters=tuple(cluster for cluster, _ in places),
                figures=tuple(figures.get(document, ())),
            )
        )
    return batch


def _clusters(connection: Connection, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for document, cluster, role in connection.execute(
        select(Member.document_id, Member.cluster_id, Member.role)
        .where(Member.document_id.in_(ids))
        .order_by(Member.role, Member.cluster_id)  # "canonical" comes first
    ):
        found.setdefault(document, []).append((cluster, role))
    return found


def _figures(connection: Connection, ids: Sequence[str]) -> dict[str, list[ExportedFigure]]:
    f = Figure
    found: dict[str, list[ExportedFigure]] = {}
    for document, name, value, unit, start, end, sanity in connection.execute(
        select(f.document_id, f.name, f.value, f.unit, f.start, f.end, f.sanity)
        .where(f.document_id.in_(ids))
        .order_by(f.start, f.id)
    ):
        figure = ExportedFigure(name, value, unit, start, end, sanity)
        found.setdefault(document, []).append(figure)
    return found


# The full-width ones too: spreadsheets made for Chinese and Japanese take them for the others.
_FORMULA = (*"=+-@＝＋－＠", "\t", "\r", "\n", "\0")


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        value = " ".join(value)
    if isinstance(value, str):
        return "'" + value if value.startswith(_FORMULA) else value
    return jsonable(value)


def _taken(buffer: io.StringIO) -> bytes:
    line = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return line


def _parquet_schema(pa: Any) -> Any:
    special = {
        "version": pa.int32(),
        "year": pa.int32(),
        "published": pa.date32(),
        "fetched_at": pa.timestamp("us", tz="UTC"),
        "clusters": pa.list_(pa.string()),
        "figures": pa.list_(
            pa.struct(
                [
                    ("name", pa.string()),
                    ("value", pa.string()),
                    ("unit", pa.string()),
                    ("start", pa.int32()),
                    ("end", pa.int32()),
                    ("sanity", pa.string()),
                ]
            )
        ),
    }
    return pa.schema([(f.name, special.get(f.name, pa.string())) for f in fields(Exported)])


def _parquet_row(document: Exported) -> dict[str, Any]:
    row = {field.name: getattr(document, field.name) for field in fields(Exported)}
    row["figures"] = [
        {f.name: getattr(figure, f.name) for f in fields(ExportedFigure)}
        for figure in document.figures
    ]
    return row
