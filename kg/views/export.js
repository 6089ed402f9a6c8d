// ---------------------------------------------------------------- what leaves the page: pictures, a table, a print, a link

function download(name, blob) {
  const url = URL.createObjectURL(blob), anchor = make("a", { href: url, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  say(`${name} is saved.`);
}

const fileName = (ending) => `${document.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "graph"}.${ending}`;

/* The picture as it is now, on paper. */
async function savePng() {
  const drawn = state.tab === "map" ? await atlasImage() : canvas.querySelector("canvas");
  const copy = make("canvas", { width: drawn.width, height: drawn.height });
  const context = copy.getContext("2d");
  context.fillStyle = token("--paper");
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(drawn, 0, 0, copy.width, copy.height);
  copy.toBlob((blob) => download(fileName("png"), blob), "image/png");
}

const toXml = (picture) => new XMLSerializer().serializeToString(picture);

function saveSvg() {
  const picture = state.tab === "map" ? atlasPicture() : graphPicture();
  download(fileName("svg"), new Blob([toXml(picture)], { type: "image/svg+xml" }));
}

/* The map as an image of twice its size. */
async function atlasImage() {
  const image = new Image(2 * page.world.width, 2 * page.world.height);
  image.src = `data:image/svg+xml,${encodeURIComponent(toXml(atlasPicture()))}`;
  await image.decode();
  return image;
}

/* All that is drawn, as shapes; each line and node says what it is. */
function graphPicture() {
  const positions = network.getPositions(), points = Object.values(positions);
  const [[west, east], [north, south]] = points.length ? [extent(points.map(({ x }) => x)), extent(points.map(({ y }) => y))] : [[0, 100], [0, 100]];
  const box = [west - 100, north - 60, east - west + 200, south - north + 140];
  return draw("svg", { viewBox: box.join(" "), width: box[2], height: box[3], "font-family": FONT, "font-size": 14 },
    draw("title", {}, document.title), draw("rect", { x: box[0], y: box[1], width: box[2], height: box[3], fill: token("--paper") }),
    [...view.edges.values()].map((edge) => linePicture(edge)),
    [...view.nodes.values()].map((node) => nodePicture(node, positions[node.id])));
}

function linePicture(edge) {
  const [from, middle, to] = [0, 0.5, 1].map((at) => pointOn(edge, at)), look = edgeLook(edge), colour = toneColour(edge.tone);
  const control = { x: 2 * middle.x - (from.x + to.x) / 2, y: 2 * middle.y - (from.y + to.y) / 2 };
  const [f, c, t] = [from, control, to].map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`), { x, y } = middle;
  return draw("g", { stroke: colour, fill: "none", "stroke-opacity": look.color.opacity },
    draw("path", { d: `M${f}Q${c} ${t}`, "stroke-width": look.width.toFixed(1), "stroke-dasharray": look.dashes ? look.dashes.join(" ") : null },
      draw("title", {}, caption(edge))),
    look.arrows.from.enabled && headPicture(control, from, look.width, colour), look.arrows.to.enabled && headPicture(control, to, look.width, colour),
    edge.modality === "denied" ? draw("path", { d: `M${x - 5} ${y - 5}L${x + 5} ${y + 5}M${x - 5} ${y + 5}L${x + 5} ${y - 5}`, "stroke-width": 2 }) : null);
}

/* An arrowhead as vis-network draws it: the line ends inside it. */
function headPicture(before, end, width, colour) {
  const length = 15 * HEAD + 3 * width, distance = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [x, y] = [(end.x - before.x) / distance, (end.y - before.y) / distance];
  const corners = [[0.9, 0], [-0.1, 0.3], [-0.1, -0.3]].map(([along, aside]) =>
    `${(end.x + length * (along * x - aside * y)).toFixed(1)} ${(end.y + length * (along * y + aside * x)).toFixed(1)}`);
  return draw("path", { d: `M${corners.join("L")}Z`, fill: colour, stroke: "none", "fill-opacity": 1 });
}

function nodePicture(node, { x, y }) {
  const size = node.size, scale = size / 8, { color, shape } = nodeLook(node);
  return draw("g", {}, draw("path", { d: palette.shapes[shape], fill: color.background, transform: `translate(${x - size} ${y - size}) scale(${scale})` }),
    draw("text", { x, y: y + size + 14, "text-anchor": "middle", fill: token("--ink"), stroke: token("--paper"), "stroke-width": 3, "paint-order": "stroke" }, clip(node.label, 28)));
}

function atlasPicture() {
  const copy = atlas.cloneNode(true);
  copy.setAttribute("width", page.world.width);
  copy.setAttribute("height", page.world.height);
  copy.setAttribute("font-family", FONT);
  const styles = { sea: ["--sea", "none"], land: ["--land", "none"], borders: [null, "--paper"], graticule: [null, "--line"] };
  for (const [name, [own, edge]] of Object.entries(styles)) {
    copy.querySelector(`.${name}`).setAttribute("fill", own ? token(own) : "none");
    copy.querySelector(`.${name}`).setAttribute("stroke", edge === "none" ? "none" : token(edge));
  }
  for (const text of copy.querySelectorAll("text"))
    fill(text, { fill: token("--ink"), stroke: token("--paper"), "paint-order": "stroke", "dominant-baseline": "central" }, []);
  return copy;
}

const csvCell = (value) => {
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;  // spreadsheets would run it as a formula
  return `"${safe.replaceAll('"', '""')}"`;
};

function saveCsv() {
  const heads = ["from", "type", "to", "modality", "time", "place", "attribution", "confidence", "sentence", "source", "title", "url", "published"];
  const rows = shownFacts().map((at) => {
    const fact = facts[at], { source, title, url, published } = articles[fact.article];
    return [nameOf(fact.from), fact.type, nameOf(fact.to), fact.modality, fact.time, fact.place, fact.attribution.join("; "),
      fact.confidence, fact.quote.join(""), source, title, url, published];
  });
  const text = [heads, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n");
  download(fileName("csv"), new Blob(["\ufeff", text], { type: "text/csv" }));
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    say("The address of this view is copied.");
  } catch {
    say("This browser does not let the page copy: take the address from the address bar.");
  }
}

/* On paper the legend stands below the picture: the part that it covers on the screen is cut off. */
addEventListener("beforeprint", () => {
  const { left } = freeSpace();
  document.documentElement.style.setProperty("--covered", `${(100 * left) / (canvas.clientWidth - left || 1)}%`);
});

const EXPORTS = { png: savePng, svg: saveSvg, csv: saveCsv, print: () => window.print(), link: copyLink };
$("export").addEventListener("click", ({ target: { dataset } }) => {
  if (!dataset.export) return;
  $("export").open = false;
  EXPORTS[dataset.export]();
});
