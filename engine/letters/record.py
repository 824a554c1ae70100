"""Record of a letter, for the file: a matter and a template come in, what the letter rests on goes out as JSON."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from engine.letters.matter import Matter
from engine.policy.registry import Registry
from engine.report import timeline_data
from engine.report.decision_page import case_object
from engine.report.formats import json_text
from engine.report.say import Say
from engine.report.timeline_data import ToldLife

LANG = "fr"  # of the letters: what a fund writes to its doctors


def origin(matter: Matter, template: Path) -> dict[str, str]:
    """Which program, rules and template made a letter."""
    sha = hashlib.sha256(template.read_bytes()).hexdigest()
    return {"avenant": version("avenant"), "digest": matter.decision.digest, "template": f"sha256:{sha}"}


def record(kind: str, matter: Matter, registry: Registry, template: Path) -> str:
    """The decision that a letter states, with what made it; nothing of the people it names."""
    say, told = Say(registry, LANG), matter.told
    decision = timeline_data.data(told, say) if isinstance(told, ToldLife) else case_object(told, say)
    day = None if matter.day is None else matter.day.isoformat()
    found = {"kind": kind, "day": day, "year": matter.year, **origin(matter, template), "decision": decision}
    return json_text(found)
