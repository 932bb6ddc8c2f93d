// What the page does besides being read: it unfolds for paper, and keeps its address when language or type change.

addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));

// Whatever else the address says, as the code may have said it, stays there in the other language and type.
for (const link of document.querySelectorAll(".bar nav a")) {
  const query = new URLSearchParams(location.search);
  query.delete("type");
  new URLSearchParams(link.search).forEach((value, name) => query.set(name, value));
  link.search = query;
}
