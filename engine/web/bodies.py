"""Bodies of calls to the API: bytes come in, a checked document with its places goes out, or every fault at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import InputFault, Problem, fault, nearest
from engine.evaluation.decision import Decision
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.language.typing import is_date
from engine.policy import loader
from engine.policy.document import Document
from engine.words import LANGUAGES

NAME = "body.json"
MEDIA = "application/json"

# What any call may say beside its own keys.
COMMON: Mapping[str, type] = {
    "lang": str,
    "as_of": str,
    "interpret": dict,
    "convention": str,
    "expect_digest": str,
}
_KINDS = {str: "a text", dict: "an object", list: "a list", bool: "true, false"}


@dataclass(frozen=True, slots=True)
class Body:
    """What a call says: the document, and the settings that any call may give."""

    document: Document

    def get(self, key: str) -> Any:
        return self.document.data.get(key)

    @property
    def lang(self) -> str | None:
        lang: str | None = self.get("lang")
        return lang

    @property
    def choices(self) -> dict[str, str]:
        return dict(self.get("interpret") or {})

    @property
    def as_of(self) -> dt.date | None:
        day = self.get("as_of")
        return None if day is None else dt.date.fromisoformat(day)

    def decide(self, session: Session, *under: str | int) -> Decision:
        """The decision on the case that stands ``under`` these keys.

        Raises:
            InputFault: the case is at fault, or was to be decided under other rules.
            UsageFault: an unknown convention, interpretation or choice.
        """
        data = self.document.data
        for key in under:
            data = data[key]
        facts = read_case(data, session.registry.vocabulary, self.document, NAME, under)
        decision = session.decide(facts, self.get("convention"), self.choices, self.as_of)
        self.expect(decision.digest)
        return decision

    def expect(self, digest: str) -> None:
        """Refuses to answer under other rules than were expected.

        Raises:
            InputFault: digest-mismatch.
        """
        wanted = self.get("expect_digest")
        if wanted is not None and wanted != digest:
            raise fault(self.document.at(("expect_digest",)), "digest-mismatch", actual=digest, wanted=wanted)


def read_body(content: bytes, own: Mapping[str, type], needed: Sequence[str]) -> Body:
    """The body of a call with the keys ``own`` beside those of every call, of which some are ``needed``.

    Raises:
        InputFault: with every fault of the text, of its keys and of their kinds.
    """
    document = loader.parse(content, NAME)
    if not isinstance(document.data, Mapping) or not content.lstrip().startswith(b"{"):
        raise fault(document.at(()), "wrong-type", value="…", wanted=_KINDS[dict])
    problems = list(_problems(document, {**COMMON, **own}))
    lacking = (key for key in needed if key not in document.data)
    problems += [Problem(document.at(()), "missing-key", {"key": key}) for key in lacking]
    if problems:
        raise InputFault(problems)
    return Body(document)


def _problems(document: Document, kinds: Mapping[str, type]) -> Iterator[Problem]:
    for key, value in document.data.items():
        kind = kinds.get(key)
        if kind is None:
            values = {"key": key, "allowed": ", ".join(kinds)}
            yield Problem(document.key_at((key,)), "unknown-key", values, nearest(str(key), kinds))
        elif not isinstance(value, kind):
            yield Problem(document.at((key,)), "wrong-type", {"value": key, "wanted": _KINDS[kind]})
        elif wanted := _allowed(key, value):
            yield Problem(document.at((key,)), "wrong-value", {"value": str(value)[:20], "wanted": wanted})


def _allowed(key: str, value: Any) -> str:
    """What a value would have to be, where it is not."""
    if key == "lang" and value not in LANGUAGES:
        return ", ".join(LANGUAGES)
    if key == "as_of" and not is_date(value):
        return "2024-06-22"
    if key == "interpret" and not all(isinstance(choice, str) for choice in value.values()):
        return '{"id": "choice"}'
    return ""
