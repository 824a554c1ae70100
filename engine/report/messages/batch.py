"""The words of batch runs, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "total": ("Total", "Total"),
    "cases": ("Cas", "Cases"),
    "euros_due": ("Montant dû", "Amount due"),
    "amount_open": ("Montants ouverts", "Open amounts"),
    "none_refused": ("Aucune ligne refusée.", "No row refused."),
    "refused": ("{count} lignes refusées, dites dans {file}", "{count} rows refused, told in {file}"),
    "code": ("Code", "Code"),
    "faults": ("Fautes", "Faults"),
}
