"""Running the service until it is stopped: without keys on loopback only."""

import socket
from math import ceil

import uvicorn

from index.errors import InvalidSetting
from index.messages import MESSAGE_LANGUAGES, message
from service.access import LOOPBACK
from service.app import create_app
from service.observing import log_as_json
from service.settings import ServiceSettings
from service.terminal import notes

_MARGIN_SECONDS = 1  # for the last event to be sent


def run_server(settings: ServiceSettings) -> None:
    """Serve until a signal. Raises InvalidSetting for an address that is foreign or taken."""
    log_as_json(settings.log_questions)
    app = create_app(settings)
    if settings.host not in LOOPBACK and not app.state.service.keys.are_configured():
        raise InvalidSetting("cli.not_loopback", host=settings.host)
    listening = _listen(settings.host, settings.port)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,  # ours, an object a line
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=ceil(settings.request_timeout) + _MARGIN_SECONDS,
        )
    )
    name, port = listening.getsockname()[:2]
    url = f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
    for language in MESSAGE_LANGUAGES:
        notes.print(message("cli.listening", language, url=url))
    server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
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
