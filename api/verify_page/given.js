// What the reader gave: a proof file, a trust policy, endpoints. Kept only while the page is open.

import { parsePolicy } from "../verifier/trust.js";
import { element, find, outside, plain } from "./element.js";
import { spelled } from "./facts.js";
import { LARGEST_BYTES, destination, download, tooLong, webUrl } from "./link.js";
import { digestOf } from "./worker.js";
import { say } from "./words.js";

const LARGEST_POLICY = 1024 * 1024;
const AGREE = 2;

const NOTHING = { proof: null, policy: null, documents: [] };
export const given = { ...NOTHING, endpoints: [], origin: null };

const tell = (part, ...lines) =>
  find(`#${part}-said`).replaceChildren(...lines.map((line) => element("p", {}, line)));
const complain = (part, { message }) =>
  find(`#${part}-said`).replaceChildren(element("p", { class: "error", role: "alert" }, plain(message, 600)));

// What reads something; what is wrong with it is told beside it, and what was there before is gone.
const taking = (part, read) => async () => {
  given[part] = NOTHING[part];
  tell(part);
  try {
    await read();
  } catch (error) {
    complain(part, error);
  }
  showEndpoints();
};

const bytesOf = async (file, most) => {
  if (file.size > most) throw Error(tooLong(file.size, most));
  return new Uint8Array(await file.arrayBuffer());
};

const keepProof = (bytes, name, more = {}, ...lines) => {
  given.proof = { bytes, name, ...more };
  tell("proof", say("taken", { name: plain(name), size: bytes.length.toLocaleString("en") }), ...lines);
};

export const takeProof = (file) =>
  taking("proof", async () => keepProof(await bytesOf(file, LARGEST_BYTES), file.name))();

export const takeLink = (text) =>
  taking("proof", async () => {
    const { address, origin, asked } = destination(text);
    const bytes = await download(address);
    offerOwn(origin);
    const about = asked ? say("asked_for", { goods: spelled(asked) }) : say("not_compared");
    keepProof(bytes, "proof.json", { asked, address }, say("from_link", { address: plain(address) }), about);
  })();

const keepPolicy = async (bytes, name, origin = null) => {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  let parsed;
  try {
    parsed = await parsePolicy(text);
  } catch (error) {
    throw Error(say("policy_refused", { reason: plain(error.message) }));
  }
  given.policy = { text, parsed, name, origin };
  tell("policy", ...policyLines());
};

const policyLines = () => {
  const { parsed, name, origin } = given.policy;
  const { log, chain, contract, label, agree = AGREE } = parsed;
  const source = origin ? say("policy_is_own", { origin }) : say("policy_is_yours", { name: plain(name) });
  const logs = say("policy_logs", { logs: log.map((each) => plain(each.name)).join(", ") });
  const on = chain ? say("policy_chain", { chain, contract, agree }) : say("policy_no_chain");
  return [source, logs, on, ...(label ? [say("policy_label", { label: plain(label) })] : [])];
};

export const takePolicy = (file) =>
  taking("policy", async () => keepPolicy(await bytesOf(file, LARGEST_POLICY), file.name))();

export const takeOwn = () =>
  taking("policy", async () =>
    keepPolicy(await download(`${given.origin}/trust`, LARGEST_POLICY), "trust.txt", given.origin),
  )();

export const takeDocuments = (files) =>
  taking("documents", async () => {
    for (const file of files) {
      const digest = await digestOf(await bytesOf(file, LARGEST_BYTES));
      given.documents = [...given.documents, { name: file.name, digest }];
    }
    tell("documents", ...given.documents.map(({ name, digest }) => `${plain(name)}: SHA-256 ${digest}`));
  })();

// Of the server that a proof came from; else of the one that the page came from.
export const offerOwn = (origin) => {
  given.origin = origin;
  find("#own").hidden = false;
  find("#own-note").textContent = say("own_copy_note", { origin });
};

export const addEndpoint = (text) => {
  tell("endpoints");
  try {
    const { href, protocol } = webUrl(text);
    if (given.endpoints.includes(href)) throw Error(say("twice", { url: href }));
    given.endpoints = [...given.endpoints, href];
    if (location.protocol === "https:" && protocol === "http:") tell("endpoints", say("http_from_https"));
    find("#endpoint").value = "";
  } catch (error) {
    complain("endpoints", error);
  }
  showEndpoints();
};

const showEndpoints = () => {
  const named = given.policy?.parsed.endpoint ?? [];
  const lines = [
    ...named.map((url) => [outside(url), element("small", {}, say("of_policy"))]),
    ...given.endpoints.map((url) => [outside(url), removal(url)]),
  ];
  const none = element("li", {}, element("small", {}, say("none_yet")));
  find("#endpoint-list").replaceChildren(
    ...(lines[0] ? lines.map((parts) => element("li", {}, ...parts)) : [none]),
  );
};

const removal = (url) => {
  const button = element(
    "button",
    { type: "button", "aria-label": `${say("remove")} ${url}` },
    say("remove"),
  );
  button.addEventListener("click", () => {
    given.endpoints = given.endpoints.filter((each) => each !== url);
    showEndpoints();
    find("#endpoint").focus();
  });
  return button;
};

// Once more, in another language.
export const retell = () => {
  showEndpoints();
  if (given.origin) offerOwn(given.origin);
  if (given.policy) tell("policy", ...policyLines());
};
