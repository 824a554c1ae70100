"""The command that decides files of cases: CSV, XLSX, Parquet or JSON lines come in, the same with results go out."""

from __future__ import annotations

import sys
from functools import partial

import click

from engine.cli.common import Given, given, interpreting
from engine.cli.proving import progress
from engine.cli.tongue import flag, option, tell
from engine.errors import needing

ENGINES = ("polars", "spark")
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16")
DIALECTS = ("fr", "plain")


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="IN...")
@option("-o --output target", "OUT", "File to write: .xlsx, .csv, .parquet or .jsonl.", required=True)
@option("--engine", ENGINES, "What computes.", default="polars", show_default=True)
@flag("--criteria", "Also a column with the verdict of each criterion.")
@flag("--missing", "Also columns with what undetermined rows wait for and can still be (slower).")
@flag("--unsaid", "Also columns with the readings, rights and assumptions that matter to a row (much slower).")
@option("--encoding", ENCODINGS, "Of CSV files (default: UTF-8).")
@option("--dialect", DIALECTS, "How CSV files are written (default: by the separator).")
@option("--sheet", "NAME", "The sheet of an XLSX file that holds the cases.")
@flag("--codes", "Ids and codes also where the output is for people.")
@flag("--strict", "Exit with 1 if a row was refused, not only if all were.")
@option("--keep", "COLUMN", "A column of your own, whatever it looks like (repeatable).", multiple=True)
@given(interpreting)
def batch(
    rules: Given,
    inputs: tuple[str, ...],
    target: str,
    engine: str,
    criteria: bool,
    missing: bool,
    unsaid: bool,
    encoding: str | None,
    dialect: str | None,
    sheet: str | None,
    codes: bool,
    strict: bool,
    keep: tuple[str, ...],
) -> None:
    """Decide every row of files (CSV, XLSX, Parquet, JSON lines; patterns allowed) and sum up.

    Columns are named by fact (group.fact, or its label). Rows that cannot be decided go to OUT.rejected.csv.
    """
    from engine.bulk.job import Form, Job
    from engine.report.batch_page import FORMATS, Batch, explained
    from engine.report.decided import told_case, unsaid_ids

    if unsaid and engine == "spark":
        raise click.UsageError(tell("--unsaid: not with --engine spark"))
    with needing("spark" if engine == "spark" else "bulk"):  # the dataframe libraries, imported nowhere earlier
        if engine == "spark":
            from engine.bulk.spark import run_on_spark as run
        else:
            from engine.bulk.files import run_batch as run
    session = rules.session
    form = Form(encoding=encoding, dialect=dialect, sheet=sheet)
    unsaid_of = (lambda each: unsaid_ids(told_case(session, each))) if unsaid else None
    why = partial(explained, say=rules.say)
    job = Job(inputs, target, dict(rules.choices), criteria, missing, keep, rules.lang, form, codes, unsaid_of, why)
    with progress(rules.say("doing.batch")) as told:
        summary = run(job, session, told)
    rules.put(FORMATS, Batch(summary, job.told_in))
    if summary.refused and (strict or not summary.cases):
        sys.exit(1)
