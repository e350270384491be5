"""Earlier releases as Comunica asks them: it reads the service description and goes where that says."""

import csv
import io
import shutil
import subprocess

import pytest

from kg.release import releases
from tests.conftest import TREE

PROGRAM = TREE / "tests/full/comunica/node_modules/.bin/comunica-sparql"
KG = "https://w3id.org/accord-kg/ns#"
ARTICLES = f"SELECT (COUNT(DISTINCT ?a) AS ?n) WHERE {{ GRAPH ?g {{ ?a a <{KG}Article> }} }}"
EVENTS = f"SELECT DISTINCT ?x WHERE {{ ?x a <{KG}Event> }}"

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        not (PROGRAM.exists() and shutil.which("node")), reason="no Comunica here (sudo make setup-full)"
    ),
]


@pytest.fixture(scope="module")
def ids(history):
    return [release.id for release in releases(history)]


def ask(query, *sources):
    command = [PROGRAM, *sources, "-q", query, "-t", "text/csv", "--httpTimeout", "30000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return [row[0].strip("<>") for row in csv.reader(io.StringIO(done.stdout))][1:]


def endpoint(served, release=""):
    return f"{served.url}sparql" + (f"?release={release}" if release else "")


@pytest.mark.parametrize("kind", ["", "sparql@"])
def test_each_release_is_asked_at_its_own_address(history_served, ids, kind):
    found = [ask(ARTICLES, kind + endpoint(history_served, name)) for name in (*ids, "")]

    assert found == [["1"], ["2"], ["3"], ["3"]]


def test_the_address_in_the_description_is_the_one_that_is_asked(history_served, ids):
    # Comunica reads it first; without the release in sd:endpoint it would ask the current one.
    found = ask(EVENTS, endpoint(history_served, ids[0]))

    assert found
    assert set(found) < set(ask(EVENTS, endpoint(history_served)))


def test_two_releases_are_asked_in_one_query(history_served, ids):
    both = [f"sparql@{endpoint(history_served, name)}" for name in (ids[0], ids[2])]

    assert set(ask(EVENTS, *both)) == set(ask(EVENTS, both[1]))


def test_the_data_of_a_thing_are_read_as_they_were(history_served, ids):
    path = "data/place/china.ttl"
    topic = "SELECT ?d WHERE { ?d <http://xmlns.com/foaf/0.1/primaryTopic> ?x }"
    found = [ask(topic, f"{history_served.url}{path}?release={name}") for name in ids]

    assert found == [[f"{history_served.url}{path.removesuffix('.ttl')}?release={name}"] for name in ids]
