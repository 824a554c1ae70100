"""The commands by name: each is found in its module once it is asked for, in the language of the run."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click
from click.exceptions import NoSuchCommand

from engine.cli.tongue import group_lang_option, language, spoken, translated

# The commands of each module: a start imports that of its own command alone.
_MODULES: Mapping[str, Sequence[str]] = {
    "rules": ("list", "show", "check", "schema"),
    "reviewing": ("test",),
    "deciding": ("evaluate",),
    "asking": ("explain", "ask", "compare"),
    "bulk": ("batch",),
    "lifecycle": ("timeline", "letter"),
    "textconv": ("textconv",),
    "texts": ("table", "new"),
    "comparing": ("diff",),
    "serving": ("serve", "site"),
}
_COMMANDS = {name: module for module, names in _MODULES.items() for name in names}
_NAMES = {"list": "list_"}  # a command whose function must not hide a word of Python


class _Commands(click.Group):
    """Finds a command in its module once it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        found = getattr(import_module(f"{__package__}.{_COMMANDS[cmd_name]}"), _NAMES.get(cmd_name, cmd_name))
        assert isinstance(found, click.Command)
        return translated(found)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in click, which looks for names like an unknown one among loaded commands, here none."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as unknown:
            raise NoSuchCommand(unknown.command_name, possibilities=_COMMANDS, ctx=ctx) from None

    def main(self, args: Sequence[str] | None = None, *others: Any, **named: Any) -> Any:
        """Runs a command in the language that it is asked in, its help and usage errors too."""
        typed = sys.argv[1:] if args is None else list(args)
        with spoken(language(typed)):
            return click.Group.main(translated(self), typed, *others, **named)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "AVENANT"})
@click.version_option(package_name="avenant", prog_name="avenant")
@group_lang_option
def cli() -> None:
    """Decide medical-assistant aid contracts under the rules of their signature date, with reasons and citations."""
