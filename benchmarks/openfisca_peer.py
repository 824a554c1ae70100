"""The peer's side of the bulk benchmark: the synthetic policy in openfisca-core, one simulation of all the doctors.

openfisca-core brings numpy and pytest in versions of its own, so it lives in .venv-bench and works in a process of its
own: :func:`openfisca` starts this module there, sends it a line for each run, and reads lines of JSON. Words are
columns of numpy text, which the peer's ``set_input`` turns into its enumerations on the clock.
Tables are numpy arrays instead of a tree of parameters, which is faster.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

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
from benchmarks.turns import Run

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


@contextmanager
def openfisca(cases: int, repeat: int) -> Iterator[Callable[[], Run]]:
    """The peer in its own process with the cases drawn: a whole simulation, in cases a second.

    Raises:
        ImportError: it is not installed, or did not start.
    """
    if not PYTHON.exists():
        raise ImportError("openfisca-core is not installed (make bench puts it into .venv-bench)")
    command = [str(PYTHON), "-m", "benchmarks.openfisca_peer", str(cases), str(repeat)]
    with Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:
        asked, told = process.stdin, process.stdout
        assert asked is not None
        assert told is not None
        if not told.readline():
            raise ImportError("openfisca-core did not start, see above")

        def run() -> Run:
            print(file=asked, flush=True)
            return Run(*json.loads(told.readline()))

        yield run
        asked.close()


@dataclass(frozen=True, slots=True)
class Doctors:
    """The rules and the cases, ready to be run."""

    system: Any
    columns: Mapping[str, Any]
    eligible: Any
    payment: Any

    def run(self) -> tuple[float, int]:
        """Cases a second, and how many answers were wrong."""
        import numpy as np
        from openfisca_core.simulations import SimulationBuilder

        start, count = time.perf_counter(), len(self.eligible)
        simulation = SimulationBuilder().build_default_simulation(self.system, count=count)
        for name, values in self.columns.items():
            simulation.set_input(name, PERIOD, values)
        eligible, payment = (simulation.calculate(name, PERIOD) for name in ("eligible", "payment"))
        speed = count / (time.perf_counter() - start)
        wrong = (eligible != self.eligible) | (np.abs(payment - self.payment) > TOLERANCE)
        return speed, int(wrong.sum())


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
    """A line when ready, and one for each line of standard input until that ends."""
    doctors = load_doctors(cases, repeat)
    print("ready", flush=True)
    for _ in sys.stdin:
        print(json.dumps(doctors.run()), flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
