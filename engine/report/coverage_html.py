"""Colours the rules by what tests reach: coverage, survivors and YAML texts come in, one page of HTML goes out.

It needs nothing but itself: no script, no font and no file from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.escaping import in_html
from engine.report.coverage_page import coverage_line, fate_text, missing_sides, mutation_lines
from engine.report.say import Say
from engine.suite.coverage import Coverage, Place
from engine.suite.mutation import Fate, Score

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }
summary { cursor: pointer; font-weight: 600; padding: .3rem 0; }
pre { font: 13px/1.45 ui-monospace, monospace; overflow-x: auto; margin: 0; }
pre span { display: block; white-space: pre; padding: 0 .5rem; border-left: .35rem solid transparent; }
pre i { display: inline-block; width: 3.5rem; color: #777; font-style: normal; user-select: none; }
pre em { color: #a33; font-style: normal; padding-left: 2rem; }
.reached { border-left-color: #2a8f4f !important; background: #2a8f4f1f; }
.half { border-left-color: #d59a00 !important; background: #d59a0030; }
.missed { border-left-color: #c8372d !important; background: #c8372d33; }
.key span { padding: .1rem .6rem; margin-right: .8rem; border-left: .35rem solid; }
"""


def coverage_html(found: Coverage, score: Score | None, sources: Mapping[str, str], say: Say) -> str:
    """The YAML ``sources`` (text by file name) with each line coloured; survivors are told beside their line."""
    parts = [
        f'<!doctype html>\n<html lang="{say.lang}">\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{in_html(say('coverage'))}</title>\n<style>{_STYLE}</style>",
        f"<h1>{in_html(say('coverage'))}</h1>\n<p>{in_html(coverage_line(found, say))}</p>",
    ]
    if score is not None:
        parts.extend(f"<p>{in_html(line)}</p>" for line in mutation_lines(score, say))
    keys = ("reached", "half", "missed")
    parts.append('<p class="key">' + "".join(f'<span class="{k}">{in_html(say(k))}</span>' for k in keys) + "</p>")
    for name, source in sources.items():
        parts.extend(_file(name, source, found, score, say))
    return "\n".join(parts) + "\n</html>\n"


def _file(name: str, source: str, found: Coverage, score: Score | None, say: Say) -> Iterator[str]:
    places: dict[int, list[Place]] = {}
    for place in found.places:
        if place.at.file == name:
            places.setdefault(place.at.line, []).append(place)
    surviving: dict[int, list[Fate]] = {}
    for fate in score.survivors if score is not None else ():
        if fate.at.file == name:
            surviving.setdefault(fate.at.line, []).append(fate)
    reached = sum(len(found.sides(place)) for here in places.values() for place in here)
    of = sum(len(place.sides) for here in places.values() for place in here)
    opened = " open" if reached < of or surviving else ""
    yield f"<details{opened}><summary>{in_html(name)} — {reached}/{of}</summary><pre>"
    for number, line in enumerate(source.splitlines(), 1):
        yield _line(number, line, places.get(number, []), surviving.get(number, []), found, say)
    yield "</pre></details>"


def _line(number: int, line: str, places: list[Place], fates: list[Fate], found: Coverage, say: Say) -> str:
    shade = _shade(places, found)
    missed = [f"{p.item}: {missing_sides(p, found, say)}" for p in places if len(found.sides(p)) < len(p.sides)]
    title = f' title="{in_html("; ".join(missed))}"' if missed else ""
    notes = "".join(f"<em>✗ {in_html(fate_text(fate))}</em>" for fate in fates)
    return f'<span class="{shade}"{title}><i>{number}</i>{in_html(line)}{notes}</span>'


def _shade(places: list[Place], found: Coverage) -> str:
    reached = sum(len(found.sides(place)) for place in places)
    of = sum(len(place.sides) for place in places)
    if not of:
        return "plain"
    return "reached" if reached == of else "half" if reached else "missed"
