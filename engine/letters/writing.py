"""A letter: a kind, its matter and a folder of templates come in, a Word file goes out, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.errors import InputFault, Location, Problem, fault, warning
from engine.letters.content import values
from engine.letters.matter import KINDS, Matter, stops
from engine.letters.people import People, blanks
from engine.letters.sandbox import faults, filled, printed
from engine.policy.registry import Registry
from engine.report.say import Say

LANG = "fr"  # of the letters: what a fund writes to its doctors
_PACKAGE = Path(__file__).resolve().parent.parent


def letters_folder(explicit: str | None, policies: Path) -> Path:
    """The folder of templates: as named, beside the policies, or the one that came with the program.

    Raises:
        InputFault: the folder named does not exist.
    """
    if explicit is not None:
        if not Path(explicit).is_dir():
            raise fault(Location(explicit), "folder-missing")
        return Path(explicit)
    beside = policies.parent / "letters"
    packaged = _PACKAGE / "data" / "letters"
    return beside if beside.is_dir() else packaged if packaged.is_dir() else _PACKAGE.parent / "letters"


def sender_file(folder: Path) -> Path | None:
    """What the folder of a fund says of the fund itself, for all its letters."""
    return folder / "caisse.yaml" if (folder / "caisse.yaml").is_file() else None


def template_of(kind: str, folder: Path) -> Path:
    """The template of a kind of letter.

    Raises:
        InputFault: the folder has none.
    """
    path = folder / f"{kind}.docx"
    if not path.is_file():
        raise fault(Location(str(path)), "file-missing")
    return path


def check_letters(folder: Path) -> list[Problem]:
    """What is wrong with the templates of a folder; a kind without a template is left to who asks for it."""
    return [problem for path in _templates(folder) for problem in _faults_of(path)]


def _templates(folder: Path) -> list[Path]:
    """The Word files of a folder, without the mark that Word leaves of an open one."""
    return [path for path in sorted(folder.glob("*.docx")) if not path.name.startswith("~$")]


def _faults_of(path: Path) -> Iterable[Problem]:
    if path.stem in KINDS:
        return faults(path)
    return [Problem(Location(str(path)), "letter-kind", {"name": path.stem, "allowed": ", ".join(KINDS)})]


def letter_of(
    kind: str,
    matter: Matter,
    registry: Registry,
    template: Path,
    *,
    people: People,
    place: str,
) -> bytes:
    """The letter as a Word file; ``place`` is the file of the case, for messages.

    What it lacks of people and of the day is marked in it.

    Raises:
        InputFault: the letter would say more than the decision, or its template is at fault.
    """
    say = Say(registry, LANG)
    problems = stops(kind, matter, registry, place) or faults(template)
    if problems:
        raise InputFault(problems)
    return filled(template, values(kind, matter, say, people))


def lacking(kind: str, matter: Matter, registry: Registry, template: Path, people: People, place: str) -> list[Problem]:
    """That a letter cannot be sent as it is, with what it lacks of people and of the day."""
    lacks = blanks(matter, people)
    told = [f"{name} ({lacks[name]})" for name in lacks if name in printed(template)]
    fields = Say(registry, LANG).listed(told)
    return [warning(Location(place), "letter-lacks", kind=kind, fields=fields)] if told else []
