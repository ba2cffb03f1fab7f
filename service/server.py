"""Running the service until it is stopped: without keys on loopback only."""

import ctypes
import gc
import os
import socket
import sys
from contextlib import suppress
from math import ceil
from tempfile import TemporaryDirectory

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from index.errors import InvalidSetting
from index.messages import MESSAGE_LANGUAGES, message
from service.access import LOOPBACK
from service.app import create_app
from service.observing import log_as_json
from service.settings import ServiceSettings
from service.terminal import notes

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
# Ten times as often as Python's own: who is told to come again does not wait for those who search.
_SWITCH_SECONDS = 0.0005
_MARGIN_SECONDS = 1  # for the last event to be sent
_HUNG_SECONDS = 20  # after which a process that says nothing is ended; it may be loading the model


def run_server(settings: ServiceSettings) -> None:
    """Serve until a signal. Raises InvalidSetting for an address that is foreign or taken."""
    app = _application(settings)
    if settings.host not in LOOPBACK and not app.state.service.keys.are_configured():
        raise InvalidSetting("cli.not_loopback", host=settings.host)
    listening = listen(settings.host, settings.port)
    name, port = listening.getsockname()[:2]
    url = f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
    for language in MESSAGE_LANGUAGES:
        notes.print(message("cli.listening", language, url=url))
    if settings.workers == 1:
        uvicorn.Server(server_config(app, settings)).run(sockets=[listening])
    else:
        _run_workers(settings, listening)


def _run_workers(settings: ServiceSettings, listening: socket.socket) -> None:
    """Serve from several processes over one data folder; one that ends is begun anew."""
    os.environ["YAUAP_DATA_DIR"] = str(settings.data_dir)  # the only one given on the command line
    with TemporaryDirectory(prefix="yauap-metrics-") as counts:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts  # before a worker imports the library
        config = server_config("service.server:make_worker", settings)
        config.factory = True
        config.workers = settings.workers
        config.timeout_worker_healthcheck = _HUNG_SECONDS
        Multiprocess(config, [listening]).run()


def make_worker() -> FastAPI:
    """Return the application of one of several processes."""
    return _application(ServiceSettings())


def _application(settings: ServiceSettings) -> FastAPI:
    """Return the application of a process that does nothing else."""
    _keep_few_heaps()
    log_as_json(settings.log_questions)
    # What is there then stays. Looking for cycles in it too would stop everything for 100 ms.
    app = create_app(settings, gc.freeze)
    gc.freeze()
    sys.setswitchinterval(_SWITCH_SECONDS)
    return app


def server_config(app: ASGIApp | str, settings: ServiceSettings) -> uvicorn.Config:
    """Return how uvicorn serves the application."""
    return uvicorn.Config(
        app,
        log_config=None,  # ours, an object a line
        access_log=False,
        # Where httptools is installed, it would be taken: it passes headers that mean two things.
        http="h11",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=ceil(settings.request_timeout) + _MARGIN_SECONDS,
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises InvalidSetting where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, connections are sent to without delay; else head and body of an answer, which
    # are written apart, wait for each other for 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise InvalidSetting("cli.port_taken", host=host, port=port) from error
    listening.listen(128)
    return listening


def _keep_few_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc.

    It gives each thread one of its own, in which parts of replaced indexes hold on to memory.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)
