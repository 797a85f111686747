// The heat map of all classes and methods, and the reading of one of its fields.

import { byScore, classNamed, classShare, data, methodNamed } from "./data.js";
import { byId, h, heads } from "./elements.js";
import { grouped, intervalText, shade } from "./numbers.js";
import { onChange, state } from "./state.js";

const heat = byId("heat");
const readout = byId("class-readout");

function drawHeat() {
  const methods = byScore.filter((method) => method.classes[state.condition]);
  if (!methods.length) {
    const nothing = "No structure of the 108 classes under this condition.";
    heat.replaceChildren(h("tbody", {}, h("tr", {}, h("td", { class: "none" }, nothing))));
    readout.textContent = "";
    return;
  }
  const gaps = (group) => [h("th", { scope: "rowgroup" }, group), methods.map(() => h("td", { class: "gap" }))];
  const rows = data.classes.flatMap(({ id, name, group }, i) => [
    group !== data.classes[i - 1]?.group && h("tr", { class: "group" }, gaps(group)),
    h(
      "tr",
      { "data-class": id },
      h("th", { scope: "row" }, name),
      methods.map((method) => {
        const found = classShare(method, state.condition, id);
        const style = found && shade(found);
        return h("td", { "data-method": method.method, tabindex: -1, style }, found?.percent);
      }),
    ),
  ]);
  const columns = heads(["class", ...methods.map(({ method }) => method)]);
  heat.replaceChildren(h("thead", {}, h("tr", {}, columns)), h("tbody", {}, rows));
  heat.querySelector("td[data-method]")?.setAttribute("tabindex", 0);
  readout.textContent = "Point at a field to read it.";
}

function readField(field) {
  const shown = methodNamed[field.dataset.method];
  const id = field.parentElement.dataset.class;
  const found = classShare(shown, state.condition, id);
  const start = `${shown.method} on ${classNamed[id].name}: `;
  if (!found) return `${start}not shown to the method`;
  const interval = found.ci95 ? intervalText(found.ci95) : "interval unknown";
  const unit = shown.level === "atom" ? "atoms" : "structures";
  return `${start}${found.percent} % ${interval}, ${grouped(found.right)} of ${grouped(found.n)} ${unit} right`;
}

const fieldOf = (event) => event.target.closest("td[data-method]");
const say = (event) => {
  if (fieldOf(event)) readout.textContent = readField(fieldOf(event));
};
heat.addEventListener("pointerover", say);
heat.addEventListener("focusin", (event) => {
  if (!fieldOf(event)) return;
  heat.querySelectorAll("td[tabindex='0']").forEach((other) => other.setAttribute("tabindex", -1));
  fieldOf(event).setAttribute("tabindex", 0);
  say(event);
});
heat.addEventListener("keydown", (event) => {
  const field = fieldOf(event);
  const move = {
    ArrowRight: { down: 0, right: 1 },
    ArrowLeft: { down: 0, right: -1 },
    ArrowDown: { down: 1, right: 0 },
    ArrowUp: { down: -1, right: 0 },
  }[event.key];
  if (!field || !move) return;
  event.preventDefault();
  const rows = [...heat.querySelectorAll("tr[data-class]")];
  const next = rows[rows.indexOf(field.parentElement) + move.down];
  next?.cells[field.cellIndex + move.right]?.focus();
});
onChange(drawHeat);
