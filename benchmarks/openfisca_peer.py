"""The peer's side of the bulk benchmark: the synthetic policy in openfisca-core, one simulation of all the doctors.

openfisca-core brings numpy and pytest in versions of its own, so it lives in .venv-bench and works in a process of its
own: :class:`OpenFisca` starts this module there, sends it a line for each run, and reads lines of JSON. Words are
columns of numpy text, which the peer's ``set_input`` turns into its enumerations on the clock.
Tables are numpy arrays instead of a tree of parameters, which is faster.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peak import peak_mib
from benchmarks.synthetic import (
    AMOUNT,
    BANDS,
    CLOSED,
    COORDINATED,
    MINIMUM,
    OPEN,
    OPTIONS,
    OTHER_MINIMUM,
    RISE,
    TOLERANCE,
    YEARS,
    answer,
    draw_cases,
)

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PERIOD = "2025"
NUMBERS = ("secteur", "annee", "suivie", "depart", "actuelle")
BOOLEANS = ("optam", "groupe", "zone_sous_dense", "logiciel_partage", "autre_aide")
WORDS: Mapping[str, tuple[str, ...]] = {
    "specialite": (*OPEN, *CLOSED),
    "coordination": (*COORDINATED, "aucune"),
    "option": tuple(OPTIONS),
    "tranche": tuple(BANDS),
}
Formula = Callable[[Any, Any], Any]


class OpenFisca:
    """The peer in its own process, with the cases drawn."""

    def __init__(self, cases: int, repeat: int) -> None:
        """Starts it.

        Raises:
            ImportError: it is not installed, or did not start.
        """
        if not PYTHON.exists():
            raise ImportError("openfisca-core is not installed (make bench puts it into .venv-bench)")
        command = [str(PYTHON), "-m", "benchmarks.openfisca_peer", str(cases), str(repeat)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.version = self._read()["version"]

    def run(self) -> dict[str, Any]:
        """One whole simulation: ``seconds``, ``wrong`` answers, and the process's ``peak`` in MiB so far."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        self._process.communicate()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            message = self._process.communicate()[1].strip().splitlines()
            raise ImportError(f"openfisca-core stopped: {message[-1] if message else 'no message'}")
        found: dict[str, Any] = json.loads(line)
        return found


@dataclass(frozen=True, slots=True)
class Doctors:
    """The rules and the cases, ready to be run."""

    system: Any
    columns: Mapping[str, Any]
    eligible: Any
    payment: Any

    def run(self) -> dict[str, Any]:
        import numpy as np

        start = time.perf_counter()
        eligible, payment = self._simulate()
        seconds = time.perf_counter() - start
        wrong = (eligible != self.eligible) | (np.abs(payment - self.payment) > TOLERANCE)
        return {"seconds": seconds, "wrong": int(wrong.sum()), "peak": peak_mib()}

    def _simulate(self) -> tuple[Any, Any]:
        from openfisca_core.simulations import SimulationBuilder

        simulation = SimulationBuilder().build_default_simulation(self.system, count=len(self.eligible))
        for name, values in self.columns.items():
            simulation.set_input(name, PERIOD, values)
        return simulation.calculate("eligible", PERIOD), simulation.calculate("payment", PERIOD)


def load_doctors(cases: int, repeat: int) -> Doctors:
    import numpy as np

    drawn = draw_cases(cases)
    answers = [answer(case) for case in drawn]
    names = (*NUMBERS, *BOOLEANS, *WORDS)
    columns = {name: np.tile(np.array([getattr(case, name) for case in drawn]), repeat) for name in names}
    eligible = np.tile(np.array([each.eligible for each in answers]), repeat)
    payment = np.tile(np.array([each.payment for each in answers]), repeat)
    return Doctors(system(), columns, eligible, payment)


def system() -> Any:
    """The rules, their words as enumerations."""
    from openfisca_core.entities import build_entity
    from openfisca_core.indexed_enums import Enum
    from openfisca_core.periods import DateUnit
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    doctor = build_entity("doctor", "doctors", "Doctor", is_person=True)
    system = TaxBenefitSystem([doctor])

    def add(name: str, type_: Any, **more: Any) -> None:
        body = {"value_type": type_, "entity": doctor, "definition_period": DateUnit.YEAR, "label": name, **more}
        system.add_variable(type(name, (Variable,), body))

    for name in NUMBERS:
        add(name, int)
    for name in BOOLEANS:
        add(name, bool)
    for name, words in WORDS.items():
        enumeration = Enum(name, {word: word for word in words})
        add(name, Enum, possible_values=enumeration, default_value=next(iter(enumeration)))
    for name, (type_, formula) in _formulas().items():
        add(name, type_, formula=formula)
    return system


def _formulas() -> dict[str, tuple[type, Formula]]:
    import numpy as np

    minimum = np.array([MINIMUM.get(name, OTHER_MINIMUM) for name in WORDS["specialite"]])
    closed = np.array([name in CLOSED for name in WORDS["specialite"]])
    coordinated = np.array([name in COORDINATED for name in WORDS["coordination"]])
    amounts = np.array([[[AMOUNT[option, year, band] for band in BANDS] for year in YEARS] for option in OPTIONS])
    rises = np.array([[RISE[option, band] for band in BANDS] for option in OPTIONS])
    code = np.asarray  # the number of a word within its enumeration

    def eligible(doctor: Any, period: Any) -> Any:
        sector, specialty = doctor("secteur", period), code(doctor("specialite", period))
        return (
            ((sector == 1) | ((sector == 2) & doctor("optam", period)))
            & ~closed[specialty]
            & (doctor("groupe", period) | doctor("zone_sous_dense", period))
            & coordinated[code(doctor("coordination", period))]
            & (doctor("suivie", period) >= minimum[specialty])
            & doctor("logiciel_partage", period)
            & ~doctor("autre_aide", period)
        )

    def amount(doctor: Any, period: Any) -> Any:
        return amounts[code(doctor("option", period)), doctor("annee", period) - 1, code(doctor("tranche", period))]

    def objective(doctor: Any, period: Any) -> Any:
        rise = rises[code(doctor("option", period)), code(doctor("tranche", period))]
        return doctor("depart", period) * (1 + rise / 100)

    def payment(doctor: Any, period: Any) -> Any:
        now = doctor("actuelle", period)
        part = np.minimum(1, now / np.maximum(doctor("objective", period), 1))
        paid = doctor("eligible", period) & (now >= doctor("depart", period))
        return np.where(paid, doctor("amount", period) * part, 0)

    return {
        "eligible": (bool, eligible),
        "amount": (float, amount),
        "objective": (float, objective),
        "payment": (float, payment),
    }


def serve(cases: int, repeat: int) -> None:
    """Answers on standard output until standard input ends."""
    doctors = load_doctors(cases, repeat)
    _say({"version": importlib.import_module("importlib.metadata").version("openfisca-core")})
    for _ in sys.stdin:
        _say(doctors.run())


def _say(found: Mapping[str, Any]) -> None:
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
