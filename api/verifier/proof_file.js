// The proof of one event: parsed, not checked.

import { base64, number, prefix, refuse } from "./bytes.js";
import { fieldsOf, isObject } from "./json.js";
import { parseTlog } from "./note.js";
import { leafHash } from "./tree.js";

// Captured before the year 9982.
const ENTRY = RegExp(`^${prefix("entry")}(.{16})(.{32}).{64}(\\d{13})(\0\0[\0-\xe5].{5}).{32}$`, "s");
const ANCHOR_FIELDS = "block_hash,block_number,chain_id,contract,log_id,root,size,transaction";
const ANCHOR = /^string0x[\da-f]{64},number\d+(,[^,]+){5},string0x[\da-f]{64}$/;

export const proofOf = async (file) => {
  const [, batch, context, , event, format] = fieldsOf(file, "anchor,batch,context,entry,event,format,tlog");
  (isObject(event) && format === "guoji-proof/1") || refuse(format);
  const found = await included(file);
  const [, nonce, digest, submitter, time] = found.entry.match(ENTRY) || refuse("entry");
  const leaves = batch !== null && fieldsOf(batch, "leaves")[0].map(base64);
  return { ...found, context, event, nonce, digest, submitter, captured: Number(number(time)), leaves };
};

// What an entry of either kind comes with. Fields of the anchor that do not stand in ANCHOR are compared later.
export const included = async ({ entry: text, tlog, anchor }) => {
  anchor === null ||
    ANCHOR.test(fieldsOf(anchor, ANCHOR_FIELDS).map((value) => typeof value + value)) ||
    refuse("anchor");
  const entry = base64(text);
  return { entry, leaf: await leafHash(entry), tlog: parseTlog(tlog), anchor };
};
