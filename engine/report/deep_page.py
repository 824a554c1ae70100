"""Composes the findings of the deep checks: findings come in, a page and runnable case files go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.report.case_text import case_lines, comment, written
from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Tree
from engine.suite.deep import Finding
from engine.suite.tables import Witness


def deep_page(findings: Sequence[Finding], files: Mapping[int, str], lang: str) -> Page:
    """Each finding with its place, what is known of it, and its case; ``files`` names case files by number."""
    text = words(lang)
    blocks: list[Block] = [Heading(text["deep"])]
    if not findings:
        return (*blocks, Paragraph(text["deep_clean"], "good"))
    for number, finding in enumerate(findings):
        lines = [(0, f"{finding.at}: {finding_text(finding, lang)}"), (1, text[f"deep_{finding.status}"])]
        if finding.inputs:
            lines.append((1, ", ".join(f"{name} = {value}" for name, value in finding.inputs.items())))
        if finding.witness is not None:
            where = files.get(number)
            shown = _said(finding.witness, lang)
            lines.append((1, text["witness"] + text["colon"] + (f"{where} ({shown})" if where else shown)))
            if not where:
                lines.extend((2, line) for line in _facts(finding.witness))
        blocks.append(Tree(tuple(lines)))
    return tuple(blocks)


def finding_text(finding: Finding, lang: str) -> str:
    """The finding in one sentence, after its code."""
    sentence = words(lang)[f"deep_{finding.code}"].format(name=finding.name, item=finding.item)
    return f"{finding.code}: {sentence}"


def witness_name(finding: Finding) -> str:
    """The name of a case file, from what it shows."""
    return f"{finding.convention}_{finding.item}_{finding.at.line}_{finding.code}".replace("-", "_")


def witness_text(finding: Finding, witness: Witness, lang: str) -> str:
    """A case file that ``avenant evaluate`` takes, with what it says as a comment."""
    lines = [comment(f"avenant check: {finding.at}: {finding_text(finding, lang)}"), comment(_said(witness, lang))]
    lines.extend(f"# --interpret {id_}={choice}" for id_, choice in witness.interpret.items())
    lines.extend(case_lines(witness.facts))
    return "\n".join(lines) + "\n"


def _facts(witness: Witness) -> list[str]:
    return [f"{name}: {written(value)}" for name, value in witness.facts.items()]


def _said(witness: Witness, lang: str) -> str:
    text = words(lang)
    if witness.fault is not None:
        return text["witness_fault"].format(code=witness.fault)
    return ", ".join(item + text["colon"] + value for item, value in witness.claims.items())
