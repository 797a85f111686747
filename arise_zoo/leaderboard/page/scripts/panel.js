// One panel of curves: axes, lines with bands, the paper's values, and a reading of all methods at one step.

import { conditionNamed } from "./data.js";
import { fill, h, svg } from "./elements.js";
import { grouped, intervalText } from "./numbers.js";
import { saveButton } from "./save.js";
import { series, swatch } from "./series.js";
import { cellOf } from "./state.js";

const DIAMOND = "M0 -5.2L5.2 0L0 5.2L-5.2 0z";

// `cellIn` gives the cell of a method under a condition.
export function panel(kind, width, methods, cellIn = cellOf) {
  const conditions = kind.steps.map((id) => conditionNamed[id]);
  const slanted = kind.id === "depth";
  const narrow = width < 600;
  const height = slanted ? 400 : 320,
    left = slanted && !narrow ? 60 : 30,
    right = slanted && narrow ? 10 : 100,
    top = 10,
    bottom = slanted ? 122 : 50;
  const x = (i) => left + 8 + (i * (width - left - right - 16)) / (conditions.length - 1);
  const y = (percent) => top + ((100 - percent) * (height - top - bottom)) / 100;
  const drawing = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    tabindex: 0,
    role: "group",
    "aria-label": `${kind.name}: accuracy of ${methods.length} methods at ${conditions.length} steps; read with the arrow keys`,
  });
  for (const percent of [0, 25, 50, 75, 100]) {
    drawing.append(
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(percent), y2: y(percent) }),
      svg("text", { x: left - 6, y: y(percent) + 4, "text-anchor": "end" }, String(percent)),
    );
  }
  conditions.forEach(({ ticks }, i) => {
    const place = slanted
      ? {
          transform: `translate(${x(i) + 3} ${height - bottom + 16}) rotate(${narrow ? -90 : -45})`,
          "text-anchor": "end",
          style: narrow ? "font-size:10px" : null,
        }
      : { x: x(i), "text-anchor": "middle" };
    ticks.forEach((text, line) =>
      drawing.append(svg("text", slanted ? place : { ...place, y: height - bottom + 18 + 13 * line }, text)),
    );
  });
  drawing.append(svg("text", { x: left, y: height - 4 }, kind.axis));
  const cursor = drawing.appendChild(
    svg("line", { class: "cursor", y1: top, y2: height - bottom, visibility: "hidden" }),
  );
  const ends = [];
  for (const method of methods) {
    const { colour, dash, mark } = series[method.method];
    const points = conditions
      .map(({ id }, i) => ({ at: x(i), cell: cellIn(method, id) }))
      .filter(({ cell }) => cell)
      .map(({ at, cell }) => ({ at, cell, middle: y(cell.accuracy), low: y(cell.ci95[0]), high: y(cell.ci95[1]) }));
    if (!points.length) continue;
    const line = (key) => points.map((point) => `${point.at.toFixed(1)},${point[key].toFixed(1)}`);
    if (!slanted) {
      drawing.append(
        svg("polygon", { class: "band", points: [...line("low"), ...line("high").reverse()].join(" "), fill: colour }),
        svg("polyline", { class: "line", points: line("middle").join(" "), stroke: colour, "stroke-dasharray": dash }),
      );
    }
    for (const { at, middle, low, high } of points) {
      if (slanted)
        drawing.append(svg("line", { x1: at, x2: at, y1: low, y2: high, stroke: colour, "stroke-width": 1.5 }));
      drawing.append(svg("path", { d: mark, fill: colour, transform: `translate(${at} ${middle})` }));
    }
    for (const { at, cell } of points.filter((point) => point.cell.paper)) {
      const transform = `translate(${at} ${y(cell.paper)})`;
      drawing.append(svg("path", { class: "published", d: DIAMOND, stroke: colour, "fill-opacity": 0, transform }));
    }
    ends.push({ name: method.method, colour, x: points.at(-1).at, y: points.at(-1).middle });
  }
  if (!(slanted && narrow)) drawing.append(...labels(ends, width - right + 12, top, height - bottom));
  const tip = h("div", { class: "tip", role: "status", hidden: true });
  const figure = h("figure", { class: slanted ? "panel wide" : "panel" }, h("h3", {}, kind.name), drawing, saveButton("svg", kind.name), tip);
  let current = -1;
  const show = (i) => {
    current = Math.max(0, Math.min(conditions.length - 1, i));
    fill(cursor, { x1: x(current), x2: x(current), visibility: "visible" }, []);
    tip.replaceChildren(...reading(conditions[current], methods, cellIn));
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

function reading(condition, methods, cellIn) {
  const rows = methods
    .map((method) => ({ name: method.method, cell: cellIn(method, condition.id) }))
    .filter(({ cell }) => cell)
    .sort((a, b) => b.cell.accuracy - a.cell.accuracy)
    .map(({ name, cell }) =>
      h(
        "tr",
        { "data-method": name },
        h("td", {}, swatch(name)),
        h("th", { scope: "row" }, name),
        h("td", {}, h("strong", {}, cell.accuracy)),
        h("td", {}, intervalText(cell.ci95)),
        h("td", {}, `n = ${grouped(cell.n)}`),
        h("td", {}, cell.paper ? `paper ${cell.paper}` : ""),
      ),
    );
  return [h("b", {}, condition.name), h("table", {}, h("tbody", {}, rows))];
}
