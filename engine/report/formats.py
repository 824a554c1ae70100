"""Output formats: how the page and the data of a subject become text.

Each subject's module lists the formats it has, and the command declares its ``--format`` from that list, so that no
format is offered that nothing writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from engine.escaping import in_json
from engine.records import dataclass
from engine.report import text
from engine.report.markdown import markdown
from engine.report.page import Page
from engine.report.say import Say

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Screen:
    """Where text is shown: the columns to wrap it to, and whether it may have colours."""

    width: int = 100
    colours: bool = False


Formats = Mapping[str, Callable[[Subject, Say, Screen], str]]


def formats(
    page: Callable[[Subject, Say], Page],
    data: Callable[[Subject, Say], Any] | None = None,
    **others: Callable[[Subject, Say], str],
) -> Formats[Subject]:
    """Text and markdown of the page, JSON of the data if there are any, and the formats that a subject adds."""

    def own(write: Callable[[Subject, Say], str]) -> Callable[[Subject, Say, Screen], str]:
        return lambda subject, say, screen: write(subject, say)

    return {
        "text": lambda subject, say, screen: text_of(page(subject, say), screen),
        "markdown": own(lambda subject, say: markdown(page(subject, say))),
        **({} if data is None else {"json": own(lambda subject, say: json_of(data(subject, say)))}),
        **{name: own(write) for name, write in others.items()},
    }


def text_of(page: Page, screen: Screen) -> str:
    """The page as text for a screen."""
    return text.coloured(page, screen.width) if screen.colours else text.plain(page, screen.width)


def json_of(data: Any) -> str:
    """Data as a JSON document that people can read too."""
    return in_json(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"
