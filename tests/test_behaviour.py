"""For whom the result changes between two versions: who is named, for what cause, and whether the witness holds."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from command import LANGUAGES
from conftest import Effort, effects_found_once
from fewer_rules import only
from small_rules import OVERLAY

from engine.comparison.edits.same import meaning
from engine.comparison.effects.behaviour import APART, FOUND, Behaviour, Version, behaviours, forced
from engine.comparison.effects.witness import STOPPED, Effect
from engine.evaluation.decision import Decision
from engine.evaluation.session import Session
from engine.language.expressions import Apply, Connect, FactRef, Literal
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value
from engine.policy.model import Criterion, DecisionTable, Item, Obligation, Quantity
from engine.policy.reading import load_registry
from engine.report import formats
from engine.report.behaviour_page import behaviour_blocks, behaviour_object
from engine.report.say import Say
from engine.report.whom import Whom

Change = Callable[[Item], Item]


def edited(session: Session, convention: str, item: str, change: Change) -> Session:
    """A session in which one item of a convention is another."""
    own = session.registry.conventions[convention]
    changed = replace(own, items={**own.items, item: change(own.items[item])})
    return Session(
        replace(session.registry, conventions={**session.registry.conventions, convention: changed}), session
    )


def compared(session: Session, convention: str, item: str, change: Change) -> Behaviour:
    other = edited(session, convention, item, change)
    old, new = (Version(each, each.registry.by_id(convention)) for each in (session, other))
    (found,) = behaviours([(old, new)])
    return found


def value_of(decision: Decision, id_: str) -> Value:
    """A result of a decision as a value."""
    result = decision.results[id_]
    return Absent(result.status) if result.value is None else result.value


def shared(old: Session, new: Session) -> list[tuple[Version, Version]]:
    ids = old.registry.conventions
    return [(Version(old, old.registry.by_id(id_)), Version(new, new.registry.by_id(id_))) for id_ in ids]


def threshold(value: int) -> Change:
    def change(item: Item) -> Item:
        assert isinstance(item.body, DecisionTable)
        (dated,) = item.body.rows
        assert isinstance(dated.then, Literal)
        return replace(item, body=DecisionTable({}, (replace(dated, then=replace(dated.then, value=value)),)))

    return change


def whom(behaviour: Behaviour, lang: str) -> Whom:
    return Whom(behaviour, Say(behaviour.meeting.newer.session.registry, lang))


@pytest.fixture(scope="module")
def moved(session: Session, moved_threshold: Path, known_effects: dict[object, Any]) -> Behaviour:
    """The minimum of 2024 moved from 775 to 780 patients."""
    other = Session(load_registry(moved_threshold))
    old, new = (Version(each, each.registry.by_id("2024_convention")) for each in (session, other))
    with effects_found_once(known_effects):
        (found,) = behaviours([(old, new)])
    return found


@pytest.fixture(scope="module")
def from_2019_to_2023(eligibility: Session) -> Behaviour:
    ids = ("2019_avenant7", "2023_reglement_arbitral")
    older, newer = (Version(eligibility, eligibility.registry.by_id(id_)) for id_ in ids)
    (found,) = behaviours([(older, newer)])
    return found


def of(found: Behaviour, result: str) -> list[Effect]:
    return [effect for effect in found.effects if effect.result == result]


def test_a_moved_threshold_concerns_exactly_those_between_the_two_numbers(moved: Behaviour) -> None:
    (effect,) = of(moved, "eligibilite")
    assert (effect.before, effect.after, effect.kind) == ("eligible", "ineligible", "loss")
    assert [cause.id for cause in effect.causes] == ["seuil.mt.p30"]
    assert effect.facts["patientele.mt_depart"] == 775
    assert (
        whom(moved, "fr")
        .who(effect)
        .startswith("Médecine générale\u00a0; Patientèle médecin traitant de départ\u00a0: de 775 à 779 patients")
    )
    assert "from 775 to 779 patients" in whom(moved, "en").who(effect)
    assert [(status.item, status.status) for status in moved.statuses] == [("seuil.mt.p30", FOUND)]


def test_a_later_value_of_a_number_concerns_those_whom_it_judges_from_its_day(small: Session, tmp_path: Path) -> None:
    sides = []
    for later in (800, 790):
        shutil.copytree(small.registry.root, tmp_path / str(later))
        rules = tmp_path / str(later) / "nouvelle/regles.yaml"
        dated = f'[{{from: "2024-06-22", value: 775}}, {{from: "2026-01-01", value: {later}}}]'
        number = "parameters: [{id: seuil, unit: patients, label: {fr: Seuil, en: Threshold}, cite: [{source: texte}], "
        text = rules.read_text(encoding="utf-8").replace("775", "{ref: seuil}") + f"{number}values: {dated}}}]\n"
        rules.write_text(text, encoding="utf-8")
        session = Session(load_registry(tmp_path / str(later)))
        sides.append(Version(session, session.registry.by_id("nouvelle")))
    (found,) = behaviours([(sides[0], sides[1])])
    (effect,) = of(found, "eligibilite")
    said = whom(found, "en").who(effect)
    assert "from 790 to 799 patients" in said
    assert "Date of signature of the contract: at least 2026-01-01" in said


def test_an_amount_due_that_follows_from_eligibility_is_told_as_its_consequence(moved: Behaviour) -> None:
    due = of(moved, "aide.montant_du")
    assert due
    assert all(effect.follows == "eligibilite" for effect in due if effect.after is NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("cause", "before", "after", "fact", "value"),
    [
        ("exercice_regroupe", "ineligible", "eligible", "medecin.exercice_regroupe", False),
        ("exercice_coordonne", "ineligible", "eligible", "medecin.exercice_coordonne", "non"),
        ("seuil.mt.p30", "eligible", "ineligible", "patientele.mt_depart", 640),
        ("option_ouverte", "ineligible", "eligible", "contrat.option", "un_etp"),
        ("option_ouverte", "eligible", "ineligible", "contrat.option", "tiers_etp"),
    ],
)
def test_from_2019_to_2023_the_known_changes_of_eligibility_are_causes(
    from_2019_to_2023: Behaviour, cause: str, before: str, after: str, fact: str, value: object
) -> None:
    found = [
        effect
        for effect in of(from_2019_to_2023, "eligibilite")
        if (effect.before, effect.after) == (before, after) and [c.id for c in effect.causes] == [cause]
    ]
    assert found
    assert found[0].facts[fact] == value


def test_from_640_to_774_patients_general_practitioners_lose_eligibility(from_2019_to_2023: Behaviour) -> None:
    (effect,) = (
        e
        for e in of(from_2019_to_2023, "eligibilite")
        if e.after == "ineligible" and e.before == "eligible" and [c.id for c in e.causes] == ["seuil.mt.p30"]
    )
    assert "de 640 à 774 patients" in whom(from_2019_to_2023, "fr").who(effect)


def test_every_witness_says_what_is_claimed_of_it_in_both_versions(from_2019_to_2023: Behaviour) -> None:
    found = from_2019_to_2023
    assert found.effects
    assert not found.undecided
    for effect in found.effects:
        for side, claimed in zip(found.meeting.sides, (effect.before, effect.after), strict=True):
            decision = side.session.decide(dict(effect.facts), side.convention.id, dict(effect.interpret))
            assert value_of(decision, effect.result) == claimed


def test_every_witness_is_as_small_as_its_step_allows(moved: Behaviour) -> None:
    for effect in of(moved, "eligibilite"):
        for name in effect.facts:
            if name in ("contrat.date_signature", "beneficiaire"):
                continue
            fewer = {n: v for n, v in effect.facts.items() if n != name}
            decided = [value_of(side.session.decide(fewer), effect.result) for side in moved.meeting.sides]
            assert decided != [effect.before, effect.after]


def reworded(item: Item) -> Item:
    return replace(item, label={"fr": "autrement dit", "en": "in other words"}, note=None, cite=())


def reordered(item: Item) -> Item:
    assert isinstance(item.body, DecisionTable)
    return replace(item, body=replace(item.body, rows=item.body.rows[::-1]))


def test_other_words_and_citations_change_nothing(session: Session) -> None:
    found = compared(session, "2024_convention", "activite_minimale", reworded)
    assert not found.effects
    assert not found.statuses


@pytest.fixture
def amounts(session: Session, small: Session, effort: Effort) -> tuple[Session, str, str]:
    """A convention with a table of amounts: a real one with full effort, and otherwise a small one."""
    return (session, "2019_avenant7", "aide.bareme") if effort.full else (small, "nouvelle", "aide.montant_annuel")


def test_rows_in_another_order_are_no_change_of_their_table(amounts: tuple[Session, str, str], effort: Effort) -> None:
    session, convention, table = amounts
    for each in (table, "objectif.hausse") if effort.full else (table,):
        found = compared(session, convention, each, reordered)
        assert (found.effects, found.statuses, found.undecided) == ((), (), ())


def test_a_row_left_out_stops_the_evaluation_for_those_that_it_was_for(amounts: tuple[Session, str, str]) -> None:
    session, convention, table = amounts

    def shorter(item: Item) -> Item:
        assert isinstance(item.body, DecisionTable)
        return replace(item, body=replace(item.body, rows=item.body.rows[1:]))

    found = compared(session, convention, table, shorter)
    stopped = of(found, STOPPED)
    assert stopped
    assert all(effect.after == "no-row" for effect in stopped)
    assert {cause.id for effect in stopped for cause in effect.causes} == {table}
    assert "arrêt sur no-row" in formats.plain(tuple(behaviour_blocks(found, Say(session.registry, "fr"))))


def test_another_amount_is_a_gain_or_a_loss_of_so_many_euros(session: Session, small: Session, effort: Effort) -> None:
    session, convention, table = (
        (session, "2024_convention", "aide.bareme") if effort.full else (small, "nouvelle", "aide.montant_annuel")
    )

    def dearer(item: Item) -> Item:
        assert isinstance(item.body, DecisionTable)
        first, *rest = item.body.rows
        assert isinstance(first.then, Literal)
        assert isinstance(first.then.value, int | Decimal)
        other = replace(first, then=replace(first.then, value=first.then.value + 500))
        return replace(item, body=replace(item.body, rows=(other, *rest)))

    found = compared(session, convention, table, dearer)
    effect = of(found, "aide.montant_annuel")[0]
    assert effect.kind == "gain"
    assert (effect.before, effect.after) == (19000, 19500)
    assert "19\u202f000\u202f€ → 19\u202f500\u202f€" in whom(found, "fr").step(effect)


def test_a_number_that_becomes_known_is_told_once_however_many_it_can_be(session: Session) -> None:
    """Where nothing was known of an objective, the starting level is taken for it: any count of patients."""
    rules = only(session, "objectif.mt")

    def known(item: Item) -> Item:
        assert isinstance(item.body, Quantity)
        start = FactRef("patientele.mt_depart", item.at)
        return replace(item, body=Quantity(Apply("first_known", (item.body.expression, start), (), item.at)))

    effects = of(compared(rules, "2024_convention", "objectif.mt", known), "objectif.mt")
    rules.close()
    assert [(effect.before, effect.kind) for effect in effects] == [(UNDETERMINED, "settled")]


def test_a_removed_derogation_is_found_where_it_was_the_only_ground(eligibility: Session) -> None:
    def stricter(item: Item) -> Item:
        assert isinstance(item.body, Criterion)
        return replace(item, body=replace(item.body, derogations=item.body.derogations[1:]))

    found = compared(eligibility, "2019_avenant7", "activite_minimale", stricter)
    losses = [effect for effect in of(found, "eligibilite") if effect.after == "ineligible"]
    assert losses
    assert losses[0].facts["medecin.nouvellement_installe"] is True


def test_a_case_around_an_edit_has_days_of_the_calendar(session: Session) -> None:
    """The term, which the edit does not touch, is any day there is: the year 0 made a traceback of a comparison."""
    rules = only(session, "verification.resultat")

    def either(item: Item) -> Item:
        assert isinstance(item.unless, Connect)
        *others, extended = item.unless.parts
        assert isinstance(extended, Connect)
        return replace(item, unless=replace(item.unless, parts=(*others, replace(extended, operator="any"))))

    found = compared(rules, "2023_reglement_arbitral", "verification.resultat", either)
    rules.close()
    assert {effect.after for effect in of(found, "verification.resultat")} == {NOT_APPLICABLE}


def test_an_obligation_of_another_form_concerns_no_result(session: Session) -> None:
    def undated(item: Item) -> Item:
        assert isinstance(item.body, Obligation)
        return replace(item, body=replace(item.body, due=None))

    found = compared(session, "2024_convention", "formation.certification", undated)
    assert not found.effects
    assert [status.status for status in found.statuses] == [APART]


def test_the_object_holds_every_effect_with_its_case(moved: Behaviour) -> None:
    named = replace(moved, effects=(replace(moved.effects[0], file="a.yaml"), *moved.effects[1:]))
    data = behaviour_object(named, Say(moved.meeting.newer.session.registry, "en"))
    assert len(data["effects"]) == len(moved.effects)
    first = data["effects"][0]
    assert first["witness"]["file"] == "a.yaml"
    assert first["where"][1] == {"fact": "patientele.mt_depart", "from": 775, "to": 779}
    assert data["items"][0]["status"] == "found"


def test_meaning_leaves_out_words_and_places_and_nothing_else(session: Session) -> None:
    for convention in session.registry.conventions.values():
        for item in convention.items.values():
            assert meaning(item) == meaning(reworded(item))
            assert meaning(item) != meaning(replace(item, unless=None, applies_when=None, kind="other"))


def test_two_registries_are_compared_convention_by_convention(eligibility: Session) -> None:
    other = edited(eligibility, "2023_reglement_arbitral", "seuil.mt.p30", threshold(774))
    found = {each.meeting.newer.convention.id: each for each in behaviours(shared(eligibility, other))}
    assert list(found) == list(eligibility.registry.conventions)
    assert [id_ for id_, each in found.items() if each.effects] == ["2023_reglement_arbitral"]
    (effect,) = of(found["2023_reglement_arbitral"], "eligibilite")
    assert (effect.before, effect.after, effect.kind) == ("ineligible", "eligible", "gain")
    assert effect.facts["patientele.mt_depart"] == 774


def test_an_undetermined_result_is_neither_gain_nor_loss(from_2019_to_2023: Behaviour, moved: Behaviour) -> None:
    for effect in (*from_2019_to_2023.effects, *moved.effects):
        if UNDETERMINED in (effect.before, effect.after):
            assert effect.kind in ("opened", "settled")


def test_results_come_in_the_order_in_which_they_head_an_answer(moved: Behaviour) -> None:
    order = [effect.result for effect in moved.effects if effect.result in moved.results.ids]
    first = [order.index(id_) for id_ in moved.results.ids if id_ in order]
    assert len(first) > 1
    assert first == sorted(first), "in the order in which the policies head an answer"


def test_days_that_pass_to_another_convention_are_compared_with_it_once(small: Session) -> None:
    day = dt.date(2024, 8, 1)
    first, second = small.registry.conventions.values()
    moved = (replace(first, signed_before=day), replace(second, signed_from=day))
    other = Session(replace(small.registry, conventions={each.id: each for each in moved}))
    heard: list[tuple[int, int]] = []
    all_ = behaviours(shared(small, other), told=lambda *far: heard.append(far))
    assert heard == sorted(heard), "how far it is never goes back from one pair to the next"
    assert heard[-1] == (100 * len(all_), 100 * len(all_))
    assert len(all_) > 1
    (found,) = (each for each in all_ if each.effects)
    assert (found.meeting.older.convention.id, found.meeting.newer.convention.id) == (second.id, first.id)
    assert (found.meeting.first, found.meeting.before) == (second.signed_from, day)
    assert {cause.kind for effect in found.effects for cause in effect.causes} == {"window"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_item_that_is_gone_has_the_name_that_the_older_text_gave_it(session: Session, lang: str) -> None:
    older, newer = (session.registry.by_id(id_) for id_ in ("2020_centres_de_sante", "2024_centres_avenant_5"))
    a, b = Version(session, older), Version(session, newer)
    said = whom(Behaviour(meeting=forced(a, b), results=session.registry.results, effort=1), lang)
    gone = older.items.keys() - newer.items.keys()
    elsewhere = {
        id_ for text in session.registry.conventions.values() for id_ in text.items.keys() & gone if text != older
    }
    assert elsewhere, "another text has an item of that id"
    assert {id_: said.label(id_) for id_ in gone} == {id_: older.items[id_].label[lang] for id_ in gone}
    assert {id_: said.label(id_) for id_ in newer.items} == {id_: each.label[lang] for id_, each in newer.items.items()}


def versions(root: Path, folder: Path, convention: str, *texts: dict[str, tuple[str, str]]) -> list[Version]:
    """Copies of a folder of rules, in each of which something in some files is another text, as versions."""
    sides = []
    for number, files in enumerate(texts):
        copy = Path(shutil.copytree(root, folder / str(number)))
        for name, (old, new) in files.items():
            text = (copy / name).read_text(encoding="utf-8") if (copy / name).exists() else ""
            (copy / name).write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
        session = Session(load_registry(copy))
        sides.append(Version(session, session.registry.by_id(convention)))
    return sides


def test_items_that_read_each_other_in_opposite_orders_are_named(small: Session, tmp_path: Path) -> None:
    judged = {"nouvelle/regles.yaml": ("{fact: patientele.mt_depart,", "{ref: premier,")}
    head = "label: {fr: Compte, en: Count}, cite: [{source: texte}], unit: patients"
    start, above = "first_known: [{fact: patientele.mt_depart}]", "add: [{ref: %s}, 100]"
    orders = ((start, above % "premier"), (above % "second", start))
    counts = [
        {
            "nouvelle/comptes.yaml": (
                "",
                f"quantities:\n  - {{id: premier, {head}, {a}}}\n  - {{id: second, {head}, {b}}}\n",
            )
        }
        for a, b in orders
    ]
    older, newer = versions(small.registry.root, tmp_path, "nouvelle", *({**judged, **each} for each in counts))
    (found,) = behaviours([(older, newer)])
    (effect,) = of(found, "eligibilite")
    assert found.cut == ("premier",)
    assert (effect.before, effect.after, effect.facts["patientele.mt_depart"]) == ("ineligible", "eligible", 675)
    assert [(each.kind, each.id) for each in effect.causes] == [("item", "premier")]


def test_a_question_whose_default_moves_is_the_cause(small: Session, tmp_path: Path) -> None:
    moved = {"nouvelle/convention.yaml": ("default: incluse", "default: exclue")}
    older, newer = versions(small.registry.root, tmp_path, "nouvelle", {}, moved)
    (found,) = behaviours([(older, newer)])
    (effect,) = of(found, "eligibilite")
    assert (effect.before, effect.after, effect.facts["patientele.mt_depart"]) == ("eligible", "ineligible", 775)
    assert [(each.kind, each.id) for each in effect.causes] == [("reading", "borne_du_minimum")]


def test_an_overlay_of_one_version_is_the_cause_of_what_it_puts_there(small: Session, tmp_path: Path) -> None:
    older, newer = versions(small.registry.root, tmp_path, "ancienne", {}, {"nouvelle/anciens.yaml": ("", OVERLAY)})
    (found,) = behaviours([(older, newer)])
    (effect,) = of(found, "eligibilite")
    assert (effect.before, effect.after) == ("eligible", "ineligible")
    assert effect.overlays == ((), ("contrats_en_cours",))
    assert [(each.kind, each.id) for each in effect.causes] == [("overlay", "contrats_en_cours")]


def test_no_bound_is_told_that_the_window_of_the_text_sets_already(small: Session, tmp_path: Path) -> None:
    rules = (small.registry.root / "nouvelle/regles.yaml").read_text(encoding="utf-8")
    old = rules.split("    met_when:\n")[1].split("outcomes:")[0]
    ended = "{fact: contrat.date_signature, at_least: {fact: contrat.date_fin_contrat_precedent}}"
    new = [f"      all: [{{fact: patientele.mt_depart, at_least: {number}}}, {ended}]\n" for number in (775, 780)]
    older, newer = versions(
        small.registry.root, tmp_path, "nouvelle", *({"nouvelle/regles.yaml": (old, each)} for each in new)
    )
    (found,) = behaviours([(older, newer)])
    (loss,) = of(found, "eligibilite")
    said = whom(found, "en").who(loss)
    assert "from 775 to 779 patients" in said
    assert "Date of signature" not in said
