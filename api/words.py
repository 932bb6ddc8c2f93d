"""What the pages say in the reader's language: messages, names, numbers and times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_scientific
from babel.support import Translations

from api.present.text import plain

BEIJING = timezone(timedelta(hours=8))
"""A fixed offset: China keeps no summer time, and a bare machine may lack the zone files."""

_LONGEST_WRITTEN_OUT = 1e15
"""Events hold any double; babel cannot write out one of more than 27 digits, and nobody could read it."""

_CATALOGS = Path(__file__).parent / "locale"


def message(text: str) -> str:
    """Mark `text` for the catalogue where it stands in a table and is said later."""
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Messages are English in the code; their translations stand in `locale/`."""

    lang: str
    """BCP 47 tag for the `lang` attribute."""
    locale: Locale
    catalog: NullTranslations
    zone: tzinfo

    def say(self, text: str, **values: object) -> str:
        """`text` translated, with {name} replaced by values."""
        said = self.catalog.gettext(text)
        return said.format(**values) if values else said

    def say_many(self, one: str, many: str, count: int, **values: object) -> str:
        """The same with a number: {count} is written as the language writes numbers."""
        return self.catalog.ngettext(one, many, count).format(count=self.number(count), **values)

    def name(self, names: Mapping[str, str]) -> str | None:
        """A name that users gave, in this language or else in another; None where there is none."""
        in_order = [names.get(self.locale.language), *names.values()]
        return next((shown for name in in_order if name and (shown := plain(name))), None)

    def number(self, value: float, digits: int = 2) -> str:
        """With at most `digits` decimals; an absurdly large one as a power of ten."""
        if abs(value) >= _LONGEST_WRITTEN_OUT:
            return format_scientific(f"{value:.2e}", format="0.##E0", locale=self.locale)
        return format_decimal(round(value, digits), format=f"#,##0.{'#' * digits}", locale=self.locale)

    def day(self, moment: datetime) -> str:
        return self._written(moment, "MMMd")

    def date(self, moment: datetime) -> str:
        return self._written(moment, "yMMMd")

    def time(self, moment: datetime) -> str:
        return self._written(moment, "Hm")

    def moment(self, moment: datetime) -> str:
        return f"{self.day(moment)} {self.time(moment)}"

    def moment_ms(self, at_ms: int) -> str:
        return self.moment(self.at(at_ms))

    def at(self, at_ms: int) -> datetime:
        """A moment in the zone that the pages show."""
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone)

    def span(self, length_ms: int) -> str:
        """How long, in the largest unit that says it well, and the next one."""
        minutes = round(length_ms / 60_000)
        if minutes < 1:
            return self.say_many("{count} second", "{count} seconds", round(length_ms / 1000))
        if minutes < 60:
            return self.say_many("{count} minute", "{count} minutes", minutes)
        hours, minutes = divmod(minutes, 60)
        if hours < 48:
            return self.say("{hours} h {minutes} min", hours=hours, minutes=minutes)
        return self.say("{days} d {hours} h", days=hours // 24, hours=hours % 24)

    def _written(self, moment: datetime, skeleton: str) -> str:
        pattern = self.locale.datetime_skeletons[skeleton]
        return format_datetime(moment, pattern, tzinfo=self.zone, locale=self.locale)


def languages(zone: tzinfo = BEIJING) -> dict[str, Words]:
    """Every language the pages speak, by its tag; the first is for readers who ask for none of them."""
    return {
        "zh-CN": Words("zh-CN", Locale.parse("zh_CN"), _compiled("zh_CN"), zone),
        "en": Words("en", Locale.parse("en_GB"), NullTranslations(), zone),
    }


def preferred(asked: str | None, accept_language: str, speak: Mapping[str, Words]) -> Words:
    """The language of `?lang=`, else of the header (RFC 9110 12.5.4), else the first of `speak`."""
    wanted = [asked] if asked else _by_quality(accept_language)
    by_language = {words.locale.language: words for words in speak.values()}
    for tag in wanted:
        if found := by_language.get(tag.split("-")[0].lower()):
            return found
    return next(iter(speak.values()))


def _by_quality(accept_language: str) -> list[str]:
    ranked: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), tag))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(ranked, key=lambda entry: entry[0]) if quality < 0]


def _compiled(name: str) -> Translations:
    with (_CATALOGS / name / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalog = read_po(source, locale=name)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)
