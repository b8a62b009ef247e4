"""The processes of the house: everything in one, or web, worker and Rasa apart. Ctrl-C ends them cleanly."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.demo import demo_sign_ins
from app.preparing import prepare_all, train_model
from app.progress import console, step
from app.settings import Settings
from app.web import build_web
from app.wiring import House, rasa_process

GRACEFUL_S = 3
"""Open live pages get this long before the server closes on them."""


def run_all(settings: Settings) -> int:
    """Everything on one machine. Returns the exit status."""
    if not _port_is_free(settings):
        return 1
    model = prepare_all(settings)
    with _running_rasa(settings, model):
        house = House(settings)
        web = _web_of(house, work=True)
        Thread(target=_welcome, args=(settings, house), daemon=True).start()
        return _serve(settings, web)


def run_web(settings: Settings) -> int:
    """HTTP only."""
    if not _port_is_free(settings):
        return 1
    house = House(settings)
    return _serve(settings, _web_of(house, work=False))


def run_worker(settings: Settings) -> int:
    """Answering, sending and the clocks, until told to stop."""
    house = House(settings)
    stop = _stop_on_signals()
    house.start_work()
    stop.wait()
    house.stop()
    return 0


def run_rasa(settings: Settings) -> int:
    """The intent engine alone, on the address that the workers of this data folder look for it."""
    stop = _stop_on_signals()
    process = rasa_process(settings, train_model(settings))
    process.start()
    try:
        stop.wait()
    finally:
        process.stop()
    return 0


def _web_of(house: House, *, work: bool) -> FastAPI:
    def start() -> None:
        house.start_web()
        if work:
            house.start_work()

    return build_web(
        routers=house.routers(), health=house.health, metrics=house.metrics, start=start, stop=house.stop
    )


def _serve(settings: Settings, web: FastAPI) -> int:
    config = uvicorn.Config(
        web,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACEFUL_S,
        server_header=False,
    )
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else 1


@contextmanager
def _running_rasa(settings: Settings, model: Path) -> Iterator[None]:
    """Rasa beside us, unless one runs elsewhere. It comes up while the doors are open already."""
    if settings.rasa_url:
        yield
        return
    process = rasa_process(settings, model)
    process.start()
    try:
        yield
    finally:
        process.stop()


def _stop_on_signals() -> Event:
    stop = Event()

    def on_signal(_: int, __: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return stop


def _port_is_free(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            console.print(
                f"[red]Port {settings.port} on {settings.host} cannot be used[/] ({error.strerror}). "
                f"Stop what uses it, or choose another: SHOUWEN_PORT={settings.port + 1} make run"
            )
            return False
    return True


def _welcome(settings: Settings, house: House) -> None:
    """Wait until a message can be answered whole, then say where everything is."""
    with step("Starting"):
        house.wait_ready()
    address = settings.address
    console.print(f"\n[bold]Shouwen answers.[/]\n  chat  {address}/chat\n  desk  {address}/desk")
    for login, password in sorted(demo_sign_ins(settings).items())[:6]:
        console.print(f"  desk sign-in: [bold]{login}[/]  {password}")
    console.print("  accounts to try: docs/demo.md     Ctrl-C stops everything\n")
