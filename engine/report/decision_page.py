"""Composes the page that a case officer reads: a decision comes in, verdict first, then amounts, reasons and gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.evaluation.decision import Decision, ObligationLine, PaymentLine, Result
from engine.language.expressions import Citation, VerdictIs, walk
from engine.language.facts import YEAR
from engine.policy.model import SOURCE_KINDS, Outcome
from engine.policy.registry import Registry
from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Table
from engine.report.values import fact_text, result_text, scalar_text

MAIN = (
    "tranche_activite",
    "objectif.mt",
    "objectif.fa",
    "aide.montant_annuel",
    "verification.resultat",
    "verification.taux",
    "aide.montant_du",
)
ELIGIBILITY = "eligibilite"
YEARLY_TABLE = "aide.bareme"
_TONE = {"eligible": "good", "ineligible": "bad"}


def decision_page(decision: Decision, registry: Registry, lang: str, title: str, full: bool = False) -> Page:
    """The page of one decision, made to fit a screen; ``full`` adds duties without a date and titles of sources."""
    return tuple(_blocks(decision, registry, lang, title, full))


def _blocks(decision: Decision, registry: Registry, lang: str, title: str, full: bool) -> Iterator[Block]:
    text = words(lang)
    colon = text["colon"]
    eligible = decision.results[ELIGIBILITY]
    verdict = result_text(eligible, lang)
    yield Heading(f"{title} — {eligible.label[lang]}{colon}{verdict}", 1, _TONE.get(str(eligible.value), "open"))
    yield Paragraph(
        f"{decision.convention.label[lang]} ({decision.convention.id}){colon}{decision.selected_because[lang]}."
    )
    for use in decision.overlays:
        changes = [id_ for id_ in use.changes if decision.results[id_].status != "not_applicable"]
        if changes:
            source = f"{use.convention}/{use.id}, {cited_text(use.cite, registry, lang)}"
            changed = f"{text['changes']} {', '.join(changes)}"
            yield Paragraph(f"{text['overlay']}{colon}{use.label[lang]} ({source}), {changed}.")
    yield from why_not_blocks(decision, registry, lang)
    if str(eligible.value) != "eligible":
        yield Paragraph(text["if_eligible"])
    yield from _results(decision, registry, lang, text)
    yield from _amounts(decision, registry, lang, text)
    yield from _criteria(decision, registry, lang, text)
    yield from _warnings(decision, lang, text)
    yield from _missing(decision, registry, lang, text)
    yield from assumed_blocks([decision], registry, lang)
    yield from obligation_blocks(decision.obligations, lang, full)
    yield from _grades(decision, registry, text, full)


def why_not_blocks(decision: Decision, registry: Registry, lang: str) -> Iterator[Block]:
    """One sentence for each criterion that refuses, or else for each that is open."""
    text = words(lang)
    criteria = _eligibility_criteria(decision)
    refusing = [result for result in criteria if result.verdict == "not_met"]
    open_ = [result for result in criteria if result.verdict == "undetermined"]
    for result in refusing or open_:
        reason = _facts_text(result, registry, lang)
        cited = cited_text(result.cite[:1], registry, lang)
        key = "refused_because" if refusing else "open_because"
        yield Paragraph(
            f"{text[key]}{text['colon']}{result.label[lang]} ({reason}) [{cited}].", "bad" if refusing else "open"
        )


def summary(decisions: Sequence[tuple[str, Decision]], lang: str) -> Page:
    """One line for each of many cases."""
    text = words(lang)
    rows = []
    for name, decision in decisions:
        amounts = [decision.results[id_] for id_ in ("aide.montant_du", "aide.montant_annuel")]
        amount = next((a for a in amounts if a.status == "known"), amounts[0])
        first = decision.years[0].amount if decision.years else amount
        shown = result_text(first if decision.years else amount, lang)
        rows.append((name, decision.convention.id, result_text(decision.results[ELIGIBILITY], lang), shown))
    columns = (text["case"], text["convention"], text["verdict"], text["amount"])
    return (Heading(text["summary"], 1), Table(columns, tuple(rows)))


def rules_line(registry: Registry, lang: str) -> Block:
    """Which policies folder the answers come from."""
    text = words(lang)
    return Paragraph(text["rules_from"].format(place=registry.root, origin=text[f"origin_{registry.origin}"]) + ".")


def _results(decision: Decision, registry: Registry, lang: str, text: Mapping[str, str]) -> Iterator[Block]:
    rows = []
    for id_ in MAIN:
        result = decision.results[id_]
        waits_for_year = YEAR not in decision.facts and result.missing == (YEAR,)
        if result.status == "not_applicable" or waits_for_year:
            continue
        rows.append((result.label[lang], result_text(result, lang), because_text(result, registry, lang)))
    if rows:
        yield Heading(text["results"])
        yield Table((text["result"], text["value"], text["why"]), tuple(rows))


def _amounts(decision: Decision, registry: Registry, lang: str, text: Mapping[str, str]) -> Iterator[Block]:
    if decision.years:
        yield Heading(text["amounts"])
        yield Table((text["year"], text["start"], text["amount"], text["why"]), _year_rows(decision, registry, lang))
    if decision.payments:
        yield Heading(text["payments"])
        lines = [
            (
                line.result.label[lang],
                due_text(line, lang),
                result_text(line.result, lang),
                cited_text(line.result.cite, registry, lang),
            )
            for line in decision.payments
        ]
        yield Table((text["payment"], text["due"], text["amount"], text["article"]), tuple(lines))


def due_text(line: PaymentLine, lang: str) -> str:
    """The due day of a payment, or why there is none."""
    if line.due:
        return scalar_text(line.due, None, lang)
    return words(lang)["unpublished" if line.due_reason else "undetermined"]


def _year_rows(decision: Decision, registry: Registry, lang: str) -> tuple[tuple[str, ...], ...]:
    """A row for each run of years with the same amount for the same reason."""
    rows: list[tuple[str, ...]] = []
    for line in decision.years:
        labels = ", ".join(use.label[lang] for use in line.overlays if YEARLY_TABLE in use.changes)
        amount, why = result_text(line.amount, lang), because_text(line.amount, registry, lang)
        why = f"{labels} [{why}]" if labels and line.amount.status == "known" else why
        if rows and rows[-1][2:] == (amount, why):
            first = rows[-1][0].partition("–")[0]
            rows[-1] = (f"{first}–{line.year}", *rows[-1][1:])
        else:
            rows.append((str(line.year), scalar_text(line.start, None, lang), amount, why))
    return tuple(rows)


def _criteria(decision: Decision, registry: Registry, lang: str, text: Mapping[str, str]) -> Iterator[Block]:
    """The criteria of the eligibility, the ones that refuse or are open first."""
    ranks = {"not_met": 0, "undetermined": 1, "met": 2, "not_applicable": 3}
    criteria = sorted(_eligibility_criteria(decision), key=lambda result: ranks[result.verdict])
    rows = [
        (
            result.label[lang],
            result_text(result, lang),
            _facts_text(result, registry, lang),
            cited_text(result.cite[:1], registry, lang),
        )
        for result in criteria
        if result.verdict != "not_applicable"
    ]
    if rows:
        yield Heading(text["criteria"])
        yield Table((text["criterion"], text["verdict"], text["why"], text["article"]), tuple(rows))


def _eligibility_criteria(decision: Decision) -> list[Result]:
    """The criteria that the eligibility of this convention asks about."""
    item = decision.convention.items.get(ELIGIBILITY)
    if item is None or not isinstance(item.body, Outcome):
        return []
    named = (node.criterion.id for rule in item.body.rules for node in walk(rule.when) if isinstance(node, VerdictIs))
    return [decision.results[id_] for id_ in dict.fromkeys(named)]


def _facts_text(result: Result, registry: Registry, lang: str) -> str:
    """The values a verdict rests on, the derogation that made it met, and what it waits for."""
    vocabulary = registry.vocabulary
    colon, semicolon = words(lang)["colon"], words(lang)["semicolon"]
    parts = []
    if result.derogation:
        label = next(r.text for r in result.because if r.kind == "derogation")
        parts.append(words(lang)["derogation"].format(label=label[lang] if label else result.derogation))
    for name, value in result.facts.items():
        shown = fact_text(name, value, vocabulary, lang)
        label_needed = vocabulary.facts[name].type.kind in ("boolean", "number", "date")
        parts.append(f"{vocabulary.facts[name].label[lang]}{colon}{shown}" if label_needed else shown)
    if result.missing:
        parts.append(words(lang)["missing_count"].format(names=_labels(result.missing, registry, lang)))
    return semicolon.join(parts)


def _labels(names: Iterable[str], registry: Registry, lang: str) -> str:
    return ", ".join(registry.vocabulary.facts[name].label[lang] for name in names)


def because_text(result: Result, registry: Registry, lang: str) -> str:
    """Why a result is open, or the text behind it, on one line."""
    if result.status == "undetermined":
        if result.missing:
            return words(lang)["missing_count"].format(names=_labels(result.missing, registry, lang))
        return " ".join(dict.fromkeys(reason.text[lang] for reason in result.because if reason.text))
    return cited_text(result.cite[:1], registry, lang)


def cited_text(cite: Iterable[Citation], registry: Registry, lang: str) -> str:
    """Citations as one line: source, and the place in it."""
    parts = []
    for citation in cite:
        parts.append(f"{citation.source}, {citation.locator}" if citation.locator else citation.source)
    return words(lang)["semicolon"].join(dict.fromkeys(parts))


def _warnings(decision: Decision, lang: str, text: Mapping[str, str]) -> Iterator[Block]:
    found = dict.fromkeys(warning[lang] for result in decision.results.values() for warning in result.warnings)
    if found:
        yield Heading(text["warnings"], tone="open")
        for warning in found:
            yield Paragraph(warning)


def _missing(decision: Decision, registry: Registry, lang: str, text: Mapping[str, str]) -> Iterator[Block]:
    missing = [name for name in decision.missing if name != YEAR or not decision.years]
    if missing:
        yield Heading(text["missing"], tone="open")
        facts = [registry.vocabulary.facts[name] for name in missing]
        rows = tuple((fact.label[lang], fact.name, fact.where[lang]) for fact in facts)
        yield Table((text["fact"], "", text["where"]), rows)


def assumed_blocks(decisions: Iterable[Decision], registry: Registry, lang: str) -> Iterator[Block]:
    """The sides taken in open questions behind the main results."""
    text = words(lang)
    taken: dict[str, str] = {}
    for decision in decisions:
        for shown in (ELIGIBILITY, *MAIN):
            taken.update(decision.results[shown].choices)
    if taken:
        yield Heading(text["assumed"])
        rows = []
        for id_, choice in taken.items():
            question = next(c.interpretations[id_] for c in registry.conventions.values() if id_ in c.interpretations)
            rows.append((question.question[lang], question.choices[choice][lang], f"{id_}={choice}"))
        yield Table((text["open_question"], text["choice"], "--interpret"), tuple(rows))


def obligation_blocks(obligations: Sequence[ObligationLine], lang: str, full: bool) -> Iterator[Block]:
    """The duties that apply, overdue ones first; those without a known day only on demand."""
    text = words(lang)
    order = {"overdue": 0, "pending": 1, "undetermined": 2, "done": 3}
    lines = [line for line in obligations if line.status != "not_applicable"]
    dated = [line for line in lines if line.due is not None or line.status in ("overdue", "done")]
    others = [line for line in lines if line not in dated]
    if not lines:
        return
    yield Heading(text["obligations"])
    if dated:
        rows = tuple(
            (line.label[lang], scalar_text(line.due, None, lang), text[line.status])
            for line in sorted(dated, key=lambda line: (order[line.status], str(line.due)))
        )
        yield Table((text["obligation"], text["due"], text["status"]), rows)
    if others and full:
        yield Table(("", ""), tuple((line.label[lang], text[line.status]) for line in others))
    elif others:
        yield Paragraph(text["undated" if len(others) > 1 else "one_undated"].format(count=len(others)))


def _grades(decision: Decision, registry: Registry, text: Mapping[str, str], full: bool) -> Iterator[Block]:
    """The sources behind the main results, by grade."""
    used: dict[str, dict[str, None]] = {kind: {} for kind in SOURCE_KINDS}
    for id_ in (ELIGIBILITY, *MAIN):
        for citation in _behind(decision, id_):
            source = registry.conventions[citation.convention].sources.get(citation.source)
            if source is not None:
                named = f"{source.id} ({source.title}, {source.publisher})" if full else source.id
                used[source.kind][named] = None
    yield Heading(text["grades"])
    rows = [(text[kind], (text["semicolon"] if full else ", ").join(found)) for kind, found in used.items() if found]
    yield Table(("", ""), tuple(rows))
    yield Paragraph(f"{text['digest']}{text['colon']}{decision.digest}")


def _behind(decision: Decision, id_: str) -> Iterator[Citation]:
    """Every citation behind a result, through the results it reads."""
    seen: set[str] = set()
    waiting = [id_]
    while waiting:
        result = decision.results.get(waiting.pop())
        if result is not None and result.id not in seen and result.status != "not_applicable":
            seen.add(result.id)
            yield from result.cite
            waiting.extend(result.uses)
