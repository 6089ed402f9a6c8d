"use strict";

(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  const { palette, facts, articles } = page;
  if (innerHeight > 1.2 * innerWidth) for (const node of page.nodes) [node.x, node.y] = [node.y, node.x];
  const entities = new Map(page.nodes.map((node) => [node.id, node]));
  const lines = new Map(page.edges.map((edge) => [edge.id, edge]));
  const $ = (id) => document.getElementById(id);
  const canvas = $("canvas"), panel = $("panel"), legend = $("legend"), query = $("query"), tip = $("tip");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 700px)");

  /* What is hidden by the legend, what is selected, and what the pointer is over. */
  const hidden = { types: new Set(), tones: new Set(), modalities: new Set() };
  const state = { node: null, edge: null, hover: null, near: null, version: 0 };

  // ---------------------------------------------------------------- words

  const clip = (text, length = 32) => (text.length > length ? [...text].slice(0, length - 1).join("").trimEnd() + "…" : text);
  const words = (type) => type.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  const count = (number, one, many = one + "s") => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
  const nameOf = (id) => entities.get(id).label;
  const isWeb = (url) => /^https?:\/\//i.test(url ?? "");

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

  // ---------------------------------------------------------------- elements (text only, never markup)

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "onclick") element.addEventListener("click", value);
      else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
    return element;
  }
  const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
  const draw = (tag, attributes = {}, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  const bdi = (text, kind = null) => make("bdi", { class: kind }, text);
  const link = (url, text) => isWeb(url)
    ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, bdi(text)) : bdi(text);
  const goTo = (id) => make("button", { type: "button", class: "name", onclick: () => focus(id) }, bdi(clip(nameOf(id), 80)));
  const dotted = (parts) => parts.filter(Boolean).flatMap((part, index) => (index ? [" · ", part] : [part]));

  // ---------------------------------------------------------------- looks

  const theme = () => (dark.matches ? "dark" : "light");
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const look = (table, key, other) => (Object.hasOwn(table, key) ? table[key] : other);
  const typeLook = (type) => look(palette.types, type, { name: words(type), family: "things", shape: "dot" });
  const typeColour = (type) => palette.families[typeLook(type).family][theme()];
  const toneLook = (tone) => look(palette.tones, tone, palette.tones.event);
  const modalityLook = (modality) => look(palette.modalities, modality, { name: modality, dashes: false });

  const typeSwatch = (type) => draw("svg", { class: "swatch", viewBox: "0 0 16 16", "aria-hidden": "true" },
    draw("path", { d: palette.shapes[typeLook(type).shape], fill: typeColour(type) }));
  const lineSwatch = (colour, dashes, width = 3) => draw("svg", { class: "stroke", viewBox: "0 0 32 16", "aria-hidden": "true" },
    draw("line", { x1: 1, x2: 31, y1: 8, y2: 8, stroke: colour, "stroke-width": width, "stroke-dasharray": dashes ? dashes.join(" ") : "none" }));

  const edgeShown = (edge) => !hidden.tones.has(edge.tone) && !hidden.modalities.has(edge.modality);
  const joined = new Map(page.nodes.map((node) => [node.id, []]));
  for (const edge of page.edges) for (const end of new Set([edge.from, edge.to])) joined.get(end).push(edge);
  const nodeShown = (node) => !hidden.types.has(node.type)
    && (!joined.get(node.id).length || joined.get(node.id).some(edgeShown));
  const lineShown = (edge) => edgeShown(edge) && nodeShown(entities.get(edge.from)) && nodeShown(entities.get(edge.to));

  /* The first of two `#rrggbb` colours, thinned with the second; opaque, so that no line shines through a node. */
  const thin = (colour, paper, share) => "#" + [1, 3, 5].map((at) => {
    const [own, other] = [colour, paper].map((text) => parseInt(text.slice(at, at + 2), 16));
    return Math.round(own * share + other * (1 - share)).toString(16).padStart(2, "0");
  }).join("");

  function nodeLook(node) {
    const paper = token("--paper"), colour = thin(typeColour(node.type), paper, isNear(node.id) ? 1 : 0.18);
    const chosen = { background: colour, border: token("--ink") };
    return {
      id: node.id, hidden: !nodeShown(node), shape: typeLook(node.type).shape,
      color: { background: colour, border: paper, highlight: chosen, hover: chosen },
    };
  }

  function edgeLook(edge) {
    const colour = toneLook(edge.tone)[theme()];
    return {
      id: edge.id, hidden: !lineShown(edge), dashes: modalityLook(edge.modality).dashes,
      color: { color: colour, highlight: colour, hover: colour, opacity: isNearLine(edge) ? weight(edge) : 0.08 },
      width: Math.min(1.3 + 1.1 * Math.log2(edge.facts.length), 8),
      arrows: Object.fromEntries(["from", "to"].map((end) => [end, { enabled: edge.arrows.includes(end), scaleFactor: 0.55 }])),
      smooth: { enabled: edge.bend !== 0, type: edge.bend > 0 ? "curvedCW" : "curvedCCW", roundness: Math.min(Math.abs(edge.bend) * 0.16, 0.7) },
    };
  }

  /* In a crowd the lines with few statements stand back. */
  const crowd = Math.sqrt(45 / Math.max(page.edges.length, 1)) / 1.5;
  const weight = (edge) => (state.near ? 0.9 : Math.min(crowd * (edge.facts.length + 1), 0.9));
  const isNear = (id) => !state.near || state.near.has(id);
  const isNearLine = (edge) => !state.near || edge.id === state.edge || [edge.from, edge.to].includes(state.node);

  // ---------------------------------------------------------------- the network

  const nodes = new vis.DataSet(page.nodes.map((node) => ({ ...node, ...nodeLook(node) })));
  const edges = new vis.DataSet(page.edges.map((edge) => ({ ...edge, ...edgeLook(edge) })));
  const network = new vis.Network(canvas, { nodes, edges }, {
    physics: false,
    layout: { improvedLayout: false },
    nodes: { borderWidth: 1.5, borderWidthSelected: 3, scaling: { label: { drawThreshold: 1e6 } } },
    edges: { hoverWidth: 1, selectionWidth: 1.5, arrowStrikethrough: false },
    interaction: { hover: true, selectConnectedEdges: false, hoverConnectedEdges: false, keyboard: false, tooltipDelay: 1e9 },
  });

  /* Draws everything anew after the filters, the selection or the theme have changed. */
  function paint() {
    state.near = state.node ? new Set([state.node, ...joined.get(state.node).filter(lineShown).flatMap((edge) => [edge.from, edge.to])])
      : state.edge ? new Set([lines.get(state.edge).from, lines.get(state.edge).to]) : null;
    state.version += 1;
    nodes.update(page.nodes.map(nodeLook));
    edges.update(page.edges.map(edgeLook));
    showStatus();
  }

  /* The part of the canvas that no card covers. */
  function freeSpace() {
    const beside = !narrow.matches;
    return {
      left: beside && legend.open ? legend.offsetLeft + legend.offsetWidth : 0,
      right: beside && !panel.hidden ? canvas.clientWidth - panel.offsetLeft : 0,
      bottom: !beside && !panel.hidden ? panel.offsetHeight : 0,
    };
  }

  function moveTo(position, scale, animate = true) {
    const { left, right, bottom } = freeSpace();
    network.moveTo({
      position, scale, offset: { x: (left - right) / 2, y: -bottom / 2 },
      animation: animate && !still.matches ? { duration: 350, easingFunction: "easeInOutQuad" } : false,
    });
    state.version += 1;
  }

  function fit(animate = true) {
    const points = Object.entries(network.getPositions()).filter(([id]) => nodeShown(entities.get(id))).map(([, point]) => point);
    if (!points.length) return;
    const range = (axis) => points.reduce(([low, high], point) => [Math.min(low, point[axis]), Math.max(high, point[axis])], [Infinity, -Infinity]);
    const [[west, east], [north, south]] = [range("x"), range("y")];
    const { left, right, bottom } = freeSpace();
    const across = (canvas.clientWidth - left - right - (narrow.matches ? 110 : 190)) / Math.max(east - west, 1);
    const down = (canvas.clientHeight - bottom - 80) / Math.max(south - north, 1);
    moveTo({ x: (west + east) / 2, y: (north + south) / 2 }, Math.max(Math.min(across, down, 1.4), 0.02), animate);
  }

  /* Moves the view, where a card covers one of these nodes or they lie outside. */
  function reveal(ids) {
    const points = Object.values(network.getPositions(ids)), scale = network.getScale(), view = freeBox();
    if (points.every(({ x, y }) => within(boxAround(x * scale, y * scale, 80, 60), view))) return;
    const [xs, ys] = ["x", "y"].map((axis) => points.map((point) => point[axis]));
    const room = (view[2] - view[0] - 140) / Math.max(Math.max(...xs) - Math.min(...xs), 1);
    const height = (view[3] - view[1] - 100) / Math.max(Math.max(...ys) - Math.min(...ys), 1);
    const mean = (values) => (Math.max(...values) + Math.min(...values)) / 2;
    moveTo({ x: mean(xs), y: mean(ys) }, Math.min(scale, room, height));
  }

  // ---------------------------------------------------------------- labels, as on a map: as many as fit, the weightiest first

  const FONT = getComputedStyle(document.documentElement).fontFamily;
  const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  let labels = { key: "", placed: [] };

  function labelOrder() {
    const first = (node) => (node.id === state.node || node.id === state.hover ? 2 : state.near?.has(node.id) ? 1 : 0);
    return page.nodes.filter((node) => nodeShown(node) && isNear(node.id))
      .sort((a, b) => first(b) - first(a) || b.statements - a.statements || (a.id < b.id ? -1 : 1));
  }

  const boxAround = (x, y, width, height) => [x - width / 2, y - height / 2, x + width / 2, y + height / 2];

  /* Boxes in screen pixels, relative to the origin of the drawing, for a text below, above, right or left of a node;
     the first two slide sideways to stay in view. */
  function spots(x, y, radius, width, height, view) {
    const near = radius + 3, slack = width / 2 + 1;
    const inside = Math.max(view[0] + slack, Math.min(x, view[2] - slack));
    const middle = Math.abs(inside - x) < slack ? inside : x;
    return [[middle, y + near + height / 2], [middle, y - near - height / 2], [x + near + slack, y], [x - near - slack, y]]
      .map(([cx, cy]) => boxAround(cx, cy, width, height));
  }

  /* Where all labels go: no two overlap, and none covers a node that is nearly as weighty as its own or weightier. */
  function placeLabels(context, scale) {
    const positions = network.getPositions(), placed = [];
    const dots = page.nodes.filter(nodeShown).map(({ id, size, statements }) => {
      const { x, y } = positions[id], side = 1.6 * size * scale;
      return { statements, box: boxAround(x * scale, y * scale, side, side) };
    });
    const free = (box, statements = 0) => !placed.some((other) => meet(box, other.box))
      && !dots.some((dot) => dot.statements * 2 > statements && meet(box, dot.box));
    placeNames(context, scale, positions, free, placed);
    placeCaptions(context, scale, free, placed);
    return placed;
  }

  function placeNames(context, scale, positions, free, placed) {
    const view = freeBox();
    for (const [rank, node] of labelOrder().entries()) {
      const chosen = node.id === state.node, size = chosen ? 15 : rank < 8 ? 14 : rank < 40 ? 13 : 12;
      const font = `${chosen || rank < 8 ? 600 : 400} ${size}px ${FONT}`, text = clip(node.label, 28);
      context.font = font;
      const { x, y } = positions[node.id];
      const options = spots(x * scale, y * scale, node.size * scale, context.measureText(text).width + 4, size + 3, view);
      const seen = options.filter((option) => within(option, view));
      const box = (seen.length ? seen : options).find((option) => free(option, node.statements)) ?? (chosen ? options[0] : null);
      if (box) placed.push({ text, font, box, ink: "--ink" });
    }
  }

  function placeCaptions(context, scale, free, placed) {
    const font = context.font = `italic 11.5px ${FONT}`;
    for (const edge of page.edges.filter((edge) => lineShown(edge) && hasCaption(edge, scale))) {
      const text = caption(edge), width = context.measureText(text).width + 4;
      const places = edge.modality === "denied" ? [0.3, 0.7] : [0.5, 0.4, 0.6, 0.3, 0.7];
      const box = places.map((at) => pointOn(edge, at)).map(({ x, y }) => boxAround(x * scale, y * scale, width, 14))
        .find((option) => free(option));
      if (box) placed.push({ text, font, box, ink: "--soft", ground: true });
    }
  }

  /* What can be seen now, as a box in screen pixels relative to the origin of the drawing. */
  function freeBox() {
    const { x, y } = network.canvasToDOM({ x: 0, y: 0 }), { left, right, bottom } = freeSpace();
    return [left - x, -y, canvas.clientWidth - right - x, canvas.clientHeight - bottom - y];
  }

  const within = (box, view) => box[0] > view[0] && box[1] > view[1] && box[2] < view[2] && box[3] < view[3];
  const pointOn = (edge, at) => network.body.edges[edge.id].edgeType.getPoint(at);
  const hasCaption = (edge, scale) => (state.near ? isNearLine(edge) : edge.id === state.hover || scale > 1.15);

  function caption(edge) {
    const often = new Map();
    for (const number of edge.facts) often.set(facts[number].label, (often.get(facts[number].label) ?? 0) + 1);
    const [first, ...others] = [...often].sort((a, b) => b[1] - a[1]).map(([verb]) => clip(verb, 28));
    const modality = edge.modality === "asserted" ? "" : `${facts[edge.facts[0]].modality}: `;
    return modality + first + (others.length ? ` +${others.length}` : "");
  }

  function drawLabels(context) {
    const scale = network.getScale(), key = `${state.version} ${state.hover} ${scale}`;
    if (labels.key !== key) labels = { key, placed: placeLabels(context, scale) };
    context.save();
    context.scale(1 / scale, 1 / scale);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    const paper = token("--paper"), inks = { "--ink": token("--ink"), "--soft": token("--soft") };
    context.strokeStyle = paper;
    for (const { text, font, box, ink, ground } of labels.placed) {
      context.font = font;
      context.fillStyle = paper;
      if (ground) context.fillRect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
      context.fillStyle = inks[ink];
      const at = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
      context.strokeText(text, ...at);
      context.fillText(text, ...at);
    }
    context.restore();
  }

  /* A cross in the middle of a line says that what it stands for is denied. */
  function drawCrosses(context) {
    context.save();
    context.lineWidth = 2;
    for (const edge of page.edges.filter((edge) => edge.modality === "denied" && lineShown(edge) && isNearLine(edge))) {
      const { x, y } = pointOn(edge, 0.5);
      context.strokeStyle = toneLook(edge.tone)[theme()];
      context.beginPath();
      for (const slope of [1, -1]) context.moveTo(x - 5, y - 5 * slope), context.lineTo(x + 5, y + 5 * slope);
      context.stroke();
    }
    context.restore();
  }

  // ---------------------------------------------------------------- the panel

  let opener = null;

  function openPanel(swatch, title, about, ...content) {
    if (panel.hidden) opener = document.activeElement;
    panel.replaceChildren(
      make("header", {}, swatch, make("div", {}, make("h2", { id: "panel-title" }, title), make("p", { class: "about" }, about)),
        make("button", { type: "button", class: "close", "aria-label": "Close", onclick: close }, "✕")),
      ...content);
    panel.hidden = false;
    panel.scrollTop = 0;
    tip.hidden = true;
    panel.focus({ preventScroll: true });
  }

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    Object.assign(state, { node: null, edge: null });
    network.unselectAll();
    paint();
    opener?.focus?.({ preventScroll: true });
  }

  function openNode(node) {
    const { id } = node;
    Object.assign(state, { node: id, edge: null });
    network.selectNodes([id], false);
    const wikidata = id.startsWith("wd:") && isWeb(node.iri) ? link(node.iri, `Wikidata ${id.slice(3)}`) : null;
    const about = dotted([bdi(typeLook(node.type).name), count(node.statements, "statement"), wikidata]);
    openPanel(typeSwatch(node.type), bdi(node.label), about, ...groups(id));
    paint();
  }

  function showNode(id) {
    if (!entities.has(id)) return;
    openNode(entities.get(id));
    reveal([id]);
  }

  function focus(id) {
    const node = entities.get(id);
    if (!node) return;
    if (!nodeShown(node)) showAll();
    openNode(node);
    moveTo(network.getPosition(id), Math.max(network.getScale(), 0.9));
  }

  function showEdge(id) {
    const edge = lines.get(id);
    if (!edge) return;
    Object.assign(state, { node: null, edge: id });
    network.setSelection({ nodes: [], edges: [id] }, { highlightEdges: false });
    const { name, [theme()]: colour } = toneLook(edge.tone), modality = modalityLook(edge.modality);
    const about = dotted([name, bdi(modality.name), count(edge.facts.length, "statement")]);
    openPanel(lineSwatch(colour, modality.dashes), [goTo(edge.from), " and ", goTo(edge.to)], about, cards(edge.facts));
    paint();
    reveal([edge.from, edge.to]);
  }

  /* The statements about one entity, by the other entity, the newest first; folded ones are filled when opened. */
  function groups(id) {
    const others = new Map();
    const own = joined.get(id).flatMap((edge) => edge.facts).sort((a, b) => a - b);
    for (const number of own) {
      const other = facts[number].from === id ? facts[number].to : facts[number].from;
      others.set(other, [...(others.get(other) ?? []), number]);
    }
    let room = 8;
    const cardsOf = (numbers) => cards(numbers, id);
    return [...others].map(([other, numbers]) => {
      const group = make("details", { class: "group" },
        make("summary", {}, bdi(clip(nameOf(other), 80)), make("span", { class: "count" }, String(numbers.length))));
      group.addEventListener("toggle", () => group.children.length > 1 || group.append(cardsOf(numbers)));
      if (room > 0) group.open = true, group.append(cardsOf(numbers));
      room -= numbers.length;
      return group;
    });
  }

  const cards = (numbers, first = null) => make("ul", { class: "facts" }, numbers.map((number) => card(facts[number], first)));

  function card(fact, first) {
    const article = articles[fact.article];
    const item = make("li", { class: "fact", "data-id": fact.id }, sentenceLine(fact, first), quotation(fact),
      note(fact.time && bdi(toTime(fact.time)), fact.place && bdi(fact.place, "text"), fact.topic && ["about ", bdi(fact.topic)],
        fact.attribution.length && ["according to ", bdi(fact.attribution.join(", "), "text")]),
      note(article.source && bdi(article.source), article.title && link(article.url, article.title),
        article.published && ["published ", bdi(toTime(article.published))]),
      note(percent(fact) && `confidence ${percent(fact)}`, words(fact.type), fact.plover));
    item.style.setProperty("--tone", toneLook(fact.tone)[theme()]);
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
  const quotation = (fact) => make("blockquote", { dir: "auto" },
    fact.quote.map((piece, index) => (index % 2 ? make("mark", {}, piece) : piece)));

  // ---------------------------------------------------------------- legend, status, search, table

  function legendList(title, kind, keys, tally, swatch, name) {
    const present = keys.filter((key) => tally.get(key));
    return [make("h2", {}, title), make("ul", { "data-kind": kind }, present.map((key) => {
      const button = make("button", { type: "button", "data-key": key, "aria-pressed": String(!hidden[kind].has(key)) },
        swatch(key), make("bdi", {}, name(key)), make("span", { class: "count" }, tally.get(key).toLocaleString("en")));
      const alone = () => { hidden[kind] = new Set(present.filter((other) => other !== key)); };
      button.addEventListener("click", ({ shiftKey }) => { shiftKey ? alone() : flip(hidden[kind], key); refilter(); });
      button.addEventListener("dblclick", () => { alone(); refilter(); });
      return make("li", {}, button);
    }))];
  }

  const flip = (set, key) => set.delete(key) || set.add(key);
  const allKeys = (known, tally) => [...new Set([...Object.keys(known), ...[...tally.keys()].sort()])];

  function tallies() {
    const tally = { types: new Map(), tones: new Map(), modalities: new Map() };
    const add = (map, key, number) => map.set(key, (map.get(key) ?? 0) + number);
    for (const node of page.nodes) add(tally.types, node.type, 1);
    for (const edge of page.edges) add(tally.tones, edge.tone, edge.facts.length), add(tally.modalities, edge.modality, edge.facts.length);
    return tally;
  }

  function drawLegend() {
    const { types, tones, modalities } = tallies();
    const filtered = Object.values(hidden).some((set) => set.size);
    legend.replaceChildren(legend.querySelector("summary"),
      ...legendList("Entities", "types", allKeys(palette.types, types), types, typeSwatch, (type) => typeLook(type).name),
      ...legendList("Statements", "tones", allKeys(palette.tones, tones), tones,
        (tone) => lineSwatch(toneLook(tone)[theme()]), (tone) => toneLook(tone).name),
      ...legendList("How it is said", "modalities", allKeys(palette.modalities, modalities), modalities,
        (modality) => lineSwatch(token("--soft"), modalityLook(modality).dashes, 2), (modality) => modalityLook(modality).name),
      make("p", { class: "hint" }, "Click to hide or show, double-click or press Shift to see one alone."),
      ...(filtered ? [make("button", { type: "button", class: "reset", onclick: showAll }, "Show all")] : []));
  }

  function refilter() {
    const focused = document.activeElement?.dataset?.key;
    const kind = document.activeElement?.closest?.("ul")?.dataset?.kind;
    drawLegend();
    if (focused) legend.querySelector(`ul[data-kind="${kind}"] button[data-key="${CSS.escape(focused)}"]`)?.focus();
    paint();
  }

  function showAll() {
    for (const kind of Object.keys(hidden)) hidden[kind] = new Set();
    refilter();
  }

  function showStatus() {
    const of = (shown, all) => (shown === all ? "" : `${shown.toLocaleString("en")} of `);
    const ids = (some) => new Set(some.flatMap((edge) => edge.facts.map((number) => facts[number].id))).size;
    const shown = page.nodes.filter(nodeShown).length, all = ids(page.edges);
    $("status").textContent = [
      of(shown, page.nodes.length) + count(page.nodes.length, "entity", "entities"),
      of(ids(page.edges.filter(lineShown)), all) + count(all, "statement"), count(page.documents, "document")].join(", ");
  }

  /* What the search box offers: each name once, told apart by type or id where several entities share it. */
  const searchable = new Map();
  for (const node of [...page.nodes].sort((a, b) => b.statements - a.statements || (a.id < b.id ? -1 : 1))) {
    const name = clip(node.label, 80);
    const entry = [name, `${name} (${typeLook(node.type).name})`, `${name} (${node.id})`].find((text) => !searchable.has(text));
    searchable.set(entry, node.id);
  }
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

  function search(text) {
    const wanted = plain(text), entries = [...searchable.keys()];
    const tests = [(entry) => entry === wanted, (entry) => entry.startsWith(wanted), (entry) => entry.includes(wanted)];
    const found = wanted && tests.map((test) => entries.find((entry) => test(plain(entry)))).find(Boolean);
    query.classList.toggle("unknown", Boolean(wanted) && !found);
    if (found) focus(searchable.get(found));
  }

  function buildTable() {
    if ($("all").querySelector("table")) return;
    const heads = ["When", "Statement", "Said as", "Where", "According to", "Sentence", "Article", "Published", "Confidence"];
    const rows = facts.map((fact) => {
      const article = articles[fact.article];
      const cells = [toTime(fact.time), threeParts(fact), fact.modality,
        fact.place && bdi(fact.place), bdi(fact.attribution.join(", ")), make("div", {}, fact.quote.join("")),
        [article.source && bdi(article.source), article.source && ", ", link(article.url, article.title)],
        toTime(article.published), percent(fact)];
      const kinds = { 2: "short", 5: "sentence", 6: "article", 7: "short", 8: "short" };
      return make("tr", {}, cells.map((cell, index) => make("td", { class: kinds[index] ?? null }, [cell].flat().filter(Boolean))));
    });
    $("all").append(make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "All statements" }, make("table", {},
      make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))), make("tbody", {}, rows))));
  }

  // ---------------------------------------------------------------- pointer and keys

  function showTip(at, ...texts) {
    canvas.classList.add("pointing");
    tip.replaceChildren(...texts.map((text) => make("p", {}, bdi(text))));
    tip.hidden = false;
    tip.style.left = `${Math.max(4, Math.min(at.x + 14, canvas.clientWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(4, Math.min(at.y + 14, canvas.clientHeight - tip.offsetHeight - 4))}px`;
  }

  function leave() {
    state.hover = null;
    tip.hidden = true;
    canvas.classList.remove("pointing");
  }

  network.on("hoverNode", ({ node: id, pointer }) => {
    const node = entities.get(id);
    state.hover = id;
    showTip(pointer.DOM, clip(node.label, 120), `${typeLook(node.type).name}, ${count(node.statements, "statement")}`);
  });
  network.on("hoverEdge", ({ edge: id, pointer }) => {
    const edge = lines.get(id);
    state.hover = id;
    showTip(pointer.DOM, `${clip(nameOf(edge.from))} – ${clip(nameOf(edge.to))}: ${caption(edge)}`,
      `${toneLook(edge.tone).name}, ${modalityLook(edge.modality).name}, ${count(edge.facts.length, "statement")}`);
  });
  for (const event of ["blurNode", "blurEdge", "dragStart", "zoom"]) network.on(event, leave);
  network.on("dragging", ({ nodes: [dragged] }) => { if (dragged) state.version += 1; });
  for (const event of ["dragEnd", "animationFinished", "resize"]) network.on(event, () => { state.version += 1; network.redraw(); });
  network.on("click", ({ nodes: [node], edges: [edge] }) => (node ? showNode(node) : edge ? showEdge(edge) : close()));
  network.on("afterDrawing", (context) => { drawCrosses(context); drawLabels(context); });

  $("search").addEventListener("submit", (event) => { event.preventDefault(); search(query.value); });
  query.addEventListener("input", ({ inputType }) => {
    query.classList.remove("unknown");
    const picked = !inputType || inputType === "insertReplacementText";  // from the list, not typed: typing goes on
    if (picked && searchable.has(query.value)) focus(searchable.get(query.value));
  });
  $("zoom").addEventListener("click", ({ target: { dataset: { zoom } } }) => {
    if (zoom === "fit") fit();
    else if (zoom) network.moveTo({ scale: network.getScale() * zoom, animation: !still.matches && { duration: 200 } });
  });
  $("all").addEventListener("toggle", buildTable);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "/" && document.activeElement !== query) event.preventDefault(), query.focus(), query.select();
  });
  dark.addEventListener("change", () => { refilter(); state.node ? showNode(state.node) : state.edge && showEdge(state.edge); });

  // ---------------------------------------------------------------- start

  $("names").append(...[...searchable.keys()].sort().map((name) => make("option", { value: name })));
  legend.open = !narrow.matches;
  drawLegend();
  showStatus();
  canvas.setAttribute("aria-label", `Drawing of ${$("status").textContent}; the search box and the table of all statements hold the same as text.`);
  fit(false);
  network.once("afterDrawing", () => { document.body.dataset.ready = "true"; });
  network.redraw();
  window.kg = { network, nodes, edges, focus, showNode, showEdge };
})();
