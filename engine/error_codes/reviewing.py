"""The words for faults of comparisons, commits and exchanged tables; data only, rendered by :mod:`engine.errors`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.error_codes.words import Words, words

CODES: Mapping[str, Words] = {
    # The sides of a comparison
    "sides-missing": words(
        "il manque de quoi comparer",
        "there is nothing to compare",
        "deux conventions, deux dossiers, ou --git RÉVISION",
        "two conventions, two folders, or --git REVISION",
    ),
    "sides-folder": words(
        "« {folder} » est un dossier",
        "'{folder}' is a folder",
        "avec --git, l'identifiant d'une convention",
        "with --git, the id of a convention",
    ),
    "git-missing": words(
        "la commande git est introuvable",
        "the command git is not found",
        "git installé et présent dans le PATH",
        "git installed and on the PATH",
    ),
    "git-no-repository": words(
        "le dossier n'est dans aucun dépôt git lisible ({reason})",
        "the folder is in no git repository that can be read ({reason})",
    ),
    "git-revision": words(
        "« {revision} » ne désigne aucune révision",
        "'{revision}' names no revision",
        "une branche, une étiquette ou un commit de ce dépôt, ou deux joints par .. ou ...",
        "a branch, a tag or a commit of this repository, or two joined by .. or ...",
    ),
    "git-no-policies": words(
        "cette révision ne contient aucune convention à cet endroit",
        "this revision holds no convention at this place",
    ),
    "git-too-large": words(
        "les règles de cette révision dépassent la taille admise",
        "the policies of this revision are larger than allowed",
        "{limit} au plus",
        "at most {limit}",
    ),
    "git-failed": words("git n'a pas répondu ({reason})", "git did not answer ({reason})"),
    "case-schema-damaged": words(
        "ce schéma ne déclare pas de faits lisibles ({reason})",
        "this schema declares no facts that can be read ({reason})",
    ),
    # A commit that changes rules
    "commit-test": words(
        "la règle de « {id} » change sans qu'aucun test de la convention ne change",
        "the rule of '{id}' changes, and no test of the convention does",
        "un cas ajouté ou modifié dans {folder}",
        "a case added or changed in {folder}",
    ),
    "commit-citation": words(
        "la règle de « {id} » change sans citation",
        "the rule of '{id}' changes without a citation",
        "cite, sur l'élément ou sur la ligne modifiée",
        "cite, on the item or on the changed row",
    ),
    "commit-changelog": words(
        "« {id} » change sans ligne au journal de la convention",
        "'{id}' changes without a line in the convention's changelog",
        "une ligne ajoutée à {file}",
        "a line added to {file}",
    ),
    # Tables on their way to a spreadsheet and back
    "table-not-numeric": words(
        "« {id} » n'est ni une table de nombres ni un paramètre",
        "'{id}' is neither a table of numbers nor a parameter",
        "{allowed}",
        "{allowed}",
    ),
    "exchange-columns": words(
        "la première ligne n'est pas celle d'un export",
        "the first line is not that of an export",
        "{wanted}",
        "{wanted}",
    ),
    "exchange-row": words(
        "aucune valeur de la convention n'a cette clé : {key}",
        "no value of the convention has this key: {key}",
        "une ligne de l'export ; une ligne nouvelle s'écrit dans le fichier de règles",
        "a row of the export; a new row is written in the rule file",
    ),
    "exchange-twice": words(
        "cette valeur est déjà donnée ligne {line}",
        "this value is already given on line {line}",
        "une seule fois chaque ligne",
        "each row once",
    ),
    "exchange-read-only": words(
        "la colonne « {column} » a changé : {found}",
        "the column '{column}' has changed: {found}",
        "{wanted} ; seule la colonne « {value} » se modifie ici",
        "{wanted}; only the column '{value}' is edited here",
    ),
    "exchange-number": words(
        "« {text} » n'est pas un nombre",
        "'{text}' is not a number",
        "des chiffres comme 11000 ou 7{sign}5, sans espace, sans unité, 18 au plus",
        "digits such as 11000 or 7{sign}5, without spaces or units, at most 18",
    ),
    "exchange-decimals": words(
        "« {text} » a trop de décimales pour l'unité {unit}",
        "'{text}' has too many decimals for the unit {unit}",
        "{limit} au plus",
        "at most {limit}",
    ),
    "exchange-unpublished": words(
        "cette valeur n'est pas publiée, et un tableau ne peut pas la donner",
        "this value is unpublished, and a table cannot supply it",
        "une case vide ; une valeur s'écrit avec sa citation dans {place}",
        "an empty cell; a value is written with its citation in {place}",
    ),
    "exchange-emptied": words(
        "la valeur a été effacée",
        "the value was removed",
        "un nombre ; une valeur que plus rien ne publie devient unpublished dans {place}",
        "a number; a value that nothing publishes any more becomes unpublished in {place}",
    ),
    "exchange-stale": words(
        "le texte à cet endroit n'est pas {value}, le nombre à remplacer",
        "the text at this place is not {value}, the number to replace",
        "le fichier tel qu'il a été lu",
        "the file as it was read",
    ),
    "exchange-packaged": words(
        "les règles fournies avec le programme ne se modifient pas",
        "the policies that came with the program are not edited",
        "--policies DOSSIER, ou un dossier policies à vous",
        "--policies FOLDER, or a policies folder of your own",
    ),
    "exchange-undone": words(
        "le fichier a été remis comme il était : une fois relu, il ne contenait pas ces seuls changements",
        "the file was put back as it was: read again, it did not hold these changes and no other",
    ),
}
