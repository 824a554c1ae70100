"""Letters from the pages: what a page shows comes in, the letters that may be written of it, or one of them, go out.

People's names travel in the body of a form, as sensitive facts do, and are not kept.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from engine.evaluation.session import Session
from engine.letters.matter import KINDS, Matter, stops
from engine.letters.people import OF_PEOPLE, SENDER, people_of
from engine.policy import loader

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KIND = "lettre"


def possible(matter: Matter, session: Session) -> tuple[str, ...]:
    """The kinds of letter that would say no more than the decision; none where the extra is not installed."""
    if importlib.util.find_spec("docxtpl") is None:
        return ()
    return tuple(kind for kind in KINDS if not stops(kind, matter, session.registry, KIND))


def written(session: Session, matter: Matter, kind: str, given: Mapping[str, str]) -> bytes:
    """The letter with what the form says of people; what it leaves out is marked in it.

    Raises:
        InputFault: the letter would say more than the decision, or there is no such kind.
    """
    from engine.letters.writing import letter_of, letters_folder, sender_file, template_of

    folder = letters_folder(None, session.registry.root)
    template, own = template_of(kind, folder), sender_file(folder)
    fund = {} if own is None else people_of(loader.load(own), SENDER)
    people = {**fund, **{name: given[name] for name in OF_PEOPLE if given.get(name, "").strip()}}
    return letter_of(kind, matter, session.registry, template, people=people, place=KIND)
