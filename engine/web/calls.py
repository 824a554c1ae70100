"""The calls of the API: bytes come in, the object that answers them goes out, or every fault at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import InputFault, Location, Problem, UsageFault, fault, nearest
from engine.evaluation.decision import Decision
from engine.evaluation.dossier import read_dossier
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.inquiry.possible import outlooks, outlooks_of
from engine.inquiry.questions import ALL, Asker
from engine.inquiry.what_if import alternatives
from engine.language.typing import is_date
from engine.policy import loader
from engine.policy.document import Document
from engine.policy.registry import Outside
from engine.report import alternatives_page, outside_page, questions_page, timeline_data
from engine.report.decided import told_case
from engine.report.decision_page import case_object
from engine.report.otherwise_page import possible_objects
from engine.report.say import Say
from engine.web.refusals import problem_object
from engine.words import LANGUAGES

NAME = "body.json"
MEDIA = "application/json"

# What any call may say beside its own keys.
COMMON: Mapping[str, type] = {
    "lang": str,
    "as_of": str,
    "interpret": dict,
    "convention": str,
    "expect_digest": str,
}
_KINDS = {str: "a text", dict: "an object", list: "a list", bool: "true, false"}


@dataclass(frozen=True, slots=True)
class Body:
    """What a call says: the document, and the settings that any call may give."""

    document: Document

    def get(self, key: str) -> Any:
        return self.document.data.get(key)

    @property
    def lang(self) -> str | None:
        lang: str | None = self.get("lang")
        return lang

    @property
    def choices(self) -> dict[str, str]:
        return dict(self.get("interpret") or {})

    @property
    def as_of(self) -> dt.date | None:
        day = self.get("as_of")
        return None if day is None else dt.date.fromisoformat(day)

    def decide(self, session: Session, *under: str | int) -> Decision:
        """The decision on the case that stands ``under`` these keys.

        Raises:
            InputFault: the case is at fault, or was to be decided under other rules.
            UsageFault: an unknown convention, interpretation or choice.
        """
        data = self.document.data
        for key in under:
            data = data[key]
        facts = read_case(data, session.registry.vocabulary, self.document, NAME, under)
        decision = session.decide(facts, self.get("convention"), self.choices, self.as_of)
        self.expect(decision.digest)
        return decision

    def expect(self, digest: str) -> None:
        """Refuses to answer under other rules than were expected.

        Raises:
            InputFault: digest-mismatch.
        """
        wanted = self.get("expect_digest")
        if wanted is not None and wanted != digest:
            raise fault(self.document.at(("expect_digest",)), "digest-mismatch", actual=digest, wanted=wanted)


def read_body(content: bytes, own: Mapping[str, type], needed: Sequence[str]) -> Body:
    """The body of a call with the keys ``own`` beside those of every call, of which some are ``needed``.

    Raises:
        InputFault: with every fault of the text, of its keys and of their kinds.
    """
    document = loader.parse(content, NAME)
    if not isinstance(document.data, Mapping) or not content.lstrip().startswith(b"{"):
        raise fault(document.at(()), "wrong-type", value="…", wanted=_KINDS[dict])
    problems = list(_problems(document, {**COMMON, **own}))
    lacking = (key for key in needed if key not in document.data)
    problems += [Problem(document.at(()), "missing-key", {"key": key}) for key in lacking]
    if problems:
        raise InputFault(problems)
    return Body(document)


def _problems(document: Document, kinds: Mapping[str, type]) -> Iterator[Problem]:
    for key, value in document.data.items():
        kind = kinds.get(key)
        if kind is None:
            values = {"key": key, "allowed": ", ".join(kinds)}
            yield Problem(document.key_at((key,)), "unknown-key", values, nearest(str(key), kinds))
        elif not isinstance(value, kind):
            yield Problem(document.at((key,)), "wrong-type", {"value": key, "wanted": _KINDS[kind]})
        elif wanted := _allowed(key, value):
            yield Problem(document.at((key,)), "wrong-value", {"value": str(value)[:20], "wanted": wanted})


def _allowed(key: str, value: Any) -> str:
    """What a value would have to be, where it is not."""
    if key == "lang" and value not in LANGUAGES:
        return ", ".join(LANGUAGES)
    if key == "as_of" and not is_date(value):
        return "2024-06-22"
    if key == "interpret" and not all(isinstance(choice, str) for choice in value.values()):
        return '{"id": "choice"}'
    return ""


MOST_CASES = 100  # of one evaluate-many

Answering = Callable[[Session, Body, Say], Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A call with a body: its keys, those that it needs, what it answers, and the schema of that."""

    name: str
    keys: Mapping[str, type]
    needed: tuple[str, ...]
    answer: Answering
    schema: str | None
    summary: str


def _evaluate(session: Session, body: Body, say: Say, *under: str | int) -> Any:
    decision = body.decide(session, *(under or ("case",)))
    return case_object(told_case(session, decision, "", body.choices), say)


def _evaluate_many(session: Session, body: Body, say: Say) -> Any:
    cases = body.get("cases")
    if len(cases) > MOST_CASES:
        raise InputFault([Problem(body.document.at(("cases",)), "too-many-cases", {"limit": MOST_CASES})])
    found = []
    for index in range(len(cases)):
        try:
            found.append(_evaluate(session, body, say, "cases", index))
        except Outside as outside:
            found.append(outside_page.data(outside, say))
        except InputFault as error:
            found.append(problem_object(error.problems, say.lang))
    return {"decisions": found}


def _ask(session: Session, body: Body, say: Say) -> Any:
    decision = body.decide(session, "case")
    wanted = body.get("for") or decision.headline.verdict or ALL
    declined = frozenset(str(name) for name in body.get("declined") or ())
    asked = Asker(session).ask(decision, wanted, body.choices, declined)
    possible = outlooks_of(session, decision, [result.id for result in asked.wanted], body.choices)
    commands = questions_page.Commands("", "", "")
    return questions_page.data(questions_page.Questions(asked, commands, "", outlooks=possible), say)


def _possible(session: Session, body: Body, say: Say) -> Any:
    decision, item = body.decide(session, "case"), body.get("item")
    if item is None:
        found = outlooks(session, decision, body.choices)
    else:
        _known(decision.results, item)
        found = outlooks_of(session, decision, [item], body.choices)
    return {"digest": decision.digest, "possible": possible_objects(found, say)}


def _what_if(session: Session, body: Body, say: Say) -> Any:
    decision, item = body.decide(session, "case"), body.get("item")
    _known(decision.results, item)
    found = alternatives(
        session,
        dict(decision.facts),
        item,
        body.get("wish"),
        convention=body.get("convention"),
        interpret=body.choices,
        as_of=body.as_of,
        any_fact=bool(body.get("any_fact")),
    )
    return {"digest": decision.digest, **alternatives_page.data(alternatives_page.WhatIf(found, decision), say)}


def _timeline(session: Session, body: Body, say: Say) -> Any:
    dossier = read_dossier(body.document.part("dossier"), session.registry.vocabulary)
    life = timeline_data.told_life(session, dossier, body.choices, body.as_of, body.get("convention"))
    body.expect(life.timeline.rows[0].decision.digest)
    return timeline_data.data(life, say)


CALLS = (
    Call("evaluate", {"case": dict}, ("case",), _evaluate, "decision", "The decision on a case, with its reasons."),
    Call("evaluate-many", {"cases": list}, ("cases",), _evaluate_many, None, "The decisions on at most 100 cases."),
    Call(
        "ask",
        {"case": dict, "for": str, "declined": list},
        ("case",),
        _ask,
        None,
        "The missing facts, those that decide most first.",
    ),
    Call(
        "possible", {"case": dict, "item": str}, ("case",), _possible, None, "Every value that open results can take."
    ),
    Call(
        "what-if",
        {"case": dict, "item": str, "wish": str, "any_fact": bool},
        ("case", "item"),
        _what_if,
        None,
        "The smallest changes of facts that give an item another value.",
    ),
    Call("timeline", {"dossier": dict}, ("dossier",), _timeline, "timeline", "A contract through its years."),
)


def _known(results: Mapping[str, Any], item: str) -> None:
    if item not in results:
        raise UsageFault(Problem(Location("item"), "unknown-item", {"id": item}, nearest(item, results)))
