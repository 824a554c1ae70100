"""The commands that take tables to a spreadsheet and back: a convention comes in, CSV or edited rule files go out."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.common import (
    guarded,
    laid_out,
    lang_option,
    locale_language,
    open_session,
    policies_option,
    write,
)

_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_MARK = "\ufeff"


@click.group()
def table() -> None:
    """Take the numbers of a convention to a spreadsheet and back."""


@table.command("export")
@click.argument("convention", metavar="CONVENTION")
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
@click.option(
    "--separator",
    type=click.Choice([*_SEPARATORS, ",", ";"]),
    default="comma",
    show_default=True,
    help="Between cells; with semicolon or tab, numbers have a decimal comma, as in French spreadsheets.",
)
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, by which Excel knows UTF-8.")
@lang_option
@policies_option
@guarded
def export(
    convention: str,
    tables: tuple[str, ...],
    output: str | None,
    separator: str,
    bom: bool,
    lang: str | None,
    policies: str | None,
) -> None:
    """Write the numbers of a convention as CSV.

    One row for each number of its tables and parameters, or of those named.
    """
    from engine.exchange.tables import entries
    from engine.report.exchange_page import csv_text

    wanted = open_session(policies).registry.by_id(convention)
    said = csv_text(entries(wanted, tables), wanted, lang or locale_language(), _SEPARATORS.get(separator, separator))
    write((_MARK if bom else "") + said, output)


@table.command("import")
@click.argument("convention", metavar="CONVENTION")
@click.argument("file", metavar="FILE")
@click.option("--write", "writing", is_flag=True, help="Replace the changed values in the rule files.")
@lang_option
@policies_option
@guarded
def import_(convention: str, file: str, writing: bool, lang: str | None, policies: str | None) -> None:
    """Show what changed in an exported table.

    With --write, each changed value replaces the old one at its place in the rule files.
    """
    from engine.exchange.importing import changes
    from engine.exchange.writing import write_changes
    from engine.policy.loader import read_bytes
    from engine.report.exchange_page import changes_page

    lang = lang or locale_language()
    registry = open_session(policies).registry
    wanted = registry.by_id(convention)
    found = changes(read_bytes(Path(file), file), file, wanted)
    written = write_changes(registry, wanted, found) if writing and found else None
    write(laid_out(changes_page(found, wanted, file, written, lang), "text", None), None)
