// What does not depend on the choices above: the paper's tables in full, and the record of each method.

const difference = (cell) => [
  value(cell[0]),
  interval(cell.slice(1, 3)),
  size(grouped(cell[3])),
  cell[5] && h("span", { class: "paper" }, `paper ${cell[5][0]} (${minus(cell[5][1])})`),
];
const onWhat = { supported: "own classes", all: "all 108 classes, by space group (starred in the paper)" };

function fullTable({ table, scored_on, conditions, rows, paper_only }) {
  const title = table === "D" ? "Depth suite, beyond the paper" : `Table ${table}: ${onWhat[scored_on]}`;
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "method"),
    conditions.map((id) => h("th", { scope: "col" }, conditionName(id))),
  );
  const ours = Object.entries(rows).map(([name, cells]) =>
    h(
      "tr",
      { "data-method": name },
      h("th", { scope: "row" }, name),
      conditions.map((id) => h("td", {}, cells[id] ? difference(cells[id]) : nothing())),
    ),
  );
  const theirs = Object.entries(paper_only).map(([name, values]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name, h("span", { class: "sub" }, "paper only")),
      values.map((text) => h("td", {}, h("span", { class: "paper" }, `paper ${text}`))),
    ),
  );
  return h(
    "details",
    { "data-table": table, "data-scored-on": scored_on },
    h("summary", {}, title),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
      h("table", {}, h("thead", {}, head), h("tbody", {}, ours, theirs)),
    ),
  );
}

function entries(pairs) {
  return h(
    "dl",
    { class: "record" },
    pairs.filter(([, text]) => text).map(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]),
  );
}

function standing(method) {
  const found = method.ranks.all;
  if (!found)
    return "not ranked: the record lacks conditions, or its right labels structure by structure are not stored";
  const [first, last] = found.rank;
  const ties = found.ties.length ? `; ties with ${found.ties.join(", ")}` : "";
  return `${first === last ? first : `${first}–${last}`}, score ${found.score[0]} [${found.score[1]}, ${found.score[2]}]${ties}`;
}

function against(method) {
  const found = method.differences;
  if (!found) return "the paper does not have it";
  const [table, scoredOn, condition] = found.where;
  return `largest difference ${minus(found.largest)} (Table ${table}, ${scoredOn}, ${conditionName(condition)}), mean absolute ${found.mean}, over n = ${found.n} values`;
}

function ownCells(method, scoredOn) {
  const rows = data.conditions
    .filter(({ id }) => method.cells[scoredOn][id])
    .map(({ id, name }) => {
      const [ours, low, high, n, structures, paper] = method.cells[scoredOn][id];
      const texts = [
        ours,
        `[${low}, ${high}]`,
        grouped(n),
        grouped(structures),
        paper?.[0] ?? "–",
        paper ? minus(paper[1]) : "–",
      ];
      return h(
        "tr",
        { "data-condition": id },
        h("th", { scope: "row" }, name),
        texts.map((text) => h("td", {}, text)),
      );
    });
  if (!rows.length) return null;
  const head = ["condition", "ours", "95 %", "n", "structures", "paper", "difference"].map((text) =>
    h("th", { scope: "col" }, text),
  );
  const title = `${method.method}, ${onWhat[scoredOn]}`;
  return h(
    "div",
    {
      class: "scroll",
      tabindex: 0,
      role: "region",
      "aria-label": title,
      "data-scored-on": scoredOn,
      style: "margin-bottom:1rem",
    },
    h(
      "table",
      {},
      h("caption", {}, `Scored on ${onWhat[scoredOn]}`),
      h("thead", {}, h("tr", {}, head)),
      h("tbody", {}, rows),
    ),
  );
}

function detections(method) {
  const word = { max_probability: "1 − highest probability", mutual_information: "mutual information" };
  return Object.entries(method.detection)
    .map(([condition, found]) =>
      Object.entries(found)
        .filter(([, auroc]) => auroc)
        .map(
          ([name, [middle, low, high, unknown, known]]) =>
            `${conditionName(condition)}, by ${word[name]}: ${middle} [${low}, ${high}], n = ${grouped(unknown)} and ${grouped(known)}`,
        ),
    )
    .flat()
    .join("; ");
}

function section(method) {
  const { hardware } = method;
  const machine = `${hardware.processor}, ${plural(hardware.cores, "core")}, ${hardware.memory_gib} GiB, Python ${hardware.python}`;
  return h(
    "details",
    { id: `method-${method.method}`, "data-method": method.method },
    h("summary", {}, method.method, " ", h("span", {}, method.summary)),
    entries([
      ["Rank", standing(method)],
      ["Paper", against(method)],
      [
        "Labels",
        `${method.level === "atom" ? "of atoms" : "of structures"}, ${method.truth === "class" ? "class" : "space group"}; ${method.finite ? "periodic and finite structures" : "periodic structures only"}`,
      ],
      [
        "Classes",
        `recognises ${method.recognises} of ${data.classes.length}; scored on ${method.supported} in the rows of its own classes`,
      ],
      ["Trained on", method.trained_on_defects ? "defective structures too" : "no defective structures"],
      ["Unknowns", detections(method)],
      ["Citation", method.citation],
      ["Engine", method.engine],
      [
        "Versions",
        Object.entries(method.packages)
          .map((pair) => pair.join(" "))
          .join(", "),
      ],
      ["Hardware", machine],
      [
        "Wall time",
        `${method.wall_s} s for ${plural(method.predictions.rows, "structure")}, finished ${method.finished}`,
      ],
      ["Predictions", h("span", {}, "SHA-256 ", h("code", {}, method.predictions.sha256))],
      ["Data", h("span", {}, "SHA-256 ", h("code", {}, method.data_sha256))],
    ]),
    ownCells(method, "supported"),
    ownCells(method, "all"),
  );
}

byId("all-tables").append(
  ...data.tables.filter(({ rows, paper_only }) => Object.keys({ ...rows, ...paper_only }).length).map(fullTable),
);
byId("all-methods").append(...data.methods.map(section));

function openTarget() {
  const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}
window.addEventListener("hashchange", openTarget);
