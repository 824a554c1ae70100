"""The generated region of docs/dossiers.md: the dossier schema comes in, the table of the types of events goes out."""

from __future__ import annotations

from collections.abc import Mapping

from docs_language import table

from engine.language.facts import EventType, event_types
from engine.policy.reading import load_schema


def regions() -> Mapping[str, str]:
    """Each region's Markdown by name."""
    types = event_types(load_schema("dossier")).values()
    rows = ((f"`{each.name}`", each.label["en"], _states(each), _counts(each)) for each in types)
    return {"events": table(("type", "what happened", "states", "counts"), rows)}


def _states(type_: EventType) -> str:
    day = [f"its day as `{type_.date_fact}`"] if type_.date_fact else []
    needed = [f"`{name}` (required)" for name in type_.needs]
    free = [f"`{name}`" for name in type_.facts if name not in type_.needs]
    fixed = [f"`{name}` = `{str(value).lower()}`" for name, value in type_.sets.items()]
    kept = [f"what held before as {', '.join(f'`{name}`' for name in type_.before.values())}"] if type_.before else []
    end = [f"the day it ends as `{type_.until[0]}`"] if type_.until else []
    return ", ".join([*day, *end, *needed, *free, *fixed, *kept]) or "nothing"


def _counts(type_: EventType) -> str:
    if type_.whole:
        return "for the whole contract"
    if type_.yearly:
        return "in the year named"
    if type_.criterion:
        return f"from the years in which `{type_.criterion}` is met"
    return "from the next anniversary"
