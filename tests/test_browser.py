"""The pages in a real Chromium: a doctor's way, with and without script, at every width, under axe-core."""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from command import ROOT
from web import running

pytestmark = pytest.mark.browser

AXE = ROOT / ".venv" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = ROOT / "docs" / "screens"
DAY = "au=2026-11-28"
STARTED = f"/estimer?contrat.date_signature=2024-09-02&medecin.secteur=secteur_1&{DAY}"
ORDINARY = (
    "contrat.date_signature=2024-09-02&contrat.option=demi_etp&medecin.secteur=secteur_1&medecin.specialite="
    "medecine_generale&medecin.age=46&patientele.mt_depart=900&patientele.fa_depart=1600&patientele.percentile_mt=41"
    f"&patientele.percentile_fa=54&{DAY}"
)
ELIGIBLE = f"/resultat?{ORDINARY}"
REFUSED = ELIGIBLE.replace("secteur_1", "non_conventionne")
VERIFIED = ORDINARY.replace(
    "contrat.option=demi_etp",
    "contrat.option=demi_etp&contrat.annee=4&contrat.objectif_mt=1250&contrat.objectif_fa=1900"
    "&medecin.nouvellement_installe=false&patientele.mt_actuelle=1150&patientele.fa_actuelle=1650",
)
WHAT_IF = f"/et-si?{VERIFIED}"
RULE = "/regles/aide.montant_annuel"
WRONG = "/estimer?contrat.date_signature=2024-09-02&medecin.age=quarante"
CONTRADICTORY = f"/resultat?contrat.date_signature=2024-09-02&seuils.fa_p30=900&seuils.fa_p50=800&{DAY}"
PAGES = [
    "/",
    STARTED,
    f"/estimer?{ORDINARY}",
    ELIGIBLE,
    REFUSED,
    WRONG,
    CONTRADICTORY,
    WHAT_IF,
    "/dossier",
    "/regles",
    RULE,
    "/nowhere",
    "/api",
    "/integrer",
]
PAGES += ["/regles/comparer?de=2023_reglement_arbitral&a=2024_convention", ELIGIBLE + "&lang=en"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a service of its own, stopped when the tests are done."""
    with running() as (_, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
        yield browser
        browser.close()


PATIENCE = 120_000  # ms: a machine that is busy is slow, and not wrong


@contextmanager
def opened(chromium: Any, address: str, **settings: Any) -> Iterator[Any]:
    """A page in a context of its own, which leaves nothing behind and asks nothing of anyone else."""
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900}, **settings)
    context.set_default_timeout(PATIENCE)
    page, said, elsewhere = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(address) else None)
    yield page
    assert elsewhere == []
    assert [text for text in said if "status of 4" not in text] == []
    assert context.cookies() == []
    if settings.get("java_script_enabled", True):
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    context.close()


def told(found: Any) -> Any:
    """What is expected of a part of a page, in the end."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    return expect(found)


def swapped(page: Any, button: str) -> None:
    """Presses a button that leads to another question, and waits for that."""
    head = page.locator("h1").inner_text()
    page.get_by_role("button", name=button).click()
    told(page.locator("h1")).not_to_have_text(head, use_inner_text=True)


def answer(page: Any, value: str) -> None:
    """Answers the question in view as a person would."""
    field = page.locator(".asking [name]:not([type=hidden]):not(button)").first
    if field.get_attribute("type") == "radio":
        page.get_by_label(value, exact=True).check()
    elif field.evaluate("each => each.tagName") == "SELECT":
        field.select_option(label=value)
    else:
        field.fill(value)


def way(page: Any) -> None:
    """From the first question to the whole result."""
    page.goto("/")
    page.get_by_label("Date de signature").fill("2 septembre 2024")
    page.get_by_role("button", name="Commencer").click()
    page.locator(".asking").wait_for()
    for value in ("Secteur 1", "Médecine générale", "1 100", "Mi-temps (0,5 ETP)", "46 ans"):
        answer(page, value)
        swapped(page, "Continuer")
    swapped(page, "Je ne sais pas")


@pytest.mark.parametrize("script", [True, False])
def test_a_doctor_reaches_the_chart_with_and_without_script(chromium: Any, address: str, script: bool) -> None:
    with opened(chromium, address, java_script_enabled=script) as page:
        if script:
            way(page)
        else:
            page.goto(f"/estimer?{ORDINARY}")
        page.get_by_role("link", name="Voir le résultat entier").click()
        page.get_by_role("heading", name="Conditions d'éligibilité").wait_for()
        told(page.locator("figure.amounts")).to_contain_text("19\u202f000")
        assert page.locator("figure.amounts rect").count() >= 5


def test_back_and_forward_show_each_question_again(chromium: Any, address: str) -> None:
    with opened(chromium, address) as page:
        page.goto(STARTED)
        first = page.locator("h1").inner_text()
        answer(page, "Médecine générale")
        swapped(page, "Continuer")
        second = page.locator("h1").inner_text()
        page.go_back()
        told(page.locator("h1")).to_have_text(first, use_inner_text=True)
        page.go_forward()
        told(page.locator("h1")).to_have_text(second, use_inner_text=True)


def test_a_link_opens_in_a_fresh_context_with_the_same_result_and_in_the_other_language(
    chromium: Any, address: str
) -> None:
    with opened(chromium, address) as page:
        page.goto(ELIGIBLE)
        page.get_by_role("link", name="Lien vers ce résultat").click()
        page.wait_for_url("**&r=*")
        kept, shown = page.url, page.locator("main").inner_text()
    with opened(chromium, address) as page:
        page.goto(kept)
        assert page.locator("main").inner_text() == shown
        page.get_by_role("link", name="English").click()
        told(page.locator("main")).to_contain_text("€19,000")
        told(page.locator("html")).to_have_attribute("lang", "en")


def test_a_wrong_answer_is_told_at_the_top_and_at_its_field(chromium: Any, address: str) -> None:
    with opened(chromium, address) as page:
        page.goto("/estimer?contrat.date_signature=2024-09-02&q=medecin.age")
        answer(page, "quarante")
        page.get_by_role("button", name="Continuer").click()
        alert = page.get_by_role("alert")
        alert.wait_for()
        told(alert).to_be_focused()
        fetched = list[str]()  # a link within the page is told to the script a moment later
        page.on("request", lambda each: fetched.append(each.url) if each.resource_type == "fetch" else None)
        alert.get_by_role("link").click()
        told(page.locator("[name='medecin.age']:not([type=hidden])")).to_be_focused()
        page.evaluate("new Promise(done => setTimeout(done, 100))")
        assert fetched == []


def test_the_keyboard_alone_reaches_the_next_question(chromium: Any, address: str) -> None:
    with opened(chromium, address, java_script_enabled=False) as page:
        page.goto(STARTED)
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.locator("select:focus").count():
                break
        for _ in range(60):
            page.keyboard.press("ArrowDown")
            if page.locator("select").input_value() == "medecine_generale":
                break
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**medecin.specialite=medecine_generale**")


def focused(page: Any, pressed: str, found: Any) -> None:
    """Presses a key, and waits until a part of the page has the focus."""
    page.keyboard.press(pressed)
    told(found).to_be_focused()


def test_the_focus_goes_with_the_reader_over_a_whole_way(chromium: Any, address: str) -> None:
    with opened(chromium, address) as page:
        field = page.locator(".asking [name]:not([type=hidden]):not(button)").first
        button = page.get_by_role("button", name="Continuer")
        page.goto("/")
        focused(page, "Tab", page.get_by_role("link", name="Aller au contenu"))
        focused(page, "Enter", page.locator("main"))
        focused(page, "Tab", page.get_by_label("Médecin libéral"))
        focused(page, "Tab", page.get_by_label("Date de signature"))
        page.keyboard.type("02/09/2024")
        focused(page, "Tab", page.get_by_role("button", name="Commencer"))
        for question, typed in (("Dans quel secteur", " "), ("Quelle est la spécialité", "Médecine g")):
            focused(page, "Enter", page.get_by_role("heading", name=question))
            focused(page, "Tab", field)
            page.keyboard.type(typed)
            focused(page, "Tab", button)
        focused(page, "Enter", page.get_by_role("heading", name="Combien de patients"))
        focused(page, "Tab", field)
        page.keyboard.type("beaucoup")
        focused(page, "Enter", page.get_by_role("alert"))
        focused(page, "Tab", page.get_by_role("alert").get_by_role("link"))
        focused(page, "Enter", field)
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("1 100")
        focused(page, "Enter", page.locator("h1"))
        for each in (field, button, page.get_by_role("button", name="Je ne sais pas"), page.locator("summary")):
            focused(page, "Tab", each)
        focused(page, "Tab", page.get_by_role("link", name="Voir le résultat entier"))
        focused(page, "Enter", page.locator("h1"))
        focused(page, "Tab", page.get_by_role("link", name="Lien vers ce résultat"))


def test_a_letter_is_downloaded_and_the_contract_followed_from_its_result(chromium: Any, address: str) -> None:
    with opened(chromium, address, bypass_csp=True) as page:
        page.goto(ELIGIBLE)
        page.get_by_text("Écrire une lettre").click()
        page.add_script_tag(path=str(AXE))
        assert page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"] == []
        page.get_by_label("Nom du destinataire").fill("Dr Été")
        with page.expect_download() as download:
            page.get_by_role("button", name="Télécharger la lettre").click()
        assert download.value.suggested_filename == "accord.docx"
        page.get_by_role("link", name="Suivre ce contrat").click()
        page.get_by_text("Ajouter un événement").click()
        page.get_by_label("Que s'est-il passé").select_option(label="Embauche de l'assistant")
        page.get_by_role("button", name="Continuer").click()
        page.get_by_label("Quel jour").fill("14/10/2024")
        page.get_by_role("button", name="Ajouter au dossier").click()
        told(page.locator("#dossier")).to_have_value(re.compile("embauche"))
        told(page.get_by_role("heading", name="Position au 28/11/2026")).to_be_visible()
        page.reload()
        told(page.locator("#dossier")).to_have_value(re.compile("embauche"))
        page.go_back()
        told(page.get_by_label("Quel jour")).to_be_visible()
        page.go_forward()
        told(page.locator("#dossier")).to_have_value(re.compile("embauche"))


def test_a_dossier_is_read_from_a_file_of_this_machine(chromium: Any, address: str) -> None:
    with opened(chromium, address) as page:
        page.goto("/dossier")
        page.locator("input[type=file]").set_input_files(ROOT / "tests" / "cases" / "life_overpaid.yaml")
        told(page.locator("#dossier")).to_have_value(re.compile("2024-09-16"))
        page.get_by_role("button", name="Suivre le contrat").click()
        page.get_by_text("6 600").first.wait_for()


def test_a_printed_result_has_its_figures_and_no_form(chromium: Any, address: str, tmp_path: Path) -> None:
    with opened(chromium, address) as page:
        page.goto(ELIGIBLE)
        page.emulate_media(media="print")
        told(page.locator("header")).to_be_hidden()
        told(page.locator("figure.amounts")).to_be_visible()
        told(page.locator("footer")).to_contain_text(f"{address}/resultat?contrat.date_signature=2024-09-02")
        printed = page.locator("body").inner_text()
        assert "19\u202f000" in printed
        assert not re.search(
            "essayer cette lecture|Essayez-la|Chaque nom souligné|Continuer|Télécharger|modifier", printed
        )
        assert "Mes réponses" in printed, "what the result rests on"
        page.pdf(path=str(tmp_path / "result.pdf"))
        assert (tmp_path / "result.pdf").stat().st_size > 5_000


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Another site, which serves a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as served:
        Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()


def test_a_site_that_was_named_frames_the_estimate_and_another_service_refuses(
    chromium: Any, address: str, tmp_path: Path
) -> None:
    with site(tmp_path) as elsewhere, running("--allow-embedding", elsewhere) as (_, port):
        for name, origin in (("open", f"http://127.0.0.1:{port}"), ("shut", address)):
            line = f'<iframe src="{origin}/?embed=1" title="Estimation" width="100%" height="900"></iframe>'
            (tmp_path / f"{name}.html").write_text(f"<!doctype html><title>Site</title>{line}", encoding="utf-8")
        context = chromium.new_context(base_url=elsewhere)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/open.html")
        frame = page.frame_locator("iframe")
        told(frame.locator("nav")).to_be_hidden()
        frame.get_by_role("button", name="Commencer").click()
        told(frame.locator(".asking h1")).to_be_visible()
        frame.get_by_role("link", name="Voir le résultat entier").click()
        apart = frame.get_by_role("link", name="Imprimer")
        told(apart).to_have_attribute("target", "_blank")
        told(apart).to_have_attribute("href", re.compile(r"/resultat\?(?!.*embed)"))
        page.goto("/shut.html")
        told(page.frame_locator("iframe").locator("h1", has_text="à combien")).to_have_count(0)
        assert [each.url for each in page.frames if each.url.startswith(address)] == []
        context.close()


def test_a_page_is_not_framed_elsewhere(chromium: Any, address: str) -> None:
    with urllib.request.urlopen(f"{address}{STARTED}") as answered:
        assert "frame-ancestors 'none'" in answered.headers["content-security-policy"]


@pytest.mark.parametrize("path", [STARTED, f"/estimer?{ORDINARY}", ELIGIBLE])
def test_a_page_of_the_estimate_with_all_that_it_loads_is_at_most_60_kilobytes(
    chromium: Any, address: str, path: str
) -> None:
    with opened(chromium, address) as page:
        page.goto(path)
        assert (
            page.evaluate("performance.getEntries().reduce((sum, each) => sum + (each.transferSize || 0), 0)") <= 60_000
        )


def test_axe_sees_a_fault_that_is_put_into_a_page(chromium: Any, address: str) -> None:
    with opened(chromium, address, bypass_csp=True) as page:
        page.goto("/")
        page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=data:,><input>')")
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert {"image-alt", "label"} <= {each["id"] for each in found["violations"]}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Any, address: str, path: str, scheme: str) -> None:
    with opened(chromium, address, color_scheme=scheme, bypass_csp=True) as page:
        page.goto(path)
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        faults = [f"{each['id']}: {node['html'][:120]}" for each in found["violations"] for node in each["nodes"]]
        assert faults == []
        open_ = {
            (each["id"], node["target"][0].split("[")[0]) for each in found["incomplete"] for node in each["nodes"]
        }
        assert open_ <= {("color-contrast", "text")}, "of the letters of drawings, by formula in tests/test_web.py"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_at_320_pixels_and_letters_stay_readable(chromium: Any, address: str, path: str) -> None:
    with opened(chromium, address) as page:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        smallest = page.evaluate(
            """() => Math.min(...[...document.querySelectorAll('svg text')].map(
                each => each.getBoundingClientRect().height), 99)"""
        )
        assert smallest >= 12


@pytest.mark.parametrize(
    ("path", "column"),
    [
        *((ELIGIBLE, column) for column in ("Critère", "Maximum", "Obligation")),
        *((f"{ELIGIBLE}&lang=en", column) for column in ("Criterion", "Obligation")),
        (f"/resultat?{VERIFIED}&lang=en", "To be recovered"),
        (f"/resultat?{VERIFIED}", "À récupérer"),
        ("/regles", "Convention"),
        ("/api", "Appel"),
    ],
)
def test_a_table_is_read_without_scrolling_at_320_pixels(chromium: Any, address: str, path: str, column: str) -> None:
    with opened(chromium, address) as page:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(path)
        table = page.locator(".wide", has=page.get_by_role("columnheader", name=column)).first
        assert table.evaluate("each => each.scrollWidth - each.clientWidth") == 0
        assert table.evaluate("each => parseFloat(getComputedStyle(each.querySelector('td')).fontSize)") >= 14


def test_options_side_by_side_keep_the_words_of_their_rows_whole_at_320_pixels(chromium: Any, address: str) -> None:
    with opened(chromium, address) as page:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(WHAT_IF)
        table = page.locator(".wide", has=page.get_by_role("columnheader", name="Tiers temps")).first
        assert table.evaluate("each => each.querySelector('tbody td').getBoundingClientRect().width") >= 60
        assert table.evaluate("each => each.querySelector('tbody td + td').getBoundingClientRect().width") >= 120


def test_a_drawing_takes_the_colours_that_a_reader_forces(chromium: Any, address: str) -> None:
    with opened(chromium, address, forced_colors="active", color_scheme="dark") as page:
        page.goto(WHAT_IF)
        styles = "part => getComputedStyle(document.querySelector(part))"
        ink = page.evaluate(f"({styles})('body').color")
        for part, colour in (("svg text", "fill"), ("svg .line", "stroke"), ("svg .grid", "stroke")):
            assert page.evaluate(f"({styles})('{part}').{colour}") == ink


def test_nothing_moves_where_a_reader_wants_that(chromium: Any, address: str) -> None:
    with opened(chromium, address, reduced_motion="reduce") as page:
        page.goto(ELIGIBLE)
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
        assert page.evaluate("document.getAnimations().length") == 0


def test_what_scrolls_on_a_narrow_page_is_reached_by_keyboard_and_has_a_name(chromium: Any, address: str) -> None:
    with opened(chromium, address, bypass_csp=True) as page:
        page.set_viewport_size({"width": 320, "height": 256})  # as 1280 by 1024 at 400 %
        page.goto(WHAT_IF)
        assert page.locator(".wide[tabindex='0'][aria-label]").count() > 0
        page.add_script_tag(path=str(AXE))
        assert page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"] == []


SPOKEN = {
    "/": """
- main:
  - heading /à combien ai-je droit/ [level=1]
  - group "Qui signe le contrat d'aide ?":
    - paragraph:
      - radio "Médecin libéral" [checked]
  - paragraph:
    - textbox "Date de signature du contrat d'aide, faite ou prévue"
  - paragraph:
    - button "Commencer"
""",
    STARTED: """
- main:
  - heading "Quelle est la spécialité du médecin ?" [level=1]
  - paragraph:
    - combobox "Quelle est la spécialité du médecin ?"
  - paragraph:
    - button "Continuer"
    - button "Je ne sais pas"
  - region "Résultat à ce stade":
    - heading /trop tôt/ [level=2]
""",
    WRONG: """
- main:
  - alert "Une réponse est à corriger":
    - heading "Une réponse est à corriger" [level=2]
    - list:
      - listitem:
        - link /quarante/
  - heading "Quel âge a le médecin à la signature ?" [level=1]
  - paragraph:
    - textbox "Quel âge a le médecin à la signature ?" [invalid]: quarante
""",
    ELIGIBLE: """
- main:
  - heading /Vous seriez éligible/ [level=1]
  - paragraph: /19.000 € la 1re année/
  - heading "Montants" [level=2]
  - table:
    - rowgroup:
      - row "1 02/09/2024 19 000 € [1]"
  - figure /le maximum qui peut être dû/:
    - img "Montants"
  - heading "Conditions d'éligibilité" [level=2]
  - heading "Obligations" [level=2]
""",
}


@pytest.mark.parametrize("path", SPOKEN)
def test_a_screen_reader_is_told_the_page_in_its_order(chromium: Any, address: str, path: str) -> None:
    with opened(chromium, address) as page:
        page.goto(path)
        told(page.locator("body")).to_match_aria_snapshot(SPOKEN[path])


def test_the_screens_of_the_documentation_are_those_of_today(
    chromium: Any, address: str, update_golden: bool, tmp_path: Path
) -> None:
    folder = SCREENS if update_golden else tmp_path
    folder.mkdir(exist_ok=True)
    for name, path in {
        "depart": "/",
        "question": STARTED,
        "resultat": ELIGIBLE,
        "et-si": WHAT_IF,
        "regle": RULE,
    }.items():
        with opened(chromium, address) as page:
            page.goto(path)
            page.set_viewport_size({"width": 1000, "height": 1100})
            page.screenshot(path=str(folder / f"{name}.png"))
    kept = {path.name for path in SCREENS.glob("*.png")}
    assert kept == {path.name for path in folder.glob("*.png")}
