"""What one call of a tool finds, written down as it is found: sentences with their figures, a table, names."""

from collections.abc import Sequence
from typing import Any

from assistant.chat.chinese import label_of
from assistant.facts import format_value, minor_units
from assistant.records import Fact, Unit
from assistant.records.chat import Figure, Language, Sentence, Table, ToolResult

_UNITS_ZH = {"customers": "位顾客", "orders": "笔订单", "products": "种商品", "items": "件", "days": "天"}


class Notebook:
    """The page of one call.

    Args:
        call: which call it is, `list_segments#3`.
        currency: ISO 4217, of money.
        language: that a person has asked in.
    """

    def __init__(self, call: str, currency: str, language: Language = "en") -> None:
        self.call = call
        self.currency = currency
        self.minor = minor_units(currency)
        self.language = language
        self._sentences: list[Sentence] = []
        self._figures: dict[tuple[str, ...], Figure] = {}
        self._notes: list[str] = []
        self._subjects: list[str] = []
        self._table: Table | None = None

    def figure(
        self,
        amount: float,
        unit: Unit,
        label: str,
        *,
        subject: str = "",
        says: str = "",
        definition: str = "",
        shown: str = "",
        zh: str = "",
    ) -> Figure:
        """A number of this call.

        Args:
            amount: in the unit; money in minor units, shares from 0 to 1.
            unit: what it counts.
            label: in a reader's words.
            subject: whose it is.
            says: a sentence of it; empty: the label and the number.
            definition: how it is computed.
            shown: as a reader sees it; empty: as facts are shown.
            zh: the label in Chinese; empty: the English one stands.
        """
        label = zh if zh and self.language == "zh" else label
        told = self.shown(shown) if shown else self.text(amount, unit)
        of = f" of {subject}" if subject else ""
        made = Figure(
            source=self.call, shown=told, amount=amount, unit=unit, label=label, subject=subject,
            says=says or f"{label[:1].upper()}{label[1:]}{of}: {told}.", definition=definition,
        )  # fmt: skip
        return self.keep(made)

    def fact(self, fact: Fact) -> tuple[Figure, ...]:
        """The numbers of a fact: its value, that of all others, how they compare."""
        told: dict[str, Any] = {
            "source": fact.fact,
            "label": label_of(fact.metric, fact.label) if self.language == "zh" else fact.label,
            "subject": fact.segment,
            "says": fact.sentence,
            "definition": fact.source,
        }
        # A product's or a campaign type's name in the metric tells its figures from another's.
        self.note(fact.metric.partition(":")[2])
        made = [Figure(**told, shown=self.shown(fact.display), amount=fact.value, unit=fact.unit)]
        if fact.others is not None:
            shown = self.shown(fact.others_display)
            made.append(Figure(**told, role="others", shown=shown, amount=fact.others, unit=fact.unit))
        if fact.ratio is not None:
            made.append(Figure(**told, role="ratio", shown=f"{fact.ratio:.1f}", amount=fact.ratio, unit=Unit.RATIO))
        return tuple(self.keep(figure) for figure in made)

    def tell(self, fact: Fact) -> None:
        """A fact as a line of the answer, with its comparison."""
        figures = self.fact(fact)
        if self.language == "en":
            stated = figures if "times as much" in fact.sentence else figures[:2]
            self.say(f"- {fact.sentence}", *stated)
            return
        value, *others = figures
        line = f"- {value.label}：{value.shown}"
        if others:
            line += f"，其他顾客为 {others[0].shown}"
        if fact.direction == "same":
            line += "，差异可能只是偶然"
        self.say(f"{line}。", value, *others[:1])

    def keep(self, figure: Figure) -> Figure:
        """A figure that an answer may state; the same one is kept once."""
        told = (figure.source, figure.role, figure.subject, figure.label, figure.shown)
        return self._figures.setdefault(told, figure)

    def say(self, text: str, *figures: Figure, zh: str = "") -> None:
        """A sentence in the tool's own words.

        Args:
            text: in English.
            figures: those it states, in its order.
            zh: the same in Chinese; empty: the English one stands.
        """
        said = zh if zh and self.language == "zh" else text
        self._sentences.append(Sentence(text=said, figures=figures, written_by="tool"))

    def note(self, *texts: str) -> None:
        """Texts of the shop's data that an answer may quote as they are."""
        self._notes += [text for text in texts if text]

    def about(self, *subjects: str) -> None:
        """What the call speaks of, the most important first."""
        self._subjects += [subject for subject in subjects if subject and subject not in self._subjects]

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
        """Rows to look at."""
        self._table = Table(title=title, columns=tuple(columns), rows=tuple(tuple(row) for row in rows))

    def text(self, amount: float, unit: Unit) -> str:
        """A number as facts are shown, in the person's language."""
        return self.shown(format_value(amount, unit, self.currency))

    def shown(self, display: str) -> str:
        """A number with its unit, in the person's language."""
        if self.language == "en":
            return display
        number, _, unit = display.partition(" ")
        return f"{number} {_UNITS_ZH[unit]}" if unit in _UNITS_ZH else display

    def result(self, tool: str, arguments: dict[str, Any]) -> ToolResult:
        """What was found, as it is kept."""
        return ToolResult(
            call=self.call,
            tool=tool,
            arguments=arguments,
            sentences=tuple(self._sentences),
            table=self._table,
            figures=tuple(self._figures.values()),
            notes=tuple(dict.fromkeys(self._notes)),
            subjects=tuple(self._subjects),
        )
