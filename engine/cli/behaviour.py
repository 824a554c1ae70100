"""What the comparison of rules says of their effects: two sides come in, blocks of a page and witnesses go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.witnesses import write_witnesses
from engine.errors import Location, fault

if TYPE_CHECKING:
    from engine.comparison.effects.behaviour import Behaviour
    from engine.comparison.effects.measures import Portfolio
    from engine.comparison.effects.twins import Side
    from engine.comparison.sides import Side as Read
    from engine.evaluation.session import Session
    from engine.report.page import Block


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where to write witnesses, if anywhere, on which portfolio to measure, and in which language to say it."""

    witness: str | None
    portfolio: str | None
    lang: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a comparison of behaviour says: as blocks of a page, as keys of an object, and whether a result changes."""

    found: tuple[Behaviour, ...]
    blocks: tuple[Block, ...]
    data: Mapping[str, Any]

    @property
    def changes(self) -> bool:
        return any(each.effects for each in self.found)


def behaviour_of(sides: tuple[Read, Read], pairs: Sequence[tuple[str, str]], wanted: Wanted) -> Said:
    """The effects of a change between the conventions of two sides, paired.

    Raises:
        InputFault: witnesses cannot be written, or the portfolio cannot be read.
    """
    from engine.comparison.effects.behaviour import behaviour
    from engine.comparison.effects.twins import Side
    from engine.evaluation.session import Session
    from engine.report.behaviour_page import behaviour_object, behaviours_page
    from engine.report.portfolio_page import portfolio_object, portfolio_page

    sessions = (Session(sides[0].registry), Session(sides[1].registry))
    twins = [
        (Side(sessions[0], sides[0].registry.by_id(old)), Side(sessions[1], sides[1].registry.by_id(new)))
        for old, new in pairs
    ]
    # The file first: what is wrong with it is told before the comparison takes its time.
    measured = None if wanted.portfolio is None else _measured(wanted.portfolio, twins, sessions)
    found = [behaviour(first, second) for first, second in twins]
    files = _write_witnesses(found, sessions, wanted) if wanted.witness is not None else [{} for _ in found]
    blocks: list[Block] = list(behaviours_page(found, files, wanted.lang))
    objects = [behaviour_object(each, names, wanted.lang) for each, names in zip(found, files, strict=True)]
    data: dict[str, Any] = {"behaviour": objects}
    if measured is not None:
        blocks.extend(portfolio_page(measured, found, wanted.lang))
        data["portfolio"] = portfolio_object(measured)
    return Said(tuple(found), tuple(blocks), data)


def _measured(name: str, pairs: Sequence[tuple[Side, Side]], sessions: tuple[Session, Session]) -> Portfolio:
    """The rows of a file under both versions; two conventions are forced on every row."""
    try:
        from engine.comparison.effects.portfolio import measured
    except ModuleNotFoundError as error:
        raise fault(Location("avenant"), "extra-missing", module=error.name, extra="bulk") from None
    forced = [sides for sides in pairs if sides[0].convention.id != sides[1].convention.id]
    return measured(name, *sessions, forced[0] if forced else None)


def _write_witnesses(
    found: Sequence[Behaviour], sessions: tuple[Session, Session], wanted: Wanted
) -> list[dict[int, str]]:
    """A case file for each effect and one suite; files that the command did not write stay as they are."""
    from engine.report.behaviour_files import SUITE, commands_of, place_of, suite_text, witness_names, witness_text
    from engine.report.whom import Whom

    folder = Path(wanted.witness or ".")
    places = (place_of(sessions[0].registry), place_of(sessions[1].registry))
    texts: dict[str, str] = {}
    named: list[dict[int, str]] = []
    for each in found:
        whom = Whom(each, wanted.lang)
        files: dict[int, str] = {}
        prefix = f"{each.b.convention.id}_" if len(found) > 1 else ""
        for number, (name, effect) in enumerate(zip(witness_names(each.effects), each.effects, strict=True)):
            files[number] = (folder / (prefix + name)).as_posix()
            texts[prefix + name] = witness_text(effect, whom, commands_of(each, places), files[number])
        named.append(files)
    if texts:
        texts[SUITE] = suite_text(found, wanted.lang)
    write_witnesses(folder, texts)
    return named
