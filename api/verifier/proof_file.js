// The proof file of one event, or of all events of a trace: parsed, not checked.

import { base64, number, prefix, refuse } from "./bytes.js";
import { fieldsOf, parse } from "./json.js";
import { parseTlog } from "./note.js";
import { leafHash } from "./tree.js";

// Captured before the year 9982.
const ENTRY = RegExp(`^${prefix("entry")}(.{16})(.{32}).{64}(\\d{13})(\0\0[\0-\xe5].{5}).{32}$`, "s");
const ANCHOR_FIELDS = "block_hash,block_number,chain_id,contract,log_id,root,size,transaction";
const ANCHOR = /^string0x[\da-f]{64},number\d+(,[^,]+){5},string0x[\da-f]{64}$/;
// A logistic unit, or a lot or an item of a product.
const GOODS = /\/(00|10|21)\/[^/]+$/;

export const parseFile = async (text) => {
  const file = parse(text);
  if (file.format !== "guoji-trace-proof/1") return proofOf(file);
  const [complete, , list, subject] = fieldsOf(file, "complete,format,proofs,subject");
  const proofs = await Promise.all(list.map(proofOf));
  // Counted twice, one event would make "n of m" say more than it shows.
  const different = new Set(proofs.map(({ leaf }) => leaf)).size;
  (subject.match(GOODS) && different === proofs.length && !proofs[1e4]) || refuse("trace");
  return { subject, proofs, complete, end: complete !== null && (await included(complete)) };
};

const proofOf = async (file) => {
  const [, batch, context, , event, format] = fieldsOf(file, "anchor,batch,context,entry,event,format,tlog");
  format === "guoji-proof/1" || refuse(`format ${format}`);
  const found = await included(file);
  const [, nonce, digest, submitter, time] = found.entry.match(ENTRY) || refuse("entry");
  const leaves = batch !== null && fieldsOf(batch, "leaves")[0].map(base64);
  return { ...found, context, event, nonce, digest, submitter, captured: Number(number(time)), leaves };
};

// What an entry of either kind comes with. Fields of the anchor that do not stand in ANCHOR are compared later.
const included = async ({ entry: text, tlog, anchor }) => {
  anchor === null ||
    ANCHOR.test(fieldsOf(anchor, ANCHOR_FIELDS).map((value) => typeof value + value)) ||
    refuse("anchor");
  const entry = base64(text);
  return { entry, leaf: await leafHash(entry), tlog: parseTlog(tlog), anchor };
};
