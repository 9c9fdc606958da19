"""Imported where workers are forked from: what each of them needs is read once, and shared."""

import crawler.extract.page
import crawler.ingest  # noqa: F401  where the work is defined; each worker would read it for a second
from crawler.extract.repair import load_tables

load_tables()
