"""The budget of proofs as an option: every command that asks the solver declares it."""

from __future__ import annotations

import click

from engine.proof.solving import DEFAULT_EFFORT

effort_option = click.option(
    "--effort",
    type=click.IntRange(1),
    metavar="N",
    default=DEFAULT_EFFORT,
    show_default=True,
    help="Steps of the solver for each question; what they leave open is said.",
)
