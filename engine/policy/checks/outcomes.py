"""Outcomes are total and unique: a convention comes in, verdict combinations that no rule or two rules decide go out.

Combinations are split recursively, one criterion at a time, and only where some rule is still open; listing them all
would take 3ⁿ steps. Those that a text declares impossible (``excluded``) are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.errors import Problem, wrong
from engine.language.expressions import Condition, Connect, VerdictIs, find
from engine.language.operators import CONNECTIVES
from engine.policy.model import Convention, Item, Outcome
from engine.policy.overlays import laid_items
from engine.policy.registry import Registry
from engine.policy.resolve import faults, resolve
from engine.words import LANGUAGES, read_words

MAX_SPLITS = 200_000
MAX_CONJUNCTIONS = 60  # what engine.evaluation.inference takes, as conjunctions and as tests in one
MAX_CRITERIA = 240
VERDICTS = ("met", "not_met", "not_applicable")
Verdicts = dict[str, str]


def outcome_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Verdict combinations without a value or with two, and rules that never fire, for every outcome."""
    items = {**laid_items(convention, ()), **convention.items}
    known, before = registry.choices(convention), registry.resolved(convention)
    resolved = resolve(items, registry.vocabulary, known, None if before.problems else before)
    for item in convention.items.values():
        if isinstance(item.body, Outcome):
            yield from size_problems(item, item.body)
            if not faults(item, resolved, registry.vocabulary, known):
                yield from prove(item, item.body, items)


def size_problems(item: Item, outcome: Outcome) -> Iterator[Problem]:
    """Rules that need more conjunctions, or longer ones, than the inference engine takes safely."""
    sizes = {rule.id: _size(rule.when) for rule in outcome.rules}
    large = [rule for rule in outcome.rules if max(sizes[rule.id]) > MAX_CONJUNCTIONS]
    for rule in large:
        yield wrong(rule.at, "too-many-rules", name=rule.id, count=max(sizes[rule.id]), limit=MAX_CONJUNCTIONS)
    total = sum(count for count, _ in sizes.values())
    if total > MAX_CONJUNCTIONS and not large:
        yield wrong(item.at, "too-many-rules", name=item.id, count=total, limit=MAX_CONJUNCTIONS)
    atoms = list(find(VerdictIs, outcome))
    read = {(atom.criterion.id, atom.verdicts if len(atom.verdicts) > 1 else ()) for atom in atoms}
    read |= {(atom.criterion.id, ()) for atom in atoms}
    if len(read) > MAX_CRITERIA:
        yield wrong(item.at, "too-many-rules", name=item.id, count=len(read), limit=MAX_CRITERIA)


def _size(node: Condition) -> tuple[int, int]:
    """How many conjunctions ``node`` expands to, and how many tests the longest holds, the case's own included."""
    match node:
        case VerdictIs():
            return 1, 2
        case Connect("any", parts):
            sizes = [_size(part) for part in parts]
            return sum(count for count, _ in sizes), max((tests for _, tests in sizes), default=1)
        case Connect("all", parts):
            sizes = [_size(part) for part in parts]
            return math.prod(count for count, _ in sizes), 1 + sum(tests - 1 for _, tests in sizes)
        case _:
            return 1, 1


@dataclass(slots=True)
class _Proof:
    item: Item
    outcome: Outcome
    items: Mapping[str, Item]
    groups: Mapping[str, tuple[str, ...]]
    never_absent: frozenset[str]
    fired: set[str] = field(default_factory=set)
    splits: int = 0


def prove(item: Item, outcome: Outcome, items: Mapping[str, Item]) -> Iterator[Problem]:
    """The gaps, conflicts and dead rules of one outcome."""
    names = {node.criterion.id for node in find(VerdictIs, outcome)} & set(items)
    gates = {name: (items[name].applies_when, items[name].unless) for name in names}
    groups = {name: tuple(other for other in sorted(names) if gates[other] == gates[name]) for name in names}
    free = frozenset(name for name, gate in gates.items() if gate == (None, None))
    proof = _Proof(item, outcome, items, groups, free)
    problems = list(_split({}, proof))
    yield from problems[:10]
    if proof.splits <= MAX_SPLITS and not problems:
        for rule in outcome.rules:
            if rule.id not in proof.fired:
                yield wrong(rule.at, "unreachable-rule", id=rule.id)


def _split(verdicts: Verdicts, proof: _Proof) -> Iterator[Problem]:
    proof.splits += 1
    if proof.splits > MAX_SPLITS:
        if proof.splits == MAX_SPLITS + 1:
            yield wrong(proof.item.at, "outcome-open", id=proof.item.id, limit=MAX_SPLITS)
        return
    if any(_holds(excluded.when, verdicts) is True for excluded in proof.outcome.excluded):
        return
    states = [(rule, _holds(rule.when, verdicts)) for rule in proof.outcome.rules]
    sure = [rule for rule, holds in states if holds is True]
    open_ = [rule for rule, holds in states if holds is None]
    values = {rule.then if isinstance(rule.then, str) else None for rule in sure}
    if len(values) > 1 or not (sure or open_):
        undecided = [e.when for e in proof.outcome.excluded if _holds(e.when, verdicts) is None]
        following = _next(undecided, verdicts)
        if following is None:
            yield _problem(proof, verdicts, [rule.id for rule in sure])
            return
    elif not open_:
        proof.fired.update(rule.id for rule in sure)
        return
    else:
        following = _next([rule.when for rule in open_], verdicts)
        assert following is not None, "an open rule waits for some verdict"
    for verdict in VERDICTS:
        branch = _assigned(following, verdict, verdicts, proof)
        if branch is not None:
            yield from _split(branch, proof)


def _assigned(name: str, verdict: str, verdicts: Verdicts, proof: _Proof) -> Verdicts | None:
    """The combination with one more verdict, or None where it is impossible.

    A criterion without gates is never not applicable; criteria with the same gates are so together.
    """
    if verdict == "not_applicable" and name in proof.never_absent:
        return None
    for other in proof.groups[name]:
        known = verdicts.get(other)
        if known is not None and (known == "not_applicable") != (verdict == "not_applicable"):
            return None
    branch = {**verdicts, name: verdict}
    if verdict == "not_applicable":
        branch.update(dict.fromkeys(proof.groups[name], "not_applicable"))
    return branch


def _next(conditions: list[Condition], verdicts: Verdicts) -> str | None:
    read = (node.criterion.id for node in find(VerdictIs, *conditions))
    return next((id_ for id_ in read if id_ not in verdicts), None)


def _holds(node: Condition, verdicts: Verdicts) -> bool | None:
    def among(atom: Condition) -> bool | None:
        if not isinstance(atom, VerdictIs) or atom.criterion.id not in verdicts:
            return None
        return verdicts[atom.criterion.id] in atom.verdicts

    return decided(node, among)


def decided(node: Condition, atom: Callable[[Condition], bool | None]) -> bool | None:
    """Whether a condition holds, as far as its comparisons are decided."""
    if not isinstance(node, Connect):
        return atom(node)
    holds: bool | None = CONNECTIVES[node.operator].scalar([decided(part, atom) for part in node.parts])
    return holds


def _problem(proof: _Proof, verdicts: Verdicts, rules: list[str]) -> Problem:
    """A gap or a conflict, with the criteria by their labels and their verdicts."""
    shown = {}
    for lang in LANGUAGES:
        words = read_words("reports", lang)
        named = (
            (words["quoted"].format(text=proof.items[id_].label[lang]), verdict)
            for id_, verdict in sorted(verdicts.items())
        )
        shown[lang] = words["semicolon"].join(
            f"{name}{words['colon']}{words[f'values.{said}']}" for name, said in named
        )
    told: dict[str, object] = {"id": proof.item.id, "verdicts": shown}
    if not rules:
        return wrong(proof.item.at, "outcome-gap", **told)
    return wrong(proof.item.at, "outcome-conflict", rules=", ".join(rules), **told)
