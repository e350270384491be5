"""Stage 2, Chinese: whom `我校`, `我院`, `我市` mean: the body, or its city, that publishes the article."""

import re
from collections.abc import Iterator, Sequence

from kg import gazetteer
from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_names import ending_kind, is_institution
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_words import lexicon
from kg.model import Concept, Kind, Relation

_ITSELF = re.compile(
    r"(?<![由往未])[来莅到][校院馆](?=[^\w]|[考访参交调洽座进])|(?<=[，。、])(?:集团|公司)(?=党委|党组|董事长|总经理|副总|总裁)|"
    r"(?<!自)[我本](?:校|院|市|省|县|区|所|馆|局|司|公司|集团)|(?<=[，。、与对])(?:学校|医院)(?=[，。、与])"
)
_CITY = ("市", "省", "县", "区")


def speaks_of_itself(text: str) -> bool:
    """Return whether an article speaks of its publisher as `我校` or the like."""
    return bool(_ITSELF.search(text))


def fits_noun(piece: Piece, noun: str) -> bool:
    """Return whether a noun such as `校` can mean a body or place."""
    kinds = lexicon()["nouns_of_parties"].get(noun)
    if noun == "方":
        return piece.sort is Sort.INSTITUTION or piece.kind == "country"
    return piece.kind in kinds if kinds else piece.name.endswith(noun)


def home(noun: str, book: Notebook) -> Piece | None:
    """Return the body that publishes the article, or its city, where the noun can mean it."""
    for body in book.of_kind(Kind.INSTITUTION):
        kind = next((v.name for v in book.values(body.key, Relation.KIND) if isinstance(v, Concept)), "")
        piece = Piece(Sort.INSTITUTION, body.name, 0, kind=kind)
        if body.name in book.article.publisher and fits_noun(piece, noun):
            return piece
    if noun in _CITY:
        return _city(book.article.publisher, noun)
    return next((piece for piece in _publishers(book) if fits_noun(piece, noun)), None)


def home_of(kinds: Sequence[str], book: Notebook) -> Piece | None:
    """Return the body that publishes the article, where it is of such a kind and speaks of itself."""
    fitting = [piece for piece in _publishers(book) if piece.kind in kinds]
    return fitting[0] if fitting and book.speaks_of_itself else None


def _publishers(book: Notebook) -> Iterator[Piece]:
    """Yield the bodies that the publisher's name begins with, the longest first (`云岚大学新闻中心`)."""
    name = book.article.publisher
    for cut in range(len(name), 3, -1):
        if is_institution(name[:cut]):
            yield Piece(Sort.INSTITUTION, name[:cut], 0, kind=ending_kind(name[:cut]))


def _city(publisher: str, noun: str) -> Piece | None:
    """Return the city or province whose office publishes the article (`宁波市人民政府外事办公室`)."""
    found = re.match(rf"[一-鿿]{{2,7}}?{noun}", publisher)
    record = gazetteer.lookup(found.group()) if found else None
    return Piece(Sort.PLACE, found.group(), 0, kind=record.kind) if found and record else None
