"""What a document with faults is meant to say: a document comes in; its faults, and one to look for others in, go out.

A name or value with a likely other one is taken for that one, and what else is wrong in its form is looked at too; an
entry with any other fault is left out. No case is decided by what comes out: a text with faults never is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.errors import Problem
from engine.language.pieces import Keys, Piece
from engine.policy.amending import texts_under
from engine.policy.document import Document, document_of
from engine.policy.misfits import Misfit
from engine.policy.schema import Shape, misfits

_PASSES = 4  # what a mended name holds may need mending, too


def as_meant(document: Document, wanted: Shape) -> tuple[Document | None, list[Problem], frozenset[str]]:
    """The document that was meant, if it can be told; every fault of shape; the ids of what is left out of it.

    A fault that is gone once a likely name or value is taken, such as a key that is missing, is no other fault.
    """
    problems: list[Problem] = []
    mended: set[Keys] = set()
    found = misfits(document, wanted)
    for _ in range(_PASSES):
        likely = {misfit.path: misfit for misfit in found if misfit.problem.nearest is not None}
        if not likely:
            break
        problems += (misfit.problem for misfit in likely.values() if misfit.problem not in problems)
        mended |= {(*path[:-1], str(each.problem.nearest)) for path, each in likely.items() if each.is_key}
        document = _rewritten(document, likely, ())
        found = misfits(document, wanted)
    problems += (misfit.problem for misfit in found if misfit.problem not in problems and misfit.path not in mended)
    spoilt = {_entry(misfit.path) for misfit in found}
    spoilt |= {path[:-1] for path in spoilt if path and _emptied(path[:-1], document, spoilt)}
    lost = [document.part(*path).data for path in spoilt]
    ids = texts_under("id", lost) | texts_under("aliases", lost)  # those that they had before among them
    kept = _rewritten(document, {}, spoilt) if spoilt else document
    whole = not spoilt or (() not in spoilt and not misfits(kept, wanted))
    return kept if whole else None, problems, frozenset(ids)


def _entry(path: Keys) -> Keys:
    """The path of the member of a list that a path leads through first; none where it leads through no list."""
    return path[: next((number for number, step in enumerate(path, 1) if isinstance(step, int)), 0)]


def _emptied(path: Keys, document: Document, left_out: Collection[Keys]) -> bool:
    """Whether nothing is left of a list; what stands beside overlays would be taken for another thing without them."""
    members = range(len(document.part(*path).data))
    return path != ("overlays",) and all((*path, number) in left_out for number in members)


def _rewritten(document: Document, likely: Mapping[Keys, Misfit], left_out: Collection[Keys]) -> Document:
    """The document with some names and values replaced and some parts left out; each place is that of before."""
    names = {path: str(misfit.problem.nearest) for path, misfit in likely.items() if misfit.is_key}

    def copied(piece: Piece, path: Keys) -> Piece:
        if path in likely and path not in names:
            return piece.of(likely[path].problem.nearest)
        if isinstance(piece.value, list):
            within = ((part, (*path, number)) for number, part in enumerate(piece.value))
            return piece.of([copied(part, inside) for part, inside in within if inside not in left_out])
        if not isinstance(piece.value, dict):
            return piece
        named = ((key, names.get((*path, key), key), part) for key, part in piece.value.items())
        kept = ((key, name) for key, name, _ in named if name == key or name not in piece.value)
        return piece.of({name: copied(piece[key], (*path, key)) for key, name in kept if (*path, key) not in left_out})

    return document_of(copied(document.root(), ()))
