// Makes elements. What comes from outside stands in them as text alone: on one line, without hidden signs, and cut.

const LONGEST = 300;
// Controls, marks of direction, what is no character. Two joiners stay: scripts and emoji need them.
const HIDDEN = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/gu;

export const find = (selector) => document.querySelector(selector);

export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

export const icon = (id, kind) => {
  const [svg, use] = ["svg", "use"].map((name) =>
    document.createElementNS("http://www.w3.org/2000/svg", name),
  );
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  return svg;
};

export const plain = (text, longest = LONGEST) => {
  const shown = `${text}`
    .slice(0, 2 * longest)
    .replace(/\s+/g, " ")
    .replace(HIDDEN, "\ufffd");
  return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown;
};

// Apart from the text around it, whichever way it is written.
export const outside = (text, longest) => element("bdi", {}, plain(text, longest));
