"""Bytes to `Page`: pure functions that know neither Scrapy nor the database nor the network.

What a crawl asks about a page at once stands here; the whole way is `crawler.extract.page`, which
only those who walk it import.
"""

from crawler.extract.decode import Decoded, decode
from crawler.extract.hints import Hints
from crawler.extract.outcome import page_outcome
from crawler.extract.sniff import is_html
from crawler.extract.topic import topic_of_text, topic_of_title

__all__ = [
    "Decoded",
    "Hints",
    "decode",
    "is_html",
    "page_outcome",
    "topic_of_text",
    "topic_of_title",
]
