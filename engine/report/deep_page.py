"""Composes the findings of the deep checks: findings come in, a page and runnable case files go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.exchange.rules_text import case_text, one_line
from engine.language.values import Absent, Value
from engine.proof.defects import Defect
from engine.proof.properties import Kept
from engine.proof.prover import Witness
from engine.proof.solving import Status
from engine.report.formats import formats
from engine.report.page import Block, Heading, Paragraph, Tree
from engine.report.say import Say
from engine.suite.running import shown


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings of the deep checks within ``effort`` steps of the solver each, and what became of the properties.

    ``files`` names the case files of findings by number.
    """

    found: Sequence[Defect]
    promises: Sequence[Kept]
    effort: int
    files: Mapping[int, str] = field(default_factory=dict)


def page(findings: Findings, say: Say) -> Iterator[Block]:
    """Each finding with its place, what is known of it, and its case."""
    yield Heading(say("deep"))
    if not findings.found:
        yield Paragraph(say("deep_clean"), "good")
    for number, finding in enumerate(findings.found):
        status = say(f"deep_status.{finding.status}", effort=findings.effort)
        lines = [(0, f"{finding.at}: {finding_text(finding, say)}"), (1, status)]
        if finding.inputs:
            lines.append((1, ", ".join(f"{name} = {_text(value)}" for name, value in finding.inputs.items())))
        if finding.witness is not None:
            lines += _case(finding.witness, say, findings.files.get(number))
        yield Tree(tuple(lines))
    yield from _promises(findings, say)


def _promises(findings: Findings, say: Say) -> Iterator[Block]:
    """Each property that is broken or left open with its cases, then all that are proved."""
    if findings.promises:
        yield Heading(say("properties"), level=2)
    proved: dict[str, list[str]] = {}
    for kept in findings.promises:
        label = f"{kept.promise.id}: {say.label(kept.promise)}"
        if kept.status is Status.EXCLUDED:
            proved.setdefault(label, []).append(kept.convention)
            continue
        status = say(f"property_status.{kept.status.value}", effort=findings.effort)
        lines = [(0, f"{kept.promise.at}: {label}"), (1, f"{kept.convention}: {status}")]
        for witness in kept.cases:
            lines += _case(witness, say)
        yield Tree(tuple(lines))
    if proved:
        held = [(1, f"{label} ({', '.join(conventions)})") for label, conventions in proved.items()]
        yield Tree(((0, say("property_status.excluded")), *held))


FORMATS = formats(page)


def finding_text(finding: Defect, say: Say) -> str:
    """The finding in one sentence, after its code."""
    sentence = say(f"deep_code.{finding.code}", name=finding.name, item=finding.item)
    return f"{finding.code}: {sentence}"


def finding_file(finding: Defect) -> str:
    """The name of a case file, from what it shows."""
    return f"{finding.convention}_{finding.item}_{finding.at.line}_{finding.code}".replace("-", "_")


def finding_case(finding: Defect, witness: Witness, say: Say) -> str:
    """A case file that ``avenant evaluate`` takes, with what it says as a comment."""
    told = f"avenant check: {finding.at}: {finding_text(finding, say)}"
    readings = (f"--interpret {id_}={choice}" for id_, choice in witness.interpret.items())
    return case_text(witness.facts, told, _said(witness, say), *readings)


def _case(witness: Witness, say: Say, file: str | None = None) -> Iterator[tuple[int, str]]:
    """What a case shows, and its file or else its facts and readings."""
    shown = _said(witness, say)
    yield 1, say.pair(say("witness"), f"{file} ({shown})" if file else shown)
    if not file:
        yield from ((2, f"{name}: {one_line(value)}") for name, value in witness.facts.items())
        yield from ((2, f"--interpret {id_}={choice}") for id_, choice in witness.interpret.items())


def _said(witness: Witness, say: Say) -> str:
    if witness.fault is not None:
        return say("witness_fault", code=witness.fault)
    return ", ".join(say.pair(item, _text(value)) for item, value in witness.values.items())


def _text(value: Value) -> str:
    return value.value if isinstance(value, Absent) else shown(value)
