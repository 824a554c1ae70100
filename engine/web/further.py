"""The pages beside the estimate: what if, the life of a contract, the rules; requests come in, pages go out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from engine.errors import InputFault
from engine.language.facts import SIGNATURE, YEAR
from engine.policy.registry import Outside
from engine.report.html import fragment
from engine.report.outside_page import outside_blocks
from engine.web import dossier_page
from engine.web.estimate import FIELDS, Estimate
from engine.web.pages import NO_STORE, Pages
from engine.web.refusals import refused
from engine.web.rules_pages import RulesPages, examples
from engine.web.shown import Field, Shown
from engine.web.state import DAY, LANG, TEXT, State
from engine.web.what_if import WhatIf, what_if
from engine.web.what_if_page import way_label, what_if_html
from engine.web.wording import wording

MOVED, COMPARED = "courbe", "comparer"


@dataclass(frozen=True, slots=True)
class Further:
    """Further pages over the same worker."""

    pages: Pages

    def routes(self) -> list[Route]:
        """A route for each page."""
        return [
            Route("/et-si", self.what_if, methods=["GET", "POST"]),
            Route("/dossier", self.dossier, methods=["GET", "POST"]),
            Route("/dossier/{kind}", self.dossier, methods=["POST"]),
            Route("/regles", self.rules, methods=["GET"]),
            Route("/regles/{item}", self.rules, methods=["GET"]),
        ]

    async def what_if(self, request: Request) -> Response:
        """What another number or choice would give."""
        pairs = await self.pages.pairs(request)
        given = dict(pairs)
        state = self.pages.read([(name, text) for name, text in pairs if name not in (MOVED, COMPARED)])
        found, messages = None, list[str]()
        if SIGNATURE in state.facts:
            moved, compared = given.get(MOVED), given.get(COMPARED)
            try:
                found = await self.pages.worker.run(lambda session: what_if(session, state, moved, compared))
            except InputFault as error:
                messages = [problem.message(state.lang) for problem in error.problems]
        status = 422 if messages or state.faults else 200
        return self.pages.page("whatif.html", state, "/et-si", status, messages=messages, **self._values(state, found))

    def _values(self, state: State, found: WhatIf | None) -> dict[str, Any]:
        say = self.pages.say(state)
        curve, sides = (None, None) if found is None else (found.curve, found.sides)
        lacking = [] if found is None else [fact.name for fact in (*found.lacking, *found.movable)]
        shown = [] if curve is None else [curve.fact.name]
        asked = [name for name in (YEAR, *lacking) if name not in state.facts or name in state.faults]
        facts = self.pages.registry.vocabulary.facts
        return {
            "found": found,
            "fields": [Field.of(facts[name], state, say) for name in dict.fromkeys([*shown, *asked[:FIELDS]])],
            "shown": Shown(Estimate(state=state), say, True),
            "html": "" if found is None else what_if_html(found, say),
            "moved": "" if curve is None else curve.fact.name,
            "compared": "" if sides is None else sides.way.key,
            "ways": [] if found is None else [(way.key, way_label(way, say)) for way in found.ways],
        }

    async def dossier(self, request: Request) -> Response:
        """The life of a contract: a dossier is pasted, its timeline shown or given as a file."""
        given = dict(await self.pages.pairs(request))
        state = self._in_language(given)
        say, text = self.pages.say(state), given.get("dossier", "")
        day = given.get(DAY) or say.scalar(self.pages.calendar())
        values: dict[str, Any] = {"text": text or dossier_page.EXAMPLE, "day": day, "messages": [], "html": ""}
        status = 200
        if text.strip():
            title = wording(state.lang)("your_contract")
            try:
                found = await self.pages.worker.run(lambda session: dossier_page.follow(session, text, day, title))
                if "kind" in request.path_params:
                    return self._file(found, request.path_params["kind"], state)
                values["html"] = dossier_page.shown(found, say)
            except Outside as outside:
                values["html"] = Markup(fragment(list(outside_blocks(outside, say)), 1))
            except InputFault as error:
                values["messages"], status = [problem.line(state.lang) for problem in error.problems], 422
        return self.pages.page("dossier.html", state, "/dossier", status, **values)

    def _file(self, found: dossier_page.Followed, kind: str, state: State) -> Response:
        if kind not in dossier_page.MEDIA:
            raise refused("request-page")
        headers = {"Content-Disposition": f'attachment; filename="contrat.{kind}"', **NO_STORE}
        text = dossier_page.file_of(found, kind, self.pages.say(state))
        return Response(text, media_type=dossier_page.MEDIA[kind], headers=headers)

    async def rules(self, request: Request) -> Response:
        """The rules: all of them, one item, or what changed from one text to another."""
        given = dict(await self.pages.pairs(request))
        pages = RulesPages(self.pages.say(self._in_language(given)))
        item = request.path_params.get("item")
        if item is None:
            return HTMLResponse(pages.index())
        if item == COMPARED:
            return HTMLResponse(pages.between(given.get("de", "")[:80], given.get("a", "")[:80]))
        cases = await self.pages.worker.run(examples)
        return HTMLResponse(pages.item(item[:80], cases.get(item[:80], ()), given.get(TEXT, "")))

    def _in_language(self, given: dict[str, str]) -> State:
        return self.pages.read([(LANG, given[LANG])] if LANG in given else [])
