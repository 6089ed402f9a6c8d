// ---------------------------------------------------------------- colours, shapes and swatches

const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 700px)");
const printing = matchMedia("print");

const theme = () => (dark.matches && !printing.matches ? "dark" : "light");
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const look = (table, key, other) => (Object.hasOwn(table, key) ? table[key] : other);
const typeLook = (type) => look(palette.types, type, { name: words(type), family: "things", shape: "dot" });
const typeColour = (type) => palette.families[typeLook(type).family][theme()];
const toneLook = (tone) => look(palette.tones, tone, palette.tones.event);
const toneColour = (tone) => toneLook(tone)[theme()];
const modalityLook = (modality) => look(palette.modalities, modality, { name: modality, dashes: false });
const classes = new Map(Object.entries(palette.modalities).flatMap(([name, { of }]) => of.map((one) => [one, name])));
const classOf = (modality) => classes.get(modality) ?? modality;

const typeSwatch = (type) => draw("svg", { class: "swatch", viewBox: "0 0 16 16", "aria-hidden": "true" },
  draw("path", { d: palette.shapes[typeLook(type).shape], fill: typeColour(type) }));
const lineSwatch = (colour, dashes, { width = 3, crossed = false } = {}) =>
  draw("svg", { class: "stroke", viewBox: "0 0 32 16", "aria-hidden": "true" },
    draw("line", { x1: 1, x2: 31, y1: 8, y2: 8, stroke: colour, "stroke-width": width, "stroke-dasharray": dashes ? dashes.join(" ") : "none" }),
    crossed && draw("path", { d: "M12 4L20 12M12 12L20 4", stroke: colour, "stroke-width": 2 }));

/* An entity's flag and a space, where this system draws flags: the others show two letters or two boxes. */
const widthOf = (text) => make("canvas").getContext("2d").measureText(text).width;
const hasFlags = widthOf("\u{1f1fa}\u{1f1f3}") < 1.5 * widthOf("\u{1f1fa}");
const flagOf = (id) => (hasFlags && about[id]?.flag ? `${about[id].flag} ` : "");

/* The first of two `#rrggbb` colours, thinned with the second; opaque, so that no line shines through a node. */
const thin = (colour, paper, share) => "#" + [1, 3, 5].map((at) => {
  const [own, other] = [colour, paper].map((text) => parseInt(text.slice(at, at + 2), 16));
  return Math.round(own * share + other * (1 - share)).toString(16).padStart(2, "0");
}).join("");

/* From -1, all conflict, to 1, all cooperation; null where nothing speaks of either. */
const WEIGHTS = { 1: 0.5, 2: 1, 3: -0.5, 4: -1 };
function score(numbers) {
  const known = numbers.map((at) => WEIGHTS[facts[at].tone]).filter((weight) => weight !== undefined);
  return known.length ? known.reduce((sum, weight) => sum + weight, 0) / known.length : null;
}
function scoreColour(value) {
  if (value === null) return toneColour("relation");
  const [strong, weak] = value < 0 ? ["4", "3"] : ["2", "1"];
  return Math.abs(value) >= 0.75 ? toneColour(strong) : Math.abs(value) > 0.1 ? toneColour(weak) : toneColour("event");
}
const scoreWord = (value) => (value === null ? "neither conflict nor cooperation"
  : value < -0.1 ? "rather conflict" : value > 0.1 ? "rather cooperation" : "conflict and cooperation alike");
