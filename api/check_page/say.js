// What the page says, in the reader's language. Text from the proof is only ever set as text.

const words = JSON.parse(document.querySelector("#check-words").textContent);
export const { failed, subject, proof } = words;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export const say = (key, values) => fill(words.said[key], values);

// In UTC+8, as the page writes it. Not by Intl: to make one formatter takes as long as to hash a thousand readings.
export const moment = (iso) => {
  const time = new Date(Date.parse(iso) + 8 * 3600_000);
  const [hour, minute] = [time.getUTCHours(), time.getUTCMinutes()].map((part) => `${part}`.padStart(2, "0"));
  return `${fill(words.days[time.getUTCMonth()], { day: time.getUTCDate() })} ${hour}:${minute}`;
};

export const reasonOf = (detail) =>
  words.unchecked[Object.keys(words.unchecked).find((phrase) => detail.includes(phrase))] ?? detail;

// A text that is set anew is laid out anew, even if it is the same.
export const claim = (text) => {
  const element = document.querySelector(".claim");
  if (element.textContent !== text) element.textContent = text;
};
