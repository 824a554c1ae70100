"""The pages: what a request asks comes in, HTML goes out, the same with and without a script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.policy.registry import Registry
from engine.report.say import Say
from engine.web.estimate import estimate
from engine.web.refusals import Refused, headers_of, refused, status_of
from engine.web.shown import Field, Shown
from engine.web.state import Pairs, State, read_state
from engine.web.templates import page as rendered
from engine.web.templates import wording
from engine.web.worker import Worker

MAX_PARAMETERS = 200
FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages over one worker; ``calendar`` tells the day that a new estimate begins with."""

    worker: Worker
    lang: str
    calendar: Callable[[], dt.date]

    @property
    def registry(self) -> Registry:
        return self.worker.session.registry

    async def start(self, request: Request) -> Response:
        """The first page: who signs, and when."""
        state = await self._state(request)
        facts = self.registry.vocabulary.facts
        today = state.as_of or self.calendar()
        usual = {BENEFICIARY: self.registry.vocabulary.beneficiary, SIGNATURE: today, **state.facts}
        fields = [
            Field.of(facts[name], replace(state, facts=usual), self.say(state)) for name in (BENEFICIARY, SIGNATURE)
        ]
        return self.page("start.html", state, request.url.path, fields=fields, today=today.isoformat())

    async def estimating(self, request: Request) -> Response:
        """The question to answer next, beside the result so far."""
        return await self._estimate(request, "estimate.html", whole=False)

    async def result(self, request: Request) -> Response:
        """The whole result of what was answered."""
        return await self._estimate(request, "result.html", whole=True)

    async def _estimate(self, request: Request, template: str, *, whole: bool) -> Response:
        state = await self._state(request)
        canonical = f"{request.url.path}?{state.query()}"
        if not state.faults and request.method == "GET" and canonical != _asked(request) and not state.dropped:
            return RedirectResponse(canonical, 303)
        say = self.say(state)
        title = wording(state.lang)("your_contract")
        found = await self.worker.run(lambda session: estimate(session, state, title, whole=whole))
        shown = Shown(found, say, whole)
        status = 422 if state.faults or found.problems else 200
        return self.page(template, state, request.url.path, status, shown=shown, estimate=found)

    async def _state(self, request: Request) -> State:
        """The state that a request describes; raises as :meth:`pairs`."""
        return self.read(await self.pairs(request))

    def read(self, pairs: Pairs) -> State:
        """The state that parameters describe."""
        return read_state(pairs, self.registry, self.lang)

    async def pairs(self, request: Request) -> Pairs:
        """The parameters of a request's address and form.

        Raises:
            Refused: a form that cannot be read, or a parameter given twice.
        """
        pairs = _pairs(request.scope["query_string"].decode("latin-1"))
        if request.method == "POST":
            if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != FORM:
                raise refused("request-media", wanted=FORM)
            pairs = [*pairs, *_pairs((await request.body()).decode("latin-1"))]
        names = [name for name, _ in pairs]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise refused("request-repeated", name=", ".join(repeated[:8]))
        return pairs

    def say(self, state: State) -> Say:
        """What says things in the language of a state."""
        return Say(self.registry, state.lang)

    def page(self, template: str, state: State, path: str, status: int = 200, **values: Any) -> Response:
        """The answer that a template makes of a state and values."""
        headers = NO_STORE if state.sensitive else {"Cache-Control": "private, no-cache"}
        return HTMLResponse(rendered(template, state, path, **values), status, headers)

    def refusal(self, refusal: Refused, lang: str) -> Response:
        """The page that says why a request is not answered."""
        state = State(vocabulary=self.registry.vocabulary, lang=lang, facts={})
        messages = [problem.message(lang) for problem in refusal.problems]
        status = status_of(refusal.problems)
        html = rendered("refusal.html", state, "/", messages=messages, code=refusal.problems[0].code)
        return HTMLResponse(html, status, headers_of(status))


def _asked(request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"{request.url.path}?{query}"


def _pairs(text: str) -> Pairs:
    """The parameters of a query or form.

    Raises:
        Refused: it is not in UTF-8, or has too many parameters.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except (UnicodeDecodeError, ValueError):
        raise refused("request-form") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise refused("request-form")
    return pairs
