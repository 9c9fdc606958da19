"""Bytes to `Page`: pure functions that know neither Scrapy nor the database nor the network."""

from crawler.extract.decode import Decoded, decode
from crawler.extract.hints import Hints
from crawler.extract.outcome import page_outcome
from crawler.extract.page import Part, extract_page, to_json
from crawler.extract.sniff import is_html
from crawler.extract.topic import topic_of_text, topic_of_title

__all__ = [
    "Decoded",
    "Hints",
    "Part",
    "decode",
    "extract_page",
    "is_html",
    "page_outcome",
    "to_json",
    "topic_of_text",
    "topic_of_title",
]
