"""A pull request that changes rules gets one comment, which later runs update, and nothing from outside is run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from command import ROOT

SCRIPT = ROOT / "tools" / "policy_review.sh"
WORKFLOW = ROOT / ".github" / "workflows" / "policy-review.yml"
MARKER = "<!-- avenant-policy-review -->"
LIMIT = 65_536

# What stands in for the program: it notes how it was called, and says what the test wants said.
AVENANT = """#!/usr/bin/env bash
printf '%s\\n' "$*" >>calls.avenant
if [[ -e faults.txt ]]; then cat faults.txt >&2; exit 1; fi
while (($#)); do
    if [[ $1 == -o ]]; then cp report.md "$2"; fi
    if [[ $1 == github ]]; then cat annotations.txt; fi
    shift
done
"""

# What stands in for the command of GitHub: comments are a file, and its filter is read as the script writes it.
GH = """#!/usr/bin/env python3
import json, pathlib, sys
words = sys.argv[1:]
with open("calls.gh", "a") as calls:
    calls.write(json.dumps(words) + "\\n")
if pathlib.Path("forbidden").exists():
    sys.exit("HTTP 403: Resource not accessible by integration")
store = pathlib.Path("comments.json")
comments = json.loads(store.read_text()) if store.exists() else []
path = next(word for word in words if word.startswith("repos/"))
if "--method" not in words:
    wanted = words[words.index("--jq") + 1]
    marker = wanted.split('startswith("')[1].split('")')[0]
    login = wanted.split('.user.login == "')[1].split('"')[0]
    for comment in comments:
        if comment["login"] == login and comment["body"].startswith(marker):
            print(comment["id"])
else:
    field = words[words.index("--field") + 1]
    body = pathlib.Path(field.removeprefix("body=@")).read_text()
    if words[words.index("--method") + 1] == "POST":
        comments.append({"id": len(comments) + 100, "login": "github-actions[bot]", "body": body})
    else:
        found = next(c for c in comments if str(c["id"]) == path.rsplit("/", 1)[1])
        found["body"] = body
    store.write_text(json.dumps(comments))
"""


@dataclass(frozen=True, slots=True)
class Runner:
    """A folder with stand-ins for what the steps call."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "BASE": "1" * 40,
            "HEAD": "2" * 40,
            "REPOSITORY": "avenant/avenant",
            "PR_NUMBER": "7",
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            **environment,
        }
        return subprocess.run(
            [str(SCRIPT), *arguments],
            cwd=self.folder,
            env={**os.environ, **settings},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def body(self) -> str:
        return (self.folder / "comment.md").read_text(encoding="utf-8")

    def comments(self) -> list[dict[str, Any]]:
        path = self.folder / "comments.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []

    def methods(self) -> list[str]:
        """How each call of gh meant to change something."""
        calls = [json.loads(line) for line in (self.folder / "calls.gh").read_text(encoding="utf-8").splitlines()]
        return [call[call.index("--method") + 1] for call in calls if "--method" in call]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(tmp_path)
    (tmp_path / "bin").mkdir()
    for name, text in (("avenant", AVENANT), ("gh", GH)):
        (tmp_path / "bin" / name).write_text(text, encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    made.write("report.md", "# Barème\n\n19 000 € → 19 500 €\n")
    made.write("annotations.txt", "::notice file=policies/x.yaml,line=3::Barème\n")
    return made


def reviewed(runner: Runner) -> None:
    assert runner.run("compose", "comment.md").returncode == 0
    assert runner.run("post", "comment.md").returncode == 0


def test_the_first_run_writes_a_comment_and_the_second_updates_it(runner: Runner) -> None:
    reviewed(runner)
    runner.write("report.md", "# Barème\n\n19 000 € → 20 000 €\n")
    reviewed(runner)
    assert runner.methods() == ["POST", "PATCH"]
    (comment,) = runner.comments()
    assert comment["body"] == f"{MARKER}\n# Barème\n\n19 000 € → 20 000 €\n"


def test_a_comment_of_someone_else_is_left_alone_even_with_our_marker_in_it(runner: Runner) -> None:
    theirs = {"id": 1, "login": "someone", "body": f"{MARKER} mine"}
    quoting = {"id": 2, "login": "github-actions[bot]", "body": f"> {MARKER}"}
    runner.write("comments.json", json.dumps([theirs, quoting]))
    reviewed(runner)
    reviewed(runner)
    assert runner.comments()[:2] == [theirs, quoting]
    assert runner.methods() == ["POST", "PATCH"]
    assert len(runner.comments()) == 3


def test_both_sides_are_named_from_where_the_histories_part(runner: Runner) -> None:
    result = runner.run("compose", "comment.md")
    calls = (runner.folder / "calls.avenant").read_text(encoding="utf-8").splitlines()
    assert [call.split(" --lang")[0] for call in calls] == [
        f"diff --git {'1' * 40}...{'2' * 40} --behaviour --format markdown",
        f"diff --git {'1' * 40}...{'2' * 40} --format github",
    ]
    assert result.stdout == "::notice file=policies/x.yaml,line=3::Barème\n"


def test_a_fork_is_reviewed_in_the_summary_and_nothing_is_asked_of_the_repository(runner: Runner) -> None:
    runner.run("compose", "comment.md")
    assert runner.run("post", "comment.md", FORK="true").returncode == 0
    assert (runner.folder / "summary.md").read_text(encoding="utf-8") == runner.body()
    assert not (runner.folder / "calls.gh").exists()


def test_a_token_that_may_not_write_leaves_the_review_in_the_summary_with_a_warning(runner: Runner) -> None:
    runner.write("forbidden", "")
    runner.run("compose", "comment.md")
    result = runner.run("post", "comment.md")
    assert result.returncode == 0
    assert result.stdout.startswith("::warning::")
    assert (runner.folder / "summary.md").read_text(encoding="utf-8") == runner.body()


def test_rules_that_cannot_be_read_fail_the_step_and_the_comment_says_why(runner: Runner) -> None:
    runner.write("faults.txt", "HEAD:policies/x.yaml:1:1: yaml-tab: ```\n::add-mask::19000\n")
    result = runner.run("compose", "comment.md")
    assert result.returncode == 1
    assert "yaml-tab" in runner.body()
    assert runner.body().count("```") == 2
    lines = result.stdout.splitlines()
    token = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", lines[0])
    assert token
    assert lines.index("::add-mask::19000") < lines.index(f"::{token[1]}::")
    assert runner.run("post", "comment.md").returncode == 0
    assert "yaml-tab" in runner.comments()[0]["body"]


@pytest.mark.parametrize("line", ["é" * 90, "- aide.bareme : 19 000 € → 19 500 €"], ids=["accents", "amounts"])
def test_a_long_review_is_cut_at_a_line_with_everything_closed_and_a_note(runner: Runner, line: str) -> None:
    many = "\n".join([line] * 5000)
    runner.write("report.md", f"# Titre\n\n<details>\n<summary>Tout</summary>\n\n```text\n{many}\n```\n\n</details>\n")
    runner.run("compose", "comment.md")
    body = runner.body()
    assert len(body) <= LIMIT
    assert len(body.encode()) > LIMIT - 2000
    assert body.count("<details>") == body.count("</details>") == 1
    assert body.count("```") == 2
    assert body.rstrip().splitlines()[-1].startswith("_Suite coupée")
    assert {*body.splitlines()[7:-6]} == {line}


def test_a_review_that_fits_is_left_whole(runner: Runner) -> None:
    runner.write("report.md", "x" * 100 + "\n<details>\n\n</details>\n")
    runner.run("compose", "comment.md")
    assert runner.body() == MARKER + "\n" + "x" * 100 + "\n<details>\n\n</details>\n"


def test_what_comes_from_outside_is_never_run(runner: Runner) -> None:
    hostile = "$(touch owned); `touch owned` ' \" ; touch owned"
    runner.write("report.md", hostile + "\n")
    runner.run("compose", "comment.md", BASE=hostile, HEAD=hostile)
    runner.run("post", "comment.md", REPOSITORY=hostile, PR_NUMBER=hostile)
    assert not list(runner.folder.rglob("owned"))
    assert hostile in runner.body()


@pytest.mark.parametrize("arguments", [(), ("compose",), ("publish", "comment.md"), ("refused", "x")])
def test_called_wrongly_it_does_nothing(runner: Runner, arguments: tuple[str, ...]) -> None:
    result = runner.run(*arguments)
    assert result.returncode == 2
    assert "usage" in result.stderr


# The workflow


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))


def test_the_workflow_runs_on_pull_requests_that_touch_policies_with_the_least_permissions(
    workflow: dict[str, Any],
) -> None:
    assert list(workflow["on"]) == ["pull_request"]
    assert "policies/**" in workflow["on"]["pull_request"]["paths"]
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert all("permissions" not in job for job in workflow["jobs"].values())


def test_no_expression_stands_in_a_command_of_the_workflow(workflow: dict[str, Any]) -> None:
    steps = workflow["jobs"]["review"]["steps"]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_only_actions_in_use_already_are_used(workflow: dict[str, Any]) -> None:
    ours = yaml.safe_load((WORKFLOW.parent / "ci.yml").read_text(encoding="utf-8"))
    known = {step["uses"] for step in ours["jobs"]["all"]["steps"] if "uses" in step}
    assert {step["uses"] for step in workflow["jobs"]["review"]["steps"] if "uses" in step} <= known


def test_the_step_that_runs_the_program_of_the_change_has_no_token(workflow: dict[str, Any]) -> None:
    steps = workflow["jobs"]["review"]["steps"]
    compare = next(step for step in steps if step.get("id") == "compare")
    assert set(compare["env"]) == {"BASE", "HEAD"}
    assert [step.get("name") for step in steps if "GH_TOKEN" in step.get("env", {})] == ["Write the review"]
    checkout = next(step for step in steps if step.get("uses", "").startswith("actions/checkout"))
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}


def test_the_variables_that_the_script_reads_are_those_that_the_workflow_sets(workflow: dict[str, Any]) -> None:
    given = {name for step in workflow["jobs"]["review"]["steps"] for name in step.get("env", {})}
    script = SCRIPT.read_text(encoding="utf-8")
    for name in given - {"GH_TOKEN"}:
        assert re.search(rf"\$\{{{name}\b", script), name
