"""Stage 1, read: how one line of an article shows that it is furniture, a dateline or a caption.

The rules are general and few, and on the side of the body: what is furniture is never read for facts.
"""

import re

from kg.read.dates import MONTH, first_date, without_dates

_PLACE = r"[A-Z][A-Z.'’-]+(?:[ ,]+[A-Z][A-Z.'’-]+)*"
_DASH = r"(?:--+|—+|–|-)"

_STRONG = re.compile(
    r"""
    ^\W*(?:copyright\b|©|\(c\)\s*\d{4}|版权所有|本网站?所刊)   # rights
  | \ball\ rights\ reserved\b | 版权所有 | 未经授权.{0,12}(?:不得|禁止)转载
  | ^\W*advertisements?\W*$ | ^\W*advertisement\s*[-–—]\s*(?:scroll|continue|story)\b
  | ^\W*(?:广告|（?完）?)\W*$
  | ^\W*(?:ends?|\#{3,}|---+|\*\*\*+|={3,}|-\s*30\s*-)\W*$
  | ^\{:?[^{}]*\}$                                            # attribute lines of Markdown dialects
  | ^\W*(?:责任编辑|责编|编辑|校对|审核)\s*[:：]\s*\S{1,20}\s*$
  | ^\W*(?:扫一扫|分享到|打开APP|点击进入专题)
  | ^\W*(?:sign\ up\ for|subscribe\ to)\b.{0,60}\bnewsletters?\b
  | ^\W*(?:click\ here|skip\ to\ (?:main\ )?content|back\ to\ (?:top|list))\b.{0,60}$
  | ^\W*(?:for\ (?:more|further)\ information,?\ (?:please\ )?(?:contact|visit|see)\b.{0,250}$)
  | ^\W*(?:media|press)\ contacts?\s*:
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Furniture wherever it stands."""

_WEAK = re.compile(
    r"""
    ^\W*(?:home|menu|search|login|log\ in|sign\ in|register|subscribe|print|e-?mail|share|tweet
      |facebook|twitter|x|linkedin|whatsapp|wechat|weibo|reddit|telegram|pinterest
      |more|next|previous|comments?|top|save|copy\ link
      |share\ (?:this|on)\b.{0,30}|follow\ us\b.{0,30}|\d+\ (?:comments?|shares?)|leave\ a\ (?:comment|reply)
      |中文|简体|繁體|繁体|english|français|español|русский|عربي|日本語|한국어|deutsch|português
      |首页|分享|打印|收藏|评论|登录|注册|返回顶部|字号|大|中|小)\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Furniture where nothing in its paragraph is a sentence."""

_CRUMB = re.compile(r"^\W*[^>»›.。!?！？]{1,40}(?:\s*[>»›]\s*[^>»›.。!?！？]{1,60})+$")
_RELATED = re.compile(
    r"^\W*(?:related(?:\s+(?:articles?|stories|news|reading|links?|content|topics?|posts?))?|read\s+more|see\s+also"
    r"|more\s+(?:news|stories|on\s+this)|most\s+(?:read|popular|viewed)|recommended|latest\s+news|you\s+may\s+also\s+like"
    r"|相关(?:阅读|新闻|链接|报道|推荐)|延伸阅读|推荐阅读|热门(?:新闻|推荐)|更多新闻)\W*$",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"""
    \(\s*[\w.'’&\ -]{2,40}\s*\)                               # ( chinadaily.com.cn )
  | (?:来源|稿源)\s*[:：]\s*\S{2,20} | \bsource\s*:\s*[\w.'’&/\ -]{2,40}$
  | \b(?:xinhua|reuters|ap|afp|bloomberg|china\ daily|global\ times|people's\ daily(?:\ online)?|cctv|cgtn)\b
  | (?:新华社|新华网|人民网|中新社|中新网|央视网)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SOURCE_ALONE = re.compile(rf"^\W*(?:{_SOURCE.pattern})\W*$", _SOURCE.flags)
_RELEASE = re.compile(
    r"^\W*(?:(?:press|media|news)\s+(?:release|statement)\s*(?::.{0,120})?|for\s+immediate\s+release)\W*$",
    re.IGNORECASE,
)
_POSTED = re.compile(r"\bposted in \[[^\]]{1,40}\]\([^)]{0,120}\)", re.IGNORECASE)
_BYLINE = re.compile(
    r"^\W*(?:[Bb]y|BY|(?:Reported|Written) by)\s+"
    r"(?:[A-Z][\w.'’-]*\s*(?:,|and|&|in)?\s*){1,8}(?:\([^)]{2,40}\))?\W*$"
    r"|^\W*(?:作者|记者|文)\s*[:：/]\s*\S{2,20}(?:\s+\S{2,8}){0,3}\s*$"
)
_AGENCY = r"(?:新华社|新华网|人民网|中新社|中新网|央视网|光明网|中国日报网)"
_INLINE = re.compile(
    rf"""
    {_PLACE}(?:,\s+(?:[A-Z][\w.]+\s?){{1,2}})?(?:,?\s+(?i:{MONTH})\b\.?\s+\d{{1,2}}(?:,?\s+\d{{4}})?)?\s*
      (?:\([^()]{{2,40}}\)\s*{_DASH}|\([A-Z][\w\ /.]{{1,30}}\)\s|(?:--+|—+|–|\s-\s))\s*
  | \(?[A-Z][\w.]+(?:\ [A-Z][\w.]+)?,\s+[A-Z][\w.]{{1,12}}\)?\s*(?:--+|—+|–|\s-)\s+
  | (?:\*\*)?{_AGENCY}[^，。！？：\n]{{0,30}}?(?:电|讯|消息)(?:\*\*)?
      (?:\s*[（(][^）)\n]{{1,30}}[）)])?\s*[:：]?\s*
    """,
    re.VERBOSE,
)
CREDIT = re.compile(
    r"""
    \s*[\[(（【]\s*(?:(?:file\ )?photos?|image|picture|图片?|供图|摄影)\s*
      (?:[/:：]|by\b|courtesy\b|provided\b|来源)[^\])）】]{0,80}[\])）】]\s*$
  | \s*[\[(（]\s*(?:xinhua|reuters|ap|afp|vcg|getty\ images)\s*[/|]\s*[^\])）]{2,40}[\])）]\s*$
  | \s*/(?:VCG|Xinhua|CFP)\s*$
  | \s*[（(]?(?:新华社|中新社|人民网|央视网)?(?:发|记者)?\s*[\u4e00-\u9fff·]{2,6}\s*摄[）)]?\s*。?\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""The photographer or agency at the end of a caption."""

CAPTION_LABEL = re.compile(
    r"^\W*(?:photo\s+)?captions?\s*[:：]\s*|^\W*(?:图为|图说\s*[:：]|图\s*[:：])\s*", re.IGNORECASE
)
_CREDIT_ALONE = re.compile(
    r"^\W*(?:photo(?:graph)?s?|image|picture|图片?)\s*(?:(?:credit|courtesy|来源)\s*)?(?:[:：/]|by\b)\s*.{1,60}$",
    re.IGNORECASE,
)
_ALT_WORDS = 5
IMAGE = re.compile(r"^!\[([^\]]*)\]\([^)]*\)\s*$")
_SHORT = 120
_LONG = 600
"""Characters; rules look at no longer line, so that none can be made slow by its length."""
_STOP = re.compile(r"[.。!！?？;；:：…][\"'”’）)\]*_]*\s*$")


def is_furniture(line: str) -> bool:
    """Return whether the line is furniture wherever it stands."""
    if len(line) > _LONG:
        return False
    return bool(
        _STRONG.search(line) or (_CREDIT_ALONE.match(line) and len(line) < _SHORT and not _STOP.search(line))
    )


def may_be_furniture(line: str) -> bool:
    """Return whether the line is furniture where its paragraph holds no sentence."""
    return len(line) < _SHORT and bool(_WEAK.match(line) or _CRUMB.match(line))


def opens_list(line: str) -> bool:
    """Return whether the line is the heading of a list of other articles."""
    return len(line) < _SHORT and bool(_RELATED.match(line))


def is_listed(line: str) -> bool:
    """Return whether the line can be an entry of such a list."""
    return len(line) <= _SHORT and not ends_sentence(line)


def ends_sentence(line: str) -> bool:
    """Return whether the line ends as a sentence does."""
    return bool(_STOP.search(line[-10:]))


def is_dateline(line: str) -> bool:
    """Return whether the line says nothing but when, where and by whom the article was published."""
    if len(line) > _SHORT * 2:
        return False
    if _RELEASE.match(line) or (_BYLINE.match(line) and len(line) < _SHORT):
        return True
    if first_date(line) is None and not _SOURCE_ALONE.match(line):
        return False
    rest = _SOURCE.sub(" ", without_dates(_POSTED.sub(" ", line)))
    return not re.search(r"\w", re.sub(r"<br\s*/?>|\b(?:on|at|in|by)\b", " ", rest))


def inline_dateline(text: str, start: int, end: int) -> int:
    """Return where `BOSTON, Dec. 13 (Agency) --` at the start of a paragraph ends, or `start`."""
    match = _INLINE.match(text, start, min(end, start + _SHORT))
    return match.end() if match and match.end() < end else start


def is_caption(line: str) -> bool:
    """Return whether the line says what a picture shows."""
    if len(line) > _LONG:
        return False
    image = IMAGE.match(line)
    if image:
        return len(image[1].split()) >= _ALT_WORDS
    return bool(CAPTION_LABEL.match(line) or CREDIT.search(line))
