"""What the steps of a lot's life are called: CBV business steps and dispositions in everyday words."""

from typing import Final

from api.present.text import plain
from api.words import Words, message
from traceability.epcis.event import Event
from traceability.epcis.vocabulary import SHOWING_STEP

STEPS: Final = {
    "accepting": message("Accepted"),
    "arriving": message("Arrived"),
    "commissioning": message("Labelled"),
    "creating_class_instance": message("Harvest"),
    "decommissioning": message("Label ended"),
    "departing": message("Departed"),
    "destroying": message("Destroyed"),
    "encoding": message("Codes issued"),
    "holding": message("Held back"),
    "inspecting": message("Inspected"),
    "installing": message("Sensor fitted"),
    "loading": message("Loaded"),
    "packing": message("Packed"),
    "receiving": message("Received"),
    "removing": message("Sensor removed"),
    "repackaging": message("Repacked"),
    "retail_selling": message("Sold"),
    "sampling": message("Sample taken"),
    "sensor_reporting": message("Sensor readings"),
    "shipping": message("Shipped"),
    "staging_outbound": message("Made ready to ship"),
    "stocking": message("On the shelf"),
    "storing": message("Stored"),
    "transporting": message("On the way"),
    "unloading": message("Unloaded"),
    "unpacking": message("Unpacked"),
    SHOWING_STEP: message("Shown on air"),
}
DISPOSITIONS: Final = {
    "conformant": message("within the rules"),
    "non_conformant": message("outside the rules"),
    "recalled": message("recalled"),
    "damaged": message("damaged"),
    "expired": message("expired"),
    "destroyed": message("destroyed"),
    "returned": message("returned"),
    "sellable_accessible": message("for sale"),
}


def step_name(event: Event, words: Words) -> str:
    """The step in words; one that we have no word for as it was written."""
    step = event.step or event.kind
    if event.is_harvest:
        return words.say("Harvest")
    if step == "commissioning" and event.kind == "TransformationEvent":
        return words.say("Processed")
    return step_word(step, words)


def step_word(step: str, words: Words) -> str:
    """What a business step is called where nothing else of its event is known."""
    known = STEPS.get(step)
    return words.say(known) if known else plain(step)


def disposition_name(event: Event, words: Words) -> str | None:
    """Only what tells a shopper something; "in progress" does not."""
    known = DISPOSITIONS.get(event.disposition or "")
    return words.say(known) if known else None
