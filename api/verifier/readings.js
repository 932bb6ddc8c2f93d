// Whether the readings of a batch are the ones that its event commits to. Loaded only where a file carries them.

import { failed, hex, prefix, ZERO } from "./bytes.js";
import { canonical } from "./json.js";
import { sha256 } from "./sha256.js";
import { summed } from "./summary.js";

const HEADER = RegExp(`^${prefix("batch")}([^])([\\w-]{1,32})(.{8})(.{8})(.{8})(.{4})(.{32})$`, "s");
const SIGNED = "\x02";
// Number, arrival, how authenticated, length of the payload.
const BEFORE_PAYLOAD = 8 + 8 + 1 + 4;

// How many readings there are, and whether what the event sums up of them was computed again; if so, `measured` is told
// the batch and what was measured.
export const checkReadings = async ({ event, leaves }, measured) => {
  const [header, ...rest] = leaves;
  if (!rest[0]) failed(`batch has ${leaves.length} leaves, want a header and at least one reading`);
  const [, length, alias, ...fields] = header.match(HEADER) || failed("leaf 0 of the batch is not a header");
  if (length.charCodeAt() !== alias.length) failed("leaf 0 of the batch is not a header");
  const [epoch, first, last, count, previous] = fields;
  const readings = readingsOf(rest, prefix("reading") + length + alias + epoch);
  const isFit = readings[0].sequence === first && readings.at(-1).sequence === last;
  if (!isFit || readings.length !== valueOf(count))
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
  const values = await summed(event, numbered, found.batchRoot);
  if (values) measured?.(found.batchRoot, values);
  return [readings.length, !!values];
};

const readingsOf = (leaves, start) => {
  const at = start.length;
  let before = "";
  return leaves.map((leaf, i) => {
    const sequence = leaf.slice(at, at + 8);
    const how = leaf[at + 16];
    const payload = leaf.slice(at + BEFORE_PAYLOAD);
    const size = valueOf(leaf.slice(at + 17, at + BEFORE_PAYLOAD));
    if (leaf.length < at + BEFORE_PAYLOAD || (how !== "\x01" && how !== SIGNED))
      failed(`leaf ${i + 1} is not a reading`);
    if (!leaf.startsWith(start) || size !== payload.length)
      failed(`leaf ${i + 1} is not a reading of this batch`);
    if (sequence <= before) failed(`leaf ${i + 1} stands after a later one`);
    before = sequence;
    return { sequence, how, payload };
  });
};

// What passes 2^53 is rounded, and so is none of the numbers that an event may say.
const valueOf = (bytes) => {
  let value = 0;
  for (let at = 0; at < bytes.length; at++) value = 256 * value + bytes.charCodeAt(at);
  return value;
};

const rootOf = (leaves) => {
  let nodes = leaves.map((leaf) => sha256("\0", leaf));
  while (nodes.length > 1)
    nodes = nodes.flatMap((left, i) =>
      i % 2 ? [] : i + 1 < nodes.length ? [sha256("\x01", left, nodes[i + 1])] : [left],
    );
  return nodes[0];
};
