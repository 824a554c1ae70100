"""Decides outcomes with durable-rules: the verdicts of a case come in, the production rules that fire go out.

The only module that imports durable-rules, of which it asks the C library and not the host around it, and stays
inside the subset in which that was found sound: one flat fact of small integers per case, conjunctive rules only, no
joins, no state (docs/adr/0001).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from threading import get_ident
from typing import Any

import durable_rules_engine

from engine.errors import Location, fault
from engine.language.expressions import Condition, Connect, VerdictIs
from engine.language.values import Absent
from engine.policy.model import Outcome
from engine.records import dataclass

MAX_RULES = 60
MAX_ATOMS = 60
MAX_CRITERIA = 240
NAMES = tuple(f"v{i}" for i in range(MAX_CRITERIA))  # durable-rules tells names apart by a hash alone: no two are alike
CODES = {"not_met": 0, "met": 1, "undetermined": 2, "not_applicable": 3}

Atom = tuple[str, tuple[str, ...]]  # criterion, the verdicts that make the atom true
Verdict = str | Absent | frozenset[str | Absent]  # as a case holds it, an undetermined one as what is left of it


class EngineFault(Exception):
    """durable-rules did not behave as the guards require; the case has no answer."""


@dataclass(frozen=True, slots=True)
class Firing:
    """A production rule that fired, and the criteria whose verdicts made it fire."""

    rule: str
    criteria: tuple[str, ...]


@dataclass(slots=True)
class Ruleset:
    """The production rules of one outcome, compiled and loaded into durable-rules until :meth:`release`.

    ``handle`` is the C library's own number for them.
    """

    name: str
    properties: Mapping[str, str]
    lists: Mapping[Atom, str]
    firings: Mapping[str, Firing]
    handle: int
    sids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    template: str = ""
    thread: int = field(default_factory=get_ident)

    def __post_init__(self) -> None:
        values = "".join(f',"{short}":%d' for short in (*self.properties.values(), *self.lists.values()))
        self.template = f'{{"case":1,"id":1,"sid":"%s"{values}}}'

    def run(self, verdicts: Mapping[str, Verdict]) -> list[Firing]:
        """The firings of a case, in order of the rules.

        Talks to the C library as durable's own host does (assert, start, update and complete in turn, delete), which
        starts threads, and keeps a clock, copies of the state and promises for each firing besides.

        Raises:
            EngineFault: the fact was refused, the anchor did not fire exactly once, or a rule fired twice.
        """
        if get_ident() != self.thread:
            raise EngineFault(f"{self.name}: used from another thread than the one that loaded it")
        sid = f"s{next(self.sids)}"
        values = [CODES[said(verdicts[criterion])] for criterion in self.properties]
        values += [_listed(verdicts[criterion], among) for criterion, among in self.lists]
        try:
            fired = self._fired(sid, self.template % (sid, *values))
        except durable_rules_engine.error as error:
            raise EngineFault(f"{self.name}: {error}") from None
        if fired.count("anchor") != 1 or len(set(fired)) != len(fired):
            raise EngineFault(f"{self.name}: fired {fired}")
        return [self.firings[name] for name in fired if name != "anchor"]

    def _fired(self, sid: str, fact: str) -> list[str]:
        handle = self.handle
        fired: list[str] = []
        code, state_handle = durable_rules_engine.assert_fact(handle, fact)
        try:
            found = durable_rules_engine.start_action_for_state(handle, state_handle) if code == 0 else None
            if found is None:
                raise EngineFault(f"{self.name}: {code}")
            state, message = found
            while message:
                fired.append(message[2 : message.index('"', 2)])
                durable_rules_engine.update_state(handle, state)
                message = durable_rules_engine.complete_and_start_action(handle, state_handle)
        finally:
            durable_rules_engine.delete_state(handle, sid)
        return fired

    def release(self) -> None:
        """Gives the C ruleset back, which nothing else does."""
        durable_rules_engine.delete_ruleset(self.handle)


def load_ruleset(name: str, outcome: Outcome, at: Location) -> Ruleset:
    """The ruleset of an outcome.

    Raises:
        InputFault: a rule needs more conjunctions than durable-rules takes safely.
    """
    conjunctions = [(rule.id, parts) for rule in outcome.rules for parts in expanded(rule.when, rule.id, at)]
    _bound(len(conjunctions), MAX_RULES, name, at)
    atoms = dict.fromkeys(atom for _, parts in conjunctions for atom in parts)
    criteria = tuple(dict.fromkeys(criterion for criterion, _ in atoms))
    listed = [atom for atom in atoms if len(atom[1]) > 1]
    _bound(len(criteria) + len(listed), MAX_CRITERIA, name, at)
    properties = dict(zip(criteria, NAMES, strict=False))
    lists = dict(zip(listed, NAMES[len(criteria) :], strict=False))
    rules: dict[str, Any] = {"anchor": _rule(0, [{"case": 1}])}
    firings: dict[str, Firing] = {}
    for i, (rule, parts) in enumerate(conjunctions, 1):
        tests = [{"case": 1}, *(_test(part, properties, lists) for part in parts)]
        _bound(len(tests), MAX_ATOMS, rule, at)
        rules[f"r{i}"] = _rule(i, tests)
        firings[f"r{i}"] = Firing(rule, tuple(criterion for criterion, _ in parts))
    handle = durable_rules_engine.create_ruleset(name, json.dumps(rules))
    return Ruleset(name, properties, lists, firings, handle)


def _rule(priority: int, tests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"pri": priority, "all": [{"m": {"$and": list(tests)}}]}


def _test(atom: Atom, properties: Mapping[str, str], lists: Mapping[Atom, str]) -> dict[str, int]:
    """One verdict is an equality with its code; a list of them has an integer of its own, never an expansion."""
    criterion, verdicts = atom
    return {lists[atom]: 1} if atom in lists else {properties[criterion]: CODES[verdicts[0]]}


def _listed(verdict: Verdict, verdicts: Sequence[str]) -> bool:
    """Whether a verdict is one of some, an undetermined one with all that is left of it or by its name."""
    left = verdict if isinstance(verdict, frozenset) else (verdict,)
    return said(verdict) in verdicts or all(said(each) in verdicts for each in left)


def said(verdict: Verdict) -> str:
    """The word of a verdict."""
    if isinstance(verdict, frozenset):
        return "undetermined"
    return verdict.value if isinstance(verdict, Absent) else verdict


def expanded(node: Condition, rule: str, at: Location) -> list[tuple[Atom, ...]]:
    """``node`` as a disjunction of conjunctions.

    Raises:
        InputFault: more than 60 conjunctions.
    """
    match node:
        case VerdictIs():
            return [((node.criterion.id, node.verdicts),)]
        case Connect("any"):
            terms = [term for part in node.parts for term in expanded(part, rule, at)]
        case Connect("all"):
            terms = [()]
            for part in node.parts:
                terms = [(*left, *right) for left in terms for right in expanded(part, rule, at)]
                _bound(len(terms), MAX_RULES, rule, at)
        case _:
            raise fault(node.at, "not-a-verdict")
    _bound(len(terms), MAX_RULES, rule, at)
    return terms


def _bound(count: int, limit: int, name: str, at: Location) -> None:
    if count > limit:
        raise fault(at, "too-many-rules", name=name, count=count, limit=limit)
