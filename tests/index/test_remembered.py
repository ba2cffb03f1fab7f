"""What was made of an object is kept for when the same object comes again."""

from concurrent.futures import ThreadPoolExecutor

from index.remembered import Remembered


def test_what_was_made_is_made_once_for_the_same_object_and_anew_for_an_equal_one() -> None:
    copies: Remembered[list[int], list[int]] = Remembered(list, 8)
    given, equal = [1, 2], [1, 2]

    made = [copies.of(one) for one in (given, given, equal)]

    assert made == [given] * 3
    assert made[0] is made[1]
    assert made[0] is not made[2]


def test_only_the_last_ones_are_kept() -> None:
    copies: Remembered[list[int], list[int]] = Remembered(list, 2)
    objects = [[1], [2], [3]]

    made = [copies.of(one) for one in objects]

    assert copies.of(objects[2]) is made[2]
    assert copies.of(objects[0]) is not made[0]


def test_an_object_that_is_gone_is_not_mistaken_for_one_in_its_place() -> None:
    lengths: Remembered[list[int], int] = Remembered(len, 1)

    assert [lengths.of([0] * n) for n in range(50)] == list(range(50))


def test_threads_may_share_it() -> None:
    lengths: Remembered[list[int], int] = Remembered(len, 2)
    objects = [[0] * n for n in range(4)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: lengths.of(objects[n % 4]), range(400)))

    assert found == [0, 1, 2, 3] * 100
