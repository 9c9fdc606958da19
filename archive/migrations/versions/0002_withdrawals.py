"""Withdrawals by people, earlier versions of documents, saved queries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "document_version",
        sa.Column("document_id", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("extraction_id", BIG_ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("replaced_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["extraction_id"], ["extraction.id"]),
        sa.PrimaryKeyConstraint("document_id", "version"),
    )
    op.create_table(
        "withdrawal",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("document_id", sa.String(length=24), nullable=False),
        sa.Column("article_id", BIG_ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("lifted_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_withdrawal_document_id", "withdrawal", ["document_id"], unique=False)
    op.create_index("ix_withdrawal_article_id", "withdrawal", ["article_id"], unique=False)
    op.create_table(
        "saved_query",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", JSON, nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
