/** The figures as Markdown, for the script that prints them and the test that looks for them in the documents. */
const number = (cell, digits = 0) =>
  typeof cell === "number" ? cell.toLocaleString("en", { maximumFractionDigits: digits }) : cell;

const markdown = (rows) => rows.map((row) => `| ${row.join(" | ")} |`).join("\n");

export const ownTable = (rows) => markdown(rows.map((row) => row.map((cell) => number(cell))));

export const comparedTable = (rows) =>
  markdown(rows.map(([what, records, gas]) => [what, number(records), number(gas), number(gas / records, 3)]));
