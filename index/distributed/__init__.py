"""Other processes that chunk and embed, on this machine or many, through Ray Data.

``workers.py`` is what the rest sees, ``process.py`` starts the process that drives Ray and talks
with it, ``driver.py`` is that process. Only what it imports needs Ray, which is an extra:
``cluster.py`` starts Ray or joins one, ``stages.py`` is what runs there, and ``blocks.py`` is how
documents get there and back.
"""

from index.distributed.workers import open_workers

__all__ = ["open_workers"]
