"""The words of rule listings and of policy tests, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "passed": ("{count} cas réussis", "{count} cases passed"),
    "failed": ("{count} cas en échec", "{count} cases failed"),
    "expected": ("attendu", "expected"),
    "actual": ("obtenu", "got"),
    "kind": ("Nature", "Kind"),
    "item": ("Élément", "Item"),
    "label": ("Libellé", "Label"),
    "signed": ("Signature", "Signed"),
    "from": ("à compter du {start}", "from {start}"),
    "between": ("du {start} au {end} exclu", "from {start} until {end}"),
    "items": ("Éléments", "Items"),
    "used_by": ("Utilisé par", "Used by"),
    "values": ("Valeurs", "Values"),
    "rows": ("Lignes", "Rows"),
    "note": ("Note", "Note"),
    "not_here": ("absent de cette convention", "not in this convention"),
    "applies_when": ("S'applique si", "Applies when"),
    "unless": ("Sauf si", "Unless"),
    "met_when": ("Rempli si", "Met when"),
    "done_when": ("Fait quand", "Done when"),
    "otherwise": ("sinon", "otherwise"),
    "unit": ("Unité", "Unit"),
    "place": ("Écrit à", "Written at"),
    "beneficiary": ("Bénéficiaire", "Beneficiary"),
    "since": ("Depuis le", "Since"),
    "reading": ("lecture « {choice} »", "reading '{choice}'"),
    "first_of": ("le premier connu", "the first known"),
    "any_value": ("tout", "any"),
}
