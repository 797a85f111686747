// The choices that hold for all sections, and the first drawing.

import { drawBoard } from "./board.js";
import "./calibration.js";
import "./curves.js";
import { conditionName, conditionNamed, data } from "./data.js";
import { byId, h } from "./elements.js";
import "./heat.js";
import "./methods.js";
import "./near.js";
import { grouped, plural } from "./numbers.js";
import "./overall.js";
import "./save.js";
import { bind, isChanged, onChange, put, refresh, state, underCondition } from "./state.js";
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
byId("group").append(
  option("condition", "the chosen condition"),
  ...Object.entries(data.groups)
    .filter(([id]) => !conditionNamed[id] || id === "pristine")
    .map(([id, { name }]) => option(id, name)),
);
for (const id of ["condition", "scored-on", "group"]) bind(id, refresh);
for (const id of ["find", "level", "defects", "complete", "columns"]) bind(id, drawBoard);
byId("filter").open = ["group", "find", "level", "defects", "complete"].some(isChanged);

byId("facts").textContent =
  `${plural(data.methods.length, "method")} · ${data.classes.length} classes · ${grouped(data.groups.all.n)} structures of the paper's conditions · ` +
  `${data.made.iterations} random draws a supercell · protocol ${data.made.protocol_version}, data ${data.made.data_version}, base seed ${data.made.seed}`;
onChange(() => {
  const { meaning } = conditionNamed[state.condition];
  byId("meaning").textContent = `${conditionName(state.condition)}: ${meaning}`;
});
onChange(() =>
  document.querySelectorAll(".under").forEach((element) => {
    element.textContent = underCondition();
  }),
);

// Tables and methods that are unfolded stay so.
for (const id of state.open.split(",")) if (byId(id) instanceof HTMLDetailsElement) byId(id).open = true;
for (const details of document.querySelectorAll("#all-tables > details, #all-methods > details"))
  details.addEventListener("toggle", () => {
    const others = state.open.split(",").filter((id) => id && id !== details.id);
    put("open", [...others, ...(details.open ? [details.id] : [])].join(","));
  });

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
