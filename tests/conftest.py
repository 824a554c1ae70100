"""What tests share: the repository's folders and one session over its policies."""

from __future__ import annotations

import atexit
import gc
import itertools
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from command import kept
from fewer_rules import only
from hypothesis import given, settings
from hypothesis import strategies as st
from small_rules import SMALL, rewrite

from engine.errors import Location
from engine.evaluation.session import Session
from engine.language.pieces import Piece
from engine.policy import loader
from engine.policy.reading import load_registry
from engine.suite.running import PolicyCase, read_cases

T = TypeVar("T")
KEPT = 300  # texts of rules that are not parsed again
ROOT = Path(__file__).resolve().parent.parent
CHARACTERS = st.characters(exclude_categories=["Cs"])  # as st.text() draws, which first takes seconds to list them


@dataclass(frozen=True, slots=True)
class Effort:
    """Sample size of the seeded sweeps: a tenth of each by default, all of it where ``full``."""

    full: bool

    def of(self, whole: int, least: int = 1, part: int = 10) -> int:
        """How many of ``whole`` seeds, cases or examples to run: one in ``part``, never fewer than ``least``."""
        return whole if self.full else max(least, whole // part)

    def share(self, whole: Sequence[T], least: int = 1, part: int = 10) -> Sequence[T]:
        """As many of ``whole``, spread over it."""
        return whole[:: max(1, len(whole) // self.of(len(whole), least, part))]

    def turns(self, first: Sequence[T], *others: Sequence[T], start: int = 0) -> list[tuple[T, ...]]:
        """Values that are independent: each of the ``first`` with one of the ``others`` in turn, or with all."""
        if self.full:
            return list(itertools.product(first, *others))
        found, turn = [], start
        for value in first:
            row, turn, left = [value], turn + 1, turn
            for values in others:
                left, place = divmod(left, len(values))
                row.append(values[place])
            found.append(tuple(row))
        return found


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files from what came out")
    parser.addoption(
        "--effort", choices=("usual", "full"), default="usual", help="a tenth of each seeded sweep, or all"
    )


def pytest_configure(config: pytest.Config) -> None:
    settings.register_profile("usual", deadline=None, derandomize=True, max_examples=20)
    settings.register_profile("full", deadline=None, derandomize=True, max_examples=100)
    settings.load_profile(config.getoption("--effort"))
    # Sessions and programs of whole conventions stay for many tests: to look through them every few hundred objects
    # takes an eighth of all time.
    gc.set_threshold(1_000_000, 5, 100)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    """Before its first example Hypothesis looks through all objects for its random numbers: now there are few."""
    given(st.none())(lambda _: None)()


def pytest_sessionfinish() -> None:
    """What is left at the end is looked through once, where pytest does so ten times."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # as the process ends, or DuckDB says that it leaked all that it is made of


def examples(whole: int, least: int = 10) -> settings:
    """Hypothesis settings that take the effort's share of ``whole`` examples."""
    return settings(max_examples=Effort(settings.get_current_profile_name() == "full").of(whole, least))


def effort_of(config: pytest.Config) -> Effort:
    return Effort(config.getoption("--effort") == "full")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test for a share of what it is marked with.

    ``@pytest.mark.sweep(seed=80)`` runs it for the seeds 0 to 79, or for the share that the effort takes;
    ``sweep(seed=80, usual=4)`` names another share, where one seed takes long.

    ``@pytest.mark.turns(case=CASES, lang=LANGUAGES, form=FORMATS)``, whose values are independent, runs it for each
    case with one language and one format, in turn from one case to the next, and with full effort for all
    combinations. Of a single list, as ``turns(lang=LANGUAGES)``, one value is taken, another one in another test.
    With ``every=3`` it is every third of the cases by default.
    """
    effort = effort_of(metafunc.config)
    for mark in metafunc.definition.iter_markers("sweep"):
        ((name, whole),) = ((key, value) for key, value in mark.kwargs.items() if key != "usual")
        count = effort.of(whole) if effort.full else mark.kwargs.get("usual", effort.of(whole))
        metafunc.parametrize(name, range(count))
    for mark in metafunc.definition.iter_markers("turns"):
        start = zlib.crc32(metafunc.definition.name.encode())
        lists = {name: value for name, value in mark.kwargs.items() if name != "every"}
        every, names, values = mark.kwargs.get("every"), [*lists], [*lists.values()]
        one = len(names) == 1 and not every  # of the list
        rows = effort.turns(*([("",)] if one else []), *values, start=start)
        chosen = [row[1:] for row in rows] if one else rows[:: 1 if effort.full else every]
        metafunc.parametrize(names, chosen, ids=["-".join(map(shown, row)) for row in chosen])


def shown(value: object) -> str:
    """What a value is called in the name of a test."""
    if isinstance(value, tuple):
        return "-".join(map(shown, value))
    return value.stem if isinstance(value, Path) else str(value)


@pytest.fixture(scope="session")
def effort(request: pytest.FixtureRequest) -> Effort:
    return effort_of(request.config)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder for these tests alone: what an older engine remembers of policies must not answer for this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.chdir(ROOT)  # where the real rules are read from
        yield


@pytest.fixture(scope="session", autouse=True)
def texts_parsed_once() -> Iterator[None]:
    """The same text of rules is parsed once, wherever it is copied to: only what is wrong with it says its name."""
    known: dict[str, Piece] = {}
    read = loader._Reader.read

    def named(piece: Piece, file: str) -> Piece:
        value, at, key_at = piece.value, piece.at, piece.key_at
        if type(value) is dict:
            value = {key: named(part, file) for key, part in value.items()}
        elif type(value) is list:
            value = [named(part, file) for part in value]
        return Piece(value, Location(file, at.line, at.column), Location(file, key_at.line, key_at.column))

    def once(reader: Any, text: str) -> Piece:
        if reader.is_json or not reader.name.endswith(".yaml"):
            return read(reader, text)
        piece = known.get(text)
        if piece is None:
            piece = read(reader, text)
            if not reader.problems:
                known[text] = piece
                if len(known) > KEPT:
                    known.pop(next(iter(known)))
        return piece if piece.at.file == reader.name else named(piece, reader.name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader._Reader, "read", once)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def policies(root: Path) -> Path:
    return root / "policies"


@pytest.fixture(autouse=True)
def one_place_and_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins at the root of the checkout, and its pages have one width: some runners set that of theirs."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def session() -> Session:
    """The real rules, in the session that commands have of them."""
    return kept()


@pytest.fixture(scope="session")
def policy_cases(session: Session) -> list[PolicyCase]:
    """The tests of the real rules, read once."""
    return read_cases(session)


@pytest.fixture(scope="module")
def eligibility(session: Session, effort: Effort) -> Iterator[Session]:
    """All rules with full effort, and otherwise those of eligibility: the same edits, in a tenth of the time."""
    rules = session if effort.full else only(session, "eligibilite")
    yield rules
    if rules is not session:
        rules.close()


@pytest.fixture(scope="session")
def small_policies() -> Path:
    """Two conventions of a page each, for what depends on no rule: files, locks, disks, quotes, commands."""
    return SMALL


@pytest.fixture
def small_copy(small_policies: Path, tmp_path: Path) -> Path:
    """The small policies, for a test to change."""
    return Path(shutil.copytree(small_policies, tmp_path / "policies"))


@pytest.fixture(scope="session")
def small(small_policies: Path) -> Iterator[Session]:
    opened = Session(load_registry(small_policies))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def moved_threshold(policies: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the policies in which the minimum of 2024 is 780 patients, which tests leave as it is."""
    folder = tmp_path_factory.mktemp("moved") / "policies"
    shutil.copytree(policies, folder)
    rewrite(folder / "2024_convention" / "objectives.yaml", "value: 775", "value: 780")
    return folder


@pytest.fixture(scope="session")
def known_effects() -> dict[object, Any]:
    """What was proved to change between two rules that were read from folders."""
    return {}


@contextmanager
def effects_found_once(known: dict[object, Any]) -> Iterator[None]:
    """What changes between the same two rules is proved once; for rules as they were read, whose digest tells them."""
    from engine.comparison.effects import behaviour

    prove = behaviour._compared

    def compared(meeting: Any, effort: int, told: Any) -> Any:
        days = (meeting.first, meeting.before, meeting.forced, meeting.moved)
        key = (*days, effort, rules(meeting.older), rules(meeting.newer))
        if key not in known:
            known[key] = prove(meeting, effort, told)
        return known[key]

    def rules(side: Any) -> tuple[str, ...]:
        registry, own = side.session.registry, side.convention
        laid = (later.digest for later, _ in registry.covering(own))
        return (own.id, own.digest, str(side.decides), registry.case_digest, *laid)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(behaviour, "_compared", compared)
        yield


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))
