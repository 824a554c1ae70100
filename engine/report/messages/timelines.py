"""The words of timelines, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "contract_years": ("Années du contrat", "Contract years"),
    "life_from": ("Du", "From"),
    "band": ("Tranche", "Band"),
    "rate": ("Taux", "Rate"),
    "objective": ("Objectif MT / FA", "Objective MT / FA"),
    "maximum": ("Maximum", "Maximum"),
    "amount_due": ("Dû", "Due"),
    "what_changes": ("Ce qui change d'une année à l'autre", "What changes from year to year"),
    "year_of": ("Année {year}, du {start}", "Year {year}, from {start}"),
    "counts": ("compte : {events}", "counts: {events}"),
    "event_on": ("{label}, le {day}", "{label}, on {day}"),
    "judges": (" (année {year})", " (year {year})"),
    "changed": ("{label}{colon}{before} → {after}", "{label}{colon}{before} → {after}"),
    "idle": (
        "Sans effet sur les années montrées : {events}. Aucune règle ne le fait compter.",
        "Without effect on the years shown: {events}. No rule makes it count.",
    ),
    "unruled": (
        "La convention du contrat ne dit rien de : {events}. Les faits dits comptent dès l'anniversaire suivant.",
        "The contract's convention says nothing of: {events}. The facts stated count from the next anniversary.",
    ),
    "all_payments": ("Versements", "Payments"),
    "ending": ("Fin du contrat", "End of the contract"),
    "totals": ("Totaux", "Totals"),
    "total_maximum": ("Maximum des années", "Maximum of the years"),
    "total_due": ("Aide due", "Aid due"),
    "total_paid": ("Versements échus au {day}", "Payments due by {day}"),
    "open_year": (" (sans l'année {years}, indéterminée)", " (without year {years}, undetermined)"),
    "open_years": (" (sans les années {years}, indéterminées)", " (without years {years}, undetermined)"),
    "open_payment": (
        " (sans un versement de jour ou de montant indéterminé)",
        " (without one payment of unknown day or amount)",
    ),
    "open_payments": (
        " (sans {count} versements de jour ou de montant indéterminé)",
        " (without {count} payments of unknown day or amount)",
    ),
    "in_year": ("{fact} (année {years})", "{fact} (year {years})"),
    "in_years": ("{fact} (années {years})", "{fact} (years {years})"),
    "obligations_at": ("Obligations au {day}", "Obligations on {day}"),
    "chart": ("Aide due et maximum, par année", "Aid due and maximum, by year"),
    "chart_caption": (
        "Barre pleine : dû pour l'année. Contour : maximum avant vérification. Tirets : montant indéterminé.",
        "Solid bar: due for the year. Outline: maximum before verification. Dashes: amount undetermined.",
    ),
    "no_end": ("aucune : reconduction tacite", "none: tacit renewal"),
}
