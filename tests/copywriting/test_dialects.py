"""One document in every dialect: nothing is lost on the way there and back, and nothing in it runs."""

import csv
import io
import re

import pytest
from copy_fixtures import brief, frame, slots
from django.conf import settings as django_settings
from django.template import Context, Engine
from django.template import Template as DjangoTemplate
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid import Environment

from assistant.copywriting import CHANNELS, parse
from assistant.copywriting.control import control_piece
from assistant.copywriting.dialects import (
    DIALECTS,
    Part,
    compile_field,
    compile_piece,
    dialect_named,
    number_tags,
    parse_back,
    resolve,
    safe_cell,
    unsafe_cell,
)
from assistant.copywriting.dialects.parts import canonical
from assistant.errors import ConfigError

HOSTILE = [
    "{{ 7|add:7 }}", "{% now 'Y' %}", "{# c #}", "*|FNAME|*", "%%=v(@x)=%%", "${x}", "{{=1}}", "'=1", "@SUM(A1)",
    "=1+1", "<script>alert(1)</script>", "Größe", "牛奶 500 克", "🧀🥖", "a'b\"c", "\\", "}}", "{", "%", "|", "*",
    "\u2060{", "&amp;", "x" * 300, "%}{%", "''", "{{1}}", "]({link})",
]  # fmt: skip
values = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12)).map(lambda text: re.sub(r"[\r\n]", " ", text))
tags = st.sampled_from(["first_name", "last_name", "favourite_shop"])


@st.composite
def documents(draw: st.DrawFn, *, markup: bool) -> tuple[Part, ...]:
    kinds = ["text", "merge", "break", *(["link"] if markup else [])]
    parts = []
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=7)):
        if kind == "text":
            parts.append(Part(kind="text", text=draw(values)))
        elif kind == "merge":
            parts.append(Part(kind="merge", tag=draw(tags), text=draw(values)))
        elif kind == "link":
            label = draw(values)
            own = draw(st.booleans())
            parts.append(
                Part(kind="link", text=label, tag="unsubscribe")
                if own
                else Part(kind="link", text=label, url="https://example.com/?a=1&b={2}")
            )
        else:
            parts.append(Part(kind="break"))
    return canonical(parts)


@pytest.mark.parametrize("name", list(DIALECTS))
@given(document=documents(markup=False))
def test_a_plain_field_comes_back_as_it_went(name: str, document: tuple[Part, ...]) -> None:
    written = compile_field(document, DIALECTS[name], markup=False)
    assert parse_back(written, DIALECTS[name], markup=False) == document


@pytest.mark.parametrize("name", list(DIALECTS))
@given(document=documents(markup=True))
def test_a_field_of_html_comes_back_as_it_went(name: str, document: tuple[Part, ...]) -> None:
    written = compile_field(document, DIALECTS[name], markup=True)
    assert parse_back(written, DIALECTS[name], markup=True) == document
    assert "<script" not in written


@pytest.mark.parametrize("name", list(DIALECTS))
@settings(deadline=None)  # the first piece loads the dictionaries of the checks
@given(product=values.filter(lambda text: bool(text.strip())))
def test_a_piece_of_every_channel_comes_back_as_it_went(name: str, product: str) -> None:
    for channel in CHANNELS.values():
        held = slots(product, personal=channel.personal)
        piece = control_piece(brief(), frame(channel.name, slots=held))
        for field in piece.fields:
            markup = field.field in channel.markup
            written = compile_piece(piece, DIALECTS[name])[field.field]
            assert parse_back(written, DIALECTS[name], markup=markup) == resolve(field.spans, held, markup=markup)


def in_liquid(template: str, customer: dict[str, str]) -> str:
    """Rendered by the engine; Braze's `${name}` is not Liquid, and stands for an attribute of that name."""
    plain = re.sub(r"\$\{(\w+)\}", r"customer.\1", template)
    return str(Environment().from_string(plain).render(customer=customer))


def in_django(template: str, customer: dict[str, str], *, markup: bool) -> str:
    if not django_settings.configured:
        django_settings.configure()
    engine = Engine(autoescape=markup)
    return str(DjangoTemplate(template, engine=engine).render(Context(customer, autoescape=markup)))


def rendered(name: str, parts: tuple[Part, ...], customer: dict[str, str], *, markup: bool) -> str:
    template = compile_field(parts, DIALECTS[name], markup=markup)
    if DIALECTS[name].engine == "django":
        return in_django(template, customer, markup=markup)
    return in_liquid(template, customer)


ENGINES = [name for name, dialect in DIALECTS.items() if dialect.verified]


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("customer", [{}, {"first_name": ""}])
@given(default=values.filter(bool), text=values)
def test_a_missing_value_is_its_default_and_text_is_text(
    name: str, customer: dict[str, str], default: str, text: str
) -> None:
    parts = canonical([Part(kind="text", text=text), Part(kind="merge", tag="first_name", text=default)])
    assert rendered(name, parts, customer, markup=False) == text + default


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("value", HOSTILE)
def test_a_customers_value_is_shown_and_never_runs(name: str, value: str) -> None:
    parts = (Part(kind="text", text="Hi "), Part(kind="merge", tag="first_name", text="there"))
    assert rendered(name, parts, {"first_name": value}, markup=False) == f"Hi {value}"
    shown = rendered(name, parts, {"first_name": value}, markup=True)
    assert "<script" not in shown
    assert value.startswith("<script") == ("&lt;script" in shown)


def test_the_engines_are_django_for_klaviyo_and_liquid_for_braze_and_customer_io() -> None:
    assert {name: DIALECTS[name].engine for name in ENGINES} == {
        "klaviyo": "django", "braze": "liquid", "customerio": "liquid"
    }  # fmt: skip
    assert DIALECTS["mailchimp"].label == "syntax unverified"


EXPECTED = {
    "klaviyo": "Hi {{ first_name|default:'there' }}!",
    "mailchimp": "Hi *|IF:FNAME|**|FNAME|**|ELSE:|*there*|END:IF|*!",
    "braze": "Hi {{${first_name} | default: 'there'}}!",
    "customerio": 'Hi {{ customer.first_name | default: "there" }}!',
    "brevo": 'Hi {{ contact.FIRSTNAME | default : "there" }}!',
    "listmonk": "Hi {{ if .Subscriber.FirstName }}{{ .Subscriber.FirstName }}{{ else }}there{{ end }}!",
    "hubspot": "Hi {{ contact.firstname|default('there', true) }}!",
    "iterable": 'Hi {{defaultIfEmpty firstName "there"}}!',
    "sfmc": 'Hi %%=Iif(Empty(FirstName),"there",FirstName)=%%!',
    "whatsapp": "Hi {{first_name=there}}!",
    "csv": "Hi {{first_name|there}}!",
}


@pytest.mark.parametrize("name", list(DIALECTS))
def test_a_first_name_is_written_as_the_platform_writes_it(name: str) -> None:
    parts = resolve(parse("Hi {first_name}!"), slots(), markup=False)
    assert compile_field(parts, DIALECTS[name], markup=False) == EXPECTED[name]


@given(documents(markup=False))
def test_whatsapps_variables_are_numbered_from_one_and_named_again(document: tuple[Part, ...]) -> None:
    written = compile_field(document, DIALECTS["whatsapp"], markup=False)
    template = number_tags(written)
    merges = [part for part in document if part.kind == "merge"]
    assert [variable.tag for variable in template.variables] == [part.tag for part in merges]
    assert [variable.sample for variable in template.variables] == [part.text for part in merges]
    assert re.findall(r"\{\{(\d+)\}\}", template.text) == [str(n) for n in range(1, len(merges) + 1)]
    assert template.named == written


@given(st.lists(values, min_size=1, max_size=4))
def test_a_table_reads_back_and_no_cell_is_a_formula(cells: list[str]) -> None:
    written = io.StringIO()
    csv.writer(written).writerow(map(safe_cell, cells))
    (row,) = csv.reader(io.StringIO(written.getvalue(), newline=""))
    assert [unsafe_cell(cell) for cell in row] == cells
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t") for cell in row)


def test_an_unknown_dialect_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'klaviyo'"):
        dialect_named("klavio")
