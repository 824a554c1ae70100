"""The words for faults of many cases at once; data only, rendered by :mod:`engine.errors`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.error_codes.words import Words, words

CODES: Mapping[str, Words] = {
    # Many cases
    "file-format": words(
        "le format se lit à la fin du nom du fichier",
        "the end of the file's name tells its format",
        "{allowed}",
        "{allowed}",
    ),
    "file-damaged": words(
        "le fichier ne peut pas être lu comme {format} ({reason})", "the file cannot be read as {format} ({reason})"
    ),
    "header-missing": words(
        "la première ligne ne nomme aucune colonne",
        "the first line names no column",
        "contrat.date_signature,contrat.option,…",
        "contrat.date_signature,contrat.option,…",
    ),
    "column-missing": words("la colonne « {name} » manque", "the column '{name}' is missing"),
    "column-twice": words("la colonne « {name} » est là deux fois", "the column '{name}' is there twice"),
    "column-unknown": words(
        "la colonne « {name} » ressemble à un fait, mais n'en est pas un",
        "the column '{name}' looks like a fact, but is none",
        "le nom d'un fait, ou --keep '{name}' si la colonne est à vous",
        "the name of a fact, or --keep '{name}' if the column is your own",
    ),
    "column-taken": words(
        "le nom « {name} » est celui d'une colonne de résultat",
        "the name '{name}' is that of a result column",
        "un autre nom",
        "another name",
    ),
    "column-type": words(
        "la colonne « {name} » contient {found}", "the column '{name}' holds {found}", "{wanted}", "{wanted}"
    ),
    "columns-differ": words(
        "les colonnes ne sont pas celles de {first} (en moins : {lacking} ; en plus : {extra})",
        "the columns are not those of {first} (lacking: {lacking}; extra: {extra})",
        "les mêmes colonnes dans tous les fichiers",
        "the same columns in every file",
    ),
    "row-fields": words(
        "la ligne a {found} champs",
        "the row has {found} fields",
        "{wanted}, comme l'en-tête",
        "{wanted}, as the header",
    ),
    "row-quotes": words("un guillemet n'est pas refermé dans la ligne", "a quote is not closed on the line"),
    "row-json": words(
        "la ligne n'est pas un objet JSON ({reason})",
        "the line is not a JSON object ({reason})",
        "un objet par ligne, chaque clé une fois",
        "one object per line, each key once",
    ),
    "output-busy": words("une autre commande écrit déjà ce fichier", "another command is writing this file already"),
    "output-is-input": words(
        "le fichier à écrire est aussi un fichier à lire", "the file to write is also a file to read"
    ),
    "output-nested": words(
        "la colonne « {name} » contient {found}, que ce format ne sait pas écrire",
        "the column '{name}' holds {found}, which this format cannot write",
        "un fichier .parquet",
        "a .parquet file",
    ),
    "extra-missing": words(
        "il manque {module}",
        "{module} is not installed",
        "pip install 'avenant[{extra}]'",
        "pip install 'avenant[{extra}]'",
    ),
    "spark-failed": words("Spark s'est arrêté ({reason})", "Spark stopped ({reason})"),
}
