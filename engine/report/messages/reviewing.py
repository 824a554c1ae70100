"""The words of coverage, mutation and deep checks, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "coverage": ("Ce que les tests atteignent", "What the tests reach"),
    "kind_item": ("éléments", "items"),
    "kind_row": ("lignes", "rows"),
    "kind_step": ("échelons", "steps"),
    "kind_value": ("valeurs datées", "dated values"),
    "kind_rule": ("règles", "rules"),
    "kind_derogation": ("dérogations", "derogations"),
    "kind_threshold": ("côtés de seuils", "sides of thresholds"),
    "all_kinds": ("ensemble", "all"),
    "reached": ("atteint", "reached"),
    "half": ("à moitié atteint", "half reached"),
    "missed": ("non atteint", "not reached"),
    "missed_list": ("Non atteint", "Not reached"),
    "side_missing": ("jamais {side}", "never {side}"),
    "side_yes": ("vrai", "true"),
    "side_no": ("faux", "false"),
    "no_test": ("aucun test", "no test"),
    "coverage_total": (
        "{share} % atteints ({reached} sur {all}) par {tests} tests.",
        "{share}% reached ({reached} of {all}) by {tests} tests.",
    ),
    "mutation": ("Changements que les tests remarquent", "Changes that the tests notice"),
    "mutation_total": (
        "Score de mutation : {share} % ({caught} changements remarqués sur {all} ; {equivalent} autres sans effet).",
        "Mutation score: {share}% ({caught} of {all} changes noticed; {equivalent} others without effect).",
    ),
    "drawn": ("{count} changements tirés sur {of}.", "{count} changes drawn of {of}."),
    "survivors": ("Changements qu'aucun test ne remarque", "Changes that no test notices"),
    "score": ("score", "score"),
    "caught": ("remarqués", "noticed"),
    "survived": ("survivants", "survivors"),
    "equivalent": ("sans effet", "without effect"),
    "invalid": ("refusés", "refused"),
    "change": ("Changement", "Change"),
    "deep": ("Contrôles approfondis", "Deep checks"),
    "deep_clean": (
        "Rien à signaler : tables complètes et sans recouvrement, rien qui ne décide jamais.",
        "Nothing to report: tables are complete and free of overlaps, and nothing never decides.",
    ),
    "deep_gap": ("aucune ligne de « {name} » ne convient", "no row of '{name}' matches"),
    "deep_overlap": ("plusieurs lignes de « {name} » conviennent", "several rows of '{name}' match"),
    "deep_row": ("la ligne {name} ne décide dans aucun cas", "row {name} decides in no case"),
    "deep_step": ("l'échelon « {name} » n'est jamais atteint", "step '{name}' is never reached"),
    "deep_rule": ("la règle « {name} » ne se déclenche jamais", "rule '{name}' never fires"),
    "deep_derogation": ("la dérogation « {name} » ne sert jamais", "derogation '{name}' never decides"),
    "deep_verdict-met": ("le critère « {item} » n'est jamais rempli", "criterion '{item}' is never met"),
    "deep_verdict-not-met": ("le critère « {item} » n'est jamais non rempli", "criterion '{item}' is never not met"),
    "deep_shown": ("un cas le montre", "a case shows it"),
    "deep_proved": ("prouvé ; le cas témoin montre ce qui en sort", "proved; the witness shows what comes instead"),
    "deep_superseded": (
        "un texte ultérieur s'applique à tous les contrats concernés ; le cas témoin le montre",
        "a later text applies to every contract concerned, as the witness shows",
    ),
    "deep_undecided": ("indécis : ni cas trouvé, ni preuve", "undecided: no case found, and no proof"),
    "witness": ("cas témoin", "witness"),
    "witness_fault": ("l'évaluation s'arrête sur {code}", "the evaluation stops with {code}"),
}
