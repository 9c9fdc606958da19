"""What a reader asks: the words of a query and the facets it is narrowed to.

    投诉 举报            both, anywhere in title or text
    投诉 OR 举报         one of them
    投诉 NOT (预付 OR 网购)
    "投诉 举报"          exactly this, blank and all

AND, OR and NOT are operators in capitals; everything else is looked for as it stands.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from archive.errors import BadQuery
from archive.fold import search_form

MAX_QUERY = 1_000
"""Characters of a query: more than anybody types, few enough to stay cheap."""
MAX_TERMS = 32
MAX_TERM = 64
"""Characters of one term: the segments of the index overlap by as many."""
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Term:
    """A string that title or text must contain, as a search form."""

    form: str


@dataclass(frozen=True, slots=True)
class And:
    """All of `parts` hold and none of `without`; no parts at all means every document."""

    parts: tuple["Node", ...]
    without: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """One of `parts` holds."""

    parts: tuple["Node", ...]


Node = Term | And | Or
Sort = Literal["date", "relevance"]

UNKNOWN = "unknown"
"""The facet value of documents that have none."""
CLUSTER_SIZES = {"1": (1, 1), "2-4": (2, 4), "5-9": (5, 9), "10+": (10, 1 << 31)}


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for. An empty `text` is every document; an empty facet is every value.

    The values of one facet are alternatives, different facets must all hold. A region holds the
    regions below it.
    """

    text: str = ""
    year: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    issuer: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    site_type: tuple[str, ...] = ()
    completeness: tuple[str, ...] = ()
    cluster_size: tuple[str, ...] = ()
    since: date | None = None
    """Published on this day or later."""
    until: date | None = None
    every_document: bool = False
    """Also reposts, fragments and compilations, not only the canonical document of a work."""
    sort: Sort = "date"


FACETS = (
    "year",
    "region",
    "issuer",
    "kind",
    "site",
    "site_type",
    "completeness",
    "cluster_size",
)


def to_parameters(query: Query) -> list[tuple[str, str]]:
    """The parameters that mean `query`, in a fixed order; what is as usual is left out."""
    given: list[tuple[str, str]] = []
    if query.text:
        given.append(("q", query.text))
    for facet in FACETS:
        given += [(facet, value) for value in getattr(query, facet)]
    for name, day in (("since", query.since), ("until", query.until)):
        if day:
            given.append((name, day.isoformat()))
    if query.every_document:
        given.append(("all", "1"))
    if query.sort != "date":
        given.append(("sort", query.sort))
    return given


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>[(（])
    | "(?P<ascii>[^"]*)"
    | “(?P<curly>[^”]*)”
    | 「(?P<corner>[^」]*)」
    | (?P<word>\S+)
    )""",
    re.VERBOSE,
)
_CLOSERS = ")）"


def parse(text: str) -> Node:
    """The meaning of a query string. Raises BadQuery with a line that says what is wrong."""
    if len(text) > MAX_QUERY:
        raise BadQuery(
            f"the query has {len(text)} characters; {MAX_QUERY} are allowed",
            zh=f"检索式有 {len(text)} 字，最多 {MAX_QUERY} 字",
        )
    return _Parser(text).query()


def terms(node: Node) -> tuple[str, ...]:
    """The forms a matching text can show: all terms that are not excluded, in order, once each."""
    if isinstance(node, Term):
        return (node.form,)
    return tuple(dict.fromkeys(form for part in node.parts for form in terms(part)))


class _Parser:
    """Recursive descent over tokens; one object a query."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.place = 0
        self.depth = 0
        count = sum(kind == "term" for kind, _ in self.tokens)
        if count > MAX_TERMS:
            raise BadQuery(
                f"the query has {count} terms; {MAX_TERMS} are allowed",
                zh=f"检索式有 {count} 个检索词，最多 {MAX_TERMS} 个",
            )

    def query(self) -> Node:
        if not self.tokens:
            return And(())
        node = self.either()
        assert self.peek() is None
        return node

    def peek(self) -> str | None:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else None

    def either(self) -> Node:
        parts = [self.all_of()]
        while self.peek() == "OR":
            self.place += 1
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self) -> Node:
        parts: list[Node] = []
        without: list[Node] = []
        wanted = True  # whether something must follow: at the start and behind an operator
        while True:
            kind = self.peek()
            if kind in ("term", "open"):
                parts.append(self.single())
            elif kind == "NOT":
                self.place += 1
                without.append(self.negated())
            elif kind == "AND" and not wanted:
                self.place += 1
                wanted = True
                continue
            else:
                break
            wanted = False
        if wanted:
            self.missing()
        return parts[0] if len(parts) == 1 and not without else And(tuple(parts), tuple(without))

    def negated(self) -> Node:
        even = True
        while self.peek() == "NOT":
            self.place += 1
            even = not even
        if self.peek() not in ("term", "open"):
            self.missing()
        return self.single() if even else And((), (self.single(),))

    def single(self) -> Node:
        kind, form = self.tokens[self.place]
        self.place += 1
        if kind == "term":
            return Term(form)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadQuery(
                f"the query has parentheses {self.depth} deep; {MAX_DEPTH} are allowed",
                zh=f"括号套了 {self.depth} 层，最多 {MAX_DEPTH} 层",
            )
        node = self.either()
        self.depth -= 1
        assert self.peek() == "close"  # _tokens closes every group
        self.place += 1
        return node

    def missing(self) -> None:
        before = self.tokens[self.place - 1] if self.place else None
        at = f"after {before[1]!r}" if before else f"before {self.tokens[0][1]!r}"
        zh = f"“{before[1]}”之后" if before else f"“{self.tokens[0][1]}”之前"
        raise BadQuery(
            f"a search term is missing {at}; AND, OR, NOT and ( ) are operators: "
            'put them in "quotation marks" to search for them',
            zh=f"{zh}缺少检索词；AND、OR、NOT 和括号是运算符，要检索它们本身请加引号",
        )


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place = opened = 0
    while match := _TOKEN.match(text, place):
        place = match.end()
        if match["open"]:
            tokens.append(("open", "("))
            opened += 1
            continue
        phrase = next((p for p in match.group("ascii", "curly", "corner") if p is not None), None)
        if phrase is not None:
            tokens.append(_term(phrase))
            continue
        word, closers = match["word"], 0
        if word[0] in '"“「':
            raise BadQuery(
                f"the quotation mark {word[0]} is not closed", zh=f"引号 {word[0]} 没有成对"
            )
        # A closing parenthesis belongs to the word when the word opened it, or nothing is open.
        while word and word[-1] in _CLOSERS and opened > closers and not _balanced(word):
            word, closers = word[:-1], closers + 1
        if word in ("AND", "OR", "NOT"):
            tokens.append((word, word))
        elif word:
            tokens.append(_term(word))
        tokens += [("close", ")")] * closers
        opened -= closers
    if opened:
        raise BadQuery("a parenthesis is not closed", zh="括号没有成对")
    return tokens


def _balanced(word: str) -> bool:
    return sum(word.count(c) for c in "(（") >= sum(word.count(c) for c in _CLOSERS)


def _term(raw: str) -> tuple[str, str]:
    form = search_form(raw)
    if not form:
        raise BadQuery("there is nothing between the quotation marks", zh="引号之间没有文字")
    if len(form) > MAX_TERM:
        raise BadQuery(
            f"the term {raw[:20]!r}… has {len(form)} characters; {MAX_TERM} are allowed: "
            "search for a part of it",
            zh=f"检索词“{raw[:20]}…”有 {len(form)} 字，最多 {MAX_TERM} 字：请只检索其中一部分",
        )
    return "term", form
