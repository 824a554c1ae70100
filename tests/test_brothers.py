"""Brothers of the inputs on which answers once fell short: what the page of each shows, worked out by hand.

Figures come from the sources, kinds from the inputs of tests/cases: stated facts that break a duty, facts that do not
agree, rights, assumptions, bounds, sums paid too much, events of a life, days outside the texts. Each is decided once;
what heads its page stands in every format.
"""

from __future__ import annotations

import csv
import datetime as dt
import html as markup
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from command import ROOT, avenant
from conftest import Effort

from engine.evaluation import timeline as living
from engine.evaluation.dossier import read_dossier
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.inquiry.inquiries import readings_of_life, supposed_of_life
from engine.policy.loader import load
from engine.policy.registry import Outside
from engine.report import decision_page, options_page, timeline_data
from engine.report.decided import Decided, Decisions, Undecided, decisions_csv, told_case
from engine.report.formats import markdown, plain
from engine.report.html import html
from engine.report.options_page import Options, Way
from engine.report.page import Paragraph, Table
from engine.report.readings import reading_otherwise
from engine.report.remarks import DOUBTFUL, DUTY_UNMET, remarks
from engine.report.say import Say
from engine.report.timeline_page import ToldLife

READ = yaml.load((ROOT / "tests/cases/brothers.yaml").read_bytes(), yaml.CSafeLoader)
BROTHERS = {str(each["name"]): each for each in sorted(READ, key=lambda each: "dossier" in each)}  # cases first
CASES = [name for name, each in BROTHERS.items() if "case" in each]
DAY = dt.date(2026, 11, 28)

Told = Decided | Undecided | ToldLife
_TOLD: dict[str, Told] = {}


@pytest.fixture
def told(session: Session, request: pytest.FixtureRequest, tmp_path: Path) -> Told:
    """A brother, decided once for all formats."""
    name = request.getfixturevalue("name")
    if name not in _TOLD:
        file = tmp_path / "brother.yaml"
        file.write_text(written(BROTHERS[name]), encoding="utf-8")
        _TOLD[name] = decided(session, BROTHERS[name], file)
    return _TOLD[name]


def written(brother: Mapping[str, Any]) -> str:
    return yaml.safe_dump(brother["dossier" if "dossier" in brother else "case"], allow_unicode=True)


def decided(session: Session, brother: Mapping[str, Any], file: Path) -> Told:
    document, vocabulary = load(file), session.registry.vocabulary
    if "dossier" in brother:
        life = living.timeline(session, read_dossier(document, vocabulary), None, {}, DAY)
        found = readings_of_life(session, life), supposed_of_life(session, life)
        return ToldLife(title="", timeline=life, readings=found[0], supposed=found[1])
    try:
        decision = session.decide(read_case(document, vocabulary))
    except Outside as outside:
        return Undecided(title="", outside=outside)
    return told_case(session, decision, str(brother["name"]))


def forms(told: Told, say: Say) -> dict[str, str]:
    """The page in each format, as one line of words."""
    page = (
        timeline_data.page(told, say)
        if isinstance(told, ToldLife)
        else decision_page.page(Decisions(cases=[told]), say)
    )
    drawn = re.sub(r"<[^>]+>", " ", re.sub(r"</?a\b[^>]*>", "", html(page, say.lang).partition("</style>")[2]))
    marked = re.sub(r"\\(?=[^\w\s])", "", markdown(page).replace("**", "").replace("|", " "))
    return {
        "text": " ".join(plain(page).split()),
        "markdown": " ".join(markup.unescape(re.sub(r"<[^>]+>", " ", marked)).split()),
        "html": " ".join(markup.unescape(drawn).split()),
    }


@pytest.mark.turns(name=tuple(BROTHERS), every=4)
def test_each_brother_is_told_as_worked_out_by_hand(session: Session, name: str, told: Told) -> None:
    brother = BROTHERS[name]
    for form, page in forms(told, Say(session.registry, "fr")).items():
        assert [words for words in brother["shows"] if words not in page] == [], form
        assert [words for words in brother.get("hides", ()) if words in page] == [], form
        assert "{" not in page, form
    if isinstance(told, ToldLife):
        say = Say(session.registry, "fr")
        data = json.dumps(timeline_data.data(told, say), ensure_ascii=False)
        said = [block.text for block in timeline_data.page(told, say) if isinstance(block, Paragraph)]
        warned = [text.partition(": ")[2] for text in said if text.startswith("Avertissement")]
        assert [text for text in warned if text not in data] == []


@pytest.mark.turns(name=CASES, every=4)
def test_what_heads_the_page_of_a_brother_stands_in_its_data_and_beside_other_ways(
    session: Session, name: str, told: Told
) -> None:
    if not isinstance(told, Decided):
        return
    decision, say = told.decision, Say(session.registry, "fr").noting()
    heads = list(remarks([decision], decision.obligations, reading_otherwise(told.readings, say)))
    data = decision_page.data(Decisions(cases=[told]), say)
    unmet = [line["id"] for line in data["obligations"] if line["status"] == "unmet"]
    refused = data["results"].get("eligibilite", {}).get("value") == "ineligible"
    assert len(data["consistency"]) == sum(each.key == DOUBTFUL for each in heads)
    assert len(unmet) == sum(each.key == DUTY_UNMET for each in heads) or refused
    (row,) = csv.DictReader(io.StringIO(decisions_csv([told], say)))
    assert row["consistency"].split() == [each["id"] for each in data["consistency"]]
    assert row["unmet"].split() == unmet
    if not refused:
        for key in ("rights", "assumptions"):
            assert row[key].split() == [each["id"] for each in data[key]]
    page = options_page.page(Options("", [Way({}, told, "1"), Way({}, told, "2")]), say)
    (table,) = (block for block in page if isinstance(block, Table))
    for each in heads:
        (cells,) = (
            [re.sub(r" \[[\d, ]+\]", "", cell) for cell in row] for row in table.rows if row[0] == say(each.key)
        )
        assert re.sub(r" \[[\d, ]+\]", "", each.text) in cells[1], "as on its own page"


def test_a_batch_tells_of_each_brother_what_its_own_row_tells(tmp_path: Path, effort: Effort) -> None:
    """The columns of ids that a decision alone has, and the amount due; JSON lines hold no words of people."""
    names = effort.share([name for name in CASES if not name.startswith("mots_")], part=8)
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({"case": name, **facts_of(name)}, default=str) + "\n" for name in names), encoding="utf-8"
    )
    files = [tmp_path / f"{name}.yaml" for name in names]
    for file in files:
        file.write_text(written(BROTHERS[file.stem]), encoding="utf-8")
    asked = ("--keep", "case", "--missing", "--unsaid")
    assert avenant("batch", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl"), *asked).exit_code == 0
    many = {row["case"]: row for row in map(json.loads, (tmp_path / "out.jsonl").read_text("utf-8").splitlines())}
    alone = csv.DictReader(io.StringIO(avenant("evaluate", *map(str, files), "--format", "csv").stdout))
    for row in alone:
        beside = many[row["case"]]
        assert beside["convention"] == row["convention"]
        for name in ("consistency", "unmet", "warned", "readings", "rights", "assumptions"):
            told = beside.get(name) or []
            assert row[name].split() == (told.split() if isinstance(told, str) else told), (row["case"], name)
        if row["eligibilite"] != "ineligible":
            due = (row["aide.montant_du"] or "").replace("undetermined", "")
            assert due == (beside["aide.montant_du"] or ""), row["case"]


def facts_of(name: str) -> dict[str, Any]:
    """The facts of a brother under their full names."""
    found: dict[str, Any] = {}
    for group, facts in BROTHERS[name]["case"].items():
        found |= {f"{group}.{key}": each for key, each in facts.items()} if isinstance(facts, dict) else {group: facts}
    return found
