"""A refusal is a sentence: what is not met, in the words of the rules, in every format."""

from __future__ import annotations

import json

import pytest
from command import ROOT, avenant

from engine.evaluation.session import Session
from engine.language.expressions import VerdictIs, walk
from engine.policy.model import Criterion, Outcome

SENTENCES = {
    "fr": "Refusé : les honoraires cliniques doivent atteindre 80 %",
    "en": "Refused: clinical fees must reach 80%",
}
SURGEON = str(ROOT / "examples" / "2024_surgeon_too_few_clinical_fees.yaml")


@pytest.mark.parametrize("lang", SENTENCES)
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_refusal_says_what_is_not_met_in_a_sentence(lang: str, form: str) -> None:
    page = avenant("evaluate", SURGEON, "--lang", lang, "--format", form).stdout
    assert SENTENCES[lang] in " ".join(page.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_the_sentence_is_in_the_data_of_the_criterion_that_refuses_and_of_no_other() -> None:
    results = json.loads(avenant("evaluate", SURGEON, "--lang", "fr", "--format", "json").stdout)["results"]
    told = {id_: result["refusal"] for id_, result in results.items() if result.get("refusal")}
    assert list(told) == ["honoraires_cliniques"]


def test_each_criterion_that_can_refuse_a_contract_has_its_sentence(session: Session) -> None:
    lacking = []
    for convention in session.registry.conventions.values():
        item = convention.items[convention.results.verdict or ""]
        assert isinstance(item.body, Outcome)
        named = {
            node.criterion.id for rule in item.body.rules for node in walk(rule.when) if isinstance(node, VerdictIs)
        }
        for id_ in sorted(named):
            body = convention.items[id_].body
            assert isinstance(body, Criterion)
            if body.refusal is None:
                lacking.append(f"{convention.id}/{id_}")
    assert lacking == []
