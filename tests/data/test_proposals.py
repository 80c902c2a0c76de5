"""Files of no known export: what is proposed for their columns, and what is said where nothing can be."""

import csv
import io
import random
import string
from pathlib import Path

import pytest

from assistant.data.contracts import CONTRACTS
from assistant.data.layouts import Proposal, choose_layout, load_mapping, mapping_to_toml, propose
from assistant.errors import AssistantError, DataError
from assistant.records.mappings import TableName


def read(text: str) -> tuple[list[str], list[dict[str, str]]]:
    head = text.splitlines()[0]
    rows = list(csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count)))
    return list(rows[0]), rows


def proposed(given: TableName, text: str) -> Proposal:
    columns, rows = read(text)
    return propose(given, columns, rows)


def mapped(given: TableName, text: str) -> dict[str, dict[str, str]]:
    """Table -> field -> its column, or its pattern."""
    found = proposed(given, text)
    assert not found.gaps, found.gaps
    return {
        table.table: {name: " ".join(one.columns) or one.pattern for name, one in table.fields.items()}
        for table in found.layout.tables
    }


def refused(given: TableName, text: str) -> str:
    columns, rows = read(text)
    with pytest.raises(DataError) as caught:
        choose_layout(given, columns, rows, preset=None, own=None, place="shop.csv")
    return str(caught.value)


def outcome(table: str, columns: list[str], rows: list[dict[str, str]]) -> str:
    """The first table of what is chosen, or the refusal."""
    try:
        layout = choose_layout(table, columns, rows, preset=None, own=None, place="shop.csv")  # type: ignore[arg-type]
    except AssistantError as error:
        return str(error)
    assert mapping_to_toml(layout)
    return layout.tables[0].table


UCI = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,HANGING HEART,6,12/1/2010 8:26,2.55,17850,United Kingdom\n"
    "536365,71053,METAL LANTERN,6,12/1/2010 8:26,3.39,17850,United Kingdom\n"
    "C536379,D,Discount,-1,12/1/2010 9:41,27.50,14527,United Kingdom\n"
)
SQUARE = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,"
    "Event Type,Location,Customer ID,Customer Name\n"
    "2024-05-01,10:00:00,Eastern Time,Coffee,Latte,1.0,Regular,LAT-1,$4.50,$0.00,$4.50,$0.40,tx1,Payment,Main,cu1,Ann\n"
    "2024-05-02,11:30:00,Eastern Time,Tea,Chai,2.0,Regular,CHA-1,$8.00,$1.00,$7.00,$0.40,tx2,Payment,Main,cu1,Ann\n"
)
OLIST = (
    "order_id,customer_id,customer_unique_id,order_status,order_purchase_timestamp,order_approved_at,"
    "order_delivered_customer_date,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value\n"
    "e48,9ef,861,delivered,2017-10-02 10:56:33,2017-10-02 11:07:15,2017-10-10 21:25:13,1,871,350,2017-10-06,29.99,8.7\n"
)
INSTACART_ORDERS = "order_id,user_id,eval_set,order_number,order_dow,order_hour_of_day\n2539329,1,prior,1,2,08\n"
MAGENTO = (
    "order_id,increment_id,created_at,customer_email,status,sku,name,qty_ordered,price,row_total,discount_amount,"
    "qty_refunded,order_currency_code\n"
    "1,100000001,2024-05-01 10:00:00,Ann@example.com,complete,S-1,Lamp,2,10.00,19.00,1.00,0,EUR\n"
)
BIGCOMMERCE = (
    "Order ID,Customer ID,Customer Name,Customer Email,Order Date,Order Status,Subtotal (ex tax),Order Total (inc tax),"
    "Product ID,Product Name,Product SKU,Product Qty,Product Unit Price,Product Total Price,Coupon Value\n"
    "100,5,Ann,a@example.com,01/05/2024,Completed,20.00,25.00,77,Lamp,LAMP-1,2,10.00,20.00,0.00\n"
)
GERMAN = (
    "Bestellnummer;Bestelldatum;Kundennummer;E-Mail;Artikelnummer;Artikelbezeichnung;Menge;Einzelpreis;Währung;Status\n"
    "B1;01.05.2024 10:00;K1;a@example.com;A1;Lampe;2;10,00;EUR;storniert\n"
)
FRENCH = (
    "N° commande;Date de commande;Client;Référence produit;Désignation;Quantité;Prix unitaire;Remise\n"
    "1;01/05/2024;C1;P1;Lampe;2;10,00;1,00\n"
)
SPANISH = (
    "Número de pedido;Fecha de pedido;ID de cliente;Código de producto;Nombre del producto;Cantidad;Importe total\n"
    "1;01/05/2024;C1;P1;Lámpara;2;20,00\n"
)
DUTCH = (
    "Bestelnummer;Besteldatum;Klantnummer;Artikelcode;Omschrijving;Aantal;Stuksprijs;Korting\n"
    "1;01-05-2024;C1;P1;Lamp;2;10,00;0,00\n"
)
SUPERSTORE = (
    "Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,Segment,State,Product ID,Category,Product Name,"
    "Sales,Quantity,Discount,Profit\n"
    "1,CA-1,11/8/2016,11/11/2016,CG-1,Claire,Consumer,Kentucky,FUR-1,Furniture,Bookcase,261.96,2,0,41.91\n"
    "2,CA-1,11/8/2016,11/11/2016,CG-1,Claire,Consumer,Kentucky,FUR-2,Furniture,Chair,731.94,3,0.2,219.58\n"
)
ETSY = (
    "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Discount Amount,Order Shipping,Item Total,Currency,"
    "Transaction ID,Listing ID,Date Paid,Date Shipped,Order ID,Variations,SKU\n"
    "05/01/24,Fern print,ann9,2,16.00,FALL5,5.00,6.00,32.00,USD,41,77,05/01/2024,05/02/2024,3312,Size:A4,\n"
)
AMAZON = (
    "amazon-order-id\tpurchase-date\tbuyer-email\tsku\tproduct-name\tquantity\tcurrency\titem-price\tship-city\n"
    "111-1\t2024-05-01T10:00:00+00:00\tx@marketplace.example\tS-1\tLamp\t1\tUSD\t12.00\tOslo\n"
)
EBAY = (
    "Order Number,Buyer Username,Buyer Email,Item Number,Item Title,Quantity,Sold For,Sale Date,Ship By Date\n"
    "1-2,bo7,bo@example.com,4455,Lamp,1,$12.00,May-01-24,May-03-24\n"
)
ORDERS = [
    (
        SUPERSTORE,
        {
            "order_id": "Order ID",
            "customer_id": "Customer ID",
            "product_id": "Product ID",
            "ordered_at": "Order Date",
            "quantity": "Quantity",
            "amount": "Sales",
        },
        {"product_id": "Product ID", "name": "Product Name", "category": "Category"},
    ),
    (
        ETSY,
        {
            "order_id": "Order ID",
            "customer_id": "Buyer",
            "product_id": "Item Name",
            "ordered_at": "Sale Date",
            "quantity": "Quantity",
            "amount": "Item Total",
            "discount": "Discount Amount",
            "currency": "Currency",
        },
        {"product_id": "Item Name", "name": "Item Name"},
    ),
    (
        AMAZON,
        {
            "order_id": "amazon-order-id",
            "customer_id": "buyer-email",
            "product_id": "sku",
            "ordered_at": "purchase-date",
            "quantity": "quantity",
            "unit_amount": "item-price",
            "currency": "currency",
        },
        {"product_id": "sku", "name": "product-name", "price": "item-price"},
    ),
    (
        EBAY,
        {
            "order_id": "Order Number",
            "customer_id": "Buyer Username",
            "product_id": "Item Number",
            "ordered_at": "Sale Date",
            "quantity": "Quantity",
            "unit_amount": "Sold For",
        },
        {"product_id": "Item Number", "name": "Item Title", "price": "Sold For"},
    ),
    (
        UCI,
        {
            "order_id": "InvoiceNo",
            "customer_id": "CustomerID",
            "product_id": "StockCode",
            "ordered_at": "InvoiceDate",
            "quantity": "Quantity",
            "unit_amount": "UnitPrice",
        },
        {"product_id": "StockCode", "name": "Description", "price": "UnitPrice"},
    ),
    (
        SQUARE,
        {
            "order_id": "Transaction ID",
            "customer_id": "Customer ID",
            "product_id": "SKU",
            "ordered_at": "{Date} {Time}",
            "quantity": "Qty",
            "amount": "Net Sales",
            "discount": "Discounts",
            "store_id": "Location",
        },
        {"product_id": "SKU", "name": "Item", "category": "Category"},
    ),
    (
        OLIST,
        {
            "order_id": "order_id",
            "customer_id": "customer_unique_id",
            "product_id": "product_id",
            "ordered_at": "order_purchase_timestamp",
            "unit_amount": "price",
        },
        None,
    ),
    (
        MAGENTO,
        {
            "order_id": "order_id",
            "customer_id": "customer_email",
            "product_id": "sku",
            "ordered_at": "created_at",
            "quantity": "qty_ordered",
            "amount": "row_total",
            "discount": "discount_amount",
            "returned_quantity": "qty_refunded",
            "currency": "order_currency_code",
        },
        {"product_id": "sku", "name": "name"},
    ),
    (
        BIGCOMMERCE,
        {
            "order_id": "Order ID",
            "customer_id": "Customer ID",
            "product_id": "Product ID",
            "ordered_at": "Order Date",
            "quantity": "Product Qty",
            "amount": "Product Total Price",
            "coupon": "Coupon Value",
        },
        {"product_id": "Product ID", "name": "Product Name"},
    ),
    (
        GERMAN,
        {
            "order_id": "Bestellnummer",
            "customer_id": "Kundennummer",
            "product_id": "Artikelnummer",
            "ordered_at": "Bestelldatum",
            "quantity": "Menge",
            "unit_amount": "Einzelpreis",
            "currency": "Währung",
        },
        {"product_id": "Artikelnummer", "name": "Artikelbezeichnung", "price": "Einzelpreis"},
    ),
    (
        FRENCH,
        {
            "order_id": "N° commande",
            "customer_id": "Client",
            "product_id": "Référence produit",
            "ordered_at": "Date de commande",
            "quantity": "Quantité",
            "unit_amount": "Prix unitaire",
            "discount": "Remise",
        },
        {"product_id": "Référence produit", "name": "Désignation", "price": "Prix unitaire"},
    ),
    (
        SPANISH,
        {
            "order_id": "Número de pedido",
            "customer_id": "ID de cliente",
            "product_id": "Código de producto",
            "ordered_at": "Fecha de pedido",
            "quantity": "Cantidad",
            "amount": "Importe total",
        },
        {"product_id": "Código de producto", "name": "Nombre del producto"},
    ),
    (
        DUTCH,
        {
            "order_id": "Bestelnummer",
            "customer_id": "Klantnummer",
            "product_id": "Artikelcode",
            "ordered_at": "Besteldatum",
            "quantity": "Aantal",
            "unit_amount": "Stuksprijs",
            "discount": "Korting",
        },
        {"product_id": "Artikelcode", "name": "Omschrijving", "price": "Stuksprijs"},
    ),
]
NAMES = [
    "superstore",
    "etsy",
    "amazon",
    "ebay",
    "uci",
    "square",
    "olist",
    "magento",
    "bigcommerce",
    "german",
    "french",
    "spanish",
    "dutch",
]


@pytest.mark.parametrize(("text", "orders", "products"), ORDERS, ids=NAMES)
def test_order_lines_of_any_shop_are_understood_and_name_their_products(
    text: str, orders: dict[str, str], products: dict[str, str] | None
) -> None:
    found = mapped("orders", text)
    assert found["orders"] == orders
    assert found.get("products") == products


@pytest.mark.parametrize(("text", "orders", "products"), ORDERS, ids=NAMES)
def test_a_proposal_survives_the_file_that_a_person_may_edit(
    text: str, orders: dict[str, str], products: dict[str, str] | None, tmp_path: Path
) -> None:
    layout = proposed("orders", text).layout
    path = tmp_path / "mapping.toml"
    path.write_text(mapping_to_toml(layout), encoding="utf-8")
    assert load_mapping(path) == layout


def test_every_field_says_how_sure_it_is_and_why_and_the_rest_is_named() -> None:
    found = proposed("orders", UCI)
    assert found.unmatched == ("Country",)
    assert all(0.45 <= one.confidence <= 1 and one.reason for one in found.fields)
    sure = {one.field: one for one in found.fields if one.table == "orders"}
    assert sure["customer_id"].confidence == 0.995
    assert "is called" in sure["customer_id"].reason
    assert "`invoice no` is a word for it" in sure["order_id"].reason


def test_who_ordered_is_a_customer_with_an_address_where_the_lines_give_one() -> None:
    found = proposed("orders", MAGENTO).layout
    customers = next(table for table in found.tables if table.table == "customers")
    assert customers.fields["email"].columns == ("customer_email",)
    assert customers.fields["customer_id"].lower
    assert found.tables[0].fields["customer_id"].lower


def test_a_status_passes_cancelled_orders_over() -> None:
    passed_over = proposed("orders", GERMAN).layout.tables[0].passed_over
    assert {"storniert", "cancelled", "annule"} <= set(passed_over["Status"])


def test_what_the_products_of_a_shop_are_called() -> None:
    assert mapped("products", "product_id,product_name,aisle_id,department_id\n1,Cookies,61,19\n")["products"] == {
        "product_id": "product_id",
        "name": "product_name",
        "category": "aisle_id",
        "department": "department_id",
    }
    big = (
        "Item Type,Product ID,Product Name,Product Type,Brand Name,Price,Category,Product Description\n"
        "Product,77,Lamp,P,Acme,12.00,Home/Lamps,<p>Nice</p>\n"
    )
    assert mapped("products", big)["products"] == {
        "product_id": "Product ID",
        "name": "Product Name",
        "source_type": "Product Type",
        "category": "Category",
        "brand": "Brand Name",
        "price": "Price",
        "description": "Product Description",
    }
    assert proposed("products", big).layout.tables[0].fields["description"].plain_text


def test_customers_with_consent_in_the_shops_own_words() -> None:
    text = (
        "Kunden-Nr;Vorname;Nachname;E-Mail-Adresse;Telefon;Newsletter;Ort\n"
        "K1;Ann;Bee;a@example.com;+49 30 123456;ja;Berlin\nK2;Ben;Cee;b@example.com;+49 30 123457;nein;Bonn\n"
    )
    found = proposed("customers", text)
    assert mapped("customers", text)["customers"] == {
        "customer_id": "Kunden-Nr",
        "email": "E-Mail-Adresse",
        "phone": "Telefon",
        "first_name": "Vorname",
        "last_name": "Nachname",
        "email_opt_in": "Newsletter",
    }
    consent = found.layout.tables[0].fields["email_opt_in"].values
    assert (consent["ja"], consent["nein"]) == ("true", "false")
    assert found.layout.tables[0].newest_by == ("email_opt_in",)
    assert found.unmatched == ("Ort",)


def test_events_get_the_names_that_are_known_also_those_no_first_row_has() -> None:
    text = (
        "user_id,event_type,event_time,product_id,user_session\n"
        "1,view,2024-05-01 10:00:00 UTC,77,s1\n1,add_to_cart,2024-05-01 10:00:00 UTC,77,s1\n"
    )
    values = proposed("events", text).layout.tables[0].fields["event"].values
    assert values["view"] == "browse"
    assert values["add_to_cart"] == "cart"
    assert values["purchase"] == "purchase"
    assert values["placed_order"] == "purchase"


def test_events_of_which_none_is_known_are_said() -> None:
    said = refused("events", "user_id,event,occurred_at\n1,zap,2024-05-01 10:00:00\n1,zip,2024-05-01 10:00:00\n")
    assert "no value of 'event'" in said


def test_a_missing_field_is_named_with_the_nearest_column_and_what_to_type() -> None:
    said = refused("orders", INSTACART_ORDERS)
    for expected in ("shop.csv", "'product_id' (what was bought)", "'ordered_at'", "'amount'", "`--mapping FILE`"):
        assert expected in said
    assert "'order_id'" not in said
    near = "order_id,customer_id,ordered_at,amount,stok kode\n1,c,2024-01-01,5.00,\n"
    assert "'product_id' (what was bought), the nearest is 'stok kode'" in refused("orders", near)


def test_a_file_without_names_or_without_any_column_is_told_so() -> None:
    assert "'ann@example.com' is no name" in refused("customers", "c1,ann@example.com,Ann\nc2,bo@example.com,Bo\n")
    assert "'2024-01-02' is no name" in refused("orders", "1,c1,p1,2024-01-02,5.00\n2,c1,p1,2024-01-03,5.00\n")
    assert outcome("orders", [], []).startswith("shop.csv has no row with named values; expected order_id")


def test_two_columns_that_nothing_tells_apart_are_a_question() -> None:
    rows = "1,c,p,5.00,2024-01-01,2024-02-01\n2,c,p,5.00,2024-01-03,2024-02-02\n"
    said = refused("orders", f"order_id,customer_id,product_id,amount,Am,Um\n{rows}")
    assert "'Am' and 'Um' may both be 'ordered_at'" in said


def test_the_only_column_of_dates_is_the_date_whatever_it_is_called() -> None:
    text = "order_id,customer_id,product_id,amount,xyz\n1,c,p,5.00,2024-01-01\n2,c,p,5.00,2024-01-03\n"
    found = proposed("orders", text)
    assert not found.gaps
    one = next(field for field in found.fields if field.field == "ordered_at")
    assert (one.columns, one.confidence) == (("xyz",), 0.5)


def test_a_name_does_not_outweigh_values_that_cannot_be_it() -> None:
    head = "order_id,customer_id,product_id,date,placed,amount\n"
    text = f"{head}1,c,p,Monday,2024-01-01,5.00\n2,c,p,Tuesday,2024-01-02,5.00\n"
    assert mapped("orders", text)["orders"]["ordered_at"] == "placed"


def test_an_orders_total_on_every_line_is_not_the_lines_amount() -> None:
    rows = (
        "1,c,p1,2024-01-01,30.00,10.00,1\n1,c,p2,2024-01-01,30.00,20.00,1\n"
        "2,c,p1,2024-01-02,20.00,10.00,1\n2,c,p3,2024-01-02,20.00,10.00,1\n"
    )
    found = mapped("orders", f"order,client,sku,date,total,price,qty\n{rows}")["orders"]
    assert "amount" not in found
    assert found["unit_amount"] == "price"


def test_shipping_dates_and_deliveries_are_not_when_it_was_ordered() -> None:
    said = refused("orders", "order_id,customer_id,product_id,price,shipping_limit_date\n1,c,p,5.00,2024-01-01\n")
    assert "'ordered_at'" in said


@pytest.mark.parametrize("seed", range(40))
def test_any_columns_with_any_cells_are_proposed_for_or_refused_in_one_sentence(seed: int) -> None:
    draw = random.Random(seed)
    letters = string.printable + "äß€😀\u202e{}\"'`"
    columns = list(
        dict.fromkeys("".join(draw.choices(letters, k=draw.randint(0, 12))) for _ in range(draw.randint(1, 30)))
    )
    columns += draw.sample(["order_id", "Date", "email", "Total", "SKU", "customer", "event"], 3)
    pool = ["", "1", "2024-01-01", "a@example.com", "5,00", "\x00", "=1+1", "x" * 5000, "yes"]
    rows = [{name: draw.choice(pool) for name in columns if draw.random() < 0.9} for _ in range(5)]
    for table in CONTRACTS:
        said = outcome(table, columns, rows)
        assert said == table or said.startswith("shop.csv")
