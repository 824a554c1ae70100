"""The words for faults of a text and of its shape; data only, rendered by :mod:`engine.errors`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.error_codes.words import Words, words

CODES: Mapping[str, Words] = {
    # Reading a file
    "file-missing": words("le fichier n'existe pas", "the file does not exist"),
    "file-unreadable": words("le fichier ne peut pas être lu ({reason})", "the file cannot be read ({reason})"),
    "file-too-large": words(
        "le fichier dépasse la taille admise",
        "the file is larger than allowed",
        "{limit} octets au plus",
        "at most {limit} bytes",
    ),
    "file-empty": words("le fichier est vide", "the file is empty"),
    "wrong-encoding": words(
        "l'octet {byte} n'est pas de l'UTF-8",
        "byte {byte} is not UTF-8",
        "enregistrez le fichier en UTF-8",
        "save the file as UTF-8",
    ),
    "yaml-syntax": words("le YAML est mal formé : {reason}", "the YAML is malformed: {reason}"),
    "yaml-character": words(
        "un caractère de contrôle n'est pas permis",
        "a control character is not allowed",
        "du texte imprimable",
        "printable text",
    ),
    "yaml-duplicate-key": words(
        "la clé « {key} » est déjà donnée ligne {line}",
        "the key '{key}' is already given on line {line}",
        "une seule fois chaque clé",
        "each key once",
    ),
    "yaml-empty-value": words(
        "la clé n'a pas de valeur",
        "the key has no value",
        "une valeur, ou pas de clé ; un texte qui contient une virgule se met entre guillemets dans {{…}}",
        "a value, or no key; a text with a comma inside {{…}} must be quoted",
    ),
    "yaml-boolean": words(
        "« {text} » n'est pas un booléen admis",
        "'{text}' is not an accepted boolean",
        "true ou false, ou un texte entre guillemets",
        "true or false, or a quoted text",
    ),
    "yaml-number": words(
        "« {text} » n'est pas un nombre décimal simple",
        "'{text}' is not a plain decimal number",
        "des chiffres comme 775 ou 12.5 (ni octal, ni exposant, ni infini, 18 chiffres au plus)",
        "digits such as 775 or 12.5 (no octal, exponent or infinity, at most 18 digits)",
    ),
    "yaml-tab": words("une tabulation n'est pas permise", "a tab is not allowed", "des espaces", "spaces"),
    "yaml-anchor": words(
        "les ancres et alias (& et *) ne sont pas permis",
        "anchors and aliases (& and *) are not allowed",
        "la valeur écrite en toutes lettres",
        "the value written out",
    ),
    "yaml-tag": words("les étiquettes (!) ne sont pas permises", "tags (!) are not allowed"),
    "yaml-key": words("une clé doit être un texte simple", "a key must be a plain text"),
    "yaml-several-documents": words(
        "le fichier contient plusieurs documents (---)",
        "the file holds several documents (---)",
        "un seul document par fichier",
        "one document per file",
    ),
    "too-deep": words(
        "le fichier est trop imbriqué",
        "the file is nested too deeply",
        "{limit} niveaux au plus",
        "at most {limit} levels",
    ),
    "too-many-nodes": words(
        "le fichier a trop d'éléments", "the file has too many elements", "{limit} au plus", "at most {limit}"
    ),
    # Shape (JSON Schema)
    "unknown-key": words("la clé « {key} » n'existe pas ici", "the key '{key}' does not exist here"),
    "missing-key": words("la clé « {key} » manque", "the key '{key}' is missing"),
    "wrong-type": words("{value} n'est pas du bon type", "{value} has the wrong type", "{wanted}", "{wanted}"),
    "wrong-value": words("{value} n'est pas admis ici", "{value} is not allowed here", "{wanted}", "{wanted}"),
    "wrong-form": words("la forme ne convient pas", "the form does not fit", "{wanted}", "{wanted}"),
}
