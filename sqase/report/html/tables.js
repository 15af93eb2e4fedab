// The data of the page, what of it is shown, and the tables.
const data = JSON.parse(document.getElementById("data").textContent);
const shown = {
  test_set: Object.keys(data.test_sets)[0],
  group: "main",
  measure: "difference",
  arm: Object.keys(data.scores).at(-1),
};
const byId = (id) => document.getElementById(id);

function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function number(metric, value, signed = false) {
  if (value === null || value === undefined) return "-";
  const text = value.toFixed(data.metrics[metric].digits[signed ? 1 : 0]);
  return signed && value >= 0 ? `+${text}` : text;
}

function interval(metric, ends, signed = false) {
  return ends ? `[${ends.map((end) => number(metric, end, signed)).join(", ")}]` : "";
}

// 1 better, -1 worse, 0 where the interval contains 0 or is unknown
function verdict(metric, entry) {
  const [low, high] = entry.ci95 ?? [0, 0];
  return low * high > 0 ? Math.sign(low) * data.metrics[metric].sign : 0;
}

const LOOKS = { 1: ["better", " ▲"], 0: ["", ""], [-1]: ["worse", " ▼"], off: ["off", ""] };

function title(metric) {
  const { unit, arrow } = data.metrics[metric];
  return [metric, unit, arrow].filter(Boolean).join(" ");
}

function roleOf(metric) {
  const { role } = data.metrics[metric];
  return node("span", { class: `role ${role}` }, role.replace("_", " "));
}

// metrics of the chosen group that any arm was scored with on the chosen test set
function metricsShown() {
  return data.groups[shown.group].filter((metric) =>
    Object.values(data.scores).some((sets) => sets[shown.test_set][metric].n_scored));
}

// columns: [{head: [Node or text], sign}], rows: [{name, note, cells: [{value, show}]}]
function table(columns, rows) {
  const body = node("tbody", {}, ...rows.map((row) =>
    node("tr", {},
      node("th", { scope: "row" }, row.name, node("small", {}, row.note)),
      ...row.cells.map((cell) => node("td", {}, ...cell.show)))));
  const lines = rows.map((row, place) => ({ place, row, line: body.rows[place] }));
  const heads = [{ head: ["arm"] }, ...columns].map((column, at) => {
    const button = node("button", { type: "button" }, column.head[0]);
    const head = node("th", { scope: "col" }, button, ...column.head.slice(1));
    button.addEventListener("click", () => {
      const best = column.sign === 1 ? "descending" : "ascending";
      const other = column.sign === 1 ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === best ? other : best;
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const up = order === "ascending" ? 1 : -1;
      const value = (line) => (at ? line.row.cells[at - 1].value : line.place);
      lines.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === null || y === null) return (x === null) - (y === null);
        return up * (x - y);
      });
      body.append(...lines.map(({ line }) => line));
    });
    return head;
  });
  return node("table", {}, node("thead", {}, node("tr", {}, ...heads)), body);
}

function resultCell(arm, metric) {
  const entry = data.scores[arm][shown.test_set][metric];
  const versus = data.versus[arm]?.[shown.test_set][metric];
  const count = entry.n_scored < entry.n_total ? ` (${entry.n_scored}/${entry.n_total})` : "";
  const show = [
    node("b", {}, number(metric, entry.mean)), ` ${interval(metric, entry.ci95)}${count}`,
  ];
  if (versus) show.push(...difference(metric, versus, verdict(metric, versus)));
  return { value: entry.mean, show };
}

function gapCell(arm, metric) {
  const predicted = data.predicted[arm][shown.test_set][metric];
  const gap = data.gaps[arm][shown.test_set][metric];
  if (!predicted) return { value: null, show: ["-"] };
  const show = [node("b", {}, number(metric, predicted.mean))];
  if (!gap) return { value: null, show: [...show, node("small", {}, "no truth")] };
  show.push(...difference(metric, gap, verdict(metric, gap) && "off"));
  return { value: Math.abs(gap.delta), show };
}

function difference(metric, entry, side) {
  const [look, mark] = LOOKS[side];
  return [
    node("div", { class: look }, number(metric, entry.delta, true) + mark),
    node("small", {}, interval(metric, entry.ci95, true)),
  ];
}

function showTables() {
  const metrics = metricsShown();
  byId("about_set").textContent = `${shown.test_set}: ${data.test_sets[shown.test_set]}.`;
  const columns = metrics.map((metric) => ({
    head: [title(metric), node("br"), roleOf(metric)], sign: data.metrics[metric].sign,
  }));
  const rows = Object.keys(data.scores).map((arm) => ({
    name: arm,
    note: data.versus[arm] ? `- ${data.versus[arm].control}` : "",
    cells: metrics.map((metric) => resultCell(arm, metric)),
  }));
  byId("results").replaceChildren(table(columns, rows));

  const judged = Object.keys(data.predicted).filter((arm) =>
    Object.keys(data.predicted[arm][shown.test_set]).length);
  const heads = [...new Set(judged.flatMap((arm) =>
    Object.keys(data.predicted[arm][shown.test_set])))];
  const gaps = judged.map((arm) => ({
    name: arm, note: "", cells: heads.map((metric) => gapCell(arm, metric)),
  }));
  byId("about_gaps").textContent = `${shown.test_set}:`;
  byId("gaps").replaceChildren(
    table(heads.map((metric) => ({ head: [title(metric)], sign: -1 })), gaps));
}

// radio buttons that set shown[key]
function choice(form, key, legend, names, change) {
  const set = node("fieldset", {}, node("legend", {}, legend));
  for (const [value, label] of Object.entries(names)) {
    const button = node("input", { type: "radio", name: key, value });
    button.checked = shown[key] === value;
    button.addEventListener("change", () => {
      shown[key] = value;
      change();
    });
    set.append(node("label", {}, button, label));
  }
  byId(form).append(set);
}
