// Accuracy against defects: the choice of methods, and a panel a kind of defect.

import { data } from "./data.js";
import { byId, h } from "./elements.js";
import { panel } from "./panel.js";
import { swatch } from "./series.js";
import { onChange } from "./state.js";

const names = data.methods.map(({ method }) => method);
const best = data.by_score.slice(0, 5);
const chosen = new Set(best);
let drawnAt = 0;

function drawChips() {
  const toggle = (name) => (event) => {
    if (event.target.checked) chosen.add(name);
    else chosen.delete(name);
    drawPanels();
  };
  const choose = (methods) => () => {
    chosen.clear();
    methods.forEach((name) => chosen.add(name));
    drawChips();
    drawPanels();
  };
  const button = (text, methods) => h("button", { type: "button", class: "plain", onclick: choose(methods) }, text);
  const chips = names.map((name) =>
    h(
      "label",
      { class: "chip" },
      h("input", { type: "checkbox", value: name, checked: chosen.has(name), onchange: toggle(name) }),
      swatch(name),
      name,
    ),
  );
  const inPaper = data.methods.filter((method) => method.differences).map(({ method }) => method);
  byId("chips").replaceChildren(
    ...chips,
    button("best five", best),
    button("those in the paper", inPaper),
    button("all", names),
    button("none", []),
  );
}

function drawPanels() {
  const kinds = data.kinds.filter((kind) => kind.steps.length > 1);
  const methods = data.methods.filter(({ method }) => chosen.has(method));
  // Drawn at the width they will have, so that their letters have one size everywhere.
  drawnAt = byId("panels").clientWidth;
  const room = Math.max(280, drawnAt); // 0 before the first layout
  const beside = Math.max(1, Math.min(kinds.length, Math.floor((room + 16) / 408)));
  const width = Math.round(Math.min(640, (room + 16) / beside - 46));
  byId("panels").replaceChildren(
    ...kinds.map((kind) => panel(kind, kind.id === "depth" ? Math.round(room - 30) : width, methods)),
  );
}

drawChips();
onChange(drawPanels);
new ResizeObserver(() => {
  if (byId("panels").clientWidth !== drawnAt) drawPanels();
}).observe(byId("panels"));
