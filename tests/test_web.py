"""The pages of the estimate: few questions, figures equal to `evaluate`, a state that is its address, nothing kept."""

from __future__ import annotations

import contextlib
import html
import io
import os
import random
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import docx
import pytest
from command import ROOT, avenant, plain_spaces
from conftest import Effort
from random_cases import random_facts
from small_rules import SMALL, rewrite
from web import DAY, Answer, Client, client

import engine
from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts, nested, read_case
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.policy.model import YEAR_START
from engine.report.say import Say
from engine.web import what_if
from engine.web.rules_pages import EXAMPLES, _files, examples
from engine.web.sentences import amounts, sentence
from engine.web.state import read_state, written
from engine.words import LANGUAGES, read_words

MOST_QUESTIONS = 12
# An ordinary general practitioner of 2024, as people write: question by question.
ORDINARY = {
    "contrat.date_signature": "02/09/2024",
    "medecin.secteur": "Secteur 1",
    "medecin.specialite": "médecine générale",
    "patientele.mt_depart": "900 patients",
    "contrat.option": "demi_etp",
    "medecin.age": "46 ans",
    "patientele.percentile_mt": "41",
    "patientele.fa_depart": "1 600",
    "patientele.percentile_fa": "54",
}
VERIFIED = {
    **ORDINARY,
    "contrat.annee": "4",
    "medecin.nouvellement_installe": "non",
    "patientele.mt_actuelle": "1 150",
    "patientele.fa_actuelle": "1 650",
    "contrat.objectif_mt": "1 250",
    "contrat.objectif_fa": "1 900",
}
STATED: dict[str, dict[str, Any]] = {
    "contrat": {"date_signature": "2024-09-02", "option": "demi_etp"},
    "medecin": {"secteur": "secteur_1", "specialite": "medecine_generale", "age": 46},
    "patientele": {"mt_depart": 900, "fa_depart": 1600, "percentile_mt": 41, "percentile_fa": 54},
}


@pytest.fixture(scope="module")
def served() -> Iterator[Client]:
    with client() as made:
        yield made


@pytest.fixture(scope="module")
def ordinary(served: Client) -> Answer:
    """The result of the ordinary doctor, which several tests look at."""
    return served.seen("/resultat", ORDINARY)


@pytest.fixture(scope="module")
def of_that_day(served: Client) -> Answer:
    """The same result, as of a day."""
    return served.get("/resultat", {**ORDINARY, "au": "2026-11-28"})


def asked(page: str) -> list[str]:
    """The facts that a page asks for."""
    _, _, form = page.partition('<section class="asking">')
    return list(dict.fromkeys(re.findall(r'<(?:input|input type="radio"|select) id="[^"]+" name="([\w.]+)"', form)))


def hidden(page: str) -> dict[str, str]:
    form = page[page.index('<section class="asking">') : page.index('<p class="progress">')]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


def walk(served: Client, answers: Mapping[str, str], lang: str = "fr") -> tuple[int, str]:
    """Answers each question that is asked, and tells how many there were and the last page."""
    answer = served.get("/estimer", {"lang": lang})
    for count in range(20):
        names = asked(answer.text)
        if not names:
            return count, answer.address
        answer = served.get("/estimer", {**hidden(answer.text), **{name: answers.get(name, "?") for name in names}})
        assert answer.status == 200, answer.text
    raise AssertionError("no end of questions")


@pytest.mark.turns(lang=LANGUAGES)
def test_the_ordinary_doctor_of_2024_is_answered_in_eight_questions_with_the_figures_of_evaluate(
    served: Client, session: Session, lang: str
) -> None:
    count, address = walk(served, ORDINARY, lang)
    assert count <= 8
    whole = served.get(address.replace("/estimer", "/resultat")).text
    decision, say = engine.evaluate(session, STATED), Say(session.registry, lang)
    assert [line.amount.value for line in decision.years] == [19000, 14000, 11000, 11000, 11000]
    for line in decision.years:
        assert f"<td>{say.result(line.amount)}</td>" in whole
    head = {"fr": "Vous seriez éligible", "en": "You would be eligible"}
    assert head_of(whole)[0].startswith(head[lang])


def head_of(page: str) -> tuple[str, str]:
    """The verdict at the head of a result, and the sentence on its amounts."""
    found = [re.search(pattern, html.unescape(page)) for pattern in ("<h1>(.*?)</h1>", '<p class="lead">(.*?)</p>')]
    verdict, lead = ("" if each is None else plain_spaces(each[1]) for each in found)
    return verdict, lead


def test_the_verdict_stands_at_the_head_as_a_sentence_with_its_amounts(served: Client) -> None:
    def head(answers: Mapping[str, str], **others: str) -> tuple[str, str]:
        return head_of(served.seen("/resultat", {**answers, **others}).text)

    verdict = "Vous seriez éligible à l'aide, pour un contrat signé le 02/09/2024"
    years = "au plus 19 000 € la 1re année, 14 000 € la 2e année et 11 000 € par an de la 3e à la 5e année."
    assert head(ORDINARY) == (verdict, f"Mi-temps (0,5 ETP) : {years}")
    ended = head(ORDINARY, **{"contrat.date_resiliation": "02/09/2028"})[1]
    assert ended.endswith("la 1re année, 14 000 € la 2e année et 11 000 € par an les 3e et 4e années."), "no 5th"
    ended = head(ORDINARY, **{"contrat.date_resiliation": "02/03/2027", "lang": "en"})[1]
    assert ended.endswith("€14,000 in year 2 and €11,000 in year 3.")
    due = "7 857,14 € dus la 4e année, sur 11 000 € au plus."
    assert head(VERIFIED) == (verdict, f"Mi-temps (0,5 ETP) : {due}")
    assert head(VERIFIED, **{"patientele.mt_actuelle": "?"})[1].endswith("ce qui est dû reste à établir.")
    refused, no_amount = head(ORDINARY, **{"medecin.secteur": "non_conventionne"})
    assert (refused.startswith("Vous ne seriez pas éligible"), no_amount) == (True, "")
    open_, no_amount = head({name: ORDINARY[name] for name in ("contrat.date_signature", "contrat.option")})
    assert (open_.startswith("Il est trop tôt"), no_amount) == (True, "")
    small = {"contrat.date_signature": "02/09/2024", "lang": "en"}
    assert 'class="lead"' not in served.get("/estimer", small).text


def test_a_doctor_is_told_from_which_year_an_objective_counts_and_led_to_try_numbers(served: Client) -> None:
    page = html.unescape(served.get("/resultat", ORDINARY).text)
    told = "À partir de la 3e année, ce qui est dû dépend de la vérification : pas d'aide, aide réduite"
    assert told in plain_spaces(page)
    (leads,) = re.findall(r'href="(/et-si\?[^"]*)"[^>]*>Et si l\'objectif', page)
    assert 'name="patientele.mt_actuelle"' in served.get(leads).text
    assert "dépend de la vérification" not in served.get("/resultat", VERIFIED).text, "a case of one year says its own"


UNPUBLISHED = {
    "beneficiaire": "centre_de_sante",
    "contrat.date_signature": "10/01/2026",
    "centre.type": "polyvalent",
    "centre.equipe": "generalistes",
}
OVERPAID = {**VERIFIED, "contrat.annee": "3", "patientele.mt_actuelle": "980", "patientele.fa_actuelle": "1 620"}
AT_THE_HEAD = [
    ({**ORDINARY, "medecin.secteur": "non_conventionne"}, "Vous ne seriez pas", "Refusé : l'aide est réservée"),
    (UNPUBLISHED, "Nos sources ne suffisent pas", "leurs nombres ne sont pas dans nos sources"),
    (OVERPAID, "Vous seriez éligible", "Avertissement : L'acompte dépasse l'aide due"),
]


@pytest.mark.parametrize(("answers", "verdict", "reason"), AT_THE_HEAD, ids=["refused", "unpublished", "overpaid"])
def test_the_head_says_what_stands_behind_it_and_beside_a_question_points_to_no_text_that_is_not_there(
    served: Client, answers: Mapping[str, str], verdict: str, reason: str
) -> None:
    for path, head in (("/resultat", "h1"), ("/estimer", "h2")):
        page = plain_spaces(html.unescape(served.get(path, answers).text))
        told = page.partition(f"<{head}>{verdict}")[2].partition("</div>")[0]
        assert reason in told
        assert path == "/resultat" or not re.search(r"\[\d+\]", page)


def test_the_values_that_a_result_can_still_have_are_said_once(served: Client) -> None:
    known = ("contrat.date_signature", "contrat.option", "medecin.secteur", "medecin.specialite", "medecin.age")
    few = {**{name: ORDINARY[name] for name in known}, "patientele.mt_depart": "1100"}
    page = plain_spaces(html.unescape(served.get("/resultat", few).text))
    assert page.count("14 000 € ou 19 000 €") == 3, "in the sentence, the table and the drawing"


def test_a_refusal_leads_to_what_would_change_it_and_a_question_says_what_its_words_mean(served: Client) -> None:
    refused = served.seen("/resultat", {**ORDINARY, "medecin.secteur": "non_conventionne"}).text
    before, _, folded = html.unescape(refused).partition("<summary>À titre indicatif")
    assert ("€" in before, "19\u202f000" in folded.partition("</details>")[0]) == (False, True)
    (leads,) = re.findall(r'href="(/et-si\?[^"]*)"[^>]*>Ce qui changerait ce refus<', refused)
    assert "Secteur 1" in served.get(html.unescape(leads)).text
    asked = served.get("/estimer", {"contrat.date_signature": "02/09/2024", "q": "patientele.percentile_mt"}).text
    assert "rang" in html.unescape(asked).partition("Mots employés")[2]


def test_a_source_stands_once_on_a_result_and_duties_without_a_day_are_folded(ordinary: Answer) -> None:
    page = html.unescape(ordinary.text)
    assert page.count("Une aide à l'embauche d'un assistant médical, Portail") == 1
    assert page.count("Les assistants médicaux (page reprise après la convention de 2024)") == 1
    assert "<summary>14 obligations sans échéance connue</summary>" in page


def test_an_address_is_brought_into_one_form_and_keeps_no_default(served: Client) -> None:
    written = served.get("/estimer", {"medecin.secteur": "SECTEUR 1", "contrat.date_signature": "2 septembre 2024"})
    assert written.address == "/estimer?contrat.date_signature=2024-09-02&medecin.secteur=secteur_1"


def test_an_answer_that_cannot_be_read_is_shown_again_with_what_was_expected(served: Client) -> None:
    answer = served.get("/estimer", {"contrat.date_signature": "2024-09-02", "medecin.age": "1.500"})
    assert answer.status == 422
    assert "« 1.500 »" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Erreur\u00a0:".encode() in answer.body


def test_what_is_wrong_with_an_answer_is_a_sentence(served: Client) -> None:
    page = served.get("/estimer", {"contrat.date_signature": "32/13/2024"}).text
    assert "Le jour « 32/13/2024 » n'existe pas au calendrier" in html.unescape(page).replace("\u202f", " ")


def test_a_result_is_not_given_over_a_wrong_answer(served: Client) -> None:
    wrong = served.get("/resultat", {**ORDINARY, "contrat.annee": "99"})
    assert (wrong.status, wrong.address.partition("?")[0]) == (422, "/estimer")
    assert 'aria-invalid="true"' in wrong.text
    file = served.get("/resultat/explication.docx", {**ORDINARY, "contrat.annee": "99"})
    assert (file.status, "99" in file.text) == (422, True)


def test_an_answer_that_is_none_of_a_list_is_told_the_list_in_words(served: Client) -> None:
    answer = served.get("/estimer", {"contrat.date_signature": "2024-09-02", "beneficiaire": "groupe"})
    assert "Médecin libéral, Centre de santé" in answer.text
    assert "(Médecin libéral)" not in answer.text


def test_what_is_not_known_is_not_asked_again(served: Client) -> None:
    first = served.get("/estimer", {"contrat.date_signature": "2024-09-02"})
    (name,) = asked(first.text)
    second = served.get("/estimer", {"contrat.date_signature": "2024-09-02", "inconnu": name, name: ""})
    assert f"{name}=?" in second.address
    assert asked(second.text) not in ([], [name])


def test_a_sensitive_fact_travels_in_a_form_alone(served: Client) -> None:
    page = served.get("/estimer", {"contrat.date_signature": "2024-09-02", "q": "medecin.date_naissance"})
    assert '<form method="post" action="/estimer"' in page.text
    sent = served.send("/estimer", {"contrat.date_signature": "2024-09-02", "medecin.date_naissance": "11/04/1978"})
    assert sent.status == 200
    assert sent.headers["cache-control"] == "no-store"
    addresses = re.findall(r'(?:href|action)="([^"]*)"', sent.text)
    assert addresses
    assert not [address for address in addresses if "1978" in address]
    put = served.get("/estimer", {"contrat.date_signature": "2024-09-02", "medecin.date_naissance": "1978-04-11"})
    assert "1978" not in put.address


NAMED = ("ink", "paper", "soft", "good", "bad", "open", "link", "box", "due")


def test_answers_that_do_not_go_together_are_named_as_the_page_names_them(served: Client) -> None:
    plan = {"contrat.date_signature": "2024-09-02", "contrat.option": "demi_etp"}
    disordered = {**plan, "seuils.fa_p30": "900", "seuils.fa_p50": "800", "au": "2026-11-29"}
    for path in ("/resultat", "/et-si"):
        page = served.get(path, disordered)
        assert page.status == 422
        assert "« Seuil P50 de la file active » (800) ne peut pas être inférieur à" in html.unescape(page.text)
        assert "seuils.fa_p50 (800)" not in page.text
    page = served.get("/estimer", disordered)
    assert "<h1>Ces réponses ne vont pas ensemble</h1>" in page.text
    assert '<details class="recap" open>' in page.text, "where each answer can be changed"
    assert '<details class="recap">' in served.get("/estimer", plan).text
    page = served.send("/resultat", {**plan, "medecin.age": "50", "medecin.date_naissance": "01/01/1955"})
    assert "; Âge du médecin à la signature : 50 ; Date de naissance du médecin : 01/01/1955)." in html.unescape(
        page.text
    )
    assert "coherence.age" not in page.text


def test_a_result_without_a_day_of_signature_asks_for_it(served: Client) -> None:
    page = served.get("/resultat", {"medecin.age": "40"})
    assert page.address.startswith("/estimer?medecin.age=40")
    assert asked(page.text) == ["contrat.date_signature"]
    assert "so-far" not in page.text, "the head of a result that there is not"
    for facts in ({"medecin.rqth": "true"}, {"medecin.rqth": "true", "contrat.date_signature": "31/02/2025"}):
        posted = served.send("/resultat", facts)  # a sensitive fact travels in a form alone
        assert asked(posted.text) == ["contrat.date_signature"]
        assert "Je ne sais pas" not in posted.text, "which would ask for it again"


def test_a_reading_is_taken_in_place_and_the_address_says_so(served: Client, ordinary: Answer) -> None:
    (other, *_) = re.findall(r'href="([^"]*lecture\.[^"]*)"', ordinary.text)
    changed = served.get(html.unescape(other))
    assert changed.status == 200
    assert "lecture." in changed.address


def test_a_link_made_under_other_rules_says_that_they_have_changed(served: Client, ordinary: Answer) -> None:
    (kept,) = set(re.findall(r"[?&]amp;r=(\w{12})|&amp;r=(\w{12})", ordinary.text)[0]) - {""}
    assert "ont changé" not in served.get("/resultat", {**ORDINARY, "r": kept}).text
    assert "ont changé" in served.get("/resultat", {**ORDINARY, "r": "0" * 12}).text


def test_the_curve_goes_through_the_figures_of_evaluate(served: Client, session: Session) -> None:
    state = read_state(list(VERIFIED.items()), session.registry, "fr")
    found = what_if.curve(session, state, session.registry.vocabulary.facts["patientele.mt_actuelle"])
    assert found is not None
    assert found.today == 1150

    def due(at: int) -> Fraction:
        case = {group: dict(facts) for group, facts in STATED.items()}
        case["medecin"]["nouvellement_installe"] = False
        case["patientele"] |= {"mt_actuelle": at, "fa_actuelle": 1650}
        case["contrat"] |= {"annee": 4, "objectif_mt": 1250, "objectif_fa": 1900}
        decision = engine.evaluate(session, case)
        assert decision.headline.due is not None
        return Fraction(str(decision.results[decision.headline.due].value))

    points = [(at, Fraction(str(result.value))) for at, result in found.points]
    for at in (*range(points[0][0], points[-1][0], 37), 958, 959, 1249, 1250, 1251):
        (first, low), (second, high) = next(pair for pair in pairwise(points) if pair[0][0] <= at <= pair[1][0])
        assert abs(low + (high - low) * Fraction(at - first, second - first) - due(at)) <= what_if.ROUNDED
    assert {958, 959, 1250} <= dict(points).keys(), "where the amount turns"
    amounts = [Fraction(str(result.value)) for _, result in found.points if result.value is not None]
    assert len(set(amounts)) > 3
    assert {at: thing.label["fr"] for at, thing in found.marks.items()} == {
        900: "Patientèle médecin traitant de départ",
        1250: "Objectif de patientèle médecin traitant de l'année",
    }
    page = served.seen("/et-si", VERIFIED)
    assert page.text.count('<path class="mark"') == 2
    assert "900 patients (Patientèle médecin traitant de départ)" in page.text
    assert "1\u202f150 patients (aujourd&#x27;hui)" in page.text
    assert '<path class="line"' in page.text
    assert '<circle class="due"' in page.text
    assert "≠" in page.text


def test_a_count_that_is_not_there_yet_is_curved_around_that_of_the_start(session: Session) -> None:
    given = {name: told for name, told in VERIFIED.items() if name != "patientele.mt_actuelle"}
    state, fact = read_state(list(given.items()), session.registry, "fr"), "patientele.mt_actuelle"
    found = what_if.curve(session, state, session.registry.vocabulary.facts[fact])
    assert found is not None
    assert (found.today, found.points[0][0] <= 900 <= 1250 <= found.points[-1][0]) == (None, True)
    decision = session.decide(read_case(nested(state.facts), session.registry.vocabulary))
    page = what_if.drawn(found, decision, Say(session.registry, "fr").noting())
    assert "1\u202f250" in page
    assert "aujourd" not in page, "no dot is drawn, and none is spoken of"
    neither = replace(state, facts={name: value for name, value in state.facts.items() if "mt_" not in name})
    assert what_if.curve(session, neither, session.registry.vocabulary.facts[fact]) is None


def test_an_amount_that_stays_open_says_why_and_is_moved_by_what_it_rests_on(served: Client) -> None:
    of_2021 = {
        "contrat.date_signature": "15/03/2021",
        "medecin.exercice_regroupe": "oui",
        "medecin.exercice_coordonne": "oui",
        "medecin.forfait_structure_volet_1": "oui",
        "medecin.zone": "hors_zonage",
        "patientele.percentile_fa": "60",
    }
    page = plain_spaces(
        html.unescape(served.get("/et-si", {**VERIFIED, **of_2021, "medecin.specialite": "pediatrie"}).text)
    )
    curve = page.partition("<h2>Aide due selon : File active")[2].partition("<h2>")[0]
    assert "<td>entre 0 € et 10 500 € (a)</td>" in curve
    assert (
        "(a) L'aide suit le résultat, mais ce que paie un objectif manqué n'est pas dans nos sources de 2019." in curve
    )


def test_a_contract_is_followed_and_given_as_files(served: Client) -> None:
    text = served.get("/dossier").text
    dossier = html.unescape(text[text.index("rows=") : text.index("</textarea>")].partition(">")[2])
    assert "Ceci est un exemple" in text
    shown = served.send("/dossier", {"dossier": dossier, "au": "28/11/2026"})
    assert (shown.status, "Ceci est un exemple" in shown.text) == (200, False)
    assert '<details class="fold"><summary>Le dossier' in shown.text, "the life stands first"
    assert '<figure class="amounts">' in shown.text
    dates = served.send("/dossier/ics", {"dossier": dossier, "au": "28/11/2026"})
    assert dates.headers["content-type"].startswith("text/calendar")
    lines = dates.text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") > 3
    assert served.send("/dossier/yaml", {"dossier": dossier}).text == dossier
    wrong = served.send("/dossier", {"dossier": "case: {contrat: {date_signatur: 2024-09-02}}"})
    said = "Ligne 1 : le fait « contrat.date_signatur » n'existe pas"
    assert (wrong.status, said in plain_spaces(html.unescape(wrong.text))) == (422, True)
    assert served.send("/dossier/exe", {"dossier": dossier}).status == 404


def test_a_dossier_begins_with_an_estimate_and_grows_by_forms(served: Client, of_that_day: Answer) -> None:
    (follow,) = re.findall(r'href="(/dossier\?[^"]*)"', of_that_day.text)
    begun = served.get(html.unescape(follow))
    assert (begun.status, 'value="28/11/2026"' in begun.text) == (200, True)

    def text(page: str) -> str:
        return html.unescape(page[page.index("rows=") : page.index("</textarea>")].partition(">")[2])

    asked = served.send("/dossier", {"dossier": text(begun.text), "evenement": "suivi"}).text
    assert 'name="evenement.annee"' in asked
    assert 'name="patientele.mt_actuelle"' in asked
    event = {"evenement.date": "2 septembre 2027", "evenement.annee": "3", "patientele.mt_actuelle": "1 150"}
    grown = served.send("/dossier", {"dossier": text(asked), "evenement": "suivi", **event})
    assert grown.status == 200
    line = '  - {date: "2027-09-02", type: suivi, annee: 3, facts: {patientele.mt_actuelle: 1150}}'
    assert text(grown.text).splitlines()[-2:] == ["events:", line]
    again = served.send("/dossier", {"dossier": text(grown.text), "evenement": "embauche", "evenement.date": "hier"})
    assert (again.status, "hier" in again.text) == (422, True)


def test_a_letter_is_written_from_a_page_and_says_no_more_than_it(served: Client, of_that_day: Answer) -> None:
    page = of_that_day.text
    kinds = re.findall(r'name="lettre" value="([^"]*)"', page)
    assert kinds == ["accord", "pieces"]
    carried = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.partition('action="/lettre"')[2])
    form = {name: html.unescape(value) for name, value in carried}
    written = served.send("/lettre", {**form, "lettre": "accord", "destinataire.nom": "Dr <Été>"})
    assert written.status == 200
    assert written.headers["cache-control"] == "no-store"
    told = "\n".join(each.text for each in docx.Document(io.BytesIO(written.body)).paragraphs)
    assert "Dr <Été>" in told
    assert "[à compléter : nom de la caisse]" in told
    for kind in ("refus", "../accord", ""):
        assert served.send("/lettre", {**form, "lettre": kind}).status == 404
    dossier = (ROOT / "tests" / "cases" / "life_overpaid.yaml").read_text(encoding="utf-8")
    assert 'value="trop-percu"' in served.send("/dossier", {"dossier": dossier, "au": "28/11/2026"}).text
    life = served.send("/lettre", {"dossier": dossier, "au": "28/11/2026", "lettre": "trop-percu"})
    told = "\n".join(each.text for each in docx.Document(io.BytesIO(life.body)).paragraphs)
    assert "six mille six cents euros" in told


@pytest.mark.turns(lang=LANGUAGES)
def test_the_pages_of_the_rules_are_those_of_the_static_site(
    request: pytest.FixtureRequest, lang: str, effort: Effort
) -> None:
    session: Session = request.getfixturevalue("session" if effort.full else "small")
    files = dict(_files(Say(session.registry, lang), examples(session), {}))
    ids = {id_ for convention in session.registry.conventions.values() for id_ in convention.items}
    assert {f"regles/{id_}.html" for id_ in ids} <= files.keys()
    both = {f"{each}/{name}" for each in LANGUAGES for name in files}
    texts = session.registry.conventions.values()
    coded = {id_ for convention in texts for id_ in (*convention.interpretations, YEAR_START)}
    coded |= {value for convention in texts for item in convention.items.values() for value in item.value_labels}
    for name, text in files.items():
        said = set(re.findall(r"[\w.]+", re.sub("<[^>]*>", " ", text)))
        assert not said & {id_ for id_ in coded if re.search("[_.]", id_)}, name
        for target in re.findall(r'(?:href|src)="([^"#]*)"', text):
            if not target.startswith("http") and "static/" not in target:
                assert os.path.normpath(f"{lang}/{Path(name).parent}/{target}") in both, (name, target)
    with client(str(session.registry.root)) as served:
        item = served.get("/regles/aide.montant_annuel", {"lang": lang})
        heading = re.search("<h1>(.*)</h1>", item.text)
        assert heading is not None
        assert heading[0] in files["regles/aide.montant_annuel.html"]
        assert served.get("/regles/aide.montant").status == 404


def test_each_figure_of_a_result_leads_to_its_rule_with_examples_that_open(served: Client, ordinary: Answer) -> None:
    page = ordinary.text
    leads = set(re.findall(r'href="(/regles/[^"?]*\?contrat.date_signature=2024-09-02[^"]*)"', page))
    assert {f"/regles/{id_}" for id_ in ("aide.montant_annuel", "objectif.mt", "tranche_activite")} <= {
        lead.partition("?")[0] for lead in leads
    }
    for lead in sorted(leads):
        rule = served.get(html.unescape(lead))
        assert rule.status == 200
        assert "Convention médicale 2024-2029" in rule.text.partition("<details>")[0]
        assert not re.search(r"\.yaml|2024_convention\)|policies/", rule.text), lead
        assert ("Pour votre cas" in rule.text, 'content="noindex"' in rule.text) == (True, True), lead
    amounts = next(lead for lead in leads if lead.startswith("/regles/aide.montant_annuel?"))
    rule = plain_spaces(html.unescape(served.get(html.unescape(amounts)).text))
    assert re.findall(r"<td>(\d+ \d+ €)</td>", rule)[:3] == ["19 000 €", "14 000 €", "11 000 €"]
    assert "/resultat?contrat.date_signature=2024-09-02" in rule
    assert "<td>Avenant 7 à la convention médicale de 2016</td><td>01/09/2019</td><td>640 patients</td>" in (
        served.get("/regles/seuil.mt.p30").text
    )
    rule = served.get("/regles/aide.bareme").text
    cases = re.findall(r'href="(/resultat\?[^"]*)">[^<]*</a></td><td>([^<]*)<', rule)
    assert len(cases) == EXAMPLES
    for address, amount in cases[:2]:
        assert amount in served.get(html.unescape(address)).text


def test_french_texts_on_an_english_page_say_that_they_are_french(served: Client) -> None:
    page = served.seen("/resultat", {**VERIFIED, "lang": "en"}).text
    (texts,) = re.findall(r'<h2>Texts</h2>\s*<div lang="fr">(.*?)</div>', page, re.DOTALL)
    assert "règles de vérification" in texts
    assert "<div lang" not in served.seen("/resultat", VERIFIED).text
    assert '<td lang="fr"><a href="/resultat?' in served.get("/regles/aide.bareme", {"lang": "en"}).text
    assert '<td lang="fr">' not in served.get("/regles/aide.bareme").text


def test_a_rule_that_a_case_led_to_shows_its_formula_with_the_figures_of_the_case(served: Client) -> None:
    rule = plain_spaces(served.get("/regles/aide.montant_du", VERIFIED).text)
    assert re.search(r"<p>Calcul : [\d ]+ € × [\d,]+ %", rule)
    assert re.search(r"<td>50\s%\s\(1/2\)</td>", served.get("/regles/atteinte.mt").text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_head_of_a_column_of_days_leads_to_no_amount(served: Client, session: Session, lang: str) -> None:
    page = served.seen("/resultat", VERIFIED if lang == "fr" else {**VERIFIED, "lang": lang}).text
    say = Say(session.registry, lang)
    heads = re.findall('<th scope="col">(?:<a href="/regles/([^?]*)[^>]*>)?([^<]*)', page)
    assert ("", say("due")) in heads
    assert {id_: head for id_, head in heads if id_} == {
        "aide.montant_annuel": say("maximum"),
        "aide.montant_du": say("amount_due"),
    }


def side_by_side(page: str) -> list[list[str]]:
    """The rows of the last table of a page that has columns side by side."""
    table = page[page.index("<h2>Côte à côte") :].partition("</table>")[0]
    return [re.findall(r"<t[hd][^>]*>(?:<b>)?([^<]*)<", row) for row in table.split("<tr>")[1:]]


def test_a_right_and_the_texts_before_stand_beside_the_contract_of_today(served: Client) -> None:
    old = {**VERIFIED, "contrat.date_signature": "2023-06-01", "medecin.age": "66", "au": "2026-11-28"}
    ways = dict(re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)<', served.get("/et-si", old).text))
    assert "texte" in ways
    heads, *rows = side_by_side(served.get("/et-si", {**old, "comparer": "texte"}).text)
    assert heads[1:] == ["Règlement arbitral de 2023", "Avenant 7 à la convention médicale de 2016"]
    assert len(rows) > 3
    right = next(key for key, label in ways.items() if "65" in label)
    heads, *rows = side_by_side(served.get("/et-si", {**old, "comparer": right}).text)
    assert heads[1].endswith("sans")
    assert any("≠" in row[0] for row in rows)


def test_days_to_sign_on_stand_side_by_side_the_last_of_each_text_before_among_them(served: Client) -> None:
    signed = {**VERIFIED, "au": "2026-11-28", "comparer": "contrat.date_signature"}
    page = served.get("/et-si", signed).text
    heads, *rows = side_by_side(page)
    assert heads[1:] == ["02/09/2024", "28/11/2026", "21/06/2024", "30/04/2023"]
    texts = {
        "Convention médicale 2024-2029",
        "Règlement arbitral de 2023",
        "Avenant 7 à la convention médicale de 2016",
    }
    assert set(rows[0][1:]) == texts
    assert f"<td><b>{rows[0][3]}</b></td>" in page, "what differs from the case itself is bold"
    assert f"<td>{rows[0][1]}</td>" in page


def test_what_would_give_the_whole_aid_is_told_in_words_of_the_page(served: Client) -> None:
    page = served.seen("/et-si", VERIFIED).text
    assert "100 patients de plus" in page
    assert "--" not in re.sub("<!--.*?-->", "", page)


def test_a_site_says_for_whom_a_text_changes_the_result_where_that_is_asked(tmp_path: Path) -> None:
    for name, options in (("without", ()), ("with", ("--behaviour",))):
        made = avenant("site", "-o", str(tmp_path / name), "--policies", str(SMALL), *options)
        assert made.exit_code == 0, made.stderr
    (page,) = (tmp_path / "with" / "fr" / "regles").glob("*--*.html")
    told = page.read_text(encoding="utf-8")
    assert len(told) > len((tmp_path / "without" / "fr" / "regles" / page.name).read_text(encoding="utf-8"))
    assert "Pour qui le résultat change" in told


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_letters_and_drawings_stand_out_from_their_ground(root: Path, scheme: int) -> None:
    sheet = (root / "engine" / "web" / "static" / "avenant.css").read_text(encoding="utf-8")
    colours = {name: found[scheme] for name in NAMED for found in [re.findall(rf"--{name}: (#\w+)", sheet)]}
    whole = {name: code if len(code) == 7 else "#" + "".join(c * 2 for c in code[1:]) for name, code in colours.items()}

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(whole[one]), luminance(whole[other])))
        return (high + 0.05) / (low + 0.05)

    for name in ("ink", "soft", "good", "bad", "open", "link"):
        assert contrast(name, "paper") >= 4.5, name
    assert contrast("ink", "box") >= 4.5
    assert contrast("due", "paper") >= 3
    assert contrast("open", "paper") >= 3


def test_every_word_of_a_template_exists_and_every_word_is_said(root: Path) -> None:
    words = read_words("web", "fr")
    web = root / "engine" / "web"
    templates = "\n".join(path.read_text(encoding="utf-8") for path in (web / "templates").iterdir())
    named = set(re.findall(r"\bw\('(\w+)'", templates))
    code = "\n".join(path.read_text(encoding="utf-8") for path in web.glob("*.py"))
    assert {name for name in named if not name.endswith("_")} <= words.keys()
    families = (*(name for name in named if name.endswith("_")), *re.findall(r'f"(\w+_)\{', code))
    assert [key for key in words if key not in named and f'"{key}"' not in code and not key.startswith(families)] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/static/../app.py", 404), ("/static/%2e%2e%2fapp.py", 404), ("/estimer?a=%ff", 400)],
)
def test_what_is_not_a_page_is_refused(served: Client, path: str, status: int) -> None:
    assert served.ask("GET", path).status == status


def test_a_refusal_can_be_read_in_the_other_language_at_its_own_address(served: Client) -> None:
    refused = served.ask("GET", "/regles/nothing?au=2026-11-28&lang=en")
    assert '<li lang="fr"><a href="/regles/nothing?au=2026-11-28&amp;lang=fr">Français</a>' in refused.text
    outward = served.ask("GET", "//evil.example/x").text
    assert 'href="/evil.example/x?lang=en"' in outward
    assert 'href="//' not in outward
    assert "lang=en" not in served.ask("POST", "/nowhere").text


def test_the_sites_that_were_named_may_frame_the_pages_and_no_other() -> None:
    with client(embedding=("https://cpam.example",)) as framed:
        headers = framed.ask("GET", "/").headers
    assert headers["content-security-policy"].endswith("frame-ancestors https://cpam.example")
    assert "x-frame-options" not in headers


def test_every_page_forbids_frames_scripts_and_styles_from_elsewhere_and_sets_no_cookie(served: Client) -> None:
    for path in ("/", "/estimer", "/nowhere", "/static/avenant.css", "/health"):
        headers = served.ask("GET", path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers


def test_two_texts_are_compared_in_words_and_for_whom_where_that_is_asked(served: Client, session: Session) -> None:
    page = served.get("/regles/comparer", {"de": "2023_reglement_arbitral", "a": "2024_convention"}).text
    said = re.sub("<[^>]*>", " ", html.unescape(page))
    texts = session.registry.conventions.values()
    ids = {id_ for each in texts for id_ in (*each.items, *each.interpretations, *each.derogations, each.id)}
    ids |= {rule.id for each in texts for item in each.items.values() for rule in getattr(item.body, "rules", ())}
    ids |= {value for each in texts for item in each.items.values() for value in item.value_labels}
    assert {word for word in re.findall(r"\w+[._]\w[\w.]*", said) if word in ids} == set()
    with client(str(SMALL)) as small:
        (pair,) = re.findall(r'/regles/comparer\?[^"]*', small.get("/regles/eligibilite").text)
        asked = small.get(html.unescape(pair))
        assert "Pour qui" in asked.text
        told = small.get(html.unescape(pair) + "&pour=1")
        assert "Pour qui le résultat change" in told.text
        assert len(told.text) > len(asked.text)


def test_a_result_is_taken_away_as_a_word_file_and_a_sheet_that_say_what_the_page_says(
    served: Client, of_that_day: Answer
) -> None:
    page = html.unescape(of_that_day.text)
    found = dict(re.findall(r'href="(/resultat/([\w.]+)\?[^"]*)"', page))
    links = {name: link for link, name in found.items()}
    word = served.get(links["explication.docx"])
    assert served.get(links["explication.docx"]).body == word.body, "the same bytes"
    document = docx.Document(io.BytesIO(word.body))
    told = "\n".join(each.text for each in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    verdict, lead = head_of(page)
    assert document.core_properties.title == verdict
    assert lead in plain_spaces(told)
    assert {"02/09/2025", "14\u202f000\u202f€", "Activité minimale, au P30 de la spécialité"} <= set(cells)
    assert "Mots employés" in told
    assert "http://localhost/resultat?" in document.sections[0].footer.paragraphs[0].text
    sheet = served.get(links["tableur.csv"]).body.decode("utf-8-sig")
    assert "Maximum de l'année, avant vérification;2;02/09/2025;14000;\r\n" in sheet
    refused = served.get("/resultat/tableur.csv", {**ORDINARY, "medecin.secteur": "non_conventionne"}).text
    assert "19000" not in refused
    assert served.get("/resultat/../app.py", ORDINARY).status == 404
    with_birth = {**ORDINARY, "medecin.date_naissance": "11/04/1978"}
    assert 'action="/resultat/explication.docx"' in served.send("/resultat", with_birth).text


def test_a_printed_result_holds_its_address(served: Client, of_that_day: Answer) -> None:
    page = html.unescape(of_that_day.text)
    (link,) = re.findall('<p class="printed">[^<]*(http://localhost/[^<]*)</p>', page)
    again = served.get(link.removeprefix("http://localhost"))
    assert head_of(again.text) == head_of(page)
    assert re.search(r"[?&]r=\w{12}", link)


def test_an_embedded_page_has_no_menu_and_stays_embedded(served: Client) -> None:
    with client(embedding=("https://cpam.example",)) as framed:
        told = html.unescape(framed.get("/integrer").text)
        (line,) = re.findall('<iframe src="http://localhost(/[^"]*)"', told)
        assert "https://cpam.example" in told
        page = framed.get(line)
        assert "<header hidden>" in page.text
        assert '<input type="hidden" name="embed" value="1">' in page.text
        asked = framed.get("/estimer", {"contrat.date_signature": "02/09/2024", "embed": "1"})
        assert asked.address.endswith("&embed=1")
        links = re.findall(r'href="(/(?:estimer|resultat)\?[^"]*)"', asked.text)
        assert links
        assert all("embed=1" in link for link in links)
    assert "aucun autre site" in served.get("/integrer").text


@pytest.mark.turns(lang=LANGUAGES)
def test_each_page_about_the_service_is_reached_from_every_other(served: Client, lang: str) -> None:
    start = served.get("/", {"lang": lang}).text
    found = re.findall(r'href="(/(?:api|integrer|donnees|accessibilite)[^"]*)"', start)
    assert len(found) == 4
    assert dict(re.findall(r'hreflang="(..)" href="([^"]*)"', start)) == {"fr": "/", "en": "/?lang=en"}
    for path in found:
        assert served.get(html.unescape(path)).status == 200


def test_every_question_that_is_left_stands_in_one_form(served: Client) -> None:
    first = served.get("/estimer/tout")
    assert 'href="/estimer/tout"' in served.get("/").text
    fields = dict(re.findall(r'name="([a-z_.]+)" value="([^"]*)"', first.text))
    assert {"beneficiaire", "contrat.date_signature"} <= fields.keys()
    given = {"contrat.date_signature": "02/09/2024", "medecin.specialite": "", "au": "2026-11-28"}
    second = served.get("/estimer/tout", given)
    assert {
        "contrat.date_signature",
        "medecin.secteur",
        "medecin.specialite",
        "contrat.option",
        "patientele.mt_depart",
    } <= set(re.findall(r'(?:input id|select id|input type="radio" id)="[^"]*" name="([^"]*)"', second.text))
    assert "date_naissance" not in second.text
    wrong = served.get("/estimer/tout", {**ORDINARY, "medecin.age": "quarante"})
    assert (wrong.status, 'aria-invalid="true"' in wrong.text, 'value="02/09/2024"' in wrong.text) == (422, True, True)
    answered = served.get("/estimer/tout", {**ORDINARY, "au": "2026-11-28"})
    assert head_of(served.seen("/resultat", ORDINARY).text)[1] in plain_spaces(html.unescape(answered.text))


def test_a_link_made_under_rules_that_are_held_shows_both_results_where_they_differ(tmp_path: Path) -> None:
    before = tmp_path / "before"
    shutil.copytree(SMALL, before)
    rewrite(before / "nouvelle" / "regles.yaml", "19000", "18000")
    with client(str(before)) as old:
        (kept,) = set(re.findall(r"[?&]r=(\w{12})", html.unescape(old.get("/resultat", ORDINARY).text)))
    with client(str(SMALL), former=[lambda: engine.load(str(before))]) as held:
        page = html.unescape(held.get("/resultat", {**ORDINARY, "r": kept}).text).replace("\u202f", " ")
        assert "<td>18 000 €</td><td>19 000 €</td>" in page
        assert "13 000 €</td><td>13 000 €" not in page, "what is the same is not shown"
        same = held.get("/resultat", {**ORDINARY, "contrat.annee": "3", "r": kept}).text
        assert "Celles du lien donnaient le même résultat." in same
        other = held.get("/resultat", {**ORDINARY, "r": "0" * 12}).text
        assert ("ont changé" in other, "Selon les règles du lien" in other) == (True, False)


def drawn(session: Session, rng: random.Random) -> tuple[Facts, Decision]:
    """A case of any text whose facts agree, without what no address may hold, and its decision."""
    vocabulary = session.registry.vocabulary
    while True:
        text = rng.choice(session.registry.in_time)
        facts = random_facts(rng, vocabulary, text.beneficiary, text.signed_from, text.signed_before or DAY)
        facts = {name: value for name, value in facts.items() if not vocabulary.facts[name].sensitive}
        with contextlib.suppress(InputFault):
            return facts, session.decide(read_case(nested(facts), vocabulary))


@pytest.mark.sweep(seed=500, usual=2)
def test_a_case_that_is_drawn_ends_in_the_result_of_evaluate(served: Client, session: Session, seed: int) -> None:
    facts, decision = drawn(session, random.Random(seed))
    given = [(name, written(value)) for name, value in facts.items()]
    answer = served.get("/estimer", dict(random.Random(seed).sample(given, len(given))))
    assert (answer.status, answer.address) == (200, f"/estimer?{read_state(given, session.registry, 'fr').query()}")
    say, page = Say(session.registry, "fr"), html.unescape(answer.text)
    for told in (sentence(decision, say), amounts(decision, say)):
        assert told.replace("\u00a0", " ") in page
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", re.sub(r"<[^>]*>", " ", page)), "an id on the page"


FIELD = re.compile(r'<(?:input|select)(?: type="radio")? id="[^"]*" name="([^"]+)"')


def form_of(page: str) -> tuple[list[str], dict[str, str]]:
    """The facts that the question in view asks for, and the fields that carry the state."""
    asking = html.unescape(page.partition('class="asking"')[2].partition('class="result"')[0]).partition("</form>")[0]
    return list(dict.fromkeys(FIELD.findall(asking))), dict(
        re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asking)
    )


@pytest.mark.sweep(seed=500, usual=1)
def test_the_way_of_a_case_that_is_drawn_is_short_and_each_step_of_it_opens_again(
    served: Client, session: Session, seed: int
) -> None:
    facts = {name: written(value) for name, value in drawn(session, random.Random(seed))[0].items()}
    step = served.get("/estimer", {name: facts[name] for name in (BENEFICIARY, SIGNATURE) if name in facts})
    way = [step]
    while (asked := form_of(step.text))[0]:
        names, kept = asked
        given = {name: facts.get(name, "") for name in names}
        said = given if any(given.values()) else {**given, "inconnu": ",".join(names)}
        step = served.get("/estimer", {**kept, **said})
        assert step.status == 200, step.address
        assert form_of(step.text)[0] != names, "asked twice"
        way.append(step)
    assert len(way[1:]) <= MOST_QUESTIONS  # the first page answers none
    back = random.Random(seed).choice(way)
    assert served.get(back.address).body == back.body
    state = read_state(parse_qsl(step.address.partition("?")[2]), session.registry, "fr")
    decision = session.decide(read_case(nested(state.facts), session.registry.vocabulary))
    assert sentence(decision, Say(session.registry, "fr")) in html.unescape(step.text)


def test_a_count_may_be_answered_by_its_percentile(served: Client) -> None:
    asked = served.get("/estimer", dict(list(ORDINARY.items())[:3]))
    names, kept = form_of(asked.text)
    assert names == ["patientele.mt_depart", "patientele.percentile_mt"]
    told = served.get("/estimer", {**kept, "patientele.mt_depart": "", "patientele.percentile_mt": "41"})
    assert told.address.endswith("patientele.mt_depart=?&patientele.percentile_mt=41")
    assert "Question 5." in told.text
    both = served.get("/estimer", {**kept, "patientele.mt_depart": "900", "patientele.percentile_mt": "41"})
    assert "Question 5." in both.text, "one question, however much of it is known"
