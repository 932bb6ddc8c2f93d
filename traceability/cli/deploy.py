"""`guoji deploy`: our contract on a chain of one's own."""

import argparse
import os

from traceability.settings import Settings

DESCRIPTION = """\
Deploy TraceLog on the chain of GUOJI_RPC_URL, let this installation append to its log there, and write the
trust policy that names both. Any chain with Ethereum's JSON-RPC will do, with or without a base fee.
`guoji up` does this by itself on its test chain.
"""
EPILOG = """\
The installation's account pays; without money on it, this says where to send how much. What was deployed
stands in contracts.json in the home: chain id, address, transaction, block, hash of the code, compiler.
Called again, this looks whether the chain still holds that code and pays for nothing that is done already,
so it may be interrupted at any time. GUOJI_MAX_FEE_GWEI limits what is paid for gas.
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "deploy", help="deploy the contract on your own chain", description=DESCRIPTION, epilog=EPILOG
    )
    command.add_argument(
        "--chain-id",
        type=_chain_id,
        default=0,
        metavar="N",
        help="refuse any other chain than this one (default: setting chain_id, else the chain that is there)",
    )
    command.add_argument(
        "--new",
        action="store_true",
        help="deploy another contract although contracts.json or the trust policy names one, or although one "
        "waits for a block: this one takes its place",
    )
    command.set_defaults(run=_run)


def _chain_id(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no chain id, want a number from 1")
    return int(text)


def _run(args: argparse.Namespace) -> int:
    from traceability.upkeep.deployment import account_address, deploy_on_chain

    settings = Settings.read(os.environ)
    print(f"account that pays: {account_address(settings)}", flush=True)
    address = deploy_on_chain(settings, args.chain_id, args.new, tell=lambda line: print(line, flush=True))
    print(f"contract: {address}")
    print(f"address book: {settings.address_book}")
    print(f"trust policy: {settings.trust_file}")
    return 0
