"""Services behind nginx of this machine, with the documented settings but for TLS."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from service.server import listen
from tests.service.commands import wait_for

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_SITE = (Path(__file__).parents[2] / "docs" / "nginx.conf").read_text(encoding="utf-8")
_UPSTREAM = re.compile(r"^ *server 127\.0\.0\.1:8000;.*\n", re.MULTILINE)

_WRITER = re.compile(
    r"^ *# (location ~ .*\{) proxy_pass http://127\.0\.0\.1:8001; \}$", re.MULTILINE
)


@contextmanager
def proxied(
    ports: Sequence[int], folder: Path, writer: int | None = None
) -> Iterator[httpx.Client]:
    """Put nginx before the services at these ports and give a client of it.

    Changes go to the one at the port ``writer`` where it is given.
    """
    with listen("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    servers = "".join(f"server 127.0.0.1:{behind};\n" for behind in ports)
    site, replaced = _UPSTREAM.subn(servers, _SITE)
    assert replaced == 1
    if writer is not None:
        site, replaced = _WRITER.subn(rf"\1 proxy_pass http://127.0.0.1:{writer}; }}", site)
        assert replaced == 1
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    site = re.sub(r"^ *ssl_.*\n", "", site, flags=re.MULTILINE)
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    (folder / "nginx.conf").write_text(
        "daemon off;\nworker_processes 1;\npid nginx.pid;\nerror_log stderr;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + "events {}\nhttp {\naccess_log off;\n"
        + "".join(f"{name}_temp_path {name};\n" for name in temporary)
        + site
        + "}\n"
    )
    assert NGINX is not None
    log = folder / "nginx.log"
    command = [NGINX, "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"]
    with log.open("wb") as stderr, subprocess.Popen(command, stderr=stderr) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=url, trust_env=False, timeout=60) as through:
                wait_for(lambda: process.poll() is not None or _answers(through), "nginx")
                assert process.poll() is None, log.read_text()
                yield through
        finally:
            process.terminate()


def _answers(client: httpx.Client) -> bool:
    try:
        client.get("/healthz")
    except httpx.TransportError:
        return False
    return True
