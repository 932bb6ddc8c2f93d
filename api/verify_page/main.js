// The page: has a worker check what is given, and shows what it found. The same script is that worker.

import { element, find, plain } from "./element.js";
import {
  addEndpoint,
  given,
  offerOwn,
  retell,
  takeDocuments,
  takeLink,
  takeOwn,
  takePolicy,
  takeProof,
} from "./given.js";
import { download, webUrl } from "./link.js";
import { show } from "./show.js";
import { digestOf, serve } from "./worker.js";
import { other, preferred, say, speak } from "./words.js";

// Where our servers have this page.
const OWN_PATH = "/verify";

let worker = null;
let result = null;

const start = () => {
  speak(preferred());
  const origin = operator();
  if (origin) offerOwn(origin);
  retell();
  listen();
  showDigest();
  // A page of goods leads here with its link behind the #, which no server sees. Nothing is fetched unasked.
  find("#link").value = location.hash.slice(1);
};

// Whose server this may be about: the one of the link, or the one that serves this page as its own.
const operator = () => {
  try {
    return webUrl(location.hash.slice(1)).origin;
  } catch {
    return location.pathname === OWN_PATH && location.origin;
  }
};

const on = (selector, kind, act) => find(selector).addEventListener(kind, act);
const onForm = (selector, act) =>
  on(selector, "submit", (event) => {
    event.preventDefault();
    act();
  });
const pasted = (selector) => new File([find(selector).value], say("pasted"));

const listen = () => {
  on("#language", "click", changeLanguage);
  on("#proof-file", "change", ({ target }) => target.files[0] && takeProof(target.files[0]));
  on("#policy-file", "change", ({ target }) => target.files[0] && takePolicy(target.files[0]));
  on("#proof-take", "click", () => takeProof(pasted("#proof-text")));
  on("#policy-take", "click", () => takePolicy(pasted("#policy-text")));
  on("#own-take", "click", takeOwn);
  on("#documents-file", "change", ({ target }) => takeDocuments(target.files));
  onForm("#link-form", () => takeLink(find("#link").value));
  onForm("#endpoint-form", () => addEndpoint(find("#endpoint").value));
  on("#check", "click", check);
  on("#stop", "click", () => end(say("stopped")));
  on("body", "dragover", (event) => event.preventDefault());
  on("body", "drop", drop);
};

// Files may be dropped anywhere: one that begins like JSON is the proof, any other the policy.
const drop = async (event) => {
  event.preventDefault();
  for (const file of [...event.dataTransfer.files]) {
    const isProof = (await file.slice(0, 100).text()).trimStart().startsWith("{");
    await (isProof ? takeProof : takePolicy)(file);
  }
};

const check = () => {
  end("");
  find("#result").hidden = true;
  if (!given.proof) return end(say("want_proof"));
  const { bytes, asked } = given.proof;
  const script = find("script").textContent;
  worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  worker.addEventListener("message", hear);
  worker.addEventListener("error", ({ message }) => end(say("broken", { reason: plain(message) })));
  const { policy, endpoints, origin } = given;
  const operators = [origin, policy?.origin];
  worker.postMessage({ file: bytes, policy: policy?.text ?? null, endpoints, asked, operators });
  find("#progress").removeAttribute("value");
  find("#progress-said").textContent = say("checking");
  find("#running").hidden = false;
  find("#stop").focus();
};

const hear = ({ data: { progress, found, refused } }) => {
  if (progress) {
    Object.assign(find("#progress"), { max: progress.total, value: progress.done });
    find("#progress-said").textContent = say("progress", progress);
  } else if (found) {
    end("");
    result = { ...given, found, checked_at: new Date().toISOString() };
    showResult();
    find("#verdict").focus({ preventScroll: true });
    find("#result").scrollIntoView();
  } else {
    end(say("refused", { reason: plain(refused) }));
    find("#check").focus();
  }
};

const end = (said) => {
  worker?.terminate();
  worker = null;
  find("#running").hidden = true;
  find("#check-said").replaceChildren(...(said ? [element("p", { class: "error" }, said)] : []));
};

const showResult = () => {
  const { found, policy, documents } = result;
  show(find("#result"), found, documents, basisOf(policy, found.report.verdict), savedReport());
};

// By whose word it was judged, and what that is worth.
const basisOf = (policy, verdict) => {
  if (!policy) return [say("by_none")];
  const { name, origin, parsed } = policy;
  const own = origin && say("policy_is_own", { origin });
  return [
    say("by", { policy: own ?? say("policy_is_yours", { name: plain(name) }) }),
    ...(parsed.label ? [say("policy_label", { label: plain(parsed.label) })] : []),
    ...(own && verdict === "verified" ? [say("by_own")] : []),
  ];
};

// A link to the report, as a file that the reader may keep.
const savedReport = () => {
  const { found, proof, policy, endpoints, documents, checked_at } = result;
  const report = {
    format: "guoji-verify-report/1",
    checked_at,
    file: {
      name: proof.name,
      address: proof.address ?? null,
      bytes: proof.bytes.length,
      sha256: found.digest,
    },
    asked: proof.asked ?? null,
    policy: policy && {
      text: policy.text,
      from: policy.origin ?? policy.name,
      is_own_word: Boolean(policy.origin),
    },
    endpoints,
    documents: documents.map(({ name, digest }) => ({ name, sha256: digest })),
    report: found.report,
  };
  const content = new Blob([`${JSON.stringify(report, null, 1)}\n`], { type: "application/json" });
  const link = { href: URL.createObjectURL(content), download: "guoji-verify-report.json" };
  return element("p", {}, element("a", link, say("save")));
};

const changeLanguage = () => {
  speak(other());
  retell();
  showDigest();
  if (result && !find("#result").hidden) showResult();
};

// Its own word, and worth no more: what counts is what others compute of the file.
const showDigest = async () => {
  if (location.protocol === "file:") return;
  try {
    find("#digest").textContent = await digestOf(await download(location.pathname));
  } catch {
    return; // off the network: then the page says how to compute it
  }
  find("#digest-said").textContent = say("digest_here");
  Object.assign(find("#save-page"), { href: location.pathname, hidden: false });
};

if (globalThis.document) start();
else serve();
