"""Composes the page of a comparison: the edits between two sides come in, what changed in the rules goes out.

Rule changes come first, file by file. Between two different conventions, citations and labels differ everywhere; they
are counted there, and shown only on demand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import PurePath

from engine.comparison.edits.edit import WEIGHTS, Comparison, Edit
from engine.comparison.sides import Side
from engine.policy.model import Convention
from engine.report.catalogue_page import window_text
from engine.report.edit_words import Said, Speaker, inline, speaker
from engine.report.messages import word
from engine.report.page import Block, Fold, Heading, Page, Paragraph, Table, Tree

SHORT = 70  # characters of two values that stand on one line
MANY = 30  # rule changes from which markdown folds each file


def diff_page(a: Side, b: Side, found: Sequence[Comparison], lang: str, full: bool = False) -> Page:
    """The comparison as headings and indented lines, for a terminal."""
    return tuple(_page(a, b, found, lang, full, tables=False))


def diff_tables(a: Side, b: Side, found: Sequence[Comparison], lang: str, full: bool = False) -> Page:
    """The comparison as a summary and tables that unfold, for a pull request."""
    return tuple(_page(a, b, found, lang, full, tables=True))


def shown(comparison: Comparison, full: bool) -> tuple[Edit, ...]:
    """The edits to show: all of two versions of one convention, else those of the rules unless ``full``."""
    same = comparison.before is None or comparison.after is None or comparison.before.id == comparison.after.id
    return comparison.edits if full or same else comparison.of_weight(["rule"])


def _page(a: Side, b: Side, found: Sequence[Comparison], lang: str, full: bool, *, tables: bool) -> Iterator[Block]:
    yield Heading(f"{a.name} → {b.name}", 1)
    if a.registry.case_digest != b.registry.case_digest:
        yield Paragraph(word("diff_facts_differ", lang), "open")
    changed = [each for each in found if each.edits]
    if not changed:
        yield Paragraph(word("diff_nothing", lang), "good")
        return
    for comparison in changed:
        spoken = speaker(comparison, a.registry, b.registry, lang)
        yield from _comparison(spoken, full, several=len(found) > 1, tables=tables)
    same = [_named(each, lang) for each in found if not each.edits]
    if same:
        yield Paragraph(word("diff_unchanged", lang).format(names=", ".join(same)))


def _named(comparison: Comparison, lang: str) -> str:
    some = comparison.after or comparison.before
    return "" if some is None else some.id


def _comparison(spoken: Speaker, full: bool, *, several: bool, tables: bool) -> Iterator[Block]:
    comparison, lang = spoken.comparison, spoken.lang
    if several:
        yield Heading(_named(comparison, lang))
    titles = [_title(side, lang) for side in (comparison.before, comparison.after) if side is not None]
    yield Paragraph(" → ".join(dict.fromkeys(titles)))
    yield Paragraph(totals(comparison, lang))
    listed = shown(comparison, full)
    if len(listed) < len(comparison.edits):
        yield Paragraph(word("diff_hidden", lang))
    rules = [edit for edit in listed if edit.weight == "rule"]
    if tables:
        yield _counts(comparison.edits, lang)
    for file, edits in groupby(rules, key=file_of):
        yield from _section(spoken, file, list(edits), folded=len(rules) > MANY, tables=tables)
    for weight, title in (("citation", "diff_citations"), ("label", "diff_labels")):
        rest = [edit for edit in listed if edit.weight == weight]
        if rest:
            blocks = tuple(_edits(spoken, rest, tables=tables))
            yield Fold(f"{word(title, lang)} ({len(rest)})", blocks)


def _title(convention: Convention, lang: str) -> str:
    return f"{convention.label[lang]} ({window_text(convention, lang)})"


def totals(comparison: Comparison, lang: str) -> str:
    """How many edits of each weight there are, as a sentence."""
    said = {}
    for weight in WEIGHTS:
        count = len(comparison.of_weight([weight]))
        number = "none" if not count else "one" if count == 1 else "many"
        said[weight] = word(f"diff_{weight}_{number}", lang).format(count=count)
    text = word("diff_totals", lang).format(**said)
    return text[0].upper() + text[1:]


def file_of(edit: Edit) -> str:
    """The name of the file that an edit stands in, the newer side's where it has one."""
    at = edit.at_after or edit.at_before
    return "" if at is None else PurePath(at.file).name


def _counts(edits: Sequence[Edit], lang: str) -> Table:
    columns = [word(key, lang) for key in ("diff_file", "diff_rules", "diff_citations", "diff_labels")]
    rows = []
    for file in dict.fromkeys(file_of(edit) for edit in edits):
        own = [edit.weight for edit in edits if file_of(edit) == file]
        rows.append((file, *(str(own.count(weight)) for weight in WEIGHTS)))
    return Table(tuple(columns), tuple(rows))


def _section(spoken: Speaker, file: str, edits: Sequence[Edit], *, folded: bool, tables: bool) -> Iterator[Block]:
    title = f"{file} ({len(edits)})"
    blocks = tuple(_edits(spoken, edits, tables=tables))
    if folded and tables:
        yield Fold(title, blocks)
    else:
        yield from (Heading(title, 3 if tables else 2), *blocks)


def _edits(spoken: Speaker, edits: Sequence[Edit], *, tables: bool) -> Iterator[Block]:
    if tables:
        columns = ("item", "diff_where", "diff_before", "diff_after", "article", "diff_place")
        rows = tuple(_row(spoken, edit) for edit in edits)
        yield Table(tuple(word(key, spoken.lang) for key in columns), rows)
        return
    lines: list[tuple[int, str]] = []
    for _, own in groupby(edits, key=lambda edit: (edit.item, edit.kind)):
        lines.extend(_item(spoken, list(own)))
    yield Tree(tuple(lines))


def _row(spoken: Speaker, edit: Edit) -> tuple[str, ...]:
    said = spoken.said(edit)
    where = said.where if edit.part != "item" else word(f"diff_item_{edit.change}", spoken.lang)
    values = [inline(side, spoken.lang) for side in (said.before, said.after)]
    return (spoken.name(edit), where, *values, said.cite, said.place)


def _item(spoken: Speaker, edits: Sequence[Edit]) -> Iterator[tuple[int, str]]:
    """An item and its edits, indented; an item that is new or gone is one line.

    Citations that several of its edits rest on stand behind the item, once.
    """
    whole = next((edit for edit in edits if edit.part == "item"), None)
    rest = [edit for edit in edits if edit is not whole]
    shared = "" if whole else _shared(spoken, rest)
    if whole is not None:
        sign = "+" if whole.change == "added" else "−"
        change = word(f"diff_item_{whole.change}", spoken.lang)
        yield 0, f"{sign} {spoken.name(whole)}, {change}{_behind(spoken.said(whole))}"
    else:
        yield 0, spoken.name(edits[0]) + (f" [{shared}]" if shared else "")
    for edit in rest:
        said = spoken.said(edit)
        known = shared and said.cite and said.cite in shared
        yield from _edit(spoken, edit, replace(said, cite="") if known else said)


def _shared(spoken: Speaker, edits: Sequence[Edit]) -> str:
    counted = Counter(spoken.cited(edit) for edit in edits if edit.change in ("changed", "moved"))
    cite, count = max(counted.items(), key=lambda pair: pair[1], default=("", 0))
    return cite if count > 1 else ""


def _edit(spoken: Speaker, edit: Edit, said: Said) -> Iterator[tuple[int, str]]:
    colon = word("colon", spoken.lang)
    moved = edit.change == "moved" and not isinstance(edit.before, str)
    before, after = ("" if moved else inline(said.before, spoken.lang), inline(said.after, spoken.lang))
    start = f"{said.where}{colon}" if said.where else ""
    short = len(said.before) < 2 and len(said.after) < 2 and len(before) + len(after) <= SHORT
    if short or edit.weight == "citation":
        yield 1, f"{start}{' → '.join(each for each in (before, after) if each)}{_behind(said)}"
        return
    yield 1, f"{said.where or word('value', spoken.lang).lower()}{_behind(said)}{colon}".rstrip()
    yield from () if moved else _signed("−", said.before)
    yield from _signed("" if moved else "+", said.after)


def _signed(sign: str, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for depth, text in lines:
        yield (2, f"{sign} {'  ' * depth}{text}") if sign else (2 + depth, text)


def _behind(said: Said) -> str:
    """Citations and places, as they stand behind a sentence."""
    return (f" [{said.cite}]" if said.cite else "") + (f" ({said.place})" if said.place else "")
