"""Asks for a case on a terminal: one question after another, answers as people write them, a case file at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from engine.cli.common import Given, read_document, write
from engine.errors import InputFault, Location
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts, nested, read_case
from engine.exchange.rules_text import case_lines, comment
from engine.inquiry.questions import to_ask
from engine.language.facts import BENEFICIARY, SIGNATURE, Fact
from engine.language.spoken import FRENCH, PLAIN, Unread, by_labels, fold, read_spoken
from engine.policy.registry import Outside
from engine.report.questions_page import answers_text, value_labels
from engine.report.say import Say

BACK, UNKNOWN, STOP = "back", "unknown", "stop"
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("<", "retour", "back"), BACK),
    **dict.fromkeys(("", "?", "je ne sais pas", "unknown"), UNKNOWN),
    **dict.fromkeys(("fin", "stop", "quit"), STOP),
}


class Stopped(Exception):
    """Who answers has had enough."""


@dataclass(slots=True)
class Interview:
    """The case that it began with, and what was said since, in order: None where that is not known."""

    rules: Given
    case: Mapping[str, Any]
    said: dict[str, Any] = field(default_factory=dict)
    decision: Decision | None = None

    @property
    def say(self) -> Say:
        return self.rules.say

    @property
    def answers(self) -> dict[str, Any]:
        return {**self.case, **{name: value for name, value in self.said.items() if value is not None}}

    def run(self) -> None:
        """Asks until nothing is left to ask, or who answers stops."""
        click.echo(self.say("talk_help"))
        self.decision = self._decided()
        try:
            while (name := self._next()) is not None:
                self._ask(self.say.registry.vocabulary.facts[name])
                self._tell()
        except Stopped:
            return

    def facts(self) -> Facts:
        return read_case(nested(self.answers), self.say.registry.vocabulary)

    def _line(self, text: str) -> None:
        if text:
            click.echo(f"   {text}")

    def _next(self) -> str | None:
        """The fact to ask for now."""
        if SIGNATURE not in self.answers:
            return SIGNATURE if BENEFICIARY in {**self.case, **self.said} else BENEFICIARY
        if self.decision is None:
            return None
        declined = [name for name, value in self.said.items() if value is None]
        return next(iter(to_ask(self.rules.session, self.decision, self.rules.choices, declined)), None)

    def _ask(self, fact: Fact) -> None:
        """One question, until it is answered, left open or gone back from."""
        say, where = self.say, fact.where[self.say.lang]
        click.echo(f"\n{len(self.said) + 1}. {fact.question[say.lang]}")
        for line in (self._answers(fact), self._why(fact), say.pair(say("ask_where"), where) if where else ""):
            self._line(line)
        while True:
            text = self._typed()
            match _WORDS.get(fold(text)):
                case "stop":
                    raise Stopped
                case "back":
                    if self.said:
                        self.said.popitem()
                        self.decision = self._decided()
                    return
                case "unknown" if fact.name == SIGNATURE:
                    self._line(say("talk_needed"))
                case "unknown":
                    self.said[fact.name] = None
                    return
                case _:
                    if self._answered(fact, text):
                        return

    def _answers(self, fact: Fact) -> str:
        """How a fact is answered: by the labels of its values, or in the form of its kind."""
        if fact.type.kind == "date":
            return self.say("talk_date")
        return self.say.listed(label for _, label in value_labels(fact, self.say)) or answers_text(fact, self.say)

    def _typed(self) -> str:
        try:
            text: str = click.prompt("  ", default="", show_default=False, prompt_suffix="> ")
        except click.Abort:
            raise Stopped from None
        return text

    def _answered(self, fact: Fact, text: str) -> bool:
        """Takes an answer that can be read and that goes with the others; tells why another is not taken."""
        try:
            self.said[fact.name] = read_spoken(text, fact, FRENCH if self.say.lang == "fr" else PLAIN)
            self.decision = self._decided()
        except (Unread, InputFault) as error:
            self.said.pop(fact.name, None)
            problems = [error.problem(Location(""), fact)] if isinstance(error, Unread) else error.problems
            for problem in problems:
                self._line(by_labels(problem, fact, self.say.lang).message(self.say.lang))
            return False
        return True

    def _decided(self) -> Decision | None:
        if SIGNATURE not in self.answers:
            return None
        rules = self.rules
        try:
            return rules.session.decide(self.facts(), rules.convention, dict(rules.choices), rules.as_of)
        except Outside as outside:
            self._line(self.say.label(outside.window))
            return None

    def _why(self, fact: Fact) -> str:
        """The results that wait for the answer, or else the amounts of years."""
        if self.decision is None:
            return ""
        for results in (self.decision.main, [line.amount for line in self.decision.years]):
            if waiting := dict.fromkeys(self.say.label(each) for each in results if fact.name in each.missing):
                return self.say("talk_why", names=self.say.listed(waiting))
        return ""

    def _tell(self) -> None:
        """The result so far, on one line."""
        if self.decision is None:
            return
        say, verdict, years = self.say, self.decision.verdict, self.decision.years
        told = [] if verdict is None else [say.pair(say.label(verdict), say.result(verdict))]
        if years and years[0].amount.status == "known" and not self.decision.refused:
            told.append(say("talk_first_year", amount=say.result(years[0].amount)))
        self._line(say.pair(say("talk_so_far"), say.listed(told)))


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
    lines = [comment(rules.say("talk_made")), *case_lines(talk.facts())]
    write("\n".join(lines) + "\n", path)
    click.echo(rules.say("talk_saved", command=f"avenant evaluate {path}"))
