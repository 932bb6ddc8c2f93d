// The trust policy: what is believed beforehand, never made from anything that a proof says.

import { refuse } from "./bytes.js";
import { parseKey } from "./note.js";

// Cosignatures of witnesses are not checked, so any other quorum is refused.
const LINE =
  /^(log|gateway|label|quorum none$|endpoint https?:|(agree|chain) [1-9]\d*$|contract 0x[\da-f]{40}$|finality (finalized|confirmations \d+)$)/i;

export const parsePolicy = async (text) => {
  const policy = { log: [], endpoint: [], gateway: [] };
  for (const raw of text.split("\n")) {
    const line = raw.replace(/[ \t]+/g, " ").trim();
    const [word, value, number] = line.split(" ");
    if (/^(#|$)/.test(word)) continue;
    const list = policy[word];
    (LINE.test(line) && (!list || list.push)) || refuse(line);
    if (list) list.push(word === "log" ? await parseKey(value) : value);
    else policy[word] = word === "label" ? line.slice(6) : number || value.toLowerCase();
  }
  (policy.quorum && !policy.chain === !policy.contract) || refuse("policy");
  return policy;
};
