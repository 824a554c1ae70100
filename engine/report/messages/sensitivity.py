"""The words of what other readings would change, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "sensitivity": ("Ce que changeraient d'autres lectures", "What other readings would change"),
    "sensitivity_year": ("{label}, année {year}", "{label}, year {year}"),
    "sensitivity_years": ("{label}, années {year}", "{label}, years {year}"),
    "sensitivity_with": ("{value} avec {ways}", "{value} with {ways}"),
    "and_reading": (" et ", " and "),
    "or_reading": (" ou avec ", " or with "),
    "changing_readings": ("Les lectures qui les changeraient", "The readings that would change them"),
    "nothing_changes": (
        "Aucune autre lecture ne change un résultat.",
        "No other reading changes a result.",
    ),
    "safe_results": ("Sûrs, quelle que soit la lecture", "Safe whatever the reading"),
    "safe_so_far": ("Inchangés dans ce qui a été examiné", "Unchanged in what was examined"),
    "open_results": ("Indéterminés, quelle que soit la lecture", "Undetermined whatever the reading"),
    "open_so_far": ("Restés indéterminés dans ce qui a été examiné", "Still undetermined in what was examined"),
    "without_effect": ("Questions sans effet sur ce cas", "Questions without effect on this case"),
    "kept_as_asked": ("Lectures fixées par --interpret", "Readings fixed with --interpret"),
    "combinations": ("{count} combinaisons de lectures examinées.", "{count} combinations of readings examined."),
    "one_combination": ("Une seule combinaison de lectures possible.", "Only one combination of readings is possible."),
    "combinations_bound": (
        "Borne MAX_COMBINATIONS ({bound}) atteinte : {count} combinaisons d'au plus {depth} changements examinées.",
        "Bound MAX_COMBINATIONS ({bound}) met: {count} combinations of at most {depth} changes were examined.",
    ),
}
