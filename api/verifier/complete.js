// Whether a trace leaves out no event that names its subject, up to the moment of an anchor.

import {
  base64,
  digest,
  failed,
  hex,
  number,
  pad,
  prefix,
  refuse,
  toBytes,
  unchecked,
  utf8,
  ZERO,
} from "./bytes.js";
import { fieldsOf } from "./json.js";
import { climb } from "./tree.js";

const MOST = 10000;
const MAP_ENTRY = RegExp(`^${prefix("map")}(.{8})(.{32})$`, "s");

// What `complete` of a file says, parsed; `included` is what it comes with like any entry.
export const parseComplete = (file, included) => {
  const [, hashes, , end, siblings] = fieldsOf(file, "anchor,entries,entry,other,siblings,tlog");
  const [, place, root] = included.entry.match(MAP_ENTRY) || refuse("map entry");
  hashes.length > MOST && refuse(`complete, has ${hashes.length} entries`);
  const other = end === null ? null : otherOf(end);
  const [entries, proof] = [hashes, siblings].map((each) => each.map(hash64));
  return { ...included, index: number(place), root, entries, siblings: proof, other };
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

// Each entry of the list is in the file, each of the file that should be is in the list, and the map says the same.
export const checkList = async ({ index, tlog, entries, siblings, other, root }, subject, proofs) => {
  index === tlog.index || failed(`the map entry of index ${index} stands at ${tlog.index}`);
  const [inFile, listed] = [new Set(proofs.map(({ leaf }) => leaf)), new Set(entries)];
  for (const key of entries)
    inFile.has(key) || failed(`entry ${hex(key)} names ${subject}, and is not in the file`);
  for (const { event, tlog: its, leaf } of proofs)
    its.origin === tlog.origin &&
      its.index < index &&
      names(event, subject) &&
      !listed.has(leaf) &&
      failed(`entry ${hex(leaf)} names ${subject}, and the map leaves it out`);
  await checkMap(subject, entries, siblings, other, root);
};

// How many events came after the map entry. One of another log, or under an anchor of its own up to which a file of
// today would be complete, shows that the list says less than it seems to.
export const newerOf = ({ index, tlog }, subject, proofs) =>
  proofs.filter(({ event, tlog: its, anchor }, i) => {
    const naming = names(event, subject);
    naming && its.origin !== tlog.origin && unchecked(`event ${i + 1} is of another log`);
    naming && its.index > index && anchor && unchecked(`event ${i + 1} came after entry ${index}`);
    return naming && its.index > index;
  }).length;

// Where an event names things: a field, and what in it is the name. A text elsewhere names nothing.
const TYPES = /^(Object|Aggregation|Transaction|Transformation|Association)Event$/;
const ITSELF = /^(epcList|parentID|childEPCs|inputEPCList|outputEPCList)$/;
const MEMBERS = {
  quantityList: "epcClass",
  childQuantityList: "epcClass",
  inputQuantityList: "epcClass",
  outputQuantityList: "epcClass",
  readPoint: "id",
  bizLocation: "id",
  bizTransactionList: "bizTransaction",
  sourceList: "source",
  destinationList: "destination",
};

// To the letter: an item is not its lot. Whether a URN says the same is not seen here.
const names = (event, subject) =>
  typeof event.type === "string" && TYPES.test(event.type) && namesIn(event).includes(subject);

const namesIn = (event) =>
  Object.entries(event).flatMap(([field, value]) => {
    const each = [value].flat();
    if (ITSELF.test(field)) return each;
    if (field === "sensorElementList") return each.flatMap(devicesIn);
    return Object.hasOwn(MEMBERS, field) ? each.map((item) => item?.[MEMBERS[field]]) : [];
  });

const devicesIn = (element) =>
  [element?.sensorMetadata, ...[element?.sensorReport].flat()].map((part) => part?.deviceID);

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
