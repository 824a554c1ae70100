"""Asks for a case on a terminal: one question after another, answers as people write them, a case file at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from engine.cli.common import Given, write
from engine.errors import InputFault, Location
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts, nested, read_case
from engine.exchange.rules_text import case_lines, comment
from engine.inquiry.questions import to_ask
from engine.language.facts import BENEFICIARY, SIGNATURE, Fact
from engine.language.spoken import FRENCH, PLAIN, Unread, fold, read_spoken
from engine.policy.registry import Outside
from engine.report.questions_page import answers_text
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
    """The answers so far, as a case file would hold them, in their order; ``declined`` are not asked again."""

    rules: Given
    answers: dict[str, Any] = field(default_factory=dict)
    declined: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    decision: Decision | None = None

    @property
    def say(self) -> Say:
        return self.rules.say

    @property
    def known(self) -> Mapping[str, Fact]:
        return self.say.registry.vocabulary.facts

    def run(self) -> None:
        """Asks until nothing is left to ask, or who answers stops."""
        click.echo(self.say("talk_help"))
        try:
            while (name := self._next()) is not None:
                self._ask(self.known[name])
                self._tell()
        except Stopped:
            return

    def facts(self) -> Facts:
        return read_case(nested(self.answers), self.say.registry.vocabulary)

    def _next(self) -> str | None:
        """The fact to ask for now."""
        for first in (BENEFICIARY, SIGNATURE):
            if SIGNATURE not in self.answers and first not in (*self.answers, *self.declined):
                return first
        if self.decision is None:
            return None
        return next(iter(to_ask(self.rules.session, self.decision, self.rules.choices, self.declined)), None)

    def _ask(self, fact: Fact) -> None:
        """One question, until it is answered, left open or gone back from."""
        number = len(self.order) + 1
        click.echo(f"\n{number}. {fact.question[self.say.lang]}")
        click.echo(f"   {self._answers(fact)}")
        if reason := self._why(fact):
            click.echo(f"   {reason}")
        if fact.where[self.say.lang]:
            click.echo(f"   {self.say.pair(self.say('ask_where'), fact.where[self.say.lang])}")
        while True:
            text = self._typed()
            match _WORDS.get(fold(text)):
                case "stop":
                    raise Stopped
                case "back":
                    self._back()
                    return
                case "unknown" if fact.name == SIGNATURE:
                    click.echo(f"   {self.say('talk_needed')}")
                case "unknown":
                    self.declined.append(fact.name)
                    self.order.append(fact.name)
                    return
                case _:
                    if self._answered(fact, text):
                        return

    def _answers(self, fact: Fact) -> str:
        """How a fact is answered: by the labels of its values, or in the form of its kind."""
        if fact.type.kind == "date":
            return self.say("talk_date")
        if fact.type.kind == "boolean":
            return self.say.listed(self.say.value(each) for each in ("true", "false"))
        if fact.type.values:
            return self.say.listed(self.say.fact(fact.name, value) for value in fact.type.values)
        return answers_text(fact, self.say)

    def _typed(self) -> str:
        try:
            text: str = click.prompt("  ", default="", show_default=False, prompt_suffix="> ")
        except click.Abort:
            raise Stopped from None
        return text

    def _answered(self, fact: Fact, text: str) -> bool:
        """Takes an answer that can be read and that goes with the others; tells why another is not taken."""
        before = dict(self.answers)
        try:
            self.answers[fact.name] = read_spoken(text, fact, FRENCH if self.say.lang == "fr" else PLAIN)
            self.decision = self._decided()
        except Unread as unread:
            self.answers = before
            click.echo(f"   {unread.problem(Location(''), fact).message(self.say.lang)}")
            return False
        except InputFault as error:
            self.answers = before
            for problem in error.problems:
                click.echo(f"   {problem.message(self.say.lang)}")
            return False
        self.order.append(fact.name)
        return True

    def _back(self) -> None:
        """Takes the last answer back, to be asked again."""
        if self.order:
            last = self.order.pop()
            self.answers.pop(last, None)
            if last in self.declined:
                self.declined.remove(last)
            self.decision = self._decided()

    def _decided(self) -> Decision | None:
        if SIGNATURE not in self.answers:
            return None
        rules = self.rules
        try:
            return rules.session.decide(self.facts(), rules.convention, dict(rules.choices), rules.as_of)
        except Outside as outside:
            click.echo(f"   {self.say.label(outside.window)}")
            return None

    def _why(self, fact: Fact) -> str:
        """The results that wait for the answer."""
        if self.decision is None:
            return ""
        results = [self.decision.results[id_] for id_ in self.decision.headline.ids]
        waiting = dict.fromkeys(self.say.label(each) for each in results if fact.name in each.missing)
        if not waiting:
            waiting = dict.fromkeys(
                self.say.label(line.amount) for line in self.decision.years if fact.name in line.amount.missing
            )
        return self.say("talk_why", names=self.say.listed(waiting)) if waiting else ""

    def _tell(self) -> None:
        """The result so far, on one line."""
        if self.decision is None:
            return
        told = []
        verdict = self.decision.verdict
        if verdict is not None:
            told.append(self.say.pair(self.say.label(verdict), self.say.result(verdict)))
        first = self.decision.years[0].amount if self.decision.years else None
        refused = verdict is not None and verdict.status == "known" and not self._hoped(verdict.value)
        if first is not None and first.status == "known" and not refused:
            told.append(self.say("talk_first_year", amount=self.say.result(first)))
        click.echo(f"   {self.say.pair(self.say('talk_so_far'), self.say.listed(told))}")

    def _hoped(self, value: object) -> bool:
        assert self.decision is not None
        verdict = self.decision.headline.verdict
        return verdict is not None and self.decision.headline.headline[verdict].hoped == value


def interview(rules: Given, given: Mapping[str, Any]) -> None:
    """Asks from these facts on, and saves the case."""
    talk = Interview(rules, dict(given))
    talk.decision = talk._decided()
    talk.run()
    if SIGNATURE not in talk.answers:
        return
    path = rules.output or click.prompt(rules.say("talk_save"), default=rules.say("talk_file"))
    while rules.output is None and Path(path).exists():
        path = click.prompt(rules.say("talk_taken", file=path))
    lines = [comment(rules.say("talk_made")), *case_lines(talk.facts())]
    write("\n".join(lines) + "\n", path)
    click.echo(rules.say("talk_saved", command=f"avenant evaluate {path}"))
