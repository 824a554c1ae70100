"""The command line: arguments come in, the rooms do the work, text and an exit status go out.

0 done (an ineligible doctor is an answer), 1 the input is at fault, 2 wrong usage.
"""

from __future__ import annotations

import sys

import click

from engine.cli.asking import ask
from engine.cli.bulk import batch
from engine.cli.comparing import diff
from engine.cli.deciding import evaluate
from engine.cli.explaining import explain
from engine.cli.living import timeline
from engine.cli.rules import check, list_, show, test
from engine.cli.tables import table
from engine.cli.textconv import textconv


@click.group(context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "AVENANT"})
@click.version_option(package_name="avenant", prog_name="avenant")
def cli() -> None:
    """Decide medical-assistant aid contracts under the rules of their signature date, with reasons and citations."""


for command in (list_, show, check, test, evaluate, explain, batch, timeline, textconv, table, ask, diff):
    cli.add_command(command)


def main() -> None:
    """The entry point of the command ``avenant``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    cli()
