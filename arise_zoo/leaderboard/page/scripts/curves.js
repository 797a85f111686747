// Accuracy against defects and temperature: the choice of methods, a panel a kind of defect, and panels of lattices.

import { data } from "./data.js";
import { byId, h } from "./elements.js";
import { latticeCell, latticeOptions, latticePanels } from "./lattices.js";
import { panel } from "./panel.js";
import { swatch } from "./series.js";
import { bind, onChange, put, state } from "./state.js";

const names = data.methods.map(({ method }) => method);
const best = data.by_score.slice(0, 5);
const asked = state.methods ? state.methods.split(",") : best;
const chosen = new Set(names.filter((name) => asked.includes(name)));
let drawnAt = 0;

function drawChips() {
  const keep = () => {
    const isDefault = chosen.size === best.length && best.every((name) => chosen.has(name));
    put("methods", isDefault ? "" : [...chosen].join(",") || "none");
    drawPanels();
  };
  const toggle = (name) => (event) => {
    if (event.target.checked) chosen.add(name);
    else chosen.delete(name);
    keep();
  };
  const choose = (methods) => () => {
    chosen.clear();
    methods.forEach((name) => chosen.add(name));
    drawChips();
    keep();
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
  const drawn = data.kinds.filter((kind) => kind.steps.length > 1);
  const kinds = drawn.filter(({ id }) => id !== "dynamics");
  const temperature = drawn.find(({ id }) => id === "dynamics");
  const methods = data.methods.filter(({ method }) => chosen.has(method));
  // Drawn at the width they will have, so that their letters have one size everywhere.
  drawnAt = byId("panels").clientWidth;
  const room = Math.max(280, drawnAt); // 0 before the first layout
  const widthOf = (panels) => {
    const beside = Math.max(1, Math.min(panels, Math.floor((room + 16) / 408)));
    return Math.round(Math.min(640, (room + 16) / beside - 46));
  };
  const width = widthOf(kinds.length);
  byId("panels").replaceChildren(
    ...kinds.map((kind) => panel(kind, kind.id === "depth" ? Math.round(room - 30) : width, methods)),
  );
  byId("temperature").hidden = !temperature;
  if (!temperature) return;
  const lattices = latticePanels(temperature, state.lattice);
  const across = widthOf(lattices.length + 1);
  byId("temperature-panels").replaceChildren(
    panel(temperature, across, methods),
    ...lattices.map((kind) => panel(kind, across, methods, latticeCell(kind.id))),
  );
}

drawChips();
byId("lattice").append(...latticeOptions());
bind("lattice", drawPanels);
onChange(drawPanels);
new ResizeObserver(() => {
  if (byId("panels").clientWidth !== drawnAt) drawPanels();
}).observe(byId("panels"));
