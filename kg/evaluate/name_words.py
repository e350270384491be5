"""Stage evaluate, its word lists: what does not tell one name from another."""


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


STOP_WORDS = _set_of("a an and at de des di du for in la le of on s the to")
"""Words that no name is told by."""
LEGAL_FORMS = _set_of("ag co company corp corporation gmbh inc jsc limited llc llp ltd plc pte sa")
TITLES = _set_of(
    """ambassador chancellor dame dato dr e h he hon judge minister miss mr mrs ms premier president prof
    professor rt sen senator sir"""
)
GENERIC = _set_of(
    """academy administration agency association authority bank board bureau center centre city college
    commission committee company council court department education embassy faculty federation foundation
    government group health hospital institute international justice law medical ministry museum national
    office organisation organization party research school science sciences secretariat society state system
    technology union universities university"""
)
"""Words that many institutions share: a name made of these alone is contained in too many others."""
COUNTRY_SYNONYMS = {
    "unitedstates": ("us", "usa", "unitedstatesofamerica", "america"),
    "unitedkingdom": ("uk", "britain", "greatbritain"),
    "unitedarabemirates": ("uae",),
    "china": ("prc", "peoplesrepublicofchina"),
    "southkorea": ("rok", "republicofkorea"),
    "myanmar": ("burma",),
    "washington": ("washingtondc",),
    "unitedstatesgovernment": ("usgovernment",),
}
"""The form that stands for all -> its other forms, written without spaces."""
