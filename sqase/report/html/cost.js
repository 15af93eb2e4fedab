// Quality against cost, the first thing on the page.
const COST = { width: 700, height: 300, left: 40, right: 560, top: 10, bottom: 250, line: 13 };

// 1, 2 and 5 times powers of ten between two numbers
function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power += 1) {
    found.push(...[1, 2, 5].map((factor) => factor * 10 ** power));
  }
  return found.filter((value) => low <= value && value <= high)
    .map((value) => [value, String(Number(value.toPrecision(1)))]);
}

// Named are the published enhancers, the baseline and the arm looked at below; other arms,
// which cost what the baseline does, are dots that say their name when pointed at.
function costPanel(metric) {
  const mean = (arm) => data.scores[arm]?.[shown.test_set][metric].mean ?? null;
  const points = Object.entries(data.cost)
    .map(([arm, { rtf, published }]) => ({ arm, rtf, published, value: mean(arm) }))
    .filter(({ rtf, value }) => rtf && value !== null)
    .sort((a, b) => b.value - a.value);
  if (!points.length) return null;
  const noisy = mean("noisy");
  const values = [...points.map(({ value }) => value), ...(noisy === null ? [] : [noisy])];
  const costs = points.map(({ rtf }) => rtf);
  const margin = 0.05 * (Math.max(...values) - Math.min(...values)) || 1;
  const { width, height, left, right, top, bottom, line } = COST;
  const ends = [Math.min(...costs) / 1.3, Math.max(...costs) * 1.3];
  const across = scale(...ends.map(Math.log10), left, right);
  const x = (value) => across(Math.log10(value));
  const lowest = Math.min(...values) - margin, highest = Math.max(...values) + margin;
  const y = scale(lowest, highest, bottom, top);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  for (const [value, text] of logTicks(...ends)) picture.append(
    svg("line", { class: "grid", x1: x(value), x2: x(value), y1: top, y2: bottom }),
    svg("text", { x: x(value), y: bottom + 16, "text-anchor": "middle" }, text));
  for (const [value, text] of ticks(lowest, highest, 5)) picture.append(
    svg("line", { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value) }),
    svg("text", { x: left - 4, y: y(value) + 4, "text-anchor": "end" }, text));
  if (noisy !== null) picture.append(
    svg("line", { class: "zero", x1: left, x2: right, y1: y(noisy), y2: y(noisy) }),
    svg("text", { class: "name", x: right + 6, y: y(noisy) + 4 }, "noisy"));
  picture.append(svg("text", { x: (left + right) / 2, y: bottom + 36, "text-anchor": "middle" },
    "real-time factor: seconds of one core for a second of sound"));
  let free = top;
  for (const { arm, rtf, published, value } of points) {
    const named = published || arm === "baseline" || arm === shown.arm;
    const dot = svg("g", { class: published ? "open" : "ours" },
      svg("circle", { class: "dot", cx: x(rtf), cy: y(value), r: named ? 4.5 : 2.5 }),
      svg("title", {}, `${arm}: ${number(metric, value)} at ${rtf}`));
    if (named) {
      free = Math.max(free + line, y(value) + 4);
      dot.append(svg("text", { class: "name", x: x(rtf) + 8, y: free }, arm));
    }
    picture.append(dot);
  }
  picture.setAttribute("aria-label", `${metric} against real-time factor`);
  return node("figure", {}, node("figcaption", {}, title(metric), " ", roleOf(metric)), picture);
}

function showCost() {
  const figure = costPanel(metricsShown()[0]);
  byId("cost").replaceChildren(...(figure ? [figure] : []));
}
