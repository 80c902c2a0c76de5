"""WhatsApp's templates: variables by number, a sample for each."""

import regex

from assistant.copywriting.dialects.dialect import DIALECTS
from assistant.copywriting.dialects.escaping import escape_text, unescape_text
from assistant.records import Record

_NAMED = regex.compile(r"\{\{(?P<name>[A-Za-z_]\w*)(?:=(?P<default>[^{}]*(?:\u2060[{}]\u2060[^{}]*)*))?\}\}")
_NUMBERED = regex.compile(r"\{\{(?P<number>\d+)\}\}")


class Variable(Record):
    """One variable of a template."""

    tag: str
    sample: str


class Template(Record):
    """A text with `{{1}}`, `{{2}}`... and what they stand for."""

    text: str
    variables: tuple[Variable, ...]

    @property
    def named(self) -> str:
        """The text that it was made of, its tags by name."""
        dialect = DIALECTS["whatsapp"]

        def back(match: "regex.Match[str]") -> str:
            variable = self.variables[int(match["number"]) - 1]
            sample = escape_text(variable.sample, dialect, markup=False)
            return f"{{{{{variable.tag}={sample}}}}}" if sample else f"{{{{{variable.tag}}}}}"

        return _NUMBERED.sub(back, self.text)


def number_tags(text: str) -> Template:
    """A field compiled for WhatsApp with its variables numbered from 1, each place its own, as Meta wants them."""
    variables: list[Variable] = []

    def number(match: "regex.Match[str]") -> str:
        sample = unescape_text(match["default"] or "", DIALECTS["whatsapp"], markup=False)
        variables.append(Variable(tag=match["name"], sample=sample))
        return f"{{{{{len(variables)}}}}}"

    return Template(text=_NAMED.sub(number, text), variables=tuple(variables))
