"""Files of cases for the command that decides them, which the small policies decide unless others are named."""

from __future__ import annotations

import csv
from pathlib import Path

from click.testing import Result
from command import avenant, codes_in, refused
from small_rules import SMALL

GOOD = {"contrat.date_signature": "2024-09-02", "contrat.option": "demi_etp", "contrat.annee": 1}
HEADER = "contrat.date_signature,contrat.option,contrat.annee,patientele.mt_depart"
LINE = "2024-09-02,demi_etp,1,900"


def batch(*arguments: object, policies: Path | None = SMALL) -> Result:
    """The command under these policies, or under the real ones, which it finds itself."""
    named = () if policies is None else ("--policies", str(policies))
    return avenant("batch", *map(str, arguments), *named, "--lang", "en")


def codes(result: Result) -> list[str]:
    return codes_in(refused(result))


def written(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("".join(line + "\n" for line in lines), encoding=encoding)
    return path


def rejected(output: Path) -> list[dict[str, str]]:
    path = Path(f"{output}.rejected.csv")
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
