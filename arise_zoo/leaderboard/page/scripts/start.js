// The choices that hold for all sections, and the first drawing.

import { drawBoard } from "./board.js";
import "./calibration.js";
import "./curves.js";
import { conditionName, data } from "./data.js";
import { byId, h } from "./elements.js";
import "./heat.js";
import "./methods.js";
import "./near.js";
import { grouped, plural } from "./numbers.js";
import "./overall.js";
import { onChange, refresh, state, underCondition } from "./state.js";
import "./tables.js";
import "./unknowns.js";

const option = (value, name) => h("option", { value }, name);
byId("condition").append(
  ...data.kinds.map(({ name, conditions }) =>
    h(
      "optgroup",
      { label: name },
      conditions.map((id) => option(id, conditionName(id))),
    ),
  ),
);
byId("condition").value = state.condition;
byId("group").append(...Object.entries(data.groups).map(([id, { name }]) => option(id, name)));
for (const [id, key] of Object.entries({ condition: "condition", "scored-on": "scoredOn", group: "group" })) {
  byId(id).addEventListener("change", (event) => {
    state[key] = event.target.value;
    refresh();
  });
}
for (const id of ["find", "level", "defects", "complete"]) byId(id).addEventListener("input", drawBoard);

byId("facts").textContent =
  `${plural(data.methods.length, "method")} · ${data.classes.length} classes · ${grouped(data.groups.all.n)} structures of the paper's conditions · ` +
  `${data.made.iterations} random draws a supercell · protocol ${data.made.protocol_version}, data ${data.made.data_version}, base seed ${data.made.seed}`;
onChange(() =>
  document.querySelectorAll(".under").forEach((element) => {
    element.textContent = underCondition();
  }),
);

function openTarget() {
  const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}
window.addEventListener("hashchange", openTarget);

refresh();
openTarget();
