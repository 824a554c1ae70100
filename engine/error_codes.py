"""The stable error codes: for each, what is wrong and what was expected, in French and English.

Data only; :mod:`engine.errors` renders it and docs/errors.md is generated from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """``message`` says what is wrong, ``expected`` what would be right; both are templates."""

    message: Mapping[str, str]
    expected: Mapping[str, str] | None


def _words(fr: str, en: str, expected_fr: str = "", expected_en: str = "") -> Words:
    return Words({"fr": fr, "en": en}, {"fr": expected_fr, "en": expected_en} if expected_fr else None)


CODES: Mapping[str, Words] = {
    # Reading a file
    "file-missing": _words("le fichier n'existe pas", "the file does not exist"),
    "file-unreadable": _words("le fichier ne peut pas être lu ({reason})", "the file cannot be read ({reason})"),
    "file-too-large": _words(
        "le fichier dépasse la taille admise",
        "the file is larger than allowed",
        "{limit} octets au plus",
        "at most {limit} bytes",
    ),
    "file-empty": _words("le fichier est vide", "the file is empty"),
    "wrong-encoding": _words(
        "l'octet {byte} n'est pas de l'UTF-8",
        "byte {byte} is not UTF-8",
        "enregistrez le fichier en UTF-8",
        "save the file as UTF-8",
    ),
    "yaml-syntax": _words("le YAML est mal formé : {reason}", "the YAML is malformed: {reason}"),
    "yaml-character": _words(
        "un caractère de contrôle n'est pas permis",
        "a control character is not allowed",
        "du texte imprimable",
        "printable text",
    ),
    "yaml-duplicate-key": _words(
        "la clé « {key} » est déjà donnée ligne {line}",
        "the key '{key}' is already given on line {line}",
        "une seule fois chaque clé",
        "each key once",
    ),
    "yaml-empty-value": _words(
        "la clé n'a pas de valeur",
        "the key has no value",
        "une valeur, ou pas de clé ; un texte qui contient une virgule se met entre guillemets dans {{…}}",
        "a value, or no key; a text with a comma inside {{…}} must be quoted",
    ),
    "yaml-boolean": _words(
        "« {text} » n'est pas un booléen admis",
        "'{text}' is not an accepted boolean",
        "true ou false, ou un texte entre guillemets",
        "true or false, or a quoted text",
    ),
    "yaml-number": _words(
        "« {text} » n'est pas un nombre décimal simple",
        "'{text}' is not a plain decimal number",
        "des chiffres comme 775 ou 12.5 (ni octal, ni exposant, ni infini, 18 chiffres au plus)",
        "digits such as 775 or 12.5 (no octal, exponent or infinity, at most 18 digits)",
    ),
    "yaml-tab": _words("une tabulation n'est pas permise", "a tab is not allowed", "des espaces", "spaces"),
    "yaml-anchor": _words(
        "les ancres et alias (& et *) ne sont pas permis",
        "anchors and aliases (& and *) are not allowed",
        "la valeur écrite en toutes lettres",
        "the value written out",
    ),
    "yaml-tag": _words("les étiquettes (!) ne sont pas permises", "tags (!) are not allowed"),
    "yaml-key": _words("une clé doit être un texte simple", "a key must be a plain text"),
    "yaml-several-documents": _words(
        "le fichier contient plusieurs documents (---)",
        "the file holds several documents (---)",
        "un seul document par fichier",
        "one document per file",
    ),
    "too-deep": _words(
        "le fichier est trop imbriqué",
        "the file is nested too deeply",
        "{limit} niveaux au plus",
        "at most {limit} levels",
    ),
    "too-many-nodes": _words(
        "le fichier a trop d'éléments", "the file has too many elements", "{limit} au plus", "at most {limit}"
    ),
    # Shape (JSON Schema)
    "unknown-key": _words("la clé « {key} » n'existe pas ici", "the key '{key}' does not exist here"),
    "missing-key": _words("la clé « {key} » manque", "the key '{key}' is missing"),
    "wrong-type": _words("{value} n'est pas du bon type", "{value} has the wrong type", "{wanted}", "{wanted}"),
    "wrong-value": _words("{value} n'est pas admis ici", "{value} is not allowed here", "{wanted}", "{wanted}"),
    "wrong-form": _words("la forme ne convient pas", "the form does not fit", "{wanted}", "{wanted}"),
    # Meaning of a policy
    "duplicate-id": _words("l'id « {id} » est déjà pris ({place})", "the id '{id}' is already taken ({place})"),
    "unknown-fact": _words("le fait « {name} » n'existe pas", "the fact '{name}' does not exist"),
    "unknown-item": _words("l'élément « {id} » n'existe pas", "the item '{id}' does not exist"),
    "unknown-interpretation": _words(
        "l'interprétation « {id} » n'existe pas", "the interpretation '{id}' does not exist"
    ),
    "unknown-value": _words(
        "« {value} » n'est pas une valeur possible", "'{value}' is not a possible value", "{allowed}", "{allowed}"
    ),
    "unknown-input": _words(
        "la table n'a pas d'entrée « {name} »", "the table has no input '{name}'", "{inputs}", "{inputs}"
    ),
    "unknown-source": _words("la source « {id} » n'est pas déclarée", "the source '{id}' is not declared"),
    "unknown-derogation": _words("la dérogation « {id} » n'existe pas", "the derogation '{id}' does not exist"),
    "missing-citation": _words(
        "« {id} » n'est rattaché à aucun texte",
        "'{id}' rests on no text",
        "cite: [{{source: …, at: …}}]",
        "cite: [{{source: …, at: …}}]",
    ),
    "missing-label": _words(
        "« {id} » n'a pas de libellé en « {lang} »",
        "'{id}' has no label in '{lang}'",
        "{{fr: …, en: …}}",
        "{{fr: …, en: …}}",
    ),
    "missing-unit": _words(
        "« {id} » est un nombre sans unité", "'{id}' is a number without a unit", "unit: …", "unit: …"
    ),
    "missing-value": _words("la valeur « {value} » n'est pas traitée", "the value '{value}' is not covered"),
    "not-a-criterion": _words("« {id} » n'est pas un critère", "'{id}' is not a criterion"),
    "not-a-verdict": _words(
        "seules des conditions sur des verdicts sont admises ici", "only conditions over verdicts are allowed here"
    ),
    "cycle": _words("la définition tourne en rond : {chain}", "the definition goes in circles: {chain}"),
    "type-mismatch": _words(
        "les types ne s'accordent pas dans « {operator} » : {types}",
        "the types do not go together in '{operator}': {types}",
    ),
    "scale-mismatch": _words(
        "le résultat en {unit} peut avoir trop de décimales",
        "the result in {unit} may have too many decimals",
        "{limit} décimales au plus : arrondissez avec round, et citez la règle d'arrondi",
        "at most {limit} decimals: use round, and cite the rule for it",
    ),
    "never-holds": _words(
        "une comparaison avec « {value} » n'est jamais vraie : un élément sans objet rend toute comparaison fausse",
        "a comparison with '{value}' never holds: a not applicable item makes every comparison false",
        "{allowed}",
        "{allowed}",
    ),
    "known-not-allowed": _words(
        "known ne s'applique qu'à un fait dont l'absence est une réponse",
        "known is only for facts whose absence is an answer",
    ),
    "wrong-date": _words("« {value} » n'est pas une date", "'{value}' is not a date", "2024-06-22", "2024-06-22"),
    "row-overlap": _words(
        "deux lignes s'appliquent aux mêmes entrées ({inputs}) : celle-ci et celle de la ligne {line}",
        "two rows match the same inputs ({inputs}): this one and the one on line {line}",
    ),
    "row-gap": _words("aucune ligne ne traite {inputs}", "no row covers {inputs}"),
    "unreachable-row": _words("la ligne ne peut jamais s'appliquer", "the row can never match"),
    "unreachable-rule": _words("la règle « {id} » ne peut jamais s'appliquer", "the rule '{id}' can never fire"),
    "outcome-gap": _words("aucune règle ne décide « {id} » quand {verdicts}", "no rule decides '{id}' when {verdicts}"),
    "outcome-conflict": _words(
        "les règles {rules} donnent des valeurs différentes à « {id} » quand {verdicts}",
        "the rules {rules} give '{id}' different values when {verdicts}",
    ),
    "outcome-open": _words(
        "« {id} » a trop de combinaisons de verdicts pour être prouvé",
        "'{id}' has too many verdict combinations to be proved",
        "{limit} au plus",
        "at most {limit}",
    ),
    "overlay-mismatch": _words(
        "l'avenant « {id} » ne convient pas à {convention} : {reason}",
        "the overlay '{id}' does not fit {convention}: {reason}",
    ),
    "overlay-when": _words(
        "la condition d'un avenant ne lit que des interprétations et des faits dont l'absence est une réponse",
        "the condition of an overlay reads only interpretations and facts whose absence is an answer",
    ),
    "overlay-covers-nothing": _words(
        "l'avenant « {id} » ne couvre aucune convention", "the overlay '{id}' covers no convention"
    ),
    "window-gap": _words(
        "aucune convention pour {beneficiary} du {start} au {end} exclu",
        "no convention for {beneficiary} from {start} until {end}",
    ),
    "window-overlap": _words(
        "les conventions {first} et {second} se chevauchent à partir du {start}",
        "the conventions {first} and {second} overlap from {start} on",
    ),
    "window-empty": _words("la période de signature est vide", "the window of signature dates is empty"),
    "value-late": _words(
        "la première valeur de « {id} » commence après l'ouverture de la convention",
        "the first value of '{id}' starts after the convention opens",
    ),
    "value-order": _words(
        "les valeurs de « {id} » ne sont pas dans l'ordre des dates", "the values of '{id}' are not in order of date"
    ),
    "too-many-rules": _words(
        "« {name} » demande {count} conjonctions",
        "'{name}' needs {count} conjunctions",
        "{limit} au plus",
        "at most {limit}",
    ),
    "name-collision": _words(
        "les noms « {first} » et « {second} » ne peuvent pas être distingués",
        "the names '{first}' and '{second}' cannot be told apart",
    ),
    "no-convention-file": _words("le dossier n'a pas de convention.yaml", "the folder has no convention.yaml"),
    "no-conventions": _words("aucune convention dans ce dossier", "no convention in this folder"),
    "folder-missing": _words("le dossier n'existe pas", "the folder does not exist"),
    # A case
    "case-not-a-mapping": _words(
        "le cas n'est pas un groupe de faits",
        "the case is not a group of facts",
        "contrat: {{date_signature: …}}",
        "contrat: {{date_signature: …}}",
    ),
    "case-group": _words("« {name} » doit contenir des faits", "'{name}' must hold facts"),
    "missing-signature": _words(
        "le fait « {name} » manque : il choisit la convention",
        "the fact '{name}' is missing: it selects the convention",
    ),
    "fact-type": _words(
        "{value} n'est pas du bon type pour {name} ({kind})",
        "{value} has the wrong type for {name} ({kind})",
        "par exemple {example}",
        "for example {example}",
    ),
    "fact-value": _words(
        "{value} n'est pas une valeur de {name}", "{value} is not a value of {name}", "{allowed}", "{allowed}"
    ),
    "fact-range": _words(
        "{value} est hors des bornes de {name}",
        "{value} is out of range for {name}",
        "de {low} à {high}",
        "from {low} to {high}",
    ),
    "fact-decimals": _words(
        "{value} a trop de décimales pour {name}",
        "{value} has too many decimals for {name}",
        "{scale} au plus",
        "at most {scale}",
    ),
    "fact-order": _words(
        "{second} ({b}) ne peut pas précéder {first} ({a})", "{second} ({b}) cannot come before {first} ({a})"
    ),
    # Deciding
    "no-convention": _words(
        "aucune convention pour {beneficiary} au {date} (avant : {before} ; après : {after})",
        "no convention for {beneficiary} on {date} (before: {before}; after: {after})",
    ),
    "unknown-convention": _words(
        "la convention « {id} » n'existe pas", "the convention '{id}' does not exist", "{known}", "{known}"
    ),
    "no-row": _words("aucune ligne de « {id} » ne correspond au cas", "no row of '{id}' matches the case"),
    "no-rule": _words("aucune règle de « {id} » ne décide le cas", "no rule of '{id}' decides the case"),
    "conflict": _words(
        "les règles {rules} se contredisent dans « {id} »", "the rules {rules} contradict each other in '{id}'"
    ),
    "engine-fault": _words(
        "le moteur d'inférence n'a pas répondu comme attendu ({reason}) ; le cas n'est pas décidé",
        "the inference engine did not answer as expected ({reason}); the case is not decided",
    ),
    "digest-mismatch": _words(
        "les règles ne sont pas celles attendues : {actual}",
        "the rules are not the expected ones: {actual}",
        "{wanted}",
        "{wanted}",
    ),
    "output-unwritable": _words(
        "le fichier ne peut pas être écrit ({reason})", "the file cannot be written ({reason})"
    ),
    # Many cases
    "file-format": _words(
        "le format se lit à la fin du nom du fichier",
        "the end of the file's name tells its format",
        "{allowed}",
        "{allowed}",
    ),
    "file-damaged": _words(
        "le fichier ne peut pas être lu comme {format} ({reason})", "the file cannot be read as {format} ({reason})"
    ),
    "header-missing": _words(
        "la première ligne ne nomme aucune colonne",
        "the first line names no column",
        "contrat.date_signature,contrat.option,…",
        "contrat.date_signature,contrat.option,…",
    ),
    "column-missing": _words("la colonne « {name} » manque", "the column '{name}' is missing"),
    "column-twice": _words("la colonne « {name} » est là deux fois", "the column '{name}' is there twice"),
    "column-unknown": _words(
        "la colonne « {name} » ressemble à un fait, mais n'en est pas un",
        "the column '{name}' looks like a fact, but is none",
        "le nom d'un fait, ou --keep '{name}' si la colonne est à vous",
        "the name of a fact, or --keep '{name}' if the column is your own",
    ),
    "column-taken": _words(
        "le nom « {name} » est celui d'une colonne de résultat",
        "the name '{name}' is that of a result column",
        "un autre nom",
        "another name",
    ),
    "column-type": _words(
        "la colonne « {name} » contient {found}", "the column '{name}' holds {found}", "{wanted}", "{wanted}"
    ),
    "columns-differ": _words(
        "les colonnes ne sont pas celles de {first} (en moins : {lacking} ; en plus : {extra})",
        "the columns are not those of {first} (lacking: {lacking}; extra: {extra})",
        "les mêmes colonnes dans tous les fichiers",
        "the same columns in every file",
    ),
    "row-fields": _words(
        "la ligne a {found} champs",
        "the row has {found} fields",
        "{wanted}, comme l'en-tête",
        "{wanted}, as the header",
    ),
    "row-quotes": _words("un guillemet n'est pas refermé dans la ligne", "a quote is not closed on the line"),
    "row-json": _words(
        "la ligne n'est pas un objet JSON ({reason})",
        "the line is not a JSON object ({reason})",
        "un objet par ligne, chaque clé une fois",
        "one object per line, each key once",
    ),
    "output-busy": _words("une autre commande écrit déjà ce fichier", "another command is writing this file already"),
    "output-is-input": _words(
        "le fichier à écrire est aussi un fichier à lire", "the file to write is also a file to read"
    ),
    "output-nested": _words(
        "la colonne « {name} » contient {found}, que ce format ne sait pas écrire",
        "the column '{name}' holds {found}, which this format cannot write",
        "un fichier .parquet",
        "a .parquet file",
    ),
    "extra-missing": _words(
        "il manque {module}",
        "{module} is not installed",
        "pip install 'avenant[{extra}]'",
        "pip install 'avenant[{extra}]'",
    ),
    "spark-failed": _words("Spark s'est arrêté ({reason})", "Spark stopped ({reason})"),
}
