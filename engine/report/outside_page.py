"""An answer where the policies hold no rules: that no aid existed, or what is known of a text that they do not give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.language.facts import BENEFICIARY
from engine.policy.registry import Outside
from engine.report.formats import as_html, formats
from engine.report.objects import as_json
from engine.report.page import Block, Heading, Paragraph, Tree, section
from engine.report.parts import noted
from engine.report.say import Say


def outside_blocks(outside: Outside, say: Say, title: str | None = None) -> Iterator[Block]:
    """What can be said of a contract of that day, under the title of its case if it has one, and who knows more."""
    window = outside.window
    yield Heading(say.label(window) if title is None else f"{title} — {say.label(window)}", 1, "open")
    signed = say("outside_signed", day=say.scalar(outside.signature))
    yield Paragraph(f"{signed} {say(f'outside_aid.{window.aid}')} {say.noted(window.cite)}")
    known = tuple((0, f"{each.text[say.lang]} {say.noted(each.cite)}".rstrip()) for each in window.known)
    yield from section(Heading(say("outside_known")), Tree(known))
    yield Paragraph(window.ask[say.lang])


page = noted(outside_blocks)


def data(outside: Outside, say: Say) -> Any:
    window = outside.window
    return {
        **as_json(outside, say, f"{BENEFICIARY}=window.beneficiary signature"),
        "without_rules": as_json(window, say, "id label aid from=signed_from before=signed_before known ask cite"),
    }


FORMATS = formats(
    page, data, csv=lambda outside, say: f"id,aid\n{outside.window.id},{outside.window.aid}\n", html=as_html(page)
)
