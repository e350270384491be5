"""The law of incremental builds: what is taken over from an earlier release makes no difference."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kg.pipeline import storing
from tests.edits import Add, Correct, Decide, Merge, Publication, Remove, histories

# Without shrinking: an example takes seconds, and histories are short.
quick = settings(
    max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
long = settings(quick, max_examples=30, derandomize=False)
SHARES = st.sampled_from([storing._MOST_CHANGED, 1.0])
"""How much may have changed for the store to be taken over: few articles change much."""


def try_history(history, share, *, each):
    """Build after each of the edits; the last release, or each one, must be the one of a clean build."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(storing, "_MOST_CHANGED", share)
        publication = Publication(Path(folder))
        for number, edits in enumerate(history, 1):
            publication.edit(edits)
            publication.build()
            if each or number == len(history):
                require_same(publication.released(), publication.built_clean().released())


def require_same(incremental, clean):
    differing = [part for part in clean if incremental.get(part) != clean[part]]
    assert not differing, f"not those of a clean build: {differing}"
    assert incremental.keys() == clean.keys()


@quick
@given(histories(builds=4, articles=4), SHARES)
def test_an_incremental_build_is_a_clean_build(history, share):
    try_history(history, share, each=False)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Articles 0 and 6 tell of one occasion, as does 7; 116 is a copy of 110."""
    publication = Publication(tmp_path_factory.mktemp("begun"))
    publication.edit([Add(0), Add(6), Add(110)])
    publication.build()
    return publication


@pytest.mark.parametrize(
    "edits",
    [
        [],
        [Add(7)],
        [Correct(0)],
        [Correct(0), Correct(0)],
        [Remove(6)],
        [Decide(0, accepted=True)],
        [Merge(0, 1)],
        [Add(116), Remove(110), Correct(6)],
    ],
    ids=[
        "nothing",
        "another report of it",
        "a correction",
        "signed elsewhere",
        "a report less",
        "a link",
        "a merge",
        "several",
    ],
)
def test_one_more_build_is_a_clean_build(begun, edits, tmp_path, monkeypatch):
    monkeypatch.setattr(storing, "_MOST_CHANGED", 1.0)
    publication = begun.copied(tmp_path / "more")
    publication.edit(edits)

    publication.build()

    require_same(publication.released(), publication.built_clean().released())


@pytest.mark.full
@long
@given(histories(builds=7, articles=8), SHARES)
def test_every_build_of_a_long_history_is_a_clean_build(history, share):
    try_history(history, share, each=True)
