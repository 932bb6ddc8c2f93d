"""The embedded test chain: start it, have it finalise, keep its state over a restart."""

import gzip
import os
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from traceability.chain.rpc import RpcChain
from traceability.children import die_with_parent
from traceability.disk import writing
from traceability.errors import ChainUnavailable, Refused
from traceability.ports import free_port, take_port
from traceability.proof.chain_reader import Finality

CHAIN_ID = 31337
START_WITHIN_S = 60
MAX_STATE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Devnet:
    """A running test chain on the loopback interface."""

    process: subprocess.Popen[bytes]
    url: str
    keeps_state: bool
    """False for Hardhat's chain, which stands in where anvil cannot run: it forgets all when it ends."""

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_devnet(project: Path, folder: Path, port: int = 0) -> Devnet:
    """Start anvil from `project`'s node_modules with the state kept in `folder`; port 0 takes a free one.

    Raises `Refused` if it does not come up, with what it said last.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    # An earlier chain that still listens there would answer in the place of ours.
    port = free_port("127.0.0.1", port) if port else take_port()
    anvil = _anvil(project)
    command = _hardhat_command(project, port) if anvil is None else _anvil_command(anvil, folder, port)
    with (folder / "devnet.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=project,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C must not end the chain before we have kept its state
            preexec_fn=die_with_parent,
        )
    devnet = Devnet(process, f"http://127.0.0.1:{port}", keeps_state=anvil is not None)
    try:
        _wait_until_up(devnet, folder)
    except BaseException:
        devnet.stop()
        raise
    if devnet.keeps_state:
        # A loaded chain can answer questions about its newest block alone; two more make that one final.
        RpcChain(devnet.url).call("anvil_mine", "0x2")
    return devnet


def settle(url: str, keep: Callable[[], object] = lambda: None) -> bool:
    """Bury what was mined since the last call under two blocks, which makes it final. Whether there was any.

    `keep` saves the state before that: a chain that is killed must not come back without a block that was
    final, since proofs name it.

    anvil mines when a transaction arrives. Were it to mine every second instead, an idle chain would grow by
    thousands of blocks an hour, and each saved state with it.
    """
    chain = RpcChain(url)
    final = chain.finalized_block_number(Finality())
    newest = chain.finalized_block_number(Finality(confirmations=0))
    not_final = [hex(number) for number in range(final + 1, newest + 1)]
    if all(chain.call("eth_getBlockTransactionCountByNumber", block) == "0x0" for block in not_final):
        return False
    # A transaction that comes now waits for the first of the two blocks, which is not final yet.
    chain.call("evm_setAutomine", False)
    try:
        keep()
        chain.call("anvil_mine", "0x2")
    finally:
        chain.call("evm_setAutomine", True)
    return True


def save_state(url: str, folder: Path) -> None:
    """Keep anvil's state in `folder`, all of it or what was there before. Raises `Unavailable`.

    anvil's own --state may be cut off in mid-write and then keeps anvil from starting.
    """
    dump = RpcChain(url, timeout_s=60).call("anvil_dumpState", at_most_bytes=MAX_STATE_BYTES)
    part = _state(folder).with_suffix(".part")
    with writing(part):
        with part.open("wb") as file:
            file.write(gzip.decompress(bytes.fromhex(dump[2:])))
            file.flush()
            os.fsync(file.fileno())
        part.replace(_state(folder))


def fund(url: str, address: str) -> None:
    """Give `address` a thousand ether of the test chain's worthless money."""
    RpcChain(url).call("hardhat_setBalance", address, hex(1000 * 10**18))  # anvil knows this name too


def _state(folder: Path) -> Path:
    return folder / "state.json"


def _anvil(project: Path) -> Path | None:
    """The native binary, None where it cannot run: it needs glibc 2.35 on Linux."""
    for anvil in sorted(project.glob("node_modules/@foundry-rs/anvil-*/bin/anvil*")):
        try:
            subprocess.run([anvil, "--version"], check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            continue
        return anvil
    return None


def _anvil_command(anvil: Path, folder: Path, port: int) -> list[str | Path]:
    command: list[str | Path] = [anvil, "--silent", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--chain-id", str(CHAIN_ID)]
    # One slot an epoch: a block is final two blocks later, not 64.
    command += ["--slots-in-an-epoch", "1"]
    # By default anvil writes the state after each old block to the disk and never removes it.
    command += ["--max-persisted-states", "1", "--cache-path", folder / "anvil"]
    return [*command, "--load-state", _state(folder)] if _state(folder).exists() else command


def _hardhat_command(project: Path, port: int) -> list[str | Path]:
    hardhat = project / "node_modules/hardhat/dist/src/cli.js"
    if not hardhat.exists():
        raise Refused(
            f"anvil does not run on {platform.platform()} and Hardhat is not installed: "
            "run scripts/setup-npm dev"
        )
    return [project / "scripts/node", hardhat, "node", "--hostname", "127.0.0.1", "--port", str(port)]


def _wait_until_up(devnet: Devnet, folder: Path) -> None:
    chain = RpcChain(devnet.url, timeout_s=1)
    deadline = time.monotonic() + START_WITHIN_S
    while devnet.process.poll() is None and time.monotonic() < deadline:
        try:
            chain.chain_id()
        except ChainUnavailable:
            time.sleep(0.05)
        else:
            return
    said = (folder / "devnet.log").read_text(encoding="utf-8", errors="replace").split("\n")
    last = next((line for line in said if line.strip()), "nothing")
    raise Refused(f"the test chain did not start in {folder}; it said: {last}")
