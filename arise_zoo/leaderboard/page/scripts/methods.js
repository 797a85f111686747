// The record of each method, which does not depend on the choices.

import { conditionName, data } from "./data.js";
import { byId, h, row } from "./elements.js";
import { grouped, intervalText, minus, plural, rankText } from "./numbers.js";
import { scrollingTable } from "./save.js";
import { onWhat } from "./tables.js";
import { againstCondition, estimateOf, scoreNames } from "./unknowns.js";

function facts(texts) {
  const there = Object.entries(texts).filter(([, text]) => text && text.length !== 0);
  return h(
    "dl",
    { class: "record" },
    there.map(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]),
  );
}

function standing(method) {
  const found = method.ranks.all;
  if (!found)
    return "not ranked: the record lacks conditions, or its right labels structure by structure are not stored";
  const ties = found.ties.length ? `; ties with ${found.ties.join(", ")}` : "";
  return `${rankText(found)}, score ${found.score} ${intervalText(found.ci95)}${ties}`;
}

function against({ differences: found }) {
  if (!found) return "the paper does not have it";
  const where = `Table ${found.table}, ${found.scored_on}, ${conditionName(found.condition)}`;
  return `largest difference ${minus(found.largest)} (${where}), mean absolute ${found.mean_absolute}, over n = ${found.n} values`;
}

function ownCells(method, scoredOn) {
  const cells = method.cells[scoredOn];
  const rows = data.conditions
    .filter(({ id }) => cells[id])
    .map(({ id, name }) => {
      const { accuracy, ci95, n, n_structures, paper, difference } = cells[id];
      const texts = [
        accuracy,
        intervalText(ci95),
        grouped(n),
        grouped(n_structures),
        paper ?? "–",
        minus(difference ?? "–"),
      ];
      return row(name, texts, { "data-condition": id });
    });
  const columns = ["condition", "ours", "95 %", "n", "structures", "paper", "difference"];
  const attributes = { "data-scored-on": scoredOn, style: "margin-bottom:1rem" };
  const caption = h("caption", {}, `Scored on ${onWhat[scoredOn]}`);
  return rows.length > 0 && scrollingTable(`${method.method}, ${onWhat[scoredOn]}`, columns, rows, attributes, caption);
}

function detections(method) {
  return method.detection
    .map((entry) => [entry, againstCondition(entry, "pristine")])
    .filter(([, found]) => found)
    .map(([{ unknown, score, n }, { auroc }]) => {
      const { value, ci95 } = estimateOf(auroc);
      const both = [n, method.decisions.pristine.n].map(grouped).join(" and ");
      return `${conditionName(unknown)} against pristine, by ${scoreNames[score]}: ${value} ${intervalText(ci95)}, n = ${both}`;
    })
    .join("; ");
}

// Of one kind, such as "Paper", one after another.
const linked = (method, kind) =>
  method.links
    .filter(([what]) => what === kind)
    .map(([, text, address], i) => [i > 0 && "; ", address ? h("a", { href: address }, text) : text]);

function section(method) {
  const { hardware, predictions } = method;
  const labels = [
    `${method.level === "atom" ? "of atoms" : "of structures"}, ${method.truth === "class" ? "class" : "space group"}`,
    method.finite ? "periodic and finite structures" : "periodic structures only",
  ];
  const versions = Object.entries(method.packages).map((pair) => pair.join(" "));
  const machine = `${hardware.processor}, ${plural(hardware.cores, "core")}, ${hardware.memory_gib} GiB, Python ${hardware.python}`;
  const hash = (text) => h("span", {}, "SHA-256 ", h("code", {}, text));
  return h(
    "details",
    { id: `method-${method.method}`, "data-method": method.method },
    h("summary", {}, method.method, " ", h("span", {}, method.summary)),
    facts({
      Rank: standing(method),
      Record: linked(method, "Record"),
      Code: linked(method, "Code"),
      Licence: linked(method, "Licence"),
      Paper: linked(method, "Paper"),
      Checkpoint: linked(method, "Checkpoint"),
      "Against the paper": against(method),
      Labels: labels.join("; "),
      Classes: `recognises ${method.recognises} of ${data.classes.length}; scored on ${method.supported} in the rows of its own classes`,
      "Trained on": method.trained_on_defects ? "defective structures too" : "no defective structures",
      "Trained on, as declared": method.declared.trained_on,
      "Seeds, as declared": method.declared.seeds,
      "Parameters, as declared": method.declared.parameters,
      "Links, as declared": linked(method, "Links, as declared"),
      Unknowns: detections(method),
      Citation: method.citation,
      Engine: method.engine,
      Versions: versions.join(", "),
      Hardware: machine,
      "Wall time": `${method.wall_s} s for ${plural(predictions.rows, "structure")}, finished ${method.finished}`,
      Predictions: hash(predictions.sha256),
      Data: hash(method.data_sha256),
    }),
    ownCells(method, "supported"),
    ownCells(method, "all"),
  );
}

byId("all-methods").append(...data.methods.map(section));
