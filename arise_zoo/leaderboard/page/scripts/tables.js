// The paper's tables in full, which do not depend on the choices.

import { conditionName, data, methodNamed } from "./data.js";
import { byId, h, row } from "./elements.js";
import { accuracy, nothing } from "./numbers.js";
import { scrollingTable } from "./save.js";

export const onWhat = {
  supported: "own classes",
  all: "all 108 classes, by space group (starred in the paper)",
};

const beyondThePaper = { D: "Depth suite, beyond the paper", M: "Molecular dynamics, beyond the paper", V: "Variants of the prototypes, beyond the paper" };

function fullTable({ table, scored_on, conditions, rows, paper_only }) {
  const title = beyondThePaper[table] ?? `Table ${table}: ${onWhat[scored_on]}`;
  const ours = rows.map((name) => {
    const cells = methodNamed[name].cells[scored_on];
    const fields = conditions.map((id) => (cells[id] ? accuracy(cells[id]) : nothing()));
    return row(name, fields, { "data-method": name });
  });
  const theirs = Object.entries(paper_only).map(([name, accuracies]) => {
    const fields = conditions.map((id) => h("span", { class: "paper" }, `paper ${accuracies[id]}`));
    return row([name, h("span", { class: "sub" }, "paper only")], fields);
  });
  return h(
    "details",
    { id: `table-${table}-${scored_on}`, "data-table": table, "data-scored-on": scored_on },
    h("summary", {}, title),
    scrollingTable(title, ["method", ...conditions.map(conditionName)], [ours, theirs]),
  );
}

const filled = data.tables.filter(({ rows, paper_only }) => rows.length || Object.keys(paper_only).length);
byId("all-tables").append(...filled.map(fullTable));
