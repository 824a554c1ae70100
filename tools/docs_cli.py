"""docs/cli.md: the commands come in, their help as click prints it goes out."""

from __future__ import annotations

from collections.abc import Iterator

import click

from engine.cli.commands import cli

WIDTH = 88
HEAD = """# The command line

Generated from the commands' own help (`make docs`).

`avenant` prints results on standard output and messages on standard error. Exit status: 0 done (an ineligible doctor is
an answer, not an error), 1 the input is at fault (a policy, a case, a failing test), 2 wrong usage. Messages read
`file:line:column: code: what is wrong`; [errors.md](errors.md) lists the codes.

Every option can also be set in the environment: `AVENANT_EVALUATE_LANG=fr` is `avenant evaluate --lang fr`.
"""


def cli_page() -> str:
    """The page, with one section for each command."""
    sections = [f"## {path}\n\n```\n{text}\n```\n" for path, text in helps()]
    return "\n".join([HEAD, *sections])


def helps(
    command: click.Command = cli, name: str = "avenant", parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """The path and the help of a command, and of every command below it."""
    context = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, **command.context_settings)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            if found is not None and not found.hidden:
                yield from helps(found, sub, context)
