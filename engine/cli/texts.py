"""The commands that write rules: a text begins, or its numbers go to a spreadsheet and come back, edited."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from engine.cli.common import Given, day_of, given, output, write, write_all
from engine.cli.tongue import flag, group_lang_option, option, tell
from engine.errors import Location, fault, misuse, nearest, needing, refuse_unknown
from engine.exchange.importing import changed, changes
from engine.exchange.rules_text import rules_text
from engine.exchange.tables import entries
from engine.exchange.writing import Since, planned, write_rules
from engine.files import replacing
from engine.language.expressions import Citation
from engine.language.facts import BENEFICIARY
from engine.policy.loader import read_bytes
from engine.policy.model import Convention
from engine.policy.places import DIFFERENCES, HEAD, TESTS, TO_FILL
from engine.policy.reading import standing_text
from engine.report.exchange_page import FORMATS, Changes, table_csv
from engine.suite.running import read_cases
from engine.suite.successor import SOURCE, rules_after, tests_after


@click.command()
@click.argument("id_", metavar="ID")
@option("--amends base", "BASE", "The text that the new one amends.")
@option("--whole", "BASE", "The text before: its rules and tests are copied, and moved in time.")
@option("--from first", "DATE", "The first day on which contracts come under it.", required=True, callback=day_of)
@option("--beneficiary", "NAME", "With --whole: for whom it is, if not for those of BASE.")
@option("--label-fr", "TEXT", "Its name in French.", default=TO_FILL)
@option("--label-en", "TEXT", "Its name in English.", default=TO_FILL)
@given()
def new(
    rules: Given,
    id_: str,
    base: str | None,
    whole: str | None,
    first: dt.date,
    beneficiary: str | None,
    label_fr: str,
    label_en: str,
) -> None:
    """Begin a text that amends another, or a whole one: its folder, with what is to be filled in marked."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]*", id_):
        raise click.UsageError(tell("ID: '{id}' is not of small letters, digits and underscores", id=id_))
    if (base is None) == (whole is None) or (base is not None and beneficiary is not None):
        raise click.UsageError(tell("--amends or --whole: the text that it rests on; --whole of others, --beneficiary"))
    registry = rules.session.registry
    before = registry.by_id(base or whole or "")
    whom = beneficiary or before.beneficiary
    known = registry.vocabulary.facts[BENEFICIARY].type.values
    if whom not in known:
        place, allowed = Location("--beneficiary"), ", ".join(known)
        raise misuse(place, "unknown-value", nearest(whom, known), value=whom, allowed=allowed)
    if first <= before.signed_from:
        start = before.signed_from
        raise misuse(Location("--from"), "amends-early", id=id_, base=before.id, start=first, base_start=start)
    label = {"fr": label_fr, "en": label_en}
    folder = Path(registry.root) / id_
    before = replace(before, beneficiary=whom)
    files = _amending(id_, before, first, label) if base else _whole(rules, id_, before, first, label)
    changelog = f"# Journal des changements : {label_fr}\n\n- {TO_FILL}\n"
    write_folder(folder, {**file_texts(files), "CHANGELOG.md": changelog})
    click.echo(rules.say("text_begun", folder=folder.as_posix(), mark=TO_FILL))


def _amending(id_: str, base: Convention, first: dt.date, label: Mapping[str, str]) -> dict[str, Any]:
    """The head of an amending text, and an empty list of differences."""
    source = SOURCE if SOURCE not in base.sources else f"{SOURCE}_{id_}"
    kept = {"cite": [{"source": source, "at": TO_FILL}]}
    head = {"id": id_, "label": label, "amends": base.id, "signed": {"from": first.isoformat()}, "kept": kept}
    return {HEAD: {**head, "sources": _sources(first, source)}, f"{TESTS}/{DIFFERENCES}": {"differences": []}}


def _whole(rules: Given, id_: str, base: Convention, first: dt.date, label: Mapping[str, str]) -> dict[str, Any]:
    """The rules of the text before, with citations to fill in, and its tests at their new dates."""
    files = rules_after(rules.session, base, first)
    head = {"id": id_, "label": label, "beneficiary": base.beneficiary, "signed": {"from": first.isoformat()}}
    files[HEAD] = {**head, "sources": _sources(first, SOURCE), **files[HEAD], "beneficiary": base.beneficiary}
    return {**files, **tests_after(rules.session, base, read_cases(rules.session), first)}


def _sources(first: dt.date, id_: str) -> dict[str, Any]:
    title = f"{TO_FILL} : titre, éditeur, date"
    filled = {"title": title, "publisher": TO_FILL, "kind": "official_text", "date": str(first.year)}
    return {id_: filled}


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
    """Writes the files of a new text; raises InputFault: something of its name is there already."""
    if folder.exists():
        raise fault(Location(folder.as_posix()), "folder-exists")
    write_all(folder, texts)


_MARK = "\ufeff"


@click.group()
@group_lang_option
def table() -> None:
    """Take the numbers of a convention to a spreadsheet and back."""


@table.command("export")
@click.argument("name", metavar="CONVENTION")
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@given(output)
def export(rules: Given, name: str, tables: tuple[str, ...]) -> None:
    """Write the numbers of a convention as CSV, under French as a French Excel does, or as a workbook (-o FILE.xlsx).

    One row for each number of its tables and parameters, or of those named.
    """
    wanted = rules.session.registry.by_id(name)
    if rules.output is not None and _is_workbook(rules.output):
        with needing("sheets"):
            from engine.exchange.workbooks import write_workbook
        with replacing(Path(rules.output)) as partial:
            write_workbook(entries(wanted, tables), wanted, rules.lang, partial)
        return
    french = rules.lang == "fr"
    said = table_csv(entries(wanted, tables), wanted, rules.lang, ";" if french else ",")
    write((_MARK if french and rules.output is not None else "") + said, rules.output)


@table.command("import")
@click.argument("name", metavar="CONVENTION")
@click.argument("file", metavar="FILE")
@option("--from first", "DATE", "Add the changed values from this day on; those before stay.", callback=day_of)
@option("--cite", "SOURCE[, PLACE]", "With --from: the text behind them, by its id, and where.")
@flag("--correct", "Replace the changed values: they were never right.")
@given()
def import_(rules: Given, name: str, file: str, first: dt.date | None, cite: str | None, correct: bool) -> None:
    """Show what changed in an exported table, or write it into the rule files.

    A value that changes from a day on is added (--from, --cite); only one that was never right is replaced (--correct).
    """
    registry = rules.session.registry
    wanted = registry.by_id(name)
    if (cite is not None and first is None) or (first is not None and correct):
        raise click.UsageError(tell("--from DATE with --cite, or --correct"))
    since = _since(first, cite, wanted)
    if _is_workbook(file):
        with needing("sheets"):
            from engine.exchange.workbooks import read_workbook
        found = changed(read_workbook(file), wanted)
    else:
        found = changes(read_bytes(Path(file), file), file, wanted)
    plan = planned(registry, wanted, found, since)
    written = write_rules(registry, plan) if (correct or since.day) and found else None
    rules.put(FORMATS, Changes(found=found, convention=wanted, file=file, written=written, since=since.day))


def _since(day: dt.date | None, cite: str | None, convention: Convention) -> Since:
    if cite is None:
        return Since(day)
    source, _, at = (part.strip() for part in cite.partition(","))
    refuse_unknown(Location("--cite"), "unknown-source", source, convention.sources)
    return Since(day, Citation(source, at or None, convention.id, Location("--cite")))


def _is_workbook(file: str) -> bool:
    """Whether a file is a workbook by its name, and not a text.

    Raises:
        UsageFault: it is one of a kind that is not read.
    """
    ending = Path(file).suffix.lower()
    if ending in (".ods", ".xls", ".xlsb", ".numbers"):
        raise misuse(Location(file), "file-format", allowed=".csv, .xlsx")
    return ending == ".xlsx"
