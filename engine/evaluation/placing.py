"""Where a case is stated: faults met while it is decided come in, the same at their places in the document go out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from engine.errors import InputFault, Problem
from engine.evaluation.results import CONTRADICTION
from engine.language.facts import SIGNATURE
from engine.policy.document import Document
from engine.policy.offers import NOT_OFFERED
from engine.policy.registry import Outside


@contextlib.contextmanager
def at_its_places(document: Document) -> Iterator[None]:
    """Turns faults met while a case is decided into faults of the document that states it."""
    try:
        yield
    except Outside:
        raise
    except InputFault as error:
        raise InputFault(_of_case(problem, document) for problem in error.problems) from None


def _of_case(problem: Problem, document: Document) -> Problem:
    """A date without rules, and facts that contradict each other, are faults of the case."""
    named = str(problem.values.get("name"))
    at_fault = {"no-convention": SIGNATURE, CONTRADICTION: named, NOT_OFFERED: named}.get(problem.code)
    return problem if at_fault is None else replace(problem, location=document.at((*at_fault.split("."),)))
