"""Every signature date has exactly one convention: a registry comes in, gaps and overlaps of windows go out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from engine.errors import Problem
from engine.policy.model import Convention
from engine.policy.registry import Registry


def window_problems(registry: Registry) -> Iterator[Problem]:
    """Gaps, overlaps and empty windows between the conventions of each beneficiary."""
    ordered = sorted(registry.conventions.values(), key=_key)
    for beneficiary, group in groupby(ordered, key=lambda convention: convention.beneficiary):
        own = list(group)
        for convention in own:
            if convention.signed_before is not None and convention.signed_before <= convention.signed_from:
                yield Problem(convention.at, "window-empty")
        for first, second in pairwise(own):
            end, start = first.signed_before, second.signed_from
            if end is None or end > start:
                values = {"first": first.id, "second": second.id, "start": start.isoformat()}
                yield Problem(second.at, "window-overlap", values)
            elif end < start:
                gap = {"beneficiary": beneficiary, "start": end.isoformat(), "end": start.isoformat()}
                yield Problem(second.at, "window-gap", gap)


def _key(convention: Convention) -> tuple[str, object, str]:
    return (convention.beneficiary, convention.signed_from, convention.id)
