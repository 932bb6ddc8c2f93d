"""`guoji links`: where the codes lead that are not, or not only, shown here."""

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli.read_source import read_file
from traceability.cli.terminal import printable
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.gs1.resolver.registration import Registration
    from traceability.ledger.links import Links

LARGEST_FILE = 64 * 1024 * 1024


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "links",
        help="register where codes lead: pages of the brand, its shops, its certificates",
        description="Register links for products, lots, items, places and all other GS1 keys. Whoever scans "
        "the code is sent to its default link, or to the link of the type, language or form that is asked "
        "for. What was registered before stays in the history.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_add(actions)
    listed = actions.add_parser("list", help="show links, or all that was ever registered for one code")
    listed.add_argument("anchor", nargs="?", metavar="ANCHOR", help="show its history, with who and when")
    listed.add_argument("--json", action="store_true", help="as a file that `guoji links load` takes")
    listed.set_defaults(run=_list)
    remove = actions.add_parser("remove", help="remove all links of a code, or those to one address")
    remove.add_argument("anchor", metavar="ANCHOR")
    remove.add_argument("--href", help="only the links that lead there")
    remove.set_defaults(run=_remove)
    load = actions.add_parser(
        "load",
        help="register all links of a JSON file, or none",
        description='Register {"entries": [{"anchor": "/01/...", "description": "...", "links": '
        '{"gs1:defaultLink": [{"href": "https://...", "title": "..."}]}}]}. Each entry takes the place '
        "of all links of its anchor. If one is wrong none is registered, and every wrong one is named.",
    )
    load.add_argument("file", type=Path, metavar="FILE")
    load.set_defaults(run=_load)


def _add_add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    new = actions.add_parser(
        "add",
        help="register one link beside those that a code has",
        description="Register one link beside those that a code has. A gs1:defaultLink takes the place of "
        "the one before. A product needs its default link before its lots and items have any.",
        epilog="Example: guoji links add /01/09520123456788 gs1:defaultLink https://example.com/ "
        '--title Kiwi --description "Gold kiwi, 5 kg box"',
    )
    new.add_argument("anchor", metavar="ANCHOR", help="path or link, such as /01/09520123456788/10/L26-031")
    new.add_argument("type", metavar="TYPE", help="of the GS1 Web Vocabulary, such as gs1:pip")
    new.add_argument("href", metavar="HREF", help="https address")
    new.add_argument("--title", required=True, help="for people, in the language of the page")
    new.add_argument("--media", help="media type of what is there, such as text/html")
    new.add_argument("--language", nargs="+", metavar="TAG", help="such as zh-CN zh")
    new.add_argument("--context", nargs="+", help="where it applies, such as CN")
    new.add_argument(
        "--description", default="", help="what the code is on; wanted where it has no links yet"
    )
    new.set_defaults(run=_add)


def _links() -> "Links":
    from traceability.own_store import open_store
    from traceability.wiring import links

    settings = Settings.read(os.environ)
    return links(settings, open_store(settings))


def _add(args: argparse.Namespace) -> int:
    from traceability.gs1.resolver.link import read_link
    from traceability.gs1.resolver.registration import anchor_of

    said = {"href": args.href, "title": args.title, "type": args.media}
    said |= {"hreflang": args.language, "context": args.context}
    link = read_link(args.type, {name: value for name, value in said.items() if value})
    _links().add(anchor_of(args.anchor), args.description, link)
    print(f"registered: {printable(args.anchor)}")
    return 0


def _list(args: argparse.Namespace) -> int:
    from traceability.gs1.resolver.registration import anchor_of, entry_json

    links = _links()
    if args.anchor is not None:
        for change in links.history(anchor_of(args.anchor)):
            at = datetime.fromtimestamp(change.at_ms / 1000, UTC)
            print(f"{at:%Y-%m-%d %H:%M:%S} UTC\t{change.by or 'operator'}")
            _print(change.registration)
        return 0
    standing = [each.registration for each in links.store.all() if each.registration]
    if args.json:
        print(json.dumps({"entries": list(map(entry_json, standing))}, ensure_ascii=False, indent=1))
        return 0
    for registration in standing:
        _print(registration)
    return 0


def _print(registration: "Registration | None") -> None:
    if registration is None:
        print("\tremoved")
        return
    print(f"{registration.path}\t{printable(registration.description)}")
    for link in registration.links:
        about = " ".join(filter(None, (link.media, *link.languages, *link.contexts)))
        print("\t".join(["", f"gs1:{link.type}", link.href, printable(link.title), about]).rstrip())


def _remove(args: argparse.Namespace) -> int:
    from traceability.gs1.resolver.registration import anchor_of

    _links().remove(anchor_of(args.anchor), args.href)
    print(f"removed: {printable(args.anchor)}")
    return 0


def _load(args: argparse.Namespace) -> int:
    from traceability.gs1.resolver.registration import read_file as read_entries

    entries = read_entries(read_file(args.file, LARGEST_FILE))
    _links().put(entries)
    print(f"registered: {len(entries)} entries")
    return 0
