"""What open results can still be: every value, in words and in data, only where asked for."""

from __future__ import annotations

import datetime as dt
import functools
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from command import CASES, ROOT, avenant, refused
from jsonschema import Draft7Validator

from engine.evaluation.decision import Decision
from engine.evaluation.session import Session
from engine.inquiry import questions
from engine.inquiry.questions import Outlook
from engine.language.values import NOT_APPLICABLE


@pytest.fixture(scope="module", autouse=True)
def found_once() -> Iterator[None]:
    """What the results of a case can still be is found once: each test looks at what is said of it."""
    known: dict[object, tuple[Outlook, ...]] = {}
    find = questions.outlooks

    def outlooks(
        session: Session,
        decision: Decision,
        items: Sequence[str] | None = None,
        *,
        effort: int | None = None,
    ) -> tuple[Outlook, ...]:
        key = (frozenset(decision.facts.items()), items and tuple(items), effort)
        if key not in known:
            known[key] = find(session, decision, items, effort=effort)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(questions, "outlooks", outlooks)
        yield


def said(name: str, *options: str, item: str | None = None) -> str:
    """What is said of a case, or of one ``item`` of it."""
    command = ["evaluate", str(CASES / name)] if item is None else ["explain", str(CASES / name), item]
    result = avenant(*command, "--possible", "--lang", "fr", *options)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


@functools.cache
def object_of(name: str, *options: str) -> dict[tuple[str, int | None], Any]:
    data = json.loads(said(name, "--format", "json", *options))
    schema = json.loads((ROOT / "schemas" / "decision.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(data)] == []
    return {(outlook["result"], outlook["annee"]): outlook for outlook in data["possible"]}


@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_the_amounts_of_the_published_example_are_those_worked_out_by_hand(format_: str) -> None:
    page = said("published_example_2019.yaml", "--format", format_)
    assert "9 000 € ou 12 000 €" in page
    assert "7 000 €, 8 350 € ou 12 000 €" in page


def left_of(item: str) -> Any:
    """What is left of one item where the ninetieth percentile is not known."""
    (found,) = json.loads(said("p90_unknown.yaml", "--format", "json", item=item))["possible"]
    return found


def test_a_result_of_which_two_values_are_left_has_both() -> None:
    amount = left_of("aide.montant_annuel")
    assert [value["value"] for value in amount["values"]] == ["11000.00", "13000.00"]
    assert (amount["complete"], amount["decided"], amount["range"]) == (True, True, False)
    page = said("p90_unknown.yaml", item="aide.montant_annuel")
    assert "Ce que les résultats ouverts peuvent encore valoir" in page


def test_more_numbers_than_are_told_are_a_range() -> None:
    objective = left_of("objectif.mt")
    assert objective["range"]
    assert len(objective["values"]) == 2
    assert "tout nombre : aucune borne n'est publiée" in said("p90_unknown.yaml", item="objectif.mt")


def test_what_a_small_budget_leaves_open_is_said_of_each_result() -> None:
    found = object_of("p90_unknown.yaml", "--effort", "1")
    assert not any(outlook["decided"] or outlook["complete"] for outlook in found.values())
    assert "budget du solveur épuisé : 1" in said("p90_unknown.yaml", "--effort", "1")


def test_a_budget_alone_is_refused() -> None:
    assert "--possible" in refused(avenant("evaluate", str(CASES / "p90_unknown.yaml"), "--effort", "9"), 2)


def test_without_the_option_no_module_of_the_solver_is_loaded() -> None:
    case = str(CASES / "p90_unknown.yaml")
    program = "import sys; from engine.cli import main; sys.argv[1:] = ['evaluate', sys.argv[1]]\n"
    program += (
        "try: main()\nexcept SystemExit: pass\nprint([n for n in sys.modules if n == 'z3' or 'engine.proof' in n])"
    )
    done = subprocess.run([sys.executable, "-c", program, case], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_result_that_may_not_apply_yet_can_be_all_that_items_below_it_could_be(session: Session) -> None:
    own: dict[str, Any] = {"beneficiaire": "medecin_liberal"}
    facts = own | {"contrat.date_signature": dt.date(2025, 1, 15), "contrat.annee": 2}
    (amount,) = questions.outlooks(session, session.decide(facts), ["aide.montant_annuel"])
    assert [value for value in amount.possible.values if value != NOT_APPLICABLE] == [14000, 19000, 28000, 38000]
    facts = own | {"contrat.date_signature": dt.date(2023, 9, 15)}  # of a specialty untold
    (objective,) = questions.outlooks(session, session.decide(facts), ["objectif.mt"])
    assert (objective.possible.values, objective.possible.complete) == ((0, 100000), False)
