"""A link made under earlier rules: its state comes in, what those rules gave beside what today's give goes out."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.session import Session
from engine.report.html import fragment
from engine.report.page import Paragraph, Table
from engine.report.parts import named_years
from engine.report.say import Say
from engine.web.estimate import decided, rules_of, sentence
from engine.web.state import State, read_state
from engine.web.templates import wording
from engine.web.worker import Worker


async def of_former_rules(held: Sequence[Worker], state: State, now: Decision, say: Say) -> Markup:
    """What the rules of a link gave where that is something else; nothing where none of those ``held`` are they."""

    def before(session: Session) -> Decision | None:
        try:
            decision = decided(session, read_state(state.pairs(whole=True), session.registry, state.lang))
        except InputFault:
            return None
        return decision if rules_of(decision) == state.rules else None

    for worker in held:
        then = await worker.run(before)
        if then is not None:
            return Markup(fragment(_beside(then, now, Say(worker.registry, say.lang), say)))
    return Markup("")


def _beside(then: Decision, now: Decision, said: Say, say: Say) -> list[Paragraph | Table]:
    w = wording(say.lang)
    before, today = _told(then, said), _told(now, say)
    rows = [(label, before.get(label, "—"), text) for label, text in today.items() if before.get(label) != text]
    if not rows:
        return [Paragraph(w("rules_same"))]
    return [Paragraph(f"{sentence(then, said)}."), Table((say("result"), w("rules_then"), w("rules_now")), tuple(rows))]


def _told(decision: Decision, say: Say) -> dict[str, str]:
    """The headline results in words, the most of each contract year apart."""
    lines = (([] if line is None else [line.year], result) for line, result in decision.lines)
    return {named_years(say.label(result), years, say): say.result(result) for years, result in lines}
