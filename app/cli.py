"""``python -m app``: the verbs of the house. ``--help`` on each tells what it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.logs import set_up
from app.progress import console
from app.settings import Settings

SHORTEST_PASSWORD = 10

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    help=(
        "Shouwen (首问): the front desk of a power utility. "
        "One person answers for each request until it is solved."
    ),
)


def _settings() -> Settings:
    settings = Settings()
    set_up(settings.log_level, settings.log_format)
    return settings


@cli.command()
def run() -> None:
    """Start everything in one process: web chat, desk, hotline, worker and Rasa. Ctrl-C stops it all."""
    from app.running import run_all

    raise typer.Exit(run_all(_settings()))


@cli.command()
def web() -> None:
    """Serve HTTP only (chat page, desk, hotline, webhooks). Needs workers beside it."""
    from app.running import run_web

    raise typer.Exit(run_web(_settings()))


@cli.command()
def worker() -> None:
    """Answer messages, send the outbox and run the clocks. Any number may run."""
    from app.running import run_worker

    raise typer.Exit(run_worker(_settings()))


@cli.command()
def rasa() -> None:
    """Run the intent engine alone, for workers on this or another machine."""
    from app.running import run_rasa

    raise typer.Exit(run_rasa(_settings()))


@cli.command()
def migrate() -> None:
    """Bring the database to the newest form; safe to run again and by two at once."""
    from app.preparing import migrate_database

    migrate_database(_settings())


@cli.command()
def seed() -> None:
    """Fill in the sample utility, and the people and queues of router/people.yml, where they are missing."""
    from app.preparing import seed_all

    seed_all(_settings())


@cli.command()
def password(login: Annotated[str, typer.Argument(help="Login name of an agent.")]) -> None:
    """Set an agent's password (asked for twice, at least ten characters)."""
    from app.preparing import set_password
    from domain.errors import NotFound

    words = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(words) < SHORTEST_PASSWORD:
        console.print(f"[red]at least {SHORTEST_PASSWORD} characters, please[/]")
        raise typer.Exit(2)
    try:
        set_password(_settings(), login, words)
    except NotFound as error:
        console.print(f"[red]{error}[/]")
        raise typer.Exit(2) from None
    console.print(f"{login} can sign in with the new password")


@cli.command()
def demo(out: Annotated[Path, typer.Argument(help="File to write.")] = Path("docs/demo.md")) -> None:
    """Write the list of sample accounts for each situation."""
    from actions.back_ends.sample.demo import write_demo

    write_demo(out)
    console.print(f"wrote {out}")


@cli.command()
def train(force: Annotated[bool, typer.Option(help="Train even if nothing changed.")] = False) -> None:
    """Train the intent model from nlu_data/ (only if something changed)."""
    from app.preparing import train_model

    model = train_model(_settings(), if_needed=not force)
    console.print(f"model: {model.name}")


@cli.command(name="eval")
def evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Labelled messages (.jsonl): text, lang, intent, entities. Or public sets: "
            "train.tsv test.tsv, or a folder of them.",
            exists=True,
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Where to write the page; without, a new file in reports/.")
    ] = None,
    crossval: Annotated[
        bool, typer.Option("--crossval", help="Cross-validate on our own sentences instead of files.")
    ] = False,
    curve: Annotated[
        bool, typer.Option("--curve", help="With --crossval: teach 1/8, 1/4, 1/2 and all of them.")
    ] = False,
    folds: Annotated[int, typer.Option(help="With --crossval.", min=2)] = 5,
    svm_c: Annotated[
        float | None, typer.Option(help="Inverse regularisation of the SVM, instead of config.yml's.")
    ] = None,
) -> None:
    """Measure the understanding: figures, and a page to read. The last line printed is one JSON object."""
    from app.measuring import measure_any
    from domain.errors import ShouwenError

    if crossval == bool(files) or (curve and not crossval):
        console.print("[red]name files, or --crossval (with or without --curve); see --help[/]")
        raise typer.Exit(2)
    try:
        measured = measure_any(_settings(), files or [], folds, curve, svm_c, report)
    except ShouwenError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(measured, ensure_ascii=False))


@cli.command()
def chat(
    lang: Annotated[str, typer.Option(help="zh or en; empty follows the terminal.")] = "",
    url: Annotated[str, typer.Option(help="Where Shouwen runs; empty means the port of this copy.")] = "",
) -> None:
    """Talk to the bot of a running Shouwen in this terminal."""
    from app.talking import chat_in_terminal

    raise typer.Exit(chat_in_terminal(_settings(), lang, url))


@cli.command()
def bench(
    understanding: Annotated[
        bool, typer.Option("--understanding", help="Train and ask Shouwen, DIET and NLP.js. Takes long.")
    ] = False,
    test: Annotated[
        list[Path] | None,
        typer.Option(
            help="With --understanding: labelled messages to ask; without, a fifth of our own.", exists=True
        ),
    ] = None,
    sample: Annotated[int, typer.Option(help="Teach so many of our sentences; 0 means all.", min=0)] = 0,
    ask: Annotated[int, typer.Option(help="Ask so many sentences; 0 means all.", min=0)] = 0,
    only: Annotated[str, typer.Option(help="Contestants.")] = "ours,diet,nlpjs",
    public_sets: Annotated[
        Path | None, typer.Option(help="Folder of public sets: ours beside published figures.", exists=True)
    ] = None,
) -> None:
    """Measure latency, rate and memory of turns beside raw Rasa; or the understanding beside others."""
    from bench.public_sets import measure_public_sets
    from bench.side_by_side.compare import compare
    from bench.turns import main
    from domain.errors import ShouwenError

    if not understanding and public_sets is None:
        raise typer.Exit(main(_settings()))
    figures: dict[str, object] = {}
    try:
        if understanding:
            figures |= compare(only, test or [], sample, ask)
        if public_sets is not None:
            figures |= measure_public_sets([public_sets])
    except ShouwenError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(figures, ensure_ascii=False))


@cli.command()
def load(
    url: Annotated[str, typer.Option(help="A running copy; empty means the port of this one.")] = "",
    conversations: Annotated[int, typer.Option(help="At the same time.")] = 20,
    turns: Annotated[int, typer.Option(help="Messages in all.")] = 1000,
) -> None:
    """Many customers at once. Start the copy with SHOUWEN_CHAT_MESSAGES_PER_MINUTE=1000000."""
    import httpx

    from bench.turns import load as run_load

    try:
        status = run_load(url or f"http://127.0.0.1:{_settings().port}", conversations, turns)
    except httpx.HTTPError as error:
        console.print(f"[red]nobody answers there[/] ({type(error).__name__}); start one with make run")
        raise typer.Exit(2) from None
    raise typer.Exit(status)


@cli.command()
def chaos(
    messages: Annotated[int, typer.Option(help="Messages to send.")] = 500,
    conversations: Annotated[int, typer.Option(help="At the same time.")] = 50,
    database: Annotated[str, typer.Option(help="sqlite, postgresql or both.")] = "both",
) -> None:
    """Kill web, worker and Rasa at random while customers write; check that nothing is lost or doubled."""
    from bench.chaos import main

    raise typer.Exit(main(messages, conversations, database))


if __name__ == "__main__":
    cli()
