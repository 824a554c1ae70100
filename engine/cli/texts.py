"""The commands that write a text: a convention or the name of a new one comes in, a folder of rules goes out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from engine.cli.common import Given, write
from engine.errors import Location, fault
from engine.exchange.rules_text import rules_text
from engine.files import unwritable
from engine.policy.places import HEAD
from engine.policy.reading import standing_text


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
