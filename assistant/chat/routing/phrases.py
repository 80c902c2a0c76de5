"""Phrases that a tool takes as they were typed: goals, notes, reasons, new texts, words to search for."""

import re

from assistant.chat.routing.entities import Found

_GOAL = re.compile(
    r"\b(?:to|that|which|so that they|so they|and) (?P<goal>(?:gets? (?:them|people|customers)|wins?|brings?"
    r"|thanks?|reminds?|announces?|invites?|"
    r"introduces?|promotes?|celebrates?|reactivates?|re-?engages?|encourages?|tells?|nudges?|convinces?|persuades?"
    r"|lures?|tempts?|"
    r"upsells?|cross-?sells?|retain|retains|keep|keeps|reward|rewards|welcomes?|apologi[sz]es?|ask|asks"
    r"|motivates?|come back|clear|sell|"
    r"push|try|make them|drive|increase|boost|grow|say|says)\b[^.;!?]*)|\b(?P<kind>win[- ]?back|reactivation"
    r"|thank[- ]you|"
    r"reminder|welcome|birthday|re-?engagement|back in stock|winback|loyalty) (?=channel|e-?mail|mail|sms|text"
    r"|push|message|note|ad|copy)"
)
_GOAL_ENDS = re.compile(
    r"\s*(?:,|\b(?:with|offering|using|by way of|until|till|valid|code|in the|by sms|by email|at \d|for \d|via"
    r"|before|and (?:give|offer|use|mention)"
    r"|based on|\d+ ?%)\b|\d+ ?%).*$"
)
_GOAL_ZH = re.compile(
    r"(?:目的|目标)(?:是|为|：|:)?([^，。,.；]{2,30})|(召回|唤回|挽回|感谢|提醒|邀请|欢迎|推广|促活|拉回"
    r"|回馈)([^，。,.；的]{0,12})"
)
_PRODUCT_BEHIND = re.compile(
    r"(?:\boff(?: of| on| all| their| our| the)*|\bdiscount(?: on| for)|\babout|\bpromot\w+(?: our| the)?"
    r"|\badvertis\w+(?: our| the)?"
    r"|\boffer(?:s|ing)?(?: on| for)|\bdeal on|\bfeaturing|\bto try(?: our| the)?|\bto buy(?: more)?|\bbuy more"
    r"|\binterested in) "
    r"(?P<name>[^\W\d_][^,.;!?\x00]*)"
)
_PRODUCT_ENDS = re.compile(
    r"\s*\b(?:to|for|with|until|till|by|via|in|code|using|at|and (?:use|code|mention)|before|valid|that|which"
    r"|on|from|when|so|ends?|as|of course|this|next|"
    r"through|please|or|now|today|if|because|using|under)\b.*$"
)
_NO_PRODUCT = frozenset(
    [
        "everything",
        "them",
        "it",
        "all",
        "next",
        "anything",
        "order",
        "orders",
        "purchase",
        "their",
        "our",
        "the",
        "shop",
        "store",
        "whole",
        "basket",
        "something",
        "offer",
        "us",
        "coming",
        "back",
        "what",
        "a",
        "an",
        "deal",
        "discount",
        "any",
        "campaign",
        "sale",
        "shopping",
        "visit",
    ]
)
_PRODUCT_ZH = re.compile(r"(?:推广|推荐|促销|关于|宣传|介绍)(?:一下)?(?:我们的)?([^，。,.；;的给\x00\s]{1,12})")
_LOWEST = re.compile(
    r"\b(lowest|least|(?:comes?|came|is|are|ranks?|finish\w*|places?|in|at) (?:in )?(?:the )?(?:dead |very )?last(?:"
    r" place)?(?! (?:week|month|quarter|year|\d))|trail\w*|lags?|lagging|at the bottom|fewest|smallest|worst|less"
    r"|shortest|bottom|minimum|lower|fewer|rarest|ascending|weakest|poorest|cheapest|newest"
    r"|shrinking|declining|decline|declines|shrinks)\b|最(?:低|少|小|差|短|弱|不)|从低到高|倒数|最新|下降|下滑"
)
_GOAL_SAID = re.compile(
    r"\b(?:goal|aim|objective|purpose|intention)(?: (?:is|being|should be|to|of it is))*(?:\s*[:=-]|\b) *(?:to"
    r" )?(?P<goal>\S[^.;!?]*)"
)
_GOAL_TO = re.compile(
    r"\b(?:write|draft|compose|create|craft|prepare|produce|make|send|need|want|design|copy|message|note|page|ad"
    r"|channel|e-?mail|sms|text|push|notification|newsletter)\b"
    r".*?(?<!want)(?<!need)(?<!like)(?<!offer)(?<!promote) (?:to|in order to|so as to) (?P<goal>(?!the\b|our\b|my\b"
    r"|all\b|them\b|those\b|these\b|a\b|an\b|people\b|customers\b"
    r"|shoppers\b|every\w*\b|each\b|any\w*\b|segment|group|it\b|that\b|this\b|\x00|\d|her\b|him\b|s\d|write\b|draft\b"
    r"|send\b|text\b|email\b|mail\b)[a-z]{3,}\b[^.;!?]*)"
)
_EXPLAINED = re.compile(
    r"\b(?:where (?:does|do|did|is|are|was|were)|why (?:does it say|do (?:you|we) say|is there|are there|is|did you"
    r" (?:write|say|use|choose|pick)"
    r"|(?:does|did) (?:it|that|this|they|\x00+|the (?:piece|copy|text|e-?mail|sms|message)) (?:say|mention|use|talk"
    r" about|promise|offer|include|have|speak of|claim|promote|recommend)|say|do you (?:mention|use|write)|use|mention"
    r"|write|the|this|that)|explain|justify|prove|source (?:of|for|behind)|evidence (?:of|for|behind)"
    r"|what(?:'s| is)? (?:behind|backs(?: up)?|supports|proves)|receipts? (?:of|for|behind)|proof (?:of|for)|what is) "
    r"(?P<words>.+?)(?=\s+(?:in|of|on|from|inside|within) (?:\x00|it\b|this\b|that\b|there\b|the (?:piece|copy|text"
    r"|e-?mail|sms|message)\b)"
    r"|\s+(?:come|comes|came|coming|stem|from|based|taken|backed|got)\b|\s*\x00|\s*[?.!,]|\s*$)"
    r"|(?:^|把|请|解释|为什么(?:说|写|是|用|有)?|里的?|中的?|那个?|这个?)(?P<zh>[^\x00，,。？?里中的]{1,14}?)(?:是|从"
    r"|的)?(?:从哪|哪里来|哪来|怎么来|的?(?:依据|根据|来源|出处))"
)
_AND_WHAT = re.compile(
    r"^\W*(?:(?:ok|okay|so|now|then) )?(?:and|what about|how about|and what about|and how about|also)\b"
    r" (?P<words>[^?.!]{2,40})\W*$"
    r"|^(?:那么?|还有)(?P<zh>[^呢？?。]{1,12})呢?[？?。]*$"
)
_NOT_EXPLAINED = frozenset(
    [
        "it",
        "this",
        "that",
        "these",
        "those",
        "the",
        "a",
        "an",
        "number",
        "numbers",
        "figure",
        "figures",
        "fact",
        "facts",
        "claim",
        "claims",
        "sentence",
        "text",
        "copy",
        "piece",
        "data",
        "statement",
        "words",
        "information",
        "say",
        "says",
        "what",
        "you",
        "we",
        "they",
        "all",
        "everything",
        "here",
        "there",
        "in",
        "of",
        "is",
        "and",
        "to",
        "from",
        "come",
        "one",
        "thing",
        "things",
    ]
)
_NEWEST = re.compile(r"\b(most recent|most recently)\b|最近(?:来过|买过|下单)")
_NOTE_LEAD = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|ok|okay|and|now|but|i want you to|let's|hm+)\b[, ]*)*"
    r"(?:(?:revise|rewrite|redo|rework|rephrase|reword|improve|change|update|tweak)\b)?[ ]*\x00[ ]*"
    r"(?:[:,;-]|so that|so|to be|to|and|with the note|with a note|with note)?[ ]*",
    re.IGNORECASE,
)
_NOTE_LABEL = re.compile(r"\bnote\b[: ]+(?P<note>.+)$", re.IGNORECASE)
_NOTE_ALONE = re.compile(
    r"^\W*(?:(?:please|can you|could you|ok|okay|now|and) )*(?:revise|rewrite|redo|rework|rephrase|reword"
    r"|re-write|change)(?: (?:it|this|that|again|the (?:copy|piece|text|message|e-?mail)))*"
    r"(?: once more| again)?\s*(?:please)?[ .!]*$|^(?:请|把)?(?:重写|改写|再写一遍|重新写|修改|改一下)(?:一下"
    r"|这条|它)?[。！]*$",
    re.IGNORECASE,
)
# In the order of what says it most clearly.
_REASONS = tuple(
    re.compile(rf"(?:{lead})\s*(?P<why>.+)$", re.IGNORECASE | re.DOTALL)
    for lead in (
        r"\bbecause(?: of)?\b|\breason(?: is| being)?\b:?|\bdue to\b|\bsince\b|\bfor being\b|因为|由于|原因是?"
        r"|理由是?[:：]?",
        r"[:：]|[—–]| - |;|；",
        r"\bas (?=it|the|they|this|that)",
        r"[,，.。](?=\s*\S)",
    )
)
_ONLY_DECIDES = re.compile(
    r"^\W*(?:(?:please|ok|okay|yes|then|so|i|we|just|and|now|looks|good|fine|great|it|is|it's|perfect|this|that|one"
    r"|approve|reject|approved|rejected|thanks|to|me|"
    r"go|ahead|decline|piece|release|sign|off|on|accept|let|through|the|too|批准|拒绝|驳回|通过|同意|这条|它|请|吧|了"
    r"|可以|没问题|不错|好|的)[\s,，。.!！]*)*$",
    re.IGNORECASE,
)
_DECIDES_FIRST = re.compile(
    r"^(?:so )?(?:please )?(?:reject|approve|decline|discard)(?:ed)?(?: (?:it|this|that|this one|that"
    r" one))?[\s.,:;!-]+",
    re.I,
)
# `reject it too pushy`
_DECIDED = re.compile(
    r"^\W*(?:reject|decline|bin|scrap|veto|kill)(?: (?:it|this one|that one|this|that))? (?P<why>(?:too|so"
    r"|not|no|off|way"
    r"|very|boring|wrong|bad|sounds?|reads?|feels?|it's|its|repeats?)\b.*)$",
    re.IGNORECASE,
)
_LONGEST_REASON = 15
_NEW_TEXT = re.compile(
    r"\b(?:change|set|replace|update|edit|make|put|correct|reword|rewrite|should|use|fix)\b.*?(?:\b(?:to(?: say"
    r"| read| be)?|with|read|reads|say|says|as|into)\b|:)"
    r"[: ]+(?P<text>\S.*)$|(?:改成|改为|换成|设为|写成|改到|替换为|更新为)[：: ]*(?P<zh>\S.*)$"
    r"|^[^:：]{2,60}[:：]\s*(?P<plain>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_CHECKED = re.compile(r"^(?:[^:：\n]{2,120})[:：\n]\s*(?P<text>\S.*)$", re.DOTALL)
_ASKING = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|do you know|ok|okay|and|so|now|hey|hi|then|also|well|tell me"
    r"|i want to know|i wonder)\b[, ]*)*"
    r"(?:(?:do|does|did|have|has) (?:we|you|you guys|the shop|the store|they|i|our shop) (?:even |actually "
    r"|also )?(?:sell|carry|stock|have|offer|got|any)"
    r"|have we got|is there|are there|what(?:'s| is| are| do| does)?|which|find|search(?: for)?"
    r"|look(?:ing)?(?: up| for)|show(?: me)?|list|give me|get me|"
    r"who(?: else)?|where|tell me|any)?\b[ :]*"
    r"(?:(?:segments?|groups?|customers|shoppers|people|households|of our|of the|of them)\b ?)*"
    r"(?:(?:is|are|really|usually|typically|often|mostly|actually) )*"
    r"(?:(?:buys?|buying|likes?|loves?|purchases?|shops? for|drinks?|eats?|into|interested in|fond of|keen on)\b ?)?"
    r"(?:(?:a lot of|lots of|the most|more|most|much|plenty of|loads of|tons of)\b ?)?",
    re.IGNORECASE,
)
_SEARCH_NOISE = re.compile(
    r"\b(?:we have|do we have|do you have|do we sell|we sell|we carry|in (?:our|the) (?:shop|store|catalog"
    r"|catalogue|assortment|range)|in stock|in the shop's catalogue|"
    r"the (?:catalog|catalogue|assortment)|for me|please|any|(?:in|of|for|among|from|by|within|does|do|is|are"
    r"|to) *(?=\x00|$))\b|\x00",
    re.IGNORECASE,
)
_SEARCH_LEAD = re.compile(
    r"^(?:(?:got|for|the|a|an|some|any|products?|items?|articles?|something|anything|about|like|me|us|our|with"
    r"|that are|all|is|are|does|do|kinds? of|types? of|of|search|"
    r"behaviou?rs?|which|what)\b[ :]*)+(?=\S)",
    re.IGNORECASE,
)
_ASKING_ZH = re.compile(
    r"(?:请|帮我|麻烦|我想|想|你们|我们|店里|商店|咱们|有没有|有哪些|有什么|有|卖不卖|卖|找一?下?|搜索?一?下?|查一?下?"
    r"|查询|看看|显示|哪些人|哪个|哪些|什么人|谁|最?(?:喜欢|爱)|"
    r"是什么|什么|一下|这个|那种|商品|产品|吗|呢|的|啊|里|中|\?|？|。|，|,|细分|分群|通常|最多|比较|多)"
)


def goal_of(found: Found) -> str:
    """What copy is to bring about, in the person's words; empty where none is said."""
    if found.language == "zh":
        match = _GOAL_ZH.search(found.flattened)
        return "" if match is None else (match[1] or f"{match[2]}{match[3]}").strip()
    if said := _GOAL_SAID.search(found.flattened):
        return _cut(found.text[slice(*said.span("goal"))])
    match = _GOAL.search(found.flattened) or _GOAL_TO.search(_masked(found, "segment"))
    if match is None:
        return ""
    return _cut(found.text[slice(*match.span("goal" if match["goal"] else "kind"))])


def _cut(words: str) -> str:
    cut = _GOAL_ENDS.search(words.lower())
    return (words[: cut.start()] if cut else words).strip(" ,.!?")


def _masked(found: Found, *kinds: str) -> str:
    """The text for matching, with a neutral sign for each that stood in a name."""
    left = list(found.flattened)
    for kind in kinds:
        for hit in found.hits.get(kind, ()):
            left[hit.start : hit.end] = "\0" * (hit.end - hit.start)
    return "".join(left)


def explained_of(found: Found, *, following: bool = False) -> str:
    """What in a piece is asked about, in the person's words; empty where it is the piece as a whole.

    Args:
        found: what the text names.
        following: whether a piece has just been explained, so that `and the product?` asks about it.
    """
    if found.has("quoted"):
        return found.first("quoted")
    left = _masked(found, "piece")
    for pattern in (_EXPLAINED, _AND_WHAT) if following else (_EXPLAINED,):
        match = pattern.search(left)
        if match is None:
            continue
        words = found.text[slice(*match.span("words" if match["words"] else "zh"))]
        words = re.sub(
            r"^(?:(?:the|this|that|these|those|its|a|an)\b ?|[这那]个?)+", "", words.strip(), flags=re.IGNORECASE
        )
        words = re.sub(
            r"\b ?(?:claim|figure|number|statement|sentence|part|bit)s?$|(?:这|那)?(?:句话|数字|说法)$", "", words
        ).strip()
        words = re.sub(r"^(?:claim|sentence|statement|part|bit) (?:about|on|with|that) ", "", words)
        small = re.findall(r"[a-z]+|\d+|[\u3400-\u9fff]+", words.lower())
        if small and not set(small) <= _NOT_EXPLAINED and "\x00" not in words:
            return words
    percents = found.hits.get("percent", ())
    return found.text[percents[0].start : percents[0].end] if percents else ""


def product_of(found: Found) -> str:
    """The product that copy is about: a name of the shop, else the words behind `off`, `about` and the like."""
    if found.has("product"):
        return found.first("product")
    left = found.without("quoted", "code", "date", "segment").replace("  ", "\x00")
    if found.language == "zh":
        match = _PRODUCT_ZH.search(left)
        return match[1].strip() if match else ""
    for match in _PRODUCT_BEHIND.finditer(left.lower()):
        words = left[slice(*match.span("name"))]
        cut = _PRODUCT_ENDS.search(f" {words.lower()}")
        words = (f" {words}"[: cut.start()] if cut else words).strip(" ,.!?")
        if words and words.lower().split()[0] not in _NO_PRODUCT:
            return re.sub(r"^(?:all|their|our|the|some|more) ", "", words, flags=re.IGNORECASE)
    return ""


def lowest_in(found: Found) -> bool:
    """Whether the lowest is asked for; somebody who ordered recently has the fewest days since an order."""
    recency = any(hit.value in ("recency_days", "days_since_visit") for hit in found.hits.get("metric", ()))
    if recency and _NEWEST.search(found.flattened):
        return True
    often = re.search(r"how often|most often|most frequently|买得最勤|最常", found.flattened)
    if often and found.first("metric") == "days_between_orders":
        return True
    if recency and re.search(r"\bleast active\b|\binactive\b", found.flattened):
        return False
    return bool(_LOWEST.search(found.flattened))


def campaign_words(found: Found) -> str:
    """The campaign that a text names."""
    return found.first("campaign")


def note_of(found: Found) -> str:
    """What should be different, in the person's words."""
    if labelled := _NOTE_LABEL.search(found.text):
        return labelled["note"].strip(' "“”「」')
    if _NOTE_ALONE.match(found.text):
        return ""
    text = list(found.text)
    for hit in found.hits.get("piece", ()):
        text[hit.start : hit.end] = "\0" * (hit.end - hit.start)
    made = re.sub("\0+", "\0", "".join(text)).strip()
    made = re.sub(r"^把?\0[，,:：]?", "", _NOTE_LEAD.sub("", made, count=1) if "\0" in made else made)
    made = re.sub(r"^\W+|\0", "", made).strip()
    return "" if _NOTE_ALONE.match(made) or not made else made


def reason_of(found: Found) -> str:
    """Why something is decided; empty where nothing is said but the decision."""
    text = found.without("piece").strip()
    for pattern in _REASONS:
        match = pattern.search(text)
        why = match["why"].strip(' .,!。，！"“”') if match else ""
        why = _DECIDES_FIRST.sub("", why)
        if why and not _ONLY_DECIDES.match(why):
            return why
    behind = _DECIDED.match(text)
    if behind and not _ONLY_DECIDES.match(behind["why"]) and len(behind["why"].split()) < _LONGEST_REASON:
        return behind["why"].strip(" .,!")
    return found.first("quoted")


def new_text_of(found: Found, *, checking: bool = False) -> str:
    """Words that somebody gives without quotation marks: behind a colon, or behind `to`."""
    if checking:
        match = _CHECKED.match(found.text)
        return match["text"].strip() if match and len(match["text"].split()) > 1 else ""
    shortened = found.text
    match = _NEW_TEXT.search(shortened)
    return next((group.strip() for group in match.groups() if group), "") if match else ""


def search_text_of(found: Found) -> str:
    """What to look for: the question without its asking words."""
    if quoted := found.first("quoted"):
        return quoted
    text = list(found.text.rstrip(" ?.!？。"))
    for hit in found.hits.get("segment", ()):
        text[hit.start : hit.end] = "\0" * len(text[hit.start : hit.end])
    made = re.sub("\0+", "\0", "".join(text))
    if found.language == "zh":
        return " ".join(_ASKING_ZH.sub(" ", made.replace("\0", " ")).split()) or made.replace("\0", "").strip()
    made = _ASKING.sub("", made, count=1)
    made = _SEARCH_NOISE.sub(" ", made)
    made = " ".join(_SEARCH_LEAD.sub("", " ".join(made.split())).split()).strip(" ,:;?.!\"'")
    return re.sub(r"\b(?:do|does|for|in|of|to|by|we have|and|have|sell|has|are|is|there)$", "", made).strip()
