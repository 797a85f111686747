// The ranking: a table that can be sorted and filtered.

import { conditionName, data, share } from "./data.js";
import { byId, h, svg } from "./elements.js";
import { accuracy, estimate, grouped, interval, nothing, plural, rankText, size, value } from "./numbers.js";
import { cellOf, onChange, put, state } from "./state.js";
import { againstCondition, estimateOf } from "./unknowns.js";

// What is ranked over: the chosen condition, or conditions of the paper.
const ranked = () => (state.group === "condition" ? state.condition : state.group);
const rankOf = (method) => method.ranks[ranked()];
const overallOf = (method) => data.overall.places[method.method];
const sorted = () => ({ key: state.sort.replace("-", ""), down: state.sort.startsWith("-") });
const worstOf = (method) => method.worst[state.condition];
const calibrationOf = (method) => method.calibration[state.condition];
const scoreColumn = (key, title) => ({
  key,
  title,
  from: "all",
  ascending: true,
  sort: (method) => calibrationOf(method)?.[key].value,
  show(method) {
    const found = calibrationOf(method);
    return found && estimate(found[key], grouped(found.n));
  },
});
const aurocColumn = (key, under, aurocsOf) => ({
  key,
  title: "AUROC",
  from: "all",
  under,
  sort: (method) => Object.values(aurocsOf(method)).find(Boolean)?.value,
  show: (method) => showAurocs(aurocsOf(method)),
});
const shortNames = { mutual_information: "MI ", confidence: "", max_probability: "", unknown_atoms: "atoms " };
function showAurocs(found) {
  const there = Object.keys(shortNames).filter((score) => found[score]);
  if (!there.length) return null;
  const inOrder = there.sort((a, b) => (shortNames[a] > shortNames[b]) - (shortNames[a] < shortNames[b]));
  return inOrder.map((score, i) => {
    const { value: middle, ci95, n } = found[score];
    if (i === 0 && !shortNames[score]) return estimate({ value: middle, ci95 }, n.map(grouped).join(", "));
    return [h("span", { class: "v" }, shortNames[score], h("span", { class: "mi" }, middle)), interval(ci95)];
  });
}
function nearUnknowns(method) {
  const n = method.decisions[state.condition]?.n;
  const entries = method.detection
    .filter(({ distance }) => distance === "near")
    .map((entry) => [entry, againstCondition(entry, state.condition)])
    .filter(([, found]) => found);
  return Object.fromEntries(
    entries.map(([entry, { auroc }]) => [entry.score, { ...estimateOf(auroc), n: [entry.n, n] }]),
  );
}

const columns = [
  { key: "name", title: "Method", ascending: true, sort: (method) => method.method, show: null },
  { key: "rank", title: "Rank", ascending: true, sort: (method) => rankOf(method)?.place, show: showRank },
  {
    key: "score",
    title: "Score",
    under: () => `%, all 108 classes, ${data.groups[ranked()]?.name ?? conditionName(ranked())}`,
    sort: (method) => rankOf(method)?.score,
    show: showScore,
  },
  {
    key: "overall",
    title: "Overall",
    under: "%, mean over groups",
    sort: (method) => overallOf(method)?.score,
    show: showOverall,
  },
  {
    key: "accuracy",
    title: "Accuracy",
    from: "wide",
    under: () => `%, ${state["scored-on"] === "supported" ? "own classes" : "by space group"}, ${conditionName(state.condition)}`,
    sort: (method) => cellOf(method, state.condition)?.accuracy,
    show(method) {
      const cell = cellOf(method, state.condition);
      return cell && accuracy(cell);
    },
  },
  {
    key: "worst",
    title: "Worst class",
    from: "wide",
    under: "%",
    sort: (method) => worstOf(method) && share(worstOf(method).share).percent,
    show: showWorst,
  },
  {
    key: "coverage",
    title: "Classes",
    from: "wide",
    under: "of 108",
    sort: (method) => method.recognises,
    show: (method) => value(String(method.recognises)),
  },
  {
    key: "defects",
    title: "Defects",
    from: "wide",
    under: "in training",
    sort: (method) => Number(method.trained_on_defects),
    show: (method) => value(method.trained_on_defects ? "yes" : "no"),
  },
  scoreColumn("ece", "ECE"),
  scoreColumn("log_loss", "Log loss"),
  scoreColumn("brier", "Brier"),
  aurocColumn("errors", "wrong labels", (method) => calibrationOf(method)?.auroc_of_errors ?? {}),
  aurocColumn("unknown", "near unknowns", nearUnknowns),
  {
    key: "speed",
    title: "Structures",
    from: "wide",
    under: "per s",
    sort: (method) => method.speed,
    show: (method) =>
      method.speed && [
        value(method.speed.length > 3 ? grouped(method.speed) : method.speed),
        size(grouped(method.predictions.rows)),
        h("span", { class: "paper" }, plural(method.hardware.cores, "core")),
      ],
  },
];

function showRank(method) {
  const found = rankOf(method);
  if (!found) return nothing("not ranked");
  const ties = h("span", { class: "sub", title: found.ties.join(", ") }, plural(found.ties.length, "tie"));
  return [h("span", { class: "rank" }, rankText(found)), found.ties.length > 0 && ties];
}
function showScore(method) {
  const found = rankOf(method);
  if (!found) return null;
  const [low, high] = found.ci95;
  const x = (percent) => 4 + percent * 0.96;
  return [
    svg(
      "svg",
      { class: "range", viewBox: "0 0 104 14", "aria-hidden": "true" },
      svg("line", { class: "rail", x1: x(0), x2: x(100), y1: 7, y2: 7 }),
      svg("line", { class: "whisker", x1: x(low), x2: x(high), y1: 7, y2: 7 }),
      svg("circle", { cx: x(found.score), cy: 7, r: 3.6 }),
    ),
    value(found.score),
    interval(found.ci95),
    size(grouped(data.groups[ranked()].n)),
  ];
}
function showOverall(method) {
  const found = overallOf(method);
  if (!found) return null;
  const among = found.complete ? "" : " of the partial ranking";
  return [value(found.score), interval(found.ci95), h("span", { class: "sub" }, `rank ${rankText(found)}${among}`)];
}
function showWorst(method) {
  const found = worstOf(method);
  if (!found) return null;
  const { percent, ci95, n } = share(found.share);
  const names = found.classes.map((place) => data.classes[place].name);
  const label = names.length === 1 ? names[0] : `${names.length} classes`;
  return [
    value(percent),
    ci95 && interval(ci95),
    size(grouped(n)),
    h("span", { class: "sub", title: names.join(", ") }, label),
  ];
}

const meaning = (key) => document.querySelector(`#terms [data-term~="${key}"] + dd`)?.textContent;

function head() {
  const { key, down } = sorted();
  return columns.map((column) => {
    const isSorted = key === column.key;
    const arrow = h("span", { class: "arrow", "aria-hidden": "true" }, isSorted ? (down ? "▼" : "▲") : "");
    const under = typeof column.under === "function" ? column.under() : column.under;
    const sortBy = () => {
      put("sort", ((isSorted ? !down : !column.ascending) ? "-" : "") + column.key);
      drawBoard();
      byId("board").querySelector(`[data-key="${column.key}"]`).focus();
    };
    const button = h(
      "button",
      {
        type: "button",
        "data-key": column.key,
        onclick: sortBy,
        title: meaning(column.key),
        "aria-label": `${column.title}${under ? `, ${under}` : ""}`,
      },
      column.title,
      arrow,
    );
    return h(
      "th",
      { scope: "col", class: column.from, "aria-sort": isSorted ? (down ? "descending" : "ascending") : null },
      button,
      under && h("span", { class: "sub" }, under),
    );
  });
}

function inOrder(methods) {
  const { key: by, down } = sorted();
  const { sort } = columns.find((column) => column.key === by) ?? columns[1];
  const keyed = methods.map((method) => {
    const key = sort(method);
    return [key == null || key === "" ? null : Number.isNaN(Number(key)) ? key : Number(key), method];
  });
  const sign = down ? -1 : 1;
  keyed.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null); // what has no value stays last
    return sign * (a < b ? -1 : a > b ? 1 : 0);
  });
  return keyed.map(([, method]) => method);
}

function filtered() {
  const words = state.find.toLowerCase().trim();
  const { level, defects, complete } = state;
  return data.methods.filter(
    (method) =>
      `${method.method} ${method.summary}`.toLowerCase().includes(words) &&
      (!level || method.level === level) &&
      (!defects || method.trained_on_defects === (defects === "yes")) &&
      (!complete || method.recognises === data.classes.length),
  );
}

export function drawBoard() {
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
      columns.slice(1).map((column) => h("td", { "data-column": column.key, class: column.from }, column.show(method) ?? nothing())),
    ),
  );
  byId("board").classList.toggle("all", state.columns === "yes");
  byId("board").replaceChildren(h("thead", {}, h("tr", {}, head())), h("tbody", {}, rows));
  byId("count").textContent = `${shown.length} of ${plural(data.methods.length, "method")}`;
}

onChange(drawBoard);
