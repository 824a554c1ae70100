"""Opens the two sides of a comparison: conventions, folders or git revisions come in, loaded conventions go out.

A side that cannot be read is never taken for an empty one: its faults are told with the name of the side, and all
faults of both sides at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from engine.comparison import revisions
from engine.errors import InputFault, Location, Problem, fault, in_order, misuse
from engine.policy.model import Convention
from engine.policy.places import HEAD, policies_place
from engine.policy.reading import load_registry, load_vocabulary
from engine.policy.registry import Registry, earlier

SINCE_PARTED = "..."
BETWEEN = ".."

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Side:
    """One side: the name to show, what was read, and the ids of the conventions to compare."""

    name: str
    registry: Registry
    conventions: tuple[str, ...]


def open_sides(a: str | None, b: str | None, git: str | None, policies: str | None) -> tuple[Side, Side]:
    """Both sides of a comparison, older first, with the names and types of what is compared known to agree.

    Without ``git``, ``a`` and ``b`` are ids of conventions in the policies folder, policies folders, or the folder of
    one convention; a folder beside a single convention is narrowed to that one, and a convention alone is compared with
    the one before it. With ``git``, ``REV`` is compared with the working tree, ``REV1..REV2`` one revision with
    another, and ``REV1...REV2`` the commit where both histories part with the second; ``a`` and ``b`` (``a`` again
    unless given, or the one before it where ``a`` is new) then narrow the sides to a convention.

    Raises:
        InputFault: with every fault of both sides, or of the repository.
        UsageFault: nothing to compare, an unknown convention, an unknown revision.
    """
    sides = _opened(a, b, git, policies)
    texts = ((side.registry, side.registry.conventions[id_]) for side in sides for id_ in side.conventions)
    problems = [problem for registry, text in texts for problem in registry.resolved(text).problems]
    if problems:
        raise InputFault(in_order(problems))
    return sides


def _opened(a: str | None, b: str | None, git: str | None, policies: str | None) -> tuple[Side, Side]:
    if git is not None:
        return _from_git(a, b, git, policies)
    if a is not None and b is None:
        return _since_the_one_before(a, policies)
    if a is None or b is None:
        raise misuse(Location("diff"), "sides-missing")
    if not Path(a).is_dir() and not Path(b).is_dir():
        first, _ = _named(a, policies)
        return first, replace(_chosen(first, b), name=b)
    (first, first_alone), (second, second_alone) = _both(partial(_named, a, policies), partial(_named, b, policies))
    if first_alone and not second_alone:
        return first, _chosen(second, *first.conventions)
    if second_alone and not first_alone:
        return _chosen(first, *second.conventions), second
    return first, second


def paired(old: Side, new: Side) -> tuple[tuple[str, str], ...]:
    """The ids of conventions to compare: one with one whatever their names, several by id.

    One that only the newer side has is compared with the one before it, if the older side has that.
    """
    if len(old.conventions) == len(new.conventions) == 1:
        return ((old.conventions[0], new.conventions[0]),)
    known = {id_: old.registry.conventions[id_] for id_ in old.conventions}
    ids = sorted({*old.conventions, *new.conventions})
    return tuple(
        (id_ if id_ in known else text_before(new.registry.conventions[id_], known) or id_, id_) for id_ in ids
    )


def text_before(convention: Convention, known: Mapping[str, Convention]) -> str | None:
    """The text that a convention amends, or the last for the same beneficiary whose window opens before, if known."""
    if convention.amends in known:
        return convention.amends
    return next((each.id for each in earlier(convention, known.values())), None)


def _since_the_one_before(name: str, policies: str | None) -> tuple[Side, Side]:
    """A convention and the one before it, both of one folder."""
    side, alone = _named(name, policies)
    conventions = side.registry.conventions
    if not alone:
        raise misuse(Location("diff"), "sides-missing")
    before = text_before(conventions[side.conventions[0]], conventions)
    if before is None:
        raise misuse(Location("diff"), "sides-alone", convention=name)
    return replace(side, name=before, conventions=(before,)), side


def _from_git(a: str | None, b: str | None, git: str, policies: str | None) -> tuple[Side, Side]:
    for name in (a, b):
        if name is not None and Path(name).is_dir():
            raise misuse(Location("--git"), "sides-folder", folder=name)
    found = policies_place(policies, Path.cwd())
    if found.origin == "package":
        raise fault(Location("policies"), "folder-missing")
    place = revisions.repository(found.path)
    before, after = _revisions(place, git)
    newer = partial(revision_side, place, *after) if after else partial(folder_side, found.path, found.origin)
    first, second = _both(partial(revision_side, place, *before), newer)
    second = _chosen(second, b or a)
    if a is not None and b is None and a not in first.registry.conventions:
        a = text_before(second.registry.conventions[second.conventions[0]], first.registry.conventions) or a
    return _chosen(first, a), second


def _both(first: Callable[[], _T], second: Callable[[], _T]) -> tuple[_T, _T]:
    """What both give, or every fault of both."""
    opened: list[_T] = []
    problems: list[Problem] = []
    for side in (first, second):
        try:
            opened.append(side())
        except InputFault as error:
            problems.extend(error.problems)
    if problems:
        raise InputFault(problems)
    return opened[0], opened[1]


def folder_side(path: Path, origin: str = "option") -> Side:
    """The policies folder ``path``, with the facts of the case schema beside it where there is one.

    Raises:
        InputFault: with every fault of the folder.
    """
    folder = path if path.name not in ("", "..") else path.resolve()
    schema = folder.parent / revisions.CASE_SCHEMA
    return _side(path.as_posix(), path, origin, schema, str(path), schema.as_posix())


def revision_side(place: revisions.Repository, name: str, revision: str) -> Side:
    """The policies of one commit or tree, whose places begin with ``name:``; without a name, at the top.

    Raises:
        InputFault: there are no policies in the commit, or with every fault of them.
    """
    start = name and f"{name}:"
    shown = start + (place.policies or ".")
    with tempfile.TemporaryDirectory(prefix="avenant-") as folder:
        root = revisions.copy(place, revision, Path(folder))
        if not any(root.iterdir()):
            raise fault(Location(shown), "git-no-policies")
        return _side(name, root, "revision", root.parent / revisions.CASE_SCHEMA, shown, f"{start}{place.case_schema}")


def _side(name: str, root: Path, origin: str, schema: Path, shown: str, schema_shown: str) -> Side:
    known = schema if schema.is_file() else None
    try:  # unlike the project's own, the case schema of a side may be anything
        load_vocabulary(known)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise fault(Location(schema_shown), "case-schema-damaged", reason=type(error).__name__) from None
    registry = load_registry(root, origin, known, Path(shown))
    return Side(name, registry, tuple(registry.conventions))


def _revisions(place: revisions.Repository, git: str) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """The name and the commit of the older side and of the newer, None for the working tree."""
    if SINCE_PARTED in git:
        first, _, second = (part or "HEAD" for part in git.partition(SINCE_PARTED))
        parted = revisions.common_ancestor(place, first, second)
        return (parted[: revisions.SHORT], parted), (second, revisions.commit(place, second))
    if BETWEEN in git:
        first, _, second = (part or "HEAD" for part in git.partition(BETWEEN))
        return (first, revisions.commit(place, first)), (second, revisions.commit(place, second))
    return (git, revisions.commit(place, git)), None


def _named(name: str, policies: str | None) -> tuple[Side, bool]:
    """The folder of that name, else the convention; and whether it is a single convention that was asked for."""
    path = Path(name)
    if (path / HEAD).is_file():
        path = path if path.name not in ("", "..") else path.resolve()
        return replace(_chosen(folder_side(path.parent), path.name), name=name), True
    if path.is_dir():
        return folder_side(path), False
    place = policies_place(policies, Path.cwd())
    return replace(_chosen(folder_side(place.path, place.origin), name), name=name), True


def _chosen(side: Side, convention: str | None) -> Side:
    """The side narrowed to one convention, which it must have."""
    if convention is None:
        return side
    return replace(side, conventions=(side.registry.by_id(convention).id,))
