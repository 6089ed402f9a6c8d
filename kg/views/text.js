// ---------------------------------------------------------------- the page's data, words, and elements (text only, never markup)

const page = JSON.parse(document.getElementById("data").textContent);
const { palette, articles, places, about } = page;
const EMPTY = { time: null, days: null, place: null, place_id: null, topic: null, confidence: null, attribution: [], quote: [], signs: [] };
const facts = page.facts.map((fact) => ({ ...EMPTY, ...page.kinds[fact.kind], ...fact }));
const $ = (id) => document.getElementById(id);
const entities = new Map(page.nodes.map((node) => [node.id, node]));
const lines = new Map(page.edges.map((edge) => [edge.id, edge]));
const joined = new Map(page.nodes.map((node) => [node.id, []]));
for (const edge of page.edges) for (const end of new Set([edge.from, edge.to])) joined.get(end).push(edge);

const clip = (text, length = 32) => (text.length > length ? [...text].slice(0, length - 1).join("").trimEnd() + "…" : text);
const words = (type) => type.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
const { format: number } = new Intl.NumberFormat("en");
const count = (value, one, many = one + "s") => `${number(value)} ${value === 1 ? one : many}`;
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
const nameOf = (id) => entities.get(id).label;
const isWeb = (url) => /^https?:\/\//i.test(url ?? "");
const tallied = (keys) => {
  const tally = new Map();
  for (const key of keys) tally.set(key, (tally.get(key) ?? 0) + 1);
  return tally;
};
const byTally = (tally) => [...tally].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

function toDate(part) {
  const match = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?([~?%]?)$/.exec(part);
  if (!match) return part;
  const [, year, month, day, doubt] = match;
  const format = { year: "numeric", ...(month && { month: "short" }), ...(day && { day: "numeric" }), timeZone: "UTC" };
  const text = new Date(Date.UTC(+year, (month ?? 1) - 1, day ?? 1)).toLocaleDateString("en-GB", format);
  return (doubt ? "about " : "") + text;
}

/* `2025-08-14` reads `14 Aug 2025`; what is no plain date stays as it is. */
function toTime(value) {
  const [from, to] = (value ?? "").split("/");
  if (to === undefined) return toDate(from);
  if (!to || to === "..") return `since ${toDate(from)}`;
  if (!from || from === "..") return `until ${toDate(to)}`;
  return `${toDate(from)} – ${toDate(to)}`;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}
const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
const button = (attributes, ...children) => make("button", { type: "button", ...attributes }, ...children);
const bdi = (text, kind = null) => make("bdi", { class: kind }, text);
const link = (url, text) => isWeb(url)
  ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, bdi(text)) : bdi(text);
const goTo = (id) => button({ class: "name", onclick: () => focus(id) }, bdi(clip(nameOf(id), 80)));
const dotted = (parts) => parts.filter(Boolean).flatMap((part, index) => (index ? [" · ", part] : [part]));
const say = (text) => { $("said").textContent = text; };
