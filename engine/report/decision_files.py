"""Decisions as rows of CSV: cases come in, and a row for each goes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.escaping import in_cell
from engine.evaluation.decision import Decision, Result, left_values
from engine.evaluation.session import YEARS_SHOWN
from engine.policy.model import CONSISTENCY, UNMET, WARNED
from engine.report.decided import Decided, Undecided, unsaid_ids
from engine.report.reasons import why
from engine.report.say import Say
from engine.report.values import to_json


def decisions_csv(cases: Iterable[Decided | Undecided], say: Say) -> str:
    """One row a case under item ids: amounts in euros, ``undetermined`` written out, beside it the reason.

    ``ID.1`` to ``ID.5`` hold the most that each contract year pays, where the case has no year of its own;
    of a refused case the verdict alone is told. What heads a page stands in columns of ids, named as in a batch;
    a case outside the texts has the id of what is known of it.
    """
    return rows_csv([_row(case, say) for case in cases])


def _row(case: Decided | Undecided, say: Say) -> dict[str, Any]:
    if isinstance(case, Undecided):
        return {"case": in_cell(case.title), "convention": case.outside.window.id}
    decision = case.decision
    row: dict[str, Any] = {"case": in_cell(case.title), "convention": decision.convention.id, "digest": decision.digest}
    row |= remark_cells(decision)
    maximum, refused = decision.headline.maximum, decision.refused
    for id_ in decision.headline.ids:
        if refused and id_ != decision.headline.verdict:
            row[id_] = ""  # no amount of a refused case
        elif decision.years and id_ == maximum:
            amounts = {line.year: csv_cell(line.amount) for line in decision.years}
            row |= {f"{id_}.{year}": amounts.get(year, "") for year in YEARS_SHOWN}
        else:
            row |= result_cells(decision.results[id_], decision, say)
    row |= {"missing": " ".join(decision.missing), "can_be": "" if refused else " ".join(left_values(decision))}
    return row | {name: " ".join(ids) for name, ids in unsaid_ids(case).items()}


def remark_cells(decision: Decision) -> dict[str, str]:
    """The facts that do not agree, the duties that were not met and the results that the rules warn of, by ids."""
    return {
        CONSISTENCY: " ".join(doubt.result.id for doubt in decision.doubts),
        UNMET: " ".join(line.id for line in decision.obligations if line.status == UNMET),
        WARNED: " ".join(sorted(id_ for id_, each in decision.results.items() if each.warnings)),
    }


def result_cells(result: Result, decision: Decision, say: Say) -> dict[str, Any]:
    """A result under its id, and beside it why it is open or does not apply."""
    reason = "" if result.status == "known" else in_cell(why(result, decision, say))
    return {result.id: csv_cell(result), f"{result.id}.why": reason}


def csv_cell(result: Result) -> Any:
    if result.status == "known":
        return to_json(result.value, result.type)
    return "" if result.status == "not_applicable" else "undetermined"


def rows_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows by the names of their columns, all of which stand in the head."""
    head = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text([head, *([row.get(name, "") for name in head] for row in rows)])


def csv_text(rows: Iterable[Iterable[Any]], separator: str = ",", ends: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=ends).writerows(rows)
    return out.getvalue()
