"""Settings: the later of four places wins, and what cannot be obeyed is named with its place."""

import pytest

from kg.errors import SettingsError
from kg.settings import load


def test_the_later_place_wins(tmp_path):
    (tmp_path / "kg.toml").write_text("port = 1\nquery_workers = 3\ntitle = 'T'\n")
    settings = load(tmp_path, {"KG_PORT": "2", "KG_TITLE": "U"}, port=3, title=None)

    assert (settings.port, settings.query_workers, settings.title) == (3, 3, "U")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "65536"),
        ("port", "-1"),
        ("query_workers", "0"),
        ("query_seconds", "nan"),
        ("query_seconds", "-2"),
        ("result_bytes", "0"),
        ("query_seconds", "inf"),
        ("base", "no-slash"),
        ("port", "http"),
        ("colour", "red"),
    ],
)
def test_a_value_that_cannot_be_obeyed_is_named_with_its_place(tmp_path, name, value):
    with pytest.raises(SettingsError, match=rf"environment \(KG_\*\).*{name}"):
        load(tmp_path, {f"KG_{name.upper()}": value})


def test_a_port_that_the_system_may_choose_is_a_port(tmp_path):
    assert load(tmp_path, {}, port=0).port == 0
