"""Which members of two lists belong together: keys and likenesses come in, pairs and what stands alone go out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

ALIKE = 0.5  # from here on two members are one that changed, and not one gone and one new


@dataclass(frozen=True, slots=True)
class Matching:
    """Indexes into both lists.

    ``same`` have equal keys, ``changed`` are alike; ``moved`` are those of both that changed places; ``gone`` and
    ``new`` are in one list only.
    """

    same: tuple[tuple[int, int], ...]
    changed: tuple[tuple[int, int], ...]
    moved: tuple[tuple[int, int], ...]
    gone: tuple[int, ...]
    new: tuple[int, ...]


def matched(
    left: Sequence[Hashable], right: Sequence[Hashable], likeness: Callable[[int, int], float], *, ordered: bool
) -> Matching:
    """Pairs the members of two lists, given as keys: equal ones first, then the most alike (0 to 1)."""
    waiting: dict[Hashable, list[int]] = {}
    for j, name in enumerate(right):
        waiting.setdefault(name, []).append(j)
    same = [(i, waiting[name].pop(0)) for i, name in enumerate(left) if waiting.get(name)]
    rest, free = set(range(len(left))) - {i for i, _ in same}, set(range(len(right))) - {j for _, j in same}
    scored = ((-likeness(i, j), i, j) for i in sorted(rest) for j in sorted(free))
    changed: list[tuple[int, int]] = []
    for _, i, j in sorted(each for each in scored if -each[0] >= ALIKE):
        if i in rest and j in free:
            changed.append((i, j))
            rest.remove(i)
            free.remove(j)
    pairs = sorted((*same, *changed))
    moved = _out_of_order(pairs) if ordered else ()
    return Matching(tuple(same), tuple(sorted(changed)), moved, tuple(sorted(rest)), tuple(sorted(free)))


def _out_of_order(pairs: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The fewest pairs without which the others stand in the same order on both sides."""
    chains: list[list[tuple[int, int]]] = []
    for pair in pairs:
        longest = max((chain for chain in chains if chain[-1][1] < pair[1]), key=len, default=[])
        chains.append([*longest, pair])
    kept = max(chains, key=len, default=[])
    return tuple(pair for pair in pairs if pair not in kept)
