"""The pages beside the estimate: what if, the life of a contract, the rules; requests come in, pages go out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from engine.errors import InputFault
from engine.evaluation.facts import nested, read_case
from engine.evaluation.session import Session
from engine.language.facts import SIGNATURE, YEAR, EventType
from engine.letters.matter import matter_of_case
from engine.letters.people import OF_PEOPLE
from engine.policy.registry import Outside
from engine.report.html import fragment
from engine.report.outside_page import outside_blocks
from engine.web import dossier_page, letter_page
from engine.web.dossier_page import EVENT, case_text
from engine.web.estimate import FIELDS, Estimate
from engine.web.pages import NO_STORE, Pages
from engine.web.refusals import Refused, refused
from engine.web.rules_pages import RulesPages, examples
from engine.web.shown import Field, Shown
from engine.web.state import DAY, LANG, TEXT, State
from engine.web.templates import wording
from engine.web.what_if import WhatIf, axis_label, what_if, what_if_html

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
            Route("/lettre", self.letter, methods=["POST"]),
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
        curve, axis = (None, None) if found is None else (found.curve, found.axis)
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
            "compared": "" if axis is None else axis.key,
            "axes": [] if found is None else [(each.key, axis_label(each, say)) for each in found.axes],
        }

    async def dossier(self, request: Request) -> Response:
        """The life of a contract: a dossier is pasted or built by forms, its timeline shown or given as a file."""
        given = dict(await self.pages.pairs(request))
        told = given if request.method == "GET" else {LANG: given[LANG]} if LANG in given else {}
        state = self.pages.read(list(told.items()))
        say, type_ = self.pages.say(state), dossier_page.types().get(given.get(EVENT, ""))
        text = given.get("dossier", "") or (case_text(state) if SIGNATURE in state.facts else "")
        posted = given.get(DAY, "") if request.method == "POST" else ""
        day = posted or say.scalar(state.as_of or self.pages.calendar())
        if type_ is not None and dossier_page.EVENT_DAY in given:
            text, type_ = dossier_page.with_event(text, type_, given, self.pages.registry.vocabulary), None
        values: dict[str, Any] = {"text": text or dossier_page.EXAMPLE, "day": day}
        values |= {"messages": [], "html": "", "letters": ()}
        values |= self._event_values(type_, state, day)
        status = 200
        if text.strip():
            title = wording(state.lang)("your_contract")
            try:
                found = await self.pages.worker.run(lambda session: dossier_page.follow(session, text, day, title))
                if "kind" in request.path_params:
                    return self._file(found, request.path_params["kind"], state)
                kinds = await self.pages.worker.run(lambda session: letter_page.possible(found.matter, session))
                values |= {"html": dossier_page.shown(found, say), "letters": kinds}
            except Outside as outside:
                values["html"] = Markup(fragment(list(outside_blocks(outside, say)), 1))
            except InputFault as error:
                values["messages"], status = [problem.line(state.lang) for problem in error.problems], 422
        return self.pages.page("dossier.html", state, "/dossier", status, **values)

    def _event_values(self, type_: EventType | None, state: State, day: str) -> dict[str, Any]:
        """What can happen, and the form of the type that was chosen."""
        facts = self.pages.registry.vocabulary.facts
        say = self.pages.say(state)
        return {
            "types": [(each.name, each.label[state.lang]) for each in dossier_page.types().values()],
            "type": type_,
            "event_day": day,
            "fields": [] if type_ is None else [Field.of(facts[name], state, say) for name in type_.facts],
        }

    async def letter(self, request: Request) -> Response:
        """A letter on what a page shows, as a Word file."""
        given = dict(await self.pages.pairs(request))
        own = {letter_page.KIND, "dossier", *OF_PEOPLE}
        state = self.pages.read([(name, text) for name, text in given.items() if name not in own])
        if state.faults:
            raise Refused([fault.problem for fault in state.faults.values()])

        def written(session: Session) -> bytes:
            if "dossier" in given:
                matter = dossier_page.follow(session, given["dossier"], given.get(DAY, ""), "").matter
            else:
                facts = read_case(nested(state.facts), session.registry.vocabulary)
                matter = matter_of_case(session, facts, state.choices, state.as_of)
            kind = given.get(letter_page.KIND, "")
            if kind not in letter_page.possible(matter, session):
                raise refused("request-page")
            return letter_page.written(session, matter, kind, given)

        content = await self.pages.worker.run(written)
        name = f'attachment; filename="{given[letter_page.KIND]}.docx"'
        return Response(content, media_type=letter_page.MEDIA, headers={"Content-Disposition": name, **NO_STORE})

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
