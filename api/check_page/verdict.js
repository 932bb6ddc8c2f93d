// The card: what all that was checked comes to, and what it says then.

import { ICONS } from "./steps.js";
import { claim, failed, moment, reasonOf, say } from "./say.js";

const page = document.documentElement;

const JUST_NOW_MS = 300_000;

// A sensor that goes on measuring always has a newest batch that waits: no doubt about the rest.
const isStreaming = (records) => {
  const made = +document.querySelector("[data-made]").dataset.made;
  return records.every(
    ({ outcome, batch, captured }) => outcome !== "pending" || (batch && captured > made - JUST_NOW_MS),
  );
};

// `records`: of each its outcome, its batch, when it was captured.
export const judge = ({ direct, report }, outcomes, beside, kinds, records) => {
  const [verified, relayed, pending, unknown] = ["verified", "relayed", "pending", "unknown"].map(
    (want) => outcomes.filter((outcome) => outcome === want).length,
  );
  const total = outcomes.length;
  const isSound = !(relayed + unknown + beside);
  const streams = isSound && isStreaming(records);
  const besides = [
    relayed && say("relayed", { count: relayed, total }),
    pending && say(streams ? "newest" : "waiting", { count: pending }),
    unknown && say("unknown", { count: unknown }),
    beside && say("beside", { count: beside }),
  ].filter(Boolean);
  if (report.verdict === "contradicted")
    return ["contradicted", say("contradicted"), [failed[report.step] ?? report.reason]];
  const wrong = Object.keys(kinds).find((name) => kinds[name].some(({ outcome }) => outcome === "contradicted"));
  if (wrong) return ["contradicted", say("contradicted"), [failed[wrong]]];
  if (direct.verdict === "verified") {
    const readings = records.reduce((sum, { batch }) => sum + (batch?.count ?? 0), 0);
    const sheets = kinds.documents.filter((each) => each.outcome === "verified").length;
    const state = !isSound ? "unknown" : pending && !streams ? "pending" : "verified";
    const word = verified === total || streams ? say("verified") : say("partly", { verified, total });
    return [state, word, [...provenBy(direct, { verified, total, readings, sheets }), ...besides]];
  }
  if (relayed) return ["unknown", say("unchecked"), besides];
  if (pending === total && total) return ["pending", say("pending"), besides];
  return ["unknown", say("unchecked"), [say("reason", { reason: reasonOf(report.reason) })]];
};

// What was found unaltered, up to which anchor, and whether any is missing.
const provenBy = ({ complete, through }, { verified, total, readings, sheets }) => {
  const { outcome, up_to, detail } = complete;
  const among = (name, count) => (count ? say(name, { count }) : "");
  const what = say("records", { verified, total }) + among("readings", readings) + among("sheets", sheets);
  return [
    say("all", { what, through: moment(through) }),
    outcome === "passed"
      ? say("none_missing", { moment: moment(up_to) })
      : say("maybe_missing", { reason: reasonOf(detail) }),
  ];
};

export const showVerdict = ([state, word, sentences], key) => {
  const card = document.querySelector(".verdict");
  const stays = page.dataset.state === "contradicted" || "lost" in card.dataset;
  if (stays && state !== "contradicted") {
    claim(say("server", { word }));
    return;
  }
  claim(say(key));
  page.dataset.state = state;
  card.querySelector("use").setAttribute("href", `#seal-${ICONS[state] ?? state}`);
  card.querySelector("h2").textContent = word;
  card.querySelector("h2 + p").textContent = sentences.join(" ");
};
