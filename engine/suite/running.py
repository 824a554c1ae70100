"""Runs the policies' own test suites: tests/*_test.yaml come in, one outcome per case with its differences goes out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.errors import InputFault, Location, Problem, UsageFault, fault, nearest, unknown
from engine.evaluation.decision import Decision, OverlayUse
from engine.evaluation.facts import Facts, read_case
from engine.evaluation.session import Session
from engine.language.facts import SIGNATURE
from engine.language.pieces import Piece
from engine.language.values import as_written, exact
from engine.policy.checks.citations import unread_suites
from engine.policy.document import Document, document_of
from engine.policy.items import KINDS
from engine.policy.loader import load
from engine.policy.places import SUITE, TESTS
from engine.policy.reading import load_shape
from engine.policy.registry import Registry
from engine.policy.schema import as_meant
from engine.suite.names import names_of, unknown_names

NOTHING = "—"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,16})(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class PolicyCase:
    """One case of a suite: the facts, how to decide them, and what is expected (the entry as written).

    ``overtaken``: a later text begins on or before the day of its signature, and ended the window of the one it tests.
    ``unknown``: what is expected of an item or fact that nothing has, at its place.
    """

    suite: str
    name: str
    at: Location
    convention: str
    facts: Facts
    entry: Mapping[str, Any]
    overtaken: bool = False
    unknown: tuple[Problem, ...] = ()

    @property
    def forced(self) -> str | None:
        """The convention to decide it under, whatever its date: a test of a text stays one when a later text comes."""
        return self.convention if self.overtaken else None

    @property
    def as_of(self) -> dt.date | None:
        """The day asked about."""
        return dt.date.fromisoformat(self.entry["as_of"]) if "as_of" in self.entry else None


@dataclass(frozen=True, slots=True)
class Difference:
    """What was expected of an item and what came out instead, both as text."""

    subject: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """A case passed if it has no difference and no problem; ``overlays`` are those that it was decided under."""

    case: PolicyCase
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...] = ()
    overlays: tuple[OverlayUse, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.differences and not self.problems


def suite_files(root: Path) -> list[Path]:
    """Every test file of every convention, in order."""
    return sorted(root.glob(f"*/{TESTS}/{SUITE}"))


def read_cases(session: Session, wanted: str | None = None) -> list[PolicyCase]:
    """The test cases under the policies folder whose suite, name or file contains ``wanted``.

    Raises:
        InputFault: with every fault of the test files, and those that would not be run for their name.
    """
    cases, problems = _read(session)
    if problems:
        raise InputFault(problems)
    addresses = (f"{case.at.file}::{case.suite}::{case.name}".lower() for case in cases)
    return [case for case, address in zip(cases, addresses, strict=True) if wanted is None or wanted.lower() in address]


def suite_problems(session: Session) -> tuple[list[PolicyCase], list[Problem]]:
    """All cases; every fault of the test files, with names that they give and nothing has, where these first stand."""
    cases, problems = _read(session)
    named: dict[object, Problem] = {}
    for each in (problem for case in cases for problem in case.unknown):
        named.setdefault((each.location.file, each.code, str(each.values)), each)
    return [] if problems else cases, [*problems, *named.values()]


def _read(session: Session) -> tuple[list[PolicyCase], list[Problem]]:
    suite = load_shape("suite")
    problems = unread_suites(session.registry.root)
    cases: list[PolicyCase] = []
    for path in suite_files(session.registry.root):
        try:
            written = load(path)
            if isinstance(written.data, dict) and {*written.data} <= KINDS.keys():  # rules under the name of a suite
                raise fault(Location(written.name), "file-unread", name=path.name, wanted="*.yaml")
            document, found, _ = as_meant(written, suite)
            problems.extend(found)
            if document is not None:
                cases.extend(_cases(document, path.parent.parent.name, session, problems))
        except InputFault as error:
            problems.extend(error.problems)
    return cases, problems


def _cases(document: Document, folder: str, session: Session, problems: list[Problem]) -> Iterator[PolicyCase]:
    data, root = document.data, document.root()
    suite = data["suite"]
    names = names_of(session.registry)
    taken: dict[str, Location] = {}
    for index, entry in enumerate(data["cases"]):
        at = document.at(("cases", index, "name"))
        if taken.setdefault(entry["name"], at) != at:
            problems.append(Problem(at, "case-repeated", {"name": entry["name"], "place": str(taken[entry["name"]])}))
        stated = _stated(root["base"], root["cases"].value[index])
        try:
            facts = read_case(document_of(stated), session.registry.vocabulary)
        except InputFault as error:
            problems.extend(each for each in error.problems if each not in problems)
            continue
        convention = entry.get("convention") or data.get("convention") or folder
        named = document.at(("cases", index, "convention") if "convention" in entry else ("convention",))
        texts = session.registry.conventions
        told = unknown(named, "unknown-convention", convention, texts, known=", ".join(texts))
        problems.extend(each for each in told if each not in problems)
        overtaken = _overtaken(session.registry, convention, facts)
        nothing = tuple(unknown_names(names, document, index))
        yield PolicyCase(suite, entry["name"], at, convention, facts, entry, overtaken, nothing)


def _overtaken(registry: Registry, convention: str, facts: Facts) -> bool:
    """Whether the contract comes under a later text that ended the window of ``convention``."""
    text, signature = registry.conventions.get(convention), facts.get(SIGNATURE)
    end = text.signed_before if text is not None and text.overtaken else None
    return end is not None and isinstance(signature, dt.date) and signature >= end


def _stated(base: Piece, entry: Piece) -> Piece:
    """The case of a test, each fact at its place: the base of its suite without some facts and with others."""
    given = entry.entries("given")
    gone = {*entry.get("without", ()), *given}
    kept = {name: part for name, part in base.value.items() if name not in gone}
    for group, part in kept.items():
        if isinstance(part.value, dict):
            kept[group] = part.of({key: each for key, each in part.value.items() if f"{group}.{key}" not in gone})
    return entry["name"].of(kept | given)


def run_case(session: Session, case: PolicyCase) -> CaseOutcome:
    """Decides a case and compares it with what it expects."""
    entry = case.entry
    try:
        decision = session.decide(case.facts, case.forced, entry.get("interpret"), case.as_of, False, subjects(entry))
    except InputFault as error:
        return CaseOutcome(case, (), error.problems)
    except UsageFault as error:
        return CaseOutcome(case, (), case.unknown or tuple(replace(each, location=case.at) for each in error.problems))
    problems = list(case.unknown)
    differences = tuple(_differences(case, decision, problems))
    return CaseOutcome(case, differences, tuple(problems), tuple(decision.overlays))


def subjects(entry: Mapping[str, Any]) -> list[str]:
    """The items of which a test expects something."""
    keys = ("expect", "derogation", "due", "warnings", "no_warnings")
    return [id_ for key in keys for id_ in entry.get(key, ())]


def _differences(case: PolicyCase, decision: Decision, problems: list[Problem]) -> Iterator[Difference]:
    entry = case.entry
    if decision.convention.id != case.convention:
        yield Difference("convention", case.convention, decision.convention.id)
    known = {*decision.results, *(line.id for line in decision.obligations)}
    told = {problem.values.get("id") for problem in problems}
    for id_ in entry["expect"]:
        if id_ not in known and id_ not in told:
            problems.append(Problem(case.at, "unknown-item", {"id": id_}, nearest(id_, known, problems)))
    found = answers(restated(entry, decision))
    for subject, expected in answers(entry).items():
        if found[subject] != expected and (subject in known or subject not in entry["expect"]):
            yield Difference(subject, expected, found[subject])
    overlays = sorted(use.id for use in decision.overlays)
    if "overlays" in entry and sorted(entry["overlays"]) != overlays:
        yield Difference("overlays", ", ".join(entry["overlays"]), ", ".join(overlays))


def restated(entry: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    """What a test would expect of its subjects as they were decided."""
    statuses = {line.id: line.status for line in decision.obligations}
    waiting: set[str] = set()
    told: dict[str, Any] = {"expect": {}}
    for id_ in entry["expect"]:
        result = decision.results.get(id_)
        if id_ in statuses or result is None:
            told["expect"][id_] = statuses.get(id_, NOTHING)
            continue
        waiting.update(result.missing if result.status == "undetermined" else ())
        told["expect"][id_] = unquoted(shown(result.value)) if result.status == "known" else result.status
    for line in decision.payments:
        waiting.update(line.due_missing if line.result.id in entry.get("due", ()) else ())
    if "missing" in entry:
        told["missing"] = sorted(waiting)
    dues = {line.result.id: line.due for line in decision.payments} | {o.id: o.due for o in decision.obligations}
    days = {id_: "undetermined" if day is None else shown(day) for id_, day in dues.items()}
    derogations = {id_: result.derogation for id_, result in decision.results.items() if result.derogation}
    for key, given in (("due", days), ("derogation", derogations)):
        if key in entry:
            told[key] = {id_: given.get(id_, NOTHING) for id_ in entry[key]}
    for id_ in (*entry.get("warnings", ()), *entry.get("no_warnings", ())):
        warned = id_ in decision.results and bool(decision.results[id_].warnings)
        told.setdefault("warnings" if warned else "no_warnings", []).append(id_)
    return told


def answers(told: Mapping[str, Any]) -> dict[str, str]:
    """What a test expects, as one text for each subject."""
    found = {id_: shown(value) for id_, value in told["expect"].items()}
    found |= {"missing": ", ".join(sorted(told["missing"]))} if "missing" in told else {}
    for key in ("due", "derogation"):
        found |= {f"{id_}: {key}": str(value) for id_, value in told.get(key, {}).items()}
    found |= {f"{id_}: warning": "warning" for id_ in told.get("warnings", ())}
    return found | {f"{id_}: warning": NOTHING for id_ in told.get("no_warnings", ())}


def unquoted(text: str) -> str | int | Decimal:
    """A value as a list of differences holds it: a number without quotes."""
    return text if not _NUMBER.fullmatch(text) else Decimal(text) if "." in text else int(text)


def shown(value: Any) -> str:
    """A value as a test file writes it, a number always in the same way."""
    try:
        return as_written(value if isinstance(value, bool) else exact(Fraction(value)))
    except (ValueError, TypeError, ZeroDivisionError):
        return NOTHING if value is None else as_written(value)
