// ---------------------------------------------------------------- what leaves the page: pictures, a table, a print, a link

function download(name, blob) {
  const url = URL.createObjectURL(blob), anchor = make("a", { href: url, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  say(`${name} is saved.`);
}

const fileName = (ending) => `${document.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "graph"}.${ending}`;

/* The picture as it is now, on paper. */
function savePng() {
  const drawn = canvas.querySelector("canvas"), copy = make("canvas", { width: drawn.width, height: drawn.height });
  const context = copy.getContext("2d");
  context.fillStyle = token("--paper");
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(drawn, 0, 0);
  copy.toBlob((blob) => download(fileName("png"), blob), "image/png");
}

function saveSvg() {
  const picture = state.tab === "map" ? atlasPicture() : graphPicture();
  download(fileName("svg"), new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" }));
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
    edge.modality === "denied" ? draw("path", { d: `M${x - 5} ${y - 5}L${x + 5} ${y + 5}M${x - 5} ${y + 5}L${x + 5} ${y - 5}`, "stroke-width": 2 }) : null);
}

function nodePicture(node, { x, y }) {
  const size = node.size, scale = size / 8, { color, shape } = nodeLook(node);
  return draw("g", {}, draw("path", { d: palette.shapes[shape], fill: color.background, transform: `translate(${x - size} ${y - size}) scale(${scale})` }),
    draw("text", { x, y: y + size + 14, "text-anchor": "middle", fill: token("--ink"), stroke: token("--paper"), "stroke-width": 3, "paint-order": "stroke" }, clip(node.label, 28)));
}

function atlasPicture() {
  const copy = atlas.cloneNode(true);
  copy.setAttribute("width", page.world.width);
  const styles = { sea: ["--sea", "none"], land: ["--land", "none"], borders: [null, "--paper"], graticule: [null, "--line"] };
  for (const [name, [own, edge]] of Object.entries(styles)) {
    copy.querySelector(`.${name}`).setAttribute("fill", own ? token(own) : "none");
    copy.querySelector(`.${name}`).setAttribute("stroke", edge === "none" ? "none" : token(edge));
  }
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
