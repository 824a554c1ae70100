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
    # A dossier
    "dossier-fact": words(
        "{name} vaut pour une seule année du contrat",
        "{name} holds for a single contract year",
        "un événement suivi avec son année, et non un fait du cas",
        "an event suivi with its year, and not a fact of the case",
    ),
    "event-fact": words(
        "l'événement « {type} » ne peut pas dire {name}",
        "the event '{type}' cannot state {name}",
        "{allowed}",
        "{allowed}",
    ),
    "event-needs": words(
        "l'événement « {type} » ne dit pas ce qui change",
        "the event '{type}' does not say what changes",
        "{needed}",
        "{needed}",
    ),
    "event-year-needed": words(
        "l'événement « {type} » ne dit pas quelle année du contrat il juge",
        "the event '{type}' does not say which contract year it judges",
        "annee: 3",
        "annee: 3",
    ),
    "event-year-unused": words(
        "l'événement « {type} » ne juge pas une année : annee n'y a pas de sens",
        "the event '{type}' judges no year: annee makes no sense there",
    ),
    "event-order": words(
        "« {type} » du {day} est écrit après « {other} » du {other_day} ({place})",
        "'{type}' of {day} is written after '{other}' of {other_day} ({place})",
        "les événements dans l'ordre des dates",
        "events in the order of their dates",
    ),
    "event-twice": words(
        "« {type} » du {day} répète « {other} » du {other_day} ({place})",
        "'{type}' of {day} repeats '{other}' of {other_day} ({place})",
    ),
    "event-year-twice": words(
        "« {type} » du {day} juge l'année {year}, que « {other} » du {other_day} juge déjà ({place})",
        "'{type}' of {day} judges year {year}, which '{other}' of {other_day} already judges ({place})",
    ),
    "event-year-order": words(
        "« {type} » du {day} juge l'année {year} ; « {other} », plus ancien, du {other_day}, juge l'année {other_year}"
        " ({place})",
        "'{type}' of {day} judges year {year}; the earlier '{other}' of {other_day} judges year {other_year} ({place})",
    ),
    "event-year-early": words(
        "« {type} » du {day} ne peut pas juger l'année {year}, qui commence le {start}",
        "'{type}' of {day} cannot judge year {year}, which begins on {start}",
        "des chiffres relevés depuis le {first}",
        "figures taken since {first}",
    ),
    "event-after-end": words(
        "« {type} » du {day} suit « {other} » du {other_day} ({place}), qui finit le contrat",
        "'{type}' of {day} follows '{other}' of {other_day} ({place}), which ends the contract",
    ),
    "event-sequence": words(
        "« {type} » du {day} ne peut pas précéder « {other} » du {other_day} ({place})",
        "'{type}' of {day} cannot come before '{other}' of {other_day} ({place})",
    ),
    "event-before-signature": words(
        "« {type} » du {day} précède la signature du contrat, le {signature} ({place})",
        "'{type}' of {day} comes before the contract was signed, on {signature} ({place})",
    ),
    "event-contradicts": words(
        "« {type} » du {day} donne {b} pour {name}, mais le cas donne {a} ({place})",
        "'{type}' of {day} gives {b} for {name}, but the case gives {a} ({place})",
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
