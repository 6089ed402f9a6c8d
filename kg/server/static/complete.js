// Completes prefixes and the ontology's words in the plain query page, and runs the query by Ctrl+Enter.
"use strict";

const area = document.getElementById("query");
const MOST = 12;
const KEYWORDS = ["SELECT", "DISTINCT", "WHERE", "OPTIONAL", "FILTER", "UNION", "GRAPH", "VALUES", "BIND", "GROUP BY", "ORDER BY",
  "DESC", "LIMIT", "OFFSET", "COUNT", "CONSTRUCT", "DESCRIBE", "ASK", "FILTER NOT EXISTS", "CONTAINS", "LCASE"];
let words = KEYWORDS.map((term) => ({ term, label: "" }));
const list = document.createElement("ul");
Object.assign(list, { id: "completions", className: "completions", hidden: true });
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", "Completions");
area.after(list);
for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", "completions"], ["aria-expanded", "false"]]) {
  area.setAttribute(name, value);
}
let chosen = 0;

fetch("/terms.json").then((response) => response.json()).then((found) => {
  const prefixes = Object.entries(found.prefixes).map(([prefix, space]) => ({ term: `${prefix}:`, label: space }));
  words = [...prefixes, ...found.property, ...found.class, ...words];
  document.body.dataset.ready = "true";
});

function typed() {
  return /[\w:-]*$/.exec(area.value.slice(0, area.selectionStart))[0];
}

function show(always) {
  const start = typed();
  const small = start.toLowerCase();
  const begins = ({ term }) => term.toLowerCase().startsWith(small);
  const means = ({ term, label }) => small.includes(":") && term.startsWith(small.split(":")[0]) && small.split(":")[1].length > 2 &&
    label.toLowerCase().startsWith(small.split(":")[1]);
  const fits = always || start.length > 1 ? [...words.filter(begins), ...words.filter((word) => !begins(word) && means(word))] : [];
  const more = fits.filter(({ term }) => term !== start).slice(0, MOST);
  list.replaceChildren(...more.map(({ term, label }, number) => {
    const item = document.createElement("li");
    const about = document.createElement("span");
    about.className = "soft";
    about.textContent = label;
    item.append(term, about);
    item.id = `completion-${number}`;
    item.setAttribute("role", "option");
    item.addEventListener("mousedown", (event) => { event.preventDefault(); chosen = number; take(); });
    return item;
  }));
  list.hidden = !more.length;
  area.setAttribute("aria-expanded", String(!list.hidden));
  choose(0);
}

function choose(number) {
  const items = [...list.children];
  chosen = items.length ? (number + items.length) % items.length : 0;
  items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  items[chosen]?.scrollIntoView({ block: "nearest" });
  if (items.length) area.setAttribute("aria-activedescendant", items[chosen].id);
  else area.removeAttribute("aria-activedescendant");
}

function take() {
  const term = list.children[chosen].firstChild.textContent;
  area.setRangeText(term, area.selectionStart - typed().length, area.selectionStart, "end");
  hide();
  if (term.endsWith(":")) show(false);
}

function hide() {
  list.hidden = true;
  area.setAttribute("aria-expanded", "false");
}

area.addEventListener("input", () => show(false));
area.addEventListener("blur", hide);
area.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") area.form.requestSubmit();
  else if (event.ctrlKey && event.key === " ") show(true);
  else if (list.hidden) return;
  else if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Enter" || event.key === "Tab") take();
  else if (event.key === "Escape") hide();
  else return;
  event.preventDefault();
});
