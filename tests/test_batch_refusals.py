"""What avenant batch cannot do is told by code: an unknown format, a library that is not there, Spark stopping."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from command import avenant

from engine.bulk.inputs import format_of
from engine.errors import InputFault, UsageFault
from engine.evaluation.session import Session


def test_a_file_of_no_known_format_is_a_wrong_use_and_names_the_formats() -> None:
    with pytest.raises(UsageFault) as raised:
        format_of("contrats.xlsx")
    assert raised.value.problem.code == "file-format"
    assert ".parquet" in raised.value.problem.message("fr")


@pytest.mark.parametrize(("engine", "module", "extra"), [("polars", "narwhals", "bulk"), ("spark", "pyspark", "spark")])
def test_a_dataframe_library_that_is_not_installed_is_named_with_the_extra_that_brings_it(
    engine: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in sys.modules if name.startswith("engine.bulk")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    result = avenant("batch", "x.csv", "-o", str(tmp_path / "out.parquet"), "--engine", engine, "--lang", "en")
    assert result.exit_code == 1
    assert "extra-missing" in {line.split(": ")[1] for line in result.stderr.splitlines()}
    assert f"avenant[{extra}]" in result.stderr


@pytest.mark.spark
def test_spark_stopping_is_a_fault_of_the_run_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, session: Session, tmp_path: Path
) -> None:
    errors = pytest.importorskip("pyspark.errors")
    from engine.bulk import cluster
    from engine.bulk.job import Job

    def stop(*arguments: object) -> None:
        raise errors.PySparkException("the driver has gone\nand more")

    monkeypatch.setattr(cluster, "session", lambda: None)
    monkeypatch.setattr(cluster, "_run", stop)
    source = tmp_path / "in.csv"
    source.write_text("contrat.date_signature\n2024-09-02\n", encoding="utf-8")
    job = Job((str(source),), str(tmp_path / "out.parquet"), {}, False, False, (), "en")
    with pytest.raises(InputFault) as raised:
        cluster.run_on_spark(job, session, lambda done, total: None)
    assert [problem.code for problem in raised.value.problems] == ["spark-failed"]
