// Asks this server and the chain, and runs verify.js over what they answer.

import { claim, say, subject } from "./say.js";

const ask = async (url, init) => {
  const response = await fetch(url, init);
  if (!response.ok) throw Error(`${url}: ${response.status}`);
  return response;
};
export const fetched = async (path) => new Uint8Array(await (await ask(path)).arrayBuffer());

const isLoopback = (url) => /^(\[|127\.|0\.|(.+\.)?localhost$)/.test(new URL(url).hostname);

// The report by what the chain itself says; and where this phone does not reach it, by what the operator says of it.
export const check = async (file, policy, measured) => {
  const { verify } = await import("/static/verify.js");
  let [reached, missed] = [0, 0];
  const reach = async (url, init) => {
    claim(say("asking"));
    try {
      // Off the operator's own machine, its loopback address leads to this phone.
      if (isLoopback(url) && !isLoopback(location)) throw TypeError("loopback");
      const response = await ask(url, init);
      reached++;
      return response;
    } catch (error) {
      missed++;
      throw error;
    }
  };
  const direct = await verify(file, policy, { fetch: reach, asked: subject, measured });
  const isDone = direct.verdict === "contradicted" || direct.verified === direct.events.length;
  if (isDone || (reached && !missed)) return { direct, report: direct };
  claim(say("relaying"));
  const without = policy.replace(/^[ \t]*(endpoint|agree)[ \t].*$/gm, "");
  const through = `${without}\nagree 1\nendpoint ${location.origin}/chain\n`;
  return { direct, report: await verify(file, through, { fetch: ask, asked: subject, measured }) };
};
