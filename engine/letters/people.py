"""People of a letter: files and fields about the fund and who is written to come in, texts and what lacks go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import InputFault, Location, Problem, nearest
from engine.letters.fields import ADDRESSEE, SENDER
from engine.letters.matter import Matter
from engine.policy.document import Document

OPTION = "contrat.option"


@dataclass(frozen=True, slots=True)
class People:
    """What is known of the fund and of who is written to, by field; no case holds it."""

    sender: Mapping[str, str]
    to: Mapping[str, str]


def blanks(matter: Matter, people: People) -> dict[str, str]:
    """The fields for which a letter has no text, with what each would hold."""
    found = {f"caisse.{name}": means for name, means in SENDER.items() if not people.sender.get(name)}
    found |= {f"destinataire.{name}": means for name, means in ADDRESSEE.items() if not people.to.get(name)}
    if matter.day is None:
        found["jour"] = "jour de la lettre, --as-of"
    if OPTION not in matter.decision.facts:
        found["contrat.option"] = "option de temps de travail, dans le cas"
    return found


def people_of(document: Document, known: Mapping[str, str]) -> dict[str, str]:
    """The texts of a file about the sender or the addressee.

    Raises:
        InputFault: a field that no letter has, or that is no text.
    """
    data = document.data if isinstance(document.data, Mapping) else {}
    problems = [] if data else [Problem(Location(document.name), "letter-people", {"name": "—"})]
    for name, value in data.items():
        if name not in known:
            problems.append(Problem(document.key_at((name,)), "letter-people", {"name": name}, nearest(name, known)))
        elif not isinstance(value, str):
            problems.append(Problem(document.at((name,)), "letter-people", {"name": name}))
    if problems:
        raise InputFault(problems)
    return dict(data)


def with_fields(people: People, stated: Mapping[str, str]) -> People:
    """People with fields stated by their whole names, ``caisse.nom``.

    Raises:
        InputFault: a field that says nothing of people.
    """
    groups = {"caisse": (SENDER, dict(people.sender)), "destinataire": (ADDRESSEE, dict(people.to))}
    names = [f"{group}.{name}" for group, (known, _) in groups.items() for name in known]
    problems = [
        Problem(Location("--field"), "letter-people", {"name": name}, nearest(name, names))
        for name in stated
        if name not in names
    ]
    if problems:
        raise InputFault(problems)
    for name, text in stated.items():
        group, _, field = name.partition(".")
        groups[group][1][field] = text
    return People(groups["caisse"][1], groups["destinataire"][1])


def blank(name: str, lacks: Mapping[str, str]) -> str:
    return f"[à compléter : {lacks[name]}]"
