"""Compile TraceLog with py-solc-x, once for each state of its sources."""

import json
import os
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import solcx
from solcx.exceptions import SolcError

from traceability.errors import Refused


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a contract needs to be deployed and called."""

    abi: list[dict[str, Any]]
    bytecode: bytes
    """What a deployment sends."""
    code: bytes
    """What the chain holds after that."""
    compiler: str
    """Its full version."""


def compile_trace_log(project: Path, cache: Path) -> Compiled:
    """TraceLog from the `contracts` folder of `project`, kept in the folder `cache`.

    Raises `Refused` if the compiler cannot run or says anything at all: a warning is an error.
    """
    question = _question(project / "contracts")
    # OpenZeppelin's sources are read by the compiler; the lock file stands for them in the key.
    lock = (project / "package-lock.json").read_bytes()
    key = sha256(json.dumps(question, sort_keys=True).encode() + lock).hexdigest()
    kept = cache / f"TraceLog-{key}.json"
    if not kept.exists():
        _write(kept, json.dumps(_compile(project, question)))
    answer = json.loads(kept.read_text(encoding="utf-8"))
    return Compiled(
        abi=answer["abi"],
        bytecode=bytes.fromhex(answer["bytecode"]),
        code=bytes.fromhex(answer["code"]),
        compiler=answer["compiler"],
    )


def _question(contracts: Path) -> dict[str, Any]:
    """Standard JSON input, with the settings of hardhat.config.js."""
    sources = {
        f"contracts/{path.name}": {"content": path.read_text(encoding="utf-8")}
        for path in sorted(contracts.glob("*.sol"))
    }
    wanted = ["abi", "metadata", "evm.bytecode.object", "evm.deployedBytecode.object"]
    return {
        "language": "Solidity",
        "sources": sources,
        "settings": {
            "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
            "evmVersion": "paris",
            "optimizer": {"enabled": True, "runs": 200},
            "metadata": {"bytecodeHash": "none", "appendCBOR": False},
            "outputSelection": {"*": {"TraceLog": wanted}},
        },
    }


def _compile(project: Path, question: dict[str, Any]) -> dict[str, Any]:
    solc = project / "scripts" / "solc"
    try:
        answer = solcx.compile_standard(question, base_path=project, solc_binary=solc)
    except SolcError as error:
        raise Refused(f"TraceLog does not compile: {error.message}") from error
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise Refused(f"the Solidity compiler {solc.name} does not run: {error}") from error
    if answer.get("errors"):
        raise Refused(f"TraceLog compiles with warnings: {answer['errors'][0]['formattedMessage']}")
    contract = answer["contracts"]["contracts/TraceLog.sol"]["TraceLog"]
    return {
        "abi": contract["abi"],
        "bytecode": contract["evm"]["bytecode"]["object"],
        "code": contract["evm"]["deployedBytecode"]["object"],
        "compiler": json.loads(contract["metadata"])["compiler"]["version"],
    }


def _write(path: Path, text: str) -> None:
    """All of `text` or nothing: another process may read at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
