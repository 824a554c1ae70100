"""What the command that compares rules says of their effects: two versions come in, pages and witnesses go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.common import (
    FORMATS,
    format_option,
    guarded,
    json_text,
    laid_out,
    lang_option,
    locale_language,
    open_session,
    policies_option,
    write,
)
from engine.errors import Location, fault

if TYPE_CHECKING:
    from engine.evaluation.session import Session
    from engine.report.page import Block
    from engine.review.diff.behaviour import Behaviour
    from engine.review.diff.measures import Portfolio
    from engine.review.diff.twins import Side


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where to write witnesses, if anywhere, on which portfolio to measure, and in which language to say it."""

    witness: str | None
    portfolio: str | None
    lang: str


def behaviour_blocks(
    a: tuple[Session, Sequence[str]], b: tuple[Session, Sequence[str]], wanted: Wanted
) -> tuple[list[Block], dict[str, Any]]:
    """The effects of a change between two sides, each a session and the ids of its conventions: page and object.

    Raises:
        InputFault: witnesses cannot be written, or the portfolio cannot be read.
    """
    from engine.report.behaviour_page import behaviour_object, behaviours_page
    from engine.report.portfolio_page import portfolio_object, portfolio_page
    from engine.review.diff.behaviour import behaviour

    pairs = _paired(a, b)
    # The file first: what is wrong with it is told before the comparison takes its time.
    measured = None if wanted.portfolio is None else _measured(wanted.portfolio, pairs, (a[0], b[0]))
    found = [behaviour(first, second) for first, second in pairs]
    files = _write_witnesses(found, (a[0], b[0]), wanted) if wanted.witness is not None else [{} for _ in found]
    blocks: list[Block] = list(behaviours_page(found, files, wanted.lang))
    objects = [behaviour_object(each, names, wanted.lang) for each, names in zip(found, files, strict=True)]
    data: dict[str, Any] = {"behaviour": objects}
    if measured is not None:
        blocks.extend(portfolio_page(measured, found, wanted.lang))
        data["portfolio"] = portfolio_object(measured)
    return blocks, data


def _measured(name: str, pairs: Sequence[tuple[Side, Side]], sessions: tuple[Session, Session]) -> Portfolio:
    """The rows of a file under both versions; two conventions are forced on every row."""
    try:
        from engine.review.diff.portfolio import measured
    except ModuleNotFoundError as error:
        raise fault(Location("avenant"), "extra-missing", module=error.name, extra="bulk") from None
    forced = [sides for sides in pairs if sides[0].convention.id != sides[1].convention.id]
    return measured(name, *sessions, forced[0] if forced else None)


def _paired(a: tuple[Session, Sequence[str]], b: tuple[Session, Sequence[str]]) -> list[tuple[Side, Side]]:
    """The conventions to compare with each other: the two that are asked for, or those of the same id."""
    from engine.review.diff.twins import Side

    (first, mine), (second, other) = a, b
    pairs = [(mine[0], other[0])] if len(mine) == len(other) == 1 else [(id_, id_) for id_ in mine if id_ in other]
    return [(Side(first, first.registry.by_id(old)), Side(second, second.registry.by_id(new))) for old, new in pairs]


def _write_witnesses(
    found: Sequence[Behaviour], sessions: tuple[Session, Session], wanted: Wanted
) -> list[dict[int, str]]:
    """A case file for each effect and one suite; files that the command did not write stay as they are."""
    from engine.report.behaviour_files import SUITE, commands_of, suite_text, witness_names, witness_text
    from engine.report.whom import Whom

    folder = Path(wanted.witness or ".")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise fault(Location(str(folder)), "output-unwritable", reason=error.strerror or type(error).__name__) from None
    places = {"a": str(sessions[0].registry.root), "b": str(sessions[1].registry.root)}
    texts: dict[Path, str] = {}
    named: list[dict[int, str]] = []
    for each in found:
        whom = Whom(each, wanted.lang)
        files: dict[int, str] = {}
        prefix = f"{each.b.convention.id}_" if len(found) > 1 else ""
        for number, (name, effect) in enumerate(zip(witness_names(each.effects), each.effects, strict=True)):
            path = folder / (prefix + name)
            texts[path] = witness_text(effect, whom, commands_of(each, places), path.as_posix())
            files[number] = path.as_posix()
        named.append(files)
    if texts:
        texts[folder / SUITE] = suite_text(found, wanted.lang)
    for path in texts:
        _refuse_foreign(path)
    for path, text in texts.items():
        write(text, str(path))
    return named


def _refuse_foreign(path: Path) -> None:
    """Stops before a file is overwritten that someone else wrote.

    Raises:
        InputFault: there is such a file.
    """
    from engine.report.behaviour_files import MARK
    from engine.report.messages import LANGUAGES, word

    try:
        with path.open("rb") as stream:
            start = stream.read(len(MARK))
    except FileNotFoundError:
        return
    except OSError as error:
        raise fault(Location(str(path)), "output-unwritable", reason=error.strerror or type(error).__name__) from None
    if start != MARK.encode():
        reason = {lang: word("file_is_foreign", lang) for lang in LANGUAGES}
        raise fault(Location(str(path)), "output-unwritable", reason=reason)


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--behaviour", is_flag=True, help="Say for whom the result changes, each with a case that shows it.")
@click.option("--witness", metavar="DIR", help="With --behaviour: write a case file for each change into this folder.")
@click.option("--portfolio", metavar="FILE", help="With --behaviour: also measure the change on rows of cases.")
@format_option(*FORMATS)
@lang_option
@policies_option
@guarded
def diff(
    a: str,
    b: str,
    behaviour: bool,
    witness: str | None,
    portfolio: str | None,
    format_: str,
    lang: str | None,
    policies: str | None,
) -> None:
    """Compare two conventions, or two folders of conventions: for whom the result changes, and why."""
    if not behaviour and (witness or portfolio):
        raise click.UsageError("--witness, --portfolio: go with --behaviour")
    wanted = Wanted(witness, portfolio, lang or locale_language())
    blocks, data = behaviour_blocks(_side(a, policies), _side(b, policies), wanted)
    write(json_text(data) if format_ == "json" else laid_out(blocks, format_, None), None)


def _side(name: str, policies: str | None) -> tuple[Session, tuple[str, ...]]:
    if Path(name).is_dir():
        session = open_session(name)
        return session, tuple(session.registry.conventions)
    session = open_session(policies)
    return session, (session.registry.by_id(name).id,)
