"""The command that serves pages and the API, from this machine unless told otherwise."""

from __future__ import annotations

import datetime as dt

import click

from engine.cli.common import Given, given
from engine.errors import Location, Problem, UsageFault
from engine.words import LANGUAGES


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port to listen on.")
@click.option("--name", multiple=True, metavar="HOST", help="A host name that it answers to as well (repeatable).")
@click.option(
    "--allow-embedding", multiple=True, metavar="ORIGIN", help="A site whose pages may frame these (repeatable)."
)
@click.option("--proxy-hops", default=0, type=click.IntRange(0, 5), help="Proxies before it that say who calls.")
@given()
def serve(
    rules: Given, host: str, port: int, name: tuple[str, ...], allow_embedding: tuple[str, ...], proxy_hops: int
) -> None:
    """Serve the estimate as pages, and decisions as an API, until interrupted. Nothing is stored."""
    try:
        from engine.web.app import LOOPBACK, Settings, make_app
        from engine.web.server import run
    except ModuleNotFoundError as error:
        values = {"module": error.name, "extra": "web"}
        raise UsageFault(Problem(Location("serve"), "extra-missing", values)) from None
    if host not in LOOPBACK:
        click.echo(rules.say("serving_beyond"), err=True)
    settings = Settings(
        policies=rules.policies,
        lang=rules.typed.get("lang") or LANGUAGES[0],
        hosts=(*LOOPBACK, host, *name),
        embedding=allow_embedding,
        proxy_hops=proxy_hops,
        calendar=dt.date.today,
        tell=lambda line: click.echo(line, err=True),
    )
    app = make_app(settings)
    click.echo(rules.say("serving_at", address=f"http://{host}:{port}/"))
    run(app, host, port)
