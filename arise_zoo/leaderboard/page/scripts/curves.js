// Accuracy against defects, a panel a kind: lines with bands, the paper's values, and a reading of all at one condition.

const DASHES = ["", "7 4", "2 3"];
const MARKS = [
  "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0",
  "M-3 -3h6v6h-6z",
  "M0 -4.2L3.9 2.8H-3.9z",
  "M0 4.2L3.9 -2.8H-3.9z",
];
const DIAMOND = "M0 -5.2L5.2 0L0 5.2L-5.2 0z";

const byScore = data.methods.slice().sort((a, b) => {
  const score = (method) => Number(method.ranks.all?.score[0] ?? -1);
  return score(b) - score(a);
});
const series = Object.fromEntries(
  byScore.map((method, i) => [
    method.method,
    {
      colour: `var(--s${i % 7})`,
      dash: DASHES[Math.floor(i / 7) % 3],
      mark: MARKS[i % 4],
    },
  ]),
);
let drawnAt = 0;
const shownLines = new Set(byScore.slice(0, 5).map((method) => method.method));

function swatch(name) {
  const { colour, dash, mark } = series[name];
  return svg(
    "svg",
    { viewBox: "0 0 30 12", "aria-hidden": "true" },
    svg("line", { x1: 1, x2: 29, y1: 6, y2: 6, stroke: colour, "stroke-width": 2, "stroke-dasharray": dash }),
    svg("path", { d: mark, transform: "translate(15 6)", fill: colour }),
  );
}

function drawChips() {
  const toggle = (name) => (event) => {
    if (event.target.checked) shownLines.add(name);
    else shownLines.delete(name);
    drawPanels();
  };
  const choose = (methods) => () => {
    shownLines.clear();
    methods.forEach((method) => shownLines.add(method.method));
    drawChips();
    drawPanels();
  };
  const chips = data.methods.map(({ method }) =>
    h(
      "label",
      { class: "chip" },
      h("input", { type: "checkbox", value: method, checked: shownLines.has(method), onchange: toggle(method) }),
      swatch(method),
      method,
    ),
  );
  const inPaper = data.methods.filter((method) => method.differences);
  byId("chips").replaceChildren(
    ...chips,
    h("button", { type: "button", class: "plain", onclick: choose(byScore.slice(0, 5)) }, "best five"),
    h("button", { type: "button", class: "plain", onclick: choose(inPaper) }, "those in the paper"),
    h("button", { type: "button", class: "plain", onclick: choose(data.methods) }, "all"),
    h("button", { type: "button", class: "plain", onclick: choose([]) }, "none"),
  );
}

// Steps of a panel: pristine first, except beyond the paper.
function steps(kind) {
  const members = data.conditions.filter((condition) => condition.kind === kind);
  if (!members.length || kind === "depth") return members;
  return [conditionNamed.pristine, ...members].filter(Boolean);
}
const percentOf = (text) => String(Number((100 * Number(text)).toPrecision(6)));
function tick(condition) {
  if (condition.kind === "depth") return [condition.name];
  const numbers = condition.id.split("-").slice(1).map(percentOf);
  return numbers.length ? numbers : ["0"];
}

function drawPanels() {
  const about = {
    displacement: "largest displacement, % of d_NN",
    missing: "atoms missing, %",
    both: "missing, % / displaced, % of d_NN",
    depth: "",
  };
  const kinds = Object.keys(about).filter((kind) => steps(kind).length > 1);
  // Drawn at the width they will have, so that their letters have one size everywhere.
  drawnAt = byId("panels").clientWidth;
  const room = Math.max(280, drawnAt); // 0 before the first layout
  const beside = Math.max(1, Math.min(kinds.length, Math.floor((room + 16) / 408)));
  const width = Math.round(Math.min(640, (room + 16) / beside - 46));
  byId("panels").replaceChildren(
    ...kinds.map((kind) => panel(kind, about[kind], kind === "depth" ? Math.round(room - 30) : width)),
  );
}

function panel(kind, axis, width) {
  const conditions = steps(kind);
  const slanted = kind === "depth";
  const narrow = width < 600;
  const height = slanted ? 400 : 320,
    left = slanted && !narrow ? 60 : 30,
    right = slanted && narrow ? 10 : 100,
    top = 10,
    bottom = slanted ? 122 : 50;
  const x = (i) => left + 8 + (i * (width - left - right - 16)) / (conditions.length - 1);
  const y = (percent) => top + ((100 - percent) * (height - top - bottom)) / 100;
  const methods = data.methods.filter((method) => shownLines.has(method.method));
  const drawing = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    tabindex: 0,
    role: "group",
    "aria-label": `${kindName[kind]}: accuracy of ${methods.length} methods at ${conditions.length} steps; read with the arrow keys`,
  });
  for (const percent of [0, 25, 50, 75, 100]) {
    drawing.append(
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(percent), y2: y(percent) }),
      svg("text", { x: left - 6, y: y(percent) + 4, "text-anchor": "end" }, String(percent)),
    );
  }
  conditions.forEach((condition, i) => {
    const place = slanted
      ? {
          transform: `translate(${x(i) + 3} ${height - bottom + 16}) rotate(${narrow ? -90 : -45})`,
          "text-anchor": "end",
          style: narrow ? "font-size:10px" : null,
        }
      : { x: x(i), "text-anchor": "middle" };
    tick(condition).forEach((text, line) =>
      drawing.append(svg("text", slanted ? place : { ...place, y: height - bottom + 18 + 13 * line }, text)),
    );
  });
  drawing.append(svg("text", { x: left, y: height - 4 }, axis));
  const cursor = drawing.appendChild(
    svg("line", { class: "cursor", y1: top, y2: height - bottom, visibility: "hidden" }),
  );
  const ends = [];
  for (const method of methods) {
    const { colour, dash, mark } = series[method.method];
    const points = conditions.map((condition, i) => [i, cellOf(method, condition.id)]).filter(([, cell]) => cell);
    if (!points.length) continue;
    const at = (place) => points.map(([i, cell]) => `${x(i).toFixed(1)},${y(cell[place]).toFixed(1)}`);
    if (!slanted) {
      drawing.append(
        svg("polygon", { class: "band", points: [...at(1), ...at(2).reverse()].join(" "), fill: colour }),
        svg("polyline", { class: "line", points: at(0).join(" "), stroke: colour, "stroke-dasharray": dash }),
      );
    }
    for (const [i, cell] of points) {
      if (slanted)
        drawing.append(
          svg("line", { x1: x(i), x2: x(i), y1: y(cell[1]), y2: y(cell[2]), stroke: colour, "stroke-width": 1.5 }),
        );
      drawing.append(svg("path", { d: mark, fill: colour, transform: `translate(${x(i)} ${y(cell[0])})` }));
    }
    for (const [i, cell] of points) {
      if (cell[5])
        drawing.append(
          svg("path", {
            class: "published",
            d: DIAMOND,
            stroke: colour,
            "fill-opacity": 0,
            transform: `translate(${x(i)} ${y(cell[5][0])})`,
          }),
        );
    }
    const [last, cell] = points.at(-1);
    ends.push({ name: method.method, x: x(last), y: y(cell[0]), colour });
  }
  if (!(slanted && narrow)) drawing.append(...labels(ends, width - right + 12, top, height - bottom));
  const tip = h("div", { class: "tip", role: "status", hidden: true });
  const figure = h("figure", { class: slanted ? "panel wide" : "panel" }, h("h3", {}, kindName[kind]), drawing, tip);
  let current = -1;
  const show = (i) => {
    current = Math.max(0, Math.min(conditions.length - 1, i));
    fill(cursor, { x1: x(current), x2: x(current), visibility: "visible" }, []);
    tip.replaceChildren(...reading(conditions[current], methods));
    tip.hidden = false;
    tip.classList.toggle("right", toTheRight());
  };
  const toTheRight = () => figure.getBoundingClientRect().right + 60 > document.documentElement.clientWidth;
  const hide = () => {
    tip.hidden = true;
    cursor.setAttribute("visibility", "hidden");
  };
  const follow = (event) => {
    const box = drawing.getBoundingClientRect();
    const at = ((event.clientX - box.left) * width) / box.width;
    show(conditions.reduce((best, _, i) => (Math.abs(x(i) - at) < Math.abs(x(best) - at) ? i : best), 0));
  };
  drawing.addEventListener("pointermove", follow);
  drawing.addEventListener("pointerdown", follow);
  drawing.addEventListener("pointerleave", hide);
  drawing.addEventListener("focus", () => show(current < 0 ? 0 : current));
  drawing.addEventListener("blur", hide);
  drawing.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -99, End: 99 }[event.key];
    if (event.key === "Escape") hide();
    if (!step) return;
    event.preventDefault();
    show(current + step);
  });
  return figure;
}

// Names at the ends of the lines, moved apart where they would overlap.
function labels(ends, x, top, bottom) {
  const gap = 14;
  const sorted = ends.slice().sort((a, b) => a.y - b.y);
  const places = sorted.map((end) => end.y);
  for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i], places[i - 1] + gap);
  const over = places.length && places.at(-1) - (bottom + 4);
  if (over > 0) {
    places[places.length - 1] -= over;
    for (let i = places.length - 2; i >= 0; i--) places[i] = Math.min(places[i], places[i + 1] - gap);
  }
  return sorted.flatMap((end, i) => [
    svg("path", { class: "leader", d: `M${end.x + 5} ${end.y}L${x - 2} ${places[i]}`, style: `stroke:${end.colour}` }),
    svg("text", { class: "label", x, y: places[i] + 4 }, end.name),
  ]);
}

function reading(condition, methods) {
  const rows = methods
    .map((method) => [method, cellOf(method, condition.id)])
    .filter(([, cell]) => cell)
    .sort(([, a], [, b]) => b[0] - a[0])
    .map(([method, [ours, low, high, n, , paper]]) =>
      h(
        "tr",
        { "data-method": method.method },
        h("td", {}, swatch(method.method)),
        h("th", { scope: "row" }, method.method),
        h("td", {}, h("strong", {}, ours)),
        h("td", {}, `[${low}, ${high}]`),
        h("td", {}, `n = ${grouped(n)}`),
        h("td", {}, paper ? `paper ${paper[0]}` : ""),
      ),
    );
  return [h("b", {}, condition.name), h("table", {}, h("tbody", {}, rows))];
}

drawChips();
onChange(drawPanels);
new ResizeObserver(() => {
  if (byId("panels").clientWidth !== drawnAt) drawPanels();
}).observe(byId("panels"));
