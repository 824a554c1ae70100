"""The commands that write a text: a convention or the name of a new one comes in, a folder of rules goes out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from engine.cli.common import Given, given, write
from engine.cli.tongue import tell
from engine.errors import Location, Problem, UsageFault, fault
from engine.exchange.rules_text import rules_text
from engine.files import unwritable
from engine.language.typing import is_date
from engine.policy.places import DIFFERENCES, HEAD, TESTS, TO_FILL
from engine.policy.reading import standing_text


@click.command()
@click.argument("id_", metavar="ID")
@click.option("--amends", "base", metavar="BASE", required=True, help="The text that the new one amends.")
@click.option("--from", "first", metavar="DATE", required=True, help="The first day on which contracts come under it.")
@click.option("--label-fr", metavar="TEXT", default=TO_FILL, help="Its name in French.")
@click.option("--label-en", metavar="TEXT", default=TO_FILL, help="Its name in English.")
@given()
def new(rules: Given, id_: str, base: str, first: str, label_fr: str, label_en: str) -> None:
    """Begin a text that amends another: its folder, with what is to be filled in marked."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]*", id_):
        raise click.UsageError(tell("ID: '{id}' is not of small letters, digits and underscores", id=id_))
    if not is_date(first):
        raise click.UsageError(tell("--from: '{first}' is not a date such as 2027-01-01", first=first))
    registry = rules.session.registry
    amended = registry.by_id(base)
    if first <= amended.signed_from.isoformat():
        values = {"id": id_, "base": base, "start": first, "base_start": amended.signed_from.isoformat()}
        raise UsageFault(Problem(Location("--from"), "amends-early", values))
    label = {"fr": label_fr, "en": label_en}
    folder = Path(registry.root) / id_
    write_folder(folder, _first_files(id_, base, first, label))
    click.echo(rules.say("text_begun", folder=folder.as_posix(), mark=TO_FILL))


def _first_files(id_: str, base: str, first: str, label: Mapping[str, str]) -> dict[str, str]:
    """The head of an amending text, an empty list of differences and a changelog."""
    fr, en = (json.dumps(label[lang], ensure_ascii=False) for lang in ("fr", "en"))
    head = f"""# yaml-language-server: $schema=../../schemas/convention.schema.json
id: {id_}
label: {{fr: {fr}, en: {en}}}
amends: {base}
signed: {{from: "{first}"}}
kept: {{cite: [{{source: texte, at: {TO_FILL}}}]}}
sources:
  texte: {{title: {TO_FILL}, publisher: {TO_FILL}, kind: official_text, date: "{first[:4]}"}}  # {TO_FILL} : date
"""
    differences = "# yaml-language-server: $schema=../../../schemas/differences.schema.json\ndifferences: []\n"
    return {
        HEAD: head,
        f"{TESTS}/{DIFFERENCES}": differences,
        "CHANGELOG.md": f"# Journal des changements : {label['fr']}\n\n- {TO_FILL}\n",
    }


def show_whole(rules: Given, id_: str, folder: str | None) -> None:
    """Shows every rule file of a text as it stands, or writes them as a folder that could stand alone."""
    registry = rules.session.registry
    files = file_texts(standing_text(registry, registry.by_id(id_).id).alone)
    if folder is None:
        click.echo("\n".join(f"# {id_}/{name}\n{text}" for name, text in files.items()), nl=False)
    else:
        write_folder(Path(folder) / id_, files)


def file_texts(files: Mapping[str, Any]) -> dict[str, str]:
    """The text of each rule file by name."""
    return {name: rules_text(data, "convention" if name == HEAD else "ruleset") for name, data in files.items()}


def write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Writes the files of a new text.

    Raises:
        InputFault: something of its name is there already, or it cannot be written.
    """
    if folder.exists():
        raise fault(Location(folder.as_posix()), "folder-exists")
    try:
        for name in texts:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None
    for name, text in texts.items():
        write(text, str(folder / name))
