// Whether the readings of a batch are the ones that its event commits to. Loaded only where a file carries them.

import { sha256 } from "@noble/hashes/sha2";
import { failed, hex, number, prefix, toArray, toBytes, ZERO } from "./bytes.js";
import { canonical } from "./json.js";
import { isSummed } from "./summary.js";

const HEADER = RegExp(`^${prefix("batch")}([^])([\\w-]{1,32})(.{8})(.{8})(.{8})(.{4})(.{32})$`, "s");
const READING = /^(.{8}).{8}([\x01\x02])(.{4})/s;
const SIGNED = "\x02";

// How many readings there are, and whether what the event sums up of them was computed again.
export const checkReadings = async ({ event, leaves }) => {
  const [header, ...rest] = leaves;
  if (!rest[0]) failed(`batch has ${leaves.length} leaves, want a header and at least one reading`);
  const [, length, alias, ...fields] = header.match(HEADER) || failed("leaf 0 of the batch is not a header");
  if (length.charCodeAt() !== alias.length) failed("leaf 0 of the batch is not a header");
  const [epoch, first, last, count, previous] = fields;
  const readings = readingsOf(rest, prefix("reading") + length + alias + epoch);
  const isFit = readings[0].sequence === first && readings.at(-1).sequence === last;
  if (!isFit || toBytes(readings.length, 4) !== count)
    failed(`batch holds ${readings.length} readings, its header says otherwise`);
  const found = {
    device: alias,
    epoch: valueOf(epoch),
    firstSequence: valueOf(first),
    lastSequence: valueOf(last),
    readingCount: valueOf(count),
    batchRoot: hex(rootOf(leaves)),
    signedCount: readings.filter(({ how }) => how === SIGNED).length || undefined,
    previousBatchRoot: previous === ZERO ? undefined : hex(previous),
  };
  for (const name in found) {
    const said = event[`guoji:${name}`];
    if (canonical(found[name]) !== canonical(said))
      failed(`the leaves give guoji:${name} ${found[name]}, the event says ${said}`);
  }
  const numbered = readings.map(({ payload, sequence }) => {
    return { payload, alias, epoch: found.epoch, sequence: valueOf(sequence) };
  });
  return [readings.length, await isSummed(event, numbered, found.batchRoot)];
};

const readingsOf = (leaves, start) => {
  let before = "";
  return leaves.map((leaf, i) => {
    const [head, sequence, how, size] =
      leaf.slice(start.length).match(READING) || failed(`leaf ${i + 1} is not a reading`);
    const fits = leaf.startsWith(start) && number(size) === BigInt(leaf.length - start.length - head.length);
    if (!fits) failed(`leaf ${i + 1} is not a reading of this batch`);
    if (sequence <= before) failed(`leaf ${i + 1} stands after a later one`);
    before = sequence;
    return { sequence, how, payload: leaf.slice(start.length + head.length) };
  });
};

const valueOf = (bytes) => Number(number(bytes));

// Not by WebCrypto: over thousands of short texts, waiting for each takes longer than hashing them.
const rootOf = (leaves) => {
  let nodes = leaves.map((leaf) => sha256(toArray(`\0${leaf}`)));
  while (nodes.length > 1)
    nodes = nodes.flatMap((left, i) =>
      i % 2 ? [] : i + 1 < nodes.length ? [nodeHash(left, nodes[i + 1])] : [left],
    );
  return String.fromCharCode(...nodes[0]);
};

const nodeHash = (left, right) => {
  const bytes = new Uint8Array(65).fill(1);
  bytes.set(left, 1);
  bytes.set(right, 33);
  return sha256(bytes);
};
