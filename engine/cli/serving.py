"""The commands that show pages: served with the API, from this machine unless told otherwise, or as a static site."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import click

import engine
from engine.cli.common import Given, given
from engine.cli.tongue import flag, option
from engine.errors import needing
from engine.words import LANGUAGES


@click.command()
@option("--host", "ADDRESS", "The address to listen on.", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port to listen on.")
@option("--name", "HOST", "A host name that it answers to as well (repeatable).", multiple=True)
@option("--allow-embedding", "ORIGIN", "A site whose pages may frame these (repeatable).", multiple=True)
@option("--former", "DIR", "Rules of before, for both results of a link made then (repeatable).", multiple=True)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 32), help="Processes that answer.")
@click.option("--proxy-hops", default=0, type=click.IntRange(0, 5), help="Proxies before it that say who calls.")
@given()
def serve(
    rules: Given,
    host: str,
    port: int,
    name: tuple[str, ...],
    allow_embedding: tuple[str, ...],
    former: tuple[str, ...],
    workers: int,
    proxy_hops: int,
) -> None:
    """Serve the estimate as pages, and decisions as an API, until interrupted. Nothing is stored."""
    with needing("web"):
        from engine.web.app import LOOPBACK, Settings, make_app
        from engine.web.server import bound, run, run_several
        from engine.web.worker import prepare
    named = f"[{host}]" if ":" in host else host
    if named not in LOOPBACK:
        click.echo(rules.say("serving_beyond"), err=True)
    settings = Settings(
        load=lambda: engine.load(rules.policies),
        lang=rules.typed.get("lang") or LANGUAGES[0],
        hosts=(*LOOPBACK, named, *name),
        embedding=allow_embedding,
        former=[partial(engine.load, folder) for folder in former],
        proxy_hops=proxy_hops,
        calendar=dt.date.today,
        tell=lambda line: click.echo(line, err=True),
    )
    listening = bound(host, port)
    app = make_app(settings) if workers == 1 else None
    if app is None:
        prepare(rules.session)
        rules.session.close()  # the rules are sound; each process reads them for itself
    click.echo(rules.say("serving_at", address=f"http://{named}:{listening.getsockname()[1]}/"))
    if app is None:
        run_several(lambda: make_app(settings), listening, workers)
    else:
        run(app, listening)


@click.command()
@option("-o --output", "DIR", "The folder to write to.", required=True)
@flag("--behaviour", "Say between two texts for whom the result changes (takes minutes).")
@given()
def site(rules: Given, behaviour: bool) -> None:
    """Write the pages of the rules as a static site: every convention and item, in both languages."""
    with needing("web"):
        from engine.web.rules_pages import site as write_site
    count = write_site(rules.session, Path(str(rules.output)), behaviour=behaviour)
    click.echo(rules.say.count("site_written", count, folder=rules.output))
