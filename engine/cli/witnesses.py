"""Writes case files that show what a command found: texts by name come in, files go out, and none of others is lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.cli.common import write
from engine.files import unwritable
from engine.words import LANGUAGES, read_words

MARK = b"# avenant "  # the first words of every such file, by which the commands know their own


def write_witnesses(folder: Path, texts: Mapping[str, str]) -> None:
    """Writes files into a folder, or none of them where one is not the command's own.

    Raises:
        InputFault: a file that someone else wrote has such a name, or one cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None
    for name in texts:
        _refuse_foreign(folder / name)
    for name, text in texts.items():
        write(text, str(folder / name))


def _refuse_foreign(path: Path) -> None:
    """Stops before a file is overwritten that someone else wrote."""
    try:
        with path.open("rb") as stream:
            start = stream.read(len(MARK))
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(path, error) from None
    if start != MARK:
        reason = {lang: read_words("reports", lang)["file_is_foreign"] for lang in LANGUAGES}
        raise unwritable(path, reason)
