"""Composes the page of a comparison: the edits between two sides come in, what changed in the rules goes out.

Rule changes come first, file by file. Between two different conventions, citations and labels differ everywhere; they
are counted there, and shown only on demand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import PurePath

from engine.comparison.edits.edit import WEIGHTS, Comparison, Edit
from engine.comparison.sides import Side
from engine.policy.model import Item
from engine.report.behaviour_page import Effects, effects_blocks
from engine.report.catalogue_page import window_text
from engine.report.edit_words import Said, Speaker, inline, speaker
from engine.report.page import Block, Fold, Heading, Paragraph, Table, Tree
from engine.report.say import Say

SHORT = 70  # characters of two values that stand on one line
MANY = 30  # rule changes from which markdown folds each file


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """The edits between two sides, with their effects where asked; ``full`` shows citations and labels everywhere."""

    sides: tuple[Side, Side]
    found: Sequence[Comparison]
    effects: Effects | None = None
    full: bool = False


def edits_shown(comparison: Comparison, full: bool) -> tuple[Edit, ...]:
    """The edits to show: all of two versions of one convention, else those of the rules unless ``full``.

    Of texts for two beneficiaries, what both rule on: hardly anything that one alone has is anything to the other.
    """
    same = comparison.before is None or comparison.after is None or comparison.before.id == comparison.after.id
    if full or same:
        return comparison.edits
    rules = comparison.of_weight(["rule"])
    return tuple(edit for edit in rules if edit.part != "item") if _of_two(comparison) else rules


def _of_two(comparison: Comparison) -> bool:
    return len({side.beneficiary for side in (comparison.before, comparison.after) if side is not None}) > 1


def _blocks(diff: Diff, say: Say, *, tables: bool) -> Iterator[Block]:
    a, b = diff.sides
    yield Heading(f"{a.name} → {b.name}", 1)
    if a.registry.case_digest != b.registry.case_digest:
        yield Paragraph(say("diff_facts_differ"), "open")
    changed = [each for each in diff.found if each.edits]
    same = [_named(each) for each in diff.found if not each.edits]
    for comparison in changed:
        spoken = speaker(comparison, diff.sides, say)
        yield from _comparison(spoken, diff.full, several=len(diff.found) > 1, tables=tables)
    if not changed:
        yield Paragraph(say("diff_nothing"), "good")
    elif same:
        yield Paragraph(say("diff_unchanged", names=", ".join(same)))
    if diff.effects is not None:
        told = [each.id for comparison in changed for each in (comparison.before, comparison.after) if each is not None]
        yield from effects_blocks(diff.effects, told, say)


page = partial(_blocks, tables=False)  # headings and indented lines, for a terminal
tables = partial(_blocks, tables=True)  # a summary and tables that unfold, for a pull request


def _named(comparison: Comparison) -> str:
    """The id of the convention, or both where one text is compared with another."""
    return " → ".join(dict.fromkeys(each.id for each in (comparison.before, comparison.after) if each is not None))


def _comparison(spoken: Speaker, full: bool, *, several: bool, tables: bool) -> Iterator[Block]:
    comparison, say = spoken.comparison, spoken.say
    if several:
        yield Heading(_named(comparison))
    sides = [side for side in (comparison.before, comparison.after) if side is not None]
    yield Paragraph(" → ".join(dict.fromkeys(f"{say.label(side)} ({window_text(side, say)})" for side in sides)))
    yield Paragraph(totals(comparison, say))
    for old, new in _renamed_unsaid(comparison):
        yield Paragraph(say("diff_renamed", label=say.label(new), old=old.id, new=new.id), "heed")
    listed = edits_shown(comparison, full)
    if len(listed) < len(comparison.edits):
        yield Paragraph(say("diff_hidden_of_two" if _of_two(comparison) else "diff_hidden"))
    rules = [edit for edit in listed if edit.weight == "rule"]
    if tables:
        yield _counts(comparison.edits, say)
    for file, edits in groupby(rules, key=edit_file):
        own = list(edits)
        title, blocks = f"{file} ({len(own)})", tuple(_edits(spoken, own, tables=tables))
        if tables and len(rules) > MANY:
            yield Fold(title, blocks)
        else:
            yield from (Heading(title, 3 if tables else 2), *blocks)
    for weight, title in (("citation", "diff_citations"), ("label", "diff_labels")):
        rest = [edit for edit in listed if edit.weight == weight]
        if rest:
            blocks = tuple(_edits(spoken, rest, tables=tables))
            yield Fold(f"{say(title)} ({len(rest)})", blocks)


def _renamed_unsaid(comparison: Comparison) -> Iterator[tuple[Item, Item]]:
    """Items that are gone beside new ones of the same kind and label: renamed, most likely, without saying so."""
    if comparison.before is None or comparison.after is None:
        return
    whole = [edit for edit in comparison.edits if edit.part == "item"]
    gone, new = (
        [side.items[each.item] for each in whole if each.change == change and each.item in side.items]
        for side, change in ((comparison.before, "removed"), (comparison.after, "added"))
    )
    yield from ((old, own) for old in gone for own in new if (old.kind, old.label) == (own.kind, own.label))


def totals(comparison: Comparison, say: Say) -> str:
    """How many edits of each weight there are, as a sentence."""
    counts = {weight: say.count(f"diff_count.{weight}", len(comparison.of_weight([weight]))) for weight in WEIGHTS}
    return say.capital(say("diff_totals", **counts))


def edit_file(edit: Edit) -> str:
    """The name of the file that an edit stands in, the newer side's where it has one."""
    at = edit.at_after or edit.at_before
    return "" if at is None else PurePath(at.file).name


def _counts(edits: Sequence[Edit], say: Say) -> Table:
    columns, rows = say.heads("diff_file", "diff_rules", "diff_citations", "diff_labels"), []
    for file in dict.fromkeys(edit_file(edit) for edit in edits):
        own = [edit.weight for edit in edits if edit_file(edit) == file]
        rows.append((file, *(str(own.count(weight)) for weight in WEIGHTS)))
    return Table(columns, tuple(rows))


def _edits(spoken: Speaker, edits: Sequence[Edit], *, tables: bool) -> Iterator[Block]:
    if tables:
        columns = ("item", "diff_where", "diff_before", "diff_after", "article", "diff_place")
        shown, rows = columns if spoken.say.notes is None else columns[:-1], []  # places are for who writes rules
        for edit, said in ((edit, spoken.said(edit)) for edit in edits):
            where = said.where if edit.part != "item" else spoken.say(f"diff_item.{edit.change}")
            values = [inline(side, spoken.say) for side in (said.before, said.after)]
            cells = (spoken.name(edit), where, *values, said.cite, "; ".join((said.place, *spoken.beside(edit))))
            rows.append(cells[: len(shown)])
        yield Table(tuple(map(spoken.say, shown)), tuple(rows))
        return
    lines: list[tuple[int, str]] = []
    for _, own in groupby(edits, key=lambda edit: (edit.item, edit.kind)):
        lines.extend(_item(spoken, list(own)))
    yield Tree(tuple(lines))


def _item(spoken: Speaker, edits: Sequence[Edit]) -> Iterator[tuple[int, str]]:
    """An item and its edits, indented; of an item that is new or gone, what it holds.

    Citations that several of its edits rest on stand behind the item, once.
    """
    whole = next((edit for edit in edits if edit.part == "item"), None)
    rest = [edit for edit in edits if edit is not whole]
    counted = Counter(spoken.cited(edit) for edit in rest if edit.change in ("changed", "moved") and whole is None)
    shared = next((cite for cite, count in counted.most_common(1) if count > 1), "")
    if whole is not None:
        sign = "+" if whole.change == "added" else "−"
        change = spoken.say(f"diff_item.{whole.change}")
        said = spoken.said(whole)
        yield 0, f"{sign} {spoken.name(whole)}, {change}{_behind(said)}"
        yield from _signed(sign, said.before or said.after) if spoken.in_full else ()
    else:
        yield 0, spoken.name(edits[0]) + (f" [{shared}]" if shared else "")
    for edit in rest:
        said = spoken.said(edit)
        known = shared and said.cite and said.cite in shared
        yield from _edit(spoken, edit, replace(said, cite="") if known else said)
        if edit.also:
            yield 2, spoken.say.head(spoken.say.count("diff_also", len(edit.also)))
            yield from ((3, place) for place in spoken.beside(edit))


def _edit(spoken: Speaker, edit: Edit, said: Said) -> Iterator[tuple[int, str]]:
    moved = edit.change == "moved" and not isinstance(edit.before, str)
    before, after = ("" if moved else inline(said.before, spoken.say), inline(said.after, spoken.say))
    start = spoken.say.pair(said.where, "") if said.where else ""
    short = len(said.before) < 2 and len(said.after) < 2 and len(before) + len(after) <= SHORT
    if short or edit.weight == "citation":
        yield 1, f"{start}{' → '.join(each for each in (before, after) if each)}{_behind(said)}"
        return
    yield 1, spoken.say.head(f"{said.where or spoken.say('value').lower()}{_behind(said)}")
    yield from () if moved else _signed("−", said.before)
    yield from _signed("" if moved else "+", said.after)


def _signed(sign: str, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for depth, text in lines:
        yield (2, f"{sign} {'  ' * depth}{text}") if sign else (2 + depth, text)


def _behind(said: Said) -> str:
    """Citations and places, as they stand behind a sentence."""
    return (f" [{said.cite}]" if said.cite else "") + (f" ({said.place})" if said.place else "")
