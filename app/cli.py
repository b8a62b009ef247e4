"""``python -m app``: the verbs of the house. ``--help`` on each tells what it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

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
    noise: Annotated[
        bool,
        typer.Option("--noise", help="Ask again misheard, misspelt, in pinyin; 8 times as long."),
    ] = False,
    folds: Annotated[int, typer.Option(help="With --crossval.", min=2)] = 5,
    svm_c: Annotated[
        float | None, typer.Option(help="Inverse regularisation of the SVM, instead of config.yml's.")
    ] = None,
) -> None:
    """Measure the understanding: figures, and a page to read. The last line printed is one JSON object."""
    if crossval == bool(files) or (curve and not crossval) or (noise and crossval):
        console.print("[red]name files (with or without --noise), or --crossval (--curve); see --help[/]")
        raise typer.Exit(2)

    from app.measuring import measure_any
    from domain.errors import ShouwenError

    try:
        measured = measure_any(_settings(), files or [], folds, curve, svm_c, report, noise)
    except ShouwenError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(measured, ensure_ascii=False))


learning = typer.Typer(
    no_args_is_help=True,
    help="What was labelled at the desk because it was not understood: out for review, then into nlu_data/.",
)
cli.add_typer(learning, name="learning")


@learning.command()
def export() -> None:
    """Write what was labelled to learning/review-<date>.yml in the data folder, once. Never into training.

    The same transaction marks them as exported: run it again, and only newer labels are written.
    """
    from app.learning import COMMAND_LINE, lesson_export
    from app.wiring import open_store
    from domain.clock import SystemClock

    settings, clock = _settings(), SystemClock()
    store = open_store(settings, clock)
    try:
        store.check()
        done = lesson_export(settings, store, clock)(COMMAND_LINE)
    except OSError as error:
        console.print(f"[red]the file cannot be written[/]: {error}. All labels are still there.")
        raise typer.Exit(2) from None
    finally:
        store.close()
    if not done.path:
        console.print("no labels are waiting to be exported")
        return
    for label, count in done.by_label.items():
        console.print(f"  {label:30} {count:4}")
    console.print(f"{done.sentences} sentences to teach, {done.two_requests} with two requests")
    typer.echo(done.path)


@learning.command()
def merge(
    file: Annotated[Path, typer.Argument(help="A review file, as export wrote it and you have mended it.")],
    evaluation: Annotated[
        list[Path] | None,
        typer.Option(
            help="JSON lines that measure us, besides every *.jsonl here. May be given several times."
        ),
    ] = None,
    into: Annotated[Path, typer.Option(help="Folder of the language files, with intents/ in it.")] = Path(
        "nlu_data"
    ),
    check: Annotated[bool, typer.Option("--check", help="Only say what would be done.")] = False,
) -> None:
    """Check a reviewed file; append what may teach to nlu_data/intents/, in blocks that name the file.

    A sentence is refused when another intent teaches it, when it may name somebody (six and more digits
    that are no zeros, a mail address), or when it measures us. Then: make train, and make eval.

    Exit status: 0 nothing refused, 1 something refused (the rest is merged), 2 the file cannot be used.
    """
    from app.learning import merge as merge_file
    from domain.errors import ShouwenError

    try:
        done = merge_file(file, evaluation or [], data_dir=into, write=not check)
    except ShouwenError as error:
        console.print(f"[red]{escape(str(error))}[/]")
        raise typer.Exit(2) from None
    for proposed in done.accepted:
        console.print(f"[green]+[/] {proposed.intent:30} {escape(proposed.line)}")
    for proposed in done.known:
        console.print(f"[dim]= {proposed.intent:30} {escape(proposed.line)} (taught already)[/]")
    for verdict in done.refused:
        proposed = verdict.proposed
        console.print(
            f"[red]![/] {proposed.intent:30} {escape(proposed.line)} [red]{escape(verdict.problem)}[/]"
        )
    verb = "would be merged" if check else "merged"
    typer.echo(f"{len(done.accepted)} {verb}, {len(done.known)} taught already, {len(done.refused)} refused")
    raise typer.Exit(1 if done.refused else 0)


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
