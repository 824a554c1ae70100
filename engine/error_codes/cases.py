"""The words for faults of a case and of a decision; data only, rendered by :mod:`engine.errors`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.error_codes.words import Words, words

CODES: Mapping[str, Words] = {
    # A case
    "case-not-a-mapping": words(
        "le cas n'est pas un groupe de faits",
        "the case is not a group of facts",
        "contrat: {{date_signature: …}}",
        "contrat: {{date_signature: …}}",
    ),
    "case-group": words("« {name} » doit contenir des faits", "'{name}' must hold facts"),
    "missing-signature": words(
        "le fait « {name} » manque : il choisit la convention",
        "the fact '{name}' is missing: it selects the convention",
    ),
    "fact-type": words(
        "{value} n'est pas du bon type pour {name} ({kind})",
        "{value} has the wrong type for {name} ({kind})",
        "par exemple {example}",
        "for example {example}",
    ),
    "fact-value": words(
        "{value} n'est pas une valeur de {name}", "{value} is not a value of {name}", "{allowed}", "{allowed}"
    ),
    "fact-range": words(
        "{value} est hors des bornes de {name}",
        "{value} is out of range for {name}",
        "de {low} à {high}",
        "from {low} to {high}",
    ),
    "fact-decimals": words(
        "{value} a trop de décimales pour {name}",
        "{value} has too many decimals for {name}",
        "{scale} au plus",
        "at most {scale}",
    ),
    "fact-order": words(
        "{second} ({b}) ne peut pas précéder {first} ({a})", "{second} ({b}) cannot come before {first} ({a})"
    ),
    # Deciding
    "no-convention": words(
        "aucune convention pour {beneficiary} au {date} (avant : {before} ; après : {after})",
        "no convention for {beneficiary} on {date} (before: {before}; after: {after})",
    ),
    "unknown-convention": words(
        "la convention « {id} » n'existe pas", "the convention '{id}' does not exist", "{known}", "{known}"
    ),
    "no-row": words("aucune ligne de « {id} » ne correspond au cas", "no row of '{id}' matches the case"),
    "no-rule": words("aucune règle de « {id} » ne décide le cas", "no rule of '{id}' decides the case"),
    "conflict": words(
        "les règles {rules} se contredisent dans « {id} »", "the rules {rules} contradict each other in '{id}'"
    ),
    "engine-fault": words(
        "le moteur d'inférence n'a pas répondu comme attendu ({reason}) ; le cas n'est pas décidé",
        "the inference engine did not answer as expected ({reason}); the case is not decided",
    ),
    "digest-mismatch": words(
        "les règles ne sont pas celles attendues : {actual}",
        "the rules are not the expected ones: {actual}",
        "{wanted}",
        "{wanted}",
    ),
    "output-unwritable": words("le fichier ne peut pas être écrit ({reason})", "the file cannot be written ({reason})"),
}
