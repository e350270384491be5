"""Names that a GLiNER model sees, joined with what the rules read.

No weights can be part of the project, so a small stand-in sees what a test says; it keeps to the same
protocol as the model. Everything around it is the real code; that a real model loads is not tested here.
"""

import importlib.util
from datetime import date

import pytest

from kg.errors import ExtractError, SettingsError
from kg.extract import extract, load_extractor
from kg.extract.gliner import Gliner, open_spotter
from kg.model import Article, Concept, Kind, Relation, Zone, ZoneKind
from kg.settings import Settings, options_of

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")

TEXT = "Elm Hospital signed an agreement with Oak University.\nThe Kuru clinic of Ana Reis also took part."


class StandIn:
    """Sees the words that it was told, wherever they stand."""

    def __init__(self, *seen):
        self.seen = seen
        self.asked = []

    def predict_entities(self, text, labels, *, threshold):
        self.asked.append((text, tuple(labels)))
        for words, label, score in self.seen:
            at = text.find(words)
            if at >= 0 and score >= threshold:
                yield {"start": at, "end": at + len(words), "text": words, "label": label, "score": score}


class Wild:
    """Points to where nothing is."""

    def predict_entities(self, text, labels, *, threshold):
        for start, end, label in ((-3, 4, "person"), (5, 5, "person"), (0, 10_000, "person"), (0, 3, "ship")):
            yield {"start": start, "end": end, "label": label, "score": 0.9}


def article(text=TEXT, *, language="en", zones=None):
    kept = zones or (Zone(ZoneKind.BODY, 0, len(text)),)
    return Article("a", text, "0" * 64, language, kept, "t", "p", date(2021, 5, 10), "", "a.txt")


def found_with(spotter, of=None):
    return Gliner("weights/tiny", opened=lambda _: spotter)(of or article())


def test_names_that_the_rules_do_not_know_are_added_with_their_words():
    rules, found = extract(article()), found_with(StandIn(("Kuru clinic", "organization", 0.9)))
    (added,) = set(found.entities) - set(rules.entities)

    assert (added.kind, added.name, added.named) == (Kind.INSTITUTION, "Kuru clinic", True)
    assert [TEXT[e.start : e.end] for e in added.evidence] == ["Kuru clinic"]


def test_everything_that_the_rules_say_is_kept():
    rules, found = extract(article()), found_with(StandIn(("Kuru clinic", "organization", 0.9)))

    assert set(rules.facts) < set(found.facts)
    assert set(rules.entities) < set(found.entities)
    assert found.extractor == f"{rules.extractor}; gliner 0.1; tiny"


def test_a_new_institution_has_the_kind_that_its_name_tells_or_the_widest():
    seen = StandIn(("Kuru clinic", "organization", 0.9), ("Ruma", "organization", 0.9))
    found = found_with(seen, article("The Kuru clinic and Ruma came."))
    names = {e.key: e.name for e in found.entities}
    kinds = {names[f.subject]: (f.value, f.rule) for f in found.facts if f.relation is Relation.KIND}

    assert kinds["Ruma"] == (Concept("other-institution"), "gliner")
    assert kinds["Kuru clinic"][0] == Concept("hospital")


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (("Elm", "person", 0.9), "another name stands in these words"),
        (("Kuru clinic", "organization", 0.4), "the score is too low"),
    ],
)
def test_what_contradicts_the_rules_or_is_not_sure_is_rejected_and_told(seen, why):
    rules, found = extract(article()), found_with(StandIn(seen))

    assert found.entities == rules.entities
    assert any(seen[0] in line and why in line for line in found.rejected)


def test_what_both_see_is_there_once():
    seen = StandIn(("Elm Hospital", "organization", 0.9), ("Ana Reis", "person", 0.9))
    found = found_with(seen)
    names = [(e.kind, e.name) for e in found.entities]

    assert len(names) == len(set(names))
    assert (Kind.PERSON, "Ana Reis") in names


def test_a_model_that_points_to_nothing_adds_nothing():
    assert found_with(Wild()).entities == extract(article()).entities


def test_only_the_articles_own_sentences_are_shown_to_the_model():
    text = "Elm Hospital came.\nRead more from Ana Reis"
    zones = (Zone(ZoneKind.BODY, 0, 18), Zone(ZoneKind.BOILERPLATE, 19, len(text)))
    spotter = StandIn()
    found_with(spotter, article(text, zones=zones))

    assert spotter.asked == [("Elm Hospital came.", ("organization", "person", "location"))]


def test_names_are_found_in_a_language_that_has_no_rules():
    found = found_with(StandIn(("Lima", "location", 0.8)), article("Firmaron en Lima.", language="es"))

    assert [(e.kind, e.name) for e in found.entities] == [(Kind.PLACE, "Lima")]


def test_the_same_article_gives_the_same_findings():
    seen = StandIn(("Kuru clinic", "organization", 0.9), ("Ana Reis", "person", 0.6))

    assert found_with(seen) == found_with(seen)


def test_the_extractor_needs_a_folder():
    with pytest.raises(SettingsError, match="needs the setting gliner_model"):
        load_extractor("gliner", options_of(Settings(), "gliner"))


def test_the_extractor_comes_through_the_door_with_its_folder():
    extractor = load_extractor("gliner", options_of(Settings(gliner_model="weights"), "gliner"))

    assert extractor == Gliner("weights")


@pytest.mark.parametrize("there", [[], ["gliner_config.json"]])
def test_a_folder_that_is_not_whole_is_an_error_and_nothing_is_downloaded(tmp_path, there):
    for name in there:
        (tmp_path / name).write_text("{}")

    with pytest.raises(ExtractError, match="holds no whole GLiNER model"):
        Gliner(str(tmp_path))(article())


@pytest.mark.skipif(importlib.util.find_spec("gliner") is not None, reason="the package gliner is installed")
def test_without_the_package_the_error_says_what_to_install(tmp_path):
    for name in ("gliner_config.json", "tokenizer_config.json"):
        (tmp_path / name).write_text("{}")

    with pytest.raises(ExtractError, match=r"pip install 'accord-kg\[gliner\]'"):
        open_spotter(str(tmp_path))
