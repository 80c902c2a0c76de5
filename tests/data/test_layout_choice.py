"""Known exports: detected by their columns, under the spelling of the file; presets, own mappings, wrong tables."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import ibis
import pytest
from event_exports import KLAVIYO_EVENTS, KLAVIYO_PROFILES
from shop_exports import (
    SHOPIFY_CUSTOMERS,
    SHOPIFY_ORDERS,
    SHOPIFY_PRODUCTS,
    SHOPIFY_PRODUCTS_2025,
    WOO_ORDERS,
    WOO_PRODUCTS,
)

from assistant.data.contracts import CONTRACTS
from assistant.data.layouts import (
    IDENTITY,
    choose_layout,
    field_value,
    fields_of,
    known_layouts,
    layout_names,
    load_mapping,
    mapping_to_toml,
    plain_text,
    required_of,
)
from assistant.errors import ConfigError, DataError
from assistant.records.mappings import FieldSource, SourceLayout, TableMapping, TableName

HEADERS: list[tuple[str, TableName, str, tuple[str, ...]]] = [
    ("shopify", "orders", SHOPIFY_ORDERS, ("orders", "products", "customers")),
    ("shopify", "products", SHOPIFY_PRODUCTS, ("products",)),
    ("shopify", "products", SHOPIFY_PRODUCTS_2025, ("products",)),
    ("shopify", "customers", SHOPIFY_CUSTOMERS, ("customers",)),
    ("woocommerce", "products", WOO_PRODUCTS, ("products",)),
    ("woocommerce", "orders", WOO_ORDERS, ("orders", "products", "customers")),
    (
        "woocommerce",
        "orders",
        "Order Number,Order Status,Order Date,First Name (Billing),Email (Billing),Cart Discount Amount,"
        "Order Refund Amount,Order Total Amount,SKU,Item #,Item Name,Quantity (- Refund),Item Cost,Coupon Code",
        ("orders", "products", "customers"),
    ),
    (
        "woocommerce",
        "orders",
        "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s),"
        "Net Sales,Attribution",
        ("orders", "products"),
    ),
    (
        "woocommerce",
        "customers",
        "Name,Username,Last Active,Sign Up,Email,Orders,Total Spend,AOV,Country / Region,City",
        ("customers",),
    ),
    ("ga4", "events", "event_date,event_timestamp,event_name,event_params,user_id,user_pseudo_id,items", ("events",)),
    (
        "ga4",
        "orders",
        "event_timestamp,event_name,event_params,user_pseudo_id,ecommerce.transaction_id,items",
        ("orders", "products"),
    ),
    ("ga4", "events", "event_timestamp,event_name,user_pseudo_id,item_id,search_term", ("events",)),
    ("klaviyo", "customers", KLAVIYO_PROFILES, ("customers",)),
    ("klaviyo", "events", KLAVIYO_EVENTS, ("events",)),
]


def cells(header: str) -> list[str]:
    return next(csv.reader([header]))


def choose(
    given: TableName,
    header: str | Sequence[str],
    sample: Sequence[Mapping[str, str]] = (),
    preset: str | None = None,
    own: SourceLayout | None = None,
) -> SourceLayout:
    columns = cells(header) if isinstance(header, str) else header
    return choose_layout(given, columns, sample, preset=preset, own=own, place="file.csv")


def refused(given: TableName, header: str | Sequence[str], preset: str | None = None) -> str:
    with pytest.raises(DataError) as caught:
        choose(given, header, preset=preset)
    return str(caught.value)


@pytest.mark.parametrize(("layout", "given", "header", "tables"), HEADERS)
def test_a_known_export_is_found_by_its_columns_and_by_its_preset(
    layout: str, given: TableName, header: str, tables: tuple[str, ...]
) -> None:
    for preset in (None, layout):
        found = choose(given, header, preset=preset)
        assert found.layout == layout
        assert tuple(table.table for table in found.tables) == tables


@pytest.mark.parametrize(("layout", "given", "header", "tables"), HEADERS)
def test_a_layout_names_only_columns_that_the_file_has_in_its_spelling(
    layout: str, given: TableName, header: str, tables: tuple[str, ...]
) -> None:
    spelled = [name.upper() for name in cells(header)]
    for table in choose(given, spelled).tables:
        named = {name for source in table.fields.values() for name in source.columns}
        named |= {*table.group, *table.fill_down, *table.required, *table.passed_over}
        # The keys of a list inside a row are known only where it becomes rows.
        assert {name for name in named if "." not in name} <= set(spelled), (layout, tables)


def test_every_known_layout_maps_only_fields_that_exist_and_all_that_are_needed() -> None:
    for layout in known_layouts():
        for table in layout.tables:
            assert set(table.fields) <= set(fields_of(table.table)), (layout.layout, layout.file)
            assert table.table in CONTRACTS
            assert all(set(group) & set(table.fields) for group in required_of(table.table)), layout.file
        assert layout.tables[0].table == layout.file
        assert layout.layout in layout_names()


def test_a_discount_with_a_code_is_a_coupon_and_one_without_is_a_discount() -> None:
    fields = choose("orders", SHOPIFY_ORDERS).tables[0].fields
    rows = ibis.memtable({"Discount Amount": ["5.00", "5.00", ""], "Discount Code": ["SPRING", "", "X"]})
    table = ibis.duckdb.connect().create_table("rows", rows)
    said = table.select(
        coupon=field_value(table, fields["order_coupon"]), discount=field_value(table, fields["order_discount"])
    ).execute()
    assert said.fillna("").to_numpy().tolist() == [["5.00", ""], ["", "5.00"], ["", ""]]


def test_without_a_column_of_codes_every_discount_is_a_discount() -> None:
    columns = [name for name in cells(SHOPIFY_ORDERS) if name != "Discount Code"]
    fields = choose("orders", columns).tables[0].fields
    assert "order_coupon" not in fields
    assert fields["order_discount"] == FieldSource(columns=("Discount Amount",))


def test_a_product_without_an_sku_is_called_as_its_order_lines_call_it() -> None:
    source = choose("products", SHOPIFY_PRODUCTS).tables[0].fields["product_id"]
    con = ibis.duckdb.connect()
    table = con.create_table(
        "rows",
        ibis.memtable(
            {
                "Title": ["Crew Tee", "Crew Tee", "Mug", "Cap"],
                "Option1 Value": ["Black", "Black", "Default Title", "Red"],
                "Option2 Value": ["S", "", "", ""],
                "Variant SKU": ["", "", "", "'0042"],
            }
        ),
    )
    assert table.select(v=field_value(table, source)).execute()["v"].tolist() == [
        "Crew Tee - Black / S",
        "Crew Tee - Black",
        "Mug",
        "0042",
    ]


def test_a_file_that_carries_the_contracts_names_is_read_as_it_is() -> None:
    found = choose("orders", ("order_id", "customer_id", "product_id", "ordered_at", "amount_minor", "coupon", "extra"))
    assert found.layout == IDENTITY
    assert {name: source.columns for name, source in found.tables[0].fields.items()} == {
        name: (name,) for name in ("order_id", "customer_id", "product_id", "ordered_at", "amount_minor", "coupon")
    }


def test_a_preset_that_does_not_fit_says_what_is_missing() -> None:
    said = refused("orders", [name for name in cells(SHOPIFY_ORDERS) if name != "Lineitem price"], preset="shopify")
    assert "'Lineitem price'" in said
    assert "file.csv" in said
    assert "'Lineitem name'" not in said


def test_a_preset_that_does_not_exist_or_has_no_such_export_says_so() -> None:
    assert "shopify, woocommerce, ga4, klaviyo" in refused("orders", SHOPIFY_ORDERS, preset="shopfy")
    assert "no export of orders" in refused("orders", SHOPIFY_ORDERS, preset="klaviyo")


def test_an_export_under_another_tables_option_is_sent_there() -> None:
    assert "`--products FILE`" in refused("orders", SHOPIFY_PRODUCTS)


def test_a_shops_own_mapping_wins_and_a_column_it_names_must_be_there() -> None:
    own = SourceLayout(
        layout="own",
        file="orders",
        tables=(
            TableMapping(
                table="orders",
                fields={
                    name: FieldSource(columns=(column,))
                    for name, column in {
                        "order_id": "Id",
                        "customer_id": "Email",
                        "product_id": "Lineitem sku",
                        "ordered_at": "Paid at",
                        "amount": "total",
                    }.items()
                },
            ),
        ),
    )
    assert choose("orders", SHOPIFY_ORDERS, own=own).tables[0].fields["amount"].columns == ("Total",)
    with pytest.raises(DataError, match=r"no column 'total'.*did you mean 'Totals'\?"):
        choose("orders", SHOPIFY_ORDERS.replace("Total", "Totals"), own=own)


@pytest.mark.parametrize(
    "known", known_layouts(), ids=lambda known: f"{known.layout}-{known.file}-{len(known.signature)}"
)
def test_a_mapping_written_to_a_file_is_read_back_as_it_was(tmp_path: Path, known: SourceLayout) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(mapping_to_toml(known), encoding="utf-8")
    assert load_mapping(path) == known
    for field in known.tables[0].fields:
        assert fields_of(known.tables[0].table)[field] in path.read_text(encoding="utf-8")


MISTAKES = [
    (
        'layout = "x"\nfile = "orders"\n[[tables]]\ntable = "orderz"\n[tables.fields]\n',
        "line 4",
        "did you mean 'orders'?",
    ),
    (
        'layout = "x"\nfile = "orders"\n[[tables]]\ntable = "orders"\n[tables.fields]\nordered = { columns = ["a"] }\n',
        "line 6",
        "did you mean 'ordered_at'?",
    ),
    (
        'layout = "x"\nfile = "o"\n[[tables]]\ntable = "orders"\n[tables.fields]\norder_id = { column = ["a"] }\n',
        "line 6",
        "did you mean 'columns'?",
    ),
    ('layout = "x"\nfile = "o"\n[[tables]]\ntable = "orders"\ngroups = ["a"]\n[tables.fields]\n', "line 5", "'group'"),
    ('layout = "x"\nfile = "orders"\n', "mapping.toml", "'tables' is missing"),
    ("layout = \n", "line 1", "not valid TOML"),
]


@pytest.mark.parametrize(("text", "place", "hint"), MISTAKES)
def test_a_mistake_in_a_mapping_is_one_line_with_its_place(tmp_path: Path, text: str, place: str, hint: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_mapping(path)
    said = str(caught.value)
    assert place in said
    assert hint in said
    assert "\n" not in said


def test_a_mapping_that_is_not_there_or_a_folder_says_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigError, match="expected a mapping"):
            load_mapping(path)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Soft &amp; warm,<br>5&nbsp;sizes</p>", "Soft & warm, 5 sizes"),
        ("Made <b class='x'>well</b>, re<i>mark</i>ably<li>one</li><li>two</li>", "Made well, remarkably one two"),
        ("plain 5 < 6 and 7 > 3", "plain 5 < 6 and 7 > 3"),
        ("<style>p{color:red}</style><p>a</p><script>alert('x')</script>b<!-- c -->", "a b"),
        ("&lt;script&gt;", "<script>"),
        ("<a href='x>y'>link</a>", "y'>link"),
        ("", ""),
    ],
)
def test_markup_becomes_the_words_a_reader_sees(markup: str, text: str) -> None:
    assert plain_text(markup) == text
