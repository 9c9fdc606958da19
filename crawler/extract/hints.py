"""What a site profile tells extraction about the site's pages, as one plain value."""

from dataclasses import dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Hints:
    """Everything is optional: without hints the general rules decide.

    Selectors are CSS, first that gives text wins; regexes are Python `re` sources. The names are
    those of the profile keys (see docs/add-a-site.md).
    """

    site_name: str | None = None
    site_type: str | None = None
    issuer: str | None = None
    region: str | None = None
    """GB/T 2260 code."""
    encoding_hint: str | None = None
    body: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    date_regex: str | None = None
    date_from_url: str | None = None
    meta: tuple[tuple[str, str], ...] = ()
    """(field, meta name) for title, date, source and column."""
    prune: tuple[str, ...] = ()
    drop_lines: tuple[str, ...] = ()
    cut_blocks: tuple[str, ...] = ()
    intro_regex: str | None = None
    split_marker: str | None = None
    join_page_numbers: str | None = None
    body_json: str | None = None
    compilation: str | None = None
    complete_default: str | None = None
    pages_left: str | None = None
    pages_read: str | None = None
    total_chars: str | None = None
    truncated_tail: str | None = None
    year_in_title_distrusted: bool = False
    spam_lines: tuple[str, ...] = ()
    template_lines: tuple[str, ...] = ()
    """Folded lines that recur on other pages of the site, as the archive has counted them from
    `Page.candidates`."""

    def to_json(self) -> dict[str, Any]:
        """The fields that differ from the default, ready for `json.dumps`."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) != f.default}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The inverse of `to_json`; a field unknown to this version is an error."""
        return cls(**{key: _frozen(item) for key, item in value.items()})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
