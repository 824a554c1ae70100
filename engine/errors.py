"""Takes what went wrong and where; gives it back as one line a person can act on, in French or English.

Every other room reports through :class:`Problem`; the words of each code are data in :mod:`engine.words`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from typing import Any, NamedTuple

from engine.escaping import on_one_line
from engine.records import dataclass
from engine.words import read_words

ERROR, WARNING = "error", "warning"
MIN_BEGUN = 3  # letters from which the only name that begins with them is meant
# Faults that are not told beside others of the same place, which say more.
_LESSER = {"wrong-value": ("unknown-",), "number-leap": ("percent-small", "ratio-large", "number-negative")}
MAX_FAULTS = 100  # told at once of one file; a file made to flood the reader gets no more


class Location(NamedTuple):  # half of all that is read of a policy, and a tuple is made in a third of the time
    """A place in a file; line and column count from 1, and 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return Location, (*self,)  # stored in two thirds of the time

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its stable ``code``, the values its sentence needs, and the nearest valid name if one is near.

    A value that is itself words is a mapping of languages. A warning tells what may be meant as it stands.
    """

    location: Location
    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    nearest: str | None = None
    severity: str = ERROR

    def message(self, lang: str = "en") -> str:
        """The sentence of the fault, then what was expected, then the nearest valid name."""
        words, frame = read_words("errors", lang)[self.code], read_words("reports", lang)
        values = {key: value[lang] if isinstance(value, Mapping) else value for key, value in self.values.items()}
        parts = [words["message"].format_map(values)]
        if "expected" in words:
            parts.append(frame["problem_expected"].format(text=words["expected"].format_map(values)))
        if self.nearest:
            parts.append(frame["problem_nearest"].format(name=self.nearest))
        return on_one_line(". ".join([*(part.removesuffix(".") for part in parts[:-1]), parts[-1]]))

    def line(self, lang: str = "en") -> str:
        """``file:line:col: code: message``; before the message of a warning, that it is one."""
        mark = read_words("reports", lang)["problem_warning"] if self.severity == WARNING else ""
        return on_one_line(f"{self.location}: {self.code}: {mark}{self.message(lang)}")


def quoted(text: str) -> Mapping[str, str]:
    """A text from outside as each language quotes it."""
    return {"en": f"'{text}'", "fr": f"« {text} »"}


class InputFault(Exception):
    """The input (policy, case, file) is at fault: every problem found, sorted by place. Exit status 1."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(problem.line() for problem in self.problems))


class UsageFault(Exception):
    """The command was called wrongly (an unknown interpretation, an unknown item). Exit status 2."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(problem.message() for problem in problems))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Errors, then warnings, sorted by place, the same one told once, and of each file no more than a hundred."""
    some = sorted(problems, key=lambda problem: problem.nearest is not None)  # of two, the one that knows what is meant
    beside = {(p.location, lesser) for p in some for lesser, greater in _LESSER.items() if p.code.startswith(greater)}
    known = (problem for problem in some if (problem.location, problem.code) not in beside)
    unique = {(p.severity, p.location, p.code, replace(p, nearest=None).message()): p for p in known}
    told: list[Problem] = []
    counts: dict[str, int] = {}
    for problem in (unique[key] for key in sorted(unique)):
        count = counts[problem.location.file] = counts.get(problem.location.file, 0) + 1
        if count <= MAX_FAULTS:
            told.append(problem)
        elif count == MAX_FAULTS + 1:
            told.append(_too_many(problem))
    return tuple(told)


def wrong(location: Location, code: str, nearest: str | None = None, /, **values: object) -> Problem:
    """A :class:`Problem` that is an error."""
    return Problem(location, code, values, nearest)


def unknown(location: Location, code: str, id_: str, names: Collection[str], **values: object) -> Iterator[Problem]:
    """That there is no such name, with the one that was perhaps meant; nothing where there is."""
    if id_ not in names:
        yield wrong(location, code, nearest(id_, names), id=id_, **values)


def fault(location: Location, code: str, nearest: str | None = None, **values: object) -> InputFault:
    """An :class:`InputFault` of a single problem."""
    return InputFault([wrong(location, code, nearest, **values)])


def misuse(location: Location, code: str, nearest: str | None = None, **values: object) -> UsageFault:
    """A :class:`UsageFault` of a single problem."""
    return UsageFault(wrong(location, code, nearest, **values))


def refuse_unknown(location: Location, code: str, id_: str, names: Collection[str]) -> None:
    """Raises UsageFault where an id that was asked for is none of those there are."""
    for problem in unknown(location, code, id_, names):
        raise UsageFault(problem)


def reason_of(error: OSError) -> str:
    """What the system says of an error."""
    return error.strerror or type(error).__name__


def unreadable(name: object, error: OSError) -> InputFault:
    """The fault of a file that is not there, or that the system does not let anyone read."""
    if isinstance(error, FileNotFoundError):
        return fault(Location(str(name)), "file-missing")
    return fault(Location(str(name)), "file-unreadable", reason=reason_of(error))


def decoded(content: bytes, name: str) -> str:
    """The text of a file.

    Raises:
        InputFault: they are not UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = Location(name, 1 + content.count(b"\n", 0, error.start), 1)
        raise fault(place, "wrong-encoding", byte=f"0x{content[error.start]:02x}") from None


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Says which extra of the package brings a library that is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise fault(Location("avenant"), "extra-missing", module=error.name, extra=extra) from None


def warning(location: Location, code: str, **values: object) -> Problem:
    """A problem that may be meant as it stands."""
    return Problem(location, code, values, severity=WARNING)


def bounded(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The first hundred different problems, and that there are more; what is not told is not looked for."""
    told: set[tuple[Location, str, str]] = set()
    for problem in problems:
        told.add((problem.location, problem.code, problem.message()))
        if len(told) > MAX_FAULTS:
            yield _too_many(problem)
            return
        yield problem


def _too_many(problem: Problem) -> Problem:
    """That there are more like it: a hundred warnings make no error."""
    return Problem(problem.location, "too-many-faults", {"limit": MAX_FAULTS}, severity=problem.severity)


def nearest(
    name: str, names: Iterable[str], before: Sequence[Problem] = (), said: Mapping[str, str] | None = None
) -> str | None:
    """The valid name that looks most like ``name``, or None if none is near, or for a fault that is not told.

    ``before`` are the faults found until now: a likeness takes a millisecond, and a file may have a hundred thousand.
    ``said`` are names by what else they are called.
    """
    if len(before) > MAX_FAULTS:
        return None
    import difflib  # only where something is wrong

    word, own = name.casefold(), {each.casefold(): each for each in names}
    known = {each.casefold(): meant for each, meant in (said or {}).items()} | own
    found = [each for each in known if sorted(each) == sorted(word)][:1]  # letters that changed places
    for others, cutoff in ((known.keys() - own.keys(), 0.75), (own.keys(), 0.6)):
        found = found or (difflib.get_close_matches(word, others, n=1, cutoff=cutoff) if others else [])
    if not found and len(name) >= MIN_BEGUN:
        begun = {known[each]: each for each in known if each.startswith(word)}
        found = [*begun.values()] if len(begun) == 1 else []
    return known[found[0]] if found else None
