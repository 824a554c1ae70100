"""The calls of the API: bytes come in, the object that answers them goes out, or every fault at once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import InputFault, Location, Problem, fault, nearest, refuse_unknown, wrong
from engine.escaping import shortened
from engine.evaluation.decision import Decision
from engine.evaluation.dossier import read_dossier
from engine.evaluation.facts import at_its_places, read_case
from engine.evaluation.session import Session
from engine.evaluation.timeline import timeline
from engine.inquiry.questions import ALL, ask, outlooks
from engine.inquiry.what_if import alternatives
from engine.language.facts import Vocabulary
from engine.policy import loader
from engine.policy.document import Document, unplaced
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
class CallBody:
    """What a call says, under the rules of a session, and the words of its answer."""

    session: Session
    document: Document
    say: Say

    def get(self, key: str) -> Any:
        return self.document.data.get(key)

    @property
    def choices(self) -> dict[str, str]:
        return dict(self.get("interpret") or {})

    @property
    def as_of(self) -> dt.date | None:
        day = self.get("as_of")
        return None if day is None else dt.date.fromisoformat(day)

    def decide(self, *under: str | int) -> Decision:
        """The decision on the case that stands ``under`` these keys; raises as :meth:`expect` does."""
        case = self.document.part(*under)
        facts = read_case(case, self.session.registry.vocabulary)
        with at_its_places(case):
            decision = self.session.decide(facts, self.get("convention"), self.choices, self.as_of)
        self.expect(decision.digest)
        return decision

    def expect(self, digest: str) -> None:
        """Refuses to answer under other rules than were expected; raises InputFault: digest-mismatch."""
        wanted = self.get("expect_digest")
        if wanted is not None and wanted != digest:
            raise fault(self.document.at(("expect_digest",)), "digest-mismatch", actual=digest, wanted=wanted)


def placed(problem: Problem, document: Document) -> Problem:
    """A problem of what a call asks for beside its case, at the key that says it."""
    asked: list[tuple[tuple[str, ...], object]] = [((key,), value) for key, value in document.data.items()]
    for pair in (document.data.get("interpret") or {}).items():
        asked += ((("interpret", pair[0]), each) for each in pair)
    told = [value for value in problem.values.values() if isinstance(value, str)]
    return next((replace(problem, location=document.at(key)) for key, value in asked if value in told), problem)


def parsed(content: bytes) -> Document:
    """What a call says, an object; raises InputFault: with every fault of the text."""
    try:
        text = content.decode().removeprefix("\ufeff").strip()
        json.loads(text or "{}")  # strictly: files are YAML as well
    except UnicodeDecodeError as error:
        raise fault(Location(NAME, 1 + content.count(b"\n", 0, error.start), 1), "request-json") from None
    except json.JSONDecodeError as error:
        raise fault(Location(NAME, error.lineno, error.colno), "request-json") from None
    except (ValueError, RecursionError):
        pass  # a number or a depth, which is told with its place below
    if text and not text.startswith("{"):
        raise fault(Location(NAME, 1, 1), "wrong-type", value=shortened(text, 20), wanted="{…}")
    return loader.parse(content, NAME)


def asked_in(query: Mapping[str, str]) -> str | None:
    """The language that an address asks for; raises InputFault: there is none such, or another parameter."""
    if problems := shape_problems(unplaced({**query}, Location("request")), ADDRESS):
        raise InputFault(problems)
    return query.get("lang")


def check(document: Document, call: Call, vocabulary: Vocabulary) -> None:
    """Raises InputFault with every fault of the keys of a call, of their kinds, and of its case or dossier."""
    problems, data = [*shape_problems(document, call.shape)], document.data
    if not problems:
        return
    try:
        if isinstance(data.get("case"), Mapping):
            read_case(document.part("case"), vocabulary)
        if isinstance(data.get("dossier"), Mapping):
            read_dossier(document.part("dossier"), vocabulary)
    except InputFault as error:
        problems += error.problems
    raise InputFault(problems)


MOST_CASES = 100  # of one evaluate-many

Answering = Callable[[CallBody], Any]  # its name is that of the call, its docstring tells programs what it answers


@dataclass(frozen=True, slots=True)
class Call:
    """A call with a body: its name, what it answers, the keys that it may give and needs, and the schema of the answer.

    ``shape`` is what a body must be; a case and a dossier are read as those of files.
    """

    name: str
    summary: str
    keys: Mapping[str, Any]
    needed: Sequence[str]
    answer: Answering
    schema: str | None
    shape: Shape


def _call(answer: Answering, own: Mapping[str, Any], *needed: str, schema: str | None = None) -> Call:
    name, keys = answer.__name__.strip("_").replace("_", "-"), {**own, **COMMON}
    return Call(name, answer.__doc__ or "", keys, needed, answer, schema, shape(body_schema(keys, needed)))


def body_schema(keys: Mapping[str, Any], needed: Sequence[str]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": [*needed], "properties": dict(keys)}


ADDRESS = shape(body_schema({"lang": COMMON["lang"]}, ()))  # the parameters of an address


def _evaluate(asked: CallBody, *under: str | int) -> Any:
    """The decision on a case, with its reasons."""
    decision = asked.decide(*(under or ("case",)))
    return case_object(told_case(asked.session, decision), asked.say)


def _evaluate_many(asked: CallBody) -> Any:
    """The decisions on at most 100 cases."""
    cases = asked.get("cases")
    if len(cases) > MOST_CASES:
        raise fault(asked.document.at(("cases",)), "too-many-cases", limit=MOST_CASES)
    found = []
    for index in range(len(cases)):
        try:
            found.append(_evaluate(asked, "cases", index))
        except Outside as outside:
            found.append(outside_page.data(outside, asked.say))
        except InputFault as error:
            found.append(problem_object(error.problems, asked.say.lang))
    return {"decisions": found}


def _ask(asked: CallBody) -> Any:
    """The missing facts, those that decide most first."""
    decision = asked.decide("case")
    wanted = asked.get("for") or decision.headline.verdict or ALL
    declined, known = asked.get("declined") or (), asked.session.registry.vocabulary.facts
    places = ((asked.document.at(("declined", place)), name) for place, name in enumerate(declined))
    problems = [wrong(at, "unknown-fact", nearest(name, known), name=name) for at, name in places if name not in known]
    if problems:
        raise InputFault(problems)
    found = ask(asked.session, decision, wanted, frozenset(declined))
    possible = outlooks(asked.session, decision, [result.id for result in found.wanted])
    questions = questions_page.Questions(found, outlooks=possible)
    return {"digest": decision.digest, **questions_page.data(questions, asked.say)}


def _possible(asked: CallBody) -> Any:
    """Every value that open results can take."""
    decision, item = asked.decide("case"), asked.get("item")
    if item is not None:
        refuse_unknown(Location("item"), "unknown-item", item, decision.results)
    found = outlooks(asked.session, decision, None if item is None else [item])
    return {"digest": decision.digest, "possible": possible_objects(found, asked.say)}


def _what_if(asked: CallBody) -> Any:
    """The smallest changes of facts that give an item another value."""
    decision, item, wish = asked.decide("case"), asked.get("item"), asked.get("wish")
    refuse_unknown(Location("item"), "unknown-item", item, decision.results)
    found = alternatives(asked.session, decision, item, wish, any_fact=bool(asked.get("any_fact")))
    return {"digest": decision.digest, **alternatives_page.data(found, asked.say)}


def _timeline(asked: CallBody) -> Any:
    """A contract through its years."""
    dossier = read_dossier(asked.document.part("dossier"), asked.session.registry.vocabulary)
    with at_its_places(asked.document.part("dossier", "case")):
        life = timeline(asked.session, dossier, asked.get("convention"), asked.choices, asked.as_of)
    asked.expect(life.rows[0].decision.digest)
    return timeline_data.data(told_life(asked.session, life), asked.say)


CALLS = (
    _call(_evaluate, {"case": OBJECT}, "case", schema="decision"),
    _call(_evaluate_many, {"cases": LIST}, "cases"),
    _call(_ask, {"case": OBJECT, "for": TEXT, "declined": LIST | {"items": TEXT}}, "case"),
    _call(_possible, {"case": OBJECT, "item": TEXT}, "case"),
    _call(_what_if, {"case": OBJECT, "item": TEXT, "wish": TEXT, "any_fact": YES}, "case", "item"),
    _call(_timeline, {"dossier": OBJECT}, "dossier", schema="timeline"),
)
