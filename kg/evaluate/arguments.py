"""Stage evaluate, its second look: parties, participants, members and roles of the items that were found."""

from kg.evaluate.classes import Page
from kg.evaluate.items import Item, several, text_of
from kg.evaluate.matching import Matching
from kg.evaluate.names import shared_words
from kg.evaluate.tally import Tally, total

ARGUMENTS = {
    "parties": ("agreements", ("parties",)),
    "participants": ("events", ("participants",)),
    "members": ("delegations", ("head", "members")),
}
"""What is asked of the items of a class, and the fields that answer."""
ROLES = "roles"
_ENOUGH_WORDS = 0.5


def argument_tallies(page: Page, matched: dict[str, Matching]) -> dict[str, Tally]:
    """Return the counts of each argument in one article."""
    listed = {name: _listed(page, matched[of], fields) for name, (of, fields) in ARGUMENTS.items()}
    return {**listed, ROLES: _roles(page, matched["persons"])}


def _listed(page: Page, matching: Matching, fields: tuple[str, ...]) -> Tally:
    """Return the counts of names: of a missed item all are missed, of a wrong one all are wrong."""
    missed = sum(len(_values(item, fields)) for item in matching.missed)
    wrong = sum(len(_values(item, fields)) for item in matching.wrong)
    pairs = ((_values(g, fields), _values(p, fields)) for g, p in matching.required)
    return total(_compared(page, gold, found) for gold, found in pairs) + Tally(missed=missed, wrong=wrong)


def _compared(page: Page, gold: list[str], found: list[str]) -> Tally:
    same = page.overlap(gold, found)
    return Tally(found=same, wrong=len(found) - same, missed=len(gold) - same)


def _values(item: Item, fields: tuple[str, ...]) -> list[str]:
    return [value for value in several(item, *fields) if value]


def _roles(page: Page, matching: Matching) -> Tally:
    missed = sum(bool(item.get("role")) for item in matching.missed)
    wrong = sum(bool(item.get("role")) for item in matching.wrong)
    return total(_role(page, g, p) for g, p in matching.required) + Tally(missed=missed, wrong=wrong)


def _role(page: Page, gold: Item, found: Item) -> Tally:
    asked, given = bool(gold.get("role")), bool(found.get("role"))
    right = asked and given and role_fits(page, gold, found)
    return Tally(found=right, wrong=given and not right, missed=asked and not right)


def role_fits(page: Page, gold: Item, found: Item) -> bool:
    """Return whether a person's role is the annotated one: half of its words, and its institution."""
    if shared_words(text_of(gold, "role"), text_of(found, "role")) < _ENOUGH_WORDS:
        return False
    wanted, given = text_of(gold, "affiliation"), text_of(found, "affiliation")
    return not wanted or (bool(given) and page.same(wanted, given) > 0)
