"""A page of the farm: never kept by a cache, since what stands on it is one farmer's."""

from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import Site
from api.words import Words

NEVER_KEPT = {"Cache-Control": "no-store"}


def farm_page(
    site: Site, words: Words, template: str, status: int = 200, form_key: str | None = None, **values: object
) -> HTMLResponse:
    """`form_key` of whoever is signed in; None for nobody."""
    page = site.pages.html(template, words, "farm", status, (), form_key=form_key, **values)
    page.headers.update(NEVER_KEPT)
    return page


def go_to(path: str, words: Words) -> RedirectResponse:
    """After a form: loading the next page again sends nothing again."""
    return RedirectResponse(f"{path}?lang={words.lang}", 303, NEVER_KEPT)
