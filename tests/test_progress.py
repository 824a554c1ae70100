"""What a long command is doing is shown on a terminal, gone when it is done, and never written into a pipe."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from command import FIXTURES, ROOT

COMMAND = [sys.executable, "-c", "from engine.cli import main; main()", "test", "--lang", "fr"]
SMALL = ["--policies", str(ROOT / FIXTURES / "small_policies")]


def shown_on(stream: int) -> subprocess.CompletedProcess[bytes]:
    told = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "PYTHONUTF8": "1"}
    return subprocess.run([*COMMAND, *SMALL], stdout=subprocess.PIPE, stderr=stream, cwd=ROOT, env=told, check=True)


def test_a_terminal_sees_what_is_done_and_how_far() -> None:
    seen, terminal = pty.openpty()
    done = shown_on(terminal)
    os.close(terminal)
    text = os.read(seen, 100_000).decode()
    os.close(seen)
    assert "Décide les essais" in text
    assert "réussi" in done.stdout.decode()


def test_a_pipe_gets_the_answer_alone() -> None:
    assert shown_on(subprocess.PIPE).stderr == b""
