"""Compares the oracle with the evaluator: a session and cases come in, every item on which they differ goes out."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import oracle
from random_cases import random_facts

from engine.errors import InputFault
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.values import NOT_APPLICABLE, UNDETERMINED
from engine.policy.loader import load
from engine.policy.model import Convention
from engine.policy.reading import load_registry, standing_text

SEED = 20240622
KINDS = ("parameter", "table", "quantity", "criterion", "outcome", "payment")


@cache
def plain_data(root: Path) -> dict[str, dict[str, Any]]:
    """Every convention as plain data, as the oracle reads it; one that amends another as it then stands."""
    books: dict[str, dict[str, Any]] = {}
    registry = load_registry(root)
    for head in sorted(root.glob("*/convention.yaml")):
        data = load(head).data
        files = {path.name: load(path).data for path in sorted(head.parent.glob("*.yaml")) if path != head}
        if "amends" in data:
            text = standing_text(registry, data["id"])
            data, files = text.head.data, {name: document.data for name, document in text.files.items()}
        books[data["id"]] = {"convention": data, "files": files}
    return books


def differences(
    session: Session, books: Mapping[str, Any], convention: Convention, facts: Facts, choices: Mapping[str, str]
) -> Iterator[str]:
    """Every item on which the evaluator and the oracle differ, in words."""
    settled = session.settled(facts, choices, convention.id)
    overlays = [(overlay_data(books[later.id], overlay.id), books[later.id]) for later, overlay in settled.laid]
    vocabulary = session.registry.vocabulary
    absent = frozenset(name for name, fact in vocabulary.facts.items() if fact.absence_answers)
    reading = oracle.Reading(books[convention.id], facts, choices, absent, overlays)
    try:
        expected: Any = reading.results()
    except LookupError as error:
        expected = str(error.args[0])
    try:
        program, run = settled.program, settled.run()
    except InputFault as error:
        if expected != error.problems[0].code:
            yield f"{error.problems[0].code} but the oracle says {expected}"
        return
    if isinstance(expected, str):
        yield f"the oracle says {expected}"
        return
    kinds = {compiled.step.item.id: compiled.step.item.kind for compiled in program.steps}
    for id_, (value, _, missing, _) in run.answers.items():
        if id_ not in expected or kinds[id_] not in KINDS:
            continue
        names = frozenset(name for i, name in enumerate(program.names.facts) if missing >> i & 1)
        mine = (
            ("undetermined", names)
            if value is UNDETERMINED
            else ("not_applicable", None)
            if value is NOT_APPLICABLE
            else ("known", value)
        )
        if mine != expected[id_]:
            yield f"{id_}: {mine} but the oracle says {expected[id_]}"


def overlay_data(book: Mapping[str, Any], id_: str) -> Mapping[str, Any]:
    overlays = (overlay for file in book["files"].values() for overlay in file.get("overlays", ()))
    return next(overlay for overlay in overlays if overlay["id"] == id_)


def random_differences(session: Session, books: dict[str, dict[str, Any]], count: int) -> Iterator[str]:
    """Differences over ``count`` seeded cases, spread over the conventions, interpretations drawn too."""
    conventions = list(session.registry.conventions.values())
    for number in range(count):
        rng = random.Random(SEED + number)
        convention = conventions[number % len(conventions)]
        last = convention.signed_before or dt.date(2026, 12, 31)
        facts = random_facts(rng, session.registry.vocabulary, convention.beneficiary, convention.signed_from, last)
        choices = {
            id_: rng.choice(list(choice)) if rng.random() < 0.3 else default
            for id_, choice, default in open_questions(session, convention)
        }
        for difference in differences(session, books, convention, facts, choices):
            yield f"case {number} of {convention.id}: {difference}"


def open_questions(session: Session, convention: Convention) -> Iterator[tuple[str, list[str], str]]:
    plan = session.program(convention, ()).plan
    for id_, question in plan.interpretations.items():
        yield id_, list(question.choices), question.default
