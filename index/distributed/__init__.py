"""Other processes that chunk and embed, on this machine or many, through Ray Data.

``workers.py`` is what the rest sees, ``cluster.py`` starts Ray or joins one, ``stages.py`` is what
runs there, ``blocks.py`` how documents get there and back. Ray is an extra, imported where used.
"""

from index.distributed.workers import open_workers

__all__ = ["open_workers"]
