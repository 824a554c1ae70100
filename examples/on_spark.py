"""Runs the command `avenant` under spark-submit, which starts Python files only (docs/batch.md)."""

from engine.cli import main

main()
