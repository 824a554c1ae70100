"""Parameters of a request, of its address and its form: it comes in, pairs of names and texts go out."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from engine.web.refusals import refused
from engine.web.state import Pairs

MAX_PARAMETERS = 200
FORM = "application/x-www-form-urlencoded"


async def pairs_of(request: Request) -> Pairs:
    """The parameters of a request's address and form.

    Raises:
        Refused: a form that cannot be read, or a parameter given twice.
    """
    pairs = _read(request.scope["query_string"].decode("latin-1"))
    if request.method == "POST":
        if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != FORM:
            raise refused("request-media", wanted=FORM)
        pairs = [*pairs, *_read((await request.body()).decode("latin-1"))]
    names = [name for name, _ in pairs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise refused("request-repeated", name=", ".join(repeated[:8]))
    return pairs


def _read(text: str) -> Pairs:
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
