// Whether a trace leaves out no event that names its subject. Loaded only where a file says so.

import { base64, digest, failed, hex, number, pad, prefix, refuse, toBytes, utf8, ZERO } from "./bytes.js";
import { fieldsOf } from "./json.js";
import { climb } from "./tree.js";

// Fields that hold identifiers; a text elsewhere names nothing.
const NAMING = /^\w+(List|EPCs|rentID|Point|Location)$/;
const MAP_ENTRY = RegExp(`^${prefix("map")}(.{8})(.{32})$`, "s");

export const checkComplete = async (file, { entry, tlog }, subject, proofs) => {
  const [, hashes, , end, siblings] = fieldsOf(file, "anchor,entries,entry,other,siblings,tlog");
  const [, place, root] = entry.match(MAP_ENTRY) || refuse("map entry");
  const [index, listed, other] = [number(place), hashes.map(hash64), end === null ? null : otherOf(end)];
  index === tlog.index || failed(`the map entry of index ${index} stands at ${tlog.index}`);
  for (const key of listed)
    proofs.some(({ leaf }) => leaf === key) ||
      failed(`entry ${hex(key)} names ${subject}, and is not in the file`);
  for (const { event, tlog, leaf } of proofs)
    tlog.index < index &&
      names(event, subject) &&
      !listed.includes(leaf) &&
      failed(`entry ${hex(leaf)} names ${subject}, and the map leaves it out`);
  await checkMap(subject, listed, siblings.map(hash64), other, root);
  return listed.length;
};

const hash64 = (text) => {
  const hash = base64(text);
  return hash.length === 32 ? hash : refuse("hash of complete");
};

const otherOf = (end) => {
  const [chain, count, key] = fieldsOf(end, "chain,count,key");
  (Number.isInteger(count) && count > 0) || refuse("count of other");
  return { chain: hash64(chain), count, key: hash64(key) };
};

// To the letter: an item is not its lot. Whether a URN says the same is not seen here.
const names = (event, subject) =>
  Object.keys(event).some((field) => NAMING.test(field) && textsOf(event[field]).includes(subject));

const textsOf = (value) =>
  typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap(textsOf);

// That `entries` are all in which the name stands. If none is, its way ends at the leaf of another name or in the void.
export const checkMap = async (name, entries, siblings, other, root) => {
  const own = await digest("name", utf8(name));
  const [way, its] = [own, other?.key ?? own].map((key) =>
    pad(number(key), 2, 256).slice(0, siblings.length),
  );
  const fits = other ? !entries[0] && other.key !== own && way === its : true;
  fits || failed("the map proof ends at a leaf that tells nothing of the name");
  let { key, count, chain } = other ?? { key: own, count: entries.length, chain: ZERO };
  for (const entry of entries) chain = await digest("map-chain", chain + entry);
  const leaf = count ? await digest("map-leaf", key + toBytes(count, 8) + chain) : ZERO;
  await climb(leaf, way, siblings, (left, right) => digest("map-node", left + right), root);
};
