"""A third reading of what a convention means: independent of the package `engine`, slow, and simple enough to trust.
It evaluates plain YAML data for one case by direct recursion, and the real evaluators must agree with it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product, takewhile
from math import ceil, floor
from operator import eq, ge, gt, le, lt, mul, ne, sub
from typing import Any, NamedTuple

Data = Mapping[str, Any]
Result = tuple[str, Any]  # (known | undetermined | not_applicable, value); here undetermined holds its missing facts
Truth = bool | frozenset[str]  # true, false, or unknown: the facts that it misses
NOT_APPLICABLE: Result = ("not_applicable", None)
COMPARE: dict[str, Callable[[Any, Any], Any]] = {  # `from` and `before` are those of a table's cells
    "is": eq, "is_not": ne, "in": lambda a, b: a in b, "not_in": lambda a, b: a not in b,
    "at_least": ge, "at_most": le, "more_than": gt, "less_than": lt, "from": ge, "before": lt}  # fmt: skip
ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": lambda *terms: sum(terms),
    "subtract": sub,
    "multiply": mul,
    "percent_of": lambda percent, of: Fraction(percent) * of / 100,
    "ratio": lambda numerator, denominator: Fraction(numerator) / denominator if denominator > 0 else None,
    "years_between": lambda a, b: b.year - a.year - (shift(a, "years", b.year - a.year) > b),
    "round": lambda of, to, mode: ROUND[mode](Fraction(of) / to) * to}  # fmt: skip
ROUND: dict[str, Callable[[Any], int]] = {"down": floor, "up": ceil, "half_up": lambda x: floor(x + Fraction(1, 2))}


class Item(NamedTuple):
    kind: str
    data: Data
    home: int  # where its refs resolve: 0 the contract's own convention, k that of the k-th overlay
    criteria: tuple[str, ...]  # those of its file

    def reads(self, part: Any) -> Set[str]:
        """The items that a part of it names, whatever the case says."""
        named = names_in(part)
        return named.items.union(self.criteria if named.ranges else ())


def decide(*arguments: Any, **named: Any) -> dict[str, Result]:
    """Every result of the case (arguments of Reading): (status, value), the value None unless it is known."""
    results = Reading(*arguments, **named).results().items()
    return {name: (status, value if status == "known" else None) for name, (status, value) in results}


def missing(*arguments: Any, **named: Any) -> dict[str, set[str]]:
    """The missing facts of every undetermined result (arguments of Reading)."""
    results = Reading(*arguments, **named).results().items()
    return {name: set(value) for name, (status, value) in results if status == "undetermined"}


def literal(value: Any) -> Any:
    """A literal of the rules or of the case; no enum value looks like a date."""
    if isinstance(value, list):
        return [literal(part) for part in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    return Fraction(str(value)) if isinstance(value, Decimal | float) else value


def shift(day: date, unit: str, amount: Fraction | int) -> date:
    if unit == "days":
        return day + timedelta(days=int(amount))
    year, month = divmod(day.year * 12 + day.month - 1 + int(amount) * (12 if unit == "years" else 1), 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def unknown(parts: Sequence[Any]) -> frozenset[str]:
    """The missing facts of the parts that are unknown."""
    return frozenset().union(*(part for part in parts if not isinstance(part, bool)))


def undetermined(parts: Sequence[Any]) -> Result:
    return "undetermined", unknown(parts)


def negate(part: Truth) -> Truth:
    return not part if isinstance(part, bool) else part


def every(parts: Sequence[Truth]) -> Truth:
    return False if False in parts else all(part is True for part in parts) or unknown(parts)


def some(parts: Sequence[Truth]) -> Truth:
    return negate(every([negate(part) for part in parts]))


def compare(operator: str, left: Result, right: Result) -> Truth:
    if NOT_APPLICABLE in (left, right):
        return False
    lacking = [value for status, value in (left, right) if status == "undetermined"]
    return unknown(lacking) if lacking else COMPARE[operator](left[1], right[1])


def strict(arguments: Sequence[Result], operation: Callable[..., Any]) -> Result:
    """Undetermined if an argument is, else not_applicable if an argument is or if the operation gives nothing."""
    lacking = [value for status, value in arguments if status == "undetermined"]
    if lacking:
        return undetermined(lacking)
    value = None if NOT_APPLICABLE in arguments else operation(*(value for _, value in arguments))
    return NOT_APPLICABLE if value is None else ("known", value)


def walk(node: Any) -> Iterator[Data]:
    """Every mapping inside, warnings apart: no result rests on them."""
    if isinstance(node, Mapping):
        yield node
        node = [child for key, child in node.items() if key != "warnings"]
    for child in node if isinstance(node, list) else []:
        yield from walk(child)


class Names(NamedTuple):
    """The facts and items that a rule names, whatever the case says; ``ranges``: also the criteria of its file."""

    facts: frozenset[str]
    items: frozenset[str]
    ranges: bool


NAMED: dict[int, tuple[Any, Names]] = {}  # by the identity of a rule, which is held so that no other takes it


def names_in(rule: Any) -> Names:
    if id(rule) not in NAMED:
        parts = list(walk(rule))
        named = frozenset(part[key] for part in parts for key in ("ref", "criterion", "by_outcome") if key in part)
        ranges = any(part.keys() & {"any_criterion", "every_criterion"} for part in parts)
        NAMED[id(rule)] = rule, Names(frozenset(part["fact"] for part in parts if "fact" in part), named, ranges)
    return NAMED[id(rule)][1]


def items(convention: Data, home: int) -> dict[str, Item]:
    """The items of a convention, by id; a file that carries overlays has none for the convention's own contracts."""
    found: dict[str, Item] = {}
    for file in convention["files"].values():
        criteria = tuple(criterion["id"] for criterion in file.get("criteria", []))
        for kind in ("parameters", "tables", "quantities", "criteria", "outcomes", "payments"):
            if home or "overlays" not in file:
                found |= {data["id"]: Item(kind, data, home, criteria) for data in file.get(kind, [])}
    return found


class Reading:
    """One case, read under the contract's own convention and the active overlays (each with its convention's data)."""

    def __init__(self, convention: Data, case: Data, interpretations: Mapping[str, str], absence: Set[str],
                 overlays: Sequence[tuple[Data, Data]] = (), dates: Set[str] = frozenset()) -> None:  # fmt: skip
        self.case = {fact: literal(value) for fact, value in case.items() if value is not None}
        self.absence, self.memory = absence, dict[tuple[str, int], Result]()
        self.open = dict[tuple[str, int], frozenset[Any]]()  # what an undetermined item on a scale can still be
        assert all(isinstance(self.case[fact], date) for fact in dates & self.case.keys()), "a date fact must be a date"
        books = [convention, *(newer for _, newer in overlays)]
        self.choices = {i["id"]: i["default"] for b in books[::-1] for i in b["convention"].get("interpretations", [])}
        self.choices.update(interpretations)
        years = {"years": {"subtract": [{"fact": "contrat.annee"}, 1]}}
        start = {"id": "annee.debut", "date_plus": [convention["convention"].get("years_from"), years]}
        self.books = [items(book, home) for home, book in enumerate(books)]
        self.names = list(self.books[0])
        self.books[0]["annee.debut"] = Item("quantities", start, 0, ())
        self.added: dict[str, list[Item]] = {}  # criterion: the derogations that overlays add to it
        for home, (overlay, newer) in enumerate(overlays, 1):
            for old, new in overlay.get("replace", {}).items():
                if old in self.books[0]:  # an obligation has a status in a report, and no value to read
                    self.books[0][old] = self.books[home][new]._replace(criteria=self.books[0][old].criteria)
            declared = {d["id"]: d for file in newer["files"].values() for d in file.get("derogations", [])}
            for criterion, names in overlay.get("add_derogations", {}).items():
                self.added.setdefault(criterion, []).extend(Item("", declared[name], home, ()) for name in names)

    def results(self) -> dict[str, Result]:
        return {name: self.result(name, 0) for name in self.names}

    def find(self, name: str, home: int) -> Item:
        return self.books[0].get(name) or self.books[home][name]

    def result(self, name: str, home: int) -> Result:
        item = self.find(name, home)
        if (name, item.home) not in self.memory:
            found = self.item(name, item)
            if found[0] == "undetermined" and item.kind == "quantities":
                found = self.narrowed(name, item, found)
            if found[0] == "undetermined" and item.kind == "criteria":
                self.open[name, item.home] = self.verdicts_left(name, item)
            self.memory[name, item.home] = found
        return self.memory[name, item.home]

    def narrowed(self, name: str, item: Item, found: Result) -> Result:
        """An undetermined quantity on a scale: known if one step is left, else what is left is kept in ``open``."""
        asked = "contrat.annee" in self.case or not self.of_the_year(name, item.home, set())
        if not asked or not self.steps(item.data, item):
            return found
        left = self.left(item.data, item)
        if self.holds(item.data.get("applies_when", {"all": []}), item) is not True:
            left |= {None}
        self.open[name, item.home] = left
        (value, *others) = left
        return found if others else ("known", value) if value is not None else NOT_APPLICABLE

    def verdicts_left(self, name: str, item: Item) -> frozenset[Any]:
        """What an undetermined criterion can still be, None where it may not apply."""
        asked = "contrat.annee" in self.case or not self.of_the_year(name, item.home, set())
        status, verdict = self.criterion(item, self.added.get(name, []))
        left = [verdict] if asked and status == "known" else ["met", "not_met"]
        sure = asked and self.holds(item.data.get("applies_when", {"all": []}), item) is True
        return frozenset(left if sure else [*left, None])

    def left(self, node: Any, item: Item) -> frozenset[Any]:
        """What an expression on a scale can still be, None where it is not applicable; anything, if it is no such."""
        status, value = self.value(node, item)
        if status != "undetermined":
            return frozenset([value])
        if "value" in node:
            return self.left(node["value"], item)
        if "ref" in node:
            target = self.find(node["ref"], item.home)
            return self.open.get((node["ref"], target.home), frozenset([*self.steps(node, item), None]))
        if "scale" in node:
            reached = [self.holds(step.get("reached_when", {"all": []}), item) for step in node["scale"]]
            top = max(index for index, truth in enumerate(reached) if truth is True)
            above = list(takewhile(lambda truth: truth is not False, reached[top + 1 :]))
            return frozenset(literal(step["then"]) for step in node["scale"][top : top + 1 + len(above)])
        if "cases" in node:
            found: list[Any] = []
            for case in node["cases"]:
                truth = self.holds(case["when"], item)
                found += [] if truth is False else self.left(case["then"], item)
                if truth is True:
                    return frozenset(found)
            return frozenset([*found, *(self.left(node["otherwise"], item) if "otherwise" in node else [None])])
        if "highest" in node:
            order = [None, *self.steps(node, item)]
            ways = product(*(self.left(part, item) for part in node["highest"]))
            return frozenset(max(way, key=order.index) for way in ways)
        return frozenset([*self.steps(node, item), None])

    def compared(self, operator: str, node: Data, bound: Any, item: Item) -> Truth:
        """A comparison; of an item on a scale with literals, the one answer that all that is left of it gives."""
        given = self.value(node, item)
        truth = compare(operator, given, self.value(bound, item))
        if isinstance(truth, bool) or "ref" not in node or isinstance(bound, Mapping):
            return truth
        left = self.open.get((node["ref"], self.find(node["ref"], item.home).home))
        if left is None and not self.steps(node, item):
            return truth
        left = self.left(node, item) if left is None else left
        answers = {value is not None and COMPARE[operator](value, literal(bound)) for value in left}
        return answers.pop() if len(answers) == 1 else truth

    def item(self, name: str, item: Item) -> Result:
        if "contrat.annee" not in self.case and self.of_the_year(name, item.home, set()):
            return undetermined([{"contrat.annee"}])
        applies = self.holds(item.data.get("applies_when", {"all": []}), item)
        if applies is False or self.holds(item.data.get("unless", {"any": []}), item) is True:
            return NOT_APPLICABLE
        if applies is not True:
            return undetermined([applies])
        if item.kind in ("quantities", "payments"):
            return self.value(item.data["amount"] if item.kind == "payments" else item.data, item)
        if item.kind == "criteria":
            return self.criterion(item, self.added.get(name, []))
        read = {"parameters": self.parameter, "tables": self.table, "outcomes": self.outcome}[item.kind]
        return read(item)

    def of_the_year(self, name: str, home: int, seen: set[Any]) -> bool:
        item = self.find(name, home)
        if (name, item.home) in seen:
            return False
        seen.add((name, item.home))
        parts = [item, *self.added.get(name, [])]
        if item.kind == "parameters" and item.home and len(item.data["values"]) > 1:
            return True  # its value is the one at the start of the contract year
        return any("contrat.annee" in names_in(part.data).facts for part in parts) or any(
            self.of_the_year(name, part.home, seen) for part in parts for name in part.reads(part.data)
        )

    def supplied(self, node: Data) -> frozenset[str]:
        """The facts that would stand in for an unpublished value, those already given apart."""
        facts = node["unpublished"].get("supplied_by", [])
        return frozenset([facts] if isinstance(facts, str) else facts) - self.case.keys()

    def parameter(self, item: Item) -> Result:
        values = item.data["values"]
        if len(values) == 1:
            return self.value(values[0], item)
        status, day = self.value({"ref": "annee.debut"} if item.home else {"fact": "contrat.date_signature"}, item)
        if status != "known":
            return status, day
        return self.value(([v for v in values if literal(v["from"]) <= day] or values[:1])[-1], item)

    def table(self, item: Item) -> Result:
        inputs = {column: self.value(source, item) for column, source in item.data["inputs"].items()}
        rows = [(row, every([self.dated(row, item), *(self.cell(row[column], source, item)
                             for column, source in item.data["inputs"].items() if column in row)]))
                for row in item.data["rows"]]  # fmt: skip
        rows = [(row, truth) for row, truth in rows if truth is not False]
        if not rows and NOT_APPLICABLE not in inputs.values():
            raise LookupError("no-row")
        if not rows:
            return NOT_APPLICABLE
        values = [row.get("then") for row, _ in rows]  # None: unpublished
        if None not in values and values.count(values[0]) == len(values):
            return "known", literal(values[0])
        unpublished = [self.supplied(row) for row, truth in rows if truth is True and "unpublished" in row]
        return undetermined([truth for _, truth in rows] + unpublished)

    def dated(self, row: Data, item: Item) -> Truth:
        """Whether a row holds on the day of its table: from its day until the next of the same cells, or its end."""

        def asks(other: Data) -> Data:
            return {key: other[key] for key in other if key in item.data["inputs"]}

        start = row.get("from", "0001-01-01")
        alike = [other.get("from", "") for other in item.data["rows"] if asks(other) == asks(row)]
        ends = [day for day in (*alike, row.get("before", "")) if day > start]
        if "from" not in row and not ends:
            return True
        status, day = self.value({"ref": "annee.debut"} if item.home else {"fact": "contrat.date_signature"}, item)
        if status == "undetermined":
            return day  # type: ignore[no-any-return]
        return status == "known" and literal(start) <= day and all(day < literal(end) for end in ends)

    def cell(self, cell: Any, source: Data, item: Item) -> Truth:
        tests = cell if isinstance(cell, Mapping) else {"in" if isinstance(cell, list) else "is": cell}
        return every([self.compared(operator, source, bound, item) for operator, bound in tests.items()])

    def criterion(self, item: Item, added: Sequence[Item]) -> Result:
        ways = [self.holds(item.data["met_when"], item)]
        ways += [self.holds(derogation["when"], item) for derogation in item.data.get("derogations", [])]
        met = some(ways + [self.holds(derogation.data["when"], derogation) for derogation in added])
        return ("known", "met" if met else "not_met") if isinstance(met, bool) else undetermined([met])

    def outcome(self, item: Item) -> Result:
        truths = [(rule, self.holds(rule["when"], item)) for rule in item.data["rules"]]
        fired = [rule for rule, truth in truths if truth is True]
        if len({rule.get("then") for rule in fired}) > 1:
            raise LookupError("conflict")
        if fired and "then" in fired[0]:
            return "known", fired[0]["then"]
        if fired:
            return undetermined([self.supplied(rule) for rule in fired])
        verdicts = [self.result(name, item.home) for name in item.reads(item.data["rules"])]
        if all(status != "undetermined" for status, _ in verdicts):
            raise LookupError("no-rule")
        return undetermined([truth for _, truth in truths])

    def verdict(self, criterion: str, verdicts: str | list[str], item: Item) -> Truth:
        status, value = self.result(criterion, item.home)
        named = {verdicts} if isinstance(verdicts, str) else {*verdicts}
        if status != "undetermined" or "undetermined" in named:
            return (value if status == "known" else status) in named
        left = {verdict or "not_applicable" for verdict in self.open[criterion, self.find(criterion, item.home).home]}
        return True if left <= named else frozenset(value) if left & named else False

    def holds(self, condition: Data, item: Item) -> Truth:
        """A condition, with the verdict atoms of outcomes: true, false, or what it misses."""
        for word, combine in (("all", every), ("any", some)):
            if word in condition:
                return combine([self.holds(part, item) for part in condition[word]])
        for word, combine in (("every_criterion", every), ("any_criterion", some)):
            if word in condition:
                return combine([self.verdict(criterion, condition[word], item) for criterion in item.criteria])
        if "criterion" in condition:
            return self.verdict(condition["criterion"], condition["verdict"], item)
        if "not" in condition:
            return negate(self.holds(condition["not"], item))
        if "first_known" in condition:
            parts = [self.holds(part, item) for part in condition["first_known"]]
            return next((part for part in parts if isinstance(part, bool)), unknown(parts))
        if "interpretation" in condition:
            return bool(self.choices[condition["interpretation"]] == condition["is"])
        if "known" in condition:
            return bool((condition["fact"] in self.case) == condition["known"])
        operator = next(word for word in condition if word in COMPARE)
        left = {word: name for word, name in condition.items() if word in ("fact", "ref")}
        return self.compared(operator, left, condition[operator], item)

    def value(self, node: Any, item: Item) -> Result:
        """An expression; a quantity, and a dated value of a parameter, is read as the expression that it carries."""
        if not isinstance(node, Mapping):
            return "known", literal(node)
        if "fact" in node:
            given, lacking = self.case.get(node["fact"]), {node["fact"]} - self.absence
            return undetermined([lacking]) if given is None else ("known", given)
        if "ref" in node:
            return self.result(node["ref"], item.home)
        if "unpublished" in node:
            return undetermined([self.supplied(node)])
        if "value" in node:
            return self.value(node["value"], item)
        if "by_outcome" in node:
            status, outcome = self.result(node["by_outcome"], item.home)
            return self.value(node["values"][outcome], item) if status == "known" else (status, outcome)
        if "cases" in node:
            return self.first_case(node, item)
        if "scale" in node:
            reached = [self.holds(step.get("reached_when", {"all": []}), item) for step in node["scale"]]
            top = max(index for index, truth in enumerate(reached) if truth is True)
            above = list(takewhile(lambda truth: truth is not False, reached[top + 1 :]))
            return undetermined(above) if above else ("known", literal(node["scale"][top]["then"]))
        if "date_plus" in node:
            start, [(unit, amount)] = node["date_plus"][0], node["date_plus"][1].items()
            return strict([self.value(start, item), self.value(amount, item)], lambda day, n: shift(day, unit, n))
        return self.applied(node, item)

    def first_case(self, node: Any, item: Item) -> Result:
        """The value of the first case that is true; undetermined where one before it is unknown."""
        truths = [self.holds(case["when"], item) for case in node["cases"]]
        before = list(takewhile(lambda truth: truth is not True, truths))
        if not all(truth is False for truth in before):
            return undetermined(before)
        if len(before) < len(truths):
            return self.value(node["cases"][len(before)]["then"], item)
        return self.value(node["otherwise"], item) if "otherwise" in node else NOT_APPLICABLE

    def applied(self, node: Any, item: Item) -> Result:
        """An operator over its operands."""
        word = next(word for word in ("first_known", "min", "max", "highest", *ARITHMETIC) if word in node)
        named = {"round": ("of", "to", "mode")}.get(word)
        arguments = [node[word][name] for name in named] if named else node[word]
        results = [self.value(argument, item) for argument in arguments]
        if word == "multiply" and ("known", 0) in results:
            return "known", 0
        if word in ARITHMETIC:
            return strict(results, ARITHMETIC[word])
        left = [result for result in results if result != NOT_APPLICABLE]
        if word == "first_known":
            return next((result for result in left if result[0] == "known"), strict(left, lambda *_: None))
        if word == "highest":
            operands = [self.left(argument, item) for argument in arguments]
            order = [None, *self.steps(node, item)]
            found = {max(way, key=order.index) for way in product(*operands)}
            if len(found) > 1:  # waits for the operands that can still raise it
                return undetermined([r[1] for r, o in zip(results, operands, strict=True) if len(o & found) > 1])
            (step,) = found
            return NOT_APPLICABLE if step is None else ("known", step)
        computed = [r for r, argument in zip(results, arguments, strict=True) if isinstance(argument, Mapping)]
        if all(result == NOT_APPLICABLE for result in computed):
            return NOT_APPLICABLE
        return strict(left, lambda *values: (min if word == "min" else max)(values))

    def steps(self, node: Any, item: Item) -> list[Any]:
        """The ordered enum of an expression: the steps of the first scale among the values that it can take."""
        if not isinstance(node, Mapping):
            return []
        if "scale" in node:
            return [literal(step["then"]) for step in node["scale"]]
        if "ref" in node:
            target = self.find(node["ref"], item.home)
            return self.steps(target.data, target)
        inside = [case["then"] for case in node.get("cases", [])] + [node.get("otherwise"), node.get("value")]
        inside += [*node.get("first_known", []), *node.get("highest", [])]
        inside += node["values"].values() if "by_outcome" in node else []
        return next((steps for part in inside if (steps := self.steps(part, item))), [])
