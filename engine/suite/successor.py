"""A text that stands alone, begun from the one before: its rules and moved tests come in, the files to fill in go out.

What only the author can know is marked: each citation, and the title of each suite. What reaches contracts older than
the text before stays behind, and so do its sources and the values that no longer hold on the first day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.errors import InputFault, UsageFault
from engine.evaluation.facts import nested
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY
from engine.language.pieces import placed
from engine.policy.amending import Written, amended
from engine.policy.model import Convention
from engine.policy.places import HEAD, TESTS, TO_FILL
from engine.policy.reading import standing_text
from engine.suite.moved import into
from engine.suite.running import NOTHING, PolicyCase, restated, shown, unquoted

SOURCE = "texte"
_CITE = [{"source": SOURCE, "at": TO_FILL}]
_OF_THE_CARD = ("id", "signed", "sources")


def rules_after(session: Session, base: Convention, first: dt.date) -> dict[str, Any]:
    """The rule files of a text that follows ``base`` on ``first``, by name, without its card's own keys.

    They are those of a text that amends ``base`` in nothing.
    """
    text = standing_text(session.registry, base.id)
    card = placed({"id": base.id, "signed": {"from": first.isoformat()}}, text.head.at)
    stands, _ = amended(text, Written(card, {}, ""))
    found: dict[str, Any] = _to_cite(stands.alone)
    found[HEAD] = {key: part for key, part in found[HEAD].items() if key not in _OF_THE_CARD}
    return found


def _to_cite(data: Any) -> Any:
    """Rules with their citations to fill in."""
    if isinstance(data, dict):
        return {key: _CITE if key == "cite" else _to_cite(part) for key, part in data.items()}
    return [*map(_to_cite, data)] if isinstance(data, list) else data


def tests_after(session: Session, base: Convention, cases: Sequence[PolicyCase], first: dt.date) -> dict[str, Any]:
    """The suites of ``base``, for its beneficiary, with their dates moved to a text from ``first`` on, by file name."""
    window = replace(base, signed_from=first, signed_before=None)
    chain = [each.id for each in session.registry.chain(base)]
    suites: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for case in cases:
        if case.convention in chain:
            entry = _moved_case(session, window, case)
            if entry is not None:
                suites.setdefault((case.at.file, case.suite), []).append(entry)
    found: dict[str, Any] = {}
    for (file, title), entries in suites.items():
        path = Path(file)
        name = f"{TESTS}/{path.name}"
        found[name if name not in found else f"{TESTS}/{path.parent.parent.name}_{path.name}"] = _suite(title, entries)
    return found


def _moved_case(session: Session, window: Convention, case: PolicyCase) -> dict[str, Any] | None:
    """A case in the new window, with what the rules give there; None where they refuse it."""
    facts, day = into(window, case.facts, case.as_of)
    try:
        decision = session.decide(facts, window.id, case.entry.get("interpret"), day, years=False)
    except (InputFault, UsageFault):
        return None
    kept = {key: case.entry[key] for key in ("interpret",) if key in case.entry}
    moved = {} if day is None else {"as_of": day.isoformat()}
    given = {name: value if isinstance(value, bool) else unquoted(shown(value)) for name, value in facts.items()}
    given[BENEFICIARY] = window.beneficiary
    return {"name": case.name, "given": given, **kept, **moved, **_testable(restated(case.entry, decision))}


def _testable(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a suite can expect: nothing of items that the text does not have."""
    kept = {key: dict(part) if isinstance(part, dict) else part for key, part in told.items()}
    for key in ("expect", "derogation", "due"):
        for id_, value in told.get(key, {}).items():
            if value == NOTHING:
                del kept[key][id_]
    return {key: part for key, part in kept.items() if part or key in ("expect", "missing")}


def _suite(title: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """A suite whose common case is what all its cases have in common."""
    first = entries[0]["given"]
    common = {name: value for name, value in first.items() if all(e["given"].get(name) == value for e in entries)}
    for entry in entries:
        entry["given"] = {name: value for name, value in entry["given"].items() if name not in common}
        if not entry["given"]:
            del entry["given"]
    return {"suite": f"{TO_FILL} : {title}", "base": nested(common, {}), "cases": entries}
