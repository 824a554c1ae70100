"""Reads policies out of git: a folder and a revision (or the index) come in, plain copies of their files go out.

The only module that runs git. Files are taken from the object store as they were committed, so that no attribute or
filter of the repository changes them, and the working tree is never touched.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from engine.errors import Location, UsageFault, fault, misuse

MAX_FILES = 2_000
MAX_BYTES = 64_000_000  # all files of one revision together
WAIT = 60  # seconds that one call of git may take
CASE_SCHEMA = "schemas/case.schema.json"
SHORT = 12  # characters of a commit that has no other name

_PLAIN_FILES = ("100644", "100755")
_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_COMMON_DIR")  # a hook's; each call finds its repository


@dataclass(frozen=True, slots=True)
class Repository:
    """Where the policies stand in git: the working folder of every call, and their path from the top."""

    top: Path
    policies: str

    @property
    def case_schema(self) -> str | None:
        """The path from the top of the case schema beside the policies, where both are in the repository."""
        return (PurePosixPath(self.policies).parent / CASE_SCHEMA).as_posix() if self.policies else None


def repository(policies: Path) -> Repository:
    """The repository that holds the folder ``policies``.

    Raises:
        InputFault: git is not installed, or the folder is in no repository.
    """
    done = _git(policies, "rev-parse", "--show-toplevel", "--show-prefix")
    if done.returncode:
        raise fault(Location(str(policies)), "git-no-repository", reason=_reason(done))
    top, _, prefix = done.stdout.decode(errors="surrogateescape").removesuffix("\n").partition("\n")
    return Repository(Path(top), prefix.rstrip("/"))


def commit(place: Repository, revision: str) -> str:
    """The full name of the commit that ``revision`` names.

    Raises:
        UsageFault: no commit is called so.
    """
    if revision and not revision.startswith("-") and revision.isprintable():
        done = _git(place.top, "rev-parse", "--verify", "--quiet", revision + "^{commit}")
        if done.returncode == 0:
            return done.stdout.decode().strip()
    raise _unknown(revision)


def common_ancestor(place: Repository, first: str, second: str) -> str:
    """The commit where the histories of two commits part.

    Raises:
        UsageFault: they have none in common.
    """
    done = _git(place.top, "merge-base", commit(place, first), commit(place, second))
    if done.returncode:
        raise _unknown(f"{first}...{second}")
    return done.stdout.decode().strip()


def _unknown(revision: str) -> UsageFault:
    return misuse(Location("--git"), "git-revision", revision=revision)


def index(place: Repository) -> str:
    """The tree that the next commit would hold, written among the objects of the repository, by its full name."""
    return _said(place, "write-tree").decode().strip()


def staged_paths(place: Repository) -> tuple[str, ...]:
    """Every path under the policies, from the top, that the next commit adds or changes; the first one adds all."""
    against = "HEAD"
    if _git(place.top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode:
        against = _said(place, "hash-object", "-t", "tree", os.devnull).decode().strip()
    options = ("--cached", "--name-only", "--no-renames", "--no-ext-diff", "--diff-filter=d", "-z")
    said = _said(place, "diff", *options, against, "--", *_wanted(place)[:1])
    return tuple(part.decode(errors="surrogateescape") for part in said.split(b"\0") if part)


def copy(place: Repository, revision: str, target: Path) -> Path:
    """Writes the rule files of a commit or tree, given by its full name, and its case schema, by their paths.

    Gives the folder of policies under ``target``, which is empty where the revision has no rules.

    Raises:
        InputFault: there are too many, they are too large, or one is no plain file.
    """
    start, files = f"{place.policies}/" if place.policies else "", list[tuple[str, str, int]]()
    listed = _said(place, "ls-tree", "-r", "-l", "-z", "--full-tree", revision, "--", *_wanted(place))
    for entry in listed.decode(errors="surrogateescape").split("\0")[:-1]:
        fields, _, path = entry.partition("\t")
        of_a_text = path.startswith(start) and path.endswith(".yaml") and path.removeprefix(start).count("/") == 1
        if path == place.case_schema or of_a_text:
            mode, _, name, size = fields.split()
            if mode not in _PLAIN_FILES or ".." in PurePosixPath(path).parts:
                raise fault(Location(path), "file-unreadable", reason=f"git {mode}")
            files.append((path, name, int(size) if size.isdigit() else 0))
    if len(files) > MAX_FILES or sum(size for *_, size in files) > MAX_BYTES:
        limit = f"{MAX_FILES} × .yaml" if len(files) > MAX_FILES else MAX_BYTES
        raise fault(Location(place.policies), "git-too-large", limit=limit)
    names = "".join(f"{name}\n" for _, name, _ in files).encode()
    said = BytesIO(_said(place, "cat-file", "--batch=%(objectsize)", given=names))
    (target / place.policies).mkdir(parents=True, exist_ok=True)
    for path, _, length in files:
        if (header := said.readline().decode().strip()) != str(length):
            raise fault(Location(path), "git-failed", reason=header)
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(said.read(length))
        said.readline()
    return target / place.policies


def _wanted(place: Repository) -> tuple[str, ...]:
    return (place.policies, place.case_schema) if place.case_schema else ()


def _said(place: Repository, *arguments: str, given: bytes = b"") -> bytes:
    done = _git(place.top, *arguments, given=given)
    if done.returncode:
        raise fault(Location(place.policies or "."), "git-failed", reason=_reason(done))
    return done.stdout


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """The first line that git complains with."""
    return done.stderr.decode(errors="replace").strip().partition("\n")[0] or f"git: {done.returncode}"


def _git(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs git in ``folder``: no shell, no pager, no question, no lock, no pathspec magic."""
    kept = {key: value for key, value in os.environ.items() if key not in _INHERITED}
    if "GIT_INDEX_FILE" in kept:  # a commit of some paths has an index of its own, named from where git was started
        kept["GIT_INDEX_FILE"] = str(Path(kept["GIT_INDEX_FILE"]).absolute())
    settings = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}
    command = ["git", "--no-pager", "-c", "core.fsmonitor=false", *arguments]
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env={**kept, **settings, "GIT_PAGER": "cat"},
            input=given,
            capture_output=True,
            timeout=WAIT,
            check=False,
        )
    except FileNotFoundError:
        raise fault(Location("git"), "git-missing") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise fault(Location("git"), "git-failed", reason=type(error).__name__) from None
