// The same trace, drawn by script on the phone, its chain asked through viem: what most would build. No framework.

import { createPublicClient, http } from "viem";
import { verify } from "../../api/verifier/verify.js";

const lang = "zh";
const main = document.querySelector("main");

const element = (name, text, ...children) => {
  const made = document.createElement(name);
  made.textContent = text;
  made.append(...children);
  return made;
};

const named = (names) => names?.[lang] ?? names?.[`guoji:${lang}`] ?? "";

const step = ({ event, submitter, captured_at }) =>
  element(
    "li",
    "",
    element("b", event.bizStep ?? event.type),
    element("p", `${named(event.readPoint?.["guoji:name"])} ${new Date(event.eventTime).toLocaleString(lang)}`),
    element("small", `${named(event["guoji:party"]?.["guoji:name"])} ${submitter} ${captured_at}`),
  );

const curve = ({ name, metric, points }) => {
  const [xs, ys] = [points.map(([at]) => at), points.map(([, value]) => value)];
  const [left, right, low, high] = [xs[0], xs.at(-1), Math.min(...ys), Math.max(...ys)];
  const across = (at) => Math.round(((at - left) / (right - left)) * 1080);
  const up = (value) => Math.round(360 - ((value - low) / (high - low)) * 340);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", points.map(([at, value], i) => `${i ? "L" : "M"}${across(at)} ${up(value)}`).join(""));
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 1080 380");
  drawing.append(line);
  return element("section", `${named(name)} ${metric} ${low} to ${high}`, drawing);
};

const draw = (trace) =>
  main.append(
    element("header", "", element("h1", named(trace.product)), element("p", named(trace.origin)), element("h2", "…")),
    element("section", "", element("ol", "", ...trace.events.map(step))),
    ...trace.curves.map(curve),
    element("section", "", ...trace.lab_results.map((each) => element("p", `${named(each.analyte)} ${each.value} ${each.unit}`))),
  );

// verify.js speaks JSON-RPC by fetch; here viem's client does.
const throughViem = async (url, { body }) => {
  const { method, params } = JSON.parse(body);
  const result = await createPublicClient({ transport: http(url) }).request({ method, params });
  return { json: () => ({ result }) };
};

const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

const run = async () => {
  const [data, proof] = [...document.querySelectorAll("[as=fetch]")].map(({ href }) => href);
  const asked = Promise.all([bytes(proof), bytes("/trust")]);
  const shown = await (await fetch(data)).json();
  draw(shown);
  const [file, policy] = await asked;
  const report = await verify(file, new TextDecoder().decode(policy), { fetch: throughViem, asked: shown.subject });
  main.querySelector("h2").textContent = report.verdict;
  document.documentElement.dataset.state = report.verdict;
  document.documentElement.dataset.checked = "";
};

run();
