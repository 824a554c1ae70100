"""The command behind `git diff`: a rule file comes in, its items as stable text go out, and nothing ever stops git."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.tongue import faults_told, locale_language
from engine.errors import InputFault, Location, fault, reason_of
from engine.policy import loader
from engine.report.item_text import item_text


@click.command()
@click.argument("file", metavar="FILE")
def textconv(file: str) -> None:
    """Write a rule file as one block for each item, for git diff.

    A file that cannot be read as rules is written as it is.
    """
    with faults_told(locale_language()):
        try:
            content = Path(file).read_bytes()  # of any size: what git can show, this can
        except OSError as error:
            raise fault(Location(file), "file-unreadable", reason=reason_of(error)) from None
    try:
        said = item_text(loader.parse(content, file).data)
    except (InputFault, RecursionError):
        said = None
    click.echo(content if said is None else said, nl=False)
