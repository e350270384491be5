"""How much processor time link takes, and how right it is, as a publication grows in two languages.

    python bench/identity_growth.py 1000 10000 20000

Each number is how many things (bodies, persons, events, agreements, delegations) seeded reports speak of. The
last column, microseconds for one mention, hardly grows when the work grows with the number of mentions.
"""

import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from kg.evaluate import identity_gold
from kg.gazetteer import load_registry, places
from kg.link import Decisions, Ledger, link
from kg.pipeline.identifying import scores_of

SYLLABLES = [
    ("云", "yun"),
    ("岚", "lan"),
    ("清", "qing"),
    ("河", "he"),
    ("白", "bai"),
    ("石", "shi"),
    ("东", "dong"),
    ("陵", "ling"),
    ("江", "jiang"),
    ("宁", "ning"),
    ("湖", "hu"),
    ("山", "shan"),
    ("北", "bei"),
    ("天", "tian"),
    ("海", "hai"),
    ("松", "song"),
    ("林", "lin"),
    ("文", "wen"),
    ("华", "hua"),
    ("金", "jin"),
    ("南", "nan"),
    ("州", "zhou"),
    ("高", "gao"),
    ("平", "ping"),
    ("建", "jian"),
    ("国", "guo"),
    ("明", "ming"),
    ("志", "zhi"),
    ("秀", "xiu"),
    ("英", "ying"),
    ("德", "de"),
    ("福", "fu"),
    ("安", "an"),
    ("新", "xin"),
    ("长", "chang"),
    ("永", "yong"),
    ("光", "guang"),
    ("春", "chun"),
    ("玉", "yu"),
    ("红", "hong"),
]
KINDS = [
    ("Medical University", "医科大学", "university"),
    ("Hospital", "医院", "hospital"),
    ("Normal University", "师范大学", "university"),
    ("Children's Hospital", "儿童医院", "hospital"),
    ("Provincial Health Commission", "省卫生健康委员会", "government"),
    ("Chamber of Commerce", "商会", "ngo"),
    ("Research Institute", "研究院", "research-centre"),
    ("Port Group", "港口集团", "company"),
]
SURNAMES = [
    ("王", "Wang"),
    ("李", "Li"),
    ("张", "Zhang"),
    ("刘", "Liu"),
    ("陈", "Chen"),
    ("杨", "Yang"),
    ("赵", "Zhao"),
    ("周", "Zhou"),
]
PER_STORY = 7
"""Two bodies, two persons, a delegation, an event, an agreement."""


def story(number: int, random: Random) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield three reports of one signing, two in English and one in Chinese."""
    bodies, people = [_body(random) for _ in range(2)], [_person(random) for _ in range(2)]
    where = random.choice([p for p in places().values() if p.kind == "city" and p.names.get("zh")])
    day = date(2015, 1, 1) + timedelta(days=random.randrange(4000))
    for report, tongue in enumerate((0, 1, 0)):
        names = [body[tongue] for body in bodies] + [person[tongue] for person in people]
        keys = [f"b{number}-0", f"b{number}-1", f"p{number}-0", f"p{number}-1"]
        place = where.names["en" if tongue == 0 else "zh"]
        yield (
            {
                "id": f"s{number}-{report}",
                "language": "en" if tongue == 0 else "zh",
                "published": day + timedelta(days=report),
                "publisher": f"Daily {random.randrange(50)}",
                "text": " ".join((*names, place)),
                "places": {where.slug: place},
                "institutions": {
                    k: {"name": n, "kind": b[2]} for k, n, b in zip(keys, names, bodies, strict=False)
                },
                "persons": {
                    k: {"name": n, "roles": {b: "director"}}
                    for k, n, b in zip(keys[2:], names[2:], keys, strict=False)
                },
                "delegations": {f"d{number}": {"from": keys[0], "head": keys[2]}},
                "events": {
                    f"e{number}": {
                        "kind": "signing",
                        "in": where.slug,
                        "start": day,
                        "who": [f"d{number}", keys[1]],
                    }
                },
                "agreements": {
                    f"a{number}": {
                        "kind": "memorandum",
                        "party": keys[:2],
                        "status": "signed",
                        "at": f"e{number}",
                    }
                },
            },
            f"story {number}",
        )


def _body(random: Random) -> tuple[str, str, str]:
    own = random.choices(SYLLABLES, k=3)
    kind = random.choice(KINDS)
    latin = "".join(sound for _, sound in own).capitalize()
    return f"{latin} {kind[0]}", "".join(sign for sign, _ in own) + kind[1], kind[2]


def _person(random: Random) -> tuple[str, str]:
    family, given = random.choice(SURNAMES), random.choices(SYLLABLES, k=2)
    latin = "".join(sound for _, sound in given).capitalize()
    return f"{family[1]} {latin}", family[0] + "".join(sign for sign, _ in given)


def main(sizes: list[int]) -> None:
    registry = load_registry()
    print(f"{'things':>8} {'mentions':>9} {'seconds':>8} {'MB':>6} {'F1':>6} {'P':>6} {'us/mention':>11}")
    for size in sizes:
        random = Random(size)  # noqa: S311  a benchmark
        gold = identity_gold(row for number in range(size // PER_STORY) for row in story(number, random))
        mentions = sum(len(found.entities) for found in gold.findings)
        start = time.process_time()
        links = link(gold.findings, ledger=Ledger(), registry=registry, decisions=Decisions())
        taken = time.process_time() - start
        scores = scores_of(gold, links.paths).overall
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        each = 1e6 * taken / mentions
        print(
            f"{size:8} {mentions:9} {taken:8.2f} {memory:6.0f} {scores.f1:6.3f} "
            f"{scores.precision:6.3f} {each:11.0f}"
        )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1000, 10_000])
