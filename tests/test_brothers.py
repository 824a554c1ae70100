"""Brothers of the inputs on which answers once fell short: what the page of each shows, worked out by hand.

Figures come from the sources, kinds from the inputs of tests/cases: stated facts that break a duty, facts that do not
agree, rights, assumptions, bounds, sums paid too much, events of a life, days outside the texts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from command import ROOT, avenant

BROTHERS = yaml.safe_load((ROOT / "tests" / "cases" / "brothers.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("brother", BROTHERS, ids=lambda each: each["name"])
def test_each_brother_is_told_as_worked_out_by_hand(brother: dict[str, Any], tmp_path: Path) -> None:
    command, given = ("timeline", "dossier") if "dossier" in brother else ("evaluate", "case")
    file = tmp_path / "brother.yaml"
    file.write_text(yaml.safe_dump(brother[given], allow_unicode=True), encoding="utf-8")
    day = ("--as-of", "2026-11-28") if given == "dossier" else ()
    result = avenant(command, str(file), "--lang", "fr", *day)
    assert result.exit_code == 0, result.output
    page = " ".join(result.stdout.split())
    assert [words for words in brother["shows"] if words not in page] == []
    assert [words for words in brother.get("hides", ()) if words in page] == []
    assert "{" not in page
