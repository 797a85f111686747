// What near-duplicate classes are taken for.

import { byScore, classNamed, data, methodNamed, share } from "./data.js";
import { byId, h } from "./elements.js";
import { grouped, interval, shade, value } from "./numbers.js";
import { scrollingTable } from "./save.js";
import { onChange, put, state } from "./state.js";

const choice = byId("near-method");

function field(place) {
  const found = share(place);
  return h(
    "td",
    { style: shade(found) },
    value(found.percent),
    interval(found.ci95),
    h("span", { class: "n" }, `${grouped(found.right)} of ${grouped(found.n)}`),
  );
}

function card(ids, rows) {
  const names = ids.map((id) => classNamed[id].name);
  const lines = ids.map((id, i) =>
    h("tr", { "data-class": id }, h("th", { scope: "row", class: "wrap" }, names[i]), rows[id]?.map(field)),
  );
  const table = scrollingTable(`Confusion of ${names.join(", ")}`, ["true class", ...names, "another"], lines);
  return h("div", { class: "card" }, h("h3", {}, names.join(" / ")), table);
}

function drawNear() {
  const rows = methodNamed[choice.value]?.confusion[state.condition];
  const none = h("p", { class: "none" }, "No method has labels stored under this condition.");
  const cards = rows ? data.near.filter((ids) => ids.some((id) => rows[id])).map((ids) => card(ids, rows)) : [none];
  byId("near-cards").replaceChildren(...cards);
}

function offerMethods() {
  const chosen = state["near-method"];
  const there = byScore.filter((method) => method.confusion[state.condition]);
  choice.replaceChildren(
    ...there.map(({ method }) => h("option", { value: method, selected: method === chosen }, method)),
  );
}

choice.addEventListener("change", () => {
  put("near-method", choice.value);
  drawNear();
});
onChange(() => {
  offerMethods();
  drawNear();
});
