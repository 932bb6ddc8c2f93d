// What a link leads to: where the proof lies, whose server that is, and which goods the proof has to be about.

import { say } from "./words.js";

export const LARGEST_BYTES = 64 * 1024 * 1024;
const CANONICAL = "https://id.gs1.org";
const GOODS = /\/(00\/\d{18}|01\/\d{8,14}\/.+)$/;
// Only what has just one spelling is compared: the rules for the others are GS1's, and long.
const ONE_SPELLING = /^https:\/\/id\.gs1\.org\/(00\/\d{18}|01\/\d{14}\/(10|21)\/[\w.~-]+)$/;

export const destination = (text) => {
  const url = webUrl(text);
  const { href, origin, pathname } = url;
  if (/^\/(proof\/[\da-f]{64}|live\/\w+\/record)$/.test(pathname)) return { address: href, origin };
  const path = url.pathname === "/codes/proof" ? url.pathname : "/proof";
  const [, goods] = url.pathname.match(GOODS) ?? [];
  const subject = goods ? `${CANONICAL}/${goods}` : url.pathname === path && url.searchParams.get("subject");
  if (!subject) throw Error(say("link_of_no_goods", { path: url.pathname }));
  const address = `${url.origin}${path}?subject=${encodeURIComponent(subject)}`;
  return { address, origin: url.origin, asked: ONE_SPELLING.test(subject) ? subject : undefined };
};

export const webUrl = (text) => {
  let url;
  try {
    url = new URL(text.trim());
  } catch {
    throw Error(say("no_url", { text }));
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) throw Error(say("no_url", { text }));
  url.hash = "";
  return url;
};

// The bytes behind an address, read no further than the limit.
export const download = async (address, most = LARGEST_BYTES) => {
  let response;
  try {
    response = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
  } catch (error) {
    throw Error(say("no_answer", { address, reason: error.message }));
  }
  if (!response.ok) throw Error(say("no_file_there", { address, status: response.status }));
  const parts = [];
  let size = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
    if (size > most) {
      reader.cancel();
      throw Error(tooLong(size, most));
    }
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
};

export const tooLong = (size, most = LARGEST_BYTES) =>
  say("too_long", { size: size.toLocaleString("en"), most: most.toLocaleString("en") });
