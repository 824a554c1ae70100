"""Real rules with fewer items, for questions about one result that would be proved of all of them otherwise."""

from __future__ import annotations

from dataclasses import replace

from engine.evaluation.session import Session
from engine.policy.model import Convention


def only(session: Session, result: str) -> Session:
    """The same rules with what a result rests on, under each overlay, and nothing else."""
    registry, kept = session.registry, set()
    for each in registry.conventions.values():
        for laid in ((), *((pair,) for pair in registry.covering(each))):
            kept |= {compiled.step.item.id for compiled in session.program(each, laid).below((result,))}
        kept |= {id_ for id_ in each.items if any(id_.endswith(f".{fact}") for fact in each.knows)}  # what it offers

    def cut(convention: Convention) -> Convention:
        overlays = (
            replace(each, replace={old: new for old, new in each.replace.items() if old in kept})
            for each in convention.overlays
        )
        head = {id_: headline for id_, headline in convention.results.headline.items() if id_ == result}
        return replace(
            convention,
            items={id_: item for id_, item in convention.items.items() if id_ in kept},
            overlays=tuple(overlays),
            properties={},
            results=replace(convention.results, headline=head),
        )

    return Session(replace(registry, conventions={id_: cut(each) for id_, each in registry.conventions.items()}))
