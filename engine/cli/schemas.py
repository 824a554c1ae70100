"""The command that prepares an editor: a policies folder comes in, schemas that know its ids go out."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.cli.common import Given, given, write
from engine.exchange.own_schemas import WRITTEN, with_own_ids
from engine.files import unwritable
from engine.policy.reading import load_schema


@click.command()
@click.option("--write", "folder", metavar="DIR", required=True, help="The folder for the schemas, such as .avenant.")
@given()
def schema(rules: Given, folder: str) -> None:
    """Write the schemas of rule files with the ids of one's own rules, for an editor to complete and underline."""
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(place, error) from None
    for name in WRITTEN:
        made = with_own_ids(load_schema(name)[0], rules.session.registry)
        write(json.dumps(made, ensure_ascii=False, indent=2) + "\n", str(place / f"{name}.schema.json"))
    click.echo(rules.say("schemas_written", folder=place.as_posix()))
