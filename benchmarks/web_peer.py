"""The peer of the web benchmark: the synthetic policy in openfisca-core's own web API, one worker, until ended."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.openfisca_peer import system


def main(port: int) -> None:
    """Serves with gunicorn, as `openfisca serve` does."""
    from gunicorn.app.base import BaseApplication
    from openfisca_core.parameters import ParameterNode
    from openfisca_web_api.app import create_app

    class Served(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            self.cfg.set("bind", f"127.0.0.1:{port}")
            self.cfg.set("workers", 1)
            self.cfg.set("loglevel", "critical")

        def load(self) -> Any:
            rules = system()
            rules.parameters = ParameterNode(
                "", data={"one": {"values": {"2020-01-01": {"value": 1}}}}
            )  # it asks for one
            return create_app(rules)

    Served().run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
