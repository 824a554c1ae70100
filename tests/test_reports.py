"""Reports as people read them, kept in tests/golden: rewritten only with --update-golden, and reviewed as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from command import ROOT, avenant, compare, refused

from engine.cli.commands import cli
from engine.report import (
    alternatives_page,
    catalogue_page,
    decision_page,
    diff_data,
    explain_page,
    formats,
    options_page,
    questions_page,
    suite_page,
    timeline_data,
)
from engine.report.formats import markdown
from engine.report.html import html
from engine.report.objects import SHAPES
from engine.report.page import Fold, Heading, Paragraph, Table, Tree

GOLDEN = ROOT / "tests" / "golden"

MISSED = "examples/2023_gp_half_time_objective_missed.yaml"
SOLO = "tests/fixtures/what_if/solo_2021.yaml"
RADIOLOGIST = "tests/fixtures/what_if/radiologist_2024.yaml"

COMMANDS = {
    **{
        f"evaluate_{path.stem}_{lang}": ["evaluate", f"examples/{path.name}", "--lang", lang]
        for path in sorted((ROOT / "examples").glob("*.yaml"))
        for lang in ("fr", "en")
    },
    "evaluate_markdown_fr": [
        "evaluate",
        "examples/2023_gp_half_time_objective_missed.yaml",
        "--format",
        "markdown",
        "--lang",
        "fr",
    ],
    "explain_amount_fr": [
        "explain",
        "examples/2021_gp_half_time_year_5_revalued.yaml",
        "aide.montant_du",
        "--lang",
        "fr",
    ],
    "explain_refusal_en": [
        "explain",
        "examples/2024_surgeon_too_few_clinical_fees.yaml",
        "eligibilite",
        "--lang",
        "en",
    ],
    "show_minimum_en": ["show", "activite_minimale", "--lang", "en"],
    "show_amounts_fr": ["show", "aide.bareme", "--lang", "fr"],
    "list_fr": ["list", "--lang", "fr"],
}
WHAT_IF = {
    "what_if_whole_aid_fr": ["explain", MISSED, "aide.montant_du", "--lang", "fr", "--what-if"],
    "what_if_half_rate_en": ["explain", MISSED, "verification.taux", "--lang", "en", "--what-if", "1/2"],
    "what_if_two_obstacles_fr": ["explain", SOLO, "eligibilite", "--lang", "fr", "--what-if", "eligible"],
    "what_if_two_obstacles_en": ["explain", SOLO, "eligibilite", "--lang", "en", "--what-if", "--any-fact"],
    "what_if_nothing_fr": ["explain", RADIOLOGIST, "eligibilite", "--lang", "fr", "--what-if"],
    "what_if_nothing_en": ["explain", RADIOLOGIST, "eligibilite", "--lang", "en", "--what-if"],
}


@pytest.mark.turns(name=sorted(WHAT_IF))
def test_the_page_of_what_would_change_a_result_is_the_golden_one(name: str, update_golden: bool) -> None:
    golden(name, WHAT_IF[name], update_golden)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_report_is_the_golden_one(name: str, update_golden: bool) -> None:
    golden(name, COMMANDS[name], update_golden)


def golden(name: str, command: list[str], update_golden: bool) -> None:
    result = avenant(*command)
    assert result.exit_code == 0, result.output
    actual = re.sub(r"sha256:[0-9a-f\s]{64,70}", "sha256:…\n", result.stdout)
    compare(GOLDEN / f"{name}.txt", actual, update_golden)


PAGE = (
    Heading("Une décision dont le titre est assez long pour ne pas tenir sur une ligne étroite", 1),
    Table(("Critère", "Pourquoi"), (("Activité minimale", "patientèle de départ : 900 patients, seuil 775"),)),
    Tree(((0, "règle"), (1, "fait : une patientèle de départ de neuf cents patients adultes"))),
    Paragraph("sha256:" + "0" * 64),
)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_page_fits_the_width_of_the_terminal(width: int) -> None:
    assert max(formats.display_width(line) for line in formats.plain(PAGE, width).splitlines()) <= width


def test_a_terminal_gets_colours_and_a_pipe_gets_none() -> None:
    assert "\x1b[" in formats.coloured(PAGE, 80)
    assert "\x1b[" not in formats.plain(PAGE, 80)


def test_markdown_escapes_what_would_change_the_layout() -> None:
    page = (Table(("a|b", "c"), (("x_y*z", "<b>"),)),)
    assert "a\\|b" in markdown(page)
    assert "x\\_y\\*z" in markdown(page)
    assert "\\<b>" in markdown(page)


def test_a_fold_loses_nothing_in_any_format() -> None:
    folded = (Heading("Titre", 1), Fold("Plus", (Paragraph("un"), Fold("Encore", (Tree(((0, "deux"),)),)))))
    for said in (formats.plain(folded), formats.coloured(folded, 80), markdown(folded), html(folded, "fr")):
        assert all(part in said for part in ("Titre", "Plus", "un", "Encore", "deux"))


def subjects() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        yield name, command


WRITTEN = {
    "ask": questions_page.FORMATS,
    "compare": options_page.FORMATS,
    "diff": diff_data.FORMATS,
    "evaluate": decision_page.FORMATS,
    "explain": explain_page.FORMATS,
    "show": catalogue_page.SHOW_FORMATS,
    "test": suite_page.FORMATS,
    "timeline": timeline_data.FORMATS,
}


def test_a_command_offers_the_formats_that_its_subject_has_and_no_other() -> None:
    offered = {
        name: list(option.type.choices)
        for name, command in subjects()
        for option in command.params
        if option.name == "format" and isinstance(option.type, click.Choice)
    }
    assert offered == {name: list(formats) for name, formats in WRITTEN.items()}
    assert list(alternatives_page.FORMATS) == list(explain_page.FORMATS), "one command writes both"


@pytest.mark.parametrize("name", WRITTEN)
def test_a_format_that_is_not_offered_is_refused(name: str) -> None:
    assert refused(avenant(name, "x", "y", "--format", "latex"), status=2)


def test_every_record_that_json_has_a_shape_for_is_one_of_the_engine() -> None:
    """Shapes go by the names of classes: a record under another name would be written without its shape."""
    engine = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "engine").rglob("*.py"))
    assert set(SHAPES) <= set(re.findall(r"^class (\w+)", engine, re.MULTILINE))
