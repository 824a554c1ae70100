"""The commands that take tables to a spreadsheet and back: a convention comes in, CSV or edited rule files go out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.common import Given, given, output, write
from engine.cli.tongue import group_lang_option, tell
from engine.errors import Location, Problem, UsageFault, nearest, needing
from engine.exchange.importing import changes
from engine.exchange.tables import entries
from engine.exchange.writing import Since, write_changes
from engine.files import replacing
from engine.language.expressions import Citation
from engine.language.typing import is_date
from engine.policy.loader import read_bytes
from engine.report.exchange_page import FORMATS, Changes, table_csv

if TYPE_CHECKING:
    from types import ModuleType

    from engine.exchange.importing import Replacement
    from engine.policy.model import Convention

_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_MARK = "\ufeff"


@click.group()
@group_lang_option
def table() -> None:
    """Take the numbers of a convention to a spreadsheet and back."""


@table.command("export")
@click.argument("name", metavar="CONVENTION")
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@click.option(
    "--separator",
    type=click.Choice([*_SEPARATORS, ",", ";"]),
    default="comma",
    show_default=True,
    help="Between cells; with semicolon or tab, numbers have a decimal comma, as in French spreadsheets.",
)
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, by which Excel knows UTF-8.")
@given(output)
def export(rules: Given, name: str, tables: tuple[str, ...], separator: str, bom: bool) -> None:
    """Write the numbers of a convention as CSV, or as a workbook (-o FILE.xlsx).

    One row for each number of its tables and parameters, or of those named.
    """
    wanted = rules.session.registry.by_id(name)
    if rules.output is not None and rules.output.lower().endswith(".xlsx"):
        with replacing(Path(rules.output)) as partial:
            _workbooks().write_workbook(entries(wanted, tables), wanted, rules.lang, partial)
        return
    said = table_csv(entries(wanted, tables), wanted, rules.lang, _SEPARATORS.get(separator, separator))
    write((_MARK if bom else "") + said, rules.output)


@table.command("import")
@click.argument("name", metavar="CONVENTION")
@click.argument("file", metavar="FILE")
@click.option("--from", "first", metavar="DATE", help="Add the changed values from this day on; those before stay.")
@click.option("--cite", metavar="SOURCE[, PLACE]", help="With --from: the text behind them, by its id, and where.")
@click.option("--correct", is_flag=True, help="Replace the changed values: they were never right.")
@given()
def import_(rules: Given, name: str, file: str, first: str | None, cite: str | None, correct: bool) -> None:
    """Show what changed in an exported table, or write it into the rule files.

    A value that changes from a day on is added (--from, --cite); only one that was never right is replaced (--correct).
    """
    registry = rules.session.registry
    wanted = registry.by_id(name)
    if (first is None) != (cite is None) or (first is not None and correct):
        raise click.UsageError(tell("--from DATE with --cite, or --correct"))
    since = None if first is None or cite is None else _since(first, cite, wanted)
    found = _found(file, wanted)
    written = write_changes(registry, wanted, found, since) if (correct or since) and found else None
    subject = Changes(found=found, convention=wanted, file=file, written=written, since=since.day if since else None)
    rules.put(FORMATS, subject)


def _since(first: str, cite: str, convention: Convention) -> Since:
    if not is_date(first):
        raise click.UsageError(tell("--from: '{first}' is not a date such as 2027-01-01", first=first))
    source, _, at = (part.strip() for part in cite.partition(","))
    if source not in convention.sources:
        close = nearest(source, convention.sources)
        raise UsageFault(Problem(Location("--cite"), "unknown-source", {"id": source}, close))
    return Since(dt.date.fromisoformat(first), Citation(source, at or None, convention.id, Location("--cite")))


def _found(file: str, convention: Convention) -> tuple[Replacement, ...]:
    """What a file changes, CSV or a workbook."""
    if not file.lower().endswith(".xlsx"):
        return changes(read_bytes(Path(file), file), file, convention)
    back = _workbooks().read_workbook(file)
    with back.told_by_sheet():
        return changes(back.content, file, convention)


def _workbooks() -> ModuleType:
    with needing("sheets"):
        from engine.exchange import workbooks  # an extra of its own
    return workbooks
