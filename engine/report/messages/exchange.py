"""The words of tables exchanged with a spreadsheet, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "exchange_title": ("Valeurs modifiées dans {convention}", "Changed values in {convention}"),
    "exchange_none": (
        "Aucune valeur ne change : {file} dit la même chose que {convention}.",
        "No value changes: {file} says the same as {convention}.",
    ),
    "exchange_since": ("depuis le {day}", "since {day}"),
    "exchange_dry": (
        "Rien n'est écrit. Avec --write, ces valeurs sont remplacées dans les fichiers de règles.",
        "Nothing is written. With --write, these values are replaced in the rule files.",
    ),
    "exchange_written": ("Écrit : {files}.", "Written: {files}."),
    "exchange_next": (
        "À faire ensuite : la citation si la source change, un cas de test, une ligne au journal de la convention.",
        "Next: the citation if the source changes, a test case, a line in the convention's changelog.",
    ),
}
