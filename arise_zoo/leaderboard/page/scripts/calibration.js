// Reliability diagrams, one for each method with probabilities.

import { data, share } from "./data.js";
import { byId, h, svg } from "./elements.js";
import { grouped, intervalText } from "./numbers.js";
import { saveButton, scrollingTable } from "./save.js";
import { onChange, state } from "./state.js";

function reliability(method) {
  const found = method.calibration[state.condition];
  const side = 250,
    left = 34,
    bottom = 34,
    top = 8;
  const x = (p) => left + p * (side - left - 10);
  const y = (p) => top + (1 - p) * (side - top - bottom);
  const drawing = svg("svg", {
    viewBox: `0 0 ${side} ${side}`,
    role: "img",
    "aria-label": `Reliability of ${method.method}; numbers in the table below`,
  });
  for (const p of [0, 0.5, 1]) {
    drawing.append(
      svg("line", { class: "grid", x1: left, x2: x(1), y1: y(p), y2: y(p) }),
      svg("line", { class: "grid", x1: x(p), x2: x(p), y1: y(0), y2: y(1) }),
      svg("text", { x: left - 6, y: y(p) + 4, "text-anchor": "end" }, String(p)),
      svg("text", { x: x(p), y: y(0) + 15, "text-anchor": "middle" }, String(p)),
    );
  }
  drawing.append(
    svg("line", { class: "diagonal", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
    svg("text", { x: x(0.5), y: side - 4, "text-anchor": "middle" }, "probability said"),
  );
  const bins = found.bins.map((bin) => ({ said: bin.confidence, ...share(bin.share) }));
  const most = Math.max(...bins.map(({ n }) => n));
  for (const { said, percent, n, ci95 } of bins) {
    const [low, high] = ci95;
    drawing.append(
      svg("line", { class: "bar", x1: x(said), x2: x(said), y1: y(low / 100), y2: y(high / 100) }),
      svg("circle", { class: "disc", cx: x(said), cy: y(percent / 100), r: Math.max(2, 11 * Math.sqrt(n / most)) }),
    );
  }
  const rows = bins.map(({ said, percent, n, ci95 }) =>
    h(
      "tr",
      {},
      [said, percent, intervalText(ci95), grouped(n)].map((text) => h("td", {}, text)),
    ),
  );
  const { value, ci95 } = found.ece;
  return h(
    "figure",
    { class: "card", "data-method": method.method },
    h("h3", {}, method.method),
    drawing,
    saveButton("svg", `reliability-${method.method}`),
    h("figcaption", { class: "n" }, `ECE ${value} ${intervalText(ci95)}, n = ${grouped(found.n)}`),
    h(
      "details",
      {},
      h("summary", {}, "Bins as a table"),
      scrollingTable(`Bins of ${method.method}`, ["said", "right, %", "95 %", "n"], rows),
    ),
  );
}

function drawReliability() {
  const methods = data.methods.filter((method) => method.calibration[state.condition]);
  const none = h("p", { class: "none" }, "No record has probabilities under this condition.");
  byId("reliability").replaceChildren(...(methods.length ? methods.map(reliability) : [none]));
}

onChange(drawReliability);
