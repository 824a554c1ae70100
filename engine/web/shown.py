"""What a page of the estimate shows: an estimate comes in, fields of forms, answers and the result as HTML go out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from markupsafe import Markup

from engine.evaluation.decision import Decision
from engine.inquiry.readings import Reading
from engine.language.facts import YEAR, Fact
from engine.report import outside_page
from engine.report.charts import decision_figure
from engine.report.decided import Decided, Decisions, Undecided, of_the_verdict
from engine.report.decision_page import page
from engine.report.formats import Links, fragment
from engine.report.page import Block, Fold, Heading, Paragraph, Table, in_runs
from engine.report.parts import glossary
from engine.report.questions_page import answers_text
from engine.report.readings import told_effects
from engine.report.remarks import tone_of
from engine.report.say import Say, unit_text
from engine.web import downloads
from engine.web.estimate import Estimate
from engine.web.former import rules_of
from engine.web.state import ASKED, LANG, READING, RULES, TEXT, Fault, State, written
from engine.web.templates import wording
from engine.web.verdict import amounts, sentence, told

RADIOS = 8  # values that are shown as radio buttons; more make a list to choose from


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A fact as a field of a form: its question, how it is answered, what was answered, and what is wrong with that."""

    name: str
    id: str
    question: str
    where: str
    kind: str
    expected: str
    unit: str
    options: list[tuple[str, str]] = field(default_factory=list)
    value: str = ""
    fault: str = ""
    sensitive: bool = False

    @classmethod
    def of(cls, fact: Fact, state: State, say: Say) -> Field:
        """The field of a fact in a state."""
        fault = state.faults.get(fact.name)
        options = [(value, say.fact(fact.name, _typed(value))) for value in _values(fact)]
        expected = ", ".join(label for _, label in options) or answers_text(fact, say)
        if fact.type.kind == "date":
            expected = wording(say.lang)("expected_date")
        kind = ("radios" if len(options) <= RADIOS else "list") if options else fact.type.kind
        given = written(state.facts[fact.name]) if fact.name in state.facts else ""
        if fact.type.kind == "date" and fact.name in state.facts:
            given = say.fact(fact.name, state.facts[fact.name])
        return cls(
            name=fact.name,
            id=fact.name.replace(".", "-"),
            question=fact.question[say.lang],
            where=fact.where[say.lang],
            kind=kind,
            expected=expected,
            unit=unit_text(fact.type, say.lang),
            options=options,
            value=given if fault is None else fault.written,
            fault="" if fault is None else _fault_text(fault, fact, expected, say.lang),
            sensitive=fact.sensitive,
        )


def _fault_text(fault: Fault, fact: Fact, expected: str, lang: str) -> str:
    """What is wrong with an answer: what the reader of cases says, unless that is written for who writes cases."""
    told = fault.problem.message(lang)
    if fact.name in told or fault.problem.code == "fact-value":
        told = wording(lang)("answer_unread", written=fault.written, expected=expected)
    return told


def _values(fact: Fact) -> Iterable[str]:
    return ("true", "false") if fact.type.kind == "boolean" else fact.type.values


def _typed(value: str) -> str | bool:
    return {"true": True, "false": False}.get(value, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """Parts of a result as HTML: what stands under the verdict, money and its drawing, what comes before and after."""

    head: str
    money: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An estimate as its page shows it: the question, the answers given, the sections of the result."""

    estimate: Estimate
    say: Say
    whole: bool

    @property
    def fields(self) -> list[Field]:
        return [Field.of(fact, self.estimate.state, self.say) for fact in self.estimate.questions]

    @property
    def glossary(self) -> Markup:
        """What the words of the questions mean."""
        asked = [Paragraph(f"{each.question} {each.where}") for each in self.fields]
        return Markup(fragment(glossary(asked, self.say)))

    @property
    def answers(self) -> list[tuple[str, str, str]]:
        """Each fact answered: its name, its label and the answer in words."""
        state, facts = self.estimate.state, self.say.registry.vocabulary.facts
        unknown = wording(state.lang)("not_known")
        return [
            (
                name,
                self.say.label(facts[name]),
                self.say.fact(name, state.facts[name]) if name in state.facts else unknown,
            )
            for name in state.answered
        ]

    @property
    def title(self) -> str:
        """The verdict in a sentence, for the head of the page."""
        match self.estimate.answer:
            case Decided(decision=decision):
                return sentence(decision, self.say)
            case Undecided(title=title):
                return title
        return wording(self.say.lang)("contradiction")

    @property
    def tone(self) -> str:
        """Whether the verdict is good, bad or open."""
        return "open" if self.estimate.decision is None else tone_of(self.estimate.decision)

    @property
    def lead(self) -> str:
        """What the contract pays, in a sentence."""
        return "" if self.estimate.decision is None else amounts(self.estimate.decision, self.say)

    @property
    def files(self) -> list[str]:
        return downloads.names()

    @property
    def refused(self) -> bool:
        return self.estimate.decision is not None and tone_of(self.estimate.decision) == "bad"

    @property
    def readings(self) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
        """Each open question that matters, with its choices: the parameter, the words, what another would change."""
        case = self.estimate.answer
        if not isinstance(case, Decided):
            return []
        return [
            (
                reading.question.question[self.say.lang],
                [
                    (f"{READING}{reading.question.id}", choice, label[self.say.lang], self._changes(reading, choice))
                    for choice, label in reading.question.choices.items()
                    if choice == reading.taken or choice in reading.others
                ],
            )
            for reading in (of_the_verdict(case.decision, case.readings) if self.refused else case.readings)
        ]

    def _changes(self, reading: Reading, choice: str) -> str:
        """What a choice would change; nothing of the one taken."""
        return self.say.listed(told_effects(reading.others.get(choice, ()), self.say, full=True))

    @property
    def missing(self) -> list[tuple[str, str, str]]:
        """The facts that open results wait for: name, label, and where each is found."""
        decision = self.estimate.decision
        if decision is None or self.refused:
            return []
        names = dict.fromkeys([*decision.missing, *(name for line in decision.years for name in line.amount.missing)])
        facts = self.say.registry.vocabulary.facts
        asked = (facts[name] for name in names if name != YEAR or not decision.years)
        return [(fact.name, self.say.label(fact), fact.where[self.say.lang]) for fact in asked]

    @property
    def indicative(self) -> Markup:
        """What a contract that is refused would pay at most, folded so that it does not read as due."""
        decision, say = self.estimate.decision, self.say
        if decision is None or not self.refused:
            return Markup("")
        lines = (line for line in decision.years if told(line.amount))
        rows = in_runs((line.year, say.scalar(line.start), (say.result(line.amount),)) for line in lines)
        table = Table((say("year"), say("start"), say("maximum")), rows)
        return Markup(fragment([Fold(wording(say.lang)("indicative"), (table,))] if rows else []))

    @property
    def rules(self) -> str:
        """The rules of this answer, as a link holds them."""
        return "" if self.estimate.decision is None else rules_of(self.estimate.decision)

    @property
    def changed_rules(self) -> bool:
        """Whether the link was made under other rules."""
        decision, told = self.estimate.decision, self.estimate.state.rules
        return decision is not None and told is not None and told != rules_of(decision)

    @property
    def number(self) -> int:
        return len(self.estimate.state.answered) + 1

    @property
    def messages(self) -> list[str]:
        return [problem.message(self.say.lang) for problem in self.estimate.problems]

    @property
    def outside(self) -> Markup:
        """Why a case is under no text."""
        answer = self.estimate.answer
        if not isinstance(answer, Undecided):
            return Markup("")
        return Markup(fragment(outside_page.page(answer.outside, self.say), 0 if self.whole else 1))

    @property
    def result(self) -> Sections | None:
        """The answer so far in sections; all of them where it is the page, the amounts alone beside a question."""
        case = self.estimate.answer
        if not isinstance(case, Decided):
            return None
        decision, say = case.decision, self.say
        money, before, after = list[str](), list[str](), list[str]()
        elsewhere = (say("where"), say("assumed"))  # the page asks for what is missing, and tries readings
        links = self._links(decision) if self.whole else {}
        head, *sections = _sections(page(Decisions(cases=[case], full=self.whole), say))
        for section in sections:
            html = fragment(section, 0 if self.whole else 1, links)
            if _titled(section, say("amounts")):
                drawn = any(told(line.amount) for line in decision.years)
                money += [f"<div>{html}</div>"] if self.whole or drawn else []
                money += [decision_figure(decision, say)] if drawn else []
            elif self.whole and not any(_titled(section, each) for each in elsewhere):
                following = after or any(_titled(section, say(each)) for each in ("obligations", "texts"))
                (after if following else before).append(html)
        shown = ("bad", "heed", "") if self.whole else ("bad", "heed")  # what is open stands with its condition
        head = [block for block in head[1:] if _tone(block) in shown]
        parts = [fragment(head), *("\n".join(each) for each in (money, before, after))]
        return Sections(**dict(zip(("head", "money", "before", "after"), map(Markup, parts), strict=True)))

    def _links(self, decision: Decision) -> Links:
        """How each figure is worked out: the page of its rule, under the text of this decision."""
        say, headline = self.say, decision.headline
        named = [(say.label(line), line.id) for line in decision.obligations]
        named += [(say.label(result), result.id) for result in decision.results.values()]
        named += [(say("maximum"), headline.maximum or ""), (say("amount_due"), headline.due or "")]
        ids = {id_ for convention in say.registry.conventions.values() for id_ in convention.items}
        state = self.estimate.state.changed({ASKED: None, RULES: None})
        query = urlencode({TEXT: decision.convention.id, LANG: say.lang}) if state.sensitive else state.query()
        return {label: f"/regles/{id_}?{query}" for label, id_ in named if id_ in ids}


def _sections(blocks: Iterable[Block]) -> list[list[Block]]:
    """Blocks in runs, each begun by a heading."""
    runs: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, Heading):
            runs.append([])
        runs[-1].append(block)
    return [run for run in runs if run]


def _tone(block: Block) -> str:
    """The tone of a heading or paragraph."""
    return block.tone if isinstance(block, Heading | Paragraph) else ""


def _titled(section: list[Block], title: str) -> bool:
    first = section[0]
    return isinstance(first, Heading) and first.text == title
