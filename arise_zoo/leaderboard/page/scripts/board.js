// The ranking: a table that can be sorted and filtered.

const board = { key: "rank", down: false };

const estimate = (found, n) =>
  found && [value(found[0]), interval(found.slice(1, 3)), size(n ?? `${grouped(found[3])}, ${grouped(found[4])}`)];
const calibrationOf = (method) => method.calibration[state.condition];
const scoreColumn = (key, title, name) => ({
  key,
  title,
  down: false,
  sort: (method) => calibrationOf(method)?.[name][0],
  show: (method) => estimate(calibrationOf(method)?.[name], grouped(calibrationOf(method)?.n ?? 0)),
});
function aurocs(found) {
  const byProbability = found?.max_probability;
  const byInformation = found?.mutual_information;
  if (!byProbability && !byInformation) return null;
  return [
    byProbability && estimate(byProbability),
    byInformation && [
      h("span", { class: "v" }, "MI ", h("span", { class: "mi" }, byInformation[0])),
      interval(byInformation.slice(1, 3)),
    ],
  ];
}

const columns = [
  { key: "name", title: "Method", down: false, sort: (method) => method.method, show: null },
  { key: "rank", title: "Rank", down: false, sort: (method) => rankKey(method), show: rankOf },
  {
    key: "score",
    title: "Score",
    under: "%, all 108 classes",
    down: true,
    sort: (method) => method.ranks[state.group]?.score[0],
    show: scoreOf,
  },
  {
    key: "accuracy",
    title: "Accuracy",
    under: () => `%, ${conditionName(state.condition)}`,
    down: true,
    sort: (method) => cellOf(method, state.condition)?.[0],
    show: (method) => cellOf(method, state.condition) && accuracy(cellOf(method, state.condition)),
  },
  {
    key: "worst",
    title: "Worst class",
    under: "%",
    down: true,
    sort: (method) => worstOf(method)?.percent,
    show: showWorst,
  },
  {
    key: "coverage",
    title: "Classes",
    under: "of 108",
    down: true,
    sort: (method) => method.recognises,
    show: (method) => value(String(method.recognises)),
  },
  {
    key: "defects",
    title: "Defects",
    under: "in training",
    down: true,
    sort: (method) => Number(method.trained_on_defects),
    show: (method) => value(method.trained_on_defects ? "yes" : "no"),
  },
  scoreColumn("ece", "ECE", "ece"),
  scoreColumn("log_loss", "Log loss", "log_loss"),
  scoreColumn("brier", "Brier", "brier"),
  {
    key: "errors",
    title: "AUROC",
    under: "wrong labels",
    down: true,
    sort: (method) => calibrationOf(method)?.auroc.max_probability?.[0],
    show: (method) => aurocs(calibrationOf(method)?.auroc),
  },
  {
    key: "unknown",
    title: "AUROC",
    under: "unknowns",
    down: true,
    sort: (method) => method.detection.unknown?.max_probability?.[0],
    show: (method) => aurocs(method.detection.unknown),
  },
  {
    key: "speed",
    title: "Structures",
    under: "per s",
    down: true,
    sort: (method) => method.speed,
    show: (method) =>
      method.speed && [
        value(method.speed.length > 3 ? grouped(method.speed) : method.speed),
        size(grouped(method.predictions.rows)),
        h("span", { class: "paper" }, plural(method.hardware.cores, "core")),
      ],
  },
];

function rankKey(method) {
  const found = method.ranks[state.group];
  return found && found.rank[0] * 1e6 + found.rank[1] * 1e3 - Number(found.score[0]);
}
function rankOf(method) {
  const found = method.ranks[state.group];
  if (!found) return nothing("not ranked");
  const [first, last] = found.rank;
  const ties =
    found.ties.length > 0 &&
    h("span", { class: "sub", title: found.ties.join(", ") }, plural(found.ties.length, "tie"));
  return [h("span", { class: "rank" }, first === last ? String(first) : `${first}–${last}`), ties];
}
function scoreOf(method) {
  const found = method.ranks[state.group];
  if (!found) return null;
  const [middle, low, high] = found.score.map(Number);
  const x = (percent) => 4 + percent * 0.96;
  return [
    value(found.score[0]),
    interval(found.score.slice(1)),
    size(grouped(data.groups[state.group])),
    svg(
      "svg",
      { class: "range", viewBox: "0 0 104 14", "aria-hidden": "true" },
      svg("line", { class: "rail", x1: x(0), x2: x(100), y1: 7, y2: 7 }),
      svg("line", { class: "whisker", x1: x(low), x2: x(high), y1: 7, y2: 7 }),
      svg("circle", { cx: x(middle), cy: 7, r: 3.6 }),
    ),
  ];
}
function worstOf(method) {
  const found = method.worst[state.condition];
  return found && { ...share(found[0]), classes: found[1] };
}
function showWorst(method) {
  const found = worstOf(method);
  if (!found) return null;
  const names = found.classes.map((id) => className[id]);
  const label = names.length === 1 ? names[0] : `${names.length} classes`;
  return [
    value(found.percent),
    found.ends && interval(found.ends),
    size(grouped(found.n)),
    h("span", { class: "sub", title: names.join(", ") }, label),
  ];
}

function head() {
  return columns.map((column) => {
    const sorted = board.key === column.key;
    const arrow = h("span", { class: "arrow", "aria-hidden": "true" }, sorted ? (board.down ? "▼" : "▲") : "");
    const under = typeof column.under === "function" ? column.under() : column.under;
    const sortBy = () => {
      board.down = sorted ? !board.down : column.down;
      board.key = column.key;
      drawBoard();
      byId("board").querySelector(`[data-key="${column.key}"]`).focus();
    };
    const button = h(
      "button",
      {
        type: "button",
        "data-key": column.key,
        onclick: sortBy,
        "aria-label": `${column.title}${under ? `, ${under}` : ""}`,
      },
      column.title,
      arrow,
    );
    return h(
      "th",
      { scope: "col", "aria-sort": sorted ? (board.down ? "descending" : "ascending") : null },
      button,
      under && h("span", { class: "sub" }, under),
    );
  });
}

function inOrder(methods) {
  const { sort } = columns.find((column) => column.key === board.key);
  const keyed = methods.map((method) => {
    const key = sort(method);
    return [key == null || key === "" ? null : Number.isNaN(Number(key)) ? key : Number(key), method];
  });
  const sign = board.down ? -1 : 1;
  keyed.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null); // what has no value stays last
    return sign * (a < b ? -1 : a > b ? 1 : 0);
  });
  return keyed.map(([, method]) => method);
}

function filtered() {
  const words = byId("find").value.toLowerCase().trim();
  const level = byId("level").value;
  const defects = byId("defects").value;
  return data.methods.filter(
    (method) =>
      `${method.method} ${method.summary}`.toLowerCase().includes(words) &&
      (!level || method.level === level) &&
      (!defects || method.trained_on_defects === (defects === "yes")) &&
      (!byId("complete").checked || method.recognises === data.classes.length),
  );
}

function drawBoard() {
  const shown = inOrder(filtered());
  const rows = shown.map((method) =>
    h(
      "tr",
      { "data-method": method.method },
      h(
        "th",
        { scope: "row" },
        h("a", { href: `#method-${method.method}` }, method.method),
        h("span", { class: "sub" }, method.summary),
      ),
      columns.slice(1).map((column) => h("td", { "data-column": column.key }, column.show(method) ?? nothing())),
    ),
  );
  byId("board").replaceChildren(h("thead", {}, h("tr", {}, head())), h("tbody", {}, rows));
  byId("count").textContent = `${shown.length} of ${plural(data.methods.length, "method")}`;
}

onChange(drawBoard);
