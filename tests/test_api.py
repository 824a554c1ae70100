"""The API answers as the command line does, by the schemas of the files, and refuses with a code and a place."""

from __future__ import annotations

import html
import json
import random
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from command import ROOT, avenant
from conftest import Effort
from web import Client, client, running

from engine.policy import loader

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
DOSSIERS = sorted((ROOT / "examples" / "dossiers").glob("*.yaml"))
CASE = {"contrat": {"date_signature": "2024-09-02", "option": "demi_etp"}, "medecin": {"secteur": "secteur_1"}}


@pytest.fixture(scope="module")
def served() -> Iterator[Client]:
    with client() as made:
        yield made


@pytest.fixture(scope="module")
def described(served: Client) -> Any:
    return served.get("/api/v1/openapi.json").data


def plain(path: Path) -> Any:
    return loader.load(path, str(path)).data


def fits(described: Any, schema: str, found: Any) -> None:
    wanted = {**described, "$ref": f"#/components/schemas/{schema}"}
    jsonschema.Draft7Validator({"allOf": [{"$ref": f"#/components/schemas/{schema}"}], **wanted}).validate(found)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_case_is_decided_as_on_the_command_line(served: Client, described: Any, path: Path) -> None:
    said = json.loads(avenant("evaluate", str(path), "--format", "json", "--lang", "fr").stdout)
    answer = served.post("/api/v1/evaluate", {"case": plain(path)})
    assert (answer.status, answer.data) == (200, said)
    fits(described, "decision", answer.data)


def test_a_day_without_rules_is_answered_as_that(served: Client, described: Any) -> None:
    answer = served.post("/api/v1/evaluate", {"case": {"contrat": {"date_signature": "2019-01-15"}}})
    assert answer.status == 200
    fits(described, "outside", answer.data)
    many = served.post("/api/v1/evaluate-many", {"cases": [{"contrat": {"date_signature": "2019-01-15"}}]})
    assert many.data["decisions"] == [answer.data]


def test_half_a_character_is_refused_at_its_place_and_never_reaches_an_answer(served: Client) -> None:
    case = b'{"case": {"contrat": {"date_signature": "2024-09-02"}}, '
    for told in (b'"item": "aide\\ud800"}', b'"\\udc00": 1}', b'"item": "\xed\xa0\x80"}'):
        answer = served.post("/api/v1/possible", case + told, content_type="application/json")
        assert (answer.status in (400, 422), answer.data["problems"][0]["line"]) == (True, 1)
    assert served.get("/api/v1/items/%ED%A0%80").status == 404
    assert served.told == []


@pytest.mark.sweep(place=3, usual=1)
def test_a_life_is_followed_as_on_the_command_line(served: Client, described: Any, place: int) -> None:
    path = DOSSIERS[-1 - place]
    said = json.loads(avenant("timeline", str(path), "--format", "json", "--lang", "fr").stdout)
    answer = served.post("/api/v1/timeline", {"dossier": plain(path)})
    assert (answer.status, answer.data) == (200, said)
    fits(described, "timeline", answer.data)


def test_many_cases_are_answered_in_their_order_each_with_its_decision_or_its_problems(served: Client) -> None:
    cases = [CASE, {"contrat": {"date_signatur": "2024-09-02"}}, {"contrat": {"date_signature": "2018-01-01"}}]
    found = served.post("/api/v1/evaluate-many", {"cases": cases}).data["decisions"]
    assert found[0]["convention"]["id"] == "2024_convention"
    assert found[0] == served.post("/api/v1/evaluate", {"case": CASE}).data, "readings, rights and assumptions too"
    assert found[1]["problems"][0]["code"] == "unknown-fact"
    dossier = served.post("/api/v1/evaluate", {"case": {"case": CASE, "events": []}})
    assert (dossier.status, dossier.data["code"]) == (422, "case-is-dossier")
    assert "without_rules" in found[2]


def test_what_is_missing_possible_and_within_reach_is_told(served: Client) -> None:
    asked = served.post("/api/v1/ask", {"case": CASE}).data
    assert asked["questions"][0]["fact"] == "medecin.specialite"
    without = served.post("/api/v1/ask", {"case": CASE, "declined": ["medecin.specialite"]}).data
    assert "medecin.specialite" not in [question["fact"] for question in without["questions"]]
    possible = served.post("/api/v1/possible", {"case": CASE, "item": "aide.montant_annuel"}).data["possible"]
    assert possible[0]["decided"]
    young = {**CASE, "medecin": {"secteur": "secteur_2", "optam": False}}
    changed = served.post("/api/v1/what-if", {"case": young, "item": "secteur_conventionnel", "any_fact": True})
    assert changed.status == 200
    assert changed.data["alternatives"]


def test_other_rules_than_expected_are_not_answered_under(served: Client) -> None:
    digest = served.post("/api/v1/evaluate", {"case": CASE}).data["convention"]["digest"]
    assert served.post("/api/v1/evaluate", {"case": CASE, "expect_digest": digest}).status == 200
    other = served.post("/api/v1/evaluate", {"case": CASE, "expect_digest": "sha256:00"})
    assert (other.status, other.data["code"]) == (409, "digest-mismatch")


REFUSED: list[tuple[bytes, int, str]] = [
    (b"", 400, "file-empty"),
    (b"{", 400, "request-json"),
    (b"{'case': {}}", 400, "request-json"),
    (b'{"case": {},}', 400, "request-json"),
    (b'{"case": {}} {}', 400, "request-json"),
    (b'{"case": {"medecin": {"age": ' + b"9" * 5000 + b"}}}", 422, "yaml-number"),
    (b"[" * 30_000 + b"]" * 30_000, 422, "wrong-type"),
    (b'{"case": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400, "too-deep"),
    (b"[]", 422, "wrong-type"),
    (b"null", 422, "wrong-type"),
    (b"\xef\xbb\xbf []", 422, "wrong-type"),
    (b"case: {}", 400, "request-json"),
    (b'{"case": {}, "case": {}}', 400, "yaml-duplicate-key"),
    (b'{"case": {"contrat": {"date_signature": NaN}}}', 422, "fact-type"),
    (b'{"case": {}}', 422, "missing-signature"),
    (b'{"cases": []}', 422, "missing-key"),
    (b'{"case": {}, "lang": "de"}', 422, "wrong-value"),
    (b'{"case": {"medecin": {"age": 1e400}}}', 422, "yaml-number"),
    (b"\xff\xfe", 400, "request-json"),
    (b"\x1f\x8b\x08", 400, "request-json"),
    (b'{"case": {"medecin": {"specialite": "p\xe9diatrie"}}}', 400, "request-json"),
    (b'{"case": ' + b"[" * 500 + b"]" * 500 + b"}", 400, "too-deep"),
    (b'{"case": "' + b"x" * 70_000 + b'"}', 413, "request-size"),
]


@pytest.mark.parametrize(("body", "status", "code"), REFUSED)
def test_a_body_that_cannot_be_read_is_refused_with_its_code(
    served: Client, described: Any, body: bytes, status: int, code: str
) -> None:
    answer = served.post("/api/v1/evaluate", body, content_type="application/json")
    found = [problem["code"] for problem in answer.data["problems"]]
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert code in found
    fits(described, "problem", answer.data)


def test_the_faults_of_a_body_and_of_its_case_are_told_at_once(served: Client) -> None:
    bad = {"medecin": {"age": -4, "secteur": "secteur_9"}, "contrat": {"date_signature": "2024-09-02"}}
    found = served.post("/api/v1/evaluate", {"case": bad, "lang": "de", "as_of": "2024-02-30"}).data["problems"]
    assert [problem["code"] for problem in found] == ["fact-range", "fact-value", "wrong-value", "day-missing"]
    life = {"dossier": {"case": CASE, "events": [{"date": "2024-09-03", "type": "embauch"}]}, "langue": "fr"}
    found = served.post("/api/v1/timeline", life).data["problems"]
    assert [problem["nearest"] for problem in found] == ["embauche", "lang"]


WRONGLY_ASKED: list[tuple[str, dict[str, Any], str]] = [
    ("evaluate", {"convention": "2042"}, "2042"),
    ("evaluate", {"interpret": {"base_du_prorata": "gain", "zone": "zip"}}, "zone"),
    ("evaluate", {"interpret": {"base_du_prorata": "x"}}, "x"),
    ("possible", {"item": "nowhere"}, "nowhere"),
    ("ask", {"for": "nowhere"}, "nowhere"),
    ("what-if", {"item": "aide.montant_annuel", "wish": "much"}, "much"),
]


@pytest.mark.parametrize(("call", "asked", "wrong"), WRONGLY_ASKED)
def test_what_is_wrongly_asked_of_a_case_is_told_at_its_place(
    served: Client, described: Any, call: str, asked: dict[str, Any], wrong: str
) -> None:
    body = json.dumps({"case": CASE, **asked}, indent=1)
    answer = served.post(f"/api/v1/{call}", body.encode(), content_type="application/json")
    (problem,) = answer.data["problems"]
    assert f'"{wrong}"' in body.splitlines()[problem["line"] - 1]
    fits(described, "problem", answer.data)


def test_an_address_that_is_too_long_is_refused_as_described(served: Client, described: Any) -> None:
    answer = served.get("/api/v1/items?lang=en&x=" + "9" * 5000)
    assert str(answer.status) in described["paths"]["/items"]["get"]["responses"]


def test_a_declined_fact_that_does_not_exist_is_told(served: Client) -> None:
    answer = served.post("/api/v1/ask", {"case": CASE, "declined": ["patientele.mt"]})
    assert (answer.status, answer.data["problems"][0]["nearest"]) == (422, "patientele.mt_depart")


@pytest.mark.parametrize(
    ("call", "asked", "code"),
    [
        ("ask", {"case": CASE, "declined": [None]}, "yaml-empty-value"),
        ("ask", {"case": CASE, "declined": ["medecin.age", 3]}, "wrong-type"),
        ("evaluate-many", {"cases": [None, CASE]}, "yaml-empty-value"),
        ("timeline", {"dossier": {"case": CASE, "events": [None]}}, "yaml-empty-value"),
    ],
)
def test_what_is_no_value_in_a_list_is_told_and_never_passed_over(
    served: Client, call: str, asked: dict[str, Any], code: str
) -> None:
    answer = served.post(f"/api/v1/{call}", asked)
    assert (answer.status, answer.data["code"]) == (422, code)


@pytest.mark.parametrize("path", ["conventions", "items/aide.montant_annuel", "openapi.json", "evaluate"])
def test_a_language_or_parameter_that_there_is_not_is_told(served: Client, path: str) -> None:
    for query, code, told in (("lang=xx", "wrong-value", "fr, en"), ("langue=en", "unknown-key", "« lang »")):
        address = f"/api/v1/{path}?{query}"
        answer = served.post(address, {"case": CASE}) if path == "evaluate" else served.get(address)
        assert (answer.status, answer.data["code"], told in answer.data["detail"]) == (422, code, True)


def test_a_refusal_is_told_in_the_language_that_the_body_asks_for(served: Client) -> None:
    wrong = {"case": {"contrat": {"date_signature": 20240902}}, "as_of": 3, "lang": "en"}
    for body, told in (
        (wrong, "20240902 has the wrong type for contrat.date_signature (date). Expected: for example 2024-09-02"),
        ({**wrong, "lang": "fr"}, "20240902 n'est pas du bon type pour contrat.date_signature (date)."),
        ({"case": {}, "lang": "en"}, "the fact 'contrat.date_signature' is missing: it selects the convention"),
        ({"case": CASE, "lang": "en", "expect_digest": "0"}, "the rules are not the expected ones"),
    ):
        messages = [each["message"] for each in served.post("/api/v1/evaluate", body).data["problems"]]
        assert any(message.startswith(told) for message in messages), messages


def test_a_mark_of_its_order_of_bytes_before_a_body_is_passed_over(served: Client) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"case": CASE}).encode()
    assert served.post("/api/v1/evaluate", body, content_type="application/json").status == 200


def test_a_fault_of_a_case_is_told_with_its_place_and_the_nearest_name(served: Client) -> None:
    body = b'{\n  "case": {\n    "contrat": {"date_signatur": "2024-09-02"}\n  }\n}'
    answer = served.post("/api/v1/evaluate", body, content_type="application/json").data
    (problem,) = answer["problems"]
    assert (problem["line"], problem["nearest"]) == (3, "contrat.date_signature")
    assert answer["title"] == "le fait « … » n'existe pas", "of every problem of its type"
    assert "contrat.date_signatur »" in answer["detail"]


def test_facts_that_contradict_each_other_are_told_at_their_place(served: Client) -> None:
    case = {
        "contrat": {"date_signature": "2024-09-02", "option": "demi_etp"},
        "medecin": {"age": 46, "date_naissance": "1950-01-01"},
    }
    for name, said in (("evaluate", {"case": case}), ("timeline", {"dossier": {"case": case, "events": []}})):
        text = json.dumps(said)
        answer = served.post(f"/api/v1/{name}", text.encode(), content_type="application/json")
        (problem,) = answer.data["problems"]
        assert (answer.status, problem["code"], problem["fact"]) == (422, "facts-contradict", "medecin.age")
        assert text[problem["column"] - 1 :].startswith("46")


def test_other_media_and_methods_are_refused(served: Client) -> None:
    media = "application/json"
    for asked in (
        {"content_type": "text/plain"},
        {"content_type": f"{media}; charset=iso-8859-1"},
        {"content_type": media, "content_encoding": "gzip"},
    ):
        answer = served.post("/api/v1/evaluate", b"{}", **asked)
        assert (answer.status, answer.data["code"]) == (415, "request-media")
        assert answer.headers["accept-encoding"] == "identity"
    sound = {"content_type": f'{media}; Charset="UTF-8"', "content_encoding": "identity"}
    assert served.post("/api/v1/evaluate", json.dumps({"case": CASE}).encode(), **sound).status == 200
    got = served.ask("GET", "/api/v1/evaluate")
    assert (got.status, got.headers["allow"]) == (405, "POST")
    assert served.ask("GET", "/api/v1/nothing").data["code"] == "request-page"


def test_what_the_rules_are_is_told_with_a_tag_that_spares_who_has_it(served: Client) -> None:
    for path in ("conventions", "items", "items/aide.montant_annuel", "openapi.json"):
        first = served.get(f"/api/v1/{path}")
        assert first.status == 200
        for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
            again = served.ask("GET", f"/api/v1/{path}", if_none_match=known)
            assert (again.status, again.headers["cache-control"]) == (304, first.headers["cache-control"])
        assert served.ask("GET", f"/api/v1/{path}", if_none_match='"other"').status == 200
    unknown = served.get("/api/v1/items/aide.montant_anuel")
    assert (unknown.status, unknown.data["status"]) == (404, 404)
    assert unknown.data["problems"][0]["nearest"] == "aide.montant_annuel"


def test_every_reference_of_the_description_leads_somewhere(described: Any) -> None:
    for target in references(described):
        part = described
        for step in target.removeprefix("#/").split("/"):
            part = part[step]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


QUICK = ("evaluate", "evaluate-many", "timeline", "ask")
LEAVES: tuple[Any, ...] = (None, True, -1, 10**9, "", "x" * 300, [], {}, [[]], "2024-13-01")


def drawn(schema: Any, described: Any, rng: random.Random) -> Any:
    """A value that a schema of the description allows, as far as the schema says."""
    if "$ref" in schema:
        part = described
        for step in schema["$ref"].removeprefix("#/").split("/"):
            part = part[step]
        return drawn(part, described, rng)
    if "allOf" in schema:
        return drawn({key: value for part in schema["allOf"] for key, value in part.items()}, described, rng)
    if "enum" in schema:
        return rng.choice(schema["enum"])
    match schema.get("type"):
        case "object":
            named = schema.get("properties", {})
            kept = [name for name in named if name in schema.get("required", ()) or rng.random() < 0.3]
            return {name: drawn(named[name], described, rng) for name in kept}
        case "array":
            return [drawn(schema.get("items", {}), described, rng) for _ in range(rng.randint(0, 2))]
        case "integer" | "number":
            return rng.randint(int(schema.get("minimum", 0)), int(schema.get("maximum", 50)))
        case "boolean":
            return rng.random() < 0.5
    return f"20{rng.randint(19, 27)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def spoiled(value: Any, rng: random.Random) -> Any:
    """A value in which one part is something else."""
    if isinstance(value, dict) and value and rng.random() < 0.8:
        name = rng.choice(sorted(value))
        return {**value, name: spoiled(value[name], rng)}
    return rng.choice(LEAVES)


def test_calls_drawn_from_the_description_are_answered_as_it_says(
    served: Client, described: Any, effort: Effort
) -> None:
    rng, seen = random.Random(20241128), dict[tuple[str, int], int]()
    posted = {path[1:]: entry["post"] for path, entry in described["paths"].items() if "post" in entry}
    for turn in range(effort.of(600)):
        name = rng.choice(QUICK) if turn % 20 else rng.choice(sorted(posted))
        body = drawn(posted[name]["requestBody"]["content"]["application/json"]["schema"], described, rng)
        said = spoiled(body, rng) if turn % 3 == 2 else body
        answer = served.post(f"/api/v1/{name}", json.dumps(said).encode(), content_type="application/json")
        told = posted[name]["responses"].get(str(answer.status))
        assert told is not None, (answer.status, said)
        assert answer.status < 500, said
        if "$ref" in told:
            told = described["components"]["responses"][told["$ref"].rpartition("/")[2]]
        ((media, shape),) = told["content"].items()
        assert answer.headers["content-type"].startswith(media)
        jsonschema.Draft7Validator({**shape["schema"], **described}).validate(answer.data)
        seen[name, answer.status] = seen.get((name, answer.status), 0) + 1
    assert {status for _, status in seen} >= {200, 422}
    assert served.told == []


def test_the_examples_of_the_page_run() -> None:
    page = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    with running() as (_, port):
        with urllib.request.urlopen(f"http://localhost:{port}/api") as served:
            shown = html.unescape(served.read().decode())
        found = set()
        for text in (page.replace("8000", str(port)), shown.replace("</code>", "```").replace("<code>", "```python\n")):
            (curl,) = re.findall(rf"localhost:{port}(/api/\S+) .*?-d '(.*?)'", text, re.DOTALL)
            (script,) = re.findall(r"```python\n(import .*?)```", text, re.DOTALL)
            found.add((*curl, script.strip()))
        for path, body, script in found:
            call = urllib.request.Request(
                f"http://localhost:{port}{path}", body.encode(), {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(call) as answer:
                assert json.load(answer)["results"]["eligibilite"]["value"] == "ineligible"
            said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
            assert "?" in said
