"""Stage 2, Chinese: words of the tagger that hold several, cut where each begins."""

import re
from collections.abc import Iterator

from kg import gazetteer
from kg.extract.chinese_families import is_family
from kg.extract.chinese_names import (
    country_at,
    department_at,
    ending_kind,
    has_own_name,
    is_institution,
    is_title,
)
from kg.extract.chinese_words import Word, is_verb, lexicon, listed, longest_first

_OWNED = re.compile(r"(?<=..)(?:集团|公司|大学|医院)(?=(?:旗下|下属|所属)..)")
_SWALLOWED = re.compile(
    r"(?P<body>[一-鿿]{2,10}?)(?P<title>市长|省长|州长|校长|院长|主席|会长|总裁|董事长|大臣|部长|总统|总理|首相|议长)"
    r"(?P<name>[一-鿿]{1,6}·[一-鿿·]{1,12})"
)
"""A foreign name with its title and body, tagged as one name (`卑尔根市市长托尔·贝格`)."""
_ACTS = ("meet", "lead", "attend", "say", "talk")


def _title_behind(name: str) -> str:
    """Return the title that a foreign name has swallowed, or nothing."""
    tail = name[name.rfind("·") + 1 :]
    return next((tail[i:] for i in range(2, len(tail) - 1) if is_title(tail[i:])), "")


def act_behind(word: Word) -> str:
    """Return the verb that a Chinese name has swallowed (`侯明拜会`), or nothing."""
    text = word.text
    act = next((v for role in _ACTS for v in lexicon()["words"][role] if text.endswith(v)), "")
    named = word.tag == "PER" and len(act) > 1 and 1 < len(text) - len(act) <= 3  # noqa: PLR2004  a Chinese name
    return act if named and is_family(text[:1]) else ""


def _named_behind(word: Word) -> int:
    """Return where a Chinese name begins behind the title that a word begins with, or 0."""
    text = word.text
    if word.tag not in ("n", "nz", "PER", "ORG", "LOC") or is_title(text):
        return 0
    cuts = [i for i in range(2, len(text) - 1) if is_title(text[:i]) and is_family(text[i])]
    return next((i for i in reversed(cuts) if len(text) - i in (2, 3)), 0)


def _person_inside(word: Word) -> tuple[int, str, str] | None:
    """Return where a name and what stands beside it part, and the tags of the two."""
    text = word.text
    if word.tag == "PER" and "·" in text and (title := _title_behind(text)):
        return len(text) - len(title), "PER", "n"  # 托尔·贝格 州长
    if cut := _named_behind(word):
        return cut, "n", "PER"  # 副校长 方知行
    come = next((v for v in listed("arrivals") if text.endswith(v)), "")
    if word.tag == "PER" and come and len(text) > len(come) + 1:
        return len(text) - len(come), "PER", "v"  # 托尔 来院
    if act := act_behind(word):
        return len(text) - len(act), "PER", "v"  # 侯明 拜会
    return None


def _inside(word: Word) -> tuple[int, str, str] | None:
    """Return where a second word begins in a word, and the tags of the two."""
    if found := _person_inside(word):
        return found
    text = word.text
    if word.tag == "ORG" and text[:1] == "国" and text[1:3] == "中国":
        return 1, "n", "ORG"  # 轮值主席 国 中国外交部
    verb = next((v for v in lexicon()["words"]["sign"] if text.startswith(v) and len(v) > 1), "")
    if verb and any(text.endswith(end) for end, _ in longest_first("agreements")):
        return len(verb), "v", "n"  # 达成 协议
    led = text[:1] == "该" or text[:2] in (*lexicon()["own"], "共建", "创办", "筹建", "设立")
    if led and len(text) > 4 and ending_kind(text):  # noqa: PLR2004  该校 and a name
        return 2, "r" if text[0] == "该" else "n", "ORG"  # 该校 国际教育学院
    verbs = len(text) == 4 and word.tag[0] == "v" and is_verb(text[:2]) and is_verb(text[2:])  # noqa: PLR2004  two of two
    return (2, "v", word.tag) if verbs else None  # 率团 访问


def cut_up(word: Word) -> Iterator[Word]:
    """Yield the words that a word of the tagger holds."""
    if cut := _inside(word):
        yield from word.cut(*cut)
        return
    owned = _OWNED.search(word.text) if word.tag == "ORG" else None
    if owned:
        holder, rest = word.cut(owned.start() + 2, "ORG", "n")
        yield from (holder, *rest.cut(2, "n", "ORG"))  # 甲集团 旗下 乙公司
        return
    if held := _SWALLOWED.fullmatch(word.text) if word.tag == "PER" else None:
        body, rest = word.cut(held.end("body"), "LOC" if held["body"][-1] in "市省州县" else "ORG", "n")
        yield from (body, *rest.cut(len(held["title"]), "n", "PER"))
        return
    if word.tag in ("ORG", "LOC", "PER") and len(word.text) > 2:  # noqa: PLR2004  同 + a name of two or more
        if word.text[0] in "同与和" and not word.text.startswith(tuple(lexicon()["kept_heads"])):
            left, word = word.cut(1, "p", word.tag)
            yield left
        if word.tag in ("ORG", "LOC") and word.text[-1] in "与和及同" and "大同" not in word.text:
            yield from word.cut(len(word.text) - 1, "n", "c")  # 卫生与 社会保障署
            return
        if word.text[-1] in "愿将拟已还也":
            word, right = word.cut(len(word.text) - 1, word.tag, "d")
            yield from _cut_tail(word)
            yield right
            return
    yield from _cut_tail(word)


def _countried(word: Word) -> tuple[Word, Word] | None:
    """Return a name cut behind the country that it begins with (`芬兰奥卢市`)."""
    cut = country_at(word.text) or country_at(word.text + "市") * (gazetteer.lookup(word.text) is None)
    own = word.tag == "LOC" or (word.tag == "PER" and "·" not in word.text) or has_own_name(word.text[cut:])
    tag = "n" if word.tag == "PER" or len(word.text) - cut == 1 else word.tag  # 挪威水、土地与灌溉事务部
    return word.cut(cut, "LOC", tag) if cut and own and word.text[:cut] != "中国" else None


def _cut_tail(word: Word) -> Iterator[Word]:
    """Cut what an organisation's name has swallowed behind its ending (`亚洲开发银行执行董事`)."""
    if word.tag in ("ORG", "LOC", "PER") and (parts := _countried(word)):
        yield parts[0]
        yield from _cut_tail(parts[1])
        return
    together = next((w for w in lexicon()["parties_together"] if word.text.endswith(w)), "")
    if together and word.tag in ("ORG", "LOC") and word.text != together:
        yield from word.cut(len(word.text) - len(together), word.tag, "n")  # 挪威两国
        return
    if word.tag in ("ORG", "LOC") and not ending_kind(word.text) and not word.text.endswith("团"):
        ends = [
            word.text.rfind(end) + len(end) for end, _ in longest_first("institutions") if end in word.text
        ]
        cut = max((end for end in ends if end > 3), default=0)  # noqa: PLR2004  shorter is no name
        if 0 < len(word.text) - cut <= 4 and is_institution(word.text[:cut]) and cut:  # noqa: PLR2004  a title
            yield from word.cut(cut, "ORG", "n")
            return
    if word.tag in ("ORG", "LOC") and (cut := department_at(word.text)):
        yield from word.cut(cut, "ORG", "n")
        return
    yield word
