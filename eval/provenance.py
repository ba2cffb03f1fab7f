"""Which code made a figure."""

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

UNKNOWN = "unknown"


def commit() -> str:
    """Return the commit of this code; a dirty tree is marked with a hash of its changes.

    ``unknown`` where the code is no git checkout.
    """
    head = _git("rev-parse", "HEAD")
    if head is None:
        return UNKNOWN
    changes = (_git("status", "--porcelain") or "") + (_git("diff", "HEAD") or "")
    if not changes:
        return head
    return f"{head}-dirty-{hashlib.sha256(changes.encode()).hexdigest()[:8]}"


def now() -> str:
    """Return this moment, RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _git(*arguments: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
        [git, *arguments],
        cwd=Path(__file__).parent,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else None
