"""The words for faults of what a policy means; data only, rendered by :mod:`engine.errors`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.error_codes.words import Words, words

CODES: Mapping[str, Words] = {
    # Meaning of a policy
    "duplicate-id": words("l'id « {id} » est déjà pris ({place})", "the id '{id}' is already taken ({place})"),
    "unknown-fact": words("le fait « {name} » n'existe pas", "the fact '{name}' does not exist"),
    "unknown-item": words("l'élément « {id} » n'existe pas", "the item '{id}' does not exist"),
    "unknown-interpretation": words(
        "l'interprétation « {id} » n'existe pas", "the interpretation '{id}' does not exist"
    ),
    "unknown-value": words(
        "« {value} » n'est pas une valeur possible", "'{value}' is not a possible value", "{allowed}", "{allowed}"
    ),
    "unknown-input": words(
        "la table n'a pas d'entrée « {name} »", "the table has no input '{name}'", "{inputs}", "{inputs}"
    ),
    "unknown-source": words("la source « {id} » n'est pas déclarée", "the source '{id}' is not declared"),
    "unknown-derogation": words("la dérogation « {id} » n'existe pas", "the derogation '{id}' does not exist"),
    "missing-citation": words(
        "« {id} » n'est rattaché à aucun texte",
        "'{id}' rests on no text",
        "cite: [{{source: …, at: …}}]",
        "cite: [{{source: …, at: …}}]",
    ),
    "missing-label": words(
        "« {id} » n'a pas de libellé en « {lang} »",
        "'{id}' has no label in '{lang}'",
        "{{fr: …, en: …}}",
        "{{fr: …, en: …}}",
    ),
    "missing-unit": words(
        "« {id} » est un nombre sans unité", "'{id}' is a number without a unit", "unit: …", "unit: …"
    ),
    "missing-value": words("la valeur « {value} » n'est pas traitée", "the value '{value}' is not covered"),
    "not-a-criterion": words("« {id} » n'est pas un critère", "'{id}' is not a criterion"),
    "not-a-verdict": words(
        "seules des conditions sur des verdicts sont admises ici", "only conditions over verdicts are allowed here"
    ),
    "cycle": words("la définition tourne en rond : {chain}", "the definition goes in circles: {chain}"),
    "type-mismatch": words(
        "les types ne s'accordent pas dans « {operator} » : {types}",
        "the types do not go together in '{operator}': {types}",
    ),
    "scale-mismatch": words(
        "le résultat en {unit} peut avoir trop de décimales",
        "the result in {unit} may have too many decimals",
        "{limit} décimales au plus : arrondissez avec round, et citez la règle d'arrondi",
        "at most {limit} decimals: use round, and cite the rule for it",
    ),
    "never-holds": words(
        "une comparaison avec « {value} » n'est jamais vraie : un élément sans objet rend toute comparaison fausse",
        "a comparison with '{value}' never holds: a not applicable item makes every comparison false",
        "{allowed}",
        "{allowed}",
    ),
    "known-not-allowed": words(
        "known ne s'applique qu'à un fait dont l'absence est une réponse",
        "known is only for facts whose absence is an answer",
    ),
    "wrong-date": words("« {value} » n'est pas une date", "'{value}' is not a date", "2024-06-22", "2024-06-22"),
    "row-overlap": words(
        "deux lignes s'appliquent aux mêmes entrées ({inputs}) : celle-ci et celle de la ligne {line}",
        "two rows match the same inputs ({inputs}): this one and the one on line {line}",
    ),
    "row-gap": words("aucune ligne ne traite {inputs}", "no row covers {inputs}"),
    "unreachable-row": words("la ligne ne peut jamais s'appliquer", "the row can never match"),
    "unreachable-rule": words("la règle « {id} » ne peut jamais s'appliquer", "the rule '{id}' can never fire"),
    "outcome-gap": words("aucune règle ne décide « {id} » quand {verdicts}", "no rule decides '{id}' when {verdicts}"),
    "outcome-conflict": words(
        "les règles {rules} donnent des valeurs différentes à « {id} » quand {verdicts}",
        "the rules {rules} give '{id}' different values when {verdicts}",
    ),
    "outcome-open": words(
        "« {id} » a trop de combinaisons de verdicts pour être prouvé",
        "'{id}' has too many verdict combinations to be proved",
        "{limit} au plus",
        "at most {limit}",
    ),
    "overlay-mismatch": words(
        "l'avenant « {id} » ne convient pas à {convention} : {reason}",
        "the overlay '{id}' does not fit {convention}: {reason}",
    ),
    "overlay-when": words(
        "la condition d'un avenant ne lit que des interprétations et des faits dont l'absence est une réponse",
        "the condition of an overlay reads only interpretations and facts whose absence is an answer",
    ),
    "overlay-covers-nothing": words(
        "l'avenant « {id} » ne couvre aucune convention", "the overlay '{id}' covers no convention"
    ),
    "window-gap": words(
        "aucune convention pour {beneficiary} du {start} au {end} exclu",
        "no convention for {beneficiary} from {start} until {end}",
    ),
    "window-overlap": words(
        "les conventions {first} et {second} se chevauchent à partir du {start}",
        "the conventions {first} and {second} overlap from {start} on",
    ),
    "window-empty": words("la période de signature est vide", "the window of signature dates is empty"),
    "value-late": words(
        "la première valeur de « {id} » commence après l'ouverture de la convention",
        "the first value of '{id}' starts after the convention opens",
    ),
    "value-order": words(
        "les valeurs de « {id} » ne sont pas dans l'ordre des dates", "the values of '{id}' are not in order of date"
    ),
    "too-many-rules": words(
        "« {name} » demande {count} conjonctions",
        "'{name}' needs {count} conjunctions",
        "{limit} au plus",
        "at most {limit}",
    ),
    "name-collision": words(
        "les noms « {first} » et « {second} » ne peuvent pas être distingués",
        "the names '{first}' and '{second}' cannot be told apart",
    ),
    "no-convention-file": words("le dossier n'a pas de convention.yaml", "the folder has no convention.yaml"),
    "no-conventions": words("aucune convention dans ce dossier", "no convention in this folder"),
    "folder-missing": words("le dossier n'existe pas", "the folder does not exist"),
}
