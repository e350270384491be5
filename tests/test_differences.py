"""What two sorted sequences do not have in common, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import differences as module
from kg.differences import differences

LINES = st.sets(st.integers(0, 60).map(lambda number: f"{number:03}\n".encode())).map(sorted)


@pytest.fixture(scope="module", params=[1, 3, 500])
def stretch(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", request.param)
        yield


@given(LINES, LINES)
def test_what_only_one_has_is_told_once_and_in_order(stretch, old, new):
    found = list(differences(iter(old), iter(new)))

    assert found == [(line in set(new), line) for line in sorted(set(old) ^ set(new))]
