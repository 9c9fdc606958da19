"""How many links a list page gave: what an emptied list is noticed by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("frontier", sa.Column("links", sa.Integer(), nullable=True))
    op.add_column("frontier", sa.Column("gave", sa.Integer(), nullable=True))
