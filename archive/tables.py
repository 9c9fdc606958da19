"""Tables as plain tables: statements on them are made and run without the object mapper's share."""

from sqlalchemy import Table

from archive.models import Base


def table(model: type[Base]) -> Table:
    """The table of a model."""
    found = model.__table__
    assert isinstance(found, Table)
    return found
