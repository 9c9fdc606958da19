"""The way of a page: bytes, text, tree, body, clean lines, works, fields.

One pure function: no network, no clock, no files, no database. Whatever the bytes are, a `Page`
comes back and its `outcome` says what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml.html import HtmlElement

from archive.page import Dropped, Encoding, Outcome, Page, PageDocument, Repair, Span
from crawler.extract import dom
from crawler.extract.attachments import read_attachment
from crawler.extract.body import Body, find_body
from crawler.extract.clean import Cleaned, clean
from crawler.extract.completeness import judge
from crawler.extract.decode import Decoded, decode
from crawler.extract.fields import document_of
from crawler.extract.fold import has_glosses
from crawler.extract.hidden import remove_hidden
from crawler.extract.hints import Hints
from crawler.extract.joins import join_lines
from crawler.extract.lines import Line
from crawler.extract.metadata import Metadata, read_metadata
from crawler.extract.numbers import LOST
from crawler.extract.outcome import page_outcome
from crawler.extract.repair import TreeRepair, locate, repair_tree, without_guesses
from crawler.extract.script import script_of
from crawler.extract.second import second_opinion
from crawler.extract.sniff import is_html, script_body
from crawler.extract.split import Work, split
from crawler.extract.topic import topic_of_text

MIN_TEXT: Final = 30
"""Fewer characters of clean text than this are no body."""


@dataclass(frozen=True, slots=True)
class Part:
    """One capture's bytes; an article in several parts has several, in order."""

    payload: bytes
    content_type: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What one part gave."""

    cleaned: Cleaned
    body: Body
    metadata: Metadata
    hidden: tuple[str, ...]
    repair: TreeRepair


def extract_page(
    parts: Sequence[Part], *, url: str | None = None, hints: Hints | None = None
) -> Page:
    """Make a page of one article's captures.

    Args:
        parts: the article's captures in reading order.
        url: the article's address; the first part's where absent.
        hints: what the site's profile says.

    Returns:
        A page; never raises for what the bytes hold. `outcome` is `ok`, or the reason why
        `documents` is empty.
    """
    hints = hints or Hints()
    url = url or next((part.url for part in parts if part.url), None)
    if not parts or not any(part.payload.strip() for part in parts):
        return Page("no_body", url=url)
    if not is_html(parts[0].payload):
        return _of_file(parts[0].payload, url, hints)
    decoded = [decode(part.payload, part.content_type, hints.encoding_hint) for part in parts]
    encoding = decoded[0].encoding
    refused = _refusal(decoded)
    if refused:
        return Page(refused, url=url, encoding=encoding)
    sheets: list[_Sheet] = []
    for item in decoded:
        sheet = _read(item.text, url, hints)
        if isinstance(sheet, str):
            return Page(sheet, url=url, encoding=encoding)
        if sheet:
            sheets.append(sheet)
    return _assemble(sheets, decoded, url, encoding, hints)


def _of_file(payload: bytes, url: str | None, hints: Hints) -> Page:
    """A page of an office file or PDF: all of it is the report."""
    found = read_attachment(payload)
    text = "\n".join(found.lines)
    if found.outcome != "ok" or len(text) < MIN_TEXT:
        return Page("no_body" if found.outcome == "ok" else found.outcome, url=url)
    return Page(
        "ok",
        url=url,
        title=found.title,
        site_name=hints.site_name,
        site_type=hints.site_type,
        topic=topic_of_text(text, found.title),
        language_script=script_of(text),
        completeness="full",
        text=text,
        dropped=found.dropped,
        documents=_documents(found.lines, Metadata(title=found.title), hints),
    )


def _refusal(decoded: Sequence[Decoded]) -> Outcome | None:
    """Why a page is not read at all."""
    if sum(len(item.text) for item in decoded) > dom.MAX_CHARS or any(
        dom.too_complex(item.text) for item in decoded
    ):
        return "too_complex"
    first = decoded[0]
    if first.encoding.replaced * 4 > len(first.text):
        return "undecodable"
    seen = page_outcome(first.text)
    return seen if seen in {"soft404", "blocked"} else None


def _read(html: str, url: str | None, hints: Hints) -> _Sheet | Outcome | None:
    """One part's tree, body and clean lines; None where there is no markup."""
    parsed = dom.parse(script_body(html, hints.body_json) or html)
    root = parsed.root
    if root is None:
        return None
    if not parsed.whole:
        return "too_complex"
    repair = repair_tree(root) if has_glosses(html) else TreeRepair()
    hidden = remove_hidden(root)
    body = find_body(root, hints)
    if not body.sure:
        body = second_opinion(root, body, url)
    metadata = _metadata(root, [*body.before, *body.lines[:_HEAD]], url, hints, repair)
    cleaned = clean(body.lines, metadata.title, hints, _brand(metadata, body))
    return _Sheet(cleaned, body, metadata, tuple(hidden), repair)


_HEAD: Final = 3
_NAMES_ITSELF: Final = 2


def _brand(metadata: Metadata, body: Body) -> str:
    """The site's name if the page's furniture has it too: in its head, its path, its foot.

    A title may end with key words of the article as well.
    """
    around = sum(metadata.brand in line.text for line in (*body.before, *body.after))
    return metadata.brand if around >= _NAMES_ITSELF else ""


def _metadata(
    root: HtmlElement, head: Sequence[Line], url: str | None, hints: Hints, repair: TreeRepair
) -> Metadata:
    """What the page says about itself, its source and date not read from guesses."""
    doubtful = tuple(fix for fix in repair.fixes if fix.status in ("guess", "failed"))

    def sure(text: str) -> str:
        return without_guesses(text, locate(text, replace(repair, fixes=doubtful)))

    if doubtful:
        head = [replace(line, text=sure(line.text)) for line in head]
    metadata = read_metadata(root, head, url=url, hints=hints)
    if metadata.source and LOST in sure(metadata.source):  # a meta tag's is not in the head
        return replace(metadata, source=None)
    return metadata


def _assemble(
    sheets: Sequence[_Sheet],
    decoded: Sequence[Decoded],
    url: str | None,
    encoding: Encoding,
    hints: Hints,
) -> Page:
    if not sheets:
        return Page("no_body", url=url, encoding=encoding)
    metadata = sheets[0].metadata
    joined = join_lines(_concatenate([sheet.cleaned.lines for sheet in sheets]))
    lines = list(joined.lines)
    text = "\n".join(lines)
    dropped = [
        *(Dropped(text, "hidden") for sheet in sheets for text in sheet.hidden),
        *(Dropped(line.text, "block") for sheet in sheets for line in sheet.body.aside),
        *(item for sheet in sheets for item in sheet.cleaned.dropped),
        *joined.dropped,
    ]
    page = Page(
        "ok",
        url=url,
        encoding=encoding,
        title=metadata.title,
        published=metadata.published,
        source=metadata.source,
        site_name=metadata.site_name,
        site_type=hints.site_type,
        language_script=script_of(text),
        dropped=tuple(dropped),
        candidates=_candidates(sheets),
    )
    if len(text) < MIN_TEXT:
        listed = page_outcome(decoded[0].text) == "list_page"
        return replace(page, outcome="list_page" if listed else "no_body")
    furniture = [line.text for sheet in sheets for line in (*sheet.body.before, *sheet.body.after)]
    repair = _repair(sheets, text)
    extent = judge(text, [*furniture, *(item.text for item in dropped)], hints)
    return replace(
        page,
        text=text,
        repair=repair,
        topic=topic_of_text(text, metadata.title),
        completeness=extent.completeness,
        chars_claimed=extent.chars_claimed,
        documents=_documents(lines, metadata, hints, repair.spans, sheets[0].repair),
    )


def _candidates(sheets: Sequence[_Sheet]) -> tuple[str, ...]:
    """Lines that count for the site's template, each once a page."""
    return tuple(dict.fromkeys(line for sheet in sheets for line in sheet.cleaned.candidates))


def _repair(sheets: Sequence[_Sheet], text: str) -> Repair:
    """The parts' repairs as one; the worst status stands for all."""
    worst = max((sheet.repair.status for sheet in sheets), key=_RANK.index)
    return Repair(worst, tuple(s for sheet in sheets for s in locate(text, sheet.repair)))


_RANK: Final = ("none", "certain", "likely", "guess", "failed")


def _concatenate(parts: Sequence[Sequence[str]]) -> list[str]:
    """The parts' lines in order; short lines that every part repeats are kept once."""
    if len(parts) == 1:
        return list(parts[0])
    common = set.intersection(*(set(part) for part in parts))
    lines: list[str] = list(parts[0])
    for part in parts[1:]:
        fresh = [line for line in part if line not in common or len(line) > _LONG]
        if lines and fresh and _runs_on(lines[-1], fresh[0]):
            lines[-1] += fresh.pop(0)
        lines.extend(fresh)
    return lines


_LONG: Final = 60


def _runs_on(before: str, after: str) -> bool:
    """Whether a sentence was cut between two parts."""
    return len(before) > _LONG and before[-1] not in "。！？：；”』」)）!?;:…" and len(after) > 2


def _documents(
    lines: Sequence[str],
    metadata: Metadata,
    hints: Hints,
    spans: Sequence[Span] = (),
    repair: TreeRepair | None = None,
) -> tuple[PageDocument, ...]:
    """The works among `lines`; `spans` are the broken places of the text, `repair` is the page's."""
    works = split(lines, metadata.title, hints)
    return tuple(
        document_of(
            work,
            ordinal,
            metadata,
            hints,
            alone=len(works) == 1,
            readable=_readable(work, spans, repair) if repair and repair.fixes else work,
        )
        for ordinal, work in enumerate(works, start=1)
    )


def _readable(work: Work, spans: Sequence[Span], repair: TreeRepair) -> Work:
    """`work` without what was guessed."""
    return replace(
        work,
        title=without_guesses(work.title, locate(work.title, repair)),
        text=without_guesses(work.text, spans, offset=work.start),
    )


def to_json(page: Page, file: str) -> dict[str, Any]:
    """The page as the line `xiaobao extract --json` prints.

    Args:
        page: what extraction made.
        file: the name the user gave.
    """
    return {
        "file": file,
        "url": page.url,
        "outcome": page.outcome,
        "encoding": {
            "declared": page.encoding.declared,
            "detected": page.encoding.detected,
            "chosen": page.encoding.chosen,
            "replaced": page.encoding.replaced,
        },
        "title": page.title,
        "published": page.published.isoformat() if page.published else None,
        "source": page.source,
        "site_name": page.site_name,
        "site_type": page.site_type,
        "on_topic": page.topic.on_topic,
        "topic": {"score": page.topic.score, "terms": list(page.topic.terms)},
        "language_script": page.language_script,
        "completeness": page.completeness,
        "chars_claimed": page.chars_claimed,
        "text": page.text,
        "repair": {"status": page.repair.status, "spans": [_span(s) for s in page.repair.spans]},
        "dropped": [{"text": item.text, "rule": item.rule} for item in page.dropped],
        "documents": [_document(document) for document in page.documents],
    }


def _span(span: Any) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "damaged": span.damaged,
        "restored": span.restored,
        "status": span.status,
    }


def _document(document: PageDocument) -> dict[str, Any]:
    return {
        "ordinal": document.ordinal,
        "title": document.title,
        "text": document.text,
        "start": document.start,
        "end": document.end,
        "kind": document.kind,
        "issuer": document.issuer,
        "region": document.region,
        "region_code": document.region_code,
        "year_claimed": document.year_claimed,
        "year_inferred": document.year_inferred,
        "year_conflict": document.year_conflict,
        "year_evidence": list(document.year_evidence),
        "figures": [
            {
                "name": figure.name,
                "value": figure.value,
                "unit": figure.unit,
                "text": figure.text,
                "start": figure.start,
                "end": figure.end,
                "sanity": figure.sanity,
            }
            for figure in document.figures
        ],
    }
