"""The state of a page is its address: the parameters of a request come in, answers and choices go out, and back.

An address holds what was answered, one parameter a fact, in the order of the case schema; "?" for what is not known.
A sensitive fact never stands in one: it travels in the body of a form.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from engine.errors import Location, Problem
from engine.evaluation.facts import Facts, read_named
from engine.language.facts import BENEFICIARY, SIGNATURE, Vocabulary
from engine.language.typing import is_date
from engine.language.values import Scalar, as_written
from engine.policy.document import unplaced
from engine.policy.registry import Registry
from engine.report.values import to_json
from engine.web.refusals import expect_body, refused
from engine.words import LANGUAGES

MAX_ADDRESS = 4096  # characters of a path with its parameters
MAX_PARAMETERS = 200
FORM = "application/x-www-form-urlencoded"
UNKNOWN = "?"
LANG, DAY, ASKED, RULES, NOT_KNOWN = ("lang", "au", "q", "r", "inconnu")
READING, TEXT, EMBED = ("lecture.", "texte", "embed")
DIGEST_SHOWN = 12

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class UnreadAnswer:
    """An answer that cannot be taken, as it was written, and what the reader of cases says of it."""

    written: str
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a page was asked: facts, those not known, readings, the day, the question to show, and what was dropped.

    A page that is ``embedded`` stands in a frame on another's, and has no menu.
    """

    vocabulary: Vocabulary = field(repr=False, compare=False)
    lang: str
    facts: Facts
    declined: frozenset[str] = frozenset()
    choices: Mapping[str, str] = field(default_factory=dict)
    as_of: dt.date | None = None
    asked: str | None = None
    rules: str | None = None
    faults: Mapping[str, UnreadAnswer] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    embedded: bool = False

    @property
    def answered(self) -> list[str]:
        """The facts answered or declined, in the order of the schema; who signs only where it is not the usual one."""
        names = (name for name in self.vocabulary.facts if name in self.facts or name in self.declined)
        return [name for name in names if self.facts.get(name) != self.vocabulary.beneficiary]

    @property
    def sensitive(self) -> list[str]:
        """The facts given that must not stand in an address."""
        return [name for name in self.facts if self.vocabulary.facts[name].sensitive]

    def pairs(self, *, whole: bool = False) -> list[tuple[str, str]]:
        """The parameters of the address in their order; ``whole`` with those that only a form may carry."""
        facts, day = self.vocabulary.facts, None if self.as_of is None else self.as_of.isoformat()
        named = (name for name in self.answered if whole or not facts[name].sensitive)
        found = [(name, UNKNOWN if name in self.declined else written(self.facts[name])) for name in named]
        found += [(READING + id_, choice) for id_, choice in sorted(self.choices.items())]
        others = ((DAY, day), (ASKED, self.asked), (RULES, self.rules))
        return [*found, *((name, text) for name, text in others if text is not None), *self.kept]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What every address keeps: the language where it is not the usual one, and that a page is embedded."""
        lang = [] if self.lang == LANGUAGES[0] else [(LANG, self.lang)]
        return [*lang, (EMBED, "1")] if self.embedded else lang

    def query(self) -> str:
        return urlencode(self.pairs(), safe="?/:")

    def changed(self, changes: Mapping[str, str | None]) -> State:
        """The same in another language, with another question shown or another reading taken."""
        choices = {key.removeprefix(READING): text for key, text in changes.items() if key.startswith(READING) and text}
        return replace(
            self,
            lang=changes.get(LANG) or self.lang,
            asked=changes.get(ASKED, self.asked),
            rules=changes.get(RULES, self.rules),
            choices={**self.choices, **choices},
        )

    def without(self, *names: str) -> State:
        """The same without answers to these facts."""
        facts = {name: value for name, value in self.facts.items() if name not in names}
        return replace(self, facts=facts, declined=self.declined - set(names))


def written(value: Scalar) -> str:
    """A fact's value as an address holds it."""
    return as_written(to_json(value, None))


def read_state(pairs: Pairs, registry: Registry, lang: str) -> State:
    """The state that parameters describe; what cannot be read is a fault of the state, never an exception."""
    vocabulary = registry.vocabulary
    given = dict(pairs)
    declined = {name for name, text in given.items() if text.strip() == UNKNOWN and name in vocabulary.facts}
    declined |= {*_not_known(given), *_told_otherwise(given, vocabulary)} & vocabulary.facts.keys()
    declined.discard(SIGNATURE)  # without which nothing can be said
    stated = {name: text for name, text in given.items() if name in vocabulary.facts and name not in declined}
    stated = {name: text for name, text in stated.items() if text.strip()}
    facts, problems = read_named(unplaced(stated, Location("case")), vocabulary)
    unread = {str(problem.values["name"]): problem for problem in problems}
    faults = {name: UnreadAnswer(stated[name], problem) for name, problem in unread.items()}
    readings = {key.removeprefix(READING): text for key, text in given.items() if key.startswith(READING)}
    asked_of = [question for each in registry.conventions.values() for question in each.interpretations.values()]
    known_choices = {(question.id, choice) for question in asked_of for choice in question.choices}
    choices = dict(pair for pair in readings.items() if pair in known_choices)
    day, asked, lang_ = given.get(DAY, ""), given.get(ASKED), given.get(LANG, lang)
    known = {*vocabulary.facts, *(READING + id_ for id_ in choices), LANG, DAY, ASKED, RULES, NOT_KNOWN, EMBED}
    return State(
        vocabulary=vocabulary,
        lang=lang_ if lang_ in LANGUAGES else lang,
        facts={BENEFICIARY: vocabulary.beneficiary, **facts} if stated else facts,
        declined=frozenset(declined),
        choices=choices,
        as_of=dt.date.fromisoformat(day) if is_date(day) else None,
        asked=asked if asked in vocabulary.facts else None,
        rules=given.get(RULES, "")[:DIGEST_SHOWN] or None,
        faults=faults,
        embedded=given.get(EMBED) == "1",
        dropped=tuple(key for key in given if key not in known),
    )


def _not_known(given: Mapping[str, str]) -> set[str]:
    """The facts of a form that is sent with "I don't know": the one asked for, or of several those left empty."""
    names = [name for name in given.get(NOT_KNOWN, "").split(",") if name]
    return {name for name in names if len(names) == 1 or not given.get(name, "").strip()}


def _told_otherwise(given: Mapping[str, str], vocabulary: Vocabulary) -> Iterator[str]:
    """The facts of a form that are left empty where what may be known in their place is given."""
    for name, fact in vocabulary.facts.items():
        if fact.either and not given.get(name, UNKNOWN).strip() and given.get(fact.either, "").strip():
            yield name


async def pairs_of(request: Request) -> Pairs:
    """The parameters of an address and a form; raises Refused: they cannot be read, or one is given twice.

    The language that they name is that of a refusal as well.
    """
    pairs = _read(request.scope["query_string"].decode("latin-1"))
    if request.method == "POST":
        expect_body(request.headers, FORM)
        pairs = [*pairs, *_read((await request.body()).decode("latin-1"))]
    request.scope[LANG] = next((value for name, value in pairs if name == LANG and value in LANGUAGES), None)
    names = [name for name, _ in pairs]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise refused("request-repeated", name=", ".join(repeated[:8]))
    return pairs


def _read(text: str) -> Pairs:
    """The parameters of a query or form; raises Refused: it is not in UTF-8, or has too many parameters."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except (UnicodeDecodeError, ValueError):
        raise refused("request-form") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise refused("request-form")
    return pairs
