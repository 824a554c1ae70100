"""Asks for a case on a terminal: one question after another, answers as people write them, a case file at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from engine.cli.common import Given, read_document, write
from engine.errors import InputFault, Location
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts, nested, read_case
from engine.exchange.rules_text import case_text
from engine.inquiry.questions import to_ask
from engine.language.facts import BENEFICIARY, SIGNATURE, Fact
from engine.language.spoken import FRENCH, PLAIN, Unread, by_labels, fold, read_spoken
from engine.policy.registry import Outside
from engine.report.questions_page import answers_text, value_labels
from engine.report.say import Say

BACK, UNKNOWN, STOP = "back", "unknown", "stop"
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("<", "retour", "back"), BACK),
    **dict.fromkeys(("", "?", "je ne sais pas", "nsp", "inconnu", "unknown"), UNKNOWN),
    **dict.fromkeys(("fin", "stop", "quit"), STOP),
}


@dataclass(slots=True)
class Interview:
    """The case that it began with, and what was said since, in order: None where that is not known."""

    rules: Given
    case: Mapping[str, Any]
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def answers(self) -> dict[str, Any]:
        return {**self.case, **{name: value for name, value in self.said.items() if value is not None}}

    @property
    def facts(self) -> Facts:
        return read_case(nested(self.answers), self.rules.session.registry.vocabulary)

    def run(self) -> None:
        """Asks until nothing is left to ask, or who answers stops."""
        click.echo(self.rules.say("talk_help"))
        decision = self._decided()
        with contextlib.suppress(click.Abort):
            while (name := self._next(decision)) is not None:
                decision = self._ask(self.rules.session.registry.vocabulary.facts[name], decision)
                self._tell(decision)

    def _line(self, text: str) -> None:
        if text:
            click.echo(f"   {text}")

    def _next(self, decision: Decision | None) -> str | None:
        """The fact to ask for now."""
        if SIGNATURE not in self.answers:
            return SIGNATURE if BENEFICIARY in {**self.case, **self.said} else BENEFICIARY
        if decision is None:
            return None
        declined = [name for name, value in self.said.items() if value is None]
        return next(iter(to_ask(self.rules.session, decision, declined)), None)

    def _ask(self, fact: Fact, decision: Decision | None) -> Decision | None:
        """One question, until it is answered, left open or gone back from, and the decision then.

        Raises Abort: who answers has had enough.
        """
        say, where = self.rules.say, fact.where[self.rules.lang]
        click.echo(f"\n{len(self.said) + 1}. {fact.question[say.lang]}")
        found = say.pair(say("ask_where"), where) if where else ""
        for line in (_answers(fact, say), _why(fact, decision, say), found):
            self._line(line)
        while True:
            text: str = click.prompt("  ", default="", show_default=False, prompt_suffix="> ")
            match _WORDS.get(fold(text)):
                case "stop":
                    raise click.Abort
                case "back":
                    if self.said:
                        self.said.popitem()
                    return self._decided()
                case "unknown" if fact.name == SIGNATURE:
                    self._line(say("talk_needed"))
                case "unknown":
                    self.said[fact.name] = None
                    return decision
                case _:
                    try:
                        self.said[fact.name] = read_spoken(text, fact, FRENCH if say.lang == "fr" else PLAIN)
                        return self._decided()
                    except (Unread, InputFault) as error:  # it cannot be read, or does not go with the others
                        self.said.pop(fact.name, None)
                        faults = [error.problem(Location(""), fact)] if isinstance(error, Unread) else error.problems
                    for problem in faults:
                        self._line(by_labels(problem, fact, say.lang).message(say.lang))

    def _decided(self) -> Decision | None:
        rules = self.rules
        try:
            return (
                None
                if SIGNATURE not in self.answers
                else rules.session.decide(self.facts, rules.convention, rules.choices, rules.as_of)
            )
        except Outside as outside:
            self._line(rules.say.label(outside.window))
            return None

    def _tell(self, decision: Decision | None) -> None:
        """The result so far, on one line."""
        if decision is None:
            return
        say, verdict, years = self.rules.say, decision.verdict, decision.years
        told = [] if verdict is None else [say.pair(say.label(verdict), say.result(verdict))]
        if years and years[0].amount.status == "known" and not decision.refused:
            told.append(say("talk_first_year", amount=say.result(years[0].amount)))
        self._line(say.pair(say("talk_so_far"), say.listed(told)))


def _answers(fact: Fact, say: Say) -> str:
    """How a fact is answered: by the labels of its values, or in the form of its kind."""
    if fact.type.kind == "date":
        return say("talk_date")
    return say.listed(label for _, label in value_labels(fact, say)) or answers_text(fact, say)


def _why(fact: Fact, decision: Decision | None, say: Say) -> str:
    """The results that wait for the answer, or else the amounts of years."""
    for results in () if decision is None else (decision.main, [line.amount for line in decision.years]):
        if waiting := dict.fromkeys(say.label(each) for each in results if fact.name in each.missing):
            return say("talk_why", names=say.listed(waiting))
    return ""


def interview(rules: Given, case: str | None) -> None:
    """Asks from the facts of a case file on, and saves the case."""
    given: dict[str, Any] = {}
    if case is not None:
        document = read_document(case)
        facts = read_case(document, rules.session.registry.vocabulary)
        given = {name: value for name, value in facts.items() if name != BENEFICIARY or BENEFICIARY in document.data}
    talk = Interview(rules, given)
    talk.run()
    if SIGNATURE not in talk.answers:
        return
    path = rules.output or click.prompt(rules.say("talk_save"), default=rules.say("talk_file"))
    while rules.output is None and Path(path).exists():
        path = click.prompt(rules.say("talk_taken", file=path))
    write(case_text(talk.facts, rules.say("talk_made")), path)
    click.echo(rules.say("talk_saved", command=f"avenant evaluate {path}"))
