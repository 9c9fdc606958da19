"""The first schema."""

from alembic import op

from archive.models import Base
from archive.search.index import create_index

revision = "0001"
down_revision = None


def upgrade() -> None:
    Base.metadata.create_all(op.get_bind())
    create_index(op.get_bind())
