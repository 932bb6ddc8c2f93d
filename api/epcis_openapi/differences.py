"""Every difference of what we serve from the official OpenAPI document of EPCIS 2.0, with its reason."""

from collections.abc import Mapping

from api.epcis_openapi.difference import LEFT_OUT, Difference, Made


def _response(name: str) -> Mapping[str, str]:
    return {"$ref": f"#/components/responses/{name}"}


_RESPONSES = ("paths", "*", "*", "responses")
_SCHEMAS = ("components", "schemas")
_PROBLEM = ("content", "application/problem+json", "schema", "allOf")
_PUBLIC = "it says what is spoken here, which is no secret"
_NO_WEBSOCKET = "nobody subscribes by WebSocket here"
_AWAY = {
    "description": "The store is away, or too many are served already. Try again.",
    "headers": {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/RFC7807ProblemResponseBody"}}
    },
}
_OPTIONS = {
    "tags": ["Discovery"],
    "summary": "As everywhere.",
    "security": [],
    "responses": {"204": _response("204DefaultDiscoveryResponse")},
}
_SELF = {
    "options": _OPTIONS,
    "get": {
        "tags": ["Discovery"],
        "summary": "This document.",
        "security": [],
        "responses": {
            "200": {"description": "OpenAPI", "content": {"application/json": {"schema": {"type": "object"}}}}
        },
    },
}


_WRONG = (
    "SubscriptionControlsException",
    "QueryParameterException",
    "QueryValidationException",
    "ValidationException",
)


def _subscribes(reference: str) -> bool:
    name = reference.rpartition("/")[2]
    return name.startswith("GS1-Query-") or name in ("Upgrade", "Connection")


def _problem_of(status: int, *kinds: str) -> Mapping[str, object]:
    """The schema of a problem document."""
    kind = {"type": "string", "format": "uri", "enum": [f"epcisException:{each}" for each in kinds]}
    own = {"properties": {"status": {"type": "integer", "enum": [status]}, "type": kind}}
    return {"allOf": [own, {"$ref": "#/components/schemas/RFC7807ProblemResponseBody"}]}


DIFFERENCES: tuple[Difference, ...] = (
    # Where it is, and who may ask.
    Difference(("servers",), [{"url": "/epcis"}], "the interface is a part of a site"),
    Difference(
        ("components", "securitySchemes"),
        {"token": {"type": "http", "scheme": "bearer"}},
        "the standard leaves open how a partner is known; here by a bearer token",
    ),
    Difference(("security",), [{"token": []}], "everything but discovery needs a token"),
    Difference(("paths", "*", "options", "security"), [], _PUBLIC),
    Difference(("paths", "*", "options", "responses", "40[1346]"), LEFT_OUT, _PUBLIC),
    # What is not there.
    Difference(
        ("paths", "/queries/{queryName}/events", "get", "parameters"),
        Made(lambda get: [each for each in get["parameters"] if not _subscribes(each["$ref"])]),
        _NO_WEBSOCKET,
    ),
    Difference(("paths", "/queries/{queryName}/events", "get", "responses", "101"), LEFT_OUT, _NO_WEBSOCKET),
    Difference(
        ("paths", "/queries/{queryName}/events", "get", "responses", "501"),
        _response("501NotImplemented"),
        _NO_WEBSOCKET,
    ),
    Difference(
        ("paths", "/nextPageToken/{token}", "delete", "responses", "204"),
        LEFT_OUT,
        "no token is kept that could be forgotten; each says itself where a page begins, for a day",
    ),
    Difference(("paths", "/nextPageToken/{token}", "delete", "security"), [], "it does nothing, for nobody"),
    Difference(
        ("components", "responses", "*", "content", "application/*xml"),
        LEFT_OUT,
        "EPCIS XML is not spoken here",
    ),
    Difference((*_RESPONSES, "*", "content", "application/*xml"), LEFT_OUT, "EPCIS XML is not spoken here"),
    Difference(
        (*_SCHEMAS, "GS1-EPC-Format", "enum"),
        ["No_Preference", "Never_Translates"],
        "an event is given as it was captured: its hash and its proof are of that spelling",
    ),
    Difference(
        (*_SCHEMAS, "CaptureJob", "allOf"),
        Made(lambda job: [job["allOf"][0], job["allOf"][1]["oneOf"][0]]),
        "errors stand in the job and in no file; every job fits both official arms, so none is valid",
    ),
    # What else is answered.
    Difference(
        ("components", "responses", "200*", "content", "application/ld+json"),
        Made(lambda node: node["application/json"]),
        "EPCIS JSON is JSON-LD, and is called so if it is wanted so",
    ),
    Difference(
        ("paths", "*", "get", "responses", "200", "content", "application/ld+json"),
        Made(lambda node: node["application/json"]),
        "EPCIS JSON is JSON-LD, and is called so if it is wanted so",
    ),
    Difference(
        ("paths", "*", "post", "requestBody", "content", "application/ld+json"),
        Made(lambda node: node["application/json"]),
        "EPCIS JSON is JSON-LD, and may be called so",
    ),
    Difference(
        ("components", "requestBodies", "CreateQuery", "content", "application/ld+json"),
        Made(lambda node: node["application/json"]),
        "EPCIS JSON is JSON-LD, and may be called so",
    ),
    Difference(
        ("paths", "/queries/{queryName}", "get", "responses", "200", "content", "*json", "schema"),
        {"$ref": "#/components/schemas/QueryDefinition"},
        "one name has one query; the official schema, a list, is that of all queries",
    ),
    Difference(
        ("paths", "*", "get", "responses", "400"),
        _response("400QueryIssues"),
        "a parameter or a header that is not understood is refused everywhere, never ignored",
    ),
    Difference(
        ("paths", "/queries*", "[gpd]*", "responses", "400"),
        _response("400SubscriptionIssues"),
        "a query or a subscription may be wrong, and so may a header",
    ),
    Difference(
        ("paths", "/queries*", "delete", "responses", "503"),
        _response("503Unavailable"),
        "a store can be away for a while",
    ),
    Difference(
        ("paths", "/queries*", "delete", "responses", "414"),
        _response("414URLTooLong"),
        "any address may be too long",
    ),
    Difference(
        ("paths", "/queries*", "post", "responses", "413"),
        _response("413CapturePayloadTooLarge"),
        "a body may be too large, of a query too",
    ),
    Difference(
        ("paths", "*", "get", "responses", "414"), _response("414URLTooLong"), "any address may be too long"
    ),
    Difference(
        ("paths", "*", "post", "responses", "414"), _response("414URLTooLong"), "any address may be too long"
    ),
    Difference(
        ("paths", "*/events", "get", "responses", "413"),
        _response("413QueryScopeOrSize"),
        "the query language has maxEventCount, and this exception for it",
    ),
    Difference(("components", "responses", "503Unavailable"), _AWAY, "a store can be away for a while"),
    Difference(
        ("paths", "*", "[gp]*t", "responses", "503"),
        _response("503Unavailable"),
        "a store can be away for a while",
    ),
    Difference(
        ("paths", "/events", "post", "responses", "201", "content"),
        LEFT_OUT,
        "whoever sent the event has it; Location says where it is",
    ),
    # What the official document says wrong or leaves open.
    Difference(
        ("components", "responses", "404ResourceNotFound", "content", "application/problem+json", "schema"),
        _problem_of(404, "NoSuchResourceException", "NoSuchNameException"),
        "its example says NoSuchResourceException, its schema forbids it",
    ),
    Difference(
        ("components", "responses", "400SubscriptionIssues", "content"),
        {"application/problem+json": {"schema": _problem_of(400, *_WRONG)}},
        "it is a problem as any other, and something else than a subscription's controls may be wrong",
    ),
    Difference(
        ("paths", "/queries/*", "post", "responses", "201", "headers", "Location", "schema", "format"),
        LEFT_OUT,
        "it is relative, as its description allows and its format does not",
    ),
    Difference(
        ("components", "responses", "409ResourceAlreadyExistsException", *_PROBLEM[:-1]),
        _problem_of(409, "ResourceAlreadyExistsException"),
        "its schema says that the status of a 409 is 406",
    ),
    Difference(
        (*_SCHEMAS, "Link", "format"), LEFT_OUT, "a link of RFC 8288 is no URI: it stands between < and >"
    ),
    Difference(
        (*_SCHEMAS, "GS1-Extensions"),
        {"type": "string", "example": "a=https://a.example/,b=https://b.example/"},
        "a list of prefix=namespace is written as text, which its schema of an object cannot describe",
    ),
    Difference((*_SCHEMAS, "PerPage", "minimum"), 1, "a page of no events leads nowhere"),
    Difference(
        ("components", "parameters", "eventCountLimit", "schema", "minimum"), 1, "as the standard's text says"
    ),
    Difference(
        ("components", "parameters", "maxEventCount", "schema", "minimum"), 1, "as the standard's text says"
    ),
    Difference(
        ("components", "parameters", "BizStep", "schema", "format"),
        LEFT_OUT,
        "a standard word is bare in JSON, and may be so here",
    ),
    Difference(
        ("components", "parameters", "Disposition", "schema", "format"),
        LEFT_OUT,
        "its own example, in_progress, is no URI",
    ),
    # Of our own.
    Difference(("paths", "/nextPageToken/{token}", "options"), _OPTIONS, "every path has its options"),
    Difference(("paths", "/openapi.json"), _SELF, "the document that describes us can be asked for"),
)
