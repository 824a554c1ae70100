"""Templates of pages: a name, a state and values come in, HTML goes out, in the words of its language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2

from engine.letters.fields import OF_PEOPLE
from engine.report.html import spaced
from engine.report.values import scalar_text
from engine.web.state import State
from engine.words import LANGUAGES, read_words

ABOUT = ("api", "integrer", "donnees", "accessibilite")  # the pages about the service

NO_STORE = {"Cache-Control": "no-store"}
Wording = Callable[..., str]


def wording(lang: str) -> Wording:
    """Says a word of the pages with its blanks filled in."""

    def say(key: str, **values: object) -> str:
        text: str = read_words("web", lang)[key]
        return text.format_map(values) if values else text

    return say


_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def rendered(template: str, state: State, path: str = "/", root: str = "/", suffix: str = "", **values: Any) -> str:
    """A template with what each has at hand: the words of its language, and addresses of its state.

    ``root`` leads from a page of a static site to its folder; ``suffix`` ends the addresses there.
    """
    say = wording(state.lang)
    others = [lang for lang in LANGUAGES if lang != state.lang]
    at = Addresses(state, path)
    told = {"w": say, "people": OF_PEOPLE, "root": root, "suffix": suffix, "about": ABOUT}
    html = _TEMPLATES.get_template(template).render(**told, state=state, others=others, at=at, **values)
    return spaced(html, state.lang)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Links and forms that carry the state of a page at ``path``."""

    state: State
    path: str

    @property
    def method(self) -> str:
        """How a form carries the state: in the address, or in a body where something sensitive is in it."""
        return "post" if self.state.sensitive else "get"

    @property
    def only_lang(self) -> str:
        """What ends an address that keeps nothing but the language."""
        return f"?{urlencode(self.state.kept)}" if self.state.kept else ""

    @property
    def day(self) -> str:
        return "" if self.state.as_of is None else scalar_text(self.state.as_of, None, self.state.lang)

    def to(self, path: str, **changes: str | None) -> str:
        """The address of a page with this state."""
        query = self.state.changed(changes).query()
        return f"{path}?{query}" if query else path

    def hidden(self, *without: str, **changes: str | None) -> list[tuple[str, str]]:
        """The fields that carry the state beside those of a form."""
        return self.state.changed(changes).without(*without).pairs(whole=True)
