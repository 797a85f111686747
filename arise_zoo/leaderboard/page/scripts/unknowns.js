// Unknown structures: how well doubt tells them from those under the chosen condition, and what is called unknown.

import { byScore, conditionName, data } from "./data.js";
import { byId, h, heads } from "./elements.js";
import { grouped, interval, nothing, size, value } from "./numbers.js";
import { onChange, state } from "./state.js";

export const scoreNames = {
  mutual_information: "own uncertainty",
  max_probability: "1 − highest probability",
  confidence: "1 − confidence",
  unknown_atoms: "share of unknown atoms",
};

export function estimateOf(place) {
  const [middle, ...ci95] = data.estimates[place];
  return { value: middle, ci95 };
}
const shown = (place) => {
  const found = estimateOf(place);
  return [value(found.value), interval(found.ci95)];
};
const placeOf = (condition) => data.conditions.findIndex(({ id }) => id === condition);

// AUROC and false alarms of one entry of a method's detection against a known condition.
export function againstCondition(entry, condition) {
  const found = entry.against[placeOf(condition)];
  return found && { auroc: found[0], alarms: found[1] };
}

const kinds = [
  ...new Map(
    data.methods.flatMap(({ detection }) => detection.map(({ unknown, distance }) => [unknown, distance])),
  ).entries(),
];
const unknownColumns = ["Method", "By", ...kinds.flatMap(([unknown]) => [unknown, "false alarms"]), "n known"];

function byScoreOf(method, score) {
  const entries = method.detection.filter((entry) => entry.score === score);
  const fields = kinds.flatMap(([unknown]) => {
    const entry = entries.find((one) => one.unknown === unknown);
    const found = entry && againstCondition(entry, state.condition);
    return found ? [[shown(found.auroc), size(grouped(entry.n))], shown(found.alarms)] : [nothing(), nothing()];
  });
  return [scoreNames[score], fields];
}

function byDecision({ decisions }) {
  const known = decisions[state.condition];
  const fields = kinds.flatMap(([unknown]) => {
    const found = decisions[unknown];
    return found ? [[shown(found.share), size(grouped(found.n))], shown(known.share)] : [nothing(), nothing()];
  });
  return ["its decision", fields];
}

function rows(method) {
  const known = method.decisions[state.condition];
  if (!known) return [];
  const scores = [...new Set(method.detection.map(({ score }) => score))];
  const lines = [...scores.map((score) => byScoreOf(method, score)), byDecision(method)];
  return lines.map(([by, fields]) =>
    h(
      "tr",
      { "data-method": method.method, "data-by": by },
      h("th", { scope: "row" }, method.method),
      [by, ...fields, size(grouped(known.n))].map((field) => h("td", {}, field)),
    ),
  );
}

function drawUnknowns() {
  const isUnknown = kinds.some(([unknown]) => unknown === state.condition);
  const lines = isUnknown ? [] : byScore.filter((m) => kinds.some(([u]) => m.decisions[u])).flatMap(rows);
  const none = h("tr", {}, h("td", { class: "none" }, "Choose a condition whose structures are of known classes."));
  const titles = unknownColumns.map((title) => {
    const kind = kinds.find(([unknown]) => unknown === title);
    return kind ? [conditionName(title), h("span", { class: "sub" }, kind[1])] : title;
  });
  const body = h("tbody", {}, lines.length ? lines : [none]);
  byId("unknowns-board").replaceChildren(h("thead", {}, h("tr", {}, heads(titles))), body);
}

onChange(drawUnknowns);
