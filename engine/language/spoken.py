"""Values as people write them: a text and the fact that it should state come in, a plain value goes out, or a fault.

``FRENCH`` is how a French spreadsheet, form or letter writes (``02/09/2024``, ``79,99``, ``1 700``, ``oui``); ``PLAIN``
is what programs exchange (``2024-09-02``, ``79.99``). In both a choice may be said by its label. Nothing is guessed:
a text that can be read in two ways is refused with both.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from engine.errors import Location, Problem, nearest, quoted
from engine.language.facts import Fact
from engine.records import dataclass
from engine.words import LANGUAGES, in_each_language, read_words

FRENCH, PLAIN = "fr", "plain"

Plain = int | Decimal | str | bool  # as a case file holds it: a date is a text such as 2024-09-02

SPACES = "[ \u00a0\u202f\u2009]"
TRUTH_WORDS: Mapping[str, bool] = dict.fromkeys(("true", "vrai", "oui", "yes", "o", "y"), True) | dict.fromkeys(
    ("false", "faux", "non", "no", "n"), False
)
TRUTH_FIGURES: Mapping[str, bool] = {"1": True, "0": False}
TRUTHS = {**TRUTH_WORDS, **TRUTH_FIGURES}
MONTHS: Mapping[str, int] = {
    month: number
    for months in (
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "january february march april may june july august september october november december",
    )
    for number, month in enumerate(months.split(), 1)
}
FIRST_SERIAL, LAST_SERIAL = 20_000, 75_000  # days since 1899-12-30, from 1954 to 2105
EPOCH = dt.date(1899, 12, 30)
SHOWN = 40
UNSAVED = "#FORMULE!"  # what stands for a formula whose value the spreadsheet did not save

_APART = str.maketrans({**dict.fromkeys("-_'’", " "), "\N{FRACTION SLASH}": "/"})
_NO_VALUE = r"(?i)#\S+|n/?[ad]|n\.? ?[cr]\.?|\?+|-+|nsp|(?:je )?ne sai[st] pas|inconnue?|unknown|null|none"
_UNITS = {"percent": "%", "EUR": "€|euros?", "patients": "patients?", "ETP": "etp|fte", "years": "ans|years?"}
_RANK = "(?:ere?|er|re|e|i?eme|n?de?|st|rd|th)"  # what makes a figure a rank: 1re, 2nde, 3e, 4th
_NUMBER = rf"([+-]?)(0*[0-9]{{1,18}}|[0-9]{{1,3}}(?:{SPACES}[0-9]{{3}})+)(?:([.,])([0-9]+))?"
_CUT = r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+"
_DAY_FIRST = r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})"
MONTH_FIRST = r"^\s*(0?[1-9]|1[0-2])[/.-](1[3-9]|2[0-9]|3[01])[/.-][0-9]{4}\s*$"
_YEAR_FIRST = r"([0-9]{4})/([0-9]{2})/([0-9]{2})"
_WEEKDAYS: Mapping[str, int] = {
    weekday: number
    for weekdays in (
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "monday tuesday wednesday thursday friday saturday sunday",
    )
    for number, weekday in enumerate(weekdays.split())
}
_IN_WORDS = rf"(?:({'|'.join(_WEEKDAYS)}),? )?([0-9]{{1,2}})(?:er)? ([a-z]+) ([0-9]{{4}})"
_MIDNIGHT = r"[ T]0{1,2}:00(?::00(?:\.0+)?)?\Z"
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Unread(Exception):
    """Why a text states no value of its fact: the code of a problem, its values, the nearest valid name."""

    code: str
    values: Mapping[str, object]
    near: str | None = None

    def problem(self, place: Location, fact: Fact) -> Problem:
        return Problem(place, self.code, {"name": fact.name, **self.values}, self.near)


def read_spoken(text: str, fact: Fact, dialect: str = FRENCH) -> Plain:
    """The value that ``text`` states, as a case file would hold it.

    Raises:
        Unread: the text says nothing, or more than one thing. Ranges are left to the reader of the case.
    """
    if text in fact.type.values or (fact.type.kind == "date" and _ISO.fullmatch(text)):
        return text  # as a case file holds it, which most are
    text = " ".join(text.split()).removeprefix("'").strip()
    if text == UNSAVED:
        raise Unread("formula-unsaved", {})
    if re.fullmatch(_NO_VALUE, text) and fold(text) not in TRUTHS:
        raise _unread("value-none", text)
    return _READERS.get(fact.type.kind, _choice)(text, fact, dialect)


def read_day(text: str) -> dt.date:
    """The day that a text of no fact states, as French people or programs write it; raises Unread as above."""
    told = _day(" ".join(text.split()), FRENCH)
    found = told and _try(*map(int, told.split("-")))
    if not found:
        raise Unread("day-missing" if told else "wrong-date", {"value": text[:SHOWN]})
    return found


def fold(text: str) -> str:
    r"""A text without what people write in several ways: case, accents, hyphens, spaces of other widths.

    >>> fold("Mi-temps (0,5\u00a0ETP)"), fold("demi_etp")
    ('mi temps (0,5 etp)', 'demi etp')
    """
    bare = text.casefold()
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return " ".join(bare.replace("œ", "oe").translate(_APART).split())


def _unread(code: str, text: str, near: str | None = None, **values: object) -> Unread:
    return Unread(code, {"text": text[:SHOWN], **values}, near)


def by_labels(problem: Problem, fact: Fact, lang: str) -> Problem:
    """What is wrong with a fact, for who knows it by labels: its own, and those of the values that it may have."""
    if problem.values.get("name") != fact.name:
        return problem
    labels = {value: label[lang] for value, label in fact.value_labels.items()}
    own: dict[str, object] = {"name": fact.label[lang]}
    if labels and "allowed" in problem.values:
        own["allowed"] = str(read_words("reports", lang)["semicolon"]).join(labels.values())
    near = labels.get(problem.nearest or "", problem.nearest)
    return Problem(problem.location, problem.code, {**problem.values, **own}, near, problem.severity)


def wrong_type(value: object, fact: Fact, dialect: str) -> Unread:
    """That a value is none of its fact's type, with one that could be."""
    kind = in_each_language(f"types.{_KINDS[fact.type.kind]}")
    return Unread("fact-type", {"value": value, "kind": kind, "example": _example(fact, dialect)})


_KINDS = {"number": "number_alone", "boolean": "boolean", "date": "date"}
_EXAMPLES = {FRENCH: ("oui, non", "02/09/2024", "12,5"), PLAIN: ("true, false", "2024-09-02", "12.5")}


def _example(fact: Fact, dialect: str) -> str:
    truth, day, decimal = _EXAMPLES[dialect]
    if fact.type.kind != "number":
        return truth if fact.type.kind == "boolean" else day
    low, high = fact.minimum or 0, fact.maximum
    return decimal if fact.type.scale else "775" if high is None or high >= 775 else str((low + high) // 2)


def in_words(value: object) -> Mapping[str, str]:
    """A day or a number as each language writes it."""
    if isinstance(value, dt.date):
        return {"fr": f"{value.day:02}/{value.month:02}/{value.year:04}", "en": value.isoformat()}
    return {"fr": str(value).replace(".", ","), "en": str(value)}


def truth_way(text: str) -> str:
    """Whether a text says yes or no by a word or by a figure; nothing where it says neither."""
    return "word" if fold(text) in TRUTH_WORDS else "figure" if fold(text) in TRUTH_FIGURES else ""


def _truth(text: str, fact: Fact, dialect: str) -> bool:
    truth = TRUTHS.get(fold(text))
    if truth is None:
        raise wrong_type(quoted(text[:SHOWN]), fact, dialect)
    return truth


def _number(text: str, fact: Fact, dialect: str) -> int | Decimal:
    bare, marked = _without_unit(text, fact)
    if re.fullmatch(_CUT, bare):
        raise _unread("number-cut", text)
    found = re.fullmatch(_NUMBER, bare)
    if found is None:
        raise wrong_type(quoted(text[:SHOWN]), fact, dialect)
    sign, whole, mark, decimals = found.groups()
    whole = re.sub(SPACES, "", whole)
    if mark is not None:
        check_mark(text, whole, mark, decimals, dialect)
    value = Decimal(f"{sign}{whole}.{decimals or 0}")
    if dialect == FRENCH and fact.type.unit == "percent" and 0 < value < 1 and not marked:
        share = _written(value, dialect)
        raise _unread("two-readings", text, readings=_either(f"{share} %", f"{_written(value * 100, dialect)} %"))
    return int(value) if value == value.to_integral_value() else value


def _without_unit(text: str, fact: Fact) -> tuple[str, bool]:
    """The text before the unit of its fact, or without the words of its rank, and whether it had a unit."""
    unit = _UNITS.get(fact.type.unit or "")
    found = re.search(rf"{SPACES}?(?:{unit})\Z", text, re.IGNORECASE) if unit else None
    if found is None and "-" not in text and (word := _ranked(fact)):  # a sign is none of a rank's
        rank = re.fullmatch(rf"(?:{word} ?)?([0-9]+(?:[.,][0-9]+)?){_RANK}?(?: {word})?", fold(text))
        return (rank[1] if rank else text), False
    return (text, False) if found is None else (text[: found.start()], True)


def _ranked(fact: Fact) -> str:
    """The word that may stand beside the figure of a fact that counts or ranks: P41, 3e année, niveau 4."""
    if fact.type.unit == "percentile":
        return "p(?:ercentile)?"
    first = (re.escape(fold(label).split()[0]) for label in fact.label.values())
    return f"(?:{'|'.join(first)})" if fact.type.unit == "none" else ""


def check_mark(text: str, whole: str, mark: str, decimals: str, dialect: str) -> None:
    """Refuses a sign that may set thousands apart as well as decimals, and one that is not this dialect's."""
    own = "," if dialect == FRENCH else "."
    if len(decimals) == 3:
        readings = _either(f"{whole}{own}{decimals.rstrip('0') or '0'}", f"{whole}{decimals}")
        raise _unread("two-readings", text, readings=readings)
    if mark != own:
        raise _unread("number-mark", text, form=f"{whole}{own}{decimals}", mark=own)


def _either(first: str, second: str) -> dict[str, str]:
    return {"fr": f"{first} ou {second}".replace(".", ","), "en": f"{first} or {second}".replace(",", ".")}


def _written(value: Decimal, dialect: str) -> str:
    text = f"{value.normalize():f}"
    return text.replace(".", ",") if dialect == FRENCH else text


def _date(text: str, fact: Fact, dialect: str) -> str:
    if found := _day(text, dialect):
        return found
    raise wrong_type(quoted(text[:SHOWN]), fact, dialect)


def _day(text: str, dialect: str) -> str | None:
    text = re.sub(_MIDNIGHT, "", text)
    if _ISO.fullmatch(text):
        return text  # the reader of the case says whether the calendar has that day
    if re.fullmatch("[0-9]{5}", text) and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        raise _unread("date-serial", text, day=in_words(EPOCH + dt.timedelta(int(text))))
    if found := re.fullmatch(_DAY_FIRST, text):
        return _day_first(found, dialect)
    if year_first := re.fullmatch(_YEAR_FIRST, text):
        return _written_day(text, int(year_first[1]), int(year_first[2]), int(year_first[3]))
    if (words := re.fullmatch(_IN_WORDS, fold(text))) and words[3] in MONTHS:
        return _written_day(text, int(words[4]), MONTHS[words[3]], int(words[2]), words[1])
    return None


def _day_first(found: re.Match[str], dialect: str) -> str | None:
    text, first, second, year = found[0], int(found[1]), int(found[3]), found[4]
    if len(year) == 2:
        readings = [_try(int(century + year), second, first) for century in ("20", "19")]
    elif dialect == FRENCH:
        return _written_day(text, int(year), second, first)
    else:
        readings = [_try(int(year), second, first), _try(int(year), first, second)]
    known = [in_words(day) for day in dict.fromkeys(readings) if day]
    if len(known) == 2:
        either = {lang: _either(*(words[lang] for words in known))[lang] for lang in LANGUAGES}
        raise _unread("two-readings", text, readings=either)
    return None


def _try(year: int, month: int, day: int) -> dt.date | None:
    """The day, or None where no calendar has it."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _written_day(text: str, year: int, month: int, day: int, weekday: str | None = None) -> str:
    """The day as a case file holds it; one whose name is another's is in no calendar."""
    known = _try(year, month, day)
    if known is None or (weekday is not None and _WEEKDAYS[weekday] != known.weekday()):
        raise Unread("day-missing", {"value": text[:SHOWN]})
    return known.isoformat()


def _choice(text: str, fact: Fact, dialect: str) -> str:
    """The value whose code, label or other name is written, in whatever order its words come."""
    wanted = fold(text)
    words = sorted(wanted.split())
    found = {value for value, name in _names(fact) if name == wanted or sorted(name.split()) == words}
    if len(found) == 1:
        return found.pop()
    labels = {name: value for value, name in _names(fact)}
    near = nearest(wanted, labels)
    allowed = ", ".join(fact.type.values)
    close = labels[near] if near else None
    raise Unread("fact-value", {"value": quoted(text[:SHOWN]), "allowed": allowed}, close)


def _names(fact: Fact) -> Iterator[tuple[str, str]]:
    """Every value with each way to say it: code, other names, labels, and labels without what stands in brackets."""
    for value in fact.type.values:
        yield value, fold(value)
        yield from ((value, fold(name)) for name in fact.said.get(value, ()))
        for label in fact.value_labels.get(value, {}).values():
            yield value, fold(label)
            yield value, fold(re.sub(r"\(.*?\)", "", label))
            yield from ((value, fold(part)) for part in re.findall(r"\(([^()]*)\)", label))


_READERS: Mapping[str, Callable[[str, Fact, str], Plain]] = {"boolean": _truth, "number": _number, "date": _date}
