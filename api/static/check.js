// Checks on this phone what the page shows. Nothing is ticked here that verify.js has not checked.

const find = (selector) => document.querySelector(selector);
const page = document.documentElement;
// Text from the proof is only ever set as text.
const { said, failed, unchecked, subject, proof } = JSON.parse(find("#check-words").textContent);
const say = (key, values) => said[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const moment = (iso) =>
  new Date(iso).toLocaleString(page.lang === "en" ? "en-GB" : page.lang, {
    timeZone: "Etc/GMT-8",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
const reasonOf = (detail) =>
  unchecked[Object.keys(unchecked).find((phrase) => detail.includes(phrase))] ?? detail;

const progress = (key) => (find(".claim").textContent = say(key));

const ask = async (url, init) => {
  const response = await fetch(url, init);
  if (!response.ok) throw Error(`${url}: ${response.status}`);
  return response;
};
const fetched = async (path) => new Uint8Array(await (await ask(path)).arrayBuffer());

const isLoopback = (url) => /^(\[|127\.|0\.|(.+\.)?localhost$)/.test(new URL(url).hostname);

// The report by what the chain itself says; and where this phone does not reach it, by what the operator says of it.
const check = async (file, policy) => {
  const { verify } = await import("/static/verify.js");
  let [reached, missed] = [0, 0];
  const reach = async (url, init) => {
    progress("asking");
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
  const direct = await verify(file, policy, { fetch: reach, asked: subject });
  const isDone = direct.verdict === "contradicted" || direct.verified === direct.events.length;
  if (isDone || (reached && !missed)) return { direct, report: direct };
  progress("relaying");
  const without = policy.replace(/^[ \t]*(endpoint|agree)[ \t].*$/gm, "");
  const through = `${without}\nagree 1\nendpoint ${location.origin}/chain\n`;
  return { direct, report: await verify(file, through, { fetch: ask, asked: subject }) };
};

// Verified by the chain itself alone; relayed where all but that holds.
const outcomeOf = (direct, { verdict, steps }) => {
  if (verdict === "contradicted" || direct.verdict === "verified")
    return verdict === "contradicted" ? verdict : "verified";
  if (verdict === "verified") return "relayed";
  const open = steps.filter(({ outcome }) => outcome !== "passed");
  const waits = ({ name, detail }) => name === "anchor" && detail.startsWith("not yet anchored");
  return open.every(waits) ? "pending" : "unknown";
};

const STATES = { relayed: "unknown" };
const ICONS = { verified: "checked", relayed: "unknown" };

// What this server itself found untrue is not made good by a check that found nothing.
const mark = (element, outcome) => {
  if (element.dataset.state === "contradicted" && outcome !== "contradicted") return false;
  element.dataset.state = STATES[outcome] ?? outcome;
  element.querySelector("use").setAttribute("href", `#dot-${ICONS[outcome] ?? outcome}`);
  return true;
};

// What one step came to over all events; `isRelayed` if the chain's answer is the operator's.
const stepOf = (name, steps, isRelayed) => {
  // Of an event without readings there is nothing to check.
  const there =
    name === "readings" ? steps.filter(({ outcome, detail }) => outcome !== "passed" || detail) : steps;
  if (!there[0]) return ["unknown", say("of_none")];
  if (there.some(({ outcome }) => outcome === "failed")) return ["contradicted", failed[name]];
  const values = { count: there.filter(({ outcome }) => outcome === "passed").length, total: there.length };
  const isVia = isRelayed && name === "anchor" && values.count;
  const outcome = isVia ? "relayed" : values.count === values.total ? "verified" : "unknown";
  return [outcome, name === "policy" ? say("own_copy") : say(isVia ? "via" : "of", values)];
};

const completeOf = ({ direct, report }) => {
  const { outcome, up_to, detail } = report.complete;
  if (outcome === "failed") return ["contradicted", failed.complete];
  if (outcome === "unchecked") return ["unknown", reasonOf(detail)];
  return direct.complete.outcome === "passed"
    ? ["verified", say("none_missing", { moment: moment(up_to) })]
    : ["relayed", say("event_relayed")];
};

const showSteps = (both) => {
  const { direct, report } = both;
  const rows = { complete: completeOf(both) };
  for (const { name } of report.events[0]?.steps ?? []) {
    const steps = report.events.map((event) => event.steps.find((step) => step.name === name));
    rows[name] = stepOf(name, steps, direct !== report);
  }
  for (const [name, [outcome, text]] of Object.entries(rows)) {
    const row = find(`[data-step=${name}]`);
    mark(row, outcome);
    row.querySelector("b").textContent = text;
  }
};

const ORDER = ["contradicted", "unknown", "relayed", "pending", "verified"];

// Each event that the page shows, by its key; how many of them the proof does not hold.
const showEvents = (found) => {
  let beside = 0;
  for (const group of document.querySelectorAll(".steps > li")) {
    const outcomes = [...group.querySelectorAll("[data-key]")].map((element) => {
      const { outcome = "unknown", since } = found[element.dataset.key] ?? {};
      beside += !found[element.dataset.key];
      element.textContent = say(`event_${outcome}`, { since: since && moment(since) });
      const line = element.closest("li");
      if (line !== group) mark(line, outcome);
      return outcome;
    });
    const worst = ORDER.find((outcome) => outcomes.includes(outcome));
    if (!mark(group, worst)) continue;
    const count = outcomes.filter((outcome) => outcome === "verified").length;
    // Of a run of which none is verified, the word of the worst says more than that count.
    group.querySelector("summary").textContent =
      outcomes[1] && count
        ? say("group", { count, total: outcomes.length })
        : group.querySelectorAll("[data-key]")[outcomes.indexOf(worst)].textContent;
  }
  return beside;
};

const judge = ({ direct, report }, outcomes, beside, kinds, readings) => {
  const [verified, relayed, pending, unknown] = ["verified", "relayed", "pending", "unknown"].map(
    (want) => outcomes.filter((outcome) => outcome === want).length,
  );
  const total = outcomes.length;
  const besides = [
    relayed && say("relayed", { count: relayed, total }),
    pending && say("waiting", { count: pending }),
    unknown && say("unknown", { count: unknown }),
    beside && say("beside", { count: beside }),
  ].filter(Boolean);
  if (report.verdict === "contradicted")
    return ["contradicted", say("contradicted"), [failed[report.step] ?? report.reason]];
  const wrong = Object.keys(kinds).find((name) => kinds[name].some(({ outcome }) => outcome === "contradicted"));
  if (wrong) return ["contradicted", say("contradicted"), [failed[wrong]]];
  if (direct.verdict === "verified") {
    const { outcome, up_to, detail } = direct.complete;
    const whole =
      outcome === "passed"
        ? say("none_missing", { moment: moment(up_to) })
        : say("maybe_missing", { reason: reasonOf(detail) });
    const sheets = kinds.documents.filter((each) => each.outcome === "verified").length;
    const among = (name, count) => (count ? say(name, { count }) : "");
    const what = say("records", { verified, total }) + among("readings", readings) + among("sheets", sheets);
    const sentence = say("all", { what, through: moment(direct.through) });
    // A sensor that goes on measuring always has a newest batch that waits.
    const mayWait = page.dataset.state === "verified" ? "verified" : "pending";
    const state = relayed + unknown + beside ? "unknown" : pending ? mayWait : "verified";
    const word = verified === total ? say("verified") : say("partly", { verified, total });
    return [state, word, [sentence, whole, ...besides]];
  }
  if (relayed) return ["unknown", say("unchecked"), besides];
  if (pending === total && total) return ["pending", say("pending"), besides];
  return ["unknown", say("unchecked"), [say("reason", { reason: reasonOf(report.reason) })]];
};

const showVerdict = ([state, word, sentences], claim) => {
  const card = find(".verdict");
  find(".claim").textContent = say(claim);
  const stays = page.dataset.state === "contradicted" || "lost" in card.dataset;
  if (stays && state !== "contradicted") {
    find(".claim").textContent = say("server", { word });
    return;
  }
  page.dataset.state = state;
  card.querySelector("use").setAttribute("href", `#seal-${ICONS[state] ?? state}`);
  card.querySelector("h2").textContent = word;
  card.querySelector("h2 + p").textContent = sentences.join(" ");
};

const digest = async (bytes) => {
  const own = crypto.subtle ?? (await import("/static/verify-ed25519.js"));
  const hash = new Uint8Array(await own.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const keyOf = ({ entry }) => digest(Uint8Array.from(`\0${atob(entry)}`, (byte) => byte.charCodeAt()));

const run = async () => {
  progress("fetching");
  const sheets = [...document.querySelectorAll("[data-document]")].map(({ dataset }) =>
    fetched(`/documents/${dataset.document}`).catch(() => null),
  );
  const [file, trust, { checkPage, holding, showPage }] = await Promise.all([
    fetched(proof),
    fetched("/trust"),
    import("/static/check-page.js"),
  ]);
  progress("checking");
  const decoder = new TextDecoder();
  const both = await check(file, decoder.decode(trust));
  const { direct, report } = both;
  const outcomes = report.events.map((event, i) => outcomeOf(direct.events[i], event));
  const { proofs } = JSON.parse(decoder.decode(file));
  const keys = await Promise.all(proofs.map(keyOf));
  const found = Object.fromEntries(
    keys.map((key, i) => [
      key,
      { outcome: outcomes[i], since: direct.events[i].anchored_at, ...holding(proofs[i], report.events[i]) },
    ]),
  );
  const kinds = await checkPage(found, { moment, sheets, digest });
  for (const { part, outcome } of kinds.shown)
    if (outcome === "contradicted") found[part.dataset.of].outcome = outcome;
  showSteps(both);
  showPage(kinds, { mark, say, failed });
  const readings = Object.values(found).reduce((sum, { leaves }) => sum + (leaves ? leaves.length - 1 : 0), 0);
  const verdict = judge(both, outcomes, showEvents(found), kinds, readings);
  showVerdict(verdict, { contradicted: "found", unknown: "tried" }[verdict[0]] ?? "here");
};

const giveUp = ({ message }) => {
  showVerdict(["unknown", say("unchecked"), [say("reason", { reason: say("no_answer") })]], "tried");
  // For whoever looks after the server; it is of no language.
  find(".claim").title = message;
};

// What there is to see is drawn first.
requestAnimationFrame(() =>
  setTimeout(async () => {
    await run().catch(giveUp);
    page.dataset.checked = "";
  }),
);
