"""Each part of a convention, changed alone in a small one: the edit names the part, the place and the weight."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from command import LANGUAGES, ROOT
from edited_rules import Files, built

from engine.comparison.edits.edit import Comparison, Edit
from engine.comparison.edits.structure import edits
from engine.comparison.sides import Side, paired
from engine.language.expressions import Literal
from engine.policy.build import build
from engine.policy.loader import parse
from engine.policy.reading import load_vocabulary
from engine.policy.registry import Registry
from engine.report import formats
from engine.report.diff_page import Diff, page
from engine.report.say import Say

FACTS, DIGEST = load_vocabulary()


def named(id_: str, **rest: Any) -> dict[str, Any]:
    return {"id": id_, "label": {"fr": id_, "en": id_}, **rest}


CITE = [{"source": "texte", "at": "article 1"}]
YEAR, OPTION, MT = ({"fact": name} for name in ("contrat.annee", "contrat.option", "patientele.mt_depart"))
UNPUBLISHED = {"reason": {"fr": "Non trouvé.", "en": "Not found."}, "supplied_by": "contrat.objectif_mt"}
BASE: Files = {
    "convention.yaml": named(
        "essai",
        beneficiary="medecin_liberal",
        signed={"from": "2024-01-01"},
        years_from={"fact": "contrat.date_signature"},
        results=[{"id": "decision", "role": "verdict", "better": ["non", "oui"]}, {"id": "objectif", "best": 9}],
        sources={"texte": {"title": "Texte", "publisher": "Éditeur", "kind": "official_site"}},
        interpretations=[
            {
                "id": "lecture",
                "question": {"fr": "Laquelle ?", "en": "Which?"},
                "choices": [{"id": c, "label": {"fr": c, "en": c}} for c in ("une", "autre", "troisieme")],
                "default": "une",
                "cite": CITE,
            }
        ],
    ),
    "regles.yaml": {
        "parameters": [
            named(
                "seuil",
                unit="patients",
                cite=CITE,
                values=[{"from": "2024-01-01", "value": 640}, {"from": "2025-01-01", "value": 700}],
            )
        ],
        "tables": [
            named(
                "bareme",
                unit="EUR",
                cite=CITE,
                inputs={"option": OPTION, "annee": YEAR},
                rows=[
                    {"option": "demi_etp", "annee": 1, "then": 100},
                    {"option": "demi_etp", "annee": {"from": 2}, "then": 50},
                    {"option": {"not_in": ["demi_etp"]}, "unpublished": UNPUBLISHED},
                ],
            )
        ],
        "quantities": [
            named(
                "bande",
                value_labels={"bas": {"fr": "bas", "en": "low"}},
                scale=[
                    {"then": "bas"},
                    {"then": "milieu", "reached_when": {**MT, "at_least": 500}},
                    {"then": "haut", "reached_when": {**MT, "at_least": 900}, "cite": CITE},
                ],
            ),
            named(
                "taux",
                unit="ratio",
                cases=[
                    {"when": {**YEAR, "is": 1}, "then": 1},
                    {"when": {**YEAR, "is": 2}, "then": 0},
                    {"when": {**MT, "at_least": 10}, "then": 2},
                ],
                otherwise=3,
            ),
            named("objectif", unit="patients", first_known=[{"fact": "contrat.objectif_mt"}, MT, {"ref": "seuil"}]),
        ],
        "criteria": [
            named("activite", cite=CITE, met_when={**MT, "at_least": {"ref": "seuil"}}),
            named(
                "secteur",
                cite=CITE,
                met_when={"fact": "medecin.secteur", "is": "secteur_1"},
                warnings=[{"when": {**MT, "less_than": 10}, "text": {"fr": "Peu.", "en": "Few."}}],
                derogations=[named("secteur.zone", cite=CITE, when={"fact": "medecin.zone", "is": "zip"})],
            ),
        ],
        "outcomes": [
            named(
                "decision",
                values=["oui", "non"],
                rules=[
                    {"id": "decision.non", "when": {"any_criterion": "not_met"}, "then": "non"},
                    {"id": "decision.oui", "when": {"every_criterion": "met"}, "then": "oui"},
                ],
                excluded=[
                    {
                        "when": {"criterion": "secteur", "verdict": "not_applicable"},
                        "because": {"fr": "Jamais.", "en": "Never."},
                    }
                ],
            )
        ],
        "payments": [named("solde", cite=CITE, amount={"ref": "bareme"}, due={"fact": "contrat.date_signature"})],
        "obligations": [named("duree", cite=CITE, done_when={"fact": "contrat.date_embauche", "known": True})],
    },
    "transitoire.yaml": {
        "suppositions": [
            named(
                "droit",
                cite=CITE,
                right="contrat.date_avenant_65_ans",
                when={**MT, "at_least": 20},
                be=[{"fact": "contrat.date_signature"}],
                day="until",
            )
        ],
        "overlays": [
            named(
                "revalorisation",
                cite=CITE,
                signed={"before": "2024-01-01"},
                from_first_anniversary_on_or_after="2024-01-01",
                when={"fact": "contrat.date_avenant_65_ans", "known": True},
                replace={"bareme": "bareme_nouveau"},
                add_derogations={"activite": ["tolerance"]},
            )
        ],
        "derogations": [named("tolerance", cite=CITE, when={**MT, "at_least": 600})],
        "quantities": [named("bareme_nouveau", unit="EUR", value=19000)],
    },
}
Change = Callable[[Files], object]


def entry(files: Files, kind: str, id_: str, file: str = "regles.yaml") -> Any:
    return next(each for each in files[file][kind] if each["id"] == id_)


def after(change: Change) -> Files:
    files = deepcopy(BASE)
    change(files)
    return files


def found(change: Change) -> tuple[Edit, ...]:
    return edits(built(BASE), built(after(change)), FACTS)


def told(change: Change) -> list[tuple[str, str, str, str, str]]:
    return [(edit.item, edit.change, edit.part, edit.where, edit.weight) for edit in found(change)]


def overlay(files: Files) -> Any:
    return files["transitoire.yaml"]["overlays"][0]


def question(files: Files) -> Any:
    return files["convention.yaml"]["interpretations"][0]


def swapped(values: list[Any], i: int, j: int) -> None:
    values[i], values[j] = values[j], values[i]


def headline(files: Files) -> Any:
    return files["convention.yaml"]["results"]


CHANGES: dict[str, tuple[Change, tuple[str, str, str, str, str]]] = {
    "the window opens another day": (
        lambda f: f["convention.yaml"]["signed"].update({"from": "2024-02-01"}),
        ("essai", "changed", "signed_from", "", "rule"),
    ),
    "another value is better": (
        lambda f: headline(f)[0].update(better=["oui", "non"]),
        ("essai", "changed", "headline", "result decision", "label"),
    ),
    "one more headline result": (
        lambda f: headline(f).append({"id": "taux", "better": "more", "short": {"fr": "Taux", "en": "Rate"}}),
        ("essai", "added", "headline", "result taux", "label"),
    ),
    "headline results in another order": (
        lambda f: swapped(headline(f), 0, 1),
        ("essai", "moved", "headline", "", "label"),
    ),
    "another end of the contract": (
        lambda f: f["convention.yaml"].update(life={"term": "duree"}),
        ("essai", "added", "life", "", "label"),
    ),
    "the window closes": (
        lambda f: f["convention.yaml"]["signed"].update(before="2026-01-01"),
        ("essai", "added", "signed_before", "", "rule"),
    ),
    "years count from another day": (
        lambda f: f["convention.yaml"].update(years_from={"fact": "contrat.date_embauche"}),
        ("essai", "changed", "expression", "years_from", "rule"),
    ),
    "another beneficiary": (
        lambda f: f["convention.yaml"].update(beneficiary="centre_de_sante"),
        ("essai", "changed", "beneficiary", "", "rule"),
    ),
    "a note on the convention": (
        lambda f: f["convention.yaml"].update(note={"fr": "Note.", "en": "Note."}),
        ("essai", "added", "note", "", "label"),
    ),
    "a source of another kind": (
        lambda f: f["convention.yaml"]["sources"]["texte"].update(kind="secondary"),
        ("texte", "changed", "kind", "", "citation"),
    ),
    "a new source": (
        lambda f: f["convention.yaml"]["sources"].update(
            autre={"title": "Autre", "publisher": "Éditeur", "kind": "derived"}
        ),
        ("autre", "added", "item", "", "citation"),
    ),
    "another question": (
        lambda f: question(f).update(question={"fr": "Quelle lecture ?", "en": "Which?"}),
        ("lecture", "changed", "question", "", "label"),
    ),
    "another default": (lambda f: question(f).update(default="autre"), ("lecture", "changed", "default", "", "rule")),
    "a choice less": (
        lambda f: question(f)["choices"].pop(),
        ("lecture", "removed", "choice", "choice troisieme", "rule"),
    ),
    "the label of a choice": (
        lambda f: question(f)["choices"][0].update(label={"fr": "x", "en": "y"}),
        ("lecture", "changed", "label", "choice une", "label"),
    ),
    "a new dated value": (
        lambda f: entry(f, "parameters", "seuil")["values"].append({"from": "2026-01-01", "value": 800}),
        ("seuil", "added", "dated_value", "value 2026-01-01", "rule"),
    ),
    "no first dated value": (
        lambda f: entry(f, "parameters", "seuil")["values"].pop(0),
        ("seuil", "removed", "dated_value", "value 2024-01-01", "rule"),
    ),
    "a dated value from another day": (
        lambda f: entry(f, "parameters", "seuil")["values"][1].update({"from": "2025-02-01"}),
        ("seuil", "changed", "from", "value 2025-02-01", "rule"),
    ),
    "a first day before the window opens": (
        lambda f: entry(f, "parameters", "seuil")["values"][0].update({"from": "2023-01-01"}),
        ("seuil", "changed", "from", "value 2023-01-01", "label"),
    ),
    "another unit": (
        lambda f: entry(f, "parameters", "seuil").update(unit="none"),
        ("seuil", "changed", "unit", "", "rule"),
    ),
    "another cell": (
        lambda f: entry(f, "tables", "bareme")["rows"][2].update(option="un_etp"),
        ("bareme", "changed", "cell", "row option = un_etp, cell option", "rule"),
    ),
    "a row with a label": (
        lambda f: entry(f, "tables", "bareme")["rows"][0].update(label={"fr": "Début", "en": "Start"}),
        ("bareme", "added", "label", "row option = demi_etp, annee = 1", "label"),
    ),
    "another reason": (
        lambda f: entry(f, "tables", "bareme")["rows"][2]["unpublished"].update(reason={"fr": "x", "en": "y"}),
        ("bareme", "changed", "reason", "row option not in demi_etp", "label"),
    ),
    "another fact that supplies a value": (
        lambda f: entry(f, "tables", "bareme")["rows"][2]["unpublished"].update(supplied_by="contrat.objectif_fa"),
        ("bareme", "changed", "supplied_by", "row option not in demi_etp", "rule"),
    ),
    "a published value": (
        lambda f: entry(f, "tables", "bareme")["rows"].__setitem__(2, {"option": {"not_in": ["demi_etp"]}, "then": 7}),
        ("bareme", "changed", "value", "row option not in demi_etp", "rule"),
    ),
    "another input": (
        lambda f: entry(f, "tables", "bareme")["inputs"].update(annee={"fact": "contrat.annee_premier_contrat"}),
        ("bareme", "changed", "input", "input annee", "rule"),
    ),
    "a step less": (
        lambda f: entry(f, "quantities", "bande")["scale"].pop(),
        ("bande", "removed", "step", "step haut", "rule"),
    ),
    "steps in another order": (
        lambda f: swapped(entry(f, "quantities", "bande")["scale"], 1, 2),
        ("bande", "moved", "step", "step haut", "rule"),
    ),
    "the citation of a step": (
        lambda f: entry(f, "quantities", "bande")["scale"][2].pop("cite"),
        ("bande", "removed", "citation", "step haut", "citation"),
    ),
    "the label of a value": (
        lambda f: entry(f, "quantities", "bande")["value_labels"].update(bas={"fr": "tout bas", "en": "low"}),
        ("bande", "changed", "value_label", "value bas", "label"),
    ),
    "cases in another order": (
        lambda f: swapped(entry(f, "quantities", "taux")["cases"], 1, 2),
        ("taux", "moved", "case", "case 2", "rule"),
    ),
    "a case more": (
        lambda f: entry(f, "quantities", "taux")["cases"].append({"when": {**MT, "at_least": 5}, "then": 9}),
        ("taux", "added", "case", "case 4", "rule"),
    ),
    "nothing otherwise": (
        lambda f: entry(f, "quantities", "taux").pop("otherwise"),
        ("taux", "removed", "otherwise", "", "rule"),
    ),
    "another first known": (
        lambda f: swapped(entry(f, "quantities", "objectif")["first_known"], 0, 1),
        ("objectif", "moved", "expression", "first_known", "rule"),
    ),
    "another comparison": (
        lambda f: entry(f, "criteria", "activite")["met_when"].update(at_least=700),
        ("activite", "changed", "bound", "met_when, comparison patientele.mt_depart", "rule"),
    ),
    "the text of a warning": (
        lambda f: entry(f, "criteria", "secteur")["warnings"][0].update(text={"fr": "Trop peu.", "en": "Few."}),
        ("secteur", "changed", "text", "warning 1", "label"),
    ),
    "the condition of a warning": (
        lambda f: entry(f, "criteria", "secteur")["warnings"][0]["when"].update(less_than=11),
        ("secteur", "changed", "bound", "warning 1, comparison patientele.mt_depart", "rule"),
    ),
    "the condition of a derogation": (
        lambda f: entry(f, "criteria", "secteur")["derogations"][0]["when"].update({"is": "zac"}),
        ("secteur", "changed", "operand", "derogation secteur.zone, when, comparison medecin.zone", "rule"),
    ),
    "one more value of an outcome": (
        lambda f: entry(f, "outcomes", "decision")["values"].append("peut_etre"),
        ("decision", "changed", "values", "", "rule"),
    ),
    "another value of a rule": (
        lambda f: entry(f, "outcomes", "decision")["rules"][0].update(then="oui"),
        ("decision", "changed", "value", "rule decision.non", "rule"),
    ),
    "other verdicts of all criteria": (
        lambda f: entry(f, "outcomes", "decision")["rules"][1].update(
            when={"every_criterion": ["met", "not_applicable"]}
        ),
        ("decision", "changed", "condition", "rule decision.oui, when", "rule"),
    ),
    "a combination declared impossible": (
        lambda f: entry(f, "outcomes", "decision").pop("excluded"),
        ("decision", "removed", "excluded", "excluded 1", "label"),
    ),
    "another amount": (
        lambda f: entry(f, "payments", "solde").update(amount=10),
        ("solde", "changed", "expression", "amount", "rule"),
    ),
    "a due date": (
        lambda f: entry(f, "obligations", "duree").update(due={"fact": "contrat.date_signature"}),
        ("duree", "added", "due", "", "rule"),
    ),
    "an item of running contracts only": (
        lambda f: f["transitoire.yaml"].update(obligations=f["regles.yaml"].pop("obligations")),
        ("duree", "changed", "transitional", "", "rule"),
    ),
    "an overlay for other contracts": (
        lambda f: overlay(f)["signed"].update(before="2023-01-01"),
        ("revalorisation", "changed", "signed_before", "", "rule"),
    ),
    "an overlay from another anniversary": (
        lambda f: overlay(f).pop("from_first_anniversary_on_or_after"),
        ("revalorisation", "removed", "first_anniversary", "", "rule"),
    ),
    "an overlay under another condition": (
        lambda f: overlay(f)["when"].update(known=False),
        ("revalorisation", "changed", "operand", "when, comparison contrat.date_avenant_65_ans", "rule"),
    ),
    "an overlay that replaces another item": (
        lambda f: overlay(f).update(replace={"solde": "bareme_nouveau"}),
        ("revalorisation", "added", "replace", "replace solde", "rule"),
    ),
    "an overlay with another derogation": (
        lambda f: overlay(f).update(add_derogations={"activite": ["tolerance", "secteur.zone"]}),
        ("revalorisation", "changed", "add_derogations", "add_derogations activite", "rule"),
    ),
    "when a right is open": (
        lambda f: f["transitoire.yaml"]["suppositions"][0]["when"].update(at_least=21),
        ("droit", "changed", "bound", "when, comparison patientele.mt_depart", "label"),
    ),
    "the fact of a right": (
        lambda f: f["transitoire.yaml"]["suppositions"][0].update(right="contrat.date_avenant_prorogation"),
        ("droit", "changed", "expression", "fact", "label"),
    ),
    "what the day of a right is": (
        lambda f: f["transitoire.yaml"]["suppositions"][0].pop("day"),
        ("droit", "changed", "day", "", "label"),
    ),
    "the year in which a right shows": (
        lambda f: f["transitoire.yaml"]["suppositions"][0].update(year="next"),
        ("droit", "changed", "following", "", "label"),
    ),
    "a value that a right supposes": (
        lambda f: f["transitoire.yaml"]["suppositions"][0]["be"].append({"fact": "contrat.date_embauche"}),
        ("droit", "added", "be", "", "label"),
    ),
    "a derogation of an overlay": (
        lambda f: f["transitoire.yaml"]["derogations"][0]["when"].update(at_least=601),
        ("tolerance", "changed", "bound", "when, comparison patientele.mt_depart", "rule"),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_with_its_place_and_weight(name: str) -> None:
    change, expected = CHANGES[name]
    assert expected in told(change)
    with_file = [each for each in told(change) if each[2] != "file"]
    assert len(with_file) == (2 if "replaces another" in name else 1)


@pytest.mark.turns(name=tuple(CHANGES), lang=LANGUAGES)
def test_a_change_can_be_read(name: str, lang: str) -> None:
    before, later = built(BASE), built(after(CHANGES[name][0]))
    side = Side("essai", Registry({"essai": later}, FACTS, DIGEST, ROOT, "option"), ("essai",))
    found = [Comparison(before, later, edits(before, later, FACTS))]
    said = formats.plain(page(Diff(sides=(side, side), found=found), Say(side.registry, lang)), 100)
    assert "diff_" not in said
    assert "object at" not in said


NO_CHANGES: dict[str, Change] = {
    "exclusive cases in another order": lambda f: swapped(entry(f, "quantities", "taux")["cases"], 0, 1),
    "a row cut in two": lambda f: entry(f, "tables", "bareme")["rows"].__setitem__(
        slice(1, 2),
        [
            {"option": "demi_etp", "annee": 2, "then": 50},
            {"option": ["demi_etp"], "annee": {"from": 3}, "then": 50},
        ],
    ),
    "a list of one": lambda f: entry(f, "criteria", "secteur").update(
        met_when={"any": [{"fact": "medecin.secteur", "in": ["secteur_1"]}]}
    ),
    "the same number with decimals": lambda f: entry(f, "quantities", "taux").update(otherwise=3.0),
}


@pytest.mark.parametrize("name", NO_CHANGES)
def test_what_means_the_same_is_no_edit(name: str) -> None:
    assert told(NO_CHANGES[name]) == []


def test_an_item_of_another_kind_is_one_edit() -> None:
    def change(files: Files) -> None:
        own = entry(files, "quantities", "objectif")
        files["regles.yaml"]["quantities"].remove(own)
        own |= {
            "amount": {"first_known": own.pop("first_known")},
            "due": {"fact": "contrat.date_signature"},
            "cite": CITE,
        }
        del own["unit"]
        files["regles.yaml"]["payments"].append(own)

    assert ("objectif", "changed", "kind", "", "rule") in told(change)
    assert {part for _, _, part, _, _ in told(change)} == {"kind", "unit", "citation"}


def test_a_criterion_that_leaves_the_file_leaves_the_range_of_its_outcome() -> None:
    def change(files: Files) -> None:
        files["autre.yaml"] = {"criteria": [files["regles.yaml"]["criteria"].pop(0)]}

    assert told(change) == [
        ("activite", "moved", "file", "", "label"),
        ("decision", "removed", "range", "rule decision.non, when", "rule"),
        ("decision", "removed", "range", "rule decision.oui, when", "rule"),
    ]


def test_a_new_criterion_says_itself_that_it_counts() -> None:
    def change(files: Files) -> None:
        files["regles.yaml"]["criteria"].append(named("nouveau", cite=CITE, met_when={**MT, "at_least": 1}))

    assert told(change) == [("nouveau", "added", "item", "", "rule")]


def test_a_renamed_item_is_one_edit_in_both_directions() -> None:
    def change(files: Files) -> None:
        own = entry(files, "parameters", "seuil")
        own |= {"id": "seuil.mt", "aliases": ["seuil"]}
        for user in (
            entry(files, "criteria", "activite")["met_when"]["at_least"],
            entry(files, "quantities", "objectif"),
        ):
            if "ref" in user:
                user["ref"] = "seuil.mt"
            else:
                user["first_known"][2]["ref"] = "seuil.mt"

    before, later = built(BASE), built(after(change))
    assert [(e.item, e.change, e.part, e.before, e.after) for e in edits(before, later, FACTS)] == [
        ("seuil.mt", "moved", "id", "seuil", "seuil.mt")
    ]
    assert [(e.item, e.change, e.part) for e in edits(later, before, FACTS)] == [("seuil", "moved", "id")]


def test_an_earlier_id_cannot_be_that_of_another_item() -> None:
    files = after(lambda f: entry(f, "parameters", "seuil").update(aliases=["bareme"]))
    documents = {name: parse(json.dumps(data).encode(), name).root() for name, data in files.items()}
    head = documents.pop("convention.yaml")
    _, problems = build(head, list(documents.values()), "")
    assert [(problem.code, problem.values["id"]) for problem in problems] == [("duplicate-id", "bareme")]


def test_the_order_of_overlays_counts_where_they_replace_the_same_item() -> None:
    def two(*, same: bool) -> Change:
        def change(files: Files) -> None:
            other = {**overlay(files), "id": "autre", "replace": {"bareme" if same else "solde": "bareme_nouveau"}}
            files["transitoire.yaml"]["overlays"].append(other)

        return change

    def swap(files: Files) -> Files:
        changed = deepcopy(files)
        swapped(changed["transitoire.yaml"]["overlays"], 0, 1)
        return changed

    for same, parts in ((True, ["order"]), (False, [])):
        files = after(two(same=same))
        assert [each.part for each in edits(built(files), built(swap(files)), FACTS)] == parts


def test_values_keep_their_exact_numbers_and_both_places() -> None:
    (edit,) = found(lambda f: entry(f, "parameters", "seuil")["values"][1].update(value=700.5))
    assert isinstance(edit.before, Literal)
    assert isinstance(edit.after, Literal)
    assert (str(edit.before.value), str(edit.after.value)) == ("700", "700.5")
    assert edit.at_before == edit.before.at
    assert edit.at_after == edit.after.at
    assert [cite.source for cite in edit.cite_after] == ["texte"]


def side(*ids: str, **years: int) -> Side:
    """Conventions of these ids whose windows open in these years."""
    opened = dict.fromkeys(ids, 2024) | years
    conventions = {id_: replace(built(BASE), id=id_, signed_from=dt.date(year, 1, 1)) for id_, year in opened.items()}
    return Side("essai", Registry(conventions, FACTS, DIGEST, ROOT, "option"), tuple(conventions))


def test_conventions_pair_by_id_unless_there_is_one_on_each_side() -> None:
    assert paired(side("a"), side("b")) == (("a", "b"),)
    assert paired(side("a", "b"), side("b")) == (("a", "a"), ("b", "b"))


def test_a_convention_of_the_newer_side_alone_is_compared_with_the_one_before_it() -> None:
    old = side(a=2019, b=2023)
    assert paired(old, side(a=2019, b=2023, c=2026)) == (("a", "a"), ("b", "b"), ("b", "c"))
    assert paired(old, side(a=2019, b=2023, first=2018)) == (("a", "a"), ("b", "b"), ("first", "first"))
    assert paired(side(autre=2023, a=2019), side(a=2019, c=2026)) == (("a", "a"), ("autre", "autre"), ("autre", "c"))


def test_other_facts_are_told() -> None:
    registry = Registry({"essai": built(BASE)}, FACTS, DIGEST, ROOT, "option")
    sides = (Side("a", registry, ()), Side("b", replace(registry, case_digest="autre"), ()))
    assert "schéma des cas" in formats.plain(page(Diff(sides=sides, found=[]), Say(registry, "fr")))
