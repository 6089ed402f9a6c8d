// ---------------------------------------------------------------- all together

function render() {
  applyFilters();
  paint();
  showLegend();
  showActivity();
  showTab();
  showPanel();
  showStatus();
}

function readAddress() {
  remembered = location.hash.replace(/^#/, "");
  fromFragment(location.hash);
  quietly(() => { render(); placeView(); });
}

/* Looks where the address says, else at what is selected. */
function placeView() {
  const at = camera;
  if (at) network.moveTo({ position: { x: at[0], y: at[1] }, scale: at[2], animation: false }), growWithDistance();
  else if (view.near) fitTo(view.near, false);
}

for (const [id, way] of [["back", "back"], ["forward", "forward"]]) $(id).addEventListener("click", () => history[way]());
window.addEventListener("popstate", readAddress);
$("zoom").addEventListener("click", ({ target: { dataset: { zoom } } }) => {
  if (zoom === "fit") fit();
  else if (zoom) zoomBy(Number(zoom));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") $("export").open = false, close();
  if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) event.preventDefault(), query.focus(), query.select();
});
for (const media of [dark, printing]) media.addEventListener("change", render);

legend.open = !narrow.matches;
remembered = location.hash.replace(/^#/, "");
fromFragment(location.hash);
const ready = () => { document.body.dataset.ready = "true"; };
if (state.tab === "graph") network.once("afterDrawing", ready);
else requestAnimationFrame(ready);
quietly(() => {
  render();
  canvas.setAttribute("aria-label", `Drawing of ${$("status").textContent}. The arrow keys go from entity to entity, Enter reads, e expands; the tables hold the same as text.`);
  if (!camera) fit(false);
  placeView();
});
/* As it was when it opened. */
function reset() {
  stopPicking();
  query.value = "";
  camera = null;
  change(fresh());
  setWorld(0, 0, 1);
  fit(false);
}
window.kg = { network, nodes, edges, view, state, focus, showNode, showEdge, expand, openGroup, reset };
