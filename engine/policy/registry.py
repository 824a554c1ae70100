"""All conventions of a policies folder, and which of them decides a case.

A folder comes in once; then a beneficiary and a signature date, and the convention of that day goes out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from engine.errors import InputFault, Location, Problem, UsageFault, fault, misuse, nearest, unknown, wrong
from engine.language.expressions import Citation, Text
from engine.language.facts import Vocabulary
from engine.language.spoken import in_words
from engine.policy.model import SOURCE_KINDS, Convention, Source, Window
from engine.policy.overlays import Laid, covers, laid_items, open_questions
from engine.policy.resolve import Resolved, resolve
from engine.policy.results import Results, Supposition, WithoutRules, joined
from engine.records import dataclass

_OPTION = Location("--interpret")
_NONE: Mapping[str, Mapping[str, object]] = {}


class Outside(InputFault):
    """A contract signed where the policies hold no rules, and say what is known: an answer, where a page can be."""

    def __init__(self, window: WithoutRules, signature: dt.date) -> None:
        self.window, self.signature = window, signature
        super().__init__([wrong(window.at, "no-rules", date=signature.isoformat(), label=window.label)])


@dataclass(frozen=True, slots=True)
class Registry:
    """The conventions by id, the facts they speak of, and the folder they came from.

    ``in_time`` are the conventions of each beneficiary, the oldest first; ``unread`` the ids of what is left out of
    them for its faults.
    """

    conventions: Mapping[str, Convention] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    case_digest: str
    root: Path
    origin: str
    unread: frozenset[str] = frozenset()
    results: Results = field(init=False, repr=False, compare=False)
    in_time: tuple[Convention, ...] = field(init=False, repr=False, compare=False)
    _resolved: dict[str, tuple[Convention, Resolved]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        in_time = tuple(sorted(self.conventions.values(), key=lambda each: (each.beneficiary, each.signed_from)))
        object.__setattr__(self, "results", joined(c.results for c in self.conventions.values()))
        object.__setattr__(self, "in_time", in_time)
        object.__setattr__(self, "_resolved", {})

    def covering(self, convention: Convention) -> tuple[Laid, ...]:
        """The overlays that may ever change a contract of ``convention``, oldest first."""
        others = sorted(self.conventions.values(), key=lambda c: (c.signed_from, c.id))
        return tuple(
            (later, overlay) for later in others for overlay in later.overlays if covers(later, overlay, convention)
        )

    def choices(self, convention: Convention) -> Mapping[str, Mapping[str, object]]:
        """The choices of every interpretation that a contract of ``convention`` may ever depend on."""
        asked = open_questions(convention, self.covering(convention))
        return {id_: question.choices for id_, question in asked.items()}

    def check_choices(self, interpret: Mapping[str, str], own: Mapping[str, Mapping[str, object]] = _NONE) -> None:
        """Refuses an interpretation or a choice that no convention has, or that is none of the ``own`` ones.

        Raises:
            UsageFault: each that does not exist.
        """
        known: dict[str, Mapping[str, object]] = {}
        for convention in self.conventions.values():
            for name, question in convention.interpretations.items():
                known[name] = {**known.get(name, {}), **question.choices}
        known |= own
        found: list[Problem] = []
        for id_, choice in interpret.items():
            if id_ not in known:
                found += unknown(_OPTION, "unknown-interpretation", id_, known)
            elif choice not in known[id_]:
                close = nearest(choice, known[id_])
                found.append(wrong(_OPTION, "unknown-value", close, value=choice, allowed=", ".join(known[id_])))
        if found:
            raise UsageFault(*found)

    def resolved(self, convention: Convention, laid: Sequence[Laid] = ()) -> Resolved:
        """The items of a contract of ``convention`` under some overlays, in their order and typed."""
        known = self._resolved.get(convention.id)
        if known is None or known[0] is not convention:
            found = resolve(laid_items(convention, ()), self.vocabulary, self.choices(convention))
            self._resolved[convention.id] = known = (convention, found)
        before = known[1]
        if not laid:
            return before
        sound = None if before.problems else before
        return resolve(laid_items(convention, laid), self.vocabulary, self.choices(convention), sound)

    def digest(self, convention: Convention) -> str:
        """``sha256:…`` over the convention, the conventions whose overlays may change it, and the case schema."""
        digests = dict.fromkeys([convention.digest, *(later.digest for later, _ in self.covering(convention))])
        joined = "\n".join([*digests, self.case_digest])
        return "sha256:" + hashlib.sha256(joined.encode()).hexdigest()

    def source(self, cite: Citation) -> Source:
        """What a citation rests on: declared, or else, until `check` tells of it, its id with the last grade."""
        said = self.conventions[cite.convention].sources.get(cite.source)
        return said or Source(cite.source, cite.source, "", SOURCE_KINDS[-1], None, None, cite.at)

    def chain(self, convention: Convention) -> tuple[Convention, ...]:
        """The text, the one that it amends, and so on."""
        found = [convention]
        while found[-1].amends is not None:
            found.append(self.conventions[found[-1].amends])
        return tuple(found)

    def suppositions(self, convention: Convention, signed: dt.date) -> tuple[Supposition, ...]:
        """What a contract of ``convention`` may leave unsaid, in the words of its own rules and of later ones."""
        return tuple(
            each
            for other in self.conventions.values()
            if other.beneficiary == convention.beneficiary and other.signed_from >= convention.signed_from
            for each in other.suppositions.values()
            if each.speaks_of(signed) and (other is convention or each.signed_before is not None)
        )

    @property
    def without_rules(self) -> tuple[WithoutRules, ...]:
        """The windows for which the policies say that they hold no rules."""
        return tuple(window for convention in self.conventions.values() for window in convention.without_rules)

    @property
    def windows(self) -> tuple[Window, ...]:
        """Every window of signature dates: of the conventions, then those without rules."""
        return (*self.conventions.values(), *self.without_rules)

    def by_id(self, id_: str) -> Convention:
        """The convention called ``id_``.

        Raises:
            UsageFault: there is none.
        """
        if id_ not in self.conventions:
            close = nearest(id_, self.conventions)
            known = ", ".join(self.conventions)
            raise misuse(Location(str(self.root)), "unknown-convention", close, id=id_, known=known)
        return self.conventions[id_]

    def select(self, beneficiary: str, signature: dt.date) -> tuple[Convention, Text]:
        """The one convention whose window holds the signature date, and why.

        Raises:
            Outside: the policies say that they hold no rules for this date.
            InputFault: the date falls before the first window, in a gap, or after the last one.
        """
        own = [each for each in self.in_time if each.beneficiary == beneficiary]
        for convention in own:
            if convention.covers(signature):
                return convention, _because(convention, signature)
        for window in self.without_rules:
            if window.beneficiary == beneficiary and window.covers(signature):
                raise Outside(window, signature)
        before = [c for c in own if c.signed_from <= signature]
        after = [c for c in own if c.signed_from > signature]
        raise fault(
            Location(str(self.root)),
            "no-convention",
            date=signature.isoformat(),
            beneficiary=beneficiary,
            before=_window(before[-1]) if before else "—",
            after=_window(after[0]) if after else "—",
        )


def earlier(convention: Convention, among: Iterable[Convention]) -> list[Convention]:
    """The texts for the same beneficiary whose window opens before that of a convention, the latest first."""
    own = (each for each in among if each.beneficiary == convention.beneficiary)
    before = (each for each in own if each.signed_from < convention.signed_from)
    return sorted(before, key=lambda each: each.signed_from, reverse=True)


def _window(convention: Convention) -> str:
    end = convention.signed_before.isoformat() if convention.signed_before else "…"
    return f"{convention.id} [{convention.signed_from.isoformat()}, {end})"


def _because(convention: Convention, signature: dt.date) -> Text:
    signed, start = in_words(signature), in_words(convention.signed_from)
    fr = f"contrat signé le {signed['fr']} ; texte des contrats signés à compter du {start['fr']}"
    en = f"contract signed on {signed['en']}; the text for contracts signed from {start['en']} on"
    if convention.signed_before is not None:
        end = in_words(convention.signed_before)
        fr, en = f"{fr} et avant le {end['fr']}", f"{en} and before {end['en']}"
    return {"fr": fr, "en": en}
