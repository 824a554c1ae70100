"""What a long command is doing is shown on a terminal, gone when it is done, and never written into a pipe."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys

import pytest
from command import ROOT
from small_rules import SMALL

OPTIONS = ["--policies", str(SMALL), "--lang", "fr"]
LONG = {
    "Décide les essais": ["test"],
    "Modifie les règles": ["test", "--mutation"],
    "Prouve pour tous les cas": ["check", "--deep"],
    "pour qui le résultat change": ["diff", "ancienne", "nouvelle", "--behaviour"],
}


def begun(command: list[str], stream: int) -> subprocess.Popen[bytes]:
    told = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "140", "PYTHONUTF8": "1"}
    program = [sys.executable, "-c", "from engine.cli import main; main()", *command, *OPTIONS]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=stream, cwd=ROOT, env=told)


def read_to_its_end(terminal: int) -> str:
    """What a terminal is told; it takes no more than a page before someone reads it."""
    parts: list[bytes] = []
    with contextlib.suppress(OSError):  # as the last writer closes it
        while part := os.read(terminal, 65_536):
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()


@pytest.mark.sweep(number=len(LONG), usual=1)
def test_a_terminal_sees_what_is_done_and_how_far(number: int) -> None:
    doing, command = list(LONG.items())[number]
    seen, terminal = pty.openpty()
    with begun(command, terminal) as program:
        os.close(terminal)
        text = read_to_its_end(seen)
        assert program.stdout is not None
        assert program.stdout.read()
    assert "Traceback" not in text
    lines = [line for line in re.split(r"[\r\n]", text) if doing in line]
    counts = [(int(done), int(total)) for line in lines for done, total in re.findall(r"(\d+)/(\d+)", line)]
    assert max(done for done, _ in counts) > 0, "it says how many are done, of how many"
    assert all(done <= total for done, total in counts)


@pytest.mark.turns(command=tuple(LONG.values()))
def test_a_pipe_gets_the_answer_alone(command: list[str]) -> None:
    with begun(command, subprocess.PIPE) as program:
        said, told = program.communicate()
    assert (bool(said), told) == (True, b"")
