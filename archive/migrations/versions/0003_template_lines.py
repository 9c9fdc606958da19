"""Lines counted as a site's template; the notice an attachment was found on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "template_line",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("articles", JSON, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("site_id", "digest", name="template_line_once"),
    )
    op.create_index("template_line_pages", "template_line", ["site_id", "pages"], unique=False)
    op.add_column("article", sa.Column("notice_url", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("article", "notice_url")
    op.drop_table("template_line")
