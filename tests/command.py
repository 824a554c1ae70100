"""Runs the command, in this process or in one of its own, and compares what it says with golden files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest
from click.testing import CliRunner, Result

import engine
from engine.cli.commands import cli
from engine.evaluation.session import Session
from engine.policy.places import policies_place

KEPT = {True: 4, False: 2}  # sessions of folders of this repository, and of copies; a process of its own makes one
ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases"
FIXTURES = Path("tests/fixtures")  # relative, as messages name files the way they were asked for
LANGUAGES = ("en", "fr")
CONVENTIONS = (  # those that stand alone; what amends one is tested by what it changes
    "2019_avenant7",
    "2020_centres_de_sante",
    "2023_reglement_arbitral",
    "2024_convention",
    "2026_contrat_collectif",
)

_SESSIONS: dict[bool, dict[Any, Session]] = {True: {}, False: {}}


def avenant(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """What the command does with ``arguments``, in this process and from the working folder.

    Commands share the sessions of this process: rules are read again where a file of their folder has changed.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "load", kept)
        return CliRunner().invoke(cli, arguments, input=stdin, prog_name="avenant")


def kept(policies: str | None = None, *, load: Callable[[str | None], Session] = engine.load) -> Session:
    """The session of a folder, as it was last read: all tests of a process share what it compiles."""
    place = policies_place(policies, Path.cwd())
    root = place.path.resolve()
    files = sorted([*root.glob("*/*.yaml"), *(root.parent / "schemas").glob("*.json")])
    try:
        key = (place, root, *((path, path.read_bytes()) for path in files))
    except OSError:
        return load(policies)  # which tells it
    known = _SESSIONS[root.is_relative_to(ROOT)]
    session = known.pop(key, None) or load(policies)
    known[key] = session
    if len(known) > KEPT[root.is_relative_to(ROOT)]:
        known.pop(next(iter(known))).close()
    return session


def start(*arguments: str, stdin: int | IO[bytes] = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """The command in a process of its own, for what only the system can do to it."""
    return subprocess.Popen(
        [sys.executable, "-c", "from engine.cli import main; main()", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Under nohup an interrupt is ignored, and what is started here would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def refused(result: Result, status: int = 1) -> str:
    """What a run says on standard error, once it is sure that it ended with ``status`` and not with a traceback."""
    assert isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    assert result.stderr
    return result.stderr


def codes_in(said: str) -> list[str]:
    """The codes of messages, in their order."""
    return [line.split(": ")[1] for line in said.splitlines()]


def plain_spaces(text: str) -> str:
    """A text in which every space is the usual one; French sets some that break no line."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def compare(golden: Path, said: str, update: bool) -> None:
    """Compares with the golden file, or with ``--update-golden`` writes it."""
    if update:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(said, encoding="utf-8")
    if not golden.exists():
        pytest.fail(f"{golden} is missing: run pytest --update-golden and read what it writes")
    assert said == golden.read_text(encoding="utf-8")
