"""The small policies, two conventions of a page each, and what tests make of copies of them."""

from __future__ import annotations

from pathlib import Path

from command import FIXTURES, ROOT

SMALL = ROOT / FIXTURES / "small_policies"

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


def rewrite(path: Path, old: str, new: str) -> None:
    """Puts ``new`` in the place of ``old`` where it first stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
