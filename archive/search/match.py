"""From the meaning of a query to the numbers of the documents it means.

AND, OR and NOT are set operations of SQL over document numbers, the same on both engines; the
engine's own search answers single terms only.
"""

from collections.abc import Iterator
from itertools import count

from sqlalchemy import Connection, text

from archive.search.index import SEGMENT_BITS, match_expression
from archive.search.query import And, Node, Or, Term, terms

_EVERYTHING = "SELECT number FROM search_entry"


def numbers_sql(node: Node, *, sqlite: bool) -> tuple[str, dict[str, str]]:
    """A SELECT of the matching document numbers (perhaps more than once), and its parameters."""
    parameters: dict[str, str] = {}
    names = (f"t{place}" for place in count())
    aliases = (f"s{place}" for place in count())
    sql = _select(node, parameters, names, aliases, sqlite=sqlite)
    return sql, parameters


def prepare(connection: Connection) -> None:
    """Keep PostgreSQL on its index in this transaction.

    For a character that stands in half of all documents the planner would unpack every vector:
    measured 150 ms instead of 4 ms.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))


def scores(connection: Connection, node: Node) -> dict[int, float]:
    """How well documents match the terms of `node` in the eyes of the engine; more is better.

    A term counts by its best segment; the title is one, and short, so that a hit there counts
    most.
    """
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        sql = "SELECT rowid, -bm25(search_fts) FROM search_fts WHERE search_fts MATCH :m"
    else:
        # 1: divided by 1 + log(length)
        sql = (
            "SELECT id, ts_rank(tokens, CAST(:m AS tsquery), 1) "
            "FROM search_vector WHERE tokens @@ CAST(:m AS tsquery)"
        )
    total: dict[int, float] = {}
    for form in terms(node):
        best: dict[int, float] = {}
        found = connection.execute(text(sql), {"m": match_expression(form, sqlite=sqlite)})
        for row, score in found:
            number = row >> SEGMENT_BITS
            best[number] = max(score, best.get(number, 0.0))
        for number, score in best.items():
            total[number] = total.get(number, 0.0) + score
    return total


def _select(
    node: Node,
    parameters: dict[str, str],
    names: Iterator[str],
    aliases: Iterator[str],
    *,
    sqlite: bool,
) -> str:
    def inner(part: Node) -> str:
        sql = _select(part, parameters, names, aliases, sqlite=sqlite)
        return f"SELECT number FROM ({sql}) AS {next(aliases)}"

    if isinstance(node, Term):
        name = next(names)
        parameters[name] = match_expression(node.form, sqlite=sqlite)
        return _term(name, sqlite=sqlite)
    if isinstance(node, Or):
        return " UNION ".join(inner(part) for part in node.parts)
    assert isinstance(node, And)
    wanted = " INTERSECT ".join(inner(part) for part in node.parts) or _EVERYTHING
    if not node.without:
        return wanted
    # One operator a level: engines differ in which one binds tighter.
    sql = f"SELECT number FROM ({wanted}) AS {next(aliases)}"
    return " EXCEPT ".join([sql, *(inner(part) for part in node.without)])


def _term(name: str, *, sqlite: bool) -> str:
    if sqlite:
        return (
            f"SELECT rowid >> {SEGMENT_BITS} AS number "
            f"FROM search_fts WHERE search_fts MATCH :{name}"
        )
    return (
        f"SELECT number FROM search_vector WHERE tokens @@ CAST(:{name} AS tsquery)"
    )
