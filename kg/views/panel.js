// ---------------------------------------------------------------- the panel: an entity, a line, a pair, a place, a path

let opener = null;
let painted = null;

function openPanel(swatch, title, about, ...content) {
  panel.replaceChildren(
    make("header", {}, swatch, make("div", {}, make("h2", { id: "panel-title" }, title), make("p", { class: "about" }, about)),
      button({ class: "close", "aria-label": "Close", onclick: close }, "✕")),
    ...content.flat(Infinity).filter(Boolean));
  panel.scrollTop = 0;
  tip.hidden = true;
}

/* Fills the panel with what the state selects; it takes the keyboard only where something new is selected. */
function showPanel() {
  const key = JSON.stringify([state.node, state.edge, state.pair, state.place, state.path]);
  const isNew = key !== painted, wasHidden = panel.hidden;
  painted = key;
  if (isNew && wasHidden) opener = document.activeElement;
  panel.hidden = false;
  if (state.path.length) openPath();
  else if (state.node) openNode();
  else if (state.edge) openEdge();
  else if (state.pair.length) openPair();
  else if (state.place) openPlace();
  else panel.hidden = true;
  if (isNew && !panel.hidden) panel.focus({ preventScroll: true });
}

function close() {
  stopPicking();
  if (panel.hidden) return;
  select({});
  opener?.focus?.({ preventScroll: true });
}

function openNode() {
  const { id, label, type, iri, statements } = entities.get(state.node), flag = flagOf(id), offices = about[id]?.offices;
  const wikidata = id.startsWith("wd:") && isWeb(iri) ? link(iri, `Wikidata ${id.slice(3)}`) : null;
  const words = dotted([bdi(typeLook(type).name), count(statements, "statement"), wikidata]);
  openPanel(typeSwatch(type), [bdi(label), flag ? make("span", { class: "flag", "aria-hidden": "true" }, ` ${flag.trim()}`) : null], words,
    make("p", { class: "tools" },
      button({ onclick: () => expand(id), title: "Show it with its neighbours only (double click)" }, "Expand"),
      button({ onclick: () => startPicking(id), title: "Find how it is joined with another entity" }, "Path to …"),
      state.only.length ? button({ onclick: () => change({ only: [] }) }, "Show all") : null),
    offices ? officeList(offices) : null, ...groups(id));
}

const officeList = (offices) => make("details", { class: "group offices" },
  make("summary", {}, "Offices", make("span", { class: "count" }, String(offices.length))),
  make("ul", {}, offices.map(([title, body, start, end]) => make("li", {}, bdi(title), body ? [", ", bdi(body)] : null,
    make("span", { class: "when" }, ` ${[start && toDate(start), end ? toDate(end) : start && "…"].filter(Boolean).join(" – ")}`)))));

function openEdge() {
  const edge = lines.get(state.edge), own = shownLines.get(edge.id) ?? edge.facts, modality = modalityLook(edge.modality);
  openPanel(lineSwatch(toneColour(edge.tone), modality.dashes, { crossed: edge.modality === "denied" }),
    [goTo(edge.from), " and ", goTo(edge.to)],
    dotted([toneLook(edge.tone).name, bdi(modality.name), count(own.length, "statement")]), cards(own));
}

function openPair() {
  const own = factsBetween(state.pair), value = score(own);
  openPanel(lineSwatch(scoreColour(value), null), [goTo(state.pair[0]), " and ", goTo(state.pair[1])],
    dotted([scoreWord(value), count(own.length, "statement")]), cards(own));
}

function openPlace() {
  const own = shownFacts().filter((at) => placeOf(facts[at]) === state.place);
  openPanel(typeSwatch("City"), bdi(namesOfPlaces.get(state.place)), dotted(["place", count(own.length, "statement")]), cards(own));
}

function openPath() {
  const ends = [goTo(state.path[0]), " to ", goTo(state.path[1])], way = view.way ?? findPath(state.path);
  if (!way) return openPanel(null, ends, "Nothing that is shown joins the two.");
  const steps = way.slice(1).map((id, at) => [way[at], id]);
  return openPanel(null, ends, `a shortest path of ${count(steps.length, "step")}`,
    steps.map((pair) => make("details", { class: "group", open: true },
      make("summary", {}, bdi(clip(nameOf(pair[0]), 60)), " – ", bdi(clip(nameOf(pair[1]), 60))), cards(factsBetween(pair).slice(0, 5), pair[0]))));
}

/* The statements about one entity, by the other entity, the newest first; folded ones are filled when opened. */
function groups(id) {
  const others = new Map();
  for (const at of factsOf(id)) {
    const other = facts[at].from === id ? facts[at].to : facts[at].from;
    others.has(other) ? others.get(other).push(at) : others.set(other, [at]);
  }
  let room = 8;
  return [...others].map(([other, numbers]) => {
    const group = make("details", { class: "group" },
      make("summary", {}, bdi(clip(nameOf(other), 80)), make("span", { class: "count" }, String(numbers.length))));
    group.addEventListener("toggle", () => group.children.length > 1 || group.append(...[cards(numbers, id)].flat()));
    if (room > 0) group.open = true, group.append(...[cards(numbers, id)].flat());
    room -= numbers.length;
    return group;
  });
}

const MOST_CARDS = 60;

/* The first of the statements; the others when asked for. */
function cards(numbers, first = null) {
  const list = make("ul", { class: "facts" }), shown = { count: 0 };
  const more = button({ class: "more", onclick: () => add() });
  const add = () => {
    list.append(...numbers.slice(shown.count, shown.count + MOST_CARDS).map((at) => card(facts[at], first)));
    shown.count += MOST_CARDS;
    more.hidden = shown.count >= numbers.length;
    more.textContent = `Show more (${number(Math.max(numbers.length - shown.count, 0))} left)`;
  };
  add();
  return more.hidden ? list : [list, more];
}

function card(fact, first) {
  const article = articles[fact.article];
  const item = make("li", { class: "fact", "data-id": fact.id }, sentenceLine(fact, first), quotation(fact),
    note(fact.time && bdi(toTime(fact.time)), fact.place && bdi(fact.place, "text"), fact.topic && ["about ", bdi(fact.topic)],
      fact.attribution.length && ["according to ", bdi(fact.attribution.join(", "), "text")]),
    note(article.source && bdi(article.source), article.title && link(article.url, article.title),
      article.published && ["published ", bdi(toTime(article.published))]),
    note(percent(fact) && `confidence ${percent(fact)}`, words(fact.type), fact.plover));
  item.style.setProperty("--tone", toneColour(fact.tone));
  return item;
}

const note = (...parts) => (parts.some(Boolean) ? make("p", { class: "note" }, dotted(parts)) : null);
const percent = (fact) => fact.confidence !== null && `${Math.round(fact.confidence * 100)} %`;

/* `Putin met Kim`; what goes both ways begins with the entity that is looked at. */
function threeParts(fact, first = null) {
  const ends = fact.symmetric && fact.to === first ? [fact.to, fact.from] : [fact.from, fact.to];
  return [goTo(ends[0]), " ", make("bdi", { class: `verb ${fact.modality}` }, fact.label), " ", goTo(ends[1])];
}

const badge = (fact) => (fact.modality === "asserted" ? null : make("bdi", { class: "badge" }, fact.modality));
const sentenceLine = (fact, first) => make("p", { class: "line" }, badge(fact), threeParts(fact, first));
const quotation = (fact) => make("blockquote", { dir: "auto" }, fact.quote.map((piece, at) => {
  const told = fact.signs[at] & 2 ? make("strong", { class: "trigger" }, piece) : piece;
  return fact.signs[at] & 1 ? make("mark", {}, told) : told;
}));
