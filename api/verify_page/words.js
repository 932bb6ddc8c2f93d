// What the page says, in the reader's language.

import { en } from "./words_en.js";
import { en as onAirEn } from "./words_on_air_en.js";
import { zh as onAirZh } from "./words_on_air_zh.js";
import { zh } from "./words_zh.js";

const TABLES = { "zh-CN": { ...zh, ...onAirZh }, en: { ...en, ...onAirEn } };
// A fixed zone, named on the page, so that two people who compare what they see compare the same times.
const ZONE = "Asia/Shanghai";
const page = globalThis.document?.documentElement;

export const isSaid = (key) => Object.hasOwn(TABLES.en, key);

export const say = (key, values) => TABLES[page.lang][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

// A time; what is none as it was written.
export const moment = (time) =>
  isNaN(new Date(time))
    ? `${time}`
    : new Date(time).toLocaleString(page.lang === "en" ? "en-GB" : page.lang, {
        timeZone: ZONE,
        dateStyle: "medium",
        timeStyle: "medium",
      });

export const speak = (lang) => {
  page.lang = lang;
  document.title = say("title");
  for (const each of document.querySelectorAll("[data-say]")) each.textContent = say(each.dataset.say);
};

// By ?lang=, else as the browser says, else Chinese.
export const preferred = () =>
  [new URLSearchParams(location.search).get("lang"), ...navigator.languages]
    .map((tag) =>
      Object.keys(TABLES).find((lang) => tag && lang.slice(0, 2) === tag.slice(0, 2).toLowerCase()),
    )
    .find(Boolean) ?? "zh-CN";

export const other = () => (page.lang === "en" ? "zh-CN" : "en");
