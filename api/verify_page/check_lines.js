// Lines of a list of checks: a sign, a shape and a colour for what became of it, and the words.

import { element, icon, outside, plain } from "./element.js";
import { chainOf, stepOf } from "./explain.js";
import { say } from "./words.js";

// What the symbols are called, by the state that is shown.
export const SIGNS = { verified: "checked", contradicted: "contradicted", unchecked: "unknown" };
export const STATES = { passed: "verified", failed: "contradicted", unchecked: "unchecked" };
const SAID = { confirmed: "verified", refuted: "contradicted", silent: "unchecked" };

export const checkLine = (state, ...children) =>
  element("li", { "data-state": state }, icon(`dot-${SIGNS[state]}`, "dot"), element("div", {}, ...children));

// The verifier's own words: both values stand in them, and are long.
export const exactly = (text) => plain(text, 1000);

// The steps of one event, in full.
export const stepLines = ({ steps }, facts) =>
  steps.map((step) => {
    const { sentence, exact } = stepOf(step, facts);
    const title = element("b", {}, say(`${step.name}_step`));
    const parts = [title, " ", element("em", {}, sentence)];
    return checkLine(STATES[step.outcome], ...parts, ...(exact ? [element("code", {}, exactly(exact))] : []));
  });

// Each endpoint, with what it said of one event.
export const chainLines = (chain) =>
  chainOf(chain).map(({ host, outcome, sentence }) =>
    checkLine(SAID[outcome], outside(host), " ", element("em", {}, sentence)),
  );
