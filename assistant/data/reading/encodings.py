"""In which encoding a text file is written, decided by all of it."""

import codecs
import re
from collections.abc import Iterable, Iterator

from charset_normalizer import from_bytes

_LINES = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")
_WORDS = re.compile(rb"[A-Za-z'\x80-\xff]*[\x80-\xff][A-Za-z'\x80-\xff]*")
# One byte a letter: what spreadsheets and tills of Europe and America write.
_LEGACY = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso8859_2", "iso8859_15")
# In these, whole words are beyond ASCII; in the others, single letters.
_OTHER_SCRIPTS = frozenset({"cp1251", "cp1253"})
_ENOUGH = 65_536
_TOO_FEW = 48
_LONGEST_LINE = 1 << 20


def encoding_of(chunks: Iterable[bytes]) -> str:
    """The name of a codec.

    UTF-8 unless hardly a line with letters beyond ASCII keeps it; then the encoding in which the words
    with such letters look most like a language. Lines that break the one that is chosen are for the reader to refuse.

    Args:
        chunks: the whole file.
    """
    pieces = iter(chunks)
    head = next(pieces, b"")
    marked = _marked(head)
    if marked:
        return marked
    kept = broken = 0
    used: set[int] = set()
    words: set[bytes] = set()
    size = 0
    for line in _beyond_ascii(head, pieces):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            broken += 1
            used.update(line)
            if size < _ENOUGH:
                for word in set(_WORDS.findall(line)) - words:
                    words.add(word)
                    size += len(word)
        else:
            kept += 1
    # Hardly a line in another encoding is UTF-8 by chance, so a few that are make a file of both.
    if broken <= 20 * kept:
        return "utf-8"
    return _legacy(used, words)


def decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The text of a file; a byte that is none becomes a lone surrogate, or U+FFFD in UTF-16.

    Args:
        chunks: its bytes.
        encoding: as `encoding_of` says.
    """
    wide = encoding.startswith(("utf-16", "utf-32"))
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)(
        "replace" if wide else "surrogateescape"
    )
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _marked(head: bytes) -> str:
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = head[:4096]
    pairs = max(1, len(sample) // 2)
    # Letters of ASCII in UTF-16 without a mark: every other byte is 0.
    if sample[1::2].count(0) > 0.6 * pairs and sample[::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if sample[::2].count(0) > 0.6 * pairs and sample[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return ""


def _beyond_ascii(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Lines with a byte beyond ASCII; one that never ends is cut, so that memory stays bounded."""
    rest = head
    for piece in pieces:
        end = rest.rfind(b"\n") + 1
        if not end and len(rest) > _LONGEST_LINE:
            end = len(rest)
        if not rest[:end].isascii():
            yield from _LINES.findall(rest, 0, end)
        rest = rest[end:] + piece
    if not rest.isascii():
        yield from _LINES.findall(rest)


def _legacy(used: set[int], words: set[bytes]) -> str:
    able = [name for name in _LEGACY if _can(name, used)]
    if not able:
        # Every byte is a letter of it or a control character, which the reader refuses.
        return "cp1252"
    text = b" ".join(sorted(words))
    mixed = sum(any(byte < 128 for byte in word) for word in words) * 2 >= len(words)
    able = [name for name in able if (name in _OTHER_SCRIPTS) != mixed] or able
    # In the right one, what stands within words is letters.
    shares = {name: _letters(text.decode(name)) for name in able}
    able = [name for name in able if shares[name] >= max(shares.values()) - 0.1]
    best = from_bytes(text, cp_isolation=able).best()
    found = best.encoding if best is not None else able[0]
    # Few words may look like many languages; then the commonest encoding is the one that is meant.
    if "cp1252" in able and (len(text) < _TOO_FEW or text.decode("cp1252") == text.decode(found)):
        return "cp1252"
    return found


def _letters(text: str) -> float:
    """The share of letters among the characters beyond ASCII."""
    beyond = [letter for letter in text if not letter.isascii()]
    return sum(map(str.isalpha, beyond)) / max(1, len(beyond))


def _can(name: str, used: set[int]) -> bool:
    try:
        bytes(sorted(used)).decode(name)
    except UnicodeDecodeError:
        return False
    return True
