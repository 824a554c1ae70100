"""Letters: what each kind says of a real case, what none of them says, and templates that somebody changed."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import docx
import pytest
from click.testing import Result
from command import CASES, ROOT, avenant, codes_in, compare, plain_spaces, refused
from docxtpl import DocxTemplate
from jinja2.exceptions import SecurityError, UndefinedError

from engine.cli import lifecycle
from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.letters.fields import FIELDS, documented, in_words
from engine.letters.matter import KINDS, Matter
from engine.letters.writing import MADE, check_letters, environment, faults, filled

EXAMPLES = ROOT / "examples"
LETTERS = ROOT / "letters"
GOLDEN = ROOT / "tests" / "golden" / "letters"
OVERPAID = CASES / "life_overpaid.yaml"
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
PAINTER = shutil.which("pdftoppm")
READING = ("--interpret", "amenagement_du_contrat=sans_effet")

LETTER = {
    "accord": (EXAMPLES / "2024_gp_half_time_five_years.yaml", ("--as-of", "2024-09-10")),
    "refus": (EXAMPLES / "2024_surgeon_too_few_clinical_fees.yaml", ("--as-of", "2025-02-01")),
    "refus_reading": (CASES / "refused_below_p30.yaml", ("--as-of", "2025-02-01", *READING)),
    "pieces": (EXAMPLES / "2025_gp_incomplete.yaml", ("--as-of", "2025-03-10")),
    "objectif": (EXAMPLES / "2019_gp_third_time.yaml", ("--as-of", "2019-12-01")),
    "versement": (OVERPAID, ("--as-of", "2027-12-01")),
    "trop-percu": (OVERPAID, ("--as-of", "2026-11-28")),
}


PEOPLE = ("--sender", str(LETTERS / "caisse.exemple.yaml"), "--to", str(LETTERS / "destinataire.exemple.yaml"))


@pytest.fixture(scope="module", autouse=True)
def decided_once() -> Iterator[None]:
    """What letters are about is decided once: each test looks at what is written of it."""
    known: dict[object, Matter] = {}

    def once(decide: Callable[..., Matter]) -> Callable[..., Matter]:
        def decided(session: Session, subject: object, choices: Mapping[str, str], *others: object) -> Matter:
            registry = session.registry
            rules = (registry.root, registry.case_digest, *(each.digest for each in registry.conventions.values()))
            key = (rules, repr(subject), repr(choices), others)
            if key not in known:
                known[key] = decide(session, subject, choices, *others)
            return known[key]

        return decided

    with pytest.MonkeyPatch.context() as patch:
        for name in ("matter_of_case", "matter_of_life"):
            patch.setattr(lifecycle, name, once(getattr(lifecycle, name)))
        yield


def write(case: Path, kind: str, output: Path, *options: str) -> Result:
    return avenant("letter", str(case), "--kind", kind, "-o", str(output), "--lang", "fr", *options)


def text_of(path: Path) -> str:
    """What a reader sees, in order: paragraphs, and the rows of tables where they stand."""
    document = docx.Document(str(path))
    lines = []
    for part in document.iter_inner_content():
        if hasattr(part, "rows"):
            lines += [" | ".join(cell.text for cell in row.cells) for row in part.rows]
        else:
            lines.append(part.text)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def template(tmp_path: Path, *paragraphs: str, name: str = "accord.docx") -> Path:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    (tmp_path / "modeles").mkdir(exist_ok=True)
    document.save(str(tmp_path / "modeles" / name))
    return tmp_path / "modeles" / name


# What each letter says


@pytest.mark.parametrize("name", LETTER)
def test_each_kind_of_letter_reads_as_its_golden_text(name: str, tmp_path: Path, update_golden: bool) -> None:
    case, options = LETTER[name]
    result = write(case, name.partition("_")[0], tmp_path / "lettre.docx", *PEOPLE, *options)
    assert result.exit_code == 0, result.stderr
    assert "à compléter" not in text_of(tmp_path / "lettre.docx")
    compare(GOLDEN / f"{name}.txt", text_of(tmp_path / "lettre.docx"), update_golden)


@pytest.mark.parametrize("options", [(), ("--as-of", "2026-11-28")])
def test_the_overpaid_dossier_gives_its_sum_in_figures_and_in_words(options: tuple[str, ...], tmp_path: Path) -> None:
    write(OVERPAID, "trop-percu", tmp_path / "lettre.docx", *options)
    said = text_of(tmp_path / "lettre.docx").replace("\u202f", " ")
    assert "6 600 €" in said
    assert "six mille six cents euros" in said
    assert "19 360 €" in said, "the other reading stands beside the sum"


def test_a_payment_that_the_verification_reduced_is_worked_out_with_its_figures(tmp_path: Path) -> None:
    for kind in ("versement", "trop-percu"):
        write(OVERPAID, kind, tmp_path / "lettre.docx", "--as-of", "2026-11-28")
        said = plain_spaces(text_of(tmp_path / "lettre.docx"))
        assert "Aide réduite selon le taux d'atteinte – objectif de" in said
        assert "Taux de l'aide : 20 % (1/5)" in said
    write(OVERPAID, "versement", tmp_path / "lettre.docx", "--as-of", "2026-11-28")
    said = plain_spaces(text_of(tmp_path / "lettre.docx"))
    (worked,) = re.findall(r"Calcul de l'année 3 : (.*)\.", said)
    assert worked.startswith("Maximum de l'année, avant vérification : 22 000 € ; ")
    assert worked.endswith(" ; Aide due pour l'année : 4 400 €")


def test_an_amended_contract_is_granted_with_the_option_and_the_objectives_that_it_comes_to_have(
    tmp_path: Path,
) -> None:
    amended = EXAMPLES / "dossiers" / "2024_option_changed_then_terminated.yaml"
    write(amended, "accord", tmp_path / "lettre.docx")
    said = plain_spaces(text_of(tmp_path / "lettre.docx"))
    assert "option « Mi-temps (0,5 ETP), puis Temps plein (1 ETP) à compter de l'année 2 »" in said
    assert "Objectif de file active : 1 900 patients" in said
    assert "Objectif de file active à compter de l'année 2 : 2 040 patients" in said


def test_an_objective_that_an_amendment_brings_back_to_the_start_comes_from_the_start_alone(tmp_path: Path) -> None:
    eased = tmp_path / "case.yaml"
    eased.write_text(
        'contrat: {date_signature: "2024-09-02", option: demi_etp, annee: 3, objectif_mt: 1300,\n'
        '  date_avenant_65_ans: "2026-03-01"}\n'
        'medecin: {secteur: secteur_1, specialite: medecine_generale, date_naissance: "1961-02-11"}\n'
        "patientele: {mt_depart: 900}\n"
    )
    write(eased, "objectif", tmp_path / "lettre.docx")
    said = plain_spaces(text_of(tmp_path / "lettre.docx"))
    assert "900 patients (d'après : Patientèle médecin traitant de départ)" in said


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_signs_a_page_that_says_nothing_else(kind: str) -> None:
    *_, asked, greeting, signature = docx.Document(str(LETTERS / f"{kind}.docx")).paragraphs
    assert "{{ caisse.signataire }}" in signature.text
    assert signature.paragraph_format.keep_together
    assert all(each.paragraph_format.keep_with_next for each in (asked, greeting))


@pytest.mark.parametrize("name", LETTER)
def test_no_letter_shows_an_id_a_tag_or_a_code(name: str, tmp_path: Path, session: Session) -> None:
    case, options = LETTER[name]
    write(case, name.partition("_")[0], tmp_path / "lettre.docx", *options)
    said = text_of(tmp_path / "lettre.docx")
    conventions = session.registry.conventions.values()
    ids = {id_ for each in conventions for id_ in (each.id, *each.items, *each.sources, *each.interpretations)}
    facts = session.registry.vocabulary.facts
    ids |= {*facts, *(value for fact in facts.values() for value in fact.type.values)}
    told = {id_ for id_ in ids if re.search(r"[._]", id_) and re.search(rf"(?<!\w){re.escape(id_)}(?!\w)", said)}
    assert told == set()
    assert not re.search(r"\{\{|\{%|\ufffd|P\d\d_|--interpret", said)


def test_people_are_named_as_their_files_say_and_are_only_text(tmp_path: Path) -> None:
    sender, to = tmp_path / "caisse.yaml", tmp_path / "medecin.yaml"
    sender.write_text('nom: "CPAM <Noël> & fils {{ 7*7 }}"\nvoies_de_recours: "deux mois"\n', encoding="utf-8")
    to.write_text('nom: "Dr =HYPERLINK(1)"\n', encoding="utf-8")
    case, options = LETTER["refus"]
    assert write(case, "refus", tmp_path / "l.docx", *options, "--sender", str(sender), "--to", str(to)).exit_code == 0
    said = text_of(tmp_path / "l.docx")
    assert "CPAM <Noël> & fils {{ 7*7 }}" in said
    assert "Dr =HYPERLINK(1)" in said
    assert "Voies de recours : deux mois" in said
    to.write_text("nomm: a\nadresse: [1]\n", encoding="utf-8")
    told = refused(write(case, "refus", tmp_path / "l.docx", "--to", str(to)))
    assert codes_in(told) == ["letter-people", "letter-people"]
    assert "nom" in told


def test_what_nobody_said_is_left_to_be_filled_in_and_shows_it(tmp_path: Path) -> None:
    case, options = LETTER["refus"]
    result = write(case, "refus", tmp_path / "l.docx", *options)
    assert result.exit_code == 0
    assert "letter-lacks" in result.stderr
    assert "[à compléter : voies et délais de recours]" in text_of(tmp_path / "l.docx")


def test_a_letter_asked_for_complete_is_refused_with_all_that_it_lacks(tmp_path: Path) -> None:
    case, options = LETTER["refus"][0], (*LETTER["refus"][1], "--complete")
    told = refused(write(case, "refus", tmp_path / "l.docx", *options))
    assert told.split(": ")[1] == "letter-lacks"
    assert "caisse.voies_de_recours (voies et délais de recours)" in told
    assert "recouvrement" not in told, "a field that this letter does not print"
    assert not (tmp_path / "l.docx").exists()
    given = [f"--field={each.strip().partition(' ')[0]}=x" for each in told.partition("lui manque : ")[2].split(";")]
    assert write(case, "refus", tmp_path / "l.docx", *options, *given).exit_code == 0
    assert "Voies de recours : x" in text_of(tmp_path / "l.docx")
    assert "caisse.nom" in refused(write(case, "refus", tmp_path / "l.docx", *options, "--field", "caisse.nomm=x"))
    assert write(case, "refus", tmp_path / "l.docx", "--field", "caisse.nom").exit_code == 2
    assert "jour" in refused(write(case, "refus", tmp_path / "m.docx", *PEOPLE, "--complete"))


def test_the_folder_of_a_fund_says_who_writes(tmp_path: Path) -> None:
    case, options = LETTER["refus"]
    own = shutil.copytree(LETTERS, tmp_path / "letters")
    (own / "caisse.exemple.yaml").rename(own / "caisse.yaml")
    assert write(case, "refus", tmp_path / "l.docx", *options, "--letters", str(own), *PEOPLE[2:]).exit_code == 0
    assert "CPAM d'Exemple" in text_of(tmp_path / "l.docx")


# What no letter says


@pytest.mark.parametrize(
    ("case", "kind", "reason"),
    [
        (EXAMPLES / "2025_gp_incomplete.yaml", "accord", "il manque : Patientèle médecin traitant de départ"),
        (EXAMPLES / "2025_gp_incomplete.yaml", "refus", "il manque"),
        (EXAMPLES / "2025_gp_incomplete.yaml", "versement", "il manque"),
        (EXAMPLES / "2024_surgeon_too_few_clinical_fees.yaml", "accord", "Non éligible"),
        (EXAMPLES / "2024_surgeon_too_few_clinical_fees.yaml", "pieces", "Non éligible"),
        (EXAMPLES / "2024_surgeon_too_few_clinical_fees.yaml", "objectif", "Non éligible"),
        (EXAMPLES / "2024_gp_half_time_five_years.yaml", "refus", "Éligible"),
        (EXAMPLES / "2024_gp_half_time_five_years.yaml", "objectif", "aucun objectif n'est établi"),
        (EXAMPLES / "2024_gp_half_time_five_years.yaml", "versement", "l'année du contrat"),
        (EXAMPLES / "2024_gp_half_time_five_years.yaml", "trop-percu", "l'année du contrat"),
        (CASES / "life_65_in_a_contract_of_2024.yaml", "trop-percu", "rien n'est établi"),
        (CASES / "secretary_not_replaced_2025.yaml", "accord", "l'aide n'est pas due"),
        (CASES / "count_against_percentile.yaml", "accord", "des faits sont douteux"),
        (CASES / "signed_before_the_scheme.yaml", "accord", "aucune aide n'existait encore"),
        (CASES / "refused_below_p30.yaml", "refus", "--interpret amenagement_du_contrat=sans_effet"),
    ],
)
def test_a_letter_that_would_say_more_than_the_decision_is_refused(
    case: Path, kind: str, reason: str, tmp_path: Path
) -> None:
    told = refused(write(case, kind, tmp_path / "lettre.docx"))
    assert set(codes_in(told)) == {"letter-says-more"}
    assert reason in told
    assert not (tmp_path / "lettre.docx").exists()


def test_a_reading_that_was_chosen_is_said_to_be_the_choice_of_the_fund(tmp_path: Path) -> None:
    case, options = LETTER["refus_reading"]
    write(case, "refus", tmp_path / "l.docx", *options)
    assert "La caisse retient :" in text_of(tmp_path / "l.docx")


def test_a_letter_of_a_refusal_has_no_amount(tmp_path: Path) -> None:
    for name in ("refus", "refus_reading"):
        case, options = LETTER[name]
        write(case, "refus", tmp_path / "l.docx", *options)
        assert "€" not in text_of(tmp_path / "l.docx")


def test_a_refusal_names_what_is_asked_and_not_the_condition_by_its_name(tmp_path: Path) -> None:
    case = tmp_path / "tiers.yaml"
    case.write_text(
        'contrat: {date_signature: "2024-11-04", option: tiers_etp}\n'
        "medecin: {secteur: secteur_1, specialite: cardiologie, age: 50, nouvellement_installe: false}\n"
        "patientele: {fa_depart: 1700, percentile_fa: 60}\n",
        encoding="utf-8",
    )
    result = write(case, "refus", tmp_path / "lettre.docx", *PEOPLE)
    assert result.exit_code == 0, result.stderr
    asked = text_of(tmp_path / "lettre.docx").partition("Condition non remplie")[2].partition("Votre situation")[0]
    assert "seuls le mi-temps et le temps plein sont ouverts à tous" in asked
    assert "Option ouverte au médecin" not in asked


def test_a_group_has_no_option_to_be_filled_in_and_each_year_has_its_first_day(tmp_path: Path) -> None:
    case = tmp_path / "groupe.yaml"
    case.write_text(
        "beneficiaire: maison_de_sante\ncontrat: {date_signature: 2026-03-02, annee: 1}\n"
        "groupe: {forme: sisa, medecins: 4, generalistes: true, etp_assistants: 4, contrats_individuels: 0}\n"
        "patientele: {mt_depart: 3600, fa_depart: 6000}\n",
        encoding="utf-8",
    )
    result = write(case, "accord", tmp_path / "lettre.docx", *PEOPLE, "--complete", "--as-of", "2026-03-10")
    assert result.exit_code == 0, result.stderr
    said = text_of(tmp_path / "lettre.docx")
    assert "Le contrat signé le 02/03/2026 remplit" in said
    assert "02/03/2026 | 152" in said.replace("\u202f", " ").replace("\t", " | ")


@pytest.mark.parametrize(
    ("case", "kind", "right"),
    [
        ("aged_67_contract_2023", "versement", "Objectif assoupli à 65 ans, droit ouvert depuis le 22/06/2024"),
        ("turns_65_without_amendment", "accord", "Objectif assoupli à 65 ans, droit ouvert depuis le 10/05/2025"),
        ("life_year_3_open_2019", "accord", "Prorogation de cinq ans, droit ouvert jusqu'au"),
    ],
)
def test_a_right_stands_apart_from_what_the_letter_takes_for_granted(
    case: str, kind: str, right: str, tmp_path: Path
) -> None:
    write(CASES / f"{case}.yaml", kind, tmp_path / "l.docx")
    reserves, _, rights = text_of(tmp_path / "l.docx").replace("\u202f", " ").partition("Droits ouverts par avenant :")
    assert right in rights
    assert "droit ouvert" not in reserves
    assert " avec, " in rights


def test_a_letter_of_payments_above_what_is_due_says_so(tmp_path: Path) -> None:
    write(CASES / "overpaid.yaml", "versement", tmp_path / "l.docx")
    said = " ".join(text_of(tmp_path / "l.docx").split())
    assert "Aide due pour l'année : 4 400 € ; ces versements dépassent cette somme de 6 600 €, à récupérer." in said


# Templates


@pytest.mark.parametrize(("day", "past"), [("2025-03-31", False), ("2025-04-01", True)])
def test_nobody_is_asked_to_answer_before_the_day_of_the_letter(day: str, past: bool, tmp_path: Path) -> None:
    result = write(ROOT / "examples/2025_gp_incomplete.yaml", "pieces", tmp_path / "l.docx", *PEOPLE, "--as-of", day)
    mark = "[à compléter : date limite de réponse, après le jour de la lettre]"
    assert (mark in text_of(tmp_path / "l.docx")) is past
    assert ("destinataire.reponse_avant" in result.stderr) is past


TERMINATED = """contrat: {date_signature: "2024-09-02", option: demi_etp, annee: 3, objectif_mt: 1000,
  objectif_fa: 1600, date_resiliation: "2026-11-03", motif_resiliation: autre}
medecin: {secteur: secteur_1, specialite: medecine_generale, age: 45, nouvellement_installe: false}
patientele: {mt_depart: 900, fa_depart: 1400, mt_actuelle: 1000, fa_actuelle: 1450, percentile_fa: 40}
"""


@pytest.mark.parametrize(("kind", "warned"), [("accord", True), ("objectif", False)])
def test_a_letter_on_the_aid_says_what_the_rules_warn_of(kind: str, warned: bool, tmp_path: Path) -> None:
    """A contract terminated within the year: the sums of a whole year are not stated as if nothing had happened."""
    case, letter = tmp_path / "case.yaml", tmp_path / "letter.docx"
    case.write_text(TERMINATED, encoding="utf-8")
    assert "un versement n'est pas établi" in write(case, "versement", letter).stderr
    assert write(case, kind, letter).exit_code == 0
    told = (
        "Le contrat est résilié en cours d'année : le maximum indiqué est celui d'une année entière ; interrompue, elle"
    )
    assert (told in text_of(letter)) is warned


def test_a_letter_on_several_years_names_those_that_the_rules_warn_of(tmp_path: Path) -> None:
    write(CASES / "life_option_changed_mid_year.yaml", "accord", tmp_path / "l.docx", "--as-of", "2027-04-01")
    told = text_of(tmp_path / "l.docx")
    assert "Avertissement, année 3 : Le contrat est résilié en cours d'année" in told.replace("\u00a0", " ")


def test_the_templates_of_the_repository_have_every_kind_and_no_fault() -> None:
    assert sorted(path.stem for path in LETTERS.glob("*.docx")) == sorted(KINDS)
    assert check_letters(LETTERS) == []


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.docx")), ids=lambda path: path.stem)
def test_a_template_carries_no_style_that_no_letter_uses(path: Path) -> None:
    with zipfile.ZipFile(path) as parts:
        assert sum(part.file_size for part in parts.infolist()) < 80_000
        used = {*re.findall(r'<w:(?:p|r|tbl)Style w:val="([^"]+)"', parts.read("word/document.xml").decode())}
    known = {"Normal", "DefaultParagraphFont", "TableNormal", "NoList"}  # of what names none
    known |= {"Heading1", "ListBullet", "ListContinue", "TableGrid"}
    assert used <= {style.style_id for style in docx.Document(str(path)).styles} <= known


def test_check_names_an_unknown_field_and_its_place(small_copy: Path, tmp_path: Path) -> None:
    shutil.copytree(template(tmp_path, "Bonjour", "{{ destinataire.nomm }}").parent, tmp_path / "letters")
    told = refused(avenant("check", "--policies", str(small_copy), "--lang", "fr"))
    assert told.split(": ")[1] == "letter-field"
    assert "accord.docx" in told
    assert "paragraphe 2" in told
    assert "'nom'" in told or "« nom »" in told


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{{ rien }}", "letter-field"),
        ("{{ caisse }}", "letter-expression"),
        ("{{ jour.annee }}", "letter-expression"),
        ("{{ 1 + 1 }}", "letter-expression"),
        ("{{ jour|upper }}", "letter-expression"),
        ("{{ ''.__class__.__mro__ }}", "letter-expression"),
        ("{{ caisse.__class__ }}", "letter-field"),
        ("{{ self }}", "letter-field"),
        ("{% set a = 1 %}", "letter-expression"),
        ("{% include 'a' %}", "letter-expression"),
        ("{% for m in jour %}{{ m }}{% endfor %}", "letter-expression"),
        ("{% if jour == 1 %}a{% endif %}", "letter-expression"),
        ("{{ jour", "letter-template"),
        ("{% for %}", "letter-template"),
    ],
)
def test_a_template_prints_repeats_and_leaves_out_and_does_nothing_else(
    written: str, code: str, tmp_path: Path
) -> None:
    path = template(tmp_path, written)
    assert {problem.code for problem in faults(path)} == {code}
    case, options = LETTER["accord"]
    told = refused(write(case, "accord", tmp_path / "l.docx", *options, "--letters", str(path.parent)))
    assert told.split(": ")[1] == code
    assert not (tmp_path / "l.docx").exists()


ATTACK = "{{ ''.__class__.__mro__[1].__subclasses__()|length }} classes of Python"


def test_a_template_that_runs_in_the_environment_of_the_library_is_stopped_in_ours(tmp_path: Path) -> None:
    path = template(tmp_path, ATTACK)
    library = DocxTemplate(str(path))
    library.render({})
    library.save(str(tmp_path / "ran.docx"))
    assert re.match("[0-9]+ classes of Python", text_of(tmp_path / "ran.docx")), "the attack is one"
    with pytest.raises(SecurityError):
        environment().from_string(ATTACK).render()
    with pytest.raises(UndefinedError):
        environment().from_string("{{ absent }}").render()
    with pytest.raises(InputFault) as told:
        filled(path, {})
    assert [problem.code for problem in told.value.problems] == ["letter-template"]


def test_a_field_in_a_header_is_checked_too(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "{{ caisse.nomm }}"
    document.save(str(tmp_path / "accord.docx"))
    assert [problem.code for problem in faults(tmp_path / "accord.docx")] == ["letter-field"]


def changed(path: Path, part: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return path


@pytest.mark.parametrize(
    ("part", "content", "reason"),
    [
        ("word/vbaProject.bin", b"x", "word/vbaProject.bin"),
        ("word/embeddings/oleObject1.bin", b"x", "word/embeddings/oleObject1.bin"),
        ("word/_rels/a.rels", b'<R Target="http://a.b" TargetMode="External"/>', "word/_rels/a.rels: TargetMode"),
        ("word/a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "DOCTYPE"),
        ("word/media/big.bin", b"0" * (21 << 20), "> 20 MB"),
        ("word/media/big.bin", random.Random(1).randbytes(3 << 20), "> 2 MB"),
    ],
)
def test_a_template_that_runs_or_reaches_elsewhere_is_not_opened(
    part: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    told = faults(changed(template(tmp_path, "a"), part, content))
    assert [(each.code, each.values["reason"]) for each in told] == [("letter-unsafe", reason)]


def test_what_is_no_word_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "x.docx").write_bytes(b"no zip")
    told = faults(tmp_path / "x.docx") + faults(changed(tmp_path / "y.docx", "a.txt", b""))
    assert [each.code for each in told] == ["letter-unsafe"] * 2
    assert told[1].values["reason"] == "word/document.xml"
    broken = tmp_path / "z.docx"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("word/document.xml", b"<w:document")
        archive.writestr("[Content_Types].xml", b"<Types")
    assert [each.code for each in faults(broken)] == ["letter-unsafe"]
    with zipfile.ZipFile(template(tmp_path, "b")) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | {"docProps/core.xml": b"<a/>"}
    nameless = tmp_path / "nameless.docx"
    with zipfile.ZipFile(nameless, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert [each.code for each in faults(nameless)] == ["letter-unsafe"]
    whole = template(tmp_path, "a")
    with zipfile.ZipFile(whole) as archive:
        entry = archive.getinfo("word/document.xml")
    content = bytearray(whole.read_bytes())
    content[entry.header_offset + 30 + len(entry.filename)] = 0xFF  # no kind of compressed block
    whole.write_bytes(content)
    assert [each.code for each in faults(whole)] == ["letter-unsafe"]


def test_a_folder_or_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    case, options = LETTER["refus"]
    output, nowhere = tmp_path / "l.docx", tmp_path / "nowhere"
    assert f"{nowhere}: " in refused(write(case, "refus", output, *options, "--letters", str(nowhere)))
    assert "refus.docx" in refused(write(case, "refus", output, *options, "--letters", str(tmp_path)))


def test_a_word_file_of_another_name_than_a_kind_is_told(tmp_path: Path) -> None:
    path = template(tmp_path, "a", name="acord.docx")
    (path.parent / "~$cord.docx").write_bytes(b"")
    assert [problem.code for problem in check_letters(path.parent)] == ["letter-kind"]


def test_the_fields_are_listed_with_what_they_hold() -> None:
    listed = avenant("letter", "--fields").stdout
    assert [line.split()[0] for line in listed.splitlines()] == [name for name, _ in documented(FIELDS)]
    assert "annees_trop_percu[].a_rembourser" in listed


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    case, options = LETTER["accord"]
    for name in ("a.docx", "b.docx"):
        write(case, "accord", tmp_path / name, *options)
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        assert {part.date_time for part in archive.infolist()} == {MADE}


def test_beside_a_letter_stands_what_it_rests_on_without_its_people(tmp_path: Path) -> None:
    case, options = LETTER["trop-percu"]
    write(case, "trop-percu", tmp_path / "l.docx", *options)
    text = (tmp_path / "l.docx.json").read_text(encoding="utf-8")
    record = json.loads(text)
    sha = hashlib.sha256((LETTERS / "trop-percu.docx").read_bytes()).hexdigest()
    assert (record["kind"], record["day"], record["template"]) == ("trop-percu", "2026-11-28", f"sha256:{sha}")
    assert record["digest"] in docx.Document(str(tmp_path / "l.docx")).core_properties.comments
    assert record["decision"]["years"]
    assert not re.search(r"\b(Exemple|Martin|10000000000)\b", text)


def test_a_letter_is_no_input_of_its_own_and_has_a_name_of_word(tmp_path: Path) -> None:
    case, options = LETTER["accord"]
    assert write(case, "accord", tmp_path / "l.odt", *options).exit_code == 2
    assert avenant("letter", str(case)).exit_code == 2
    assert write(case, "accord", tmp_path / "l.docx", *options, "--year", "1").exit_code == 2
    copied = shutil.copytree(LETTERS, tmp_path / "letters")
    own = ("--letters", str(copied))
    assert "output-is-input" in refused(write(case, "accord", copied / "accord.docx", *options, *own))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "zéro euro"),
        (1, "un euro"),
        (21, "vingt et un euros"),
        (71, "soixante et onze euros"),
        (80, "quatre-vingts euros"),
        (81, "quatre-vingt-un euros"),
        (91, "quatre-vingt-onze euros"),
        (200, "deux cents euros"),
        (201, "deux cent un euros"),
        (1000, "mille euros"),
        (6600, "six mille six cents euros"),
        (80_000, "quatre-vingt mille euros"),
        (200_000, "deux cent mille euros"),
        (1_000_000, "un million d'euros"),
        (2_300_080, "deux millions trois cent mille quatre-vingts euros"),
        (Fraction(438350, 100), "quatre mille trois cent quatre-vingt-trois euros et cinquante centimes"),
        (Fraction(101, 100), "un euro et un centime"),
    ],
)
def test_an_amount_in_words(amount: int | Fraction, words: str) -> None:
    assert in_words(amount) == words


@pytest.mark.parametrize("amount", [-1, Fraction(1, 3), 10**9])
def test_what_is_no_amount_has_no_words(amount: int | Fraction) -> None:
    with pytest.raises(ValueError, match="euros"):
        in_words(amount)


def test_a_page_of_a_letter_is_drawn(tmp_path: Path) -> None:
    if OFFICE is None or PAINTER is None:
        return  # nothing here to draw it with; its text is looked at above
    write(OVERPAID, "trop-percu", tmp_path / "lettre.docx", "--as-of", "2026-11-28")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    to_pdf = [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*to_pdf, str(tmp_path / "lettre.docx")], check=True, capture_output=True, timeout=240)
    page = tmp_path / "lettre"
    subprocess.run([PAINTER, "-png", "-r", "72", f"{page}.pdf", str(page)], check=True, capture_output=True, timeout=60)
    (drawn,) = (path.read_bytes() for path in tmp_path.glob("lettre*.png"))
    assert drawn.startswith(b"\x89PNG"), "one page"
    width, height = (int.from_bytes(drawn[at : at + 4]) for at in (16, 20))
    assert (width, height) == (596, 842), "paper of A4, upright"
    assert len(drawn) > 20_000, "more than a white page"


def test_what_is_asked_of_a_granted_life_names_its_year_and_leaves_the_rest_as_it_is(tmp_path: Path) -> None:
    life = EXAMPLES / "dossiers" / "2023_half_time_missed_then_falling.yaml"
    assert write(life, "pieces", tmp_path / "l.docx", *PEOPLE, "--as-of", "2027-12-02").exit_code == 0
    told = text_of(tmp_path / "l.docx")
    assert "En dépend : Résultat de la vérification, année 5" in told
    assert "ce qui en dépend n'est ni acquis ni refusé" in told
    assert "ne peut pas encore être décidée" not in told, "the aid is granted, and paid since 2023"


def test_a_percentile_is_asked_for_in_the_place_of_thresholds(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(
        'contrat: {date_signature: "2022-09-01", option: tiers_etp}\n'
        "medecin: {secteur: secteur_1, specialite: medecine_generale, zone: zip, exercice_coordonne: oui,\n"
        "  forfait_structure_volet_1: true, nouvellement_installe: false}\n"
        "patientele: {mt_depart: 640, fa_depart: 1200}\n"
    )
    assert write(case, "pieces", tmp_path / "l.docx", *PEOPLE, "--as-of", "2022-09-10").exit_code == 0
    told = text_of(tmp_path / "l.docx")
    assert "Percentile de la file active" not in told
    assert told.count("En dépend :") == 1
    assert "seuil" not in told
    refused_letter = write(case, "objectif", tmp_path / "o.docx", *PEOPLE, "--as-of", "2022-09-10")
    assert "il manque : Percentile de la file active" in refused_letter.stderr
