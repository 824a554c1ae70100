"""Every signature date has exactly one convention: a registry comes in, gaps and overlaps of windows go out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from engine.errors import Problem
from engine.policy.model import Convention
from engine.policy.outside import WithoutRules
from engine.policy.registry import Registry

Window = Convention | WithoutRules


def window_problems(registry: Registry) -> Iterator[Problem]:
    """Gaps, overlaps and empty windows between the conventions of each beneficiary."""
    windows: list[Window] = [*registry.conventions.values(), *registry.without_rules]
    ordered = sorted(windows, key=lambda convention: (convention.beneficiary, convention.signed_from, convention.id))
    for beneficiary, group in groupby(ordered, key=lambda window: window.beneficiary):
        own: list[Window] = []
        for convention in group:
            if convention.signed_before is not None and convention.signed_before <= convention.signed_from:
                yield Problem(convention.at, "window-empty")
            else:
                own.append(convention)
        yield from _side_by_side(beneficiary, own)


def _side_by_side(beneficiary: str, own: list[Window]) -> Iterator[Problem]:
    """Each window against the one before it that ends last: a short one does not hide a long one."""
    last = own[0] if own else None
    for second in own[1:]:
        assert last is not None, "there is one before the second"
        end, start = last.signed_before, second.signed_from
        if end is None or end > start:
            values = {"first": last.id, "second": second.id, "start": start.isoformat()}
            yield Problem(second.at, "window-overlap", values)
        elif end < start:
            gap = {"beneficiary": beneficiary, "start": end.isoformat(), "end": start.isoformat()}
            yield Problem(second.at, "window-gap", gap)
        if end is not None and (second.signed_before is None or second.signed_before > end):
            last = second
