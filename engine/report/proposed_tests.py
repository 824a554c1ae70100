"""Proposed policy tests as a file: the fates of changes that no test notices come in, a suite that would goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.escaping import on_one_line
from engine.report.case_text import comment, written
from engine.report.coverage_page import fate_text
from engine.report.say import Say
from engine.suite.mutation import Fate, Score

HEAD = "# yaml-language-server: $schema=../../../schemas/suite.schema.json"


def proposed_suite(score: Score, say: Say) -> str:
    """A test file as it stands under ``policies/*/tests``; changes for which no test is known are comments."""
    lines = [HEAD, comment(say("proposed_head")), f"suite: {_quoted(say('proposed_suite'))}", "base: {}", "cases:"]
    known = [fate for fate in score.survivors if fate.proposal is not None]
    lines += [line for fate in known for line in _case(fate, say)] or ["  []"]
    for fate in score.survivors:
        if fate.proposal is None:
            lines.append(comment(say("proposed_none", change=f"{fate.at}: {fate.subject}: {fate_text(fate)}")))
    return "\n".join(lines) + "\n"


def _case(fate: Fate, say: Say) -> Iterator[str]:
    assert fate.proposal is not None
    yield f"  - name: {_quoted(f'{fate.at}: {fate.subject}: {fate_text(fate)}')}"
    for key, value in fate.proposal.items():
        yield f"    {key}: {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return written(value)


def _quoted(text: str) -> str:
    return '"' + on_one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
