// Keeps the host's page true for hours, and sends its commands without leaving it. Rendered by the server alone:
// what has changed on the page that it gives is put in the place of what stood there.
(() => {
  "use strict";
  const EVERY_MS = 1000;
  const TOO_LONG_MS = 8000;
  const SETTLES_MS = 400;
  const TOLD_MS = 2500;
  const main = document.querySelector("main");
  const sent = document.querySelector("#sent");
  const stood = new Map();
  const replacedAt = new Map();
  let offsetMs = 0;
  let newest = "";
  let heardAt = Date.now();
  let isHeld = false;
  let before = Promise.resolve();

  // The key of a link stands behind its "#", which no server and no log ever sees. It leaves the address bar at once.
  const signIn = (key) => {
    history.replaceState(null, "", location.pathname + location.search);
    const form = document.createElement("form");
    form.method = "post";
    form.action = `${location.pathname.replace(/control$/, "sign-in")}?lang=${document.documentElement.lang}`;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "token", value: key });
    form.append(field);
    document.body.append(form);
    form.submit();
  };

  const asked = async (url, options) => {
    const control = new AbortController();
    const late = setTimeout(() => control.abort(), TOO_LONG_MS);
    try {
      const answer = await fetch(url, Object.assign({ signal: control.signal, cache: "no-store" }, options));
      const text = await answer.text();
      if (answer.status === 401) location.reload();
      if (answer.status >= 500 || answer.status === 401) throw Error(answer.status);
      offsetMs = Date.parse(answer.headers.get("Date")) + 500 - Date.now();
      return { answer, text };
    } finally {
      clearTimeout(late);
    }
  };

  // What somebody is typing stays, with its focus.
  const replace = (old, fresh) => {
    const active = document.activeElement;
    old.querySelectorAll("input[id]").forEach((field) => {
      const same = fresh.querySelector(`#${field.id}`);
      if (same) same.value = field.value;
    });
    const id = old.contains(active) && active.id;
    old.replaceWith(fresh);
    const again = id && document.getElementById(id);
    if (again) again.focus();
    replacedAt.set(fresh.id, performance.now());
  };

  // An answer to a command stands until the next one, and one that lasts until the next of its kind.
  const take = (text, isAnswer) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    if (!page.querySelector("#sent")) return;
    document.title = page.title;
    document.body.className = page.body.className;
    page.querySelectorAll("[id^=part-]").forEach((fresh) => {
      const old = document.getElementById(fresh.id);
      const html = fresh.outerHTML;
      const stays = "answer" in fresh.dataset && (!isAnswer || (fresh.dataset.answer && !fresh.children.length));
      if (!old || stood.get(fresh.id) === html || stays) return;
      stood.set(fresh.id, html);
      replace(old, document.adoptNode(fresh));
    });
    count();
  };

  const twoDigits = (number) => String(number).padStart(2, "0");
  const count = () => {
    const now = Date.now() + offsetMs;
    document.querySelectorAll("[data-since]").forEach((each) => {
      const seconds = Math.max(0, Math.floor((now - each.dataset.since) / 1000));
      const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
      each.textContent = `${h}:${twoDigits(m)}:${twoDigits(s)}`;
    });
    document.querySelectorAll("[data-until]").forEach((each) => {
      each.textContent = Math.max(0, Math.floor((each.dataset.until - now) / 1000));
    });
  };

  const line = (kind, text) => {
    const said = document.createElement("p");
    said.className = kind;
    said.textContent = text;
    sent.append(said);
    return said;
  };

  const lost = () => {
    const moment = new Date(heardAt).toLocaleTimeString(document.documentElement.lang);
    const said = sent.querySelector(".lost") || line("lost", "");
    said.textContent = sent.dataset.lost.replace("{moment}", moment);
    document.body.classList.add("lost");
  };

  const heard = () => {
    heardAt = Date.now();
    const said = sent.querySelector(".lost");
    if (said) said.remove();
    document.body.classList.remove("lost");
  };

  const look = async () => {
    try {
      const { answer, text } = await asked(location.href, { headers: { "If-None-Match": newest } });
      heard();
      // Nothing moves under a thumb that is down.
      if (answer.status !== 200 || isHeld) return;
      newest = answer.headers.get("ETag") || "";
      take(text, false);
    } catch (error) {
      lost();
    }
  };

  const send = async (url, body, what, done) => {
    const said = line("busy", sent.dataset.busy.replace("{what}", what));
    try {
      const { answer, text } = await asked(url, { method: "POST", body });
      heard();
      said.remove();
      if (answer.ok) done();
      newest = "";
      take(text, true);
    } catch (error) {
      said.className = "failed";
      said.textContent = sent.dataset.failed.replace("{what}", what);
      const offer = (word, act) => {
        const button = document.createElement("button");
        button.textContent = word;
        button.addEventListener("click", () => (said.remove(), act()));
        said.append(document.createElement("br"), button);
      };
      offer(sent.dataset.again, () => inTurn(url, body, what, done));
      offer(sent.dataset.drop, () => {});
    }
  };

  // One after another: what is pressed first is carried out first.
  const inTurn = (url, body, what, done) => {
    before = before.then(() => send(url, body, what, done));
  };

  const submitted = (event) => {
    const form = event.target;
    if ("leaves" in form.dataset) return;
    event.preventDefault();
    const part = form.classList.contains("command") && form.closest("[id^=part-]");
    // A button that has just come under a thumb was not what it aimed at.
    if (part && performance.now() - (replacedAt.get(part.id) || -SETTLES_MS) < SETTLES_MS) {
      const said = line("failed", sent.dataset.moved);
      setTimeout(() => said.remove(), TOLD_MS);
      return;
    }
    const button = form.querySelector("button");
    const body = new URLSearchParams(new FormData(form));
    inTurn(form.action, body, button.getAttribute("aria-label") || button.textContent, () => form.reset());
  };

  // Links that are shown only once; without encryption a browser lets no page copy.
  const offerCopies = () => {
    document.querySelectorAll("[data-copy]").forEach((button) => {
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = button.dataset.done;
      });
    });
  };

  const forEver = async () => {
    if (!document.hidden) await look();
    setTimeout(forEver, EVERY_MS);
  };

  const given = /^#(glive_[\w-]+)$/.exec(location.hash);
  if (given) return signIn(given[1]);
  offerCopies();
  if (!sent) return;
  document.querySelectorAll("[id^=part-]").forEach((each) => stood.set(each.id, each.outerHTML));
  main.addEventListener("submit", submitted);
  addEventListener("pointerdown", () => (isHeld = true));
  const released = () => setTimeout(() => (isHeld = false));
  addEventListener("pointerup", released);
  addEventListener("pointercancel", released);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  count();
  setInterval(count, 250);
  forEver();
})();
