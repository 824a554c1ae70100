"""What a page of the estimate shows: an estimate comes in, fields of forms, answers and the result as HTML go out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from markupsafe import Markup

from engine.evaluation.decision import Decision
from engine.language.expressions import FactRef, find
from engine.language.facts import YEAR
from engine.report import outside_page
from engine.report.charts import decision_figure
from engine.report.decided import Decided, Decisions, Undecided, of_the_verdict
from engine.report.decision_page import page
from engine.report.html import Links, fragment
from engine.report.page import Block, Fold, Heading, Paragraph, Table, in_runs
from engine.report.parts import glossary
from engine.report.readings import told_effects
from engine.report.say import Say
from engine.web import downloads
from engine.web.estimate import Estimate
from engine.web.fields import Field
from engine.web.former import rules_of
from engine.web.state import ASKED, LANG, READING, RULES, TEXT
from engine.web.templates import wording
from engine.web.verdict import amounts, is_told, sentence


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
        """The questions; where there is one alone, with what may be known in its place."""
        state, facts = self.estimate.state, self.say.registry.vocabulary.facts
        fields = [Field.of(fact, state, self.say) for fact in self.estimate.questions]
        items = () if self.estimate.decision is None else self.estimate.decision.convention.items.values()
        other = self.estimate.questions[0].either if len(fields) == 1 else None
        if other and any(each.name == other for each in find(FactRef, *items)):  # the rules of the case read it
            fields = [replace(fields[0], either=Field.of(facts[other], state, self.say))]
        return fields

    @property
    def names(self) -> list[str]:
        """The facts of the form in view."""
        return [each.name for field in self.fields for each in (field, field.either) if each is not None]

    @property
    def glossary(self) -> Markup:
        asked = [
            Paragraph(f"{each.question} {each.where} {each.either and each.either.question}") for each in self.fields
        ]
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
        return "open" if self.estimate.decision is None else self.estimate.decision.tone

    @property
    def lead(self) -> str:
        """What the contract pays, in a sentence."""
        return "" if self.estimate.decision is None else amounts(self.estimate.decision, self.say)

    @property
    def files(self) -> list[str]:
        return downloads.names()

    @property
    def refused(self) -> bool:
        return self.estimate.decision is not None and self.estimate.decision.refused

    @property
    def readings(self) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
        """Each open question that matters, with its choices: the parameter, the words, what another would change."""
        case, say = self.estimate.answer, self.say.in_full()
        if not isinstance(case, Decided):
            return []
        return [
            (
                reading.question.question[self.say.lang],
                [
                    (
                        f"{READING}{reading.question.id}",
                        choice,
                        label[self.say.lang],
                        say.listed(told_effects(others, say)),
                    )
                    for choice, label in reading.question.choices.items()
                    for others in [reading.others.get(choice, ())]
                    if choice == reading.taken or choice in reading.others
                ],
            )
            for reading in (of_the_verdict(case.decision, case.readings) if self.refused else case.readings)
        ]

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
        lines = (line for line in decision.years if is_told(line.amount))
        rows = in_runs((line.year, say.scalar(line.start), (say.result(line.amount),)) for line in lines)
        table = Table((say("year"), say("start"), say("maximum")), rows)
        return Markup(fragment([Fold(wording(say.lang)("indicative"), (table,))] if rows else []))

    @property
    def rules(self) -> str:
        """The rules of this answer, as a link holds them."""
        return "" if self.estimate.decision is None else rules_of(self.estimate.decision)

    @property
    def changed_rules(self) -> bool:
        decision, told = self.estimate.decision, self.estimate.state.rules
        return decision is not None and told is not None and told != rules_of(decision)

    @property
    def number(self) -> int:
        state, facts = self.estimate.state, self.say.registry.vocabulary.facts
        otherwise = {name for name in state.declined if facts[name].either in state.facts}  # one question for both
        return len(state.answered) - len(otherwise) + 1

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
                drawn = any(is_told(line.amount) for line in decision.years)
                money += [f"<div>{html}</div>"] if self.whole or drawn else []
                money += [decision_figure(decision, say)] if drawn else []
            elif self.whole and not any(_titled(section, each) for each in elsewhere):
                following = after or any(_titled(section, say(each)) for each in ("obligations", "texts"))
                (after if following else before).append(html)
        shown = ("bad", "heed", "") if self.whole else ("bad", "heed")  # what is open stands with its condition
        head = [block for block in head[1:] if getattr(block, "tone", "") in shown]
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


def _titled(section: list[Block], title: str) -> bool:
    first = section[0]
    return isinstance(first, Heading) and first.text == title
