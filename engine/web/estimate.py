"""An estimate in progress: a state comes in; the questions worth asking and the answer so far go out, for a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts, nested, read_case
from engine.evaluation.session import Session
from engine.inquiry.questions import outlooks, to_ask
from engine.inquiry.readings import readings_of_case
from engine.language.expressions import FactRef, find
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR, Fact
from engine.letters.matter import Matter, allowed
from engine.policy.registry import Outside
from engine.report import outside_page
from engine.report.charts import decision_figure
from engine.report.decided import Decided, of_what_is_shown, told_case
from engine.report.decision_page import decision_parts
from engine.report.html import Links, fragment
from engine.report.page import Block, Fold, Paragraph, Table, in_runs, with_texts
from engine.report.parts import ended, glossary
from engine.report.readings import told_effects
from engine.report.reasons import is_told
from engine.report.say import Say
from engine.report.values import lowered
from engine.web.fields import Field, answers, contradiction, field_of
from engine.web.sentences import amounts, nth, sentence
from engine.web.state import ASKED, DIGEST_SHOWN, LANG, READING, RULES, TEXT, State
from engine.web.templates import Addresses, wording

FIELDS = 3  # figures on one page


def decided(session: Session, state: State, facts: Facts | None = None) -> Decision:
    """The decision on what was answered, or on other ``facts``; raises InputFault: these contradict each other."""
    read = read_case(nested(state.facts if facts is None else facts), session.registry.vocabulary)
    return session.decide(read, None, dict(state.choices), state.as_of)


def whole_case(session: Session, state: State) -> Decided:
    """The decision with the readings that matter and what it can still be; raises as :func:`decided`.

    Left out are ranges, which take longest and hang on numbers still to be given, and what a result says of itself.
    """
    decision = decided(session, state)
    found = outlooks(session, decision, ranged=lambda _: False)
    told = tuple(each for each in found if not (can_be := set(each.result.can_be)) or can_be != {*each.possible.values})
    return replace(told_case(session, decision), outlooks=told)


def estimate(session: Session, state: State, say: Say, *, whole: bool = False, every: bool = False) -> dict[str, Any]:
    """What the page of a state shows: the questions, the answers given, the verdict and the sections of the result.

    ``whole`` asks nothing, and shows all of the result. With ``every``, what was answered is asked again beside all
    that is left.
    """
    w, case = wording(say.lang), None
    told: dict[str, Any] = {"title": w("contradiction"), "tone": "open", "messages": [], "outside": "", "result": None}
    try:
        if SIGNATURE in state.facts:
            case = whole_case(session, state) if whole else _so_far(session, state)
            told |= _of_decided(case, state, say, whole)
    except Outside as outside:
        html = fragment(outside_page.page(outside, say), 0 if whole else 1)
        told |= {"title": w("your_contract"), "outside": Markup(html)}
    except InputFault as error:
        told["messages"] = [contradiction(problem, state, say) for problem in error.problems]
    asked, left = ([], 0) if whole else _questions(session, state, case, every)
    fields = _fields(asked, case, state, say)
    shown = [each for field in fields for each in (field, field["either"]) if each]
    if len(shown) == 1:
        shown[0]["required"] = not every
    words = [*(each["question"] for each in shown), *(each["where"] for each in fields)]
    return {
        **told,
        "decision": None if case is None else case.decision,
        "letters": allowed(Matter(told=case), session.registry) if case is not None and whole else (),
        "fields": fields,
        "left": left,
        "names": [each["name"] for each in shown],
        "needed": [each["name"] for each in shown] == [SIGNATURE],
        "glossary": Markup(fragment(glossary(list(map(Paragraph, words)), say))),
        "answers": answers(state, say),
        "number": _number(state),
        "verified": _verified(session, state, case.decision, say) if case is not None and whole else None,
    }


def _so_far(session: Session, state: State) -> Decided:
    decision = decided(session, state)
    readings = readings_of_case(session, decision) if decision.refused else ()
    return Decided(title="", decision=decision, readings=readings)


def _verified(session: Session, state: State, decision: Decision, say: Say) -> tuple[str, Addresses] | None:
    """From which year on a contract that has the aid is verified, and what that can come to; where to try numbers."""
    headline = decision.headline
    for year in (line.year for line in decision.years if decision.tone == "good"):
        later = replace(state, facts={**state.facts, YEAR: year}, asked=None, rules=None)
        then = decided(session, later)
        for each in (each for each in then.main if each.status == "undetermined"):
            if words := tuple(word for word in headline.headline[each.id].words if word in each.value_labels):
                w, values = wording(say.lang), lowered(say.result(each._replace(can_be=words)))
                return w("verified_from", year=nth(year, w), values=values), Addresses(later, "/et-si")
    return None


def _questions(session: Session, state: State, case: Decided | None, every: bool) -> tuple[list[Fact], int]:
    """The facts to ask for now: those that cannot be read or that the address names, or the next; and how many wait."""
    facts = session.registry.vocabulary.facts
    asked = [facts[name] for name in state.faults or filter(None, [state.asked])]
    if every:
        stated = {BENEFICIARY, SIGNATURE, *state.faults, *state.answered}
        asked = [fact for name, fact in facts.items() if name in stated and not fact.sensitive]
    waiting: Sequence[str] = () if SIGNATURE in state.facts else (SIGNATURE,)
    if case is not None and (every or not asked):
        waiting = to_ask(session, case.decision, state.declined)
    left = [facts[name] for name in waiting]
    if every:
        asked += [fact for fact in left if fact not in asked and not fact.sensitive]
    return asked or _together(left), len(left)


def _together(facts: Sequence[Fact]) -> list[Fact]:
    """The first fact to ask for; figures of one group are asked for on one page."""
    alike = [(each.type.kind, each.name.partition(".")[0]) for each in facts]
    same = [fact for fact, kind in zip(facts, alike, strict=True) if kind == alike[0]]
    return same[: FIELDS if alike and alike[0][0] == "number" else 1]


def _fields(asked: Sequence[Fact], case: Decided | None, state: State, say: Say) -> list[Field]:
    """The questions; where there is one alone, with what may be known in its place."""
    fields = [field_of(fact, state, say) for fact in asked]
    items = () if case is None else case.decision.convention.items.values()
    other = asked[0].either if len(asked) == 1 else None
    if other and any(each.name == other for each in find(FactRef, *items)):  # the rules of the case read it
        fields[0]["either"] = field_of(say.registry.vocabulary.facts[other], state, say)
    return fields


def _number(state: State) -> int:
    """The number of the question to answer next; two facts of which either will do are one question."""
    facts = state.vocabulary.facts
    return 1 + sum(facts[name].either not in state.facts for name in state.answered)


def _of_decided(case: Decided, state: State, say: Say, whole: bool) -> dict[str, Any]:
    decision = case.decision
    return {
        "title": sentence(decision, say),
        "tone": decision.tone,
        "lead": amounts(decision, say),
        "refused": decision.refused,
        "rules": rules_of(decision),
        "readings": list(_readings(case, say.in_full())) if whole else [],
        "missing": [] if decision.refused else _missing(decision, say),
        "indicative": _indicative(decision, say) if decision.refused else "",
        "result": _result(case, state, say, whole),
    }


def rules_of(decision: Decision) -> str:
    """The beginning of the digest of a decision's rules, as a link holds it."""
    return decision.digest.partition(":")[2][:DIGEST_SHOWN]


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
    decision, say = case.decision, say.noting(full=whole)
    found = {name: list(blocks) for name, blocks in decision_parts(case, say)}
    links, everything = _links(decision, state, say) if whole else {}, [*chain.from_iterable(found.values())]
    # What is open stands with its condition, unless the verdict is open itself.
    closed = all(each.verdict != "undetermined" for each in decision.verdict_criteria)
    shown = ["bad", "heed", *([""] if whole else []), *(["open"] if closed and decision.tone == "open" else [])]
    head = [block for block in found.pop("head")[1:] if getattr(block, "tone", "") in shown]
    head, amounts, duties = [*head, *found.pop("warnings")], found.pop("amounts", []), found.pop("duties", [])
    if not whole:  # the texts are told with the whole result
        head = [with_texts(block, lambda text: re.sub(r" \[\d+\]", "", text)) for block in head]
        amounts = [_without(say("why"), block) for block in amounts]
    drawn = any(is_told(line.amount) for line in decision.years) and bool(amounts)
    money = [f"<div>{fragment(amounts, 0 if whole else 1, links)}</div>"] if drawn or (whole and amounts) else []
    money += [decision_figure(decision, say)] if drawn else []
    # The page itself asks for what is missing, and tries readings.
    before = chain.from_iterable(found[name] for name in found if name not in ("missing", "readings"))
    after = (*duties, *ended(everything, say)[len(everything) :])
    parts = {"head": head, "before": before, "after": after}
    return {"money": Markup("\n".join(money)), **{name: Markup(fragment(parts[name], 0, links)) for name in parts}}


def _without(last: str, block: Block) -> Block:
    """A block, a table without its ``last`` column."""
    if isinstance(block, Table) and block.columns[-1] == last:
        return replace(block, columns=block.columns[:-1], rows=tuple(row[:-1] for row in block.rows))
    return block


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
