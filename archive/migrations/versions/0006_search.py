"""What search reads without touching texts: the facets of documents, and single characters."""

import zlib

import sqlalchemy as sa
from alembic import op

from archive.search.index import CHARACTER_BITS, characters

revision = "0006"
down_revision = "0005"

BATCH = 500


def upgrade() -> None:
    op.create_index(
        "document_facets",
        "document",
        ["id", "state", "site_id", "published", "year", "region", "issuer", "kind", "completeness"],
        unique=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_character "
            "USING fts5(tokens, tokenize='ascii', content='', detail=none)"
        )
        _fill()


def _fill() -> None:
    connection = op.get_bind()
    entries = sa.text(
        "SELECT number, segments FROM search_entry WHERE number > :last ORDER BY number LIMIT :n"
    )
    add = sa.text("INSERT INTO search_character (rowid, tokens) VALUES (:id, :tokens)")
    last = 0
    while rows := connection.execute(entries, {"last": last, "n": BATCH}).all():
        values = [
            {"id": number << CHARACTER_BITS | place, "tokens": tokens}
            for number, packed in rows
            for place, tokens in characters(zlib.decompress(packed).decode().split("\0"))
        ]
        if values:
            connection.execute(add, values)
        last = rows[-1].number


def downgrade() -> None:
    op.drop_index("document_facets", "document")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_character")
