"""Search: exact substrings of folded text, the same on SQLite and PostgreSQL."""

from archive.search.index import Entry, forget_document, index_documents
from archive.search.query import FACETS, Query
from archive.search.read import Hit, Results, Searcher, search
from archive.search.snippets import Line

__all__ = [
    "FACETS",
    "Entry",
    "Hit",
    "Line",
    "Query",
    "Results",
    "Searcher",
    "forget_document",
    "index_documents",
    "search",
]
