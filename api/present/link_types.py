"""What links lead to, in the reader's words: those that goods from a farm are likely to have."""

from api.words import Words, message
from traceability.gs1.resolver.vocabulary import LINK_TYPES, PREFIX

_SAID = {
    "defaultLink": message("What a scan opens"),
    "pip": message("About the product"),
    "traceability": message("Where it comes from"),
    "epcis": message("Events for programs (EPCIS)"),
    "certificationInfo": message("Certificate"),
    "recallStatus": message("Whether it is recalled"),
    "registryEntry": message("Proof of its records"),
    "verificationService": message("Check whether it is genuine"),
    "hasRetailers": message("Where to buy it"),
    "nutritionalInfo": message("Nutrition"),
    "recipeInfo": message("Recipes"),
    "consumerHandlingStorageInfo": message("How to keep it"),
    "safetyInfo": message("Safety"),
    "sustainabilityInfo": message("Environment and recycling"),
    "locationInfo": message("About the place"),
    "homepage": message("Who is behind it"),
    "support": message("Help and contact"),
    "relatedVideo": message("Video"),
}


def link_type(name: str, words: Words) -> str:
    """Any other as the GS1 Web Vocabulary calls it, in English."""
    return words.say(_SAID[name]) if name in _SAID else LINK_TYPES[name].title


def offered(words: Words) -> list[tuple[str, str]]:
    """As a form offers them: how each is written, and what it is called."""
    return [(f"{PREFIX}{name}", words.say(said)) for name, said in _SAID.items()]
