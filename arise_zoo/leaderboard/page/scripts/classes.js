// Classes: the heat map of all, and what near-duplicates are taken for.

function intervalOf(found) {
  return found.ends ? `[${found.ends[0]}, ${found.ends[1]}]` : "interval unknown";
}

function drawHeat() {
  const methods = byScore.filter((method) => method.classes[state.condition]);
  if (!methods.length) {
    byId("heat").replaceChildren(
      h("tbody", {}, h("tr", {}, h("td", { class: "none" }, "No structure of the 108 classes under this condition."))),
    );
    byId("class-readout").textContent = "";
    return;
  }
  const rows = [];
  let group = "";
  for (const one of data.classes) {
    if (one.group !== group) {
      group = one.group;
      rows.push(
        h(
          "tr",
          { class: "group" },
          h("th", { scope: "rowgroup" }, group),
          methods.map(() => h("td", { class: "gap" })),
        ),
      );
    }
    rows.push(
      h(
        "tr",
        { "data-class": one.id },
        h("th", { scope: "row" }, one.name),
        methods.map((method) => {
          const place = method.classes[state.condition][one.id];
          if (place === undefined) return h("td", { "data-method": method.method, tabindex: -1 });
          const { percent, step } = share(place);
          return h(
            "td",
            { "data-method": method.method, tabindex: -1, style: `background:var(--h${step});color:var(--t${step})` },
            percent,
          );
        }),
      ),
    );
  }
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "class"),
    methods.map((method) => h("th", { scope: "col" }, method.method)),
  );
  byId("heat").replaceChildren(h("thead", {}, head), h("tbody", {}, rows));
  byId("heat").querySelector("td[data-method]")?.setAttribute("tabindex", 0);
  byId("class-readout").textContent = "Point at a field to read it.";
}

function readCell(cell) {
  const method = cell.dataset.method;
  const id = cell.parentElement.dataset.class;
  const place = methodNamed[method].classes[state.condition][id];
  const start = `${method} on ${className[id]}: `;
  if (place === undefined) return `${start}not shown to the method`;
  const found = share(place);
  const unit = methodNamed[method].level === "atom" ? "atoms" : "structures";
  return `${start}${found.percent} % ${intervalOf(found)}, ${grouped(found.right)} of ${grouped(found.n)} ${unit} right`;
}

const heat = byId("heat");
const say = (event) => {
  const cell = event.target.closest("td[data-method]");
  if (cell) byId("class-readout").textContent = readCell(cell);
};
heat.addEventListener("pointerover", say);
heat.addEventListener("focusin", (event) => {
  const cell = event.target.closest("td[data-method]");
  if (!cell) return;
  heat.querySelectorAll("td[tabindex='0']").forEach((other) => other.setAttribute("tabindex", -1));
  cell.setAttribute("tabindex", 0);
  say(event);
});
heat.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td[data-method]");
  const move = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  if (!cell || !move) return;
  event.preventDefault();
  const rows = [...heat.querySelectorAll("tr[data-class]")];
  const row = rows[rows.indexOf(cell.parentElement) + move[0]];
  row?.cells[cell.cellIndex + move[1]]?.focus();
});

function drawNear() {
  const method = methodNamed[byId("near-method").value];
  const groups = method?.confusion[state.condition];
  if (!groups) {
    byId("near-cards").replaceChildren(h("p", { class: "none" }, "No method has labels stored under this condition."));
    return;
  }
  byId("near-cards").replaceChildren(
    ...data.near.map((ids, i) => {
      if (!groups[i].some((row) => row.length)) return "";
      const head = h(
        "tr",
        {},
        h("th", { scope: "col" }, "true class"),
        [...ids.map((id) => className[id]), "another"].map((name) => h("th", { scope: "col" }, name)),
      );
      const rows = ids.map((id, j) =>
        h(
          "tr",
          { "data-class": id },
          h("th", { scope: "row", class: "wrap" }, className[id]),
          groups[i][j].map((place) => {
            const found = share(place);
            return h(
              "td",
              { style: `background:var(--h${found.step});color:var(--t${found.step})` },
              value(found.percent),
              interval(found.ends),
              h("span", { class: "n" }, `${grouped(found.right)} of ${grouped(found.n)}`),
            );
          }),
        ),
      );
      return h(
        "div",
        { class: "card" },
        h("h3", {}, ids.map((id) => className[id]).join(" / ")),
        h(
          "div",
          {
            class: "scroll",
            tabindex: 0,
            role: "region",
            "aria-label": `Confusion of ${ids.map((id) => className[id]).join(", ")}`,
          },
          h("table", {}, h("thead", {}, head), h("tbody", {}, rows)),
        ),
      );
    }),
  );
}

function nearMethods() {
  const chosen = byId("near-method").value;
  const there = byScore.filter((method) => method.confusion[state.condition]);
  byId("near-method").replaceChildren(
    ...there.map(({ method }) => h("option", { value: method, selected: method === chosen }, method)),
  );
}

byId("near-method").addEventListener("change", drawNear);
onChange(drawHeat);
onChange(() => {
  nearMethods();
  drawNear();
});
