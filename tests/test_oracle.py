"""The oracle itself, on conventions small enough to be decided by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from oracle import decide, missing

SIGNED = {"contrat.date_signature": date(2024, 9, 2)}
A, B = {"fact": "f.a", "is": True}, {"fact": "f.b", "is": True}
NOTIFIED, PERCENTILE, POLICY = (
    {"fact": "p.mt", "at_least": {"fact": "seuils.p50"}},
    {"fact": "p.percentile", "at_least": 50},
    {"fact": "p.mt", "at_least": 1000},
)
BAND = {"scale": [{"then": "low"}, {"then": "middle", "reached_when": {"fact": "p.mt", "at_least": 10}},
                  {"then": "high", "reached_when": {"fact": "p.mt", "at_least": {"fact": "seuils.p90"}}}]}  # fmt: skip
UNPUBLISHED = {"reason": {"fr": "…", "en": "…"}, "supplied_by": "contrat.objectif_mt"}


def convention(years_from: Any = None, interpretations: Any = (), **kinds: list[dict[str, Any]]) -> dict[str, Any]:
    own = {"years_from": years_from or {"fact": "contrat.date_signature"}, "interpretations": list(interpretations)}
    return {"convention": own, "files": {"rules.yaml": kinds}}


def quantity(body: dict[str, Any], **facts: Any) -> tuple[str, Any]:
    result: tuple[str, Any] = read({"quantities": [{"id": "x"} | body]}, facts)[0]["x"]
    return result


def criterion(condition: dict[str, Any], absence: frozenset[str] = frozenset(), **facts: Any) -> Any:
    """The verdict, or the missing facts of an undetermined one."""
    results, lacking = read({"criteria": [{"id": "x", "met_when": condition}]}, facts, absence)
    return lacking.get("x", results["x"][1])


def read(kinds: dict[str, Any], facts: dict[str, Any], absence: frozenset[str] = frozenset(), **rest: Any) -> Any:
    case = SIGNED | {name.replace("__", "."): value for name, value in facts.items()}
    return decide(convention(**kinds), case, {}, absence, **rest), missing(
        convention(**kinds), case, {}, absence, **rest
    )


def test_a_missing_fact_is_unknown_and_only_what_still_matters_is_missing() -> None:
    assert criterion({"any": [A, B]}, f__a=True) == "met"
    assert criterion({"all": [A, B]}, f__a=False) == "not_met"
    assert criterion({"all": [A, B]}, f__a=True) == {"f.b"}
    assert criterion({"not": {"all": [A, B]}}) == {"f.a", "f.b"}


def test_the_first_known_condition_wins_and_an_absent_answer_is_not_missing() -> None:
    rule = {"first_known": [NOTIFIED, PERCENTILE, POLICY]}
    absence = frozenset({"seuils.p50", "p.percentile"})
    assert criterion(rule, absence, p__mt=900, p__percentile=60) == "met"
    assert criterion(rule, absence, p__mt=900, p__percentile=60, seuils__p50=950) == "not_met"
    assert criterion(rule, absence, p__mt=900) == "not_met"
    assert criterion(rule, absence) == {"p.mt"}
    assert criterion({"fact": "seuils.p50", "known": False}, absence) == "met"


@pytest.mark.parametrize("atom", [{"is": 5}, {"is_not": 5}, {"at_least": 0}, {"not_in": [5]}, {"is": {"fact": "f.a"}}])
def test_an_atom_over_something_not_applicable_is_false(atom: dict[str, Any]) -> None:
    nothing = {"id": "nothing", "value": 5, "applies_when": {"fact": "f.on", "is": True}}
    kinds = {"quantities": [nothing], "criteria": [{"id": "x", "met_when": {"ref": "nothing"} | atom}]}
    assert read(kinds, {"f__on": False})[0] == {"nothing": ("not_applicable", None), "x": ("known", "not_met")}


def test_applies_when_comes_first_and_only_a_true_unless_changes_anything() -> None:
    rule = {"id": "x", "met_when": {"all": []}, "applies_when": A, "unless": B}
    for a, b, status in [
        (True, None, "known"), (True, True, "not_applicable"), (False, None, "not_applicable"),
        (None, True, "not_applicable"), (None, False, "undetermined"),
    ]:  # fmt: skip
        results, lacking = read({"criteria": [rule]}, {"f.a": a, "f.b": b})
        assert results["x"][0] == status
        assert lacking == ({"x": {"f.a"}} if status == "undetermined" else {})


def test_a_derogation_makes_a_criterion_met() -> None:
    rule = {"id": "x", "met_when": A, "derogations": [{"id": "d", "when": B}]}
    assert read({"criteria": [rule]}, {"f__a": False, "f__b": True})[0]["x"] == ("known", "met")
    assert read({"criteria": [rule]}, {"f__a": False})[1] == {"x": {"f.b"}}


def test_a_scale_is_known_below_a_step_that_is_not_reached() -> None:
    assert quantity(BAND, p__mt=9) == ("known", "low")
    assert quantity(BAND, p__mt=10) == ("undetermined", None)
    assert quantity(BAND, p__mt=10, seuils__p90=11) == ("known", "middle")
    assert quantity(BAND, p__mt=11, seuils__p90=11) == ("known", "high")
    assert read({"quantities": [{"id": "x"} | BAND]}, {})[1] == {"x": {"p.mt", "seuils.p90"}}


def test_a_table_is_known_when_every_row_that_can_match_agrees() -> None:
    rows: list[dict[str, Any]] = [
        {"a": {"before": 3}, "b": ["u", "v"], "then": 7},
        {"a": {"from": 3}, "b": ["u", "v"], "then": 7},
        {"b": "w", "unpublished": UNPUBLISHED},
    ]
    table = {"tables": [{"id": "x", "inputs": {"a": {"fact": "f.a"}, "b": {"fact": "f.b"}}, "rows": rows}]}
    assert read(table, {"f__b": "u"})[0] == {"x": ("known", 7)}
    assert read(table, {"f__a": 1})[1] == {"x": {"f.b"}}
    assert read(table, {"f__b": "w"})[1] == {"x": {"contrat.objectif_mt"}}
    assert read(table, {"f__b": "w", "contrat__objectif_mt": 9})[1] == {"x": set()}
    with pytest.raises(LookupError, match="no-row"):
        read(table, {"f__a": 1, "f__b": "other"})
    rows[1]["then"] = 8
    assert read(table, {"f__b": "u"})[1] == {"x": {"f.a"}}
    assert read(table, {"f__a": 2, "f__b": "u"})[0] == {"x": ("known", 7)}


def test_an_outcome_fires_on_true_only_and_exactly_one_value_results() -> None:
    rules = [{"id": "no", "when": {"any_criterion": "not_met"}, "then": "refused"},
             {"id": "yes", "when": {"every_criterion": ["met", "not_applicable"]}, "then": "granted"}]  # fmt: skip
    kinds = {"criteria": [{"id": "a", "met_when": A}, {"id": "b", "met_when": B}]}
    both: dict[str, Any] = kinds | {"outcomes": [{"id": "x", "rules": rules}]}
    assert read(both, {"f__a": False})[0]["x"] == ("known", "refused")
    assert read(both, {"f__a": True, "f__b": True})[0]["x"] == ("known", "granted")
    assert read(both, {"f__a": True})[1] == {"b": {"f.b"}, "x": {"f.b"}}
    named = [{"id": "open", "when": {"criterion": "a", "verdict": ["undetermined", "met"]}, "then": "open"}]
    assert read(kinds | {"outcomes": [{"id": "x", "rules": named}]}, {})[0]["x"] == ("known", "open")
    with pytest.raises(LookupError, match="no-rule"):
        read(kinds | {"outcomes": [{"id": "x", "rules": rules[:1]}]}, {"f__a": True, "f__b": True})
    with pytest.raises(LookupError, match="conflict"):
        read(kinds | {"outcomes": [{"id": "x", "rules": rules + named}]}, {"f__a": True, "f__b": True})


def test_arithmetic_is_exact_and_a_denominator_of_zero_is_not_applicable() -> None:
    n = {"fact": "f.n"}
    assert quantity({"ratio": [5, n]}, f__n=13) == ("known", Fraction(5, 13))
    assert quantity({"ratio": [5, n]}, f__n=0) == ("not_applicable", None)
    assert quantity({"max": [0, {"ratio": [5, n]}]}, f__n=0) == ("not_applicable", None)
    assert quantity({"max": [0, {"ratio": [5, n]}, n]}, f__n=0) == ("known", 0)
    assert quantity({"max": [0, n, {"ratio": [5, 0]}]}) == ("undetermined", None)
    assert quantity({"percent_of": [n, 150]}, f__n=Decimal("12.5")) == ("known", Fraction(75, 4))
    cents = {"of": {"multiply": [100, {"ratio": [n, 3]}]}, "to": Decimal("0.01"), "mode": "half_up"}
    assert quantity({"round": {"of": n, "to": 1, "mode": "half_up"}}, f__n=Decimal("12.5")) == ("known", 13)
    assert quantity({"round": {"of": n, "to": 1, "mode": "down"}}, f__n=Decimal("12.5")) == ("known", 12)
    assert quantity({"round": cents}, f__n=2) == ("known", Fraction(6667, 100))


def test_cases_stop_at_an_unknown_case_and_a_first_known_value_skips_what_does_not_apply() -> None:
    cases = {"cases": [{"when": A, "then": 1}, {"when": B, "then": 2}]}
    assert quantity(cases, f__b=True) == ("undetermined", None)
    assert quantity(cases, f__a=False, f__b=True) == ("known", 2)
    assert quantity(cases, f__a=False, f__b=False) == ("not_applicable", None)
    assert quantity({"first_known": [{"ratio": [1, 0]}, {"fact": "f.n"}, 4]}) == ("known", 4)
    assert quantity({"first_known": [{"ratio": [1, 0]}, {"fact": "f.n"}]}) == ("undetermined", None)
    assert quantity({"first_known": [{"ratio": [1, 0]}]}) == ("not_applicable", None)


def test_a_day_that_a_month_lacks_becomes_its_last() -> None:
    d, e = date(2024, 2, 29), {"fact": "f.e"}
    assert quantity({"date_plus": [e, {"years": 1}]}, f__e=d) == ("known", date(2025, 2, 28))
    assert quantity({"date_plus": ["2024-01-31", {"months": 1}]}) == ("known", d)
    assert quantity({"years_between": ["1959-09-03", e]}, f__e=date(2024, 9, 2)) == ("known", 64)
    assert quantity({"years_between": ["2004-02-29", e]}, f__e=date(2022, 2, 28)) == ("known", 18)


def test_the_highest_band_is_known_as_soon_as_one_is_at_the_top() -> None:
    two = {"id": "two", "scale": [{"then": s, "reached_when": {"fact": "f.n", "at_least": i}}
                                  for i, s in enumerate(["low", "middle", "high"])]}  # fmt: skip
    kinds = {"quantities": [{"id": "one"} | BAND, two, {"id": "x", "highest": [{"ref": "one"}, {"ref": "two"}]}]}
    assert read(kinds, {"f__n": 2})[0]["x"] == ("known", "high")
    assert read(kinds, {"f__n": 1})[1]["x"] == {"p.mt", "seuils.p90"}
    assert read(kinds, {"f__n": 1, "p__mt": 0})[0]["x"] == ("known", "middle")


def test_without_the_year_an_item_of_the_year_misses_just_the_year() -> None:
    kinds = {"quantities": [
        {"id": "year", "value": {"fact": "contrat.annee"}, "unless": A},
        {"id": "sum", "add": [{"ref": "year"}, {"fact": "f.n"}]},
        {"id": "start", "value": {"ref": "annee.debut"}},
        {"id": "contract", "value": 5, "warnings": [{"when": {"fact": "contrat.annee", "is": 1}}]},
    ]}  # fmt: skip
    assert read(kinds, {"f__a": True})[1] == {name: {"contrat.annee"} for name in ("year", "sum", "start")}
    results = read(kinds, {"contrat__annee": 3, "f__n": 4})[0]
    assert results == {
        "year": ("known", 3),
        "sum": ("known", 7),
        "start": ("known", date(2026, 9, 2)),
        "contract": ("known", 5),
    }


def test_a_parameter_takes_the_value_in_force_on_the_day_of_signature() -> None:
    values = [{"from": "2024-06-22", "value": 775}, {"from": "2024-09-02", "value": 800},
              {"from": "2025-01-01", "unpublished": UNPUBLISHED}]  # fmt: skip
    kinds = {"parameters": [{"id": "x", "values": values}]}
    assert read(kinds, {})[0]["x"] == ("known", 800)
    assert read(kinds, {"contrat.date_signature": date(2024, 9, 1)})[0]["x"] == ("known", 775)
    assert read(kinds, {"contrat.date_signature": date(2025, 1, 1)})[1] == {"x": {"contrat.objectif_mt"}}


def test_an_overlay_replaces_items_and_adds_derogations() -> None:
    older = convention(
        quantities=[{"id": "amount", "value": 10}, {"id": "total", "add": [{"ref": "amount"}, {"ref": "own"}]},
                    {"id": "own", "value": 1}],
        criteria=[{"id": "kept", "met_when": A}],
    )  # fmt: skip
    values = [{"from": "2024-06-22", "value": 100}, {"from": "2025-09-02", "value": 200}]
    overlay = {"id": "o", "replace": {"amount": "new"}, "add_derogations": {"kept": ["tolerance"]}}
    newer = convention(quantities=[{"id": "own", "value": 9}], parameters=[{"id": "rate", "values": values}])
    newer["files"]["transitional.yaml"] = {
        "overlays": [overlay],
        "quantities": [{"id": "new", "add": [{"ref": "own"}, {"ref": "rate"}]}],
        "derogations": [{"id": "tolerance", "when": B}],
    }
    case = SIGNED | {"f.a": False, "f.b": True, "contrat.annee": 2}
    assert "new" not in decide(newer, case, {}, set())
    assert decide(older, case, {}, set(), [(overlay, newer)]) == {
        "amount": ("known", 201), "total": ("known", 202), "own": ("known", 1), "kept": ("known", "met")
    }  # fmt: skip
    assert decide(older, case, {}, set())["total"] == ("known", 11)
    assert decide(older, case, {}, set())["kept"] == ("known", "not_met")
    case["contrat.annee"] = 1
    assert decide(older, case, {}, set(), [(overlay, newer)])["amount"] == ("known", 101)
    del case["contrat.annee"]
    year = {"contrat.annee"}
    assert missing(older, case, {}, set(), [(overlay, newer)]) == {"amount": year, "total": year}
    of_the_year = {"fact": "contrat.annee", "at_least": 2}
    newer["files"]["transitional.yaml"]["derogations"] = [{"id": "tolerance", "when": of_the_year}]
    assert missing(older, case | {"f.a": True}, {}, set(), [(overlay, newer)])["kept"] == year


def test_an_interpretation_takes_its_default_unless_the_case_chooses() -> None:
    kinds = {"criteria": [{"id": "x", "met_when": {"interpretation": "side", "is": "left"}}]}
    own = convention(interpretations=[{"id": "side", "default": "left"}], **kinds)
    assert decide(own, SIGNED, {}, set())["x"] == ("known", "met")
    assert decide(own, SIGNED, {"side": "right"}, set())["x"] == ("known", "not_met")


def test_a_payment_gives_its_amount_and_refs_read_it() -> None:
    kinds = {"payments": [{"id": "paid", "amount": {"fact": "f.n"}, "due": "2024-10-02", "applies_when": A}],
             "quantities": [{"id": "left", "subtract": [100, {"ref": "paid"}]}]}  # fmt: skip
    assert read(kinds, {"f__a": True, "f__n": 30})[0] == {"paid": ("known", 30), "left": ("known", 70)}
    assert read(kinds, {"f__a": False})[0] == dict.fromkeys(("paid", "left"), ("not_applicable", None))
