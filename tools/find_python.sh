#!/bin/sh
# Print a Python that can carry the set-up. An interpreter given as $1 is taken as it is.
# First choice: the newest of 3.14 to 3.11 with venv and C headers. Second: any from 3.11; setup_env.py then says what
# it lacks.

complete='import os, sys, sysconfig, ensurepip, venv
header = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(not ((3, 11) <= sys.version_info < (3, 15) and os.path.exists(header)))'
recent='import sys; sys.exit(sys.version_info < (3, 11))'

if [ -n "${1-}" ]; then
    "$1" -c "$recent" </dev/null 2>/dev/null && echo "$1" && exit
    echo "avenant: $1 is not Python 3.11 or newer" >&2
    exit 1
fi
for probe in "$complete" "$recent"; do
    for candidate in python3.14 python3.13 python3.12 python3.11 python3 python; do
        "$candidate" -c "$probe" </dev/null >/dev/null 2>&1 && echo "$candidate" && exit
    done
done
echo "avenant: no Python 3.11 to 3.14 on PATH: install one, or name it with PYTHON=/path/to/python3" >&2
exit 1
