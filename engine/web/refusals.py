"""Refusals of requests: a status and problems come in, RFC 9457 problem details for programs go out.

The codes are those of the command line; a request has some of its own, which begin with ``request-``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from engine.errors import Location, Problem

MEDIA = "application/problem+json"
TRY_AGAIN = 1  # seconds after which a refused call may come again

# The status of each code that says more than that the case is at fault (422).
STATUS: Mapping[str, int] = {
    "request-form": 400,
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
    "yaml-syntax": 400,
    "yaml-duplicate-key": 400,
    "wrong-encoding": 400,
    "too-deep": 400,
    "file-empty": 400,
}
UNREADABLE = 422


class Refused(Exception):
    """A request that is not answered, and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(problem.code for problem in problems))


def refused(code: str, place: str = "request", **values: object) -> Refused:
    """The refusal for one problem of the request itself."""
    return Refused([Problem(Location(place), code, values)])


def status_of(problems: Sequence[Problem]) -> int:
    """The status that tells the gravest of the problems."""
    return STATUS.get(problems[0].code, UNREADABLE)


def problem_object(problems: Sequence[Problem], lang: str) -> dict[str, Any]:
    """Problem details (RFC 9457): the first problem heads them, ``problems`` lists all with code and place."""
    first = problems[0]
    return {
        "type": f"urn:avenant:problem:{first.code}",
        "title": first.message(lang),
        "status": status_of(problems),
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


def problem_response(problems: Sequence[Problem], lang: str) -> Response:
    """The refusal as a program reads it."""
    status = status_of(problems)
    return JSONResponse(problem_object(problems, lang), status, headers_of(status), media_type=MEDIA)


def headers_of(status: int) -> dict[str, str]:
    """When to come again, where that is worth it."""
    return {"Retry-After": str(TRY_AGAIN)} if status in (429, 503) else {}
