// ---------------------------------------------------------------- the drawing: what is on it

const canvas = $("canvas"), panel = $("panel"), legend = $("legend"), query = $("query"), tip = $("tip");
const MOST_NEIGHBOURS = 250, MOST_LINES = 1500, HEAD = 0.55;
const view = { hover: null, near: null, nearLines: null, way: null, version: 0, grown: 1, left: 0, nodes: new Map(), edges: new Map() };

if (innerHeight > 1.2 * innerWidth) for (const node of page.nodes) [node.x, node.y] = [node.y, node.x];
if (innerHeight > 1.2 * innerWidth) for (const group of page.groups) [group.x, group.y] = [group.y, group.x], group.middle.reverse();

const groupId = (at) => `group ${at}`;
const groupAt = (id) => (id?.startsWith("group ") ? Number(id.slice(6)) : null);
const weightiest = (ids) => [...ids].sort((a, b) => entities.get(b).statements - entities.get(a).statements || (a < b ? -1 : 1));

/* The ids of the entities and the numbers of the closed groups that are to be drawn. */
function whatToDraw() {
  const ids = new Set(), closed = new Set();
  view.left = 0;
  if (state.only.length) for (const seed of state.only) addNeighbourhood(ids, seed);
  else if (page.groups.length) for (const { id, group } of page.nodes) state.open.includes(group) ? ids.add(id) : closed.add(group);
  else for (const { id } of page.nodes) ids.add(id);
  for (const id of ids) if (!shownNodes.has(id)) ids.delete(id);
  for (const id of view.way ?? []) ids.add(id);
  for (const id of endsOfSelection()) if (shownNodes.has(id)) ids.add(id);
  const alive = new Set([...shownNodes].map((id) => entities.get(id).group));
  return { ids, closed: new Set([...closed].filter((at) => alive.has(at))) };
}

function addNeighbourhood(ids, seed) {
  const others = weightiest(new Set(linesOf(seed).map((edge) => otherEnd(edge, seed))));
  view.left += Math.max(others.length - MOST_NEIGHBOURS, 0);
  for (const id of [seed, ...others.slice(0, MOST_NEIGHBOURS)]) ids.add(id);
}

const endsOfSelection = () => (state.node ? [state.node] : state.edge ? [lines.get(state.edge).from, lines.get(state.edge).to] : state.pair);

/* Where each opened group pushes the others to: outwards, by as much as it takes. */
function placeGroups() {
  const spots = page.groups.map(({ x, y }) => ({ x, y }));
  for (const at of state.only.length ? [] : state.open) {
    const centre = { ...spots[at] }, push = page.groups[at].reach + 80;
    spots.forEach((spot, other) => {
      if (other === at) return;
      const [dx, dy] = [spot.x - centre.x, spot.y - centre.y], distance = Math.hypot(dx, dy) || 1;
      spot.x += (dx / distance) * push;
      spot.y += (dy / distance) * push;
    });
  }
  return spots;
}

function nodeItems({ ids, closed }) {
  const spots = placeGroups(), items = new Map();
  for (const id of ids) {
    const node = entities.get(id), group = page.groups[node.group];
    const [x, y] = group && !node.moved ? [spots[node.group].x + node.x - group.middle[0], spots[node.group].y + node.y - group.middle[1]] : [node.x, node.y];
    items.set(id, { ...node, x, y });
  }
  for (const at of closed) {
    const group = page.groups[at];
    items.set(groupId(at), { ...group, ...spots[at], id: groupId(at), type: null });
  }
  return items;
}

/* The lines between what is drawn; where an end is a closed group, one line stands for all between the two. */
function edgeItems(drawn) {
  const items = new Map(), between = new Map();
  const standIn = (id) => (drawn.has(id) ? id : drawn.has(groupId(entities.get(id).group)) ? groupId(entities.get(id).group) : null);
  for (const [id, own] of shownLines) {
    const edge = lines.get(id), [from, to] = [standIn(edge.from), standIn(edge.to)];
    if (from === null || to === null) continue;
    if (from === edge.from && to === edge.to) items.set(id, { ...edge, facts: own });
    else if (from !== to) {
      const key = [from, to].sort().join(" – ");
      if (!between.has(key)) between.set(key, { id: key, from, to, facts: [], arrows: "", bend: 0, modality: "asserted", joined: true });
      between.get(key).facts.push(...own);
    }
  }
  for (const item of between.values()) items.set(item.id, { ...item, tone: byTally(tallied(item.facts.map((at) => facts[at].tone)))[0][0] });
  return heaviest(items);
}

function heaviest(items) {
  if (items.size <= MOST_LINES) return items;
  return new Map([...items].sort((a, b) => b[1].facts.length - a[1].facts.length || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_LINES));
}

// ---------------------------------------------------------------- how it looks

function nodeLook(node) {
  const paper = token("--paper"), isGroup = node.type === null;
  const own = isGroup ? token("--soft") : typeColour(node.type), colour = thin(own, paper, isNear(node.id) ? (isGroup ? 0.45 : 1) : 0.18);
  const chosen = { background: colour, border: token("--ink") };
  return {
    id: node.id, x: node.x, y: node.y, size: node.size * (isGroup ? 1 : view.grown), shape: isGroup ? "dot" : typeLook(node.type).shape,
    color: { background: colour, border: isGroup ? own : paper, highlight: chosen, hover: chosen },
  };
}

function edgeLook(edge) {
  const colour = toneColour(edge.tone), opacity = isNearLine(edge) ? weight(edge) : 0.08;
  return {
    id: edge.id, from: edge.from, to: edge.to, dashes: modalityLook(edge.modality).dashes,
    color: { color: colour, highlight: colour, hover: colour, opacity },
    width: Math.min(1.3 + 1.1 * Math.log2(edge.facts.length), 8) * Math.min(view.grown, 2),
    arrows: Object.fromEntries(["from", "to"].map((end) => [end, { enabled: edge.arrows.includes(end), scaleFactor: HEAD }])),
    smooth: { enabled: edge.bend !== 0, type: edge.bend > 0 ? "curvedCW" : "curvedCCW", roundness: Math.min(Math.abs(edge.bend) * 0.16, 0.7) },
  };
}

/* In a crowd the lines with few statements stand back. */
const crowd = () => Math.sqrt(45 / Math.max(view.edges.size, 1)) / 1.2;
const weight = (edge) => (view.near ? 0.9 : Math.max(0.32, Math.min(crowd() * (edge.facts.length + 1), 0.9)));
const isNear = (id) => !view.near || view.near.has(id);
const isNearLine = (edge) => !view.nearLines || view.nearLines(edge);

function findNear() {
  view.near = view.nearLines = null;
  if (view.way) {
    view.near = new Set(view.way);
    const steps = new Set(view.way.slice(1).map((id, at) => [view.way[at], id].sort().join("\n")));
    view.nearLines = (edge) => steps.has([edge.from, edge.to].sort().join("\n"));
  } else if (state.node) {
    view.near = new Set([state.node, ...linesOf(state.node).map((edge) => otherEnd(edge, state.node))]);
    view.nearLines = (edge) => [edge.from, edge.to].includes(state.node);
  } else if (state.edge || state.pair.length) {
    const ends = endsOfSelection();
    view.near = new Set(ends);
    view.nearLines = (edge) => (state.edge ? edge.id === state.edge : ends.includes(edge.from) && ends.includes(edge.to));
  }
}

// ---------------------------------------------------------------- the network

const nodes = new vis.DataSet([]), edges = new vis.DataSet([]);
const lastLooks = new Map([[nodes, new Map()], [edges, new Map()]]);
const network = new vis.Network(canvas, { nodes, edges }, {
  physics: false,
  layout: { improvedLayout: false },
  nodes: { borderWidth: 1.5, borderWidthSelected: 3, scaling: { label: { drawThreshold: 1e6 } } },
  edges: { hoverWidth: 1, selectionWidth: 1.5, arrowStrikethrough: false },
  interaction: { hover: true, selectConnectedEdges: false, hoverConnectedEdges: false, keyboard: false, tooltipDelay: 1e9, hideEdgesOnDrag: false },
});

/* Draws once what would be drawn at each of many changes, half done. */
let quiet = 0;
function quietly(act) {
  quiet += 1;
  network.body.emitter.emit("_blockRedraw");
  act();
  quiet -= 1;
  if (quiet) return;
  network.body.emitter.emit("_allowRedraw");
  network.redraw();
}

/* Brings the drawing up to the state: adds, changes and takes away. */
const paint = () => quietly(() => {
  view.way = state.path.length ? findPath(state.path) : null;
  findNear();
  view.nodes = nodeItems(whatToDraw());
  view.edges = edgeItems(view.nodes);
  if (!nodes.length) view.grown = grownAt(camera ? camera[2] : around([...view.nodes.values()]).scale);
  sync(edges, [], view.edges);
  sync(nodes, [...view.nodes.values()].map(nodeLook), view.nodes);
  sync(edges, [...view.edges.values()].map(edgeLook), view.edges);
  network.setSelection({ nodes: [state.node].filter((id) => view.nodes.has(id)), edges: [state.edge].filter((id) => view.edges.has(id)) }, { highlightEdges: false });
  view.version += 1;
});

/* Takes away what is not wanted, and hands on only what has changed: vis-network looks at each item it is given. */
function sync(set, items, wanted) {
  const gone = set.getIds().filter((id) => !wanted.has(id));
  for (const id of gone) lastLooks.get(set).delete(id);
  set.remove(gone);
  hand(set, items);
}

function hand(set, items) {
  const known = lastLooks.get(set);
  set.update(items.filter((item) => {
    const text = JSON.stringify(item), isNew = known.get(item.id) !== text;
    known.set(item.id, text);
    return isNew;
  }));
}

/* Seen from afar, entities are drawn larger, so that each can be seen and hit. */
const grownAt = (scale) => Math.min(Math.max(0.42 / scale, 1), 3.4);

function growWithDistance() {
  const grown = grownAt(network.getScale());
  if (Math.abs(grown - view.grown) < 0.12 * view.grown) return;
  view.grown = grown;
  hand(nodes, [...view.nodes.values()].map(nodeLook));
  hand(edges, [...view.edges.values()].map(edgeLook));
  view.version += 1;
}

/* The part of the canvas that no card covers. */
function freeSpace() {
  const beside = !narrow.matches;
  return {
    left: beside && legend.open ? legend.offsetLeft + legend.offsetWidth : 0,
    right: beside && !panel.hidden ? canvas.clientWidth - panel.offsetLeft : 0,
    top: beside || legend.open ? 0 : legend.offsetTop + legend.offsetHeight,
    bottom: !beside && !panel.hidden ? panel.offsetHeight : 0,
  };
}

function moveTo(position, scale, animate = true) {
  const { left, right, top, bottom } = freeSpace();
  network.moveTo({
    position, scale, offset: { x: (left - right) / 2, y: (top - bottom) / 2 },
    animation: animate && !still.matches ? { duration: 350, easingFunction: "easeInOutQuad" } : false,
  });
  growWithDistance();
  view.version += 1;
}

const extent = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

const fit = (animate = true) => fitTo(view.nodes.keys(), animate);

/* Moves the view so that these nodes fill what is free of it. */
function fitTo(ids, animate = true) {
  const points = Object.values(network.getPositions([...ids].filter((id) => view.nodes.has(id))));
  if (!points.length || !canvas.clientWidth) return;
  const { position, scale } = around(points);
  moveTo(position, scale, animate);
}

/* Where to look, and how near, so that these points fill the view. */
function around(points) {
  const [[west, east], [north, south]] = [extent(points.map(({ x }) => x)), extent(points.map(({ y }) => y))];
  const { left, right, top, bottom } = freeSpace();
  const across = (canvas.clientWidth - left - right - (narrow.matches ? 110 : 190)) / Math.max(east - west, 1);
  const down = (canvas.clientHeight - top - bottom - 80) / Math.max(south - north, 1);
  return { position: { x: (west + east) / 2, y: (north + south) / 2 }, scale: Math.max(Math.min(across, down, 1.4), 0.02) };
}

/* Moves the view, where a card covers one of these nodes or they lie outside. */
function reveal(ids) {
  const points = Object.values(network.getPositions(ids.filter((id) => view.nodes.has(id)))), scale = network.getScale(), free = freeBox();
  if (!points.length || points.every(({ x, y }) => within(boxAround(x * scale, y * scale, 80, 60), free))) return;
  const [xs, ys] = [extent(points.map(({ x }) => x)), extent(points.map(({ y }) => y))];
  const room = (free[2] - free[0] - 140) / Math.max(xs[1] - xs[0], 1), height = (free[3] - free[1] - 100) / Math.max(ys[1] - ys[0], 1);
  moveTo({ x: (xs[0] + xs[1]) / 2, y: (ys[0] + ys[1]) / 2 }, Math.max(Math.min(scale, room, height), 0.02));
}

/* The way that the address keeps where one looks. */
function readCamera() {
  const { x, y } = network.getViewPosition();
  camera = [Math.round(x), Math.round(y), Number(network.getScale().toPrecision(3))];
  remember(true);
}

// ---------------------------------------------------------------- labels, as on a map: as many as fit, the weightiest first

const FONT = getComputedStyle(document.documentElement).fontFamily;
const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
let labels = { key: "", placed: [] };

function labelOrder() {
  const first = (node) => (node.id === state.node || node.id === view.hover ? 2 : view.near?.has(node.id) ? 1 : 0);
  return [...view.nodes.values()].filter((node) => isNear(node.id))
    .sort((a, b) => first(b) - first(a) || b.statements - a.statements || (a.id < b.id ? -1 : 1));
}

const boxAround = (x, y, width, height) => [x - width / 2, y - height / 2, x + width / 2, y + height / 2];

/* Boxes in screen pixels, relative to the origin of the drawing, for a text below, above, right or left of a node;
   the first two slide sideways to stay in view. */
function spots(x, y, radius, width, height, free) {
  const near = radius + 3, slack = width / 2 + 1;
  const inside = Math.max(free[0] + slack, Math.min(x, free[2] - slack));
  const middle = Math.abs(inside - x) < slack ? inside : x;
  return [[middle, y + near + height / 2], [middle, y - near - height / 2], [x + near + slack, y], [x - near - slack, y]]
    .map(([cx, cy]) => boxAround(cx, cy, width, height));
}

const CELL = 120;

/* Boxes that can be asked fast which of them meet another one. */
function boxIndex() {
  const cells = new Map();
  const keys = (box) => {
    const found = [];
    for (let x = Math.floor(box[0] / CELL); x <= Math.floor(box[2] / CELL); x += 1)
      for (let y = Math.floor(box[1] / CELL); y <= Math.floor(box[3] / CELL); y += 1) found.push(`${x} ${y}`);
    return found;
  };
  return {
    add: (item) => { for (const key of keys(item.box)) cells.has(key) ? cells.get(key).push(item) : cells.set(key, [item]); },
    some: (box, test) => keys(box).some((key) => cells.get(key)?.some((item) => meet(box, item.box) && test(item))),
  };
}

/* Where all labels go: no two overlap, and none covers a node that is nearly as weighty as its own or weightier. */
function placeLabels(context, scale) {
  const placed = [], texts = boxIndex(), dots = boxIndex(), positions = network.getPositions();
  for (const { id, size, statements } of view.nodes.values()) {
    const { x, y } = positions[id], side = 1.6 * size * scale;
    dots.add({ statements, box: boxAround(x * scale, y * scale, side, side) });
  }
  const isFree = (box, statements = 0) => !texts.some(box, () => true) && !dots.some(box, (dot) => dot.statements * 2 > statements);
  const put = (label) => { placed.push(label); texts.add(label); };
  placeNames(context, scale, positions, isFree, put);
  placeCaptions(context, scale, isFree, put);
  return placed;
}

function placeNames(context, scale, positions, isFree, put) {
  const free = freeBox();
  for (const [rank, node] of labelOrder().entries()) {
    const chosen = node.id === state.node, size = chosen ? 15 : rank < 8 ? 14 : rank < 40 ? 13 : 12;
    const font = `${chosen || rank < 8 ? 600 : 400} ${size}px ${FONT}`;
    const text = node.type === null ? `${clip(node.label, 34)} (${number(node.members)})` : flagOf(node.id) + clip(node.label, 28);
    context.font = font;
    const { x, y } = positions[node.id], radius = node.size * scale * (node.type === null ? 1 : view.grown);
    const options = spots(x * scale, y * scale, radius, context.measureText(text).width + 4, size + 3, free);
    const seen = options.filter((option) => within(option, free));
    const box = (seen.length ? seen : options).find((option) => isFree(option, node.statements)) ?? (chosen ? options[0] : null);
    if (box) put({ text, font, box, ink: "--ink" });
  }
}

function placeCaptions(context, scale, isFree, put) {
  const font = context.font = `italic 11.5px ${FONT}`;
  for (const edge of [...view.edges.values()].filter((one) => !one.joined && hasCaption(one, scale))) {
    const text = caption(edge), width = context.measureText(text).width + 4;
    const stations = edge.modality === "denied" ? [0.3, 0.7] : [0.5, 0.4, 0.6, 0.3, 0.7];
    const box = stations.map((at) => pointOn(edge, at)).map(({ x, y }) => boxAround(x * scale, y * scale, width, 14))
      .find((option) => isFree(option));
    if (box) put({ text, font, box, ink: "--soft", ground: true });
  }
}

/* What can be seen now, as a box in screen pixels relative to the origin of the drawing. */
function freeBox() {
  const { x, y } = network.canvasToDOM({ x: 0, y: 0 }), { left, right, top, bottom } = freeSpace();
  return [left - x, top - y, canvas.clientWidth - right - x, canvas.clientHeight - bottom - y];
}

const within = (box, free) => box[0] > free[0] && box[1] > free[1] && box[2] < free[2] && box[3] < free[3];
const pointOn = (edge, at) => network.body.edges[edge.id].edgeType.getPoint(at);
const hasCaption = (edge, scale) => (view.near ? isNearLine(edge) : edge.id === view.hover || scale > 1.15);

function caption(edge) {
  const [first, ...others] = byTally(tallied(edge.facts.map((at) => facts[at].label))).map(([verb]) => clip(verb, 28));
  const modality = edge.modality === "asserted" ? "" : `${facts[edge.facts[0]].modality}: `;
  return modality + first + (others.length ? ` +${others.length}` : "");
}

function drawLabels(context) {
  const scale = network.getScale(), key = `${view.version} ${view.hover} ${scale}`;
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
  for (const edge of view.edges.values()) {
    if (edge.modality !== "denied" || !isNearLine(edge)) continue;
    const { x, y } = pointOn(edge, 0.5);
    context.strokeStyle = toneColour(edge.tone);
    context.beginPath();
    for (const slope of [1, -1]) context.moveTo(x - 5, y - 5 * slope), context.lineTo(x + 5, y + 5 * slope);
    context.stroke();
  }
  context.restore();
}

// ---------------------------------------------------------------- going about in it

function focus(id) {
  const node = entities.get(id);
  if (!node) return;
  if (!shownNodes.has(id)) Object.assign(state, { hidden: fresh().hidden, sure: 0, often: 1, since: "", until: "" });
  const isDrawn = view.nodes.has(id);
  if (!isDrawn && state.only.length) state.only = [];
  const open = page.groups.length && !isDrawn && !state.open.includes(node.group) ? [...state.open, node.group] : state.open;
  select({ node: id, open, tab: state.tab === "table" ? "graph" : state.tab });
  if (state.tab === "graph") moveTo(network.getPosition(id), Math.max(network.getScale(), 0.9));
}

const showNode = (id) => { if (entities.has(id)) select({ node: id }), reveal([id]); };
const showEdge = (id) => { if (lines.has(id)) select({ edge: id }), reveal(endsOfSelection()); };

function openGroup(at) {
  select({ open: [...state.open, at] });
  say(`${page.groups[at].label}: ${count(page.groups[at].members, "entity", "entities")} opened.`);
  const own = page.nodes.filter(({ id, group }) => group === at && view.nodes.has(id)).map(({ id }) => id);
  reveal(own.length ? own : [groupId(at)]);
}

/* Shows an entity with all its neighbours; another one after it, with its neighbours too. */
function expand(id) {
  if (!entities.has(id)) return;
  const isDrawn = view.nodes.has(id);
  change({ node: id, edge: null, pair: [], path: [], only: state.only.length && isDrawn ? [...new Set([...state.only, id])] : [id] });
  say(`${clip(nameOf(id), 80)} with its neighbours: ${count(view.nodes.size, "entity", "entities")} drawn${view.left ? `, ${view.left} left out` : ""}.`);
  fit();
}

let picking = null;

/* A click on a node while a second end is looked for: the path between the two. */
function pick(id) {
  if (picking && id !== picking) {
    const start = picking;
    picking = null;
    document.body.classList.remove("picking");
    select({ path: [start, id], tab: "graph" });
    if (view.way) reveal(view.way);
    return true;
  }
  return false;
}

function startPicking(id) {
  picking = id;
  document.body.classList.add("picking");
  query.focus();
  query.value = "";
  say(`Choose the other end: click an entity, or type its name.`);
  query.placeholder = `Path from ${clip(nameOf(id), 20)} to …`;
}

function stopPicking() {
  picking = null;
  document.body.classList.remove("picking");
  query.placeholder = "Find an entity";
}

function click(id, edge) {
  const at = groupAt(id);
  if (at !== null) openGroup(at);
  else if (id) pick(id) || showNode(id);
  else if (edge && lines.has(edge)) showEdge(edge);
  else if (edge) say("This line joins groups: open one of them to read its statements.");
  else close();
}

/* The arrow keys go from what is chosen to the nearest node in that direction. */
function step(dx, dy) {
  const positions = network.getPositions(), current = view.hover ?? state.node ?? null;
  const from = (current && positions[current]) || network.getViewPosition();
  let best = null, least = Infinity;
  for (const [id, { x, y }] of Object.entries(positions)) {
    const along = (x - from.x) * dx + (y - from.y) * dy, aside = Math.abs((x - from.x) * dy) + Math.abs((y - from.y) * dx);
    const cost = along + 2 * aside;
    if (id !== current && along > 0 && aside <= 2 * along && cost < least) [best, least] = [id, cost];
  }
  if (!best) return;
  view.hover = best;
  view.version += 1;
  const node = view.nodes.get(best);
  say(`${clip(node.label, 120)}, ${count(node.statements, "statement")}`);
  showTip(network.canvasToDOM(positions[best]), clip(node.label, 120), describeNode(node));
  reveal([best]);
  network.redraw();
}

const describeNode = (node) => (node.type === null
  ? `${count(node.members, "entity", "entities")}, ${count(node.statements, "statement")}; click to open`
  : `${typeLook(node.type).name}, ${count(node.statements, "statement")}`);

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function pressOnCanvas(event) {
  const chosen = view.hover ?? state.node;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (ARROWS[event.key]) step(...ARROWS[event.key]);
  else if (event.key === "Enter" || event.key === " ") click(chosen, null);
  else if (event.key === "e" && chosen && groupAt(chosen) === null) expand(chosen);
  else if (event.key === "+" || event.key === "=") zoomBy(1.4);
  else if (event.key === "-") zoomBy(0.714);
  else if (event.key === "0") fit();
  else return;
  event.preventDefault();
}

function zoomBy(factor) {
  network.moveTo({ scale: network.getScale() * factor, animation: !still.matches && { duration: 200 } });
  growWithDistance();
}

function showTip(at, ...texts) {
  canvas.classList.add("pointing");
  tip.replaceChildren(...texts.map((text) => make("p", {}, bdi(text))));
  tip.hidden = false;
  tip.style.left = `${Math.max(4, Math.min(at.x + 14, canvas.clientWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${Math.max(4, Math.min(at.y + 14, canvas.clientHeight - tip.offsetHeight - 4))}px`;
}

function leave() {
  view.hover = null;
  tip.hidden = true;
  canvas.classList.remove("pointing");
}

network.on("hoverNode", ({ node: id, pointer }) => {
  const node = view.nodes.get(id);
  view.hover = id;
  if (node) showTip(pointer.DOM, clip(node.label, 120), describeNode(node));
});
network.on("hoverEdge", ({ edge: id, pointer }) => {
  const edge = view.edges.get(id);
  if (!edge) return;
  view.hover = id;
  const [from, to] = [edge.from, edge.to].map((end) => clip(view.nodes.get(end).label));
  showTip(pointer.DOM, `${from} – ${to}: ${caption(edge)}`,
    `${toneLook(edge.tone).name}, ${modalityLook(edge.modality).name}, ${count(edge.facts.length, "statement")}`);
});
for (const event of ["blurNode", "blurEdge", "dragStart", "zoom"]) network.on(event, leave);
network.on("dragging", ({ nodes: [dragged] }) => { if (dragged) view.version += 1; });
network.on("dragEnd", ({ nodes: dragged }) => {
  for (const id of dragged) {
    if (entities.has(id)) Object.assign(entities.get(id), network.getPosition(id), { moved: true });
    lastLooks.get(nodes).delete(id);
  }
});
let settled = null;
for (const event of ["dragEnd", "animationFinished", "resize", "zoom"]) network.on(event, () => {
  clearTimeout(settled);
  settled = setTimeout(() => { growWithDistance(); view.version += 1; network.redraw(); if (document.body.dataset.ready) readCamera(); }, 120);
});

/* A second click expands; so the first one waits a little, as the panel might come to lie between the two. */
const TWO_CLICKS = 230;
let clicked = null;
network.on("click", ({ nodes: [id], edges: [edge] }) => {
  clearTimeout(clicked);
  if (id && groupAt(id) === null) clicked = setTimeout(() => click(id, null), TWO_CLICKS);
  else click(id, edge);
});
network.on("doubleClick", ({ nodes: [id] }) => {
  clearTimeout(clicked);
  if (id && groupAt(id) === null) expand(id);
});
network.on("afterDrawing", (context) => { drawCrosses(context); drawLabels(context); });
canvas.addEventListener("keydown", pressOnCanvas);
canvas.addEventListener("blur", leave);
