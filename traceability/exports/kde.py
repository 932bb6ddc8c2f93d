"""The columns of the FSMA 204 spreadsheet, and which of them each Critical Tracking Event must fill."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


class Cte(StrEnum):
    """The Critical Tracking Events of 21 CFR 1.1310, without the one of fishing vessels."""

    HARVESTING = "harvesting"
    COOLING = "cooling"
    INITIAL_PACKING = "initial packing"
    SHIPPING = "shipping"
    RECEIVING = "receiving"
    TRANSFORMATION = "transformation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One event and one lot of it, as text; "" where no record says it. All texts may be hostile."""

    cte: Cte
    utc: str
    date: str
    """With the offset of the place where it happened."""
    location: str
    tlc: str = ""
    """Traceability lot code: the lot's canonical Digital Link."""
    product: str = ""
    quantity: str = ""
    unit: str = ""
    input_lot: str = ""
    """What a lot was made from; of harvesting and cooling the lot itself, which has no TLC yet."""
    input_product: str = ""
    input_quantity: str = ""
    input_unit: str = ""
    previous: str = ""
    recipient: str = ""
    tlc_source: str = ""
    farm: str = ""
    field: str = ""
    harvester: str = ""
    harvester_phone: str = ""
    """Always empty: events hold no telephone numbers."""
    harvested: str = ""
    received: str = ""
    cooled_at: str = ""
    cooled: str = ""
    documents: str = ""
    carried_in: str = ""
    """The items and logistic units that the event names."""
    recorded_by: str = ""
    record: str = ""
    """Key of the event, whose proof `guoji prove` writes."""


HEADERS: Mapping[str, str] = {
    "cte": "Critical Tracking Event",
    "utc": "Time (UTC)",
    "date": "Date of Event",
    "location": "Location of Event",
    "tlc": "Traceability Lot Code",
    "product": "Product Description",
    "quantity": "Quantity",
    "unit": "Unit of Measure (UNECE Rec 20)",
    "input_lot": "Input or Raw Lot",
    "input_product": "Input or Raw Commodity and Variety",
    "input_quantity": "Input or Raw Quantity",
    "input_unit": "Input or Raw Unit of Measure (UNECE Rec 20)",
    "previous": "Immediate Previous Source",
    "recipient": "Immediate Subsequent Recipient",
    "tlc_source": "Traceability Lot Code Source",
    "farm": "Farm",
    "field": "Field or Growing Area",
    "harvester": "Harvester Business Name",
    "harvester_phone": "Harvester Phone Number",
    "harvested": "Date of Harvesting",
    "received": "Date Received for Packing",
    "cooled_at": "Cooling Location",
    "cooled": "Date of Cooling",
    "documents": "Reference Document Types and Numbers",
    "carried_in": "Items and Logistic Units",
    "recorded_by": "Recorded By",
    "record": "Record Key",
}
NUMBERS = frozenset({"quantity", "input_quantity"})

WANTED: Mapping[Cte, Mapping[str, str]] = {
    Cte.HARVESTING: {
        "recipient": "1.1325(a)(1)(i)",
        "input_product": "1.1325(a)(1)(ii)",
        "input_quantity": "1.1325(a)(1)(iii)",
        "input_unit": "1.1325(a)(1)(iii)",
        "farm": "1.1325(a)(1)(iv)",
        "field": "1.1325(a)(1)(v)",
        "date": "1.1325(a)(1)(vii)",
        "documents": "1.1325(a)(1)(viii)",
    },
    Cte.COOLING: {
        "recipient": "1.1325(b)(1)(i)",
        "input_product": "1.1325(b)(1)(ii)",
        "input_quantity": "1.1325(b)(1)(iii)",
        "input_unit": "1.1325(b)(1)(iii)",
        "location": "1.1325(b)(1)(iv)",
        "date": "1.1325(b)(1)(v)",
        "farm": "1.1325(b)(1)(vi)",
        "documents": "1.1325(b)(1)(vii)",
    },
    Cte.INITIAL_PACKING: {
        "input_product": "1.1330(a)(1)",
        "received": "1.1330(a)(2)",
        "input_quantity": "1.1330(a)(3)",
        "input_unit": "1.1330(a)(3)",
        "farm": "1.1330(a)(4)",
        "field": "1.1330(a)(5)",
        "harvester": "1.1330(a)(7)",
        "harvester_phone": "1.1330(a)(7)",
        "harvested": "1.1330(a)(8)",
        "tlc": "1.1330(a)(11)",
        "product": "1.1330(a)(12)",
        "quantity": "1.1330(a)(13)",
        "unit": "1.1330(a)(13)",
        "tlc_source": "1.1330(a)(14)",
        "date": "1.1330(a)(15)",
        "documents": "1.1330(a)(16)",
    },
    Cte.SHIPPING: {
        "tlc": "1.1340(a)(1)",
        "quantity": "1.1340(a)(2)",
        "unit": "1.1340(a)(2)",
        "product": "1.1340(a)(3)",
        "recipient": "1.1340(a)(4)",
        "location": "1.1340(a)(5)",
        "date": "1.1340(a)(6)",
        "tlc_source": "1.1340(a)(7)",
        "documents": "1.1340(a)(8)",
    },
    Cte.RECEIVING: {
        "tlc": "1.1345(a)(1)",
        "quantity": "1.1345(a)(2)",
        "unit": "1.1345(a)(2)",
        "product": "1.1345(a)(3)",
        "previous": "1.1345(a)(4)",
        "location": "1.1345(a)(5)",
        "date": "1.1345(a)(6)",
        "tlc_source": "1.1345(a)(7)",
        "documents": "1.1345(a)(8)",
    },
    Cte.TRANSFORMATION: {
        "input_lot": "1.1350(a)(1)(i)",
        "input_product": "1.1350(a)(1)(ii)",
        "input_quantity": "1.1350(a)(1)(iii)",
        "input_unit": "1.1350(a)(1)(iii)",
        "tlc": "1.1350(a)(2)(i)",
        "tlc_source": "1.1350(a)(2)(ii)",
        "date": "1.1350(a)(2)(iii)",
        "product": "1.1350(a)(2)(iv)",
        "quantity": "1.1350(a)(2)(v)",
        "unit": "1.1350(a)(2)(v)",
        "documents": "1.1350(a)(2)(vi)",
    },
}
"""Column and clause (21 CFR) of each Key Data Element; cooling columns stay empty if nothing was cooled."""


def cells(row: Row) -> list[str]:
    return [str(getattr(row, field.name)) for field in fields(Row)]
