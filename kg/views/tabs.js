// ---------------------------------------------------------------- the other pictures: map, timeline, matrix, table

const tabButtons = new Map(TABS.map((tab) => [tab, $(`tab-${tab}`)]));
const fillers = { map: showMap, timeline: showTimeline, matrix: showMatrix, table: showTable };

function showTab() {
  for (const [tab, own] of tabButtons) {
    const chosen = tab === state.tab;
    own.setAttribute("aria-selected", String(chosen));
    own.tabIndex = chosen ? 0 : -1;
    $(`view-${tab}`).hidden = !chosen;
  }
  fillers[state.tab]?.();
}

for (const [tab, own] of tabButtons) own.addEventListener("click", () => change({ tab }));
$("tabs").addEventListener("keydown", ({ key }) => {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[key], at = TABS.indexOf(state.tab);
  const tab = move ? TABS[(at + move + TABS.length) % TABS.length] : { Home: TABS[0], End: TABS.at(-1) }[key];
  if (tab) change({ tab }), tabButtons.get(tab).focus();
});

/* Items by pieces, with a button for more. */
function listed(box, items, makeItem, size) {
  let shown = 0;
  const more = button({ class: "more", onclick: () => add() });
  const add = () => {
    box.append(...items.slice(shown, shown + size).map(makeItem));
    shown += size;
    more.hidden = shown >= items.length;
    more.textContent = `Show more (${number(Math.max(items.length - shown, 0))} left)`;
  };
  add();
  return more;
}

// ---------------------------------------------------------------- map

const world = { x: 0, y: 0, zoom: 1 };
const atlas = $("atlas");

function showMap() {
  const byPlace = new Map();
  for (const at of shownFacts()) {
    const place = placeOf(facts[at]);
    if (place) byPlace.has(place) ? byPlace.get(place).push(at) : byPlace.set(place, [at]);
  }
  const ranked = [...byPlace].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const known = ranked.filter(([id]) => Object.hasOwn(places, id)), unknown = ranked.filter(([id]) => !Object.hasOwn(places, id));
  drawWorld(known);
  const parts = [`${count(known.reduce((sum, [, own]) => sum + own.length, 0), "statement")} at ${count(known.length, "place")}.`,
    page.world.land ? "Lands and borders after Natural Earth, which draws who holds a land, not who should."
      : "Without the package bqplot (the extra `map`) there are no lands, only meridians and parallels.",
    "A hollow ring is a whole country, drawn among its cities."];
  $("map-note").textContent = parts.join(" ");
  $("map-others").replaceChildren(...(unknown.length ? [make("h2", {}, "Not on the map"), make("ul", {}, unknown.slice(0, 100).map(([id, own]) =>
    make("li", {}, button({ class: "name", onclick: () => select({ place: id }) }, bdi(clip(namesOfPlaces.get(id), 60))), ` ${own.length}`)))] : []));
}

function drawWorld(known) {
  const { width, height, frame, graticule, land, borders } = page.world, part = 1 / world.zoom;
  const scale = part * Math.max(width / (atlas.clientWidth || width), height / (atlas.clientHeight || height));  // of a pixel
  atlas.setAttribute("viewBox", `${world.x} ${world.y} ${width * part} ${height * part}`);
  atlas.replaceChildren(draw("path", { class: "sea", d: frame }), draw("path", { class: "graticule", d: graticule, "stroke-width": 0.5 * scale }),
    draw("path", { class: "land", d: land }), draw("path", { class: "borders", d: borders, "stroke-width": 0.6 * scale }),
    ...[...known].map(([id, own]) => marker(id, own, scale)), ...placeTexts(known, scale));
}

const radiusOf = (own) => 3 + 1.6 * Math.sqrt(Math.min(own.length, 100));

function marker(id, own, scale) {
  const { x, y, exact } = places[id], value = score(own), colour = scoreColour(value);
  const open = () => select({ place: id });
  return draw("circle", {
    class: state.place === id ? "marker chosen" : "marker", cx: x, cy: y, r: radiusOf(own) * scale, role: "button", tabindex: 0, "data-id": id,
    "aria-label": `${clip(namesOfPlaces.get(id), 80)}: ${count(own.length, "statement")}, ${scoreWord(value)}`,
    fill: exact ? colour : "transparent", stroke: exact ? token("--paper") : colour, "stroke-width": (exact ? 0.8 : 2) * scale, onclick: open,
    onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") event.preventDefault(), open(); },
  }, draw("title", {}, `${clip(namesOfPlaces.get(id), 80)}: ${count(own.length, "statement")}`));
}

/* Names of places, as many as fit, the weightiest first. */
function placeTexts(known, scale) {
  const size = 11 * scale, found = [], around = (id, own) => boxAround(places[id].x, places[id].y, ...Array(2).fill(2 * radiusOf(own) * scale));
  const taken = known.map(([id, own]) => around(id, own));
  for (const [id, own] of known) {
    const { x, y } = places[id], text = clip(namesOfPlaces.get(id), 24), width = 0.6 * size * text.length, reach = (radiusOf(own) + 3) * scale;
    const spot = [["start", x + reach, y, x + reach + width / 2], ["end", x - reach, y, x - reach - width / 2], ["middle", x, y + reach + size / 2, x]]
      .map(([anchor, left, top, middle]) => ({ anchor, left, top, box: boxAround(middle, top, width, size * 1.1) }))
      .find(({ box }) => !taken.some((other) => meet(other, box)));
    if (!spot || found.length > 120) continue;
    taken.push(spot.box);
    found.push(draw("text", { x: spot.left, y: spot.top, "text-anchor": spot.anchor, "font-size": size, "stroke-width": 2.6 * scale, "aria-hidden": "true" }, text));
  }
  return found;
}

function zoomWorld(factor, at = { x: world.x + page.world.width / world.zoom / 2, y: world.y + page.world.height / world.zoom / 2 }) {
  const zoom = Math.max(1, Math.min(world.zoom * factor, 24)), ratio = world.zoom / zoom;
  setWorld(at.x - (at.x - world.x) * ratio, at.y - (at.y - world.y) * ratio, zoom);
}

function setWorld(x, y, zoom) {
  const { width, height } = page.world, clamp = (value, most) => Math.max(0, Math.min(value, most));
  Object.assign(world, { zoom, x: clamp(x, width - width / zoom), y: clamp(y, height - height / zoom) });
  showMap();
}

const pointOnAtlas = ({ clientX, clientY }) => new DOMPoint(clientX, clientY).matrixTransform(atlas.getScreenCTM().inverse());
atlas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const [dx, dy] = ARROWS[event.key] ?? [0, 0], step = page.world.width / world.zoom / 8;
  if (dx || dy) setWorld(world.x + dx * step, world.y + dy * step, world.zoom);
  else if (event.key === "+" || event.key === "=") zoomWorld(1.6);
  else if (event.key === "-") zoomWorld(0.625);
  else if (event.key === "0") setWorld(0, 0, 1);
  else return;
  event.preventDefault();
  const { id } = event.target.dataset;
  if (id) atlas.querySelector(`[data-id="${CSS.escape(id)}"]`)?.focus();
});
let grip = null;
atlas.addEventListener("wheel", (event) => { event.preventDefault(); zoomWorld(event.deltaY < 0 ? 1.25 : 0.8, pointOnAtlas(event)); }, { passive: false });
atlas.addEventListener("pointerdown", (event) => { if (!event.target.classList.contains("marker")) grip = pointOnAtlas(event); });
atlas.addEventListener("pointermove", (event) => {
  if (!grip || !event.buttons) return;
  const point = pointOnAtlas(event);
  soon(() => grip && setWorld(world.x + grip.x - point.x, world.y + grip.y - point.y, world.zoom));
});
for (const event of ["pointerup", "pointerleave"]) atlas.addEventListener(event, () => { grip = null; });
$("zoom-map").addEventListener("click", ({ target: { dataset: { zoom } } }) => {
  if (zoom === "fit") setWorld(0, 0, 1);
  else if (zoom) zoomWorld(Number(zoom));
});

// ---------------------------------------------------------------- timeline

const MOST_ROWS = 150;
const isVague = (time) => /^\d{4}(-\d\d)?[~?%]?$/.test(time ?? "");  // a month or a year

function showTimeline() {
  const dated = shownFacts().filter((at) => dayOfFact[at] !== null).sort((a, b) => dayOfFact[b] - dayOfFact[a] || a - b);
  const rest = shownFacts().filter((at) => dayOfFact[at] === null);
  const days = new Map();
  for (const at of dated) {
    const when = isVague(facts[at].time) ? facts[at].time : fromDay(dayOfFact[at]);
    days.has(when) ? days.get(when).push(at) : days.set(when, [at]);
  }
  const box = make("ol", { class: "days" });
  const more = listed(box, [...days], ([when, own]) => make("li", {},
    make("h2", {}, toDate(when), make("span", { class: "count" }, count(own.length, "statement"))), cards(own)), MOST_ROWS / 5);
  const last = rest.length ? make("details", { class: "group" }, make("summary", {}, `Without a day, or lasting longer than a year: ${count(rest.length, "statement")}`)) : null;
  last?.addEventListener("toggle", () => last.children.length > 1 || last.append(...[cards(rest)].flat()));
  $("view-timeline").replaceChildren(make("div", { class: "page" },
    dated.length || rest.length ? null : make("p", {}, "Nothing passes the filters."), box, more, last));
}

// ---------------------------------------------------------------- who to whom

const MOST_SIDES = 28;

function showMatrix() {
  const pairs = new Map(), tally = new Map(), add = (from, to, at) => {
    const key = `${from}\n${to}`;
    pairs.has(key) ? pairs.get(key).push(at) : pairs.set(key, [at]);
  };
  for (const at of shownFacts()) {
    const { from, to, symmetric } = facts[at];
    for (const id of [from, to]) tally.set(id, (tally.get(id) ?? 0) + 1);
    add(from, to, at);
    if (symmetric) add(to, from, at);
  }
  const ids = byTally(tally).slice(0, MOST_SIDES).map(([id]) => id)
    .sort((a, b) => entities.get(a).group - entities.get(b).group || tally.get(b) - tally.get(a) || (a < b ? -1 : 1));
  const head = make("tr", {}, make("td", { class: "corner" }), ids.map((id) => make("th", { scope: "col" }, make("span", {}, bdi(clip(nameOf(id), 26))))));
  const rows = ids.map((from) => make("tr", {}, make("th", { scope: "row" }, goTo(from)), ids.map((to) => cell(from, to, pairs.get(`${from}\n${to}`)))));
  $("view-matrix").replaceChildren(make("div", { class: "page", tabindex: 0, role: "region", "aria-label": "Who to whom" },
    make("table", { class: "matrix" },
      make("caption", {}, `Who (rows) does what to whom (columns): the ${number(ids.length)} entities with the most statements of ${number(tally.size)}, communities together. `
        + "The number counts statements; red is conflict, blue is cooperation."),
      make("thead", {}, head), make("tbody", {}, rows))));
}

function cell(from, to, own) {
  if (from === to) return make("td", { class: "self" });
  if (!own) return make("td");
  const value = score(own), colour = scoreColour(value);
  const inner = button({
    onclick: () => select({ pair: [from, to] }), title: `${clip(nameOf(from), 60)} → ${clip(nameOf(to), 60)}: ${scoreWord(value)}`,
    "aria-label": `${clip(nameOf(from), 60)} to ${clip(nameOf(to), 60)}: ${count(own.length, "statement")}, ${scoreWord(value)}`,
  }, number(own.length));
  inner.style.setProperty("background", colour);
  inner.style.setProperty("color", isLight(colour) ? "#000000" : "#ffffff");
  return make("td", {}, inner);
}

/* Whether black reads better on a colour than white (WCAG's relative luminance). */
function isLight(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}

// ---------------------------------------------------------------- tables

const HEADS = ["When", "Statement", "Said as", "Where", "According to", "Sentence", "Article", "Published", "Confidence"];

function rowOf(at) {
  const fact = facts[at], article = articles[fact.article];
  const cells = [toTime(fact.time), threeParts(fact), fact.modality,
    fact.place && bdi(fact.place), bdi(fact.attribution.join(", ")), make("div", {}, fact.quote.join("")),
    [article.source && bdi(article.source), article.source && ", ", article.title && link(article.url, article.title)],
    toTime(article.published), percent(fact)];
  const kinds = { 1: "statement", 2: "short", 5: "sentence", 6: "article", 7: "short", 8: "short" };
  return make("tr", {}, cells.map((one, index) => make("td", { class: kinds[index] ?? null }, [one].flat().filter(Boolean))));
}

function entityRow(id) {
  const { label, type, statements } = entities.get(id), others = new Set(linesOf(id).map((edge) => otherEnd(edge, id)));
  return make("tr", {}, make("th", { scope: "row" }, goTo(id)), make("td", {}, typeLook(type).name), make("td", { class: "short" }, number(statements)),
    make("td", { class: "short" }, number(others.size)), make("td", {}, (about[id]?.offices ?? []).slice(0, 1).map(([title, body]) => bdi([title, body].filter(Boolean).join(", ")))),
    make("td", {}, bdi(id)));
}

const tableOf = (caption, heads, items, makeRow) => {
  const body = make("tbody"), more = listed(body, items, makeRow, MOST_ROWS);
  return [make("table", {}, make("caption", {}, caption),
    make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))), body), more];
};

function showTable() {
  const own = shownFacts(), ids = weightiest(shownNodes);
  $("view-table").replaceChildren(make("div", { class: "page", tabindex: 0, role: "region", "aria-label": "Tables" },
    tableOf(count(own.length, "statement"), HEADS, own, rowOf),
    tableOf(count(ids.length, "entity", "entities"), ["Entity", "Type", "Statements", "Neighbours", "Latest office", "Id"], ids, entityRow)));
}
