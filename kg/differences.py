"""Shared: what two sorted sequences of lines do not have in common.

Lines are taken in stretches: two that are equal are compared as a whole, much faster than one by one.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice

_AT_ONCE = 500


def differences(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield in order what only one of two sorted sequences has, and whether that is the new one."""
    left, right = iter(old), iter(new)
    before, after = list[bytes](), list[bytes]()
    while True:
        before += islice(left, _AT_ONCE - len(before))
        after += islice(right, _AT_ONCE - len(after))
        if not (before and after):
            break
        # Up to here both sides are known.
        last = min(before[-1], after[-1])
        olds, news = bisect_right(before, last), bisect_right(after, last)
        if before[:olds] != after[:news]:
            yield from _told(before[:olds], after[:news])
        del before[:olds], after[:news]
    for is_new, known, rest in ((False, before, left), (True, after, right)):
        yield from ((is_new, line) for line in known)
        yield from ((is_new, line) for line in rest)


def _told(before: list[bytes], after: list[bytes]) -> list[tuple[bool, bytes]]:
    gone, come = set(before).difference(after), set(after).difference(before)
    return sorted(
        [*((False, line) for line in gone), *((True, line) for line in come)], key=lambda told: told[1]
    )
