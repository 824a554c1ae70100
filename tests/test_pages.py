"""Every page of every case at hand, in both languages and each format: words of people only, each with its reason.

The cases are those of examples/, its dossiers, and tests/cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import ROOT
from conftest import Effort

from engine.errors import InputFault
from engine.evaluation import timeline as living
from engine.evaluation.dossier import read_dossier
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.inquiry.inquiries import readings_of_life
from engine.inquiry.questions import Asked, ask
from engine.policy.loader import load
from engine.policy.model import Outcome
from engine.policy.registry import Outside
from engine.report import decision_page, explain_page, options_page, outside_page, questions_page, timeline_data
from engine.report.decided import Decided, Decisions, told_case
from engine.report.explain_page import Explained
from engine.report.formats import display_width, markdown, plain
from engine.report.html import html
from engine.report.options_page import Options, Way
from engine.report.page import Fold, Page, Table
from engine.report.questions_page import Questions
from engine.report.say import Say
from engine.report.timeline_page import ToldLife

LANGS = ("fr", "en")
FILES = sorted(
    path
    for folder in (ROOT / "examples", ROOT / "examples" / "dossiers", ROOT / "tests" / "cases")
    for path in folder.glob("*.yaml")
)
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
WIDTHS = (60, 80)
CODE = re.compile(r"(?<![\w./-])[a-z0-9]+(?:[._][a-z0-9]+)+(?![\w/-])")
ISO, FRENCH_DAY = re.compile(r"\b\d{4}-\d{2}(-\d{2})?\b"), re.compile(r"\b\d{2}/\d{2}/\d{4}\b")
OPEN = {"fr": ("indéterminé", "sans objet"), "en": ("undetermined", "not applicable")}


def pages(session: Session, path: Path, say: Say) -> Iterator[tuple[str, Page]]:
    """Each page that the commands show of a file; none of one that they refuse."""
    match shown_of(session, path):
        case ToldLife() as life:
            yield "timeline", timeline_data.page(life, say)
        case Decided(decision=decision) as decided, asked:
            yield "evaluate", decision_page.page(Decisions(cases=[decided]), say)
            yield "evaluate of several", decision_page.page(Decisions(cases=[decided, decided], alone=False), say)
            for item in (decision.headline.verdict, decision.headline.due):
                if item in decision.results:
                    yield f"explain {item}", explain_page.page(Explained(decided, str(item)), say)
            readings = decided.readings
            yield "ask", questions_page.page(Questions(asked, path.stem, readings), say)
            yield "compare", options_page.page(Options(path.stem, [Way({}, decided, "1"), Way({}, decided, "2")]), say)
        case Outside() as outside:
            yield "outside", outside_page.page(outside, say)


Shown = ToldLife | tuple[Decided, Asked] | Outside | None


def shown_of(session: Session, path: Path) -> Shown:
    """What the pages of a file show, whatever their language: worked out once."""
    if path not in _SHOWN:
        try:
            _SHOWN[path] = _worked_out(session, path)
        except Outside as outside:
            _SHOWN[path] = outside
        except InputFault:
            _SHOWN[path] = None
    return _SHOWN[path]


_SHOWN: dict[Path, Shown] = {}


def _worked_out(session: Session, path: Path) -> ToldLife | tuple[Decided, Asked]:
    document = load(path)
    vocabulary = session.registry.vocabulary
    if "case" in document.data:
        life = living.timeline(session, read_dossier(document, vocabulary))
        return ToldLife(title=path.stem, timeline=life, readings=readings_of_life(session, life))
    decision = session.decide(read_case(document, vocabulary))
    asked = ask(session, decision, decision.headline.verdict or "all")
    return told_case(session, decision, path.stem), asked


@pytest.fixture(scope="module")
def codes(session: Session) -> set[str]:
    """The ids of the rules, and the named values of their results."""
    found: set[str] = set()
    for convention in session.registry.conventions.values():
        found |= {convention.id, *convention.items, *convention.sources, *convention.interpretations}
        found |= {choice for question in convention.interpretations.values() for choice in question.choices}
        found |= {*convention.derogations, *(overlay.id for overlay in convention.overlays)}
        for item in convention.items.values():
            found |= set(item.value_labels)
            if isinstance(item.body, Outcome):
                found |= {rule.id for rule in item.body.rules}
    return found | {value for fact in session.registry.vocabulary.facts.values() for value in fact.type.values}


def bare(page: Page, lang: str) -> Iterator[str]:
    """Rows of tables that say that something is open, or does not apply, and give no reason."""
    for block in page:
        if isinstance(block, Fold):
            yield from bare(block.blocks, lang)
        elif isinstance(block, Table):
            for row in block.rows:
                for place, cell in enumerate(row):
                    if cell in OPEN[lang] and not any(row[place + 1 : place + 2]):
                        yield " | ".join(row)


@pytest.mark.turns(path=FILES, lang=LANGS, every=6)
def test_a_page_holds_words_alone_and_each_open_result_its_reason(
    session: Session, codes: set[str], path: Path, lang: str
) -> None:
    faults = []
    for name, page in pages(session, path, Say(session.registry, lang)):
        said = {"text": plain(page, 100), "markdown": markdown(page), "html": html(page, lang).partition("</style>")[2]}
        for form, text in said.items():
            found = {each for each in CODE.findall(text.replace("\\", "")) if each in codes}
            facts = set(session.registry.vocabulary.facts) if name != "ask" else set()
            found |= {each for each in CODE.findall(text.replace("\\", "")) if each in facts}
            faults += [f"{name}, {form}: {each}" for each in (*sorted(found), *re.findall(r"\{.*|sha256|\.\.", text))]
        other = ISO if lang == "fr" else FRENCH_DAY
        faults += [f"{name}: {day.group()}" for day in other.finditer(said["text"])]
        faults += [f"{name}: {row}" for row in bare(page, lang)]
        for width in WIDTHS:
            faults += [
                f"{name}, {width} columns: {line}"
                for line in plain(page, width).splitlines()
                if display_width(line) > width
            ]
    assert faults == []


@pytest.mark.turns(path=EXAMPLES, lang=LANGS)
def test_a_case_fits_sixty_lines_and_answers_the_three_questions_in_its_first_fifteen(
    session: Session, path: Path, lang: str
) -> None:
    say = Say(session.registry, lang)
    page = dict(pages(session, path, say))["evaluate"]
    lines = plain(page, 80).splitlines()
    assert len(lines) <= 60
    first = "\n".join(lines[:15])
    decision = session.decide(read_case(load(path).data, session.registry.vocabulary))
    assert decision.verdict is not None
    assert say.result(decision.verdict) in first
    if say.result(decision.verdict) in ("Non éligible", "Not eligible"):
        assert "€" not in "\n".join(lines)
        return
    assert say("amounts") in first
    assert "€" in first
    assert (say("missing_count", names="").strip().capitalize() in first.replace("\u00a0", " ")) == bool(
        [name for name in decision.missing if name != "contrat.annee" or not decision.years]
    )


@pytest.mark.parametrize("lang", LANGS)
def test_a_case_that_says_little_tells_two_of_its_open_conditions_first_and_counts_the_others(
    session: Session, lang: str
) -> None:
    say = Say(session.registry, lang)
    decision = session.decide(read_case({"contrat": {"date_signature": "2025-01-15"}}, session.registry.vocabulary))
    page = decision_page.page(Decisions(cases=[told_case(session, decision)]), say)
    first = plain(page, 80).splitlines()[:15]
    assert sum(line.startswith(say("open_because")) for line in first) == 2
    assert say.count("open_more", 3) in first
    assert say("amounts") in first


def test_reasons_of_several_sentences_are_sentences(session: Session) -> None:
    path = ROOT / "tests" / "cases" / "centre_2024_over_half_times.yaml"
    text = plain(dict(pages(session, path, Say(session.registry, "fr")))["evaluate"], 1000).replace("\u00a0", " ")
    assert "dans nos sources. Les montants de l'avenant 5 ne sont pas dans nos sources." in text
    assert re.findall(r" ; [A-Z][a-zé]* [a-zé]+ [a-zé]* ?sont", text) == []


def test_a_row_that_stands_below_its_number_names_what_this_counts() -> None:
    table = Table(("Année", "Maximum", "Dû"), (("3–5", "11 000 €", "entre 0 € et 11 000 €"), ("Total", "0 €", "0 €")))
    assert plain((table,), 16).splitlines()[0] == "  Année 3–5"
    assert "  Total" in plain((table,), 16).splitlines()


def test_no_word_of_a_page_is_broken_on_a_narrow_terminal(session: Session) -> None:
    for path in EXAMPLES:
        page = dict(pages(session, path, Say(session.registry, "fr")))["evaluate"]
        words = {word for line in plain(page, 1000).splitlines() for word in line.split(" ")}
        narrow = {word for line in plain(page, 60).splitlines() for word in line.split(" ")}
        assert {word for word in narrow - words if word.strip("=")} == set()


def test_each_word_of_the_trade_is_explained_once_on_the_page_that_uses_it(session: Session, effort: Effort) -> None:
    used: set[str] = set()
    for path in effort.share(FILES, len(FILES) // 6):
        for lang in LANGS:
            for name, page in pages(session, path, Say(session.registry, lang)):
                text = " ".join(plain(page, 1000).split())
                for term in session.registry.vocabulary.glossary:
                    found = [w for w in term.words[lang] if re.search(rf"(?<!\w){w}(?!\w)", text, re.IGNORECASE)]
                    assert text.count(term.means[lang]) == bool(found), (path.stem, name, found)
                    used.update(found)
    assert {"percentile", "P30", "MT", "FA", "ETP", "FTE"} <= used


def test_the_glossary_explains_each_word_once_and_in_both_languages(session: Session) -> None:
    glossary = session.registry.vocabulary.glossary
    for lang in LANGS:
        words = [word for term in glossary for word in term.words[lang]]
        assert len(words) == len(set(words))
        assert all(term.means[lang] for term in glossary)
