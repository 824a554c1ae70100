"""The demonstration: decides one example, or all with --full, and says in the locale's language what to try next."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.cli.commands import cli
from engine.cli.tongue import locale_language

ROOT = Path(__file__).resolve().parent.parent
CASE = "examples/2023_gp_half_time_objective_missed.yaml"
NEXT = {
    "fr": (
        "À essayer ensuite (.venv/bin sur le PATH)",
        ("make serve", "la même réponse sur une page, à partir de questions"),
        (f"avenant explain {CASE} verification.resultat --what-if plein", "ce qui donnerait l'aide entière"),
        ("avenant ask examples/2025_gp_incomplete.yaml", "que demander à un médecin pour conclure"),
        ("avenant timeline examples/dossiers/2024_over_65.yaml", "la vie d'un contrat, année par année"),
        ("avenant diff 2023_reglement_arbitral 2024_convention", "ce qu'un texte change à l'autre"),
        ("make demo ARGS=--full", "tous les exemples"),
    ),
    "en": (
        "To try next (with .venv/bin on the PATH)",
        ("make serve", "the same answer as a page, from questions"),
        (f"avenant explain {CASE} verification.resultat --what-if plein", "what would give the whole aid"),
        ("avenant ask examples/2025_gp_incomplete.yaml", "what to ask a doctor to conclude"),
        ("avenant timeline examples/dossiers/2024_over_65.yaml", "the life of a contract, year by year"),
        ("avenant diff 2023_reglement_arbitral 2024_convention", "what one text changes in the other"),
        ("make demo ARGS=--full", "every example"),
    ),
}


def main() -> None:
    paths = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "examples").glob("*.yaml"))
    cli(["evaluate", *(paths if "--full" in sys.argv[1:] else [CASE])], standalone_mode=False)
    title, *commands = NEXT[locale_language()]
    print(f"\n{title}")
    for command, why in commands:
        print(f"  {command}\n      {why}")


if __name__ == "__main__":
    main()
