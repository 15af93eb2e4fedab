// Intervals of arms, predicted against true scores; then everything but the players.
const NAMES = 128, WIDTH = 340, ROW = 19, BOTTOM = 20, SQUARE = 230, LEFT = 34;

function svg(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// round numbers between two ends, about as many as said
function ticks(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= raw);
  const found = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) found.push(n * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return found.map((value) => [value, value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1")]);
}

function scale(low, high, from, to) {
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

// Arms shown as differences: `baseline` gains so much over the noisy input that beside it
// all others would vanish. It is shown where nothing else is.
function armsShown() {
  if (shown.measure === "mean") return Object.keys(data.scores);
  const arms = Object.keys(data.versus);
  const rest = arms.filter((arm) => data.versus[arm].control !== "noisy");
  return rest.length ? rest : arms;
}

function entryOf(arm, metric) {
  if (shown.measure === "mean") {
    const { mean, ci95 } = data.scores[arm][shown.test_set][metric];
    return { value: mean, ci95, side: 0 };
  }
  const entry = data.versus[arm][shown.test_set][metric];
  if (!entry) return { value: null, ci95: null, side: 0 };
  return { value: entry.delta, ci95: entry.ci95, side: verdict(metric, entry) };
}

function intervalPanel(metric) {
  const rows = armsShown().map((arm) => ({ arm, ...entryOf(arm, metric) }));
  const values = rows.filter(({ value }) => value !== null)
    .flatMap(({ value, ci95 }) => [value, ...(ci95 ?? [])]);
  if (shown.measure === "difference") values.push(0);
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = [low - 1, high + 1];
  const x = scale(low, high, NAMES + 8, WIDTH - 10);
  const height = rows.length * ROW;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${height + BOTTOM}`, role: "img" });
  for (const [value, text] of ticks(low, high, 4)) {
    const zero = value === 0 && shown.measure === "difference";
    picture.append(
      svg("line", { class: zero ? "zero" : "grid", x1: x(value), x2: x(value), y1: 0, y2: height }),
      svg("text", { x: x(value), y: height + 14, "text-anchor": "middle" }, text));
  }
  rows.forEach(({ arm, value, ci95, side }, place) => {
    const y = (place + 0.5) * ROW;
    const row = svg("g", { class: LOOKS[side][0] || "open" },
      svg("text", { class: "name", x: NAMES, y: y + 4, "text-anchor": "end" }, arm));
    if (ci95) row.append(svg("line", { class: "range", x1: x(ci95[0]), x2: x(ci95[1]), y1: y, y2: y }));
    if (value !== null) row.append(svg("circle", { class: "dot", cx: x(value), cy: y, r: 3.5 }));
    const signed = shown.measure === "difference";
    const known = `${number(metric, value, signed)} ${interval(metric, ci95, signed)}`;
    row.append(svg("title", {}, `${arm}: ${known}`));
    picture.append(row);
  });
  picture.setAttribute("aria-label", `${metric}, ${shown.measure} of each arm`);
  return node("figure", {}, node("figcaption", {}, title(metric), " ", roleOf(metric)), picture);
}

function scatterPanel(metric) {
  const arms = data.scatter[metric];
  let [low, high] = [Infinity, -Infinity];
  for (const { true: x, predicted: y } of Object.values(arms)) {
    for (const value of [...x, ...y]) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low === high) [low, high] = [low - 1, high + 1];
  const end = SQUARE - BOTTOM;
  const [x, y] = [scale(low, high, LEFT, SQUARE - 4), scale(low, high, end, 4)];
  const picture = svg("svg", { viewBox: `0 0 ${SQUARE} ${SQUARE}`, role: "img" });
  for (const [value, text] of ticks(low, high, 5)) {
    picture.append(
      svg("line", { class: "grid", x1: x(value), x2: x(value), y1: 4, y2: end }),
      svg("line", { class: "grid", x1: LEFT, x2: SQUARE - 4, y1: y(value), y2: y(value) }),
      svg("text", { x: x(value), y: end + 14, "text-anchor": "middle" }, text),
      svg("text", { x: LEFT - 4, y: y(value) + 4, "text-anchor": "end" }, text));
  }
  // a point is a path of no length with round ends
  const points = ({ true: across, predicted: up }) => across.map((value, n) =>
    `M${x(value).toFixed(1)} ${y(up[n]).toFixed(1)}h0`).join("");
  const others = Object.keys(arms).filter((arm) => arm !== shown.arm);
  picture.append(
    svg("path", { class: "points", d: others.map((arm) => points(arms[arm])).join("") }),
    svg("line", { class: "zero", x1: x(low), y1: y(low), x2: x(high), y2: y(high) }));
  if (arms[shown.arm]) {
    picture.append(svg("path", { class: "points chosen", d: points(arms[shown.arm]) }));
  }
  picture.setAttribute("aria-label", `predicted against true ${metric} of ${shown.arm}`);
  const lcc = data.agreement[shown.arm]?.[metric]?.lcc;
  const known = lcc === null || lcc === undefined ? "" : ` LCC ${lcc.toFixed(3)}`;
  return node("figure", {},
    node("figcaption", {}, title(metric), node("small", {}, known)), picture);
}

function showIntervals() {
  const left = Object.keys(data.versus).filter((arm) => !armsShown().includes(arm));
  byId("about_plots").textContent = shown.measure === "mean"
    ? "Means with 95 % intervals: wide, because clips differ more than arms do."
    : "Paired differences to the control of each arm, with 95 % intervals."
      + (left.length ? ` ${left.join(", ")} is in the table alone: beside its gain over the`
        + " noisy input the others would vanish." : "");
  byId("intervals").replaceChildren(...metricsShown().map(intervalPanel));
}

function showScatter() {
  byId("scatter").replaceChildren(...Object.keys(data.scatter).map(scatterPanel));
}

function showResults() {
  showCost();
  showTables();
  showIntervals();
}

const named = (names) => Object.fromEntries(names.map((name) => [name, name]));
choice("choices", "test_set", "Test set", named(Object.keys(data.test_sets)), showResults);
choice("choices", "group", "Metrics", { ...named(Object.keys(data.groups)), held_out: "held out" }, showResults);
choice("measures", "measure", "Show", { difference: "difference to the control", mean: "mean" }, showIntervals);
showResults();

const judged = Object.keys(data.predicted).filter((arm) =>
  Object.values(data.scatter).some((arms) => arms[arm]));
if (judged.length) {
  if (judged.includes("refreshed")) shown.arm = "refreshed";
  choice("arms", "arm", "Arm", named(judged), () => {
    showScatter();
    showCost();
  });
  showScatter();
  showCost();
} else {
  byId("assessor").remove();
}

for (const problem of data.problems) {
  byId("checks").append(node("p", { class: "failed" }, `Self-check failed: ${problem}`));
}
for (const { caption, png } of data.pictures) {
  const picture = node("img", { src: `data:image/png;base64,${png}`, alt: caption });
  byId("pictures").append(
    node("p", { class: "note" }, caption), node("div", { class: "scroll", tabindex: 0 }, picture));
}
if (!data.pictures.length) byId("training").remove();
byId("seeds").textContent = data.intervals;
byId("command").textContent = data.provenance.command;
byId("commit").textContent = `Commit ${data.provenance.git ?? "unknown"}`
  + `${data.provenance.dirty ? " with changes" : ""}. Seeds: ${data.seeds.join(", ")}.`;
