"""What a page of the estimate shows: an estimate comes in, fields of forms, answers and the result as HTML go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from engine.errors import Problem
from engine.evaluation.decision import Decision
from engine.language.expressions import FactRef, find
from engine.language.facts import YEAR, Fact
from engine.report import outside_page
from engine.report.charts import decision_figure
from engine.report.decided import Decided, Decisions, Undecided, of_what_is_shown
from engine.report.decision_page import page
from engine.report.html import Links, fragment
from engine.report.page import Block, Fold, Heading, Paragraph, Table, in_runs
from engine.report.parts import glossary
from engine.report.questions_page import answers_text, value_labels
from engine.report.readings import told_effects
from engine.report.say import Say
from engine.report.values import unit_text
from engine.web.estimate import Estimate
from engine.web.former import rules_of
from engine.web.state import ASKED, LANG, READING, RULES, TEXT, Fault, State, written
from engine.web.templates import wording
from engine.web.verdict import amounts, is_told, sentence

RADIOS = 8  # values that are shown as radio buttons; more make a list to choose from

Field = dict[str, Any]  # what templates show of a fact


def shown(estimate: Estimate, say: Say, *, whole: bool) -> dict[str, Any]:
    """An estimate as its page shows it: the question, the answers given, the sections of the result if there is one."""
    state, answer, fields = estimate.state, estimate.answer, _fields(estimate, say)
    asked = [
        Paragraph(f"{each['question']} {each['where']} {each['either'] and each['either']['question']}")
        for each in fields
    ]
    found = {
        "fields": fields,
        "names": [each["name"] for field in fields for each in (field, field["either"]) if each],
        "glossary": Markup(fragment(glossary(asked, say))),
        "answers": answers(state, say),
        "number": _number(state),
        "messages": [contradiction(problem, state, say) for problem in estimate.problems],
        "title": wording(say.lang)("contradiction"),
        "tone": "open",
        "result": None,
        "outside": "",
    }
    match answer:
        case Undecided(title=title, outside=outside):
            told = Markup(fragment(outside_page.page(outside, say), 0 if whole else 1))
            return {**found, "title": title, "outside": told}
        case Decided():
            return {**found, **_of_decided(answer, state, say, whole)}
    return found


def _of_decided(case: Decided, state: State, say: Say, whole: bool) -> dict[str, Any]:
    decision = case.decision
    return {
        "title": sentence(decision, say),
        "tone": decision.tone,
        "lead": amounts(decision, say),
        "refused": decision.refused,
        "rules": rules_of(decision),
        "changed_rules": state.rules not in (None, rules_of(decision)),
        "readings": list(_readings(case, say.in_full())) if whole else [],
        "missing": [] if decision.refused else _missing(decision, say),
        "indicative": _indicative(decision, say) if decision.refused else "",
        "result": _result(case, state, say, whole),
    }


def _fields(estimate: Estimate, say: Say) -> list[Field]:
    """The questions; where there is one alone, with what may be known in its place."""
    state, facts = estimate.state, say.registry.vocabulary.facts
    fields = [field_of(fact, state, say) for fact in estimate.questions]
    items = () if estimate.decision is None else estimate.decision.convention.items.values()
    other = estimate.questions[0].either if len(fields) == 1 else None
    if other and any(each.name == other for each in find(FactRef, *items)):  # the rules of the case read it
        fields[0]["either"] = field_of(facts[other], state, say)
    return fields


def answers(state: State, say: Say) -> list[tuple[str, str, str]]:
    """Each fact answered: its name, its label and the answer in words."""
    facts, unknown = say.registry.vocabulary.facts, wording(state.lang)("not_known")
    told = {name: say.fact(name, value) for name, value in state.facts.items()}
    return [(name, say.label(facts[name]), told.get(name, unknown)) for name in state.answered]


def contradiction(problem: Problem, state: State, say: Say) -> str:
    """What is wrong between answers, each by the label of its fact, where the message names facts by their names."""
    facts, values = say.registry.vocabulary.facts, problem.values
    match values:
        case {"names": list(names), "label": Mapping() as label}:
            return f"{label[say.lang]} ({say.listed(say.stated(name, state.facts[name]) for name in names)})."
    named = ((key, name) for key, name in values.items() if isinstance(name, str) and name in facts)
    labels = {key: say("quoted", text=say.label(facts[name])) for key, name in named}
    return replace(problem, values={**values, **labels}).message(say.lang)


def _number(state: State) -> int:
    """The number of the question to answer next; two facts of which either will do are one question."""
    facts = state.vocabulary.facts
    otherwise = {name for name in state.declined if facts[name].either in state.facts}
    return len(state.answered) - len(otherwise) + 1


def _readings(case: Decided, say: Say) -> Iterator[tuple[str, list[tuple[str, str, str, str]]]]:
    """Each open question that matters, with its choices: the parameter, the words, what another would change."""
    for reading in of_what_is_shown(case):
        choices = []
        for choice, label in reading.question.choices.items():
            if choice == reading.taken or choice in reading.others:
                changes = say.listed(told_effects(reading.others.get(choice, ()), say))
                choices.append((f"{READING}{reading.question.id}", choice, label[say.lang], changes))
        yield reading.question.question[say.lang], choices


def _missing(decision: Decision, say: Say) -> list[tuple[str, str, str]]:
    """The facts that open results wait for: name, label, and where each is found."""
    names = dict.fromkeys([*decision.missing, *(name for line in decision.years for name in line.amount.missing)])
    vocabulary = say.registry.vocabulary
    asked = (vocabulary.facts[name] for name in vocabulary.usual(names) if name != YEAR or not decision.years)
    return [(fact.name, say.label(fact), fact.where[say.lang]) for fact in asked]


def _indicative(decision: Decision, say: Say) -> Markup:
    """What a contract that is refused would pay at most, folded so that it does not read as due."""
    lines = (line for line in decision.years if is_told(line.amount))
    rows = in_runs((line.year, say.scalar(line.start), (say.result(line.amount),)) for line in lines)
    table = Table((say("year"), say("start"), say("maximum")), rows)
    return Markup(fragment([Fold(wording(say.lang)("indicative"), (table,))] if rows else []))


def _result(case: Decided, state: State, say: Say, whole: bool) -> dict[str, Markup]:
    """The answer in parts: what stands under the verdict, money and its drawing, what comes before and after.

    All of it where it is the page, the amounts alone beside a question.
    """
    decision = case.decision
    money, before, after = list[str](), list[str](), list[str]()
    elsewhere = (say("where"), say("assumed"))  # the page asks for what is missing, and tries readings
    links = _links(decision, state, say) if whole else {}
    (_, head), *sections = _sections(page(Decisions(cases=[case], full=whole), say))
    for title, section in sections:
        html = fragment(section, 0 if whole else 1, links)
        if title == say("amounts"):
            drawn = any(is_told(line.amount) for line in decision.years)
            money += [f"<div>{html}</div>"] if whole or drawn else []
            money += [decision_figure(decision, say)] if drawn else []
        elif whole and title not in elsewhere:
            (after if after or title in (say("obligations"), say("texts")) else before).append(html)
    shown = ("bad", "heed", "") if whole else ("bad", "heed")  # what is open stands with its condition
    parts = {"money": money, "before": before, "after": after}
    told = fragment([block for block in head[1:] if getattr(block, "tone", "") in shown])
    return {"head": Markup(told), **{name: Markup("\n".join(part)) for name, part in parts.items()}}


def _links(decision: Decision, state: State, say: Say) -> Links:
    """How each figure is worked out: the page of its rule, under the text of this decision."""
    headline = decision.headline
    named = [(say.label(line), line.id) for line in decision.obligations]
    named += [(say.label(result), result.id) for result in decision.results.values()]
    named += [(say("maximum"), headline.maximum or ""), (say("amount_due"), headline.due or "")]
    ids = {id_ for convention in say.registry.conventions.values() for id_ in convention.items}
    state = state.changed({ASKED: None, RULES: None})
    query = urlencode({TEXT: decision.convention.id, LANG: say.lang}) if state.sensitive else state.query()
    return {label: f"/regles/{id_}?{query}" for label, id_ in named if id_ in ids}


def _sections(blocks: Iterable[Block]) -> list[tuple[str, list[Block]]]:
    """Blocks in runs, each begun by a heading, under its text."""
    runs: list[tuple[str, list[Block]]] = []
    for block in blocks:
        if isinstance(block, Heading):
            runs.append((block.text, []))
        runs[-1][1].append(block)
    return runs


def field_of(fact: Fact, state: State, say: Say) -> Field:
    """A fact as a field: its question, how it is answered, what was answered, and what is wrong with that.

    ``either`` may hold the field that stands beside it, for who knows that one.
    """
    fault, options = state.faults.get(fact.name), list(value_labels(fact, say))
    expected, given = ", ".join(label for _, label in options) or answers_text(fact, say), ""
    if fact.name in state.facts:
        given = written(state.facts[fact.name])
    if fact.type.kind == "date":
        expected = wording(say.lang)("expected_date")
        given = say.fact(fact.name, state.facts[fact.name]) if given else ""
    return {
        "name": fact.name,
        "id": fact.name.replace(".", "-"),
        "question": fact.question[say.lang],
        "where": fact.where[say.lang],
        "kind": ("radios" if len(options) <= RADIOS else "list") if options else fact.type.kind,
        "expected": expected,
        "unit": unit_text(fact.type, say.lang),
        "options": options,
        "value": given if fault is None else fault.written,
        "fault": "" if fault is None else _fault_text(fault, fact, expected, say.lang),
        "sensitive": fact.sensitive,
        "either": None,
    }


def _fault_text(fault: Fault, fact: Fact, expected: str, lang: str) -> str:
    """What is wrong with an answer: what the reader of cases says, unless that is written for who writes cases."""
    told = fault.problem.message(lang)
    if fact.name in told or fault.problem.code == "fact-value":
        told = wording(lang)("answer_unread", written=fault.written, expected=expected)
    return told[:1].upper() + told[1:]
