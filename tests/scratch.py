"""Scratch git repositories that hold policies, for tests of what surrounds a change of rules."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from command import ROOT
from small_rules import rewrite

ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


@dataclass(frozen=True, slots=True)
class Scratch:
    """A repository of its own, with a name and an address set in it alone."""

    top: Path

    def git(self, *arguments: str, **environment: str) -> str:
        """What git says, once it is sure that it did what it was asked."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.top,
            env={**os.environ, **ENVIRONMENT, **environment},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self, message: str) -> str:
        """Commits everything, and gives the commit's name."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def edit(self, path: str, old: str, new: str) -> None:
        """Replaces ``old``, which must stand in the file exactly once."""
        file = self.top / path
        assert file.read_text(encoding="utf-8").count(old) == 1, (path, old)
        rewrite(file, old, new)

    def write(self, path: str, text: str) -> None:
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def scratch(top: Path, *conventions: str, policies: Path = ROOT / "policies") -> Scratch:
    """A repository with these conventions and the project's case schema, all committed."""
    shutil.copytree(_template(conventions, policies).name, top, dirs_exist_ok=True)
    return Scratch(top)


@cache
def _template(conventions: tuple[str, ...], policies: Path) -> TemporaryDirectory[str]:
    """Such a repository, made once to be copied."""
    folder = TemporaryDirectory()
    top = Path(folder.name)
    for name in conventions:
        shutil.copytree(policies / name, top / "policies" / name)
    (top / "schemas").mkdir(parents=True)
    shutil.copy(ROOT / "schemas" / "case.schema.json", top / "schemas")
    made = Scratch(top)
    made.git("init", "-q", "-b", "main")
    made.git("config", "user.email", "someone@example.org")
    made.git("config", "user.name", "Someone")
    made.commit("Begin")
    return folder
