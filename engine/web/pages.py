"""The pages: what a request asks comes in, HTML goes out, the same with and without a script."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import nested, read_case
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.letters.fields import OF_PEOPLE
from engine.letters.matter import allowed, matter_of_case
from engine.policy.registry import Outside
from engine.report import outside_page
from engine.report.catalogue_page import Readers
from engine.report.html import fragment
from engine.report.page import Paragraph, Table
from engine.report.parts import named_years
from engine.report.say import Say
from engine.web import dossier_page, downloads
from engine.web.calls import CALLS
from engine.web.estimate import decided, estimate, rules_of, whole_case
from engine.web.fields import answers, contradiction, field_of
from engine.web.refusals import Refused, refused
from engine.web.rules_pages import WHOM, RulesPages, effects, examples
from engine.web.sentences import sentence
from engine.web.state import ASKED, DAY, EMBED, LANG, RULES, TEXT, Pairs, State, pairs_of, read_state
from engine.web.templates import ABOUT, NO_STORE, rendered, wording
from engine.web.what_if import what_if
from engine.web.worker import Worker

# What the page for programs sends.
EXAMPLE = {"case": {"contrat": {"date_signature": "2024-09-02"}, "medecin": {"secteur": "non_conventionne"}}}
ESTIMATES = ("estimer", "estimer/tout", "resultat")
MOVED, COMPARED = "courbe", "comparer"


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages over one worker, and over ``former`` rules; ``calendar`` tells the day that an estimate begins with."""

    worker: Worker
    lang: str
    calendar: Callable[[], dt.date]
    embedding: Sequence[str]
    former: Sequence[Worker]
    readers: dict[str, Readers] = field(default_factory=dict)  # of the items of each convention, at the first need

    def routes(self) -> list[Route]:
        return [
            Route("/", self.start, methods=["GET"]),
            *(Route(f"/{name}", self.estimate, methods=["GET", "POST"]) for name in ESTIMATES),
            Route("/resultat/{file}", self.download, methods=["GET", "POST"]),
            Route("/et-si", self.what_if, methods=["GET", "POST"]),
            Route("/dossier", self.dossier, methods=["GET", "POST"]),
            Route("/dossier/{kind}", self.dossier, methods=["POST"]),
            Route("/lettre", self.letter, methods=["POST"]),
            Route("/regles", self.rules, methods=["GET"]),
            Route("/regles/{item}", self.rules, methods=["GET"]),
            *(Route(f"/{name}", self.about, methods=["GET"]) for name in ABOUT),
        ]

    async def about(self, request: Request) -> Response:
        """The page about the service that the path names; it keeps nothing but what every address keeps."""
        path = request.url.path
        state = self.read([(key, text) for key, text in request.query_params.items() if key in (LANG, EMBED)])
        told: dict[str, Any] = {"name": path[1:], "origin": _origin(request), "calls": CALLS, "sites": self.embedding}
        return HTMLResponse(rendered("about.html", state, path, **told, example=json.dumps(EXAMPLE)))

    async def start(self, request: Request) -> Response:
        """The first page: who signs, and when."""
        state = await self._state(request)
        facts = self.worker.registry.vocabulary.facts
        today = state.as_of or self.calendar()
        usual = {BENEFICIARY: self.worker.registry.vocabulary.beneficiary, SIGNATURE: today, **state.facts}
        shown, say = replace(state, facts=usual), self.say(state)
        who, day = (field_of(facts[name], shown, say) for name in (BENEFICIARY, SIGNATURE))
        w = wording(state.lang)
        fields = [{**who, "where": ""}, {**day, "question": w("start_day")}]  # who signs is found where the day is
        return self.page("start.html", state, request.url.path, fields=fields, today=today.isoformat())

    async def estimate(self, request: Request) -> Response:
        """The question to answer next, or each in one form, beside the result so far; or, by the path, all of that."""
        state, path, got = await self._state(request), request.url.path, request.method == "GET"
        whole = path == "/resultat"
        query = request.scope["query_string"].decode("latin-1")
        if got and not state.faults and not state.dropped and query != state.query():
            return RedirectResponse(f"{path}?{state.query()}", 303)
        if whole and (state.faults or SIGNATURE not in state.facts):  # told, or asked, at its question
            if got:
                return RedirectResponse(f"/estimer?{query}", 303)
            whole, path = False, "/estimer"
        say, every = self.say(state), path == "/estimer/tout"
        shown = await self.worker.run(lambda session: estimate(session, state, say, whole=whole, every=every))
        link = self._link(request, state.changed({ASKED: None, RULES: shown.get("rules")}))
        values = {"shown": shown, "link": link, "every": every, "files": downloads.names()}
        if whole and shown["decision"] is not None and state.rules not in (None, shown["rules"]):
            values["then"] = await of_former_rules(self.former, state, shown["decision"], say)
        status = 422 if state.faults or shown["messages"] else 200
        return self.page("result.html" if whole else "estimate.html", state, path, status, **values)

    async def download(self, request: Request) -> Response:
        """A result as a file: what is shown of it for Word, its figures for a spreadsheet."""
        name, state = request.path_params["file"], await self._state(request)
        if name not in downloads.names():
            raise refused("request-page")
        if state.faults:
            raise Refused([fault.problem for fault in state.faults.values()])
        case = await self.worker.run(lambda session: whole_case(session, state))
        return downloads.attached(name, downloads.file_of(case, name, self._link(request, state), self.say(state)))

    def _link(self, request: Request, state: State) -> str:
        return f"{_origin(request)}/resultat?{replace(state, embedded=False).query()}"

    async def _state(self, request: Request) -> State:
        """The state that a request describes; raises as :func:`pairs_of`."""
        return self.read(await pairs_of(request))

    def read(self, pairs: Pairs) -> State:
        return read_state(pairs, self.worker.registry, self.lang)

    def say(self, state: State) -> Say:
        return Say(self.worker.registry, state.lang)

    def page(self, template: str, state: State, path: str, status: int = 200, **values: Any) -> Response:
        """The answer that a template makes of a state and values."""
        headers = NO_STORE if state.sensitive else {"Cache-Control": "private, no-cache"}
        return HTMLResponse(rendered(template, state, path, **values), status, headers)

    def refusal(self, refusal: Refused, lang: str, again: str) -> Response:
        """What is not answered, and why; ``again`` is its address, but for a language at the end."""
        state = State(vocabulary=self.worker.registry.vocabulary, lang=lang, facts={})
        messages = [self.say(state).capital(problem.message(lang)) for problem in refusal.problems]
        html = rendered("refusal.html", state, "/", messages=messages, code=refusal.problems[0].code, again=again)
        return HTMLResponse(html, refusal.status, refusal.headers)

    async def what_if(self, request: Request) -> Response:
        """What another number or choice would give."""
        pairs = await pairs_of(request)
        given = dict(pairs)
        state = self.read([(name, text) for name, text in pairs if name not in (MOVED, COMPARED)])
        say, values = self.say(state), dict[str, Any]()
        messages: list[str] = []
        if SIGNATURE in state.facts:
            asked = (state, say, given.get(MOVED), given.get(COMPARED))
            try:
                values = await self.worker.run(lambda session: what_if(session, *asked))
            except InputFault as error:
                messages = [contradiction(problem, state, say) for problem in error.problems]
        values |= {"messages": messages, "found": bool(values), "shown": {"answers": answers(state, say)}}
        return self.page("whatif.html", state, "/et-si", 422 if messages or state.faults else 200, **values)

    async def dossier(self, request: Request) -> Response:
        """The life of a contract: a dossier is pasted or built by forms, its timeline shown or given as a file."""
        given, posted = dict(await pairs_of(request)), request.method == "POST"
        state = self.read([pair for pair in given.items() if not posted or pair[0] in (LANG, EMBED)])
        say = self.say(state)
        day = (given.get(DAY) if posted else None) or say.scalar(state.as_of or self.calendar())
        text, form = dossier_page.form(given, state, say, day)
        values: dict[str, Any] = {"text": text or dossier_page.EXAMPLE, "example": not text, "day": day, **form}
        values |= {"messages": [], "html": "", "letters": ()}
        if text.strip():
            try:
                life, matter = await self.worker.run(lambda session: dossier_page.follow(session, say, text, day))
                if (kind := request.path_params.get("kind")) is not None:
                    return downloads.attached(f"{downloads.LIFE}.{kind}", downloads.life_file(life, text, kind, say))
                values |= {"html": dossier_page.shown(life, say), "letters": allowed(matter, self.worker.registry)}
            except Outside as outside:
                values["html"] = Markup(fragment(outside_page.page(outside, say), 1))
            except InputFault as error:
                values["messages"] = [dossier_page.fault_text(problem, state.lang) for problem in error.problems]
        return self.page("dossier.html", state, "/dossier", 422 if values["messages"] else 200, **values)

    async def letter(self, request: Request) -> Response:
        """A letter on what a page shows, as a Word file."""
        given = dict(await pairs_of(request))
        own = {downloads.LETTER, "dossier", *OF_PEOPLE}
        state = self.read([(name, text) for name, text in given.items() if name not in own])
        if state.faults:
            raise Refused([fault.problem for fault in state.faults.values()])
        kind = given.get(downloads.LETTER, "")

        def written(session: Session) -> bytes:
            if "dossier" in given:
                _, matter = dossier_page.follow(session, self.say(state), given["dossier"], given.get(DAY, ""))
            else:
                facts = read_case(nested(state.facts), session.registry.vocabulary)
                matter = matter_of_case(session, facts, state.choices, state.as_of)
            if kind not in allowed(matter, session.registry):
                raise refused("request-page")
            return downloads.letter(session, matter, kind, given)

        return downloads.attached(f"{kind}.docx", await self.worker.run(written))

    async def rules(self, request: Request) -> Response:
        """The rules: all of them, one item, or what changed from one text to another."""
        given = dict(await pairs_of(request))
        say = self.say(self.read([(LANG, given[LANG])] if LANG in given else []))
        pages = RulesPages(say, readers=self.readers)
        item = request.path_params.get("item")
        if item is None:
            return HTMLResponse(pages.index())
        if item == COMPARED:
            sides = given.get("de", "")[:80], given.get("a", "")[:80]
            whom = await self.worker.run(lambda session: effects(session, *sides)) if WHOM in given else None
            return HTMLResponse(pages.between(*sides, whom))
        cases = await self.worker.run(examples)
        state = self.read([pair for pair in given.items() if pair[0] != TEXT])
        case = None
        if SIGNATURE in state.facts and not state.faults:
            with contextlib.suppress(InputFault):  # facts that contradict each other: the rule alone
                case = state, await self.worker.run(lambda session: decided(session, state))
        return HTMLResponse(pages.item(item[:80], cases.get(item[:80], ()), given.get(TEXT, ""), case))


def _origin(request: Request) -> str:
    """The address that a request came to, without its path."""
    return str(request.base_url).rstrip("/")


async def of_former_rules(held: Sequence[Worker], state: State, now: Decision, say: Say) -> Markup:
    """What the rules of a link gave where that is something else; nothing where none of those ``held`` are they."""

    def before(session: Session) -> Decision | None:
        try:
            decision = decided(session, read_state(state.pairs(whole=True), session.registry, state.lang))
        except InputFault:
            return None
        return decision if rules_of(decision) == state.rules else None

    for worker in held:
        then = await worker.run(before)
        if then is not None:
            return Markup(fragment(_beside(then, now, Say(worker.registry, say.lang), say)))
    return Markup("")


def _beside(then: Decision, now: Decision, said: Say, say: Say) -> list[Paragraph | Table]:
    w = wording(say.lang)
    before, today = _told(then, said), _told(now, say)
    rows = [(label, before.get(label, "—"), text) for label, text in today.items() if before.get(label) != text]
    if not rows:
        return [Paragraph(w("rules_same"))]
    return [Paragraph(f"{sentence(then, said)}."), Table((say("result"), w("rules_then"), w("rules_now")), tuple(rows))]


def _told(decision: Decision, say: Say) -> dict[str, str]:
    """The headline results in words, the most of each contract year apart."""
    lines = (([] if line is None else [line.year], result) for line, result in decision.lines)
    return {named_years(say.label(result), years, say): say.result(result) for years, result in lines}
