// ---------------------------------------------------------------- activity by day, with a brush that filters

const MILLISECONDS = 864e5, MOST_BINS = 140, LONG = 366, BAR_HEIGHT = 40;
const toDay = (text) => Math.floor(Date.parse(`${text}T00:00:00Z`) / MILLISECONDS);
const fromDay = (day) => new Date(day * MILLISECONDS).toISOString().slice(0, 10);

/* The day on which a fact is counted; what lasts for longer than a year, or is not dated, has none. */
function dayOf({ days }) {
  if (!days || !DAY.test(days[0]) || !DAY.test(days[1])) return null;
  const [first, last] = days.map(toDay);
  return last - first <= LONG && Number.isFinite(first) ? first : null;
}

const dayOfFact = facts.map(dayOf);
const bins = makeBins(dayOfFact.filter((day) => day !== null).sort((a, b) => a - b));

/* Bins of equal length over the time that most facts are of; the few that lie far before or after share the first or last. */
function makeBins(days) {
  if (!days.length) return { first: 0, length: 1, number: 0 };
  const [early, late] = [0.04, 0.985].map((share) => days[Math.floor(share * days.length)]), most = 1.5 * (late - early + 30);
  const first = Math.max(days[0], Math.round(early - most)), last = Math.min(days.at(-1), Math.round(late + most));
  const from = days[0] < first ? early : first, to = days.at(-1) > last ? late : last;
  const length = [1, 7, 30, 91, 365, 3650].find((one) => (to - from + 1) / one <= MOST_BINS) ?? 36500;
  return { first: from, length, number: Math.floor((to - from) / length) + 1 };
}

const binOf = (day) => Math.max(0, Math.min(Math.floor((day - bins.first) / bins.length), bins.number - 1));
const startOf = (bin) => fromDay(bins.first + bin * bins.length);
const endOf = (bin) => fromDay(bins.first + (bin + 1) * bins.length - 1);

const bars = $("bars"), lower = $("lower"), upper = $("upper");

function countByBin() {
  const tones = Object.keys(palette.tones), found = Array.from({ length: bins.number }, () => new Map());
  facts.forEach((fact, at) => {
    if (dayOfFact[at] === null || !passes(fact, false)) return;
    const bin = found[binOf(dayOfFact[at])];
    const tone = tones.includes(fact.tone) ? fact.tone : "event";
    bin.set(tone, (bin.get(tone) ?? 0) + 1);
  });
  return found;
}

/* The bins that the brush spans: from, and up to but without. */
function brushed() {
  const from = state.since ? Math.min(binOf(toDay(state.since)), bins.number) : 0;
  const to = state.until ? Math.max(Math.min(binOf(toDay(state.until)) + 1, bins.number), 0) : bins.number;
  return [from, to];
}

function showActivity() {
  $("activity").hidden = !bins.number;
  if (!bins.number) return;
  const counted = countByBin(), sums = counted.map((bin) => [...bin.values()].reduce((sum, value) => sum + value, 0));
  const most = Math.max(...sums, 1), [from, to] = brushed();
  bars.setAttribute("viewBox", `0 0 ${bins.number} ${BAR_HEIGHT}`);
  bars.replaceChildren(
    draw("rect", { class: "brush", x: from, y: 0, width: Math.max(to - from, 0), height: BAR_HEIGHT }),
    ...counted.flatMap((bin, at) => barsOf(bin, at, most, at >= from && at < to)));
  Object.assign(lower, { min: 0, max: bins.number, value: from });
  Object.assign(upper, { min: 0, max: bins.number, value: to });
  showTicks();
  lower.setAttribute("aria-valuetext", `from ${toDate(state.since || startOf(0))}`);
  upper.setAttribute("aria-valuetext", `until ${toDate(state.until || endOf(bins.number - 1))}`);
  for (const name of ["since", "until"]) if (document.activeElement !== $(name)) $(name).value = state[name];
  $("span").textContent = `${toDate(state.since || startOf(0))} – ${toDate(state.until || endOf(bins.number - 1))}`;
  $("anytime").hidden = !(state.since || state.until);
}

/* Dates under the bars, at steps (in days, else in months) that leave about a hand's breadth between two. */
function showTicks() {
  const days = bins.number * bins.length, most = narrow.matches ? 4 : 9;
  const step = STEPS.find(([own, months]) => days / (own || months * 30.4) <= most) ?? STEPS.at(-1);
  $("ticks").replaceChildren(...ticksBy(step, bins.first, bins.first + 0.95 * days).map(([day, text]) => {
    const tick = make("span", {}, text);
    tick.style.setProperty("left", `${(100 * (day - bins.first)) / days}%`);
    return tick;
  }));
}

const STEPS = [[1, 0], [2, 0], [7, 0], [14, 0], ...[1, 2, 3, 6, 12, 24, 60, 120, 300, 600, 1200].map((months) => [0, months])];

/* The days to be named, each with its name, from the first one up to but without the last. */
function ticksBy([days, months], first, last) {
  const found = [];
  if (days) for (let day = first; day < last; day += days) found.push([day, toDate(fromDay(day))]);
  else {
    const start = new Date(first * MILLISECONDS), from = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
    for (let month = from; ; month += months) {
      const text = new Date(Date.UTC(Math.floor(month / 12), month % 12)).toISOString(), day = toDay(text.slice(0, 10));
      if (day >= last) break;
      if (day >= first) found.push([day, toDate(text.slice(0, months % 12 ? 7 : 4))]);
    }
  }
  return found;
}

function barsOf(bin, at, most, inside) {
  let top = BAR_HEIGHT;
  return Object.keys(palette.tones).filter((tone) => bin.has(tone)).map((tone) => {
    const height = (bin.get(tone) / most) * (BAR_HEIGHT - 2);
    top -= height;
    return draw("rect", { x: at + 0.08, y: top, width: 0.84, height, fill: toneColour(tone), opacity: inside ? 1 : 0.25 });
  });
}

function brush(one, other, replace) {
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  change({ since: from <= 0 ? "" : startOf(from), until: to >= bins.number - 1 ? "" : endOf(to) }, { replace });
}

const binAt = (event) => {
  const box = bars.getBoundingClientRect();
  return Math.max(0, Math.min(bins.number - 1, Math.floor(((event.clientX - box.left) / box.width) * bins.number)));
};
let brushStart = null;
bars.addEventListener("pointerdown", (event) => { brushStart = binAt(event); bars.setPointerCapture(event.pointerId); brush(brushStart, brushStart, false); });
bars.addEventListener("pointermove", (event) => { if (brushStart !== null) soon(() => brush(brushStart ?? binAt(event), binAt(event), true)); });
for (const event of ["pointerup", "pointercancel"]) bars.addEventListener(event, (up) => {
  if (brushStart !== null) brush(brushStart, binAt(up), true);
  brushStart = null;
});

/* At most one change a frame. */
let waiting = null;
function soon(action) {
  if (waiting === null) requestAnimationFrame(() => { const act = waiting; waiting = null; act(); });
  waiting = action;
}

lower.addEventListener("input", () => {
  const from = Math.min(Number(lower.value), brushed()[1] - 1);
  change({ since: from <= 0 ? "" : startOf(from) }, { replace: true });
});
upper.addEventListener("input", () => {
  const to = Math.max(Number(upper.value), brushed()[0] + 1);
  change({ until: to >= bins.number ? "" : endOf(to - 1) }, { replace: true });
});
for (const name of ["since", "until"]) $(name).addEventListener("change", ({ target: { value } }) => change({ [name]: DAY.test(value) ? value : "" }));
$("anytime").addEventListener("click", () => change({ since: "", until: "" }));
