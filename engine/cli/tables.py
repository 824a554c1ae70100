"""The commands that take tables to a spreadsheet and back: a convention comes in, CSV or edited rule files go out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.common import Given, given, output_option, put, write
from engine.cli.tongue import group_lang_option
from engine.errors import Location, fault
from engine.exchange.importing import changes
from engine.exchange.tables import entries
from engine.exchange.writing import write_changes
from engine.files import replacing
from engine.policy.loader import read_bytes
from engine.report.exchange_page import FORMATS, Changes, csv_text

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
@output_option
@click.option(
    "--separator",
    type=click.Choice([*_SEPARATORS, ",", ";"]),
    default="comma",
    show_default=True,
    help="Between cells; with semicolon or tab, numbers have a decimal comma, as in French spreadsheets.",
)
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, by which Excel knows UTF-8.")
@given()
def export(rules: Given, name: str, tables: tuple[str, ...], output: str | None, separator: str, bom: bool) -> None:
    """Write the numbers of a convention as CSV, or as a workbook (-o FILE.xlsx).

    One row for each number of its tables and parameters, or of those named.
    """
    wanted = rules.session.registry.by_id(name)
    if output is not None and output.lower().endswith(".xlsx"):
        with replacing(Path(output)) as partial:
            _workbooks().write_workbook(entries(wanted, tables), wanted, rules.lang, partial)
        return
    said = csv_text(entries(wanted, tables), wanted, rules.lang, _SEPARATORS.get(separator, separator))
    write((_MARK if bom else "") + said, output)


@table.command("import")
@click.argument("name", metavar="CONVENTION")
@click.argument("file", metavar="FILE")
@click.option("--write", "writing", is_flag=True, help="Replace the changed values in the rule files.")
@given()
def import_(rules: Given, name: str, file: str, writing: bool) -> None:
    """Show what changed in an exported table.

    With --write, each changed value replaces the old one at its place in the rule files.
    """
    registry = rules.session.registry
    wanted = registry.by_id(name)
    found = _found(file, wanted)
    written = write_changes(registry, wanted, found) if writing and found else None
    subject = Changes(found=found, convention=wanted, file=file, written=written)
    put(FORMATS, "text", subject, rules.say)


def _found(file: str, convention: Convention) -> tuple[Replacement, ...]:
    """What a file changes, CSV or a workbook."""
    if not file.lower().endswith(".xlsx"):
        return changes(read_bytes(Path(file), file), file, convention)
    back = _workbooks().read_workbook(file)
    with back.told_by_sheet():
        return changes(back.content, file, convention)


def _workbooks() -> ModuleType:
    try:
        from engine.exchange import workbooks  # an extra of its own
    except ModuleNotFoundError as error:
        raise fault(Location("avenant"), "extra-missing", module=error.name, extra="sheets") from None
    return workbooks
