"""What the official OpenAPI document says of a path, with its references followed."""

from api.epcis_openapi.document import official

DOCUMENT = official()


def statuses(path, method="get"):
    return set(DOCUMENT["paths"][path][method]["responses"])


def headers(path, method, status):
    """Their names, in small letters as HTTP has them."""
    response = _followed(DOCUMENT["paths"][path][method]["responses"][status])
    return {name.lower() for name in response.get("headers", {})}


def query_parameters(path):
    item = DOCUMENT["paths"][path]
    listed = [_followed(each) for each in (*item.get("parameters", ()), *item["get"].get("parameters", ()))]
    return {each["name"] for each in listed if each["in"] == "query"}


def _followed(node):
    kind, _, name = node.get("$ref", "").removeprefix("#/components/").partition("/")
    return DOCUMENT["components"][kind][name] if kind else node
