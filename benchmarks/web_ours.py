"""Our server of the web benchmark: the synthetic policy on a port, until it is ended."""

from __future__ import annotations

import datetime as dt
import sys

from benchmarks.ours import load_ours
from engine.web.app import Settings, make_app
from engine.web.limits import Buckets
from engine.web.server import bound, run

if __name__ == "__main__":
    settings = Settings(load=lambda: load_ours().session, calendar=dt.date.today, tell=print)
    run(make_app(settings, Buckets(rate=1e9, burst=1e9)), bound("127.0.0.1", int(sys.argv[1])))
