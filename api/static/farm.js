// What a script adds to the farmer's page: signing in by a link, the phone's own time, a photo's fingerprint, news.

const find = (selector) => document.querySelector(selector);
const NEWS_EVERY_MS = 60_000;

// The key of a link stands behind its "#", which no server and no log ever sees. It leaves the address bar at once.
const signIn = (token) => {
  history.replaceState(null, "", location.pathname + location.search);
  const form = document.createElement("form");
  form.method = "post";
  form.action = `/farm/sign-in?lang=${document.documentElement.lang}`;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "token";
  field.value = token;
  form.append(field);
  document.body.append(form);
  form.submit();
};

const written = (ms, offset) => new Date(ms + offset * 60_000).toISOString().slice(0, 16);
const zoneOf = (offset) => {
  const parts = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `UTC${offset < 0 ? "-" : "+"}${parts.map((part) => String(part).padStart(2, "0")).join(":")}`;
};

// The server writes the time as it is in China; a phone elsewhere shows and sends its own.
const tellTime = (field) => {
  const hint = find("#lot-hint");
  const offsetAt = (ms) => -new Date(ms).getTimezoneOffset();
  const tell = () => {
    const offset = offsetAt(Date.parse(field.value) || Number(field.dataset.now));
    find("#offset").value = offset;
    find("#zone").textContent = zoneOf(offset);
    const day = field.value.slice(2, 10).replaceAll("-", "");
    if (day) hint.textContent = hint.textContent.replace(/-\d{6}/, `-${day}`);
  };
  if (!("typed" in field.dataset)) {
    const now = Number(field.dataset.now);
    field.value = written(now, offsetAt(now));
  }
  tell();
  field.addEventListener("change", tell);
};

const fingerprint = async (file) => {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const offerPhoto = (box) => {
  const [said, keep] = [box.querySelector(".print"), box.querySelector("a")];
  box.hidden = false;
  if (!globalThis.crypto?.subtle) {
    box.querySelector("#picture").disabled = true;
    said.textContent = said.dataset.cannot;
    return;
  }
  box.querySelector("#picture").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    const digest = file ? await fingerprint(file) : "";
    box.querySelector("[name=photo]").value = digest;
    said.textContent = digest && `${said.dataset.said} ${digest.slice(0, 12)}…`;
    keep.hidden = !file;
    if (file) {
      keep.href = URL.createObjectURL(file);
      keep.download = `${digest.slice(0, 12)}-${file.name}`;
    }
  });
};

// Only what nobody is typing into is replaced, and only while somebody looks.
const news = async (live) => {
  if (document.hidden || live.contains(document.activeElement) || live.querySelector("[open]")) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
    live.replaceChildren(...fresh.childNodes);
    live.dataset.away = fresh.dataset.away;
  } catch {
    const away = live.querySelector(".away");
    away.textContent = live.dataset.away;
    away.hidden = false;
  }
};

const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) signIn(given);
if (find("#at")) tellTime(find("#at"));
if (find("#photo")) offerPhoto(find("#photo"));
if (find("#live")) setInterval(() => news(find("#live")), NEWS_EVERY_MS);
