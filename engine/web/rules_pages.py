"""The pages of the rules: a registry comes in, pages of the list, of each item and of two texts compared go out.

The same pages make a static site.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup

from engine.comparison.edits.structure import compared
from engine.comparison.effects.behaviour import Version, behaviours
from engine.comparison.sides import Side
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.files import replacing
from engine.language.types import number
from engine.policy.model import Convention, Item, Outcome
from engine.policy.registry import Registry
from engine.report.behaviour_page import Effects
from engine.report.catalogue_page import Readers, convention_rows, having, item_blocks, readers_of, window_text
from engine.report.diff_page import Diff, tables
from engine.report.explain_page import formula
from engine.report.html import fragment
from engine.report.page import Block, Fold, Heading, Paragraph, Table, in_runs, with_texts
from engine.report.parts import ended, labelled
from engine.report.say import Say
from engine.suite.running import PolicyCase, read_cases
from engine.web.state import LANG, State
from engine.web.templates import rendered, wording
from engine.words import LANGUAGES, read_words

STATIC = Path(__file__).parent / "static"
WHOM = "pour"  # the parameter that asks for whom a text changes the result
EXAMPLES = 6  # tests on the page of an item
Examples = Mapping[str, Sequence[PolicyCase]]


@dataclass(frozen=True, slots=True)
class RulesPages:
    """The pages of the rules in one language; ``root`` leads to their folder, ``suffix`` ends their addresses."""

    say: Say
    root: str = "/"
    suffix: str = ""
    readers: dict[str, Readers] = field(default_factory=dict)  # by convention, worked out once for all pages

    def _state(self, facts: Facts) -> State:
        return State(vocabulary=self.say.registry.vocabulary, lang=self.say.lang, facts=facts)

    def index(self) -> str:
        """Every convention, then every item with a link to its page."""
        conventions = self.say.registry.in_time
        kinds: dict[str, dict[str, str]] = {}
        for convention in conventions:
            for item in convention.items.values():
                kinds.setdefault(item.kind, {}).setdefault(item.id, self.say.label(item))
        say = self.say
        heads = tuple(map(say, ("convention", "beneficiary", "signed", "items")))
        table = Table(heads, tuple(row[1:] for row in convention_rows(say)))
        values = {"html": Markup(fragment([table])), "kinds": kinds, "conventions": conventions, "say": say}
        return self._page("rules.html", "/regles", "index", **values)

    def item(
        self, id_: str, examples: Sequence[PolicyCase] = (), text: str = "", case: tuple[State, Decision] | None = None
    ) -> str:
        """One item: its words, sources and values under ``text`` or the newest, the others folded; who uses it; tests.

        Of a ``case`` that led here: what the item gives for it, and its text before the others. Raises UsageFault: no
        convention has it.
        """
        found = having(id_, self.say)[::-1]
        found.sort(key=lambda convention: convention.id != (text if case is None else case[1].convention.id))
        newest = found[0]
        say = self.say.noting(full=True)
        title = say.label(newest.items[id_])
        blocks: list[Block] = [Heading(title, 1), *(() if case is None else self._of_case(id_, case[1]))]
        self.readers.update({each.id: readers_of(each) for each in found if each.id not in self.readers})
        told = {each.id: tuple(item_blocks(each, each.items[id_], self.readers[each.id], say)) for each in found}
        for place, convention in enumerate(found):
            head = f"{say.label(convention)}, {window_text(convention, say)}"
            blocks += [Fold(head, told[convention.id])] if place else [Heading(head), *told[convention.id]]
            blocks += [] if place else self._in_time(id_, told)
        links = self._links(newest, id_)
        if examples:
            heads = (wording(say.lang)("example"), title)
            tests = sorted(examples, key=lambda case: case.convention != newest.id)[:EXAMPLES]
            rows = tuple((case.name, self._expected(newest.items[id_], case)) for case in tests)
            blocks += [Heading(wording(say.lang)("examples")), Table(heads, rows, say.foreign)]
            links |= {case.name: f"/resultat?{self._state(case.facts).query()}" for case in tests if not self.suffix}
        html = Markup(fragment(ended(blocks, say), 0, links))
        following = ((a, b) for a, b in pairwise(say.registry.in_time) if a.beneficiary == b.beneficiary)
        changes = [(a, b) for a, b in following if id_ in b.items and a.items.get(id_) != b.items[id_]]
        values = {"html": html, "title": title, "changes": changes, "say": say}
        values |= {} if case is None else {"state": case[0]}
        return self._page("rule.html", f"/regles/{id_}", f"regles/{id_}", **values)

    def _of_case(self, id_: str, decision: Decision) -> Iterator[Block]:
        """What an item gives for a case: its value, or that of each contract year."""
        say, w = self.say, wording(self.say.lang)
        lines = [line for line in decision.years if line.amount.id == id_]
        if lines:
            yield Paragraph(w("your_values"), "lead")
            rows = ((line.year, say.scalar(line.start), (say.result(line.amount),)) for line in lines)
            yield Table((say("year"), say("start"), say("value")), in_runs(rows))
        elif id_ in decision.results:
            yield Paragraph(w("your_value", value=say.result(decision.results[id_])), "lead")
            if worked := formula(decision.results[id_], decision, say):
                yield Paragraph(say.pair(say("worked_out"), worked))

    def _in_time(self, id_: str, told: Mapping[str, Sequence[Block]]) -> Iterator[Block]:
        """The values of a parameter that several texts have, from text to text."""
        texts = [each for each in having(id_, self.say) if each.items[id_].kind == "parameter"]
        if len(texts) > 1:
            tables = ((each, block) for each in texts for block in told[each.id] if isinstance(block, Table))
            rows = tuple((self.say.label(each), *row[:2]) for each, table in tables for row in table.rows)
            yield Heading(wording(self.say.lang)("in_time"))
            yield Table(tuple(map(self.say, ("convention", "since", "value"))), rows)

    def _links(self, convention: Convention, id_: str) -> dict[str, str]:
        """The pages of the items that a convention has, under their labels as rules quote them."""
        lang = "" if self.suffix or self.say.lang == LANGUAGES[0] else f"?{LANG}={self.say.lang}"
        others = (item for item in convention.items.values() if item.id != id_)
        pages = {self.say.label(item): f"{self.root}regles/{item.id}{self.suffix}{lang}" for item in others}
        return pages | {self.say("quoted", text=label): page for label, page in pages.items()}

    def _expected(self, item: Item, case: PolicyCase) -> str:
        """What a test expects of an item, in words."""
        expected = case.entry["expect"][item.id]
        if item.unit == "ratio" and "/" in str(expected):
            return self.say.scalar(Fraction(expected), number("ratio", None))
        if isinstance(expected, int | Decimal) and not isinstance(expected, bool):
            return self.say.numbered(expected, item.unit)
        return self.say.value(str(expected), item.value_labels)

    def between(self, a: str, b: str, effects: Effects | None = None) -> str:
        """What changed from one convention to another, for whom where asked; raises UsageFault: one is unknown."""
        registry = self.say.registry
        title = " → ".join(self.say.label(registry.by_id(id_)) for id_ in (a, b))
        sides = (Side(a, registry, (a,)), Side(b, registry, (b,)))
        found = compared(registry, registry, [(a, b)])
        say = self.say.noting(full=True)
        _, *told = tables(Diff(sides=sides, found=found, effects=effects), say)
        labels = dict(_labels(registry.by_id(a), say)) | dict(_labels(registry.by_id(b), say))
        shown = (block for block in told if block != Paragraph(say("diff_hidden")))
        blocks = [Heading(title, 1), *(self._named(block, labels) for block in shown)]
        asked = not self.suffix and effects is None and (a, b) in _pairs(registry)
        parts = ended(blocks, say)
        if Heading(say("texts")) in parts:
            place = parts.index(Heading(say("texts")))
            parts = (*parts[:place], Fold(say("texts"), parts[place + 1 :]))
        values = {"html": Markup(fragment(parts)), "title": title, "whom": (a, b, WHOM)}
        return self._page("rule.html", "/regles/comparer", f"regles/{a}--{b}", **values, asked=asked)

    def _named(self, block: Block, labels: Mapping[str, str]) -> Block:
        """A part of a comparison with the files of the rules under the names of what they hold, ids by ``labels``."""
        words = read_words("web", self.say.lang)

        def named(text: str) -> str:
            file, dot, count = text.partition(".yaml")
            if text == self.say("diff_file"):
                return wording(self.say.lang)("part_of_rules")
            return words.get(f"file_{file}", file) + count if dot else labelled(text, labels, self.say)

        if isinstance(block, Fold):
            block = replace(block, blocks=tuple(self._named(each, labels) for each in block.blocks))
        return with_texts(block, named)

    def _page(self, template: str, path: str, file: str, **values: Any) -> str:
        """A page at ``path`` of a service, or the ``file`` of a static site."""
        state, file = values.pop("state", self._state({})), file + self.suffix
        return rendered(template, state, path, root=self.root, suffix=self.suffix, file=file, **values)


def _labels(text: Convention, say: Say) -> Iterator[tuple[str, str]]:
    """The values of a text's items, its rules by what they give, and its derogations, in words by their ids."""
    for item in text.items.values():
        yield from ((value, label[say.lang]) for value, label in item.value_labels.items())
        yield from ((each.id, say.label(each)) for each in getattr(item.body, "derogations", ()))
        rules = item.body.rules if isinstance(item.body, Outcome) else ()
        yield from ((each.id, say.value(each.then, item.value_labels)) for each in rules if isinstance(each.then, str))


def examples(session: Session) -> Examples:
    """The policies' own tests by the items of which they expect something; read once for a session."""
    found: dict[str, list[PolicyCase]] | None = session.kernels.get(examples)
    if found is None:
        found = session.kernels[examples] = {}
        for case in read_cases(session):
            for id_ in case.entry["expect"]:
                found.setdefault(id_, []).append(case)
    return found


def site(session: Session, folder: Path, *, behaviour: bool = False) -> int:
    """Writes the pages of the rules as files, in each language, and tells how many; raises as :func:`effects`.

    ``behaviour`` says for whom a text changes the result.
    """
    count = 0
    told = {pair: effects(session, *pair) for pair in _pairs(session.registry)} if behaviour else {}
    for lang in LANGUAGES:
        pages = {name: html.encode() for name, html in _files(Say(session.registry, lang), examples(session), told)}
        files = pages | {f"static/{path.name}": path.read_bytes() for path in sorted(STATIC.iterdir())}
        for name, content in files.items():
            path = folder / lang / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as partial:
                partial.write_bytes(content)
        count += len(pages)
    return count


def _pairs(registry: Registry) -> list[tuple[str, str]]:
    """Each text with the one that follows on it."""
    return [(a.id, b.id) for a, b in pairwise(registry.in_time) if a.beneficiary == b.beneficiary]


def effects(session: Session, a: str, b: str) -> Effects | None:
    """For whom a text gives something else than the one before; raises UsageFault: the solver is missing.

    None for other pairs. Worked out once for a session.
    """
    if (a, b) not in _pairs(session.registry):
        return None
    kept: dict[tuple[str, str], Effects] = session.kernels.setdefault(effects, {})
    if (a, b) not in kept:
        old, new = (Version(session, session.registry.by_id(id_)) for id_ in (a, b))
        kept[a, b] = Effects(found=behaviours([(old, new)]))
    return kept[a, b]


def _files(say: Say, examples: Examples, told: Mapping[tuple[str, str], Effects | None]) -> Iterator[tuple[str, str]]:
    yield "index.html", RulesPages(say, "", ".html").index()
    below = RulesPages(say, "../", ".html")
    conventions = say.registry.in_time
    for id_ in sorted({id_ for convention in conventions for id_ in convention.items}):
        yield f"regles/{id_}.html", below.item(id_, examples.get(id_, ()))
    for a, b in _pairs(say.registry):
        yield f"regles/{a}--{b}.html", below.between(a, b, told.get((a, b)))
