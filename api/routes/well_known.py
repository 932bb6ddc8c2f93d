"""GET of what this resolver says about itself (GS1-Conformant Resolver, section 3)."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import WHOLE, SiteDep
from traceability.gs1.key_paths import KEYS
from traceability.gs1.resolver.linkset import CONTEXT
from traceability.gs1.resolver.vocabulary import NAMESPACE, PREFIX

router = APIRouter(prefix="/.well-known")


@router.api_route("/gs1resolver", methods=WHOLE)
def description(site: SiteDep) -> JSONResponse:
    return JSONResponse(
        {
            "name": "Guoji 果迹",
            "resolverRoot": site.public_url,
            "supportedPrimaryKeys": list(KEYS),
            "supportedLinkType": [{"namespace": NAMESPACE, "prefix": PREFIX}],
            "linkTypeDefaultCanBeLinkset": False,
            "supportedContextValuesExternal": [
                {"nameOfList": "ISO 3166-1 alpha-2", "url": "https://www.iso.org/iso-3166-country-codes.html"}
            ],
            "jsonLdContextLocation": CONTEXT,
            "contact": {"fn": site.public_url},
        },
        headers={"Cache-Control": "public, max-age=3600"},
    )
