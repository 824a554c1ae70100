"""The command line speaks French where that is asked for: help and usage errors, ours and click's."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from command import ROOT

from engine.cli.commands import cli
from engine.words import read_words

FRENCH = read_words("commands", "fr")


def commands(group: click.Group = cli) -> Iterator[click.Command]:
    yield group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command)
        else:
            yield command


def declared() -> set[str]:
    """The help that commands and options declare, in English."""
    texts = {inspect.cleandoc(command.help or "") for command in commands()}
    return texts | {
        param.help
        for command in commands()
        for param in command.params
        if isinstance(param, click.Option) and param.help
    }


def told() -> set[str]:
    """The usage errors that commands raise."""
    found = set()
    for path in (ROOT / "engine" / "cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "UsageError":
                for call in ast.walk(node):
                    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "tell":
                        assert isinstance(call.args[0], ast.Constant)
                        found.add(str(call.args[0].value))
    return found


def test_all_help_and_usage_errors_have_their_french_and_none_is_left_over() -> None:
    own = declared() | told()
    assert own - FRENCH.keys() == set()
    others, sources = FRENCH.keys() - own, clicks()
    assert all(any(text in source for source in sources) for text in others)


def clicks() -> list[str]:
    """The sources of click, whose own words stand there."""
    folder = Path(click.__file__).parent
    return [path.read_text(encoding="utf-8").replace("\\n", "\n").replace("\\t", "\t") for path in folder.glob("*.py")]


def run(*args: str, locale: str = "C") -> str:
    result = CliRunner(env={"LC_ALL": locale, "LANG": locale}).invoke(cli, list(args))
    return " ".join(result.output.split())


@pytest.mark.parametrize("command", [[], ["evaluate"], ["batch"], ["timeline"], ["table"], ["table", "export"]])
def test_help_is_in_french_by_option_or_by_locale_and_english_again_after(command: list[str]) -> None:
    for said in (run(*command, "--help", "--lang", "fr"), run(*command, "--help", locale="fr_FR.UTF-8")):
        assert said.startswith("Usage : ")
        assert "Affiche cette aide." in said
        assert "Show this message" not in said
    assert "Show this message and exit." in run(*command, "--help")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["evaluate"], "Erreur : Argument manquant 'CASE...'."),
        (["evaluat"], "Commande inconnue : evaluat. Vouliez-vous dire 'evaluate' ?"),
        (["evaluate", "x", "--langue"], "Option inconnue : --langue. Vouliez-vous dire '--lang' ?"),
        (["evaluate", "x", "--format", "latex"], "« latex » n'est pas l'un de 'text', 'markdown', 'json'"),
        (["evaluate", "x", "--as-of", "demain"], "--as-of : « demain » n'est pas une date"),
        (["evaluate", "x", "--as-of", "31/11/2026"], "--as-of : le jour « 31/11/2026 » n'existe pas au calendrier"),
        (["timeline", "x", "--as-of", "28/11/26"], "--as-of : « 28/11/26 » se lit de deux façons : 28/11/2026 ou"),
        (["new", "x", "--from", "45537"], "--from : « 45537 » est un numéro de jour du tableur"),
        (["letter", "x", "--as-of", "1er décembre 2026"], "FILE.docx, ou --fields"),
        (["evaluate", "x", "--effort", "un"], "« un » n'est pas un nombre valide"),
        (["evaluate", "x", "--effort", "3"], "--effort va avec --possible"),
        (["evaluate", "x", "--as-of"], "L'option --as-of demande une valeur."),
        (["timeline", "x", "y"], "Argument en trop (y)"),
    ],
)
def test_a_usage_error_is_told_in_french(args: list[str], said: str) -> None:
    assert said in run(*args, locale="fr_FR.UTF-8")
    assert said not in run(*args)
