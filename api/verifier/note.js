// An inclusion proof and the checkpoint it leads to (C2SP tlog-proof, signed-note, tlog-checkpoint), and who signed it.

import { base64, failed, hex, isSignature, refuse, sha256, utf8 } from "./bytes.js";

const TLOG =
  /^c2sp\.org\/tlog-proof@v1\n(?:extra (.*)\n)?index (0|[1-9]\d{0,18})\n((?:.{44}\n){0,63})\n((.+)\n(0|[1-9]\d{0,18})\n(.{44})\n(?:.+\n)*)\n((?:— [^\s\x85+]+ \S+\n){1,100})$/;

const lines = (text) => text.split("\n").slice(0, -1);

export const parseTlog = (text) => {
  const [, extra, index, hashes, signed, origin, size, root, signatures] = text.match(TLOG) || refuse("tlog");
  base64(extra || "");
  return {
    index: BigInt(index),
    hashes: lines(hashes).map(base64),
    signed: utf8(signed),
    origin,
    size: BigInt(size),
    root: base64(root),
    signatures: lines(signatures).map((line) => {
      const [, name, encoded] = line.split(" ");
      return [name, base64(encoded)];
    }),
  };
};

// name+key id+base64(1 || public key)
export const parseKey = async (vkey) => {
  const [, name, encoded] = vkey.match(/^(.+?)\+.+?\+(A[Q-Za-f].{42})$/) || refuse(vkey);
  const key = base64(encoded);
  const id = (await sha256(`${utf8(name)}\n${key}`)).slice(0, 4);
  vkey === `${name}+${hex(id)}+${encoded}` || refuse(vkey);
  return { name, id, key: key.slice(1) };
};

// The first of `logs` that signed the checkpoint under its own origin.
export const signerOf = async ({ origin, signed, signatures }, logs) => {
  let signer;
  for (const log of logs)
    for (const [name, data] of signatures)
      if (origin === log.name && name === origin && data.startsWith(log.id)) {
        (await isSignature(data.slice(4), signed, log.key)) || failed("signature");
        signer ??= log;
      }
  return signer || failed(`unknown log ${origin}`);
};
