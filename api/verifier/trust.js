// The trust policy: what is believed beforehand, never made from anything that a proof says.

import { refuse } from "./bytes.js";
import { parseKey } from "./note.js";

// Cosignatures of witnesses are not checked, so any other quorum is refused.
const LINE =
  /^(log( [^ ]+){1,2}|gateway [^ ]+|device( [^ ]+){3}|(label|issuer) .+|quorum none|endpoint https?:\/\/[^ @/?#]+([/?#][^ ]*)?|agree [1-9]\d{0,14}|(chain|finality confirmations) (0|[1-9]\d{0,14})|contract 0x[\da-f]{40}|finality finalized)$/s;

export const parsePolicy = async (text) => {
  const policy = { log: [], endpoint: [], gateway: [], device: [], issuer: [] };
  /[\0-\x08\v-\x1f\x7f]/.test(text) && refuse("policy");
  for (const raw of text.split("\n")) {
    const line = raw.replace(/[ \t]+/g, " ").replace(/^ | $/g, "");
    const [word, value, number] = line.split(" ");
    if (/^(#|$)/.test(word)) continue;
    const list = policy[word];
    const plain = /^(contract|endpoint)$/.test(word) ? line.toLowerCase() : line;
    (LINE.test(plain) && (!list || list.push)) || refuse(line);
    if (list) list.push(word === "log" ? await parseKey(value) : value);
    else policy[word] = word === "label" ? line.slice(6) : number || value.toLowerCase();
  }
  (policy.quorum && !policy.chain === !policy.contract) || refuse("policy");
  return policy;
};
