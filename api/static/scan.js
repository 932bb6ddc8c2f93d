// Tells once that a person looks at an item's page, and shows what is known of earlier looks.
const card = document.querySelector("#scans");
const [answer, scratched] = card.querySelectorAll(".scan-answer");
const place = card.querySelector("button[type=button]");
const form = card.querySelector("form");
const strip = document.querySelector("#look");
const opened = document.querySelector("#opened");

const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

// Where the verdict on the records is read, so that nobody takes it for one on the fruit.
const warn = (title) => {
  strip.querySelector("a").textContent = title;
  strip.hidden = false;
  document.querySelector(".verdict").after(strip);
};

const mention = (brief) => {
  opened.querySelector("a").textContent = brief;
  opened.hidden = !brief;
};

const show = (box, { is, title, brief, sentences, days = [] }) => {
  box.dataset.is = is;
  box.replaceChildren(element("h4", title), ...sentences.map((text) => element("p", text)));
  if (days.length) box.append(element("p", days.join(" · ")));
  if (brief !== undefined) mention(brief);
  if (["odd", "sample", "opened"].includes(is)) warn(title);
};

const post = async (box, path, fields) => {
  try {
    const response = await fetch(`${path}?lang=${document.documentElement.lang}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ item: card.dataset.item, ...fields }),
    });
    if (!response.ok) throw Error(response.status);
    show(box, await response.json());
  } catch {
    show(box, { is: "failed", title: card.dataset.failed, sentences: [] });
  }
};

const tellPlace = ({ coords: { latitude, longitude } }) =>
  post(answer, "/scans", { cell: `${Math.min(Math.floor(latitude), 89)},${Math.floor(longitude)}` });

const begin = async () => {
  await post(answer, "/scans");
  place.hidden = !navigator.geolocation || answer.dataset.is === "failed";
};

place.onclick = () => {
  place.hidden = true;
  // Rounded here: where exactly the phone is never leaves it.
  navigator.geolocation.getCurrentPosition(tellPlace, () => {}, { maximumAge: 600_000 });
};

if (form) {
  form.hidden = false;
  form.onsubmit = (event) => {
    event.preventDefault();
    post(scratched, "/scans/scratch", { code: form.code.value });
  };
}

// Somebody looks: not a page that a browser, a preview or a bot opens ahead.
const whenSeen = () => {
  if (document.visibilityState !== "visible") return;
  removeEventListener("visibilitychange", whenSeen, true);
  setTimeout(begin, 1000);
};
addEventListener("visibilitychange", whenSeen, true);
whenSeen();
