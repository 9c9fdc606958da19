"""Imported where workers are forked from: what each of them needs is read once, and shared."""

import crawler.extract  # noqa: F401
import dedupe  # noqa: F401
from crawler.extract.repair import load_tables

load_tables()
