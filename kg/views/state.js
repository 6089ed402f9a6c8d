// ---------------------------------------------------------------- what is looked at, and how the address keeps it

const TABS = ["graph", "map", "timeline", "matrix", "table"];
const KINDS = ["types", "tones", "modalities", "kinds", "sources"];
const DAY = /^\d{4}-\d\d-\d\d$/;

const fresh = () => ({
  tab: "graph", node: null, edge: null, pair: [], place: null, path: [], only: [], open: [],
  hidden: Object.fromEntries(KINDS.map((kind) => [kind, new Set()])), sure: 0, often: 1, since: "", until: "",
});
const state = fresh();
let camera = null;

const isFiltered = () => KINDS.some((kind) => state.hidden[kind].size) || state.sure > 0 || state.often > 1
  || Boolean(state.since || state.until);
const sourceOf = (fact) => articles[fact.article].source ?? "unknown";

function toFragment() {
  const found = new URLSearchParams();
  if (state.tab !== "graph") found.set("tab", state.tab);
  for (const key of ["node", "edge", "place", "since", "until"]) if (state[key]) found.set(key, state[key]);
  for (const key of ["pair", "path", "only", "open"]) for (const one of state[key]) found.append(key, one);
  for (const kind of KINDS) for (const key of [...state.hidden[kind]].sort()) found.append(`no-${kind}`, key);
  if (state.sure > 0) found.set("sure", state.sure);
  if (state.often > 1) found.set("often", state.often);
  if (camera) found.set("at", camera.join(" "));
  return found.toString();
}

/* Sets the state from the fragment of an address; what it names that is not here is passed over. */
function fromFragment(text) {
  const found = new URLSearchParams(text.replace(/^#/, ""));
  const one = (key, test) => (test(found.get(key)) ? found.get(key) : null);
  const many = (key, test) => [...new Set(found.getAll(key))].filter(test);
  const isEntity = (id) => entities.has(id);
  Object.assign(state, fresh(), {
    tab: one("tab", (tab) => TABS.includes(tab)) ?? "graph",
    node: one("node", isEntity), edge: one("edge", (id) => lines.has(id)), place: one("place", (id) => namesOfPlaces.has(id)),
    pair: both(many("pair", isEntity)), path: both(many("path", isEntity)), only: many("only", isEntity),
    open: many("open", (at) => Object.hasOwn(page.groups, at)).map(Number),
    since: one("since", (day) => DAY.test(day)) ?? "", until: one("until", (day) => DAY.test(day)) ?? "",
    sure: Math.min(Math.max(Number(found.get("sure")) || 0, 0), 1), often: Math.max(Math.round(Number(found.get("often"))) || 1, 1),
  });
  for (const kind of KINDS) state.hidden[kind] = new Set(found.getAll(`no-${kind}`));
  const at = (found.get("at") ?? "").split(" ").map(Number);
  camera = at.length === 3 && at.every(Number.isFinite) && at[2] > 0 ? at : null;
}
const both = (ids) => (ids.length === 2 ? ids : []);

/* Changes the state and shows it; `replace` keeps the history as long as it was. */
function change(some, { replace = false } = {}) {
  Object.assign(state, some);
  remember(replace);
  render();
}

let remembered = null;
function remember(replace) {
  const fragment = toFragment();
  if (fragment === remembered) return;
  remembered = fragment;
  try {
    history[replace ? "replaceState" : "pushState"](null, "", `#${fragment}`);
  } catch {
    /* In the frame of a notebook the page has no address of its own. */
  }
}

const nothing = () => ({ node: null, edge: null, pair: [], place: null, path: [] });
const select = (some) => change({ ...nothing(), ...some });
const setHidden = (kind, keys) => change({ hidden: { ...state.hidden, [kind]: new Set(keys) } });
const showAll = () => change({ hidden: fresh().hidden, sure: 0, often: 1, since: "", until: "" });

// ---------------------------------------------------------------- which facts, lines and entities pass the filters

const passing = new Uint8Array(facts.length);
const namesOfPlaces = new Map(facts.filter((fact) => fact.place).map((fact) => [fact.place_id ?? fact.place, fact.place]));
const placeOf = (fact) => (fact.place ? fact.place_id ?? fact.place : null);
let shownLines = new Map();
let shownNodes = new Set();

const touches = (fact, since, until) => {
  if (!since && !until) return true;
  return Boolean(fact.days) && (!since || fact.days[1] >= since) && (!until || fact.days[0] <= until);
};

function passes(fact, dated = true) {
  const { hidden } = state;
  return !hidden.tones.has(fact.tone) && !hidden.modalities.has(classOf(fact.modality)) && !hidden.kinds.has(fact.type)
    && !hidden.sources.has(sourceOf(fact)) && (state.sure === 0 || fact.confidence >= state.sure)
    && !hidden.types.has(entities.get(fact.from).type) && !hidden.types.has(entities.get(fact.to).type)
    && (!dated || touches(fact, state.since, state.until));
}

function applyFilters() {
  passing.fill(0);
  shownLines = new Map();
  shownNodes = new Set();
  for (const edge of page.edges) {
    const own = edge.facts.filter((at) => passes(facts[at]));
    if (own.length < state.often) continue;
    for (const at of own) passing[at] = 1;
    shownLines.set(edge.id, own);
    shownNodes.add(edge.from).add(edge.to);
  }
}

const shownFacts = () => facts.flatMap((fact, at) => (passing[at] ? [at] : []));
const linesOf = (id) => joined.get(id).filter((edge) => shownLines.has(edge.id));
const otherEnd = (edge, id) => (edge.from === id ? edge.to : edge.from);
const factsOf = (id) => linesOf(id).flatMap((edge) => shownLines.get(edge.id)).sort((a, b) => a - b);
const factsBetween = ([one, other]) => linesOf(one).filter((edge) => otherEnd(edge, one) === other)
  .flatMap((edge) => shownLines.get(edge.id)).sort((a, b) => a - b);

/* The ids on a shortest way between two entities over the lines shown, or null. */
function findPath([start, end]) {
  const before = new Map([[start, null]]);
  for (const id of before.keys()) {  // a Map goes on over what is added on the way
    if (id === end) break;
    for (const edge of linesOf(id)) if (!before.has(otherEnd(edge, id))) before.set(otherEnd(edge, id), id);
  }
  if (!before.has(end)) return null;
  const way = [];
  for (let id = end; id !== null; id = before.get(id)) way.unshift(id);
  return way;
}
