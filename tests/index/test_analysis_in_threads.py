"""Words are stemmed the same however many threads stem at once."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from index.text.analysis import russian_stem

_WORDS = [f"{root}{n}{end}" for root in ("промышлен", "студенческ", "строител", "вод")
          for n in range(400) for end in ("ностями", "ого", "ьством", "ившись")]  # fmt: skip


@pytest.fixture
def hurried() -> Iterator[None]:
    """Let threads take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried")
def test_threads_do_not_disturb_each_other() -> None:
    expected = [russian_stem(word) for word in _WORDS]
    begin = threading.Barrier(4)

    def all_words(_: int) -> list[str]:
        begin.wait()
        return [russian_stem(word) for word in _WORDS]

    with ThreadPoolExecutor(4) as executor:
        for found in executor.map(all_words, range(4)):
            assert found == expected
