"""durable-rules is sound in a narrow subset only; each way out of it is closed, and these tests try them all.

The defects are those of durable_rules 2.0.28, found by experiment; docs/adr/0001 says which and why it is still used.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import durable_rules_engine
import pytest
from command import ROOT

from engine.errors import InputFault, Location
from engine.evaluation import inference
from engine.evaluation.inference import EngineFault, Ruleset, load_ruleset
from engine.evaluation.session import Session
from engine.language.expressions import Condition, Connect, ItemRef, Text, VerdictIs
from engine.language.values import NOT_APPLICABLE
from engine.policy.checks import outcomes
from engine.policy.model import Item, Outcome, Rule
from engine.policy.registry import Registry

AT = Location("rules.yaml", 1, 1)
VERDICTS = tuple(inference.CODES)
NO_TEXT: Text = {"fr": "", "en": ""}
Loader = Callable[..., Ruleset]


def verdict(criterion: str, *wanted: str) -> VerdictIs:
    return VerdictIs(ItemRef(criterion, AT), wanted or ("met",), AT)


def every(*parts: Condition) -> Connect:
    return Connect("all", parts, AT)


def some(*parts: Condition) -> Connect:
    return Connect("any", parts, AT)


def outcome(*conditions: Condition, values: Sequence[str] = ("yes",)) -> Outcome:
    """An outcome with a rule for each condition, called rule0, rule1, …"""
    rules = tuple(Rule(f"rule{i}", when, values[0], (), AT) for i, when in enumerate(conditions))
    return Outcome(tuple(values), rules, ())


@pytest.fixture
def load() -> Iterator[Loader]:
    """Loads rulesets and releases them in the end."""
    loaded: list[Ruleset] = []

    def run(*conditions: Condition) -> Ruleset:
        loaded.append(load_ruleset("result", outcome(*conditions), AT))
        return loaded[-1]

    yield run
    for ruleset in loaded:
        ruleset.release()


@pytest.fixture
def definitions(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every ruleset definition that is handed to durable-rules from now on."""
    seen: list[dict[str, Any]] = []

    class Recording(Recorded):
        def create_ruleset(self, name: str, definition: str) -> int:
            seen.append(json.loads(definition))
            return int(durable_rules_engine.create_ruleset(name, definition))

    monkeypatch.setattr(inference, "durable_rules_engine", Recording())
    return seen


class Recorded:
    """The C library as it is, with a note of each call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        function = getattr(durable_rules_engine, name)
        if not callable(function) or isinstance(function, type):
            return function

        def call(*arguments: Any) -> Any:
            self.calls.append((name, arguments))
            return function(*arguments)

        return call

    def named(self, name: str) -> list[tuple[Any, ...]]:
        return [arguments for called, arguments in self.calls if called == name]


class Scripted:
    """A C library that answers as it is told: which rules fire, in which order, and how often."""

    error = RuntimeError

    def __init__(self, *fires: str, code: int = 0) -> None:
        self.fires = list(fires)
        self.code = code
        self.deleted: list[str] = []

    def assert_fact(self, handle: Any, fact: str) -> tuple[int, int]:
        return self.code, 1

    def start_action_for_state(self, handle: Any, state: int) -> tuple[str, str | None]:
        return "{}", self._next()

    def complete_and_start_action(self, handle: Any, state: int) -> str | None:
        return self._next()

    def update_state(self, handle: Any, state: str) -> None:
        return None

    def delete_state(self, handle: Any, sid: str) -> None:
        self.deleted.append(sid)

    def _next(self) -> str | None:
        return f'{{"{self.fires.pop(0)}":{{}}}}' if self.fires else None


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    library = Recorded()
    monkeypatch.setattr(inference, "durable_rules_engine", library)
    return library


def fired(ruleset: Ruleset, **verdicts: inference.Verdict) -> list[str]:
    return [firing.rule for firing in ruleset.run(verdicts)]


def refusal(*conditions: Condition) -> Any:
    """The one problem for which these rules are refused."""
    with pytest.raises(InputFault) as caught:
        load_ruleset("result", outcome(*conditions), AT)
    (problem,) = caught.value.problems
    return problem


# What reaches durable-rules: conjunctions over one flat fact of small integers (3.2 to 3.5, 3.11 to 3.14, 3.16)


def words(node: Any) -> Iterator[str]:
    """Every key of a definition."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield key
            yield from words(value)
    elif isinstance(node, list):
        for value in node:
            yield from words(value)


def numbers(node: Any) -> Iterator[Any]:
    """Every value that a definition compares with."""
    if isinstance(node, Mapping):
        for value in node.values():
            yield from numbers(value)
    elif isinstance(node, list):
        for value in node:
            yield from numbers(value)
    else:
        yield node


@pytest.fixture
def all_definitions(session: Session, definitions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is compiled from every outcome of the policies, alone and under all overlays."""
    fresh = Session(session.registry)
    registry: Registry = session.registry
    for convention in registry.conventions.values():
        fresh.program(convention, ())
        fresh.program(convention, registry.covering(convention))
    fresh.close()
    assert len(definitions) >= len(registry.conventions)
    return definitions


def test_nothing_but_conjunctions_of_equalities_is_compiled(
    all_definitions: list[dict[str, Any]],
) -> None:
    for definition in all_definitions:
        for rule in definition.values():
            assert set(rule) == {"pri", "all"}  # no any, count, cap, dist, and no action, which could fail unseen
            ((alias, condition),) = rule["all"][0].items()
            assert len(rule["all"]) == 1  # no join of several facts
            assert alias == "m"  # no m$not, m$any, m$all
            assert set(condition) == {"$and"}
            assert condition["$and"]  # an empty one hangs
            for key in words(condition):
                assert re.fullmatch(r"\$and|case|v[0-9]+", key), key  # no $or, $neq, $nex, $lt, $m, $add, sid, id


def test_every_rule_first_asks_for_the_case_so_that_the_hidden_state_message_matches_none(
    all_definitions: list[dict[str, Any]],
) -> None:
    for definition in all_definitions:
        for rule in definition.values():
            assert rule["all"][0]["m"]["$and"][0] == {"case": 1}


def test_rules_compare_with_nothing_but_the_codes_of_verdicts(all_definitions: list[dict[str, Any]]) -> None:
    for definition in all_definitions:
        for rule in definition.values():
            for number in numbers(rule["all"]):
                assert type(number) is int  # no text, float or boolean, which it would coerce
                assert number in inference.CODES.values()


def test_a_fact_is_flat_and_holds_verdicts_and_no_word_of_the_case(recorded: Recorded, load: Loader) -> None:
    verdicts = {"costarring": "met", "é.l'\"ève": "undetermined"}
    load(every(*(verdict(criterion) for criterion in verdicts))).run(verdicts)
    ((_, text),) = recorded.named("assert_fact")
    fact = json.loads(text)
    assert re.fullmatch("s[0-9]+", fact.pop("sid"))
    assert fact == {"case": 1, "id": 1, "v0": 1, "v1": 2}
    assert all(type(value) is int for value in fact.values())


def test_a_list_of_verdicts_is_compiled_to_one_equality(load: Loader, definitions: list[dict[str, Any]]) -> None:
    load(every(verdict("a", "met", "not_applicable"), verdict("b", "not_met"), verdict("c", *VERDICTS)))
    assert definitions[0]["r1"]["all"] == [{"m": {"$and": [{"case": 1}, {"v3": 1}, {"v1": 0}, {"v4": 1}]}}]


def test_nine_criteria_of_two_verdicts_are_one_rule_and_not_512(load: Loader) -> None:
    ruleset = load(every(*(verdict(f"c{i}", "met", "not_applicable") for i in range(9))))
    assert list(ruleset.firings) == ["r1"]


def test_an_alternative_fires_its_rule_by_each_true_branch_and_is_still_one_value(load: Loader) -> None:
    ruleset = load(some(verdict("a"), verdict("b")))
    firings = ruleset.run({"a": "met", "b": "met"})
    assert {firing.rule for firing in firings} == {"rule0"}
    assert [firing.criteria for firing in firings] == [("a",), ("b",)]


# Undetermined


@pytest.mark.parametrize(
    "wanted", [subset for size in range(1, 5) for subset in combinations(VERDICTS, size)], ids=" ".join
)
def test_a_verdict_fires_just_the_rules_that_name_all_that_is_left_of_it(wanted: tuple[str, ...], load: Loader) -> None:
    ruleset = load(verdict("a", *wanted))
    for given in VERDICTS:
        assert fired(ruleset, a=given) == (["rule0"] if given in wanted else [])
    for size in (2, 3):
        for left in combinations(("met", "not_met", NOT_APPLICABLE), size):
            named = {str(getattr(each, "value", each)) for each in left} <= {*wanted} or "undetermined" in wanted
            assert fired(ruleset, a=frozenset(left)) == (["rule0"] if named else [])


def test_an_undetermined_verdict_is_never_read_as_not_met_nor_as_met(load: Loader) -> None:
    ruleset = load(verdict("a", "not_met"), verdict("a", "met", "not_applicable"), verdict("a", "met", "not_met"))
    assert fired(ruleset, a=frozenset(("met", "not_met", NOT_APPLICABLE))) == []
    assert fired(ruleset, a=frozenset(("met", NOT_APPLICABLE))) == ["rule1"]


# Names (3.15)


def fnv1a(text: str) -> int:
    """The 32-bit FNV-1a hash by which alone durable-rules tells names apart."""
    value = 2166136261
    for byte in text.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def test_names_of_criteria_may_have_the_same_hash() -> None:
    assert fnv1a("costarring") == fnv1a("liquid")
    assert fnv1a("declinate") == fnv1a("macallums")


def test_criteria_whose_names_have_the_same_hash_are_told_apart(load: Loader) -> None:
    ruleset = load(verdict("costarring"), verdict("liquid"))
    assert fired(ruleset, costarring="met", liquid="not_met") == ["rule0"]
    assert fired(ruleset, costarring="not_met", liquid="met") == ["rule1"]


def test_the_names_given_to_durable_rules_never_collide() -> None:
    names = ("sid", "id", "case", *inference.NAMES)
    assert len({fnv1a(name) for name in names}) == len(names) == 243


# Sizes (3.8 to 3.10)


def test_more_than_sixty_conjunctions_are_refused_with_the_name_of_the_rule() -> None:
    wide = some(*(verdict(f"c{i}") for i in range(8)))
    assert refusal(verdict("c0"), every(wide, wide)).message() == (
        "'rule1' needs 64 conjunctions. Expected: at most 60"
    )


def test_more_than_sixty_conjunctions_over_all_rules_are_refused_with_the_name_of_the_outcome() -> None:
    problem = refusal(*(verdict(f"c{i}") for i in range(61)))
    assert (problem.code, problem.values["name"], problem.values["count"]) == ("too-many-rules", "result", 61)


def test_a_rule_over_more_than_sixty_criteria_is_refused() -> None:
    assert refusal(every(*(verdict(f"c{i}") for i in range(61)))).code == "too-many-rules"


def test_more_than_240_criteria_are_refused() -> None:
    rules = [every(*(verdict(f"c{i}_{j}") for j in range(10))) for i in range(25)]
    assert refusal(*rules).code == "too-many-rules"


def test_sixty_rules_that_all_fire_fire_once_each_and_in_order(load: Loader) -> None:
    ruleset = load(*(verdict("a", "met", *VERDICTS[2 : 2 + i % 3]) for i in range(60)))
    assert fired(ruleset, a="met") == [f"rule{i}" for i in range(60)]


def test_a_product_that_would_explode_is_refused_before_it_is_made() -> None:
    wide = some(*(verdict(f"c{i}") for i in range(30)))
    assert refusal(every(*[wide] * 12)).code == "too-many-rules"


def random_condition(numbers: random.Random, depth: int) -> Condition:
    if depth == 0 or numbers.random() < 0.3:
        return verdict(f"c{numbers.randrange(70)}", *numbers.sample(VERDICTS, numbers.randrange(1, 4)))
    parts = tuple(random_condition(numbers, depth - 1) for _ in range(numbers.choice([2, 3, 8, 25])))
    return Connect(numbers.choice(["all", "any"]), parts, AT)


def refused_by_the_engine(body: Outcome) -> set[str]:
    try:
        load_ruleset("result", body, AT).release()
    except InputFault as error:
        return {problem.code for problem in error.problems}
    return set()


def test_the_check_of_policies_refuses_just_what_the_engine_would() -> None:
    numbers = random.Random(7)
    seen = {True: 0, False: 0}
    for _ in range(150):
        body = outcome(*(random_condition(numbers, 2) for _ in range(numbers.choice([1, 2, 4]))))
        item = Item("result", "outcome", NO_TEXT, body, "convention", AT)
        refused = {problem.code for problem in outcomes.size_problems(item, body)}
        assert refused == refused_by_the_engine(body)
        seen[bool(refused)] += 1
    assert min(seen.values()) >= 20


# Firing (3.1, 3.2, actions)


def test_an_anchor_fires_in_every_case_even_where_no_rule_does(recorded: Recorded, load: Loader) -> None:
    ruleset = load(verdict("a"))
    for _ in range(300):  # deleting the state of a case where nothing fired would crash the process
        assert ruleset.run({"a": "not_met"}) == []
    assert len(recorded.named("complete_and_start_action")) == 300


@pytest.mark.parametrize(
    "library",
    [
        Scripted(),
        Scripted("r1"),
        Scripted("anchor", "anchor"),
        Scripted("anchor", "r1", "r1"),
        Scripted("anchor", code=1),
    ],
    ids=["nothing fires", "no anchor", "the anchor twice", "a rule twice", "the fact is refused"],
)
def test_firings_that_cannot_be_are_a_fault_and_no_answer(
    library: Scripted, load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruleset = load(verdict("a"))
    with monkeypatch.context() as patch:
        patch.setattr(inference, "durable_rules_engine", library)
        with pytest.raises(EngineFault, match="result: "):
            ruleset.run({"a": "met"})
        assert len(library.deleted) == 1
    assert fired(ruleset, a="met") == ["rule0"]  # and the next case has its answer


def test_no_thread_is_started_that_could_fire_rules_behind_our_back(load: Loader) -> None:
    before = set(threading.enumerate())
    ruleset = load(verdict("a"))
    for _ in range(50):
        ruleset.run({"a": "met"})
    assert set(threading.enumerate()) == before


def test_neither_the_host_nor_the_decorators_with_their_global_registry_are_loaded() -> None:
    assert "durable" not in sys.modules


# State (3.4, 3.7, 3.8) and memory


def test_one_state_lives_at_a_time_and_goes_with_its_case(recorded: Recorded, load: Loader) -> None:
    ruleset = load(verdict("a"))
    for _ in range(20):
        ruleset.run({"a": "met"})
    steps = [name for name, _ in recorded.calls if name in ("assert_fact", "delete_state")]
    assert steps == ["assert_fact", "delete_state"] * 20
    asserted = [json.loads(text)["sid"] for _, text in recorded.named("assert_fact")]
    assert [sid for _, sid in recorded.named("delete_state")] == asserted
    assert len(set(asserted)) == 20


def test_more_cases_than_durable_rules_can_hold_states_are_decided_in_a_row(load: Loader) -> None:
    ruleset = load(verdict("a"), verdict("a", "not_met"))
    for i in range(1100):
        assert fired(ruleset, a="met" if i % 2 else "not_met") == ["rule0" if i % 2 else "rule1"]


def resident() -> int:
    """The memory of this process, in KiB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")


@needs_proc
def test_memory_does_not_grow_with_the_number_of_cases(load: Loader) -> None:
    ruleset = load(*(verdict(f"c{i}") for i in range(30)))
    case = {f"c{i}": VERDICTS[i % 4] for i in range(30)}
    for _ in range(300):
        ruleset.run(case)
    before = resident()
    for _ in range(4000):
        ruleset.run(case)
    assert resident() - before < 8 * 1024  # a state kept is 800 KiB


@needs_proc
def test_memory_does_not_grow_with_the_number_of_rulesets_that_were_released() -> None:
    def once() -> None:
        load_ruleset("result", outcome(*(verdict(f"c{i}") for i in range(60))), AT).release()

    for _ in range(20):
        once()
    before = resident()
    for _ in range(200):
        once()
    assert resident() - before < 30 * 1024  # a ruleset kept is half a MiB and more


def test_a_session_gives_every_ruleset_back_when_it_is_closed(session: Session, recorded: Recorded) -> None:
    fresh = Session(session.registry)
    for convention in session.registry.conventions.values():
        fresh.program(convention, ())
    made = len(recorded.named("delete_ruleset"))
    assert made == 0
    rulesets = sum(
        isinstance(item.body, Outcome) and not item.transitional
        for convention in session.registry.conventions.values()
        for item in convention.items.values()
    )
    fresh.close()
    assert len(recorded.named("delete_ruleset")) == rulesets > 0


# Order

ORDER = """
import random, sys
sys.path.insert(0, "tests")
from test_durable_guards import VERDICTS, load_ruleset, outcome, random_condition, AT
numbers = random.Random(11)
ruleset = None
while ruleset is None:
    try:
        ruleset = load_ruleset("result", outcome(*(random_condition(numbers, 1) for _ in range(6))), AT)
    except Exception:
        pass
for _ in range(40):
    print([f.rule for f in ruleset.run({name: numbers.choice(VERDICTS) for name in ruleset.properties})])
"""


def test_rules_fire_in_the_order_of_the_file_whatever_their_names(load: Loader) -> None:
    ruleset = load(verdict("z"), verdict("a"), some(verdict("m"), verdict("b")))
    everything = dict.fromkeys("zamb", "met")
    assert [firing.criteria for firing in ruleset.run(everything)] == [("z",), ("a",), ("m",), ("b",)]
    assert [firing.criteria for firing in ruleset.run(dict(sorted(everything.items())))] == [
        ("z",),
        ("a",),
        ("m",),
        ("b",),
    ]


def test_firings_are_the_same_in_every_process_whatever_its_hash_seed() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", ORDER],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert said.pop().count(b"rule") > 20
