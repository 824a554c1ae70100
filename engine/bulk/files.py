"""Evaluates files of cases: a job comes in, an output file, a file of refused rows and a summary go out.

Rows are read, checked, evaluated and written batch by batch, so that memory does not grow with the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.bulk.frame import WORDS, results_of
from engine.bulk.inputs import format_of, open_sources, own_columns
from engine.bulk.job import InputFile, Job, Refusal, Summary
from engine.bulk.labels import Labels
from engine.bulk.outputs import CENTS, REMARKS, cents_of, output_kinds, stated, status_of
from engine.bulk.readers import RowBatch, batches
from engine.bulk.row_answers import CAN_BE, MISSING, UNSAID, decided, told_columns, told_rows
from engine.bulk.rows import ACCEPTED, FILE, ROW, checked, facts_alone, refusals, with_far_days_as_texts
from engine.bulk.writing import write_frames, write_refused
from engine.errors import InputFault, Location, Problem, fault, needing
from engine.evaluation.session import Session
from engine.files import refuse_input, replacing
from engine.language.facts import Vocabulary
from engine.language.spoken import FRENCH, MONTH_FIRST, PLAIN, by_labels, truth_way
from engine.language.types import DATE
from engine.policy.model import CONSISTENCY, ERROR
from engine.policy.registry import Registry
from engine.policy.results import Results
from engine.words import LANGUAGES

if TYPE_CHECKING:
    from engine.bulk.workbook import Workbook

Told = Callable[[int, int], None]


def run_batch(job: Job, rules: Session, told: Told = lambda done, total: None) -> Summary:
    """Evaluates every row of the inputs into the output; ``told`` hears of the bytes read and their total.

    Raises:
        InputFault: a file or its columns are at fault, or the output cannot be written; the old output stays.
        UsageFault: a file is of no known format, or an unknown interpretation.
    """
    work = prepared(job, rules)
    total = sum(source.size for source in work.sources)
    with replacing(Path(job.output)) as path, replacing(job.rejected, empty=False) as rejected:
        given = batches(work.sources, rules.registry.vocabulary)
        write_decided(work, given, path, rejected, lambda done: told(done, total))
    told(total, total)
    return work.summary


def write_decided(
    work: Work, given: Iterator[RowBatch], path: Path, rejected: Path, told: Callable[[int], None] = lambda done: None
) -> None:
    """Writes batches with their results to ``path`` and what is wrong with refused rows to ``rejected``.

    Raises:
        InputFault: a file turns out to be damaged, or the output cannot be written.
    """
    job, sheets = work.job, work.sheets
    refuse = partial(write_refused, rejected, job.lang, work.dialect) if sheets is None else sheets.refused.extend

    def frames() -> Iterator[pl.DataFrame]:
        for batch in given:
            yield work.evaluated(batch, refuse)
            told(batch.done)

    if sheets is None:
        write_frames(frames(), path, format_of(job.output), Path(job.output), work.dialect)
    else:
        sheets.write_all(frames(), path, Path(job.output))


def prepared(job: Job, rules: Session) -> Work:
    """The work of a job whose files, columns and output are known to fit; raises as :func:`run_batch`."""
    format_ = format_of(job.output)
    rules.registry.check_choices(job.interpret)
    vocabulary = rules.registry.vocabulary
    any_ = [*added_columns(replace(job, criteria=True, missing=True), rules), *UNSAID]  # with whatever options
    of_languages = [Labels(rules.registry, lang, {}) for lang in LANGUAGES]
    told_before = {labels.header(name) for labels in of_languages for name in any_}
    sources = open_sources(job.inputs, vocabulary, added_columns(job, rules), (*job.keep, *told_before), job.form)
    check_columns(sources, vocabulary)
    check_output(job, sources, format_)
    read = {", ".join(source.left): source.sheet for source in sources if source.left}
    return Work(job, rules, sources, Summary(own=own_columns(sources, vocabulary, job.keep), sheets=read))


def added_columns(job: Job, rules: Session) -> list[str]:
    """The columns that a run adds to those of its files."""
    names = ["convention", "digest", *REMARKS]
    for id_, kind in output_kinds(rules, job.criteria, ()).items():
        names += [id_] if kind.kind == "verdict" else [id_, f"{id_}.status"]
    return [*names, *told_columns(job)]


def check_output(job: Job, sources: Sequence[InputFile], format_: str) -> None:
    """Refuses to write over an input, or nested columns where a format has none."""
    place = Location(job.output)
    for source in sources:
        for written in (Path(job.output), job.rejected):
            refuse_input(written, [Path(source.name)])
        for name, dtype in source.columns.items():
            if not _writable(dtype, format_):
                raise fault(place, "output-nested", name=name, found=str(dtype))


def _writable(dtype: pl.DataType, format_: str) -> bool:
    """Whether a format can hold a column of this type."""
    if format_ in ("csv", "xlsx"):
        return not (dtype.is_nested() or dtype == pl.Binary or (format_ == "csv" and dtype == pl.Duration))
    return format_ == "parquet" or "Binary" not in str(dtype)


class Work:
    """What happens to each batch: it is checked, decided and counted."""

    def __init__(self, job: Job, rules: Session, sources: Sequence[InputFile], summary: Summary) -> None:
        self.job, self.rules, self.sources, self.summary = job, rules, sources, summary
        self.list_text = format_of(job.output) in ("csv", "xlsx")
        self.coded = format_of(job.output) == "parquet"  # is quicker written for numbers in place of words
        self.types: Mapping[Any, Any] = dict.fromkeys(REMARKS, pl.Categorical) if self.coded else WORDS
        self.dialect = job.form.dialect or sources[0].dialect or PLAIN
        to_sheets = format_of(job.output) == "xlsx"
        codes = job.codes or not (to_sheets or (self.list_text and self.dialect == FRENCH))
        headers = {column: source.header(column) for source in reversed(sources) for column in source.columns}
        self.labels = Labels(rules.registry, job.lang, headers, codes)
        self.errors = error_ids(rules)
        self.sheets: Workbook | None = None
        if to_sheets:
            with needing("sheets"):
                from engine.bulk.workbook import Workbook  # an extra of its own
            self.sheets = Workbook(self.labels, rules.registry, job)

    def evaluated(self, batch: RowBatch, refuse: Callable[[list[Refusal]], None]) -> pl.DataFrame:
        """The rows of a batch with their results, in their order; refused rows go to their own file."""
        registry = self.rules.registry
        typed = checked(batch.frame, registry.vocabulary, registry.windows, batch.dialect)
        accepted = typed[ACCEPTED]
        frame = typed.filter(accepted).drop(ACCEPTED)
        results = results_of(frame, self.rules, self.job.interpret, self.job.criteria, coded=self.coded)
        frame = pl.concat([frame, results], how="horizontal").cast(self.types)
        holds = agreeing(frame, self.errors)
        wrong = batch.frame.filter(~accepted.scatter(accepted.arg_true(), holds))
        refuse(self._refused([*batch.refused, *self._told(wrong)]))
        frame = frame.filter(holds)
        if self.sheets is not None:
            for row in facts_alone(frame, self.rules.registry.vocabulary).iter_rows(named=True):
                decide = partial(decided, row, self.rules, self.job.interpret)
                self.sheets.explain(self.sources[row[FILE]].name, row[ROW], decide)
        frame = frame.drop(FILE, ROW)
        count_results(frame, self.summary, self.rules.registry)
        frame = frame.with_columns(told_rows(frame, self.rules, self.job, self.list_text))
        frame = with_euros(frame, self.rules.registry.results)
        return self.labels.applied(frame if self.labels.codes else without_refused(frame, self.rules.registry.results))

    def _told(self, frame: pl.DataFrame) -> Iterator[Refusal]:
        """What is wrong with rows, with the label of the fact where people read it."""
        facts = facts_alone(frame, self.rules.registry.vocabulary)
        for row in with_far_days_as_texts(facts).iter_rows(named=True):
            for each in refusals(self.sources[row[FILE]], row, self.rules, self.job.interpret):
                fact = None if self.labels.codes else self.labels.facts.get(each.name)
                yield replace(each, problem=by_labels(each.problem, fact, self.job.lang)) if fact else each

    def _refused(self, found: list[Refusal]) -> list[Refusal]:
        """The faults of rows, counted, in the order of the files."""
        order = {source.name: number for number, source in enumerate(self.sources)}
        found.sort(key=lambda each: (order[each.source.name], each.row))
        for (file, _), of_row in groupby(found, key=lambda each: (each.source.name, each.row)):
            problems = (each.problem for each in of_row)
            self.summary.refuse(file, [(each.code, each.message(self.job.lang)) for each in problems])
        return found


def check_columns(sources: Sequence[InputFile], vocabulary: Vocabulary) -> None:
    """Refuses a column of a spreadsheet that is written in two ways, of which the other values may be meant as well.

    Of dates one has the month before the day; of truths some are words and others figures.

    Raises:
        InputFault: the first such value of each column.
    """
    found: dict[tuple[str, str], Problem] = {}

    def told(source: InputFile, row: int, name: str, code: str, **values: str) -> None:
        place = Location(source.place, row, source.number(name))
        found.setdefault((source.name, name), Problem(place, code, {**values, "column": source.header(name)}))

    for source in sources:
        types = {name: vocabulary.facts[name].type for name in source.columns if name in vocabulary.facts}
        days = [name for name, type_ in types.items() if type_ == DATE]
        ways: dict[str, dict[str, str]] = {name: {} for name, type_ in types.items() if type_.kind == "boolean"}
        if source.dialect != FRENCH or not (days or ways):
            continue
        for batch in batches([source], vocabulary):
            for name in days:
                odd = batch.frame.filter(pl.col(name).str.contains(MONTH_FIRST)).head(1)
                for row, text in odd.select(ROW, name).iter_rows():
                    told(source, row, name, "date-month-first", text=text)
            for name, seen in ways.items():
                if batch.frame.schema[name] == pl.String:
                    each = batch.frame.select(ROW, name).unique(name, keep="first", maintain_order=True).drop_nulls()
                    for row, text in each.iter_rows():
                        seen.setdefault(truth_way(text), text)
                        said = [seen[way] for way in seen if way]  # not what is neither: its row is refused
                        if len(said) > 1:
                            told(source, row, name, "truths-mixed", text=text, other=said[0])
    if found:
        raise InputFault(found.values())


def count_results(frame: pl.DataFrame, summary: Summary, registry: Registry) -> None:
    """Counts the rows of a frame with results, their cents due and overpaid, and the facts that they state."""
    results = registry.results
    facts = [name for name in registry.vocabulary.facts if name in frame.columns]
    for convention, *counts in frame.group_by("convention").agg(pl.col(facts).is_not_null().sum()).iter_rows():
        summary.given.update({(convention, name): n for name, n in zip(facts, counts, strict=True) if n})
    due, over = (cents_of(id_).sum().alias(name) for name, id_ in (("due", results.due), ("over", results.recover)))
    open_ = (status_of(results.due) == "undetermined").sum().alias("open")
    verdict = stated(results.verdict).alias("verdict")
    for row in frame.group_by("convention", verdict).agg(pl.len(), due, over, open_).iter_rows():
        summary.count(*row)


def agreeing(frame: pl.DataFrame, errors: Sequence[str]) -> pl.Series:
    """For each row of a frame with results, whether it meets every consistency of ``errors``."""
    told = frame[CONSISTENCY]
    refused = [text for text in told.unique().drop_nulls() if not set(errors).isdisjoint(text.split(" "))]
    return ~told.is_in(refused).fill_null(False)


def error_ids(rules: Session) -> list[str]:
    """The consistencies that refuse a row."""
    registry = rules.registry
    items = (item for convention in registry.conventions.values() for item in convention.items.values())
    own = [item.id for item in items if item.severity == ERROR]
    return list(dict.fromkeys([*own, *(each.id for each in registry.vocabulary.agreements if each.severity == ERROR)]))


def without_refused(frame: pl.DataFrame, results: Results) -> pl.DataFrame:
    """For people: no number beside a verdict that is not the one hoped for, and nothing that it would wait for."""
    if results.verdict is None or results.verdict not in frame.columns:
        return frame
    *bad, _ = results.headline[results.verdict].words or ("",)
    refused = pl.col(results.verdict).is_in(bad).fill_null(False)
    columns = [pl.when(~refused).then(pl.col(each)).alias(each) for each in (MISSING, CAN_BE) if each in frame.columns]
    for id_ in (id_ for id_ in results.ids if id_ in frame.columns and frame.schema[id_].is_numeric()):
        columns.append(pl.when(~refused).then(pl.col(id_)).alias(id_))
        status = pl.when(refused).then(pl.lit("not_applicable")).otherwise(status_of(id_))
        columns.append(status.alias(f"{id_}.status"))
    return frame.with_columns(columns)


def with_euros(frame: pl.DataFrame, results: Results) -> pl.DataFrame:
    """Money as exact euros under the name of its result, in place of whole cents."""
    cents = {id_ + CENTS: id_ for id_ in results.ids if id_ + CENTS in frame.columns}
    euros = ((pl.col(name).cast(pl.Decimal(38, 2)) / 100).cast(pl.Decimal(18, 2)) for name in cents)
    return frame.with_columns(euros).rename(cents)
