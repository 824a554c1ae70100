"""Everything a person reads is there in both languages: texts that lack, or are in the other language, go out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from engine.errors import Location, Problem, nearest, warning, wrong
from engine.language.expressions import Literal, VerdictIs, below, find
from engine.policy.model import Convention, Criterion, Item, Outcome, Source
from engine.policy.overlays import is_offer
from engine.policy.registry import Registry
from engine.policy.resolve import values_listed
from engine.policy.results import Headline
from engine.words import LANGUAGES, read_words

# The fields of parts that hold a text, and what is said of it behind the id.
_TEXTS = {
    "label": "",
    "question": "",
    "ask": "",
    "short": ": short",
    "note": ": note",
    "refusal": ": refusal",
    "text": ": text",
    "reason": ": unpublished",
    "because": ": excluded",
}
# The commonest words of each language that the other does not have.
_FRENCH = """le la les des du de un une et est sont ou au aux à pour par dans sur avec sans que qui ce cette son ses
 leur ne pas se il elle"""
_ENGLISH = """the of and is are or to for by in with without that which this its their not from at it he she be has was
 an where"""
_WORDS = {"fr": frozenset(_FRENCH.split()), "en": frozenset(_ENGLISH.split())}
_OTHER = {"fr": "en", "en": "fr"}
_SAME = 3  # words of a text that may be a name, and so the same in both languages
_WORD = re.compile(r"[^\W\d_]+")


def label_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Texts that one of the two languages lacks or that are in the other, and values without a word."""
    for id_, text, at in label_texts(convention):
        for lang in LANGUAGES:
            if not str(text.get(lang, "")).strip():
                yield wrong(at, "missing-label", id=id_, lang=lang)
            if meant := _decoded_twice(str(text.get(lang, ""))):
                yield warning(at, "label-garbled", id=id_, lang=lang, meant=meant)
        yield from _misplaced(id_, text, at)
    yield from _repeated(convention)
    types = registry.resolved(convention).types
    for item in convention.items.values():
        type_, listed = types.get(item.id), values_listed(item.body)
        values = listed or (() if type_ is None else type_.values)
        yield from _value_labels(convention, item, values, closed=bool(listed))


def _decoded_twice(text: str) -> str | None:
    """The text that was meant, of one in UTF-8 that was read as Windows-1252, as French in such a file cannot be."""
    try:
        meant = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
    return meant if meant != text else None


def _repeated(convention: Convention) -> Iterator[Problem]:
    """Items of one kind under one label: a reader cannot tell them apart. What an overlay brings says the same."""
    taken: dict[tuple[str, ...], str] = {}
    for item in convention.items.values():
        if not item.transitional and not is_offer(item) and convention.writes(item.at):
            first = taken.setdefault((item.kind, *map(str, item.label.values())), item.id)
            if first != item.id:
                yield warning(item.at, "label-repeated", id=item.id, first=first)


def _value_labels(convention: Convention, item: Item, values: Sequence[str], *, closed: bool) -> Iterator[Problem]:
    """Values without a label, and labels of what is no value: where ``closed`` any, else those near one without.

    A text cannot take away the labels that its base gives, so that those may be left over; nor does it know of values
    that a fact has since.
    """
    words = read_words("reports", LANGUAGES[0])
    unsaid = [value for value in values if value not in item.value_labels and f"values.{value}" not in words]
    near = (*unsaid, *(values if closed else ()))
    astray = [label for label in item.value_labels if label not in values]
    meant = {label: nearest(label, near) for label in astray if convention.writes(item.places[label])}
    for label, value in meant.items():
        if closed or value is not None:
            told = {"value": label, "allowed": ", ".join(values)}
            yield wrong(item.places[label], "unknown-value", value, **told)
    written = {part.value: part.at for part in find(Literal, item.body)}
    for value in unsaid:
        if (closed or value in written) and value not in meant.values():
            yield wrong(written.get(value, item.at), "missing-value-label", id=item.id, value=value)


def refusal_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Criteria of the verdict without a sentence of refusal, where others have one."""
    outcome = convention.items.get(convention.results.verdict or "")
    read = {} if outcome is None else dict.fromkeys(node.criterion.id for node in find(VerdictIs, outcome))
    criteria = [item for id_ in read if (item := convention.items.get(id_)) and isinstance(item.body, Criterion)]
    silent = [item for item in criteria if isinstance(item.body, Criterion) and item.body.refusal is None]
    if outcome is not None and len(silent) < len(criteria):
        yield from (warning(item.at, "refusal-missing", id=item.id, outcome=outcome.id) for item in silent)


def label_texts(convention: Convention) -> Iterator[tuple[str, Mapping[str, str], Location]]:
    """Every text of a convention that people read, by what it belongs to."""
    heads: tuple[Convention | Source | Headline, ...] = (
        convention,
        *convention.sources.values(),
        *convention.results.headline.values(),
    )
    for whole in (*heads, *convention.items.values(), *convention.entries):
        excluded = whole.body.excluded if isinstance(whole, Item) and isinstance(whole.body, Outcome) else ()
        for part in (*below(whole), *excluded):
            id_, at = getattr(part, "id", whole.id), getattr(part, "at", whole.at)
            for name, said in _TEXTS.items():
                text = getattr(part, name, None)
                if text is not None:
                    yield id_ + said, text, at
            labels = {**getattr(part, "value_labels", {}), **getattr(part, "choices", {})}
            yield from ((f"{id_}: {value}", label, at) for value, label in labels.items())


def _misplaced(id_: str, text: Mapping[str, str], at: Location) -> Iterator[Problem]:
    """A text that is not in the language it stands under, or the same text under both."""
    words = {lang: _WORD.findall(text.get(lang, "").lower()) for lang in _WORDS}
    if words["fr"] == words["en"] and len(words["fr"]) >= _SAME:
        yield warning(at, "label-same", id=id_)
        return
    for lang, other in _OTHER.items():
        counts = {each: sum(word in _WORDS[each] for word in words[lang]) for each in _WORDS}
        if counts[other] > counts[lang]:
            yield warning(at, "label-language", id=id_, lang=lang)
