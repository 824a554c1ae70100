"""An output for people: a frame of ids and codes comes in, one of labels goes out, in the words of the policies.

A frame made so is read again as it was: headers and choices are known by their labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import polars as pl

from engine.bulk.headers import columns_of
from engine.bulk.row_answers import CAN_BE, MISSING, UNSAID
from engine.language.expressions import Text
from engine.policy.model import CONSISTENCY, UNMET, WARNED, Item
from engine.policy.registry import Registry
from engine.words import either, read_words

CONVENTION, STATUS = "convention", ".status"
ROW_ANSWERS = (MISSING, CAN_BE, *UNSAID)
_SIGNS = {"EUR": "€", "percent": "%", "ratio": "0-1"}


class Labels:
    """The labels of one language over a set of rules; a column of one's own keeps its header and its texts.

    ``headers`` are those of the columns that files brought.
    """

    def __init__(self, registry: Registry, lang: str, headers: Mapping[str, str], codes: bool = False) -> None:
        self.lang, self.codes = lang, codes
        self.words = read_words("reports", lang)
        self.listed = str(self.words["semicolon"]).join
        self.headers = dict(headers)
        self.facts, self.usual = registry.vocabulary.facts, registry.vocabulary.usual
        self.items = dict(_items(registry))
        labels = [item.label[lang] for item in self.items.values()]
        self.of_facts = set(labels).difference(columns_of(labels, registry.vocabulary))
        self.values: dict[str, dict[str, Text]] = {}
        for id_, item in _items(registry):  # of a scale, each text may have its own steps
            self.values.setdefault(id_, {}).update(item.value_labels)
        self.named = {id_: item.label for id_, item in self.items.items()}
        self.named |= {each.id: each.label for each in registry.vocabulary.agreements}
        for convention in registry.conventions.values():
            self.named |= {id_: each.label for id_, each in convention.suppositions.items()}
            self.named |= {id_: each.question for id_, each in convention.interpretations.items()}
        self.conventions: dict[str, Text] = {c.id: c.label for c in registry.conventions.values()}
        self.conventions |= {window.id: window.label for window in registry.without_rules}
        self.warnings = {place: texts.pop() for place, texts in _warnings(registry, lang).items() if len(texts) == 1}

    def applied(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with labels for ids, in cells and at the head; two columns never get one name."""
        if self.codes:
            return frame
        made = [self._warned(frame) if name == WARNED else self._cells(frame[name]) for name in frame.columns]
        heads = [self.header(name) for name in frame.columns]
        twice = {head for head in heads if heads.count(head) > 1}
        names = [name if head in twice else head for name, head in zip(frame.columns, heads, strict=True)]
        return pl.DataFrame([series.alias(name) for name, series in zip(names, made, strict=True)])

    def header(self, name: str) -> str:
        """How a column is called: as its file called it, by the label of its fact or result, or by its own name.

        Where a fact has the label of a criterion, a column so called would be read again as that fact.
        """
        id_ = name.removesuffix(STATUS)
        if name in self.headers or name in self.facts:
            return self.headers.get(name, name)
        if id_ in self.items:
            item = self.items[id_]
            sign = _SIGNS.get(item.unit or "")
            if name != id_ or item.label[self.lang] in self.of_facts:
                return str(self.words["column_status"]).format(label=item.label[self.lang])
            return f"{item.label[self.lang]} ({sign})" if sign else item.label[self.lang]
        found = self.words.get(f"column.{name}")
        return found if isinstance(found, str) else name

    def _cells(self, cells: pl.Series) -> pl.Series:
        name = cells.name
        if cells.dtype != pl.String or (name in self.headers and name not in self.facts):
            return cells
        if name in (CONSISTENCY, UNMET, *ROW_ANSWERS):
            known = self.usual if name == MISSING else tuple
            return _mapped(cells, lambda text: self.listed(self._named(name, id_) for id_ in known(text.split())))
        labels = self._labels(name)
        return cells if labels is None else _mapped(cells, lambda text: labels.get(text, text))

    def _warned(self, frame: pl.DataFrame) -> pl.Series:
        """What the rules of its convention warn of in each row, or the label of a result that warns of several."""
        both = frame.select(pl.concat_str(CONVENTION, WARNED, separator=" ").alias(WARNED))[WARNED]

        def said(text: str) -> str:
            convention, *ids = text.split()
            return self.listed(self.warnings.get((convention, id_)) or self._named(WARNED, id_) for id_ in ids)

        return _mapped(both, said)

    def _labels(self, name: str) -> dict[str, str] | None:
        if name == CONVENTION:
            return self._said(self.conventions)
        if name in self.facts:
            return self._said(self.facts[name].value_labels)
        id_ = name.removesuffix(STATUS)
        if id_ not in self.items:
            return None
        words = {key.removeprefix("values."): word for key, word in self.words.items() if key.startswith("values.")}
        return words | self._said(self.values[id_])

    def _said(self, labels: Mapping[str, Text]) -> dict[str, str]:
        return {value: label[self.lang] for value, label in labels.items()}

    def _named(self, column: str, id_: str) -> str:
        if column == CAN_BE:
            return self._left(*id_.split("=", 1))
        label = self.facts[id_].label if column == MISSING else self.named.get(id_)
        return label[self.lang] if label else id_

    def _left(self, id_: str, values: str) -> str:
        """A result with the values that are left, or their least and greatest."""
        unit, labels = self.items[id_].unit, self._labels(id_) or {}
        sign = "" if unit is None or unit == "ratio" else _SIGNS.get(unit, "")
        shown = re.sub(r"(?<!\.)\.(?!\.)", ",", values) if self.lang == "fr" else values
        told = [f"{labels.get(value, value)} {sign}".strip() for value in re.split(r"\||\.\.", shown)]
        bounds = str(self.words["bounded"]).format(least=told[0], most=told[-1])
        said = bounds if ".." in shown else either(told, self.lang)
        return f"{self.items[id_].label[self.lang]}{self.words['colon']}{said}"


def _items(registry: Registry) -> Iterator[tuple[str, Item]]:
    """The items of every convention by id, of whom most cases are last: the latest of theirs gives the label."""
    usual = registry.vocabulary.beneficiary
    for convention in sorted(registry.conventions.values(), key=lambda c: (c.beneficiary == usual, c.signed_from)):
        yield from convention.items.items()


def _warnings(registry: Registry, lang: str) -> dict[tuple[str, str], set[str]]:
    """What each result may warn of under a convention, also as later texts leave it, by the ids of both."""
    found: dict[tuple[str, str], set[str]] = {}
    for convention in registry.conventions.values():
        items = [*convention.items.items()]
        for later, overlay in registry.covering(convention):
            items += [(id_, item) for id_, item in later.items.items() if id_ not in convention.items]
            items += [(old, later.items[new]) for old, new in overlay.replace.items()]
        for id_, item in items:
            if item.warnings:
                found.setdefault((convention.id, id_), set()).update(each.text[lang] for each in item.warnings)
    return found


def _mapped(cells: pl.Series, change: Callable[[str], str]) -> pl.Series:
    """Each different text changed once."""
    texts = cells.unique().drop_nulls().to_list()
    return cells.replace(texts, [change(text) for text in texts]) if texts else cells
