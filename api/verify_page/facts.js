// What an event says, read from the proof itself: what, where, when, who, how much.

const MOST = 20;
const MOST_TEXT = 4000;

// What stands in an event, by the word that the page has for it.
const NAMES = {
  what: "epcList",
  parent: "parentID",
  children: "childEPCs",
  inputs: "inputEPCList",
  outputs: "outputEPCList",
};
const AMOUNTS = {
  amounts: "quantityList",
  children_amounts: "childQuantityList",
  inputs_amounts: "inputQuantityList",
  outputs_amounts: "outputQuantityList",
};
const MEASURED = ["value", "minValue", "maxValue", "meanValue", "stringValue", "booleanValue"];

// `proof` is what proof_file.js makes of a proof.
export const factsOf = ({ event, submitter, captured, tlog, anchor }) => {
  const json = JSON.stringify(event, null, 1);
  const rows = {};
  for (const [word, field] of Object.entries(NAMES)) rows[word] = all(event[field]).map(spelled);
  for (const [word, field] of Object.entries(AMOUNTS)) rows[word] = all(event[field]).map(amountOf);
  rows.where = [event.readPoint, event.bizLocation].filter(Boolean).map(({ id }) => spelled(id));
  rows.from = all(event.sourceList).map(({ source }) => spelled(source));
  rows.to = all(event.destinationList).map(({ destination }) => spelled(destination));
  rows.papers = all(event.bizTransactionList).map(({ bizTransaction }) => spelled(bizTransaction));
  rows.disposition = all(event.disposition).map(textOf);
  rows.measured = all(event.sensorElementList).flatMap((each) => all(each?.sensorReport).map(reportOf));
  rows.declared_wrong = all(event.errorDeclaration).map(({ reason, declarationTime }) =>
    [declarationTime, reason].filter(Boolean).map(textOf).join(" "),
  );
  return {
    step: textOf(event.bizStep ?? event.type),
    type: textOf(event.type),
    at: textOf(event.eventTime),
    submitter,
    captured,
    rows: Object.entries(rows).flatMap(([word, texts]) =>
      texts[0] ? [{ word, texts: texts.slice(0, MOST), count: texts.length }] : [],
    ),
    digests: [...new Set(json.match(/\b[\da-f]{64}\b/g))],
    json: json.slice(0, MOST_TEXT),
    isCut: json.length > MOST_TEXT,
    place: { index: `${tlog.index}`, size: `${tlog.size}`, origin: tlog.origin },
    block: anchor && { number: anchor.block_number, transaction: anchor.transaction, chain: anchor.chain_id },
  };
};

// One, many or none; what is no object where one should stand says nothing here.
const all = (value) => [value ?? []].flat().filter((item) => item !== null);

const textOf = (value) => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

// An identifier as it stands on labels: (01) 09521234500018 (10) L1.
export const spelled = (value) => {
  const text = textOf(value);
  const [, path] = text.match(/^https:\/\/id\.gs1\.org((?:\/\d{2,4}\/[^/?#]+)+)$/) ?? [];
  if (!path) return text;
  try {
    return path
      .replace(/\/(\d{2,4})\/([^/]+)/g, (_, ai, part) => `(${ai}) ${decodeURIComponent(part)} `)
      .trim();
  } catch {
    return text;
  }
};

const amountOf = ({ epcClass, quantity, uom }) =>
  `${spelled(epcClass)}: ${[quantity, uom]
    .filter((part) => part !== undefined)
    .map(textOf)
    .join(" ")}`;

const reportOf = (report) => {
  const values = MEASURED.filter((name) => report?.[name] !== undefined);
  const said = values.map((name) => `${name === "value" ? "" : `${name} `}${textOf(report[name])}`);
  return `${textOf(report?.type ?? "")}: ${said.join(", ")} ${textOf(report?.uom ?? "")}`;
};
