"""The pages of the estimate: few questions, figures equal to `evaluate`, a state that is its address, nothing kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from web import Client, client

import engine
from engine.evaluation.session import Session
from engine.report.say import Say

# An ordinary general practitioner of 2024, as people write: question by question.
ORDINARY = {
    "contrat.date_signature": "02/09/2024",
    "medecin.secteur": "Secteur 1",
    "medecin.specialite": "médecine générale",
    "patientele.mt_depart": "1 100 patients",
    "contrat.option": "demi_etp",
    "medecin.age": "46 ans",
    "patientele.percentile_mt": "41",
    "patientele.fa_depart": "1 600",
    "patientele.percentile_fa": "54",
}
STATED = {
    "contrat": {"date_signature": "2024-09-02", "option": "demi_etp"},
    "medecin": {"secteur": "secteur_1", "specialite": "medecine_generale", "age": 46},
    "patientele": {"mt_depart": 1100, "fa_depart": 1600, "percentile_mt": 41, "percentile_fa": 54},
}


@pytest.fixture(scope="module")
def served() -> Iterator[Client]:
    with client() as made:
        yield made


def asked(page: str) -> list[str]:
    """The facts that a page asks for."""
    found = re.search(r'name="inconnu" value="([\w.,]+)"', page)
    return found[1].split(",") if found else []


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


@pytest.mark.parametrize("lang", ["fr", "en"])
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
    assert decision.verdict is not None
    assert say.result(decision.verdict) in re.search("<h1[^>]*>(.*)</h1>", whole)[1]  # type: ignore[index]


def test_an_address_is_brought_into_one_form_and_keeps_no_default(served: Client) -> None:
    written = served.get("/estimer", {"medecin.secteur": "SECTEUR 1", "contrat.date_signature": "2 septembre 2024"})
    assert written.address == "/estimer?contrat.date_signature=2024-09-02&medecin.secteur=secteur_1"


def test_an_answer_that_cannot_be_read_is_shown_again_with_what_was_expected(served: Client) -> None:
    answer = served.get("/estimer", {"contrat.date_signature": "2024-09-02", "medecin.age": "1.500"})
    assert answer.status == 422
    assert "« 1.500 »" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Erreur :" in answer.text


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


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/static/../app.py", 404), ("/static/%2e%2e%2fapp.py", 404), ("/estimer?a=%ff", 400)],
)
def test_what_is_not_a_page_is_refused(served: Client, path: str, status: int) -> None:
    assert served.ask("GET", path).status == status


def test_every_page_forbids_frames_scripts_and_styles_from_elsewhere_and_sets_no_cookie(served: Client) -> None:
    for path in ("/", "/estimer", "/nowhere", "/static/avenant.css", "/health"):
        headers = served.ask("GET", path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers
