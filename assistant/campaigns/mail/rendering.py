"""A piece as HTML and plain text.

MJML is given marks where data belongs and the data is put in afterwards, escaped for where it stands: so no name and no
brand text can become markup, and a platform's merge tags come through to the byte.
"""

import html
import textwrap
from collections.abc import Callable, Iterable, Sequence
from importlib import resources

import regex
from mjml import mjml_to_html

from assistant.campaigns.mail.links import with_utm
from assistant.copywriting import PieceSlots, language_named
from assistant.copywriting.dialects import Dialect, Part, merge_tag, resolve
from assistant.copywriting.dialects.compiling import BREAK, compile_field
from assistant.copywriting.dialects.escaping import escape_text
from assistant.records import Brief, Piece
from assistant.records.brands import BrandLook, contrast
from assistant.records.mails import Mail

EMAIL = "email"
COLUMNS = 76
_MARK = "qz{:04d}zq"
_MARKED = regex.compile(r"qz(\d{4})zq")
_SLOT = regex.compile(r"\[\[(\w+)\]\]")
# What a reader of mail shows behind a short preheader would be the first words of the message.
_FILLING = "&#847;&zwnj;&nbsp;" * 40


def mail_of(
    piece: Piece,
    brief: Brief,
    look: BrandLook,
    dialect: Dialect | None = None,
    *,
    products: int = 0,
    shown: Sequence[str] = (),
    source: str = "",
) -> Mail:
    """A piece as it is sent.

    Args:
        piece: for e-mail.
        brief: its link and sender.
        look: of the brand kit.
        dialect: of the sending platform; None: merge tags are filled with their defaults, as for a preview.
        products: recommended products that the recipient file has columns for.
        shown: products that stand in their place where there is no dialect.
        source: the shop, as web analytics are to name it; empty: the sender.
    """
    link = with_utm(
        brief.link, source=source or brief.sender, medium=EMAIL, campaign=brief.campaign, content=piece.piece
    )
    slots = PieceSlots(
        tuple(slot.model_copy(update={"value": link}) if slot.slot == "link" else slot for slot in piece.slots)
    )
    parts = {
        field.field: (
            resolve(field.spans, slots, markup=True),
            resolve(field.spans, slots, markup=False),
        )
        for field in piece.fields
    }
    writer = _Writer(dialect)
    names = [*shown[:products], *(f"Product {number}" for number in range(len(shown) + 1, products + 1))]
    tags = [writer.tag(f"product_{number}", name) for number, name in enumerate(names, start=1)]
    phrase = language_named(piece.language).phrases.get("recommended", "Picked for you")
    text = "\n\n".join(
        [
            *(_wrapped(part, dialect) for part in _paragraphs(parts["body"][1])),
            f"{writer.plain(parts['action'][1])}: {link}",
            *(["\n".join([writer.fixed(phrase, markup=False), *(f"- {tag}" for tag in tags)])] if tags else []),
            f"-- \n{_wrapped(parts['footer'][1], dialect)}",
        ]
    )
    rows = [writer.tag(f"product_{number}", name, markup=True) for number, name in enumerate(names, start=1)]
    page = _page(
        {
            "lang": html.escape(piece.language),
            "title": writer.fixed(brief.sender, markup=True),
            "preheader": writer.markup(parts["preheader"][0]) + _FILLING,
            "head": _head(look, writer.fixed(brief.sender, markup=True)),
            "button_link": html.escape(link),
            "button": writer.markup(parts["action"][0]),
            "footer": writer.markup(parts["footer"][0]),
        },
        look,
        [writer.markup(part) for part in _paragraphs(parts["body"][0])],
        [writer.fixed(phrase, markup=True), *rows] if rows else [],
    )
    return Mail(
        piece=piece.piece,
        subject=writer.plain(parts["subject"][1]),
        preheader=writer.plain(parts["preheader"][1]),
        html=page,
        text=text + "\n",
    )


class _Writer:
    """Parts as a platform's template, or filled."""

    def __init__(self, dialect: Dialect | None) -> None:
        self._dialect = dialect

    def markup(self, parts: Iterable[Part]) -> str:
        """As HTML."""
        if self._dialect:
            return compile_field(parts, self._dialect, markup=True)
        return "".join(self._filled(part) for part in parts)

    def plain(self, parts: Iterable[Part]) -> str:
        """As text."""
        return _plain(parts, self._dialect)

    def fixed(self, text: str, *, markup: bool) -> str:
        """A text that is the same for everybody, and none of the platform's syntax."""
        if self._dialect:
            return escape_text(text, self._dialect, markup=markup)
        return html.escape(text) if markup else text

    def tag(self, name: str, shown: str, *, markup: bool = False) -> str:
        """A merge tag without a default, or what a preview shows."""
        if self._dialect:
            return merge_tag(name, "", self._dialect, markup=markup)
        return self.fixed(shown, markup=markup)

    def _filled(self, part: Part) -> str:
        if part.kind == "break":
            return BREAK
        if part.kind == "link":
            return f'<a href="{html.escape(part.url or "#")}">{html.escape(part.text)}</a>'
        return html.escape(part.text)


def _plain(parts: Iterable[Part], dialect: Dialect | None) -> str:
    if dialect:
        return compile_field(parts, dialect, markup=False)
    return "".join("\n" if part.kind == "break" else part.text for part in parts)


def _paragraphs(parts: Sequence[Part]) -> list[list[Part]]:
    """Runs of parts between two breaks in a row."""
    found: list[list[Part]] = [[]]
    breaks = 0
    for part in parts:
        if part.kind == "break":
            breaks += 1
            continue
        if breaks >= 2 and found[-1]:
            found.append([])
        elif breaks and found[-1]:
            found[-1].append(Part(kind="break"))
        breaks = 0
        found[-1].append(part)
    return [paragraph for paragraph in found if paragraph]


def _wrapped(parts: Sequence[Part], dialect: Dialect | None) -> str:
    """A paragraph in lines; a merge tag is never torn apart."""
    kept: list[str] = []

    def mark(part: Part) -> str:
        if part.kind == "text":
            return part.text if dialect is None else _plain([part], dialect)
        if part.kind == "break":
            return "\n"
        kept.append(_plain([part], dialect))
        return _MARK.format(len(kept) - 1)

    lines = "".join(map(mark, parts)).split("\n")
    told = "\n".join(textwrap.fill(line, COLUMNS, break_long_words=False, break_on_hyphens=False) for line in lines)
    return _MARKED.sub(lambda match: kept[int(match[1])] if int(match[1]) < len(kept) else match[0], told)


def _head(look: BrandLook, name: str) -> str:
    """The shop's picture, with its name (escaped) for whoever does not see it; or the name."""
    if not look.logo:
        return f"<b>{name}</b>"
    return (
        f'<img src="{html.escape(look.logo)}" alt="{name}" width="{look.logo_width}" '
        f'style="border:0;display:inline-block;max-width:100%;height:auto">'
    )


def _page(told: dict[str, str], look: BrandLook, paragraphs: Sequence[str], products: Sequence[str]) -> str:
    values: list[str] = []

    def mark(value: str) -> str:
        values.append(value)
        return _MARK.format(len(values) - 1)

    def text(value: str, name: str) -> str:
        return f'<mj-text css-class="{name}">{mark(value)}</mj-text>'

    colours = {
        "colour": look.colour,
        "on_colour": max(("#ffffff", "#111111"), key=lambda colour: contrast(colour, look.colour)),
        "page": look.background,
        "ink": look.text,
        "font": look.font,
    }
    rows = [text(f"<b>{products[0]}</b>", "ink"), *(text(row, "ink") for row in products[1:])] if products else []
    blocks = {
        "paragraphs": "".join(text(paragraph, "ink") for paragraph in paragraphs),
        "products": "".join(rows),
        "head": text(told["head"], "shop"),
    }
    fill: Callable[[str], str] = lambda name: (  # noqa: E731
        colours[name] if name in colours else blocks[name] if name in blocks else mark(told[name])
    )
    template = resources.files(__package__).joinpath("mail.mjml").read_text(encoding="utf-8")
    page = mjml_to_html(_SLOT.sub(lambda match: fill(match[1]), template)).html
    # MJML leaves blanks of its own round the words of a button and the preheader.
    page = regex.sub(r"\s*(qz\d{4}zq)\s*", r"\1", page)
    return _MARKED.sub(lambda match: values[int(match[1])], page).strip() + "\n"
