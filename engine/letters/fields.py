"""Fields of a letter: amounts, and files and options about the fund and who is written to come in, texts go out.

Every field that a template may name is a text that is ready to be printed; a template neither counts nor decides. What
each holds, ``words/fr/letters.json`` says. Those of people are known by whole names, ``caisse.nom``, and in no case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from engine.errors import InputFault, Location, Problem, nearest
from engine.language.expressions import FactRef, find
from engine.language.typing import meant_day
from engine.letters.matter import Matter
from engine.policy.document import Document
from engine.words import read_groups

Fields = Mapping[str, Any]  # texts, mappings of them, or lists of such
People = Mapping[str, str]

SENDER, ADDRESSEE, OPTION = "caisse", "destinataire", "contrat.option"
REPLY = f"{ADDRESSEE}.reponse_avant"
FIELDS: Fields = read_groups("letters", "fr")


def documented(fields: Fields = FIELDS, above: str = "") -> Iterator[tuple[str, str]]:
    """Each field as a template names it, and what it holds; of a list with the name of its loop."""
    for name, entry in fields.items():
        if isinstance(entry, str):
            yield above + name, entry
        elif isinstance(entry, Mapping):
            yield from documented(entry, f"{above}{name}.")
        else:
            yield from documented(entry[0], f"{name}[].")


OF_PEOPLE = dict(documented({group: FIELDS[group] for group in (SENDER, ADDRESSEE)}))


def filled_in(name: str, text: str | None, lacks: Mapping[str, str]) -> str:
    """A text, or where there is none that can stand a mark with what is to stand there."""
    return f"[à compléter : {lacks[name]}]" if name in lacks else text or ""


def blanks(matter: Matter, people: People) -> dict[str, str]:
    """The fields for which a letter has no text, with what each would hold."""
    found = {name: means for name, means in OF_PEOPLE.items() if not people.get(name)}
    reply = meant_day(people.get(REPLY, ""))
    if matter.day is None:
        found["jour"] = "jour de la lettre, --as-of"
    elif reply is not None and reply < matter.day.isoformat():
        found[REPLY] = f"{OF_PEOPLE[REPLY]}, après le jour de la lettre"
    items = matter.decision.convention.items.values()
    if OPTION not in matter.decision.facts and any(ref.name == OPTION for ref in find(FactRef, *items)):
        found[OPTION] = "option de temps de travail, dans le cas"
    return found


def people_of(document: Document, group: str) -> People:
    """The texts of a file about sender or addressee; raises InputFault: a field that no letter has, or no text."""
    data, known = document.data if isinstance(document.data, Mapping) else {}, FIELDS[group]
    problems = [] if data else [Problem(Location(document.name), "letter-people", {"name": "—"})]
    for name, value in data.items():
        if name not in known:
            close = nearest(name, [*known])
            problems.append(Problem(document.key_at((name,)), "letter-people", {"name": name}, close))
        elif not isinstance(value, str):
            problems.append(Problem(document.at((name,)), "letter-people", {"name": name}))
    if problems:
        raise InputFault(problems)
    return {f"{group}.{name}": text for name, text in data.items()}


def stated(texts: Mapping[str, str]) -> People:
    """Fields stated by their whole names; raises InputFault: a field that says nothing of people."""
    unknown = [name for name in texts if name not in OF_PEOPLE]
    if unknown:
        place = Location("--field")
        raise InputFault(Problem(place, "letter-people", {"name": n}, nearest(n, OF_PEOPLE)) for n in unknown)
    return texts


_SMALL = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}
MOST = 10**9  # euros: no amount of a contract comes near


def in_words(amount: int | Fraction) -> str:
    """An amount in euros and whole cents in French words.

    >>> in_words(6600), in_words(Fraction(438350, 100))
    ('six mille six cents euros', 'quatre mille trois cent quatre-vingt-trois euros et cinquante centimes')

    Raises:
        ValueError: less than nothing, a part of a cent, or a thousand million and more.
    """
    cents = Fraction(amount) * 100
    if cents.denominator != 1 or not 0 <= cents < MOST * 100:
        raise ValueError(f"{amount} euros")
    euros, rest = divmod(cents.numerator, 100)
    unit = " d'euros" if euros and euros % 1_000_000 == 0 else " euro" if euros < 2 else " euros"
    said = f" et {_number(rest)} {'centime' if rest < 2 else 'centimes'}" if rest else ""
    return _number(euros) + unit + said


def _number(number: int) -> str:
    """A number below a thousand million; ``cent`` and ``quatre-vingt`` take an s where nothing follows but million."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens = number // 10 * 10 if number < 60 else number // 20 * 20  # from sixty on counted in twenties
        rest = number - tens
        joined = f"{' et ' if rest in (1, 11) and tens < 80 else '-'}{_number(rest)}" if rest else ""
        return _TENS[tens] + (joined or ("s" if tens == 80 else ""))
    size, word = next(each for each in ((10**6, "million"), (1000, "mille"), (100, "cent")) if number >= each[0])
    count, rest = divmod(number, size)
    head = word if count == 1 and size < 10**6 else f"{_number(count)} {word}"
    if size == 1000:
        head = head.replace("cents mille", "cent mille").replace("vingts mille", "vingt mille")
    elif count > 1 and not (rest and size == 100):
        head += "s"
    return f"{head} {_number(rest)}" if rest else head
