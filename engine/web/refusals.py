"""Refusals: problems of a request come in, an answer with a status and its problem details goes out.

Programs read RFC 9457 problem details; the codes are those of the command line, and some of a request's own, which
begin with ``request-``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.errors import InputFault, Location, Problem, UsageFault
from engine.escaping import UNSAFE, in_json
from engine.web.worker import Busy

MEDIA = "application/problem+json"
_PLAIN = bytes(range(0x20, 0x7F)).replace(b"<", b"")  # what nobody can take for anything else
TRY_AGAIN = 1  # seconds after which a refused call may come again

# The status of each code that says more than that the case is at fault (422).
STATUS: Mapping[str, int] = {
    "request-form": 400,
    "request-json": 400,
    "request-repeated": 400,
    "request-page": 404,
    "request-method": 405,
    "request-slow": 408,
    "digest-mismatch": 409,
    "request-size": 413,
    "request-address": 414,
    "request-media": 415,
    "request-host": 421,
    "request-rate": 429,
    "request-fault": 500,
    "request-busy": 503,
    "yaml-duplicate-key": 400,
    "too-deep": 400,
    "file-empty": 400,
}
UNREADABLE = 422


class Refused(Exception):
    """A request that is not answered, and why: with a status that tells the gravest problem, and headers."""

    def __init__(
        self, problems: Sequence[Problem], status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.status = status or status_of(problems)
        self.headers = {**({"Retry-After": str(TRY_AGAIN)} if self.status in (429, 503) else {}), **(headers or {})}
        super().__init__(", ".join(problem.code for problem in problems))


def refused(code: str, headers: Mapping[str, str] | None = None, **values: object) -> Refused:
    """The refusal for one problem of the request itself."""
    return Refused([Problem(Location("request"), code, values)], headers=headers)


def expect_body(headers: Mapping[str, str], media: str) -> None:
    """Raises Refused: the body of a request is of another kind, in another charset, or compressed."""
    kind, _, charset = headers.get("content-type", "").casefold().replace('"', "").partition(";")
    plain = headers.get("content-encoding", "identity").casefold() == "identity"
    if kind.strip() != media or charset.strip() not in ("", "charset=utf-8") or not plain:
        wanted = media if plain else f"{media}, Content-Encoding: identity"
        raise refused("request-media", {"Accept-Encoding": "identity"}, wanted=wanted)


def refusal_of(error: Exception, method: str) -> Refused | None:
    """The refusal that an exception is; None for a fault of ours."""
    match error:
        case Refused():
            return error
        case HTTPException():
            return refused("request-method" if error.status_code == 405 else "request-page", error.headers)
        case Busy():
            return refused("request-busy")
        case UsageFault() if method in ("GET", "HEAD") and error.problems[0].code == "unknown-item":
            return Refused(error.problems, 404)  # what the address names is not there
        case InputFault() | UsageFault():
            return Refused(error.problems)
    return None


def status_of(problems: Sequence[Problem]) -> int:
    """The status that tells the gravest of the problems."""
    return STATUS.get(problems[0].code, UNREADABLE)


def problem_object(problems: Sequence[Problem], lang: str, status: int | None = None) -> dict[str, Any]:
    """Problem details (RFC 9457) of the first problem; its title is that of its type. ``problems`` lists all."""
    first = problems[0]
    return {
        "type": f"urn:avenant:problem:{first.code}",
        "title": replace(first, values=dict.fromkeys(first.values, "…"), nearest=None).message(lang),
        "status": status or status_of(problems),
        "detail": first.message(lang),
        "code": first.code,
        "problems": [
            {
                "code": problem.code,
                "message": problem.message(lang),
                "line": problem.location.line or None,
                "column": problem.location.column or None,
                "fact": problem.values.get("name"),
                "nearest": problem.nearest,
            }
            for problem in problems
        ],
    }


def problem_response(refusal: Refused, lang: str) -> Response:
    found = problem_object(refusal.problems, lang, refusal.status)
    return Response(json_text(found), refusal.status, refusal.headers, MEDIA)


def json_text(found: Any) -> bytes:
    """Data as JSON for programs, which nobody can take for a page or a command of a terminal."""
    text = msgspec.json.encode(found)
    odd = text.translate(None, _PLAIN).decode()
    harmless = "<" not in odd and re.search(UNSAFE, odd) is None
    return text if harmless else in_json(text.decode()).replace("<", "\\u003c").encode()
