"""The words of what to ask next, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "ask_title": ("{title} — ce qu'il faut demander", "{title} — what to ask"),
    "ask_where": ("Où le trouver", "Where to find it"),
    "ask_state": ("Où en est le cas", "Where the case stands"),
    "ask_nothing": ("Rien de plus à demander.", "Nothing more to ask."),
    "ask_open": (
        "indéterminé, et aucun fait ne le déciderait",
        "undetermined, and no fact would decide it",
    ),
    "ask_absence": ("laisser vide s'il n'y en a pas", "leave out where there is none"),
    "ask_range": ("{kind}, de {low} à {high}", "{kind}, from {low} to {high}"),
    "ask_whole": ("nombre entier", "whole number"),
    "ask_decimal": ("nombre à {scale} décimales au plus", "number with at most {scale} decimals"),
    "ask_date": ("date, sous la forme AAAA-MM-JJ", "date, as YYYY-MM-DD"),
    "unit_patients": (" de patients", " of patients"),
    "unit_percent": (", en pour cent", ", in percent"),
    "unit_percentile": (", en percentile", ", as a percentile"),
    "unit_years": (" d'années", " of years"),
    "unit_ETP": (", en équivalents temps plein", ", in full-time equivalents"),
    "unit_patients_par_etp": (
        ", en patients par équivalent temps plein",
        ", in patients per full-time equivalent",
    ),
    "one_wait": ("Un résultat attend ces faits : {names}.", "One result waits for these facts: {names}."),
    "many_wait": (
        "{count} résultats attendent ces faits : {names}.",
        "{count} results wait for these facts: {names}.",
    ),
    "one_others_wait": ("Un autre résultat attend des faits : {names}.", "One other result waits for facts: {names}."),
    "many_others_wait": (
        "{count} autres résultats attendent des faits : {names}.",
        "{count} other results wait for facts: {names}.",
    ),
    "ask_next": (
        "Notez la première réponse dans le cas, puis demandez la suite\u00a0:",
        "Write the first answer into the case, then ask for the rest:",
    ),
    "ask_others": ("Pour savoir quoi demander pour eux\u00a0:", "To see what to ask for them:"),
    "ask_evaluate": ("Pour la décision entière\u00a0:", "For the whole decision:"),
}
