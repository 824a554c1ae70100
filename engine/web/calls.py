"""The calls of the API: bytes come in, the object that answers them goes out, or every fault at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.errors import InputFault, Location, Problem, fault, refuse_unknown
from engine.escaping import shortened
from engine.evaluation.decision import Decision
from engine.evaluation.dossier import read_dossier
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.inquiry.possible import outlooks, outlooks_of
from engine.inquiry.questions import ALL, ask
from engine.inquiry.what_if import alternatives
from engine.language.facts import Vocabulary
from engine.policy import loader
from engine.policy.document import Document
from engine.policy.registry import Outside
from engine.policy.schema import Shape, shape, shape_problems
from engine.report import alternatives_page, outside_page, questions_page, timeline_data
from engine.report.decided import told_case
from engine.report.decision_page import case_object
from engine.report.otherwise_page import possible_objects
from engine.report.say import Say
from engine.report.timeline_page import told_life
from engine.web.refusals import problem_object
from engine.words import LANGUAGES

NAME = "body.json"
MEDIA = "application/json"

TEXT, OBJECT, LIST, YES = ({"type": name} for name in ("string", "object", "array", "boolean"))
# What any call may say beside its own keys.
COMMON: Mapping[str, Any] = {
    "lang": {"enum": [*LANGUAGES]},
    "as_of": {"type": "string", "format": "date"},
    "interpret": {"type": "object", "additionalProperties": TEXT},
    "convention": TEXT,
    "expect_digest": TEXT,
}


@dataclass(frozen=True, slots=True)
class Body:
    """What a call says: the document, and the settings that any call may give."""

    document: Document

    def get(self, key: str) -> Any:
        return self.document.data.get(key)

    @property
    def lang(self) -> str | None:
        """The language it asks for, which is that of its refusal as well."""
        lang: object = self.get("lang")
        return lang if isinstance(lang, str) and lang in LANGUAGES else None

    @property
    def choices(self) -> dict[str, str]:
        return dict(self.get("interpret") or {})

    @property
    def as_of(self) -> dt.date | None:
        day = self.get("as_of")
        return None if day is None else dt.date.fromisoformat(day)

    def decide(self, session: Session, *under: str | int) -> Decision:
        """The decision on the case that stands ``under`` these keys; raises as :meth:`expect` does."""
        data = self.document.data
        for key in under:
            data = data[key]
        facts = read_case(data, session.registry.vocabulary, self.document, NAME, under)
        decision = session.decide(facts, self.get("convention"), self.choices, self.as_of)
        self.expect(decision.digest)
        return decision

    def expect(self, digest: str) -> None:
        """Refuses to answer under other rules than were expected; raises InputFault: digest-mismatch."""
        wanted = self.get("expect_digest")
        if wanted is not None and wanted != digest:
            raise fault(self.document.at(("expect_digest",)), "digest-mismatch", actual=digest, wanted=wanted)


def parsed(content: bytes) -> Body:
    """What a call says, an object; raises InputFault: with every fault of the text."""
    document = loader.parse(content, NAME)
    text = content.decode("utf-8-sig").strip()
    if not text.startswith("{"):
        raise fault(document.at(()), "wrong-type", value=shortened(text, 20), wanted="{…}")
    return Body(document)


def check_body(body: Body, call: Call, vocabulary: Vocabulary) -> None:
    """Raises InputFault with every fault of the keys of a body, of their kinds, and of its case or dossier."""
    document = body.document
    problems = [*shape_problems(document, call.shape)]
    if not problems:
        return
    try:
        if isinstance(body.get("case"), Mapping):
            read_case(body.get("case"), vocabulary, document, NAME, ("case",))
        if isinstance(body.get("dossier"), Mapping):
            read_dossier(document.part("dossier"), vocabulary)
    except InputFault as error:
        problems += error.problems
    raise InputFault(problems)


MOST_CASES = 100  # of one evaluate-many

Answering = Callable[[Session, Body, Say], Any]  # its docstring tells programs what it answers


@dataclass(frozen=True)
class Call:
    """A call with a body: its keys, those that it needs, what answers it, and the schema of that."""

    name: str
    own: Mapping[str, Any]
    needed: tuple[str, ...]
    answer: Answering
    schema: str | None = None

    @property
    def summary(self) -> str:
        return self.answer.__doc__ or ""

    @property
    def keys(self) -> Mapping[str, Any]:
        """The keys of the body, each with its schema."""
        return {**self.own, **COMMON}

    @cached_property
    def shape(self) -> Shape:
        """What a body must be; a case and a dossier are read as those of files."""
        return shape(body_schema(self.keys, self.needed))


def body_schema(keys: Mapping[str, Any], needed: Sequence[str]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": [*needed], "properties": dict(keys)}


def _evaluate(session: Session, body: Body, say: Say, *under: str | int) -> Any:
    """The decision on a case, with its reasons."""
    decision = body.decide(session, *(under or ("case",)))
    return case_object(told_case(session, decision, "", body.choices), say)


def _evaluate_many(session: Session, body: Body, say: Say) -> Any:
    """The decisions on at most 100 cases."""
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
    """The missing facts, those that decide most first."""
    decision = body.decide(session, "case")
    wanted = body.get("for") or decision.headline.verdict or ALL
    declined = frozenset(str(name) for name in body.get("declined") or ())
    asked = ask(session, decision, wanted, body.choices, declined)
    possible = outlooks_of(session, decision, [result.id for result in asked.wanted], body.choices)
    return questions_page.data(questions_page.Questions(asked, outlooks=possible), say)


def _possible(session: Session, body: Body, say: Say) -> Any:
    """Every value that open results can take."""
    decision, item = body.decide(session, "case"), body.get("item")
    if item is None:
        found = outlooks(session, decision, body.choices)
    else:
        refuse_unknown(Location("item"), "unknown-item", item, decision.results)
        found = outlooks_of(session, decision, [item], body.choices)
    return {"digest": decision.digest, "possible": possible_objects(found, say)}


def _what_if(session: Session, body: Body, say: Say) -> Any:
    """The smallest changes of facts that give an item another value."""
    decision, item = body.decide(session, "case"), body.get("item")
    refuse_unknown(Location("item"), "unknown-item", item, decision.results)
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
    return {"digest": decision.digest, **alternatives_page.data(found, say)}


def _timeline(session: Session, body: Body, say: Say) -> Any:
    """A contract through its years."""
    dossier = read_dossier(body.document.part("dossier"), session.registry.vocabulary)
    life = told_life(session, dossier, body.choices, body.as_of, body.get("convention"))
    body.expect(life.timeline.rows[0].decision.digest)
    return timeline_data.data(life, say)


CALLS = (
    Call("evaluate", {"case": OBJECT}, ("case",), _evaluate, "decision"),
    Call("evaluate-many", {"cases": LIST}, ("cases",), _evaluate_many),
    Call("ask", {"case": OBJECT, "for": TEXT, "declined": LIST}, ("case",), _ask),
    Call("possible", {"case": OBJECT, "item": TEXT}, ("case",), _possible),
    Call("what-if", {"case": OBJECT, "item": TEXT, "wish": TEXT, "any_fact": YES}, ("case", "item"), _what_if),
    Call("timeline", {"dossier": OBJECT}, ("dossier",), _timeline, "timeline"),
)
