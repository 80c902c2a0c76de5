"""Texts made plainer before they are read: small talk taken off, short forms and spoken Chinese put in usual words."""

import re
from functools import cache

from assistant.chat.routing.words import language_of, words

_QUOTES = re.compile(r"[\"“”「」『』«»:：\n]")
_END = r"(?=[\s,.!?;:–—-]|$)"
# What is said before the question; those of the second kind count only where a sign sets them off.
_LEADS = re.compile(
    rf"^\W*(?:(?:hey|hi|hello|hiya|yo)(?: there| again| all| team| everyone| guys)?{_END}"
    rf"|(?:um+|uh+|er+m*|hm+|ah+|oh|ooh|lol|haha+|btw|by the way|honestly|frankly|fair enough|i mean|you know|i see"
    rf"|i understand|never mind that|no worries|just curious|quick (?:one|question)|sorry to bother(?: you)?"
    rf"|out of curiosity|kindly|pretty please|like|that reminds me"
    rf"|ok(?:ay)? (?:so|srsly|seriously|then|cool|great|thanks?)){_END}"
    rf"|(?:good )?(?:morning|afternoon|evening)[,.!]"
    rf"|(?:(?:oh|ah|ok|okay|well|right|alright|all right|fine|great|good|lovely|perfect|super|cool|nice|brilliant"
    rf"|wonderful|thanks|thank you|thank you very much|many thanks|cheers|sorry|so|now|then|actually|anyway|anyways"
    rf"|look|listen|yeah|yes|of course|got it|understood|makes sense|interesting|very well|one more thing|next|hmm"
    rf"|for what it's worth|before (?:i forget|anything else|we start)|if you don't mind|if i may|i'm new here"
    rf"|i was wondering)\s*[,.!;:–—-]+|well\b|then just\b|so then\b))[\s,.!;:–—-]*",
    re.IGNORECASE,
)  # fmt: skip
_BEHIND = re.compile(
    r"[\s,.;–—-]+(?:i mean|by the way|btw|lol|haha+|asap|real quick|n be quick|and be quick|if you (?:can|could)"
    r"|if possible|if you don't mind|if i may ask|thx|cheers|or something|kindly)[\s.!?]*$",
    re.IGNORECASE,
)
_SHORT = (
    (re.compile(r"\bb/c\b", re.IGNORECASE), "because"),
    (re.compile(r"\bw/o\b", re.IGNORECASE), "without"),
    (re.compile(r"\bw/ ?(?=\w)", re.IGNORECASE), "with "),
    (re.compile(r"(?:#|\bno\.?|\bnum\b|\bnr\.?) of\b", re.IGNORECASE), "number of"),
    (re.compile(r"(?<=[a-z] )4 (?=(?:the|them|s\d|a\d|an?|my|our|sms|email|push)\b)", re.IGNORECASE), "for "),
    (re.compile(r"(?<=[a-z] )2 (?=(?:the|them|s\d|a\d|my|our)\b)", re.IGNORECASE), "to "),
)
_LEADS_ZH = re.compile(
    r"^(?:(?:哦|噢|嗯|额|呃|唔|诶|欸|哎|哈|喔)+(?=[\s，,。！!~…]|[\u3400-\u9fff])"
    r"|(?:那个|那啥|就是|话说|对了|不好意思|好的?|行|明白了?|知道了?|谢谢|辛苦了?|亲|在吗|在么|你好|您好|哈喽|早|早上好"
    r"|ok|okay)[\s，,。！!~…]+"
    r"|(?:麻烦|劳驾)(?:你|您)?(?:一下)?(?:帮忙|帮我)?|请问(?:一下)?|想问(?:一下|下)?|问下|我(?:想|要)?(?:说|指)的是|我的意思是"
    r"|我是(?:说|指))[\s，,。！!~…]*",
    re.IGNORECASE,
)
_BEHIND_ZH = re.compile(r"(?<=[^\s，,。])(?:哈+|呗|啦|呀|哟|哒|嘛|噢|哦|谢谢|辛苦了?)[\s。！!~？?]*$")
_MOST = 5


@cache
def _spoken() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(said), usual) for said, usual in words()["spoken"]["chinese"])


def plain(text: str) -> str:
    """The text without small talk around it; what is quoted, or stands behind a colon, is left as it is.

    Args:
        text: as somebody typed it; one that is small talk only is given back.
    """
    chinese = language_of(text) == "zh"
    own = _QUOTES.search(text)
    head, tail = (text[: own.start()], text[own.start() :]) if own else (text, "")
    for _ in range(_MOST):
        cut = (_LEADS_ZH if chinese else _LEADS).sub("", head, count=1)
        if cut == head or not re.search(r"\w", cut):
            break
        head = cut
    for pattern, usual in _spoken() if chinese else _SHORT:
        head = pattern.sub(usual, head)
    if not tail:
        cut = (_BEHIND_ZH if chinese else _BEHIND).sub("", head)
        head = cut if re.search(r"\w", cut) else head
    return head + tail
