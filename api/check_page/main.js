// Checks on this phone what the page shows. Nothing is ticked here that verify.js has not checked.

import { check, fetched } from "./asking.js";
import "./reading.js";
import { mark, outcomeOf, showEvents, showSteps } from "./steps.js";
import { judge, showVerdict } from "./verdict.js";
import { claim, failed, moment, proof, say } from "./say.js";

const page = document.documentElement;
const sheets = [...document.querySelectorAll("[data-document]")].map(({ dataset }) =>
  fetched(`/documents/${dataset.document}`).catch(() => null),
);
// Asked for before the page is drawn, awaited after it.
const asked = Promise.all([fetched(proof), fetched("/trust"), import("/static/check-page.js")]);
asked.catch(() => {});

const digest = async (bytes) => {
  const own = crypto.subtle ?? (await import("/static/verify-ed25519.js"));
  const hash = new Uint8Array(await own.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const keyOf = ({ entry }) => digest(Uint8Array.from(`\0${atob(entry)}`, (byte) => byte.charCodeAt()));

const run = async () => {
  claim(say("fetching"));
  const [file, trust, { checkPage, holding, showPage }] = await asked;
  claim(say("checking"));
  const decoder = new TextDecoder();
  const measured = {};
  const both = await check(file, decoder.decode(trust), (root, values) => (measured[root] = values));
  const { direct, report } = both;
  const outcomes = report.events.map((event, i) => outcomeOf(direct.events[i], event));
  const { proofs } = JSON.parse(decoder.decode(file));
  const keys = await Promise.all(proofs.map(keyOf));
  const found = Object.fromEntries(
    keys.map((key, i) => [
      key,
      { outcome: outcomes[i], since: direct.events[i].anchored_at, ...holding(proofs[i], report.events[i], measured) },
    ]),
  );
  const kinds = await checkPage(found, { moment, sheets, digest });
  for (const { key, outcome } of [...kinds.shown, ...kinds.recalled])
    if (outcome === "contradicted") found[key].outcome = outcome;
  showSteps(both);
  showPage(kinds, { mark, say, failed });
  const verdict = judge(both, outcomes, showEvents(found), kinds, Object.values(found));
  showVerdict(verdict, { contradicted: "found", unknown: "tried" }[verdict[0]] ?? "here");
};

const giveUp = ({ message }) => {
  showVerdict(["unknown", say("unchecked"), [say("reason", { reason: say("no_answer") })]], "tried");
  // For whoever looks after the server; it is of no language.
  document.querySelector(".claim").title = message;
};

// What there is to see is drawn first.
requestAnimationFrame(() =>
  setTimeout(async () => {
    await run().catch(giveUp);
    page.dataset.checked = "";
  }),
);
