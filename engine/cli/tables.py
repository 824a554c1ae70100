"""The commands that take tables to a spreadsheet and back: a convention comes in, CSV or edited rule files go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.common import Given, given, output, write
from engine.cli.tongue import group_lang_option, tell
from engine.errors import Location, Problem, UsageFault, nearest, needing
from engine.exchange.dating import Since
from engine.exchange.importing import changes
from engine.exchange.tables import entries
from engine.exchange.writing import planned, write_rules
from engine.files import replacing
from engine.language.expressions import Citation
from engine.language.typing import is_date
from engine.policy.loader import read_bytes
from engine.report.exchange_page import FORMATS, Changes, table_csv

if TYPE_CHECKING:
    from types import ModuleType

    from engine.exchange.importing import Change
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
    help="Between cells: semicolon under French, else comma. With semicolon or tab, numbers have a decimal comma.",
)
@click.option(
    "--bom/--no-bom", default=None, help="Begin with the mark by which Excel knows UTF-8, as files do under French."
)
@given(output)
def export(rules: Given, name: str, tables: tuple[str, ...], separator: str | None, bom: bool | None) -> None:
    """Write the numbers of a convention as CSV, or as a workbook (-o FILE.xlsx).

    One row for each number of its tables and parameters, or of those named.
    """
    wanted = rules.session.registry.by_id(name)
    if rules.output is not None and rules.output.lower().endswith(".xlsx"):
        with replacing(Path(rules.output)) as partial:
            _workbooks().write_workbook(entries(wanted, tables), wanted, rules.lang, partial)
        return
    french = rules.lang == "fr"
    between = separator or ("semicolon" if french else "comma")
    said = table_csv(entries(wanted, tables), wanted, rules.lang, _SEPARATORS.get(between, between))
    marked = french and rules.output is not None if bom is None else bom
    write((_MARK if marked else "") + said, rules.output)


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
    if (cite is not None and first is None) or (first is not None and correct):
        raise click.UsageError(tell("--from DATE with --cite, or --correct"))
    since = _since(first, cite, wanted)
    with _found(file, wanted) as found:
        plan = planned(registry, wanted, found, since)
        written = write_rules(registry, plan) if (correct or since.day) and found else None
    rules.put(FORMATS, Changes(found=found, convention=wanted, file=file, written=written, since=since.day))


def _since(first: str | None, cite: str | None, convention: Convention) -> Since:
    if first is not None and not is_date(first):
        raise click.UsageError(tell("--from: '{first}' is not a date such as 2027-01-01", first=first))
    day = dt.date.fromisoformat(first) if first is not None else None
    if cite is None:
        return Since(day)
    source, _, at = (part.strip() for part in cite.partition(","))
    if source not in convention.sources:
        close = nearest(source, convention.sources)
        raise UsageFault(Problem(Location("--cite"), "unknown-source", {"id": source}, close))
    return Since(day, Citation(source, at or None, convention.id, Location("--cite")))


@contextmanager
def _found(file: str, convention: Convention) -> Iterator[tuple[Change, ...]]:
    """What a file changes, CSV or a workbook; faults of what is done with it are told at its cells."""
    if not file.lower().endswith(".xlsx"):
        yield changes(read_bytes(Path(file), file), file, convention)
        return
    back = _workbooks().read_workbook(file)
    with back.told_by_sheet():
        yield changes(back.content, file, convention)


def _workbooks() -> ModuleType:
    with needing("sheets"):
        from engine.exchange import workbooks  # an extra of its own
    return workbooks
