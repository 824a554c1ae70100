"""The commands that write a text: a convention or the name of a new one comes in, a folder of rules goes out."""

from __future__ import annotations

import datetime as dt
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
from engine.policy.model import Convention
from engine.policy.places import DIFFERENCES, HEAD, TESTS, TO_FILL
from engine.policy.reading import standing_text
from engine.suite.running import read_cases
from engine.suite.successor import CITE, rules_after, tests_after


@click.command()
@click.argument("id_", metavar="ID")
@click.option("--amends", "base", metavar="BASE", help="The text that the new one amends.")
@click.option("--whole", metavar="BASE", help="The text before: its rules and tests are copied, and moved in time.")
@click.option("--from", "first", metavar="DATE", required=True, help="The first day on which contracts come under it.")
@click.option("--label-fr", metavar="TEXT", default=TO_FILL, help="Its name in French.")
@click.option("--label-en", metavar="TEXT", default=TO_FILL, help="Its name in English.")
@given()
def new(rules: Given, id_: str, base: str | None, whole: str | None, first: str, label_fr: str, label_en: str) -> None:
    """Begin a text that amends another, or a whole one: its folder, with what is to be filled in marked."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]*", id_):
        raise click.UsageError(tell("ID: '{id}' is not of small letters, digits and underscores", id=id_))
    if not is_date(first):
        raise click.UsageError(tell("--from: '{first}' is not a date such as 2027-01-01", first=first))
    if (base is None) == (whole is None):
        raise click.UsageError(tell("either --amends or --whole: the text that the new one rests on"))
    registry = rules.session.registry
    before = registry.by_id(base or whole or "")
    if first <= before.signed_from.isoformat():
        values = {"id": id_, "base": before.id, "start": first, "base_start": before.signed_from.isoformat()}
        raise UsageFault(Problem(Location("--from"), "amends-early", values))
    label = {"fr": label_fr, "en": label_en}
    folder = Path(registry.root) / id_
    write_folder(folder, _amending(id_, before, first, label) if base else _whole(rules, id_, before, first, label))
    click.echo(rules.say("text_begun", folder=folder.as_posix(), mark=TO_FILL))


def _amending(id_: str, base: Convention, first: str, label: Mapping[str, str]) -> dict[str, str]:
    """The head of an amending text, an empty list of differences and a changelog."""
    head = {"id": id_, "label": label, "amends": base.id, "signed": {"from": first}, "kept": {"cite": CITE}}
    files: dict[str, Any] = {HEAD: {**head, "sources": _sources(first)}, f"{TESTS}/{DIFFERENCES}": {"differences": []}}
    return {**file_texts(files), **_changelog(label)}


def _whole(rules: Given, id_: str, base: Convention, first: str, label: Mapping[str, str]) -> dict[str, str]:
    """The rules of the text before, with citations to fill in, its tests at their new dates, and a changelog."""
    day = dt.date.fromisoformat(first)
    files = rules_after(rules.session, base, day)
    head = {"id": id_, "label": label, "beneficiary": base.beneficiary, "signed": {"from": first}}
    files[HEAD] = {**head, "sources": _sources(first), **files[HEAD]}
    tests = tests_after(rules.session, base, read_cases(rules.session), day)
    return {**file_texts({**files, **tests}), **_changelog(label)}


def _sources(first: str) -> dict[str, Any]:
    filled = {
        "title": f"{TO_FILL} : titre, éditeur, date",
        "publisher": TO_FILL,
        "kind": "official_text",
        "date": first[:4],
    }
    return {CITE[0]["source"]: filled}


def _changelog(label: Mapping[str, str]) -> dict[str, str]:
    return {"CHANGELOG.md": f"# Journal des changements : {label['fr']}\n\n- {TO_FILL}\n"}


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
    kinds = {HEAD: "convention", f"{TESTS}/{DIFFERENCES}": "differences"}
    return {
        name: rules_text(data, kinds.get(name, "suite" if name.startswith(TESTS) else "ruleset"))
        for name, data in files.items()
    }


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
