"""Times a page of the estimate in a real Chromium, where there is one with Playwright: from its address to its result.

Each load has another signature date and a context of its own, so that neither rules nor browser remember anything.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
LOADS = 15
ALLOWED_MS, ALLOWED_KB = 1000.0, 60.0
FIRST = dt.date(2024, 9, 2)
_SHOWN = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
_SIZE = "performance.getEntries().reduce((sum, each) => sum + (each.transferSize || 0), 0)"


def measure_page() -> Iterator[Row | str]:
    """The rows of the table, or a note of what is lacking."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        yield "page: going on without a browser: no Playwright (make browser-test installs it)"
        return
    if chromium is None:
        yield "page: going on without a browser: no Chromium"
        return
    command = [str(Path(sys.executable).parent / "avenant"), "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as service:
        try:
            assert service.stdout is not None
            address = next(word for word in service.stdout.readline().split() if word.startswith("http://"))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                loads = [_load(browser, address, FIRST + dt.timedelta(days=number)) for number in range(LOADS + 1)]
                browser.close()
        finally:
            service.terminate()
    times, sizes = zip(*loads[1:], strict=True)  # the first call of a process compiles the plan
    yield Row(
        "page: a first result in Chromium (ms, beside what is allowed)", statistics.median(times), ALLOWED_MS, 1.0
    )
    yield Row("page: all that it loads (kB, beside what is allowed)", max(sizes) / 1000, ALLOWED_KB, 1.0)
    yield f"page: {LOADS} in Chromium, slowest {max(times):.0f} ms; the first of all {loads[0][0]:.0f} ms"


def _load(browser: object, address: str, signed: dt.date) -> tuple[float, float]:
    """How long until the page with its result is there, in ms, and how many bytes came."""
    context = browser.new_context(base_url=address)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(f"/estimer?contrat.date_signature={signed}&medecin.secteur=secteur_1&au=2026-11-28")
    found = page.evaluate(_SHOWN), page.evaluate(_SIZE)
    context.close()
    return found
