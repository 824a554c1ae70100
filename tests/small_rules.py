"""The small policies, two conventions of a page each, and what tests make of copies of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from command import FIXTURES, ROOT

from engine.policy.checks import check_folder
from engine.policy.reading import read_registry
from engine.policy.registry import Registry

SMALL = ROOT / FIXTURES / "small_policies"
AGAIN = "transitoire.yaml"  # where a text changes those before it

OVERLAY = """overlays:
  - id: contrats_en_cours
    label: {fr: Contrats en cours, en: Running contracts}
    cite: [{source: texte}]
    signed: {before: "2024-06-22"}
    from_first_anniversary_on_or_after: "2024-06-22"
    replace: {activite_minimale: activite_minimale.en_cours}
criteria:
  - id: activite_minimale.en_cours
    label: {fr: Activité minimale, en: Minimum activity}
    cite: [{source: texte}]
    met_when: {fact: patientele.mt_depart, at_least: 700}
"""
AMENDING_HEAD = """id: {id}
label: {{fr: Avenant d'exemple, en: Example amendment}}
amends: {base}
signed: {{from: "{first}"}}
kept: {{cite: [{{source: avenant, at: article 9}}]}}
sources:
  avenant: {{title: Avenant d'exemple, publisher: Avenant, kind: official_text, date: "2026"}}
"""
MINIMUM = """criteria:
  - id: activite_minimale
    label: {fr: Activité minimale, en: Minimum activity}
    cite: [{source: avenant, at: article 1}]
    met_when: {fact: patientele.mt_depart, at_least: 700}
"""
AMOUNT = """change:
  tables:
    - id: aide.montant_annuel
      rows:
        - {option: demi_etp, annee: {from: 3}, then: 14000, cite: [{source: avenant, at: article 2}]}
"""
AMENDING_TEST = """suite: Avenant d'exemple
base:
  contrat: {date_signature: "2027-03-01", option: demi_etp, annee: 3}
cases:
  - name: Le minimum est celui de l'avenant
    given: {patientele.mt_depart: 700}
    expect: {eligibilite: eligible}
"""
THRESHOLD = """parameters:
  - id: seuil
    label: {fr: Seuil, en: Threshold}
    unit: patients
    cite: [{source: note}]
    values:
      - {from: "2024-06-22", value: 775}
"""
AT_THRESHOLD = """criteria:
  - id: au_seuil
    label: {fr: Au seuil, en: At the threshold}
    cite: [{source: texte}]
    met_when: {fact: patientele.mt_depart, at_least: {ref: seuil}}
"""
VALUE = '      - {from: "2024-06-22", value: 775}\n'


def rewrite(path: Path, old: str, new: str) -> None:
    """Puts ``new`` in the place of ``old`` where it first stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def date_threshold(root: Path, values: str, source: str = "2024-06") -> None:
    """Adds a parameter with these values, what reads it, and its source of that month."""
    entry = f'  note: {{title: Note, publisher: Avenant, kind: derived, date: "{source}"}}\ninterpretations:'
    rewrite(root / "nouvelle/convention.yaml", "interpretations:", entry)
    read_by = AT_THRESHOLD.replace("cite:", "informs: true\n    cite:")
    (root / "nouvelle/seuils.yaml").write_text(THRESHOLD.replace(VALUE, values) + read_by, encoding="utf-8")


def amend(
    root: Path, files: Mapping[str, str], id_: str = "avenant", base: str = "nouvelle", first: str = "2027-01-01"
) -> Path:
    """The folder of an amending text with these files, a head and a test."""
    folder = root / id_
    (folder / "tests").mkdir(parents=True)
    (folder / "tests/regles_test.yaml").write_text(AMENDING_TEST, encoding="utf-8")
    head = AMENDING_HEAD.format(id=id_, base=base, first=first) + files.get("convention.yaml", "")
    for name, text in {**files, "convention.yaml": head}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read(root: Path) -> Registry:
    registry, problems = read_registry(root)
    assert not problems, [problem.line() for problem in problems]
    return registry


def told(root: Path) -> list[str]:
    return [f"{p.location} {p.code}".removeprefix(f"{root}/") for p in check_folder(root)]
