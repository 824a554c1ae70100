"""The generated regions of docs/language.md: operator table, schemas and examples come in, Markdown goes out.

Every example of docs/language.examples.yaml is parsed, typed and evaluated by the engine: an answer shown is the
answer given. tools/generate_docs.py puts the regions in their place.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from make_schemas import OF_ALL as COMMON

from engine.evaluation.closures import condition, expression
from engine.evaluation.slots import Answer, Layout
from engine.language import reading
from engine.language.facts import Fact, Vocabulary, vocabulary
from engine.language.operators import OPERATORS, Operator
from engine.language.reading import Home
from engine.language.types import UNIT_SCALE, UNITS, VERDICT, Type, number
from engine.language.typing import Scope, check_condition, type_of
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value, all_of, any_of, as_written, negate
from engine.policy.loader import load, parse

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "language.examples.yaml"
KINDS = (
    "parameter",
    "table",
    "row",
    "criterion",
    "derogation",
    "outcome",
    "payment",
    "obligation",
    "consistency",
    "overlay",
    "property",
    "supposition",
    "unpublished",
)
BANDS = Type("enum", values=("sous_p30", "p30_p50", "p50_p90", "p90_p95", "p95_plus"), ordered=True)
# The items that examples may name.
ITEMS: Mapping[str, Type] = {
    "tranche.mt": BANDS,
    "tranche.fa": BANDS,
    "fa_non_diminuee": VERDICT,
    "objectif.mt": number("patients"),
    "aide.montant_annuel": number("EUR", 2),
    "verification.taux": number("ratio", None),
    "verification.resultat": Type("enum", values=("plein", "prorata", "nul", "sans_objet")),
}
ABSENT = {"absent": None, "undetermined": UNDETERMINED, "not_applicable": NOT_APPLICABLE}
X_KEYS: Mapping[str, str] = {
    "x-label": "French and English label, used in every report",
    "x-question": "the question to ask for the fact when it is missing",
    "x-where": "where a person finds the answer",
    "x-unit": "the unit of a number",
    "x-scale": "how many decimals are allowed; without it, none",
    "x-absence": "`answer`: absence says that the event did not happen or the figure was not notified",
    "x-labels": "French and English label of each value",
    "x-said": "other names by which people call each value",
    "x-fixed": "a person cannot change it: an age, a date gone by",
    "x-sensitive": "`true`: about a person's health or birth; it never stands in an address",
    "x-instead-of": "facts that people seldom know, which need not be asked for where this one is known",
    "x-or": "another fact that some people know in its place: it is asked for beside it",
    "x-fixed-with": "a person cannot change it once this other fact is given; `annee.debut`: once the year has begun",
    "x-written-for": "the fact whose value it was written for: `compare` leaves it out where that differs",
    "x-by-cases": "`true`: where a case lacks it, what comes out alike for each of its values is known",
    "x-order": "at the root: chains of facts whose values must not decrease",
    "x-glossary": "at the root: words of the trade that pages explain where they use them",
    "x-consistency": "at the root: what else must hold between facts in every text, as `consistency` in a rule file",
}


def regions() -> dict[str, str]:
    """Every generated region of docs/language.md by name."""
    facts = vocabulary(_schema("case"))
    trial = Trial(facts)
    examples = load(EXAMPLES, EXAMPLES.name).data
    families = dict.fromkeys(row.family for row in OPERATORS)
    ruleset = _schema("ruleset")
    return {
        **{f"operators.{family}": _family(family, examples[family], trial) for family in families},
        **{f"body.{name}": _body(entry, trial) for name, entry in examples["body"].items()},
        "kleene": _kleene(),
        "units": _units(),
        "convention": _keys(_schema("convention"), _schema("convention")),
        "headline": _keys(_schema("convention")["properties"]["results"]["items"], _schema("convention")),
        "common": _keys(ruleset["definitions"]["quantity"], ruleset, only=COMMON),
        **{f"item.{kind}": _keys(ruleset["definitions"][kind], ruleset, without=COMMON) for kind in KINDS},
        "suite": _keys(_schema("suite")["definitions"]["case"], _schema("suite")),
        "x-keys": _x_keys(),
        "facts": _facts(facts),
    }


class Trial:
    """Compiles a rule over the project's facts and a few items, and gives its answers as text."""

    def __init__(self, facts: Vocabulary) -> None:
        self.order = [*facts.facts, *ITEMS]
        slots = {name: i for i, name in enumerate(self.order)}
        self.facts = facts
        self.scope = Scope(facts, ITEMS, {})
        self.names = Layout({n: slots[n] for n in facts.facts}, {n: slots[n] for n in ITEMS}, {}, self.scope)

    def answer(self, rule: str, given: Mapping[str, Any], is_condition: bool) -> str:
        """The answer of ``rule`` for the values ``given``, with what it still waits for."""
        piece, home = parse(rule.encode(), EXAMPLES.name).root(), Home("example")
        if is_condition:
            node = reading.condition(piece, home)
            check_condition(node, self.scope)
            value, _, missing = condition(node, self.names)(self.slots(given))
            text = {True: "true", False: "false", None: "unknown"}[value]
        else:
            body = reading.body(piece, home)
            type_of(body, self.scope)
            value, _, missing = expression(body, self.names)(self.slots(given))
            text = _shown(value)
        if self.scope.problems:
            raise ValueError(f"{rule}: {self.scope.problems[0].line()}")
        lacking = [name for i, name in enumerate(self.order) if missing >> i & 1]
        return text + (f", missing {', '.join(lacking)}" if lacking else "")

    def slots(self, given: Mapping[str, Any]) -> list[Answer]:
        slots: list[Answer] = []
        for i, name in enumerate(self.order):
            value = self.typed(name, given.get(name, "absent"))
            fact = self.facts.facts.get(name)
            if value is None:
                slots.append((UNDETERMINED, 1 << i, 1 << i if fact and not fact.absence_answers else 0))
            else:
                slots.append((value, 1 << i, 0))
        return slots

    def typed(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and value in ABSENT:
            return ABSENT[value]
        kind = self.facts.facts[name].type if name in self.facts.facts else ITEMS[name]
        if kind.kind == "date":
            return dt.date.fromisoformat(value)
        return Fraction(value) if kind.unit == "ratio" else value


def _shown(value: Value) -> str:
    return value.value.replace("_", " ") if isinstance(value, Absent) else as_written(value)


def _family(family: str, examples: Mapping[str, Any], trial: Trial) -> str:
    """The operators of a family as a table, and their examples."""
    rows = [row for row in OPERATORS if row.family == family]
    unused = set(examples) - {row.name for row in rows}
    if unused:
        raise ValueError(f"{EXAMPLES.name}: {family} has no operator {sorted(unused)}")
    operators = table(
        ("operator", "takes", "meaning", "absent operands", "in a report"),
        [
            (
                f"`{row.name}`",
                row.takes,
                row.meaning["en"],
                _absent(row),
                f"« {row.phrase['fr']} », “{row.phrase['en']}”",
            )
            for row in rows
        ],
    )
    shown = [examples[row.name] for row in rows if row.name in examples]
    lines = [line for each in shown for line in _tried(each, trial, family in ("comparison", "connective"))]
    return "\n".join([operators, "", "```yaml", *lines, "```"])


def _body(example: Mapping[str, Any], trial: Trial) -> str:
    return "\n".join(["```yaml", *_tried(example, trial, False), "```"])


def _tried(example: Mapping[str, Any], trial: Trial, is_condition: bool) -> Iterator[str]:
    yield from example["rule"].rstrip().splitlines()
    for given in example["trials"]:
        values = ", ".join(f"{name}: {_written(value)}" for name, value in given.items())
        yield f"#   {values} → {trial.answer(example['rule'], given, is_condition)}"


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).replace("not_applicable", "not applicable")


def _absent(row: Operator) -> str:
    if row.family == "comparison":
        return "what it asks about" if row.absence == "own" else "undetermined: unknown; not applicable: false"
    if row.family == "connective":
        return "unknown is a value"
    return {
        "propagate": f"{'0 beside 0; ' if row.settled_by else ''}undetermined, else not applicable",
        "skip": "undetermined; not applicable is left out",
        "own": "as its meaning says",
    }[row.absence]


def _kleene() -> str:
    words = {True: "true", False: "false", None: "unknown"}
    values = (True, None, False)
    pairs = [(a, b) for i, a in enumerate(values) for b in values[i:]]
    rows = [(words[a], words[b], words[all_of((a, b))], words[any_of((a, b))]) for a, b in pairs]
    inverse = ", ".join(f"`not` {words[a]} is {words[negate((a,))]}" for a in values)
    return f"{table(('a', 'b', '`all`', '`any`'), rows)}\n\n{inverse}."


def _units() -> str:
    rows = [(f"`{unit}`", "any" if UNIT_SCALE.get(unit) is None else str(UNIT_SCALE[unit])) for unit in UNITS]
    return table(("unit", "decimals of a result"), rows)


def _keys(
    definition: Mapping[str, Any], schema: Mapping[str, Any], only: Sequence[str] = (), without: Sequence[str] = ()
) -> str:
    """The keys of an object of a schema: which are required, and what each is for."""
    required = definition.get("required", ())
    rows = [
        (f"`{key}`", "yes" if key in required else "", _meaning(entry, schema))
        for key, entry in definition["properties"].items()
        if (not only or key in only) and key not in without
    ]
    return table(("key", "required", "meaning"), rows)


def _meaning(entry: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if "description" in entry:
        return str(entry["description"]).rpartition(" / EN: ")[2]
    target = entry.get("$ref") or entry["allOf"][0]["$ref"]
    return _meaning(schema["definitions"][target.rpartition("/")[2]], schema)


def _x_keys() -> str:
    used = {key for entry in _entries(_schema("case")) for key in entry if key.startswith("x-")}
    if used != set(X_KEYS):
        raise ValueError(f"schemas/case.schema.json and X_KEYS differ: {sorted(used ^ set(X_KEYS))}")
    return table(("key", "meaning"), [(f"`{key}`", text) for key, text in X_KEYS.items()])


def _entries(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield schema
    for group in schema["properties"].values():
        yield group
        yield from group.get("properties", {}).values()


def _facts(facts: Vocabulary) -> str:
    rows = [
        (f"`{name}`", _values(fact), "answer" if fact.absence_answers else "", fact.label["fr"], fact.label["en"])
        for name, fact in facts.facts.items()
    ]
    return table(("fact", "values", "absence", "français", "English"), rows)


def _values(fact: Fact) -> str:
    if fact.type.kind == "enum":
        return ", ".join(fact.type.values)
    if fact.type.kind != "number":
        return fact.type.kind
    unit = "" if fact.type.unit == "none" else f" {fact.type.unit}"
    decimals = f", {fact.type.scale} decimals" if fact.type.scale else ""
    return f"{fact.minimum} to {fact.maximum}{unit}{decimals}"


def _schema(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return data


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown of a table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
