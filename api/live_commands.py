"""The commands of a host's page, by the field `do` of their form."""

from collections.abc import Callable, Mapping

from api.host_session import AtDesk, Command
from api.present.desk_warnings import VERDICTS
from api.present.trace import product_name
from api.words import Words
from traceability.errors import InvalidInput
from traceability.live.room import Phase
from traceability.live.texts import LONGEST_NAME
from traceability.proof.subject import typed_goods

Given = Mapping[str, str]


def carry_out(command: Command, words: Words) -> None:
    """Raises as the use cases do, and `InvalidInput` for a point that may not be shown."""
    does = command.fields.get("do", "")
    if does not in _COMMANDS:
        raise InvalidInput(f"no command is called {does[:20]!r}")
    _COMMANDS[does](command.at, command.fields, words)


def _add(at: AtDesk, given: Given, _: Words) -> None:
    """Without a name, the lot is called as its records call the product."""
    lot, name = given.get("goods", ""), given.get("name", "").strip()
    if not name:
        name = product_name(at.desk.trace(typed_goods(lot)), at.overlay_words)[:LONGEST_NAME]
    at.studio.rooms.add_offer(at.room.code, lot, name)


def _remove(at: AtDesk, given: Given, _: Words) -> None:
    at.studio.rooms.remove_offer(at.room.code, given.get("offer", ""))


def _move(at: AtDesk, given: Given, _: Words) -> None:
    at.studio.rooms.move_offer(at.room.code, given.get("offer", ""), _number(given, "to"))


def _show(at: AtDesk, given: Given, _: Words) -> None:
    """By its code: sent twice, it is shown once."""
    at.studio.rooms.show(at.room.code, given.get("offer") or None)


def _add_point(at: AtDesk, given: Given, _: Words) -> None:
    at.studio.rooms.add_point(at.room.code, given.get("offer", ""), given.get("text", ""))


def _put_point(at: AtDesk, given: Given, words: Words) -> None:
    number, offer = _number(given, "point"), given.get("offer", "")
    others = at.room.desk.points - {number}
    wanted = others | {number} if given.get("on") == "yes" else others
    blocked = at.studio.rooms.show_points(at.room.code, offer, wanted, at.studio.warnings).blocked
    if number in blocked:
        body = blocked[number].body
        verdict = VERDICTS[body["verdict"]]
        why = filter(None, (words.say(verdict), words.name(body["found"] or {})))
        raise InvalidInput(words.say("This point stays off the overlay: {why}", why=" · ".join(why)))


def _remove_point(at: AtDesk, given: Given, _: Words) -> None:
    at.studio.rooms.remove_point(at.room.code, given.get("offer", ""), _number(given, "point"))


def _card(at: AtDesk, given: Given, _: Words) -> None:
    at.studio.rooms.show_cards(at.room.code, {given.get("card", ""): given.get("shown") == "yes"})


def _answer(at: AtDesk, given: Given, _: Words) -> None:
    at.studio.warnings.answer(at.room.code, _number(given, "warning"), given.get("answer", ""), at.by)


def _rehearse(at: AtDesk, _given: Given, _: Words) -> None:
    at.studio.rooms.rehearse(at.room.code)


def _go_on_air(at: AtDesk, given: Given, words: Words) -> None:
    _check_agreed(given, words)
    at.studio.rooms.go_on_air(at.room.code)


def _end(at: AtDesk, given: Given, words: Words) -> None:
    _check_agreed(given, words)
    if at.room.phase is not Phase.ON_AIR:
        raise InvalidInput(f"room {at.room.code} is {at.room.phase}, want {Phase.ON_AIR}")
    at.studio.rooms.end(at.room.code)


def _check_agreed(given: Given, words: Words) -> None:
    if given.get("agreed") != "yes":
        raise InvalidInput(words.say("The box for agreeing was not ticked."))


def _number(given: Given, name: str) -> int:
    value = given.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise InvalidInput(f"{name} is {value[:20]!r}, want a number")
    return int(value)


_COMMANDS: Mapping[str, Callable[[AtDesk, Given, Words], None]] = {
    "add": _add,
    "remove": _remove,
    "move": _move,
    "show": _show,
    "add-point": _add_point,
    "point": _put_point,
    "remove-point": _remove_point,
    "card": _card,
    "answer": _answer,
    "rehearse": _rehearse,
    "go-on-air": _go_on_air,
    "end": _end,
}
