// ---------------------------------------------------------------- legend, filters, status and search

const LISTS = [
  { kind: "types", title: "Entities", known: palette.types, swatch: typeSwatch, name: (type) => typeLook(type).name },
  { kind: "tones", title: "Statements", known: palette.tones, swatch: (tone) => lineSwatch(toneColour(tone)), name: (tone) => toneLook(tone).name },
  { kind: "modalities", title: "How it is said", known: palette.modalities, name: (modality) => modalityLook(modality).name,
    swatch: (modality) => lineSwatch(token("--soft"), modalityLook(modality).dashes, { width: 2, crossed: modality === "denied" }) },
  { kind: "kinds", title: "Kinds of statement", known: {}, folded: true, swatch: () => null, name: words },
  { kind: "sources", title: "Sources", known: {}, folded: true, swatch: () => null, name: (source) => clip(source, 40) },
];
const KEY_OF = {
  tones: (fact) => fact.tone, modalities: (fact) => classOf(fact.modality), kinds: (fact) => fact.type, sources: sourceOf,
};
const tallies = Object.fromEntries(KINDS.map((kind) => [kind,
  tallied(kind === "types" ? page.nodes.map((node) => node.type) : facts.map(KEY_OF[kind]))]));

function filterList({ kind, title, known, folded, swatch, name }) {
  const tally = tallies[kind], ranked = byTally(tally).map(([key]) => key);
  const present = [...new Set([...Object.keys(known).filter((key) => tally.has(key)), ...ranked])];
  const list = make("ul", { "data-kind": kind }, present.map((key) => filterButton(kind, key, present, swatch, name)));
  if (!folded) return [make("h2", {}, title), list];
  return make("details", { class: "fold", "data-fold": kind, open: folds.has(kind), ontoggle: ({ target }) => folds[target.open ? "add" : "delete"](kind) },
    make("summary", {}, title, state.hidden[kind].size ? make("span", { class: "count" }, `${state.hidden[kind].size} hidden`) : null), list);
}

const folds = new Set();

function filterButton(kind, key, present, swatch, name) {
  const alone = () => setHidden(kind, present.filter((other) => other !== key));
  const flip = () => setHidden(kind, state.hidden[kind].has(key) ? [...state.hidden[kind]].filter((other) => other !== key) : [...state.hidden[kind], key]);
  return make("li", {}, button({
    "data-key": key, "aria-pressed": String(!state.hidden[kind].has(key)),
    onclick: ({ shiftKey }) => (shiftKey ? alone() : flip()), ondblclick: alone,
  }, swatch(key), bdi(name(key)), make("span", { class: "count" }, number(tallies[kind].get(key)))));
}

function numberFilters() {
  const sure = make("input", { id: "sure", type: "range", min: 0, max: 1, step: 0.05, value: state.sure,
    oninput: ({ target }) => change({ sure: Number(target.value) }, { replace: true }) });
  const often = make("input", { id: "often", type: "number", min: 1, max: 999, value: state.often,
    onchange: ({ target }) => change({ often: Math.max(Math.round(Number(target.value)) || 1, 1) }) });
  return make("div", { class: "numbers" },
    make("label", { for: "sure" }, "Confidence from ", make("output", { for: "sure" }, `${Math.round(state.sure * 100)}\u00a0%`)), sure,
    make("label", { for: "often" }, "Statements on a line, at least"), often);
}

function showLegend() {
  const held = document.activeElement, kind = held?.closest?.("ul")?.dataset?.kind, { key } = held?.dataset ?? {};
  const top = legend.scrollTop, id = held?.id;
  legend.replaceChildren(legend.querySelector("summary"), ...LISTS.slice(0, 3).flatMap(filterList), numberFilters(), ...LISTS.slice(3).map(filterList),
    make("p", { class: "hint" }, "Click to hide or show, double-click or press Shift to see one alone."),
    ...(isFiltered() ? [button({ class: "reset", onclick: showAll }, "Show all")] : []));
  legend.scrollTop = top;
  if (key && kind) legend.querySelector(`ul[data-kind="${kind}"] button[data-key="${CSS.escape(key)}"]`)?.focus();
  else if (id === "sure" || id === "often") $(id).focus();
}

function showStatus() {
  const of = (shown, all) => (shown === all ? "" : `${number(shown)} of `);
  const ids = (some) => new Set(some.map((at) => facts[at].id)).size;
  const all = ids(facts.map((fact, at) => at));
  $("status").textContent = [
    of(shownNodes.size, page.nodes.length) + count(page.nodes.length, "entity", "entities"),
    of(ids(shownFacts()), all) + count(all, "statement"), count(page.documents, "document")].join(", ");
  $("left").textContent = leftOut();
}

/* What the picture does not show, in words. */
function leftOut() {
  const parts = [];
  const closed = [...view.nodes.values()].filter((node) => node.type === null);
  if (closed.length) parts.push(`${number(closed.reduce((sum, node) => sum + node.members, 0))} entities are drawn as ${count(closed.length, "group")}: click one to open it`);
  if (state.only.length) parts.push(`only ${state.only.map((id) => clip(nameOf(id), 30)).join(", ")} with neighbours`);
  if (view.left) parts.push(`${count(view.left, "neighbour")} left out`);
  if (page.before) parts.push(`cut from ${count(page.before.entities, "entity", "entities")} and ${count(page.before.statements, "statement")}`);
  return parts.join("; ");
}

// ---------------------------------------------------------------- search

/* What the search box offers: each name once, told apart by type or id where several entities share it. */
const searchable = new Map();
for (const node of [...page.nodes].sort((a, b) => b.statements - a.statements || (a.id < b.id ? -1 : 1))) {
  const name = clip(node.label, 80);
  const entry = [name, `${name} (${typeLook(node.type).name})`, `${name} (${node.id})`].find((text) => !searchable.has(text));
  searchable.set(entry, node.id);
}
const entries = [...searchable.keys()].map((entry) => [entry, plain(entry)]);
const MOST_OFFERS = 12;
let offered = { entries: [], at: -1 };

function offers(text) {
  const wanted = plain(text);
  if (!wanted) return [];
  const tests = [(entry) => entry === wanted, (entry) => entry.startsWith(wanted), (entry) => entry.includes(` ${wanted}`), (entry) => entry.includes(wanted)];
  const found = new Set();
  for (const test of tests) for (const [entry, bare] of entries) if (found.size < MOST_OFFERS && test(bare)) found.add(entry);
  return [...found];
}

function offer(list, at = -1) {
  offered = { entries: list, at };
  const box = $("offers");
  box.replaceChildren(...list.map((entry, index) => make("li", {
    role: "option", id: `offer-${index}`, "aria-selected": String(index === at),
    onmousedown: (event) => { event.preventDefault(); choose(entry); },
  }, typeSwatch(entities.get(searchable.get(entry)).type), bdi(entry))));
  box.hidden = !list.length;
  query.setAttribute("aria-expanded", String(Boolean(list.length)));
  if (at >= 0) query.setAttribute("aria-activedescendant", `offer-${at}`), $(`offer-${at}`).scrollIntoView({ block: "nearest" });
  else query.removeAttribute("aria-activedescendant");
}

function choose(entry) {
  const id = searchable.get(entry);
  offer([]);
  query.value = picking ? "" : entry;
  const from = picking;
  if (from) stopPicking();
  if (from && from !== id) select({ path: [from, id], tab: "graph" }), view.way && reveal(view.way);
  else focus(id);
}

function search(text) {
  const [found] = offers(text);
  query.classList.toggle("unknown", Boolean(plain(text)) && !found);
  if (found) choose(offered.at >= 0 ? offered.entries[offered.at] : found);
  else if (plain(text)) say("No entity here has this name.");
}

$("search").addEventListener("submit", (event) => { event.preventDefault(); search(query.value); });
query.addEventListener("input", () => { query.classList.remove("unknown"); offer(offers(query.value)); });
query.addEventListener("blur", () => offer([]));
query.addEventListener("keydown", (event) => {
  const { entries: list, at } = offered, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && list.length) event.preventDefault(), offer(list, (at + step + list.length) % list.length);
  if (event.key === "Escape" && list.length) event.stopPropagation(), offer([]);
});
