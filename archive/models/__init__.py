"""The tables of the archive.

`captured`: what is to be fetched and was fetched; with the WARC files this is the truth.
`documents` and `clusters`: what was made of it, which can be made again, and what readers follow.
Column names are the words of docs/glossary.md. Times are aware UTC.
"""

from archive.models.base import (
    Base,
    BigId,
    Json,
    Meta,
    UtcTime,
)
from archive.models.captured import (
    Article,
    ArticlePart,
    Capture,
    Frontier,
    Host,
    Robots,
    Run,
    RunCount,
    Site,
    WarcFile,
)
from archive.models.clusters import (
    Cluster,
    ClusterEvent,
    Decision,
    Edge,
    Fingerprint,
    Member,
    Shingle,
    SimBand,
)
from archive.models.documents import (
    Change,
    Document,
    DocumentVersion,
    Extraction,
    Figure,
    SavedQuery,
    SearchEntry,
    TemplateLine,
    Withdrawal,
)

__all__ = [
    "Article",
    "ArticlePart",
    "Base",
    "BigId",
    "Capture",
    "Change",
    "Cluster",
    "ClusterEvent",
    "Decision",
    "Document",
    "DocumentVersion",
    "Edge",
    "Extraction",
    "Figure",
    "Fingerprint",
    "Frontier",
    "Host",
    "Json",
    "Member",
    "Meta",
    "Robots",
    "Run",
    "RunCount",
    "SavedQuery",
    "SearchEntry",
    "Shingle",
    "SimBand",
    "Site",
    "TemplateLine",
    "UtcTime",
    "WarcFile",
    "Withdrawal",
]
