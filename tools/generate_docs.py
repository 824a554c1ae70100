"""Writes the generated documentation: `make docs`. With --check it names the pages out of date and exits with 1.

Three kinds of generated text: whole pages (docs/cli.md, docs/errors.md); regions between `<!-- begin NAME -->` and
`<!-- end NAME -->`; and the output under each `$ command` of a ```console block, which is run. An output that ends
with a line `…` shows the beginning of what the command prints.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from docs_cli import cli_page
from docs_dossiers import regions as dossier_regions
from docs_errors import errors_page
from docs_language import regions as language_regions
from docs_language import table
from make_schemas import ruleset_page, with_beneficiaries

from engine.errors import InputFault, Location
from engine.evaluation.dossier import read_dossier
from engine.evaluation.facts import read_case
from engine.evaluation.inference import CODES
from engine.evaluation.session import Session
from engine.evaluation.timeline import timeline
from engine.language.reading import Home, condition
from engine.policy import loader
from engine.policy.model import CONSISTENCY
from engine.policy.reading import load_registry
from engine.report.say import Say
from engine.report.timeline_page import total_text

ROOT = Path(__file__).resolve().parent.parent
WALK = Path("docs/walkthrough")
RULES = WALK / "tiny" / "eligibility.yaml"
CASE = WALK / "case.yaml"
EXAMPLES = Path("examples")
MORE = "…"
_REGION = re.compile(r"(<!-- begin (\S+) -->\n)(.*?)(<!-- end \2 -->)", re.DOTALL)
_CONSOLE = re.compile(r"(?<=```console\n)(.*?)(?=```)", re.DOTALL)

Page = Callable[[str], str]  # the text of a page as it is → as it must be


def main() -> int:
    """Writes every page, or with --check only compares."""
    parser = argparse.ArgumentParser(description="Write the generated documentation.")
    parser.add_argument(
        "--check", action="store_true", help="only compare, and exit with 1 where a page is out of date"
    )
    only_check = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        path = ROOT / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = page(before)
        if before != after:
            stale.append(name)
            if not only_check:
                path.write_text(after, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'out of date, run `make docs`' if only_check else 'written'}")
    return int(only_check and bool(stale))


def filled(text: str, regions: Mapping[str, str]) -> str:
    """``text`` with each region's content; every region must have its place, and every place its region."""
    places = {match[2] for match in _REGION.finditer(text)}
    if places != set(regions):
        raise ValueError(f"regions without a place, or places without a region: {sorted(places ^ set(regions))}")
    return _REGION.sub(lambda m: f"{m[1]}\n{regions[m[2]]}\n\n{m[4]}", text)


def transcribed(text: str) -> str:
    """``text`` with the output of each command in its console blocks, as it is now."""
    return _CONSOLE.sub(lambda m: "".join(_transcript(m[1])), text)


def _transcript(block: str) -> Iterator[str]:
    for command, shown in commands(block):
        yield f"$ {command}\n"
        output = run(command).splitlines()
        if shown and shown[-1] == MORE:
            output = [*output[: len(shown) - 1], MORE]
        yield from (f"{line}\n" for line in output)


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block with the output that is shown under it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        while command.endswith("\\"):
            command += "\n" + shown.pop(0)
        yield command, shown


def run(command: str, given: str = "") -> str:
    """What a shell at the root of the checkout prints for ``command``, which is ``given`` a text to read."""
    (ROOT / "build").mkdir(exist_ok=True)  # where commands of a page may write
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AVENANT", "COV_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), inherited.get("PATH", "")])
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=ROOT,
        env={**inherited, "PATH": path, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout


def examples_regions() -> dict[str, str]:
    """The table of examples/README.md: who each case is about, and what it gives."""
    session = Session(load_registry(ROOT / "policies"))
    say = Say(session.registry, "en")
    rows = []
    for path in sorted((ROOT / EXAMPLES).glob("*.yaml")):
        document = loader.load(path)
        decision = session.decide(read_case(document, session.registry.vocabulary))
        years = say.listed(say.result(line.amount) for line in decision.years)
        due = f"years 1 to 5: {years}" if years else say.result(decision.results["aide.montant_du"])
        eligible = say.result(decision.results["eligibilite"]).lower()
        name, aid = f"[{path.name}]({path.name})", "—" if decision.refused else due
        rows.append((name, who(path), decision.convention.id, eligible, aid))
    cases = table(("case", "who", "convention", "eligibility", "aid due for the year"), rows)
    lives = table(("dossier", "who", "years", "aid due"), lives_rows(session))
    session.close()
    return {"cases": cases, "lives": lives}


def lives_rows(session: Session) -> Iterator[tuple[str, ...]]:
    """Who the life of each dossier is about, and what its years come to."""
    for path in sorted((ROOT / EXAMPLES / "dossiers").glob("*.yaml")):
        life = timeline(session, read_dossier(loader.load(path), session.registry.vocabulary))
        due = total_text(life.due, Say(session.registry, "en"))
        yield f"[{path.name}](dossiers/{path.name})", who(path), str(len(life.rows)), due


def who(path: Path) -> str:
    """The comment that opens a case, after the line that names its schema."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    comment = []
    for line in lines:
        if not line.startswith("# "):
            break
        comment.append(line.removeprefix("# "))
    return " ".join(comment)


def stage_regions() -> dict[str, str]:
    """The tiny rule of docs/walkthrough after each stage, for docs/architecture.md."""
    document = loader.load(ROOT / RULES, RULES.as_posix())
    path = ("criteria", 0, "met_when")
    rule = document.data["criteria"][0]["met_when"]
    node = condition(document.root()["criteria"].value[0]["met_when"], Home("tiny"))
    session = Session(load_registry(ROOT / WALK))
    case = loader.load(ROOT / CASE, CASE.as_posix())
    facts = read_case(case, session.registry.vocabulary)
    settled = session.settled(facts)
    program, ran = settled.program, settled.run()
    result = session.decide(facts).results["honoraires_cliniques"]
    text = (ROOT / RULES).read_text(encoding="utf-8")
    regions = {
        "stage.yaml": _fenced("yaml", text[text.index("criteria:") : text.index("\n\noutcomes:")]),
        "stage.data": _fenced(
            "python",
            f'>>> document.data["criteria"][0]["met_when"]\n{rule}\n'
            f'>>> str(document.at(("criteria", 0, "met_when", "at_least")))\n'
            f"{str(document.at((*path, 'at_least')))!r}",
        ),
        "stage.node": _fenced("python", _node(node)),
        "stage.plan": _fenced("", "\n".join(_steps(program))),
        "stage.answer": _fenced("", "\n".join(_answers(program, ran))),
        "stage.result": _fenced("python", _fields(result, RESULT_FIELDS)),
    }
    session.close()
    return regions


RESULT_FIELDS = ("id", "kind", "status", "value", "confidence", "facts", "missing", "uses", "cite")


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def _node(node: Any, indent: str = "") -> str:
    """A node as Python would write it, with places as line:column."""
    inner = indent + "    "
    lines = [f"{type(node).__name__}("]
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Location):
            text = f"{value.line}:{value.column}"
        elif is_dataclass(value):
            text = _node(value, inner)
        else:
            text = repr(value)
        lines.append(f"{inner}{field.name}={text},")
    return "\n".join([*lines, f"{indent})"])


def _own(program: Any) -> list[Any]:
    """The steps without what holds between facts in every convention."""
    return [compiled for compiled in program.steps if compiled.step.item.kind != CONSISTENCY]


def _steps(program: Any) -> Iterator[str]:
    for number, compiled in enumerate(_own(program), 1):
        step = compiled.step
        level = "of the year" if step.yearly else "of the contract"
        yield f"{number}  {step.item.id:<22}{step.item.kind:<11}{step.type!s:<29}{level}"


def _answers(program: Any, ran: Any) -> Iterator[str]:
    names = {slot: name for name, slot in {**program.names.facts, **program.names.items}.items()}
    for compiled in _own(program):
        id_ = compiled.step.item.id
        value, used, missing, _ = ran.answers[id_]
        sets = (" ".join(names[i] for i in sorted(names) if bits >> i & 1) or "nothing" for bits in (used, missing))
        yield "{}\n    value {}, rests on {}, waits for {}".format(id_, getattr(value, "value", value), *sets)
        if compiled.outcome is not None:
            short = compiled.outcome.ruleset.properties
            sent = ", ".join(f"{short[c]} = {CODES[ran.answers[c][0]]} ({c})" for c, _, _ in compiled.outcome.criteria)
            fired = ", ".join(line.rule for line in ran.trace if line.outcome == id_)
            yield f"    sent to durable-rules: {sent}; fired: {fired}"


def _fields(value: Any, names: tuple[str, ...]) -> str:
    lines = []
    for name in names:
        content = getattr(value, name)
        if name == "cite":
            content = [(cite.source, cite.locator) for cite in content]
        lines.append(f"{name} = {content!r}")
    return "\n".join(lines)


PAGES: Mapping[str, Page] = {
    # first the schemas, under which the other pages read the policies: a text may already be that of a new beneficiary
    **{f"schemas/{name}.schema.json": with_beneficiaries for name in ("convention", "decision", "suite")},
    "schemas/ruleset.schema.json": ruleset_page,
    "README.md": transcribed,
    "docs/architecture.md": lambda text: transcribed(filled(text, stage_regions())),
    "docs/cli.md": lambda _: cli_page(),
    "docs/errors.md": lambda _: errors_page(),
    "docs/dossiers.md": lambda text: filled(text, dossier_regions()),
    "docs/fr/agents.md": transcribed,
    "docs/fr/medecins.md": transcribed,
    "docs/language.md": lambda text: filled(text, language_regions()),
    "docs/tour.md": transcribed,
    "examples/README.md": lambda text: filled(text, examples_regions()),
}

if __name__ == "__main__":
    try:
        sys.exit(main())
    except InputFault as fault:
        sys.exit("\n".join(problem.line("en") for problem in fault.problems))
