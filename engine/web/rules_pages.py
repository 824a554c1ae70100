"""The pages of the rules: a registry comes in, pages of the list, of each item and of two texts compared go out.

The same pages make a static site.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markupsafe import Markup

from engine.comparison.edits.structure import compared
from engine.comparison.sides import Side
from engine.files import replacing
from engine.policy.registry import Registry
from engine.report.catalogue_data import in_time
from engine.report.catalogue_page import list_page, show_page
from engine.report.diff_page import Diff
from engine.report.diff_page import page as diff_page
from engine.report.html import fragment
from engine.report.page import Heading
from engine.report.say import Say
from engine.web.state import State
from engine.web.templates import page
from engine.words import LANGUAGES

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class RulesPages:
    """The pages of the rules in one language; ``root`` leads to their folder, ``suffix`` ends their addresses."""

    say: Say
    root: str = "/"
    suffix: str = ""

    @property
    def state(self) -> State:
        return State(vocabulary=self.say.registry.vocabulary, lang=self.say.lang, facts={})

    def index(self) -> str:
        """Every convention, then every item with a link to its page."""
        conventions = in_time(self.say)
        kinds: dict[str, dict[str, str]] = {}
        for convention in conventions:
            for item in convention.items.values():
                kinds.setdefault(item.kind, {}).setdefault(item.id, self.say.label(item))
        head = list(list_page(self.say.registry, self.say))[1:2]
        values = {"html": Markup(fragment(head)), "kinds": kinds, "conventions": conventions, "say": self.say}
        return self._page("rules.html", "/regles", **values)

    def item(self, id_: str) -> str:
        """One item: its words, sources and values in each convention, and who uses it.

        Raises:
            UsageFault: no convention has it.
        """
        blocks = list(show_page(id_, self.say))[1:]
        label = next(self.say.label(c.items[id_]) for c in in_time(self.say) if id_ in c.items)
        html = Markup(fragment([Heading(label, 1), *blocks]))
        return self._page("rule.html", f"/regles/{id_}", html=html, title=label)

    def between(self, a: str, b: str) -> str:
        """What changed from one convention to another.

        Raises:
            UsageFault: an unknown convention.
        """
        registry = self.say.registry
        sides = (_side(registry, a), _side(registry, b))
        found = compared(registry, registry, [(a, b)])
        html = Markup(fragment(diff_page(Diff(sides=sides, found=found), self.say)))
        return self._page("rule.html", "/regles/comparer", html=html, title=f"{a} → {b}")

    def _page(self, template: str, path: str, **values: object) -> str:
        return page(template, self.state, path, root=self.root, suffix=self.suffix, **values)


def _side(registry: Registry, id_: str) -> Side:
    convention = registry.by_id(id_)
    return Side(convention.id, registry, (convention.id,))


def site(registry: Registry, folder: Path) -> int:
    """Writes the pages of the rules as files, in each language, and tells how many.

    Raises:
        InputFault: a file cannot be written.
    """
    count = 0
    for lang in LANGUAGES:
        for name, html in _files(Say(registry, lang)):
            _write(folder / lang / name, html.encode())
            count += 1
        for path in sorted(STATIC.iterdir()):
            _write(folder / lang / "static" / path.name, path.read_bytes())
    return count


def _files(say: Say) -> Iterator[tuple[str, str]]:
    yield "index.html", RulesPages(say, "", ".html").index()
    below = RulesPages(say, "../", ".html")
    conventions = in_time(say)
    for id_ in sorted({id_ for convention in conventions for id_ in convention.items}):
        yield f"regles/{id_}.html", below.item(id_)
    for old, new in pairwise(conventions):
        if old.beneficiary == new.beneficiary:
            yield f"regles/{old.id}--{new.id}.html", below.between(old.id, new.id)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial:
        partial.write_bytes(content)
