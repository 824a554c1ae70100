"""Composes what tests reach and notice: coverage and the fates of mutants come in, a page or plain objects go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Table, Tree
from engine.suite.coverage import KINDS, Coverage, Place
from engine.suite.mutation import CAUGHT, EQUIVALENT, INVALID, SURVIVED, Fate, Score


def coverage_page(found: Coverage, conventions: Sequence[str], lang: str) -> Page:
    """Shares by kind and convention, then every place that no test reaches."""
    text = words(lang)
    rows = []
    for kind in (*KINDS, None):
        if found.count(kind)[1]:
            name = text[f"kind_{kind}"] if kind else text["all_kinds"]
            counts = (found.count(kind, convention) for convention in (*conventions, None))
            rows.append((name, *(_fraction(*count) for count in counts)))
    blocks: list[Block] = [
        Heading(text["coverage"]),
        Table(("", *conventions, text["all_kinds"]), tuple(rows)),
    ]
    if found.missed:
        blocks.append(Heading(text["missed_list"], tone="open"))
        blocks.append(Tree(tuple((0, _missed(place, found, lang)) for place in found.missed)))
    blocks.append(Paragraph(coverage_line(found, lang)))
    return tuple(blocks)


def coverage_line(found: Coverage, lang: str) -> str:
    """The coverage in one sentence."""
    reached, all_ = found.count()
    share = percent(100 * reached / all_ if all_ else 100.0, lang)
    return words(lang)["coverage_total"].format(share=share, reached=reached, all=all_, tests=found.tests)


def mutation_page(score: Score, conventions: Sequence[str], lang: str) -> Page:
    """Scores by convention, then every change that no test notices, by line."""
    text = words(lang)
    columns = ("", text["score"], text["caught"], text["survived"], text["equivalent"], text["invalid"])
    rows = []
    for convention in (*conventions, None):
        counts = (score.count(status, convention) for status in (CAUGHT, SURVIVED, EQUIVALENT, INVALID))
        share = percent(score.share(convention), lang) + " %"
        rows.append((convention or text["all_kinds"], share, *(str(count) for count in counts)))
    blocks: list[Block] = [Heading(text["mutation"]), Table(columns, tuple(rows))]
    if score.survivors:
        blocks.append(Heading(text["survivors"], tone="open"))
        blocks.append(Tree(tuple((0, _survivor(fate)) for fate in score.survivors)))
    blocks.extend(Paragraph(line) for line in mutation_lines(score, lang))
    return tuple(blocks)


def mutation_lines(score: Score, lang: str) -> Iterator[str]:
    """The score in one sentence, and how many changes were drawn where not all were."""
    text = words(lang)
    caught = score.count(CAUGHT)
    yield text["mutation_total"].format(
        share=percent(score.share(), lang),
        caught=caught,
        all=caught + score.count(SURVIVED),
        equivalent=score.count(EQUIVALENT),
    )
    if len(score.fates) < score.of:
        yield text["drawn"].format(count=len(score.fates), of=score.of)


def review_object(found: Coverage | None, score: Score | None) -> dict[str, Any]:
    """Coverage and mutation as one JSON object."""
    data: dict[str, Any] = {}
    if found is not None:
        counts = {kind: dict(zip(("reached", "all"), found.count(kind), strict=True)) for kind in KINDS}
        reached, all_ = found.count()
        data["coverage"] = {
            "tests": found.tests,
            "reached": reached,
            "all": all_,
            "kinds": counts,
            "missed": [_place(place, found) for place in found.missed],
        }
    if score is not None:
        statuses = (CAUGHT, SURVIVED, EQUIVALENT, INVALID)
        data["mutation"] = {
            "score": round(score.share(), 2),
            "changes": score.of,
            "tried": len(score.fates),
            **{status: score.count(status) for status in statuses},
            "survivors": [_fate(fate) for fate in score.survivors],
        }
    return data


def missing_sides(place: Place, found: Coverage, lang: str) -> str:
    """What no test reaches of a place, in words."""
    text = words(lang)
    if len(place.sides) < 2 or not found.sides(place):
        return text["no_test"]
    missing = [side for side in place.sides if side not in found.sides(place)]
    return text["side_missing"].format(side=", ".join(text[f"side_{side}"] for side in missing))


def percent(share: float, lang: str) -> str:
    """A share with one decimal, cut and never rounded up."""
    shown = f"{int(share * 10) / 10:.1f}"
    return shown.replace(".", ",") if lang == "fr" else shown


def fate_text(fate: Fate) -> str:
    """What a mutant changes, as one short text."""
    return f"{fate.kind}: {fate.before} → {fate.after}"


def _fraction(reached: int, all_: int) -> str:
    return f"{reached}/{all_}" if all_ else "—"


def _missed(place: Place, found: Coverage, lang: str) -> str:
    name = place.item if place.kind == "item" else f"{place.item}: {place.name}"
    return f"{place.at}: {name}: {missing_sides(place, found, lang)}"


def _survivor(fate: Fate) -> str:
    return f"{fate.at}: {fate.subject}: {fate_text(fate)}"


def _place(place: Place, found: Coverage) -> dict[str, Any]:
    return {
        "at": str(place.at),
        "convention": place.convention,
        "kind": place.kind,
        "item": place.item,
        "name": place.name,
        "missing": [side for side in place.sides if side not in found.sides(place)],
    }


def _fate(fate: Fate) -> dict[str, Any]:
    return {
        "at": str(fate.at),
        "convention": fate.convention,
        "item": fate.subject,
        "kind": fate.kind,
        "before": fate.before,
        "after": fate.after,
    }
