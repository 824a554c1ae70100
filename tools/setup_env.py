"""Make the virtual environment: locked dependencies with hashes, durable-rules built here, this package editable.

durable-rules is published as source only, and its latest release calls a function that Python 3.13 removed. So it
is built apart from the rest: with that function's present name, never from a cached wheel, and with the compiler
of PyPI's ziglang where the machine has none.

Usage: python tools/setup_env.py .venv
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "locks" / "avenant.lock"
COMPILER_LOCK = ROOT / "locks" / "compiler.lock"
BUILT_APART = "durable-rules"
RENAMED = "-DPyEval_CallObject=PyObject_CallObject"
PROBE = "import durable_rules_engine"


def main(venv: Path) -> None:
    check_interpreter()
    python = venv / "bin" / "python"
    if not belongs(venv, python):
        say(f"Python {'.'.join(map(str, sys.version_info[:3]))}, environment {venv}")
        if subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)]).returncode:
            stop(f"{sys.executable} -m venv failed, see above; name another Python with PYTHON=/path/to/python3")

    entries = read_lock(LOCK)
    durable = entries.pop(BUILT_APART)
    say(f"{len(entries)} locked packages")
    install_locked(python, "\n".join(entries.values()), "--no-deps")
    if not durable_works(python, durable):
        build_durable(python, durable, venv / "durable-rules.log")
    pip(python, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    # As pip does for every other package: else each start compiles the engine where Python may not keep the result.
    subprocess.run([str(python), "-m", "compileall", "-q", str(ROOT / "engine")])
    say("ready")


def check_interpreter() -> None:
    """Stop with the cure where this Python cannot carry the set-up; tools/find_python.sh has seen to its age."""
    if sys.version_info >= (3, 15):
        say("this Python is newer than those the tests run on (3.11 to 3.14)")
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        stop(f"{sys.executable} has no ensurepip: install python3-venv (Debian, Ubuntu), or name another with PYTHON=")
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        stop(
            f"{sys.executable} has no Python.h, which durable-rules needs: install python3-dev (Debian, Ubuntu) or "
            "python3-devel (Fedora), or name another with PYTHON="
        )


def belongs(venv: Path, python: Path) -> bool:
    """Tell whether the environment is there, was made at this place and by this version of Python."""
    if not python.exists():
        return False
    code = "import sys; print(sys.version_info[:2] + (sys.prefix,))"
    found = subprocess.run([str(python), "-c", code], capture_output=True, text=True)
    script = venv / "bin" / "pip"
    expected = (*sys.version_info[:2], str(venv.absolute()))
    return found.stdout.strip() == str(expected) and script.exists() and str(venv.absolute()) in script.read_text()


def read_lock(path: Path) -> dict[str, str]:
    """Give the requirements of a lock file by package name, each with its hashes."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    return {name[0].lower(): entry for entry in entries if (name := re.match(r"[\w.-]+", entry))}


def durable_works(python: Path, entry: str) -> bool:
    wanted = entry.partition("==")[2].split()[0]
    code = f"{PROBE}; from importlib.metadata import version; assert version('{BUILT_APART}') == '{wanted}'"
    return subprocess.run([str(python), "-c", code], capture_output=True).returncode == 0


def build_durable(python: Path, entry: str, log: Path) -> None:
    """Build durable-rules with the machine's compiler, else with Zig's; the result counts once it can be imported."""
    log.write_text("")
    compiler = system_compiler()
    if compiler:
        say(f"building {BUILT_APART} with {compiler}")
        if try_build(python, entry, log, {"CC": f"{compiler} {RENAMED}"}):
            return
    say(f"building {BUILT_APART} with the C compiler of PyPI's ziglang")
    with tempfile.TemporaryDirectory(prefix="zig-", dir=log.parent) as folder, log.open("a") as output:
        options = ("--require-hashes", "--no-deps", "--target", folder, "-r", str(COMPILER_LOCK))
        fetched = pip(python, *options, stdout=output, stderr=output, check=False).returncode == 0
        if fetched and try_build(python, entry, log, zig_environment(python, Path(folder))):
            return
    stop(f"{BUILT_APART} did not build: install a C compiler (gcc or clang) and run again; details in {log}")


def system_compiler() -> str | None:
    """Name the C compiler: that of CC, else the usual ones. AVENANT_COMPILER=zig passes over them (CI does)."""
    if os.environ.get("AVENANT_COMPILER") == "zig":
        return None
    return os.environ.get("CC") or next(filter(shutil.which, ("cc", "gcc", "clang")), None)


def zig_environment(python: Path, folder: Path) -> dict[str, str]:
    # Baseline: the build may run on another machine of the same kind. No traps: Zig adds them by default.
    zig = f"{shlex.quote(str(python.absolute()))} -m ziglang"
    compiler = f"{zig} cc -mcpu=baseline -fno-sanitize=undefined"
    settings = {
        "CC": f"{compiler} {RENAMED}",
        "AR": f"{zig} ar",
        "RANLIB": f"{zig} ranlib",
        "PYTHONPATH": str(folder.absolute()),
        "ZIG_GLOBAL_CACHE_DIR": str(folder.absolute() / "cache"),
        "ZIG_LOCAL_CACHE_DIR": str(folder.absolute() / "cache"),
    }
    if sys.platform == "linux":
        settings["LDSHARED"] = f"{compiler} -shared"
    return settings


def try_build(python: Path, entry: str, log: Path, settings: dict[str, str]) -> bool:
    options = ("--no-deps", "--no-build-isolation", "--no-cache-dir", "--no-binary", BUILT_APART, "--force-reinstall")
    with log.open("a") as output:
        # Older pips would otherwise call setup.py themselves; newer ones ignore the variable.
        environment = {**os.environ, "PIP_USE_PEP517": "1", **settings}
        done = install_locked(python, entry, *options, env=environment, stdout=output, stderr=output, check=False)
        if done.returncode:
            return False
        return subprocess.run([str(python), "-c", PROBE], stdout=output, stderr=output).returncode == 0


def install_locked(python: Path, requirements: str, *options: str, **how: Any) -> subprocess.CompletedProcess[bytes]:
    with tempfile.TemporaryDirectory(prefix="avenant-") as folder:
        part = Path(folder, "requirements.txt")
        part.write_text(requirements + "\n", encoding="utf-8")
        return pip(python, "--require-hashes", *options, "-r", str(part), **how)


def pip(python: Path, *arguments: str, check: bool = True, **how: Any) -> subprocess.CompletedProcess[bytes]:
    quiet = ("--quiet",) if check else ()
    command = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run([*command, *quiet, *arguments], stdin=subprocess.DEVNULL, **how)
    if check and done.returncode:
        stop("the packages could not be installed, see above; PyPI (or the index that pip is set to) must be reachable")
    return done


def say(text: str) -> None:
    print(f"set-up: {text}", flush=True)


def stop(text: str) -> None:
    sys.exit(f"avenant: {text}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
