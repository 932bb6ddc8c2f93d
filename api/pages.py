"""Fills templates: autoescaped, in one language, with the style and script that they carry inside."""

import base64
import hashlib
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.words import Words

_HERE = Path(__file__).parent
_STYLES = ("page.css", "overlay.css", "overlay-vertical.css", "overlay-horizontal.css")
_SCRIPTS = ("overlay.js",)
_OTHER = {"zh-CN": {"lang": "en", "name": "English"}, "en": {"lang": "zh-CN", "name": "中文"}}


class Pages:
    """The templates. Style stands in the page itself: one round trip less before the first paint."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([_HERE / "templates", _HERE / "static"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        styles, scripts = (
            [self._inlined(name) for name in _STYLES],
            [self._inlined(name) for name in _SCRIPTS],
        )
        self._policy = _policy(styles, scripts)

    def html(
        self, template: str, words: Words, state: str, status: int = 200, **values: object
    ) -> HTMLResponse:
        """A page in the language of `words`; `state` gives it its colours."""
        text = self._environment.get_template(template).render(
            _=words.say, lang=words.lang, other=_OTHER[words.lang], state=state, **values
        )
        headers = {
            "Content-Language": words.lang,
            "Content-Security-Policy": self._policy,
            "Vary": "Accept, Accept-Language",
        }
        return HTMLResponse(text, status, headers)

    def _inlined(self, name: str) -> str:
        """The text as it will stand in a page: its hash must fit to the byte."""
        return self._environment.get_template(name).render()


def _policy(styles: list[str], scripts: list[str]) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src {' '.join(map(_source, styles))}",
            f"script-src {' '.join(map(_source, scripts))}",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
