// Checks the file of one item code: it stands in the set that was committed to, and who made it active.

import { base64, failed, prefix, refuse, toBytes, unchecked } from "./bytes.js";
import { fieldsOf } from "./json.js";
import { checkInclusion, leafHash } from "./tree.js";

const PARTY = "https://id.gs1.org/417/";
// Names in another spelling are not compared: the rules for those are GS1's.
const ITEM = /^(https:\/\/id\.gs1\.org\/01\/\d{14})\/21\/([^/]+)$/;
const LOT = /^(https:\/\/id\.gs1\.org\/01\/\d{14})(?:\/22\/[^/]+)?\/10\/([^/]+)$/;
const STEP = /^(https:\/\/ref\.gs1\.org\/cbv\/BizStep-|urn:epcglobal:cbv:bizstep:)?encoding$/;
const LONGEST_PATH = 63;
const MOST = 2 ** 40;

// `verifier` is what verify.js checks a single event with.
export const verifyCode = async (file, asked, verifier) => {
  const { judge, proofOf, run } = verifier;
  const [activated, , index, issued, item, path, salt] = fieldsOf(
    file,
    "activated,format,index,issued,item,path,salt",
  );
  const hashes = path.map(base64);
  const isSound =
    ITEM.test(item) &&
    Number.isSafeInteger(index) &&
    index >= 0 &&
    hashes.length <= LONGEST_PATH &&
    hashes.every(({ length }) => length === 32) &&
    base64(salt).length === 16;
  isSound || refuse("code");

  const proofs = activated === null ? [issued] : [issued, activated];
  const trace = { complete: null, format: "guoji-trace-proof/1", proofs, subject: item };
  const { verifyTrace } = await import("./verify-trace.js");
  const { events, verdict, step, reason } = await verifyTrace(trace, item, verifier);
  const [first, second] = await Promise.all(proofs.map(proofOf));

  const steps = await run(0, {
    subject: () => (asked ?? item) === item || failed(item),
    // What is untrue of the events, or not checked of them, goes before what they say.
    events: () => verdict === "contradicted" && failed(reason),
    anchor: () => events.map((event) => event.verdict === "verified" || unchecked(event.reason)),
    code: () => inSet(item, { index, hashes, salt: base64(salt) }, setOf(first)),
    active: () => (second ? isActive(item, second, setOf(first), first) : unchecked("not active")),
  });
  const times = events.flatMap(({ anchored_at }) => anchored_at ?? []).sort();
  const judged = judge([events[0].steps[0], ...steps], { anchored_at: times.pop() });
  if (judged.step === "events") judged.step = step;
  return { ...judged, subject: item, steps: steps.slice(-2), events };
};

// What the event commits to by which codes were issued.
const setOf = ({ event, submitter }) => {
  const { type, action, bizStep, quantityList, "guoji:codeSet": said } = event;
  const lots = [quantityList ?? []].flat();
  const isIssue = type === "ObjectEvent" && action === "OBSERVE" && STEP.test(bizStep);
  (isIssue && said && lots.length === 1) || failed(`${type} ${bizStep} issues no codes for one lot`);
  "errorDeclaration" in event && failed("the event that issued the code was declared wrong");
  const { "guoji:root": root, "guoji:count": count, "guoji:mayActivate": named } = said;
  const isSet = /^[\da-f]{64}$/.test(root) && Number.isInteger(count) && count > 0 && count <= MOST;
  isSet || failed(`the event commits to no set of codes: root ${root}, count ${count}`);
  const [lot, product, number] = `${lots[0]?.epcClass}`.match(LOT) ?? unchecked("another spelling");
  const parties = [submitter, ...[named ?? []].flat().map((party) => `${party}`.replace(PARTY, ""))];
  return { submitter, lot, product, plainLot: `${product}/10/${number}`, root, count, parties };
};

const inSet = async (item, { index, hashes, salt }, { submitter, lot, product, root, count }) => {
  item.match(ITEM)[1] === product || failed(`${item} is no item of the product of ${lot}`);
  const leaf = await leafHash(prefix("code") + salt + submitter + toBytes(lot.length, 2) + lot + item);
  const bytes = root.replace(/../g, (pair) => String.fromCharCode(`0x${pair}`));
  await checkInclusion(BigInt(index), BigInt(count), leaf, hashes, bytes);
  return [index + 1, count, lot, submitter];
};

const isActive = (item, { event, submitter, tlog }, { plainLot, parties }, issued) => {
  "errorDeclaration" in event && failed("the event that made the code active was declared wrong");
  const [, , serial] = item.match(ITEM);
  const goods = madeBy(event);
  // Whoever names the item otherwise may still name it.
  if (!goods.some((name) => name === item || name === `${plainLot}/21/${serial}`))
    goods.some((name) => `${name}`.includes(serial))
      ? unchecked("another spelling")
      : failed(`the event does not say that ${item} came into being or was packed`);
  const told = event.ilmd?.["guoji:lot"];
  if (typeof told === "string") {
    const [, product, number] = told.match(LOT) ?? unchecked("another spelling");
    `${product}/10/${number}` === plainLot || failed(`the event labels it as ${told}, want ${plainLot}`);
  }
  parties.includes(submitter) || failed(`the event is of party ${submitter}, want ${parties.join(" or ")}`);
  // Who commits afterwards could choose, as codes of its own, those that were sold or copied.
  tlog.origin === issued.tlog.origin || unchecked("issued in another log");
  tlog.index > issued.tlog.index ||
    failed(`entry ${tlog.index} made the code active, before entry ${issued.tlog.index} committed to it`);
  return [event.eventTime, submitter];
};

// What comes into being in an event, or is packed.
const madeBy = ({ type, action, epcList, childEPCs, outputEPCList }) => {
  if (type === "TransformationEvent") return [outputEPCList ?? []].flat();
  const added = { ObjectEvent: epcList, AggregationEvent: childEPCs }[type];
  return action === "ADD" ? [added ?? []].flat() : [];
};
