"""`xiaobao show`."""

from collections.abc import Mapping

import click
from rich.text import Text

from archive import query
from archive.archive import Archive
from archive.errors import NotFound, Withdrawn
from archive.jsonable import json_line
from archive.query import ClusterView, DocumentView
from archive.versions import VersionText, version_text
from crawler.cli.context import pass_archive
from crawler.cli.terminal import paged, printable


@click.command()
@click.argument("name", metavar="DOCUMENT")
@click.option("--json", "as_json", is_flag=True, help="All that is known of it, as one object.")
@pass_archive
def show(archive: Archive, name: str, as_json: bool) -> None:
    """Show a document with its provenance, or the members of a cluster.

    ID@N shows what a document said in version N.
    """
    view = _view(archive, name)
    if as_json:
        click.echo(json_line(view))
        return
    if isinstance(view, ClusterView):
        shown = _cluster(view)
    else:
        shown = _version(view) if isinstance(view, VersionText) else _document(view)
    with paged() as console:
        console.print(shown, soft_wrap=True)


def _view(archive: Archive, name: str) -> DocumentView | ClusterView | VersionText:
    document, _, version = name.partition("@")
    if version.isdecimal():
        return version_text(archive.database, document, int(version[:9]))
    try:
        return query.document(archive.database, name)
    except Withdrawn:
        raise
    except NotFound as missing:
        try:
            return query.cluster(archive.database, name)
        except NotFound:
            raise missing from None


def _document(view: DocumentView) -> Text:
    shown = Text()
    shown.append(printable(view.title) + "\n", "bold")
    fields = {
        "document": f"{view.id}, version {view.version}",
        "earlier": ", ".join(f"{view.id}@{v.version}" for v in view.versions[1:]) or None,
        "published": view.published,
        "year": f"{view.year}{' (the page contradicts itself)' if view.year_conflict else ''}",
        "region": view.region,
        "issuer": view.issuer,
        "source": view.source,
        "kind": view.kind,
        "site": f"{view.site_name} ({view.site})",
        "url": view.url,
        "attached to": view.notice_url,
        "complete": view.completeness,
        "repaired": f"{view.repair_status}, {len(view.repairs)} places" if view.repairs else None,
        "removed": f"{len(view.dropped)} lines" if view.dropped else None,
        "extractor": view.extractor_version,
    }
    _fields(shown, fields)
    for capture in view.captures:
        place = f"{capture.warc_file} at {capture.offset}, {capture.length} bytes"
        _fields(shown, {"capture": f"{capture.id}, {capture.fetched_at:%Y-%m-%d %H:%M}Z, {place}"})
    for cluster, role in view.clusters:
        _fields(shown, {"cluster": f"{cluster} ({role})"})
    for member in view.members:
        if member.document != view.id:
            _fields(shown, {"same work": f"{member.document}  {member.role}  {member.url}"})
    for figure in view.figures:
        doubt = f"  ({figure.sanity})" if figure.sanity else ""
        _fields(shown, {"figure": f"{figure.name} = {figure.value} {figure.unit}{doubt}"})
    shown.append("\n" + "\n".join(printable(line) for line in view.text.split("\n")))
    return shown


def _version(found: VersionText) -> Text:
    view = found.view
    shown = Text(printable(view.title) + "\n", "bold")
    replaced = f", replaced {view.replaced_at:%Y-%m-%d}" if view.replaced_at else ""
    fields = {
        "document": f"{found.document}, version {view.version}{replaced}",
        "fetched": f"{view.fetched_at:%Y-%m-%d %H:%M}Z",
        "extractor": view.extractor_version,
    }
    _fields(shown, fields)
    shown.append("\n" + "\n".join(printable(line) for line in found.text.split("\n")))
    return shown


def _cluster(view: ClusterView) -> Text:
    shown = Text()
    shown.append(f"cluster {view.id}\n", "bold")
    for member in view.members:
        day = member.published or "no date"
        what = f"{member.document}  {day}  {member.site}  {member.characters} characters"
        _fields(shown, {member.role: f"{what}  {member.title}"})
    for edge in view.edges:
        figures = f"{edge.figures_equal} of {edge.figures_compared} figures equal"
        share = f"{edge.coverage:.0%} of the text"
        _fields(shown, {edge.kind: f"{edge.a} – {edge.b}: {share}, {figures}"})
    return shown


def _fields(shown: Text, fields: Mapping[str, object]) -> None:
    for name, value in fields.items():
        if value is not None:
            shown.append(f"{name:>14}  ", "dim")
            shown.append(printable(str(value)) + "\n")
