// The ranking by the mean over groups: methods that have all groups, then the others.

import { data, methodNamed } from "./data.js";
import { byId, h, heads } from "./elements.js";
import { interval, nothing, plural, rankText, value } from "./numbers.js";

const places = Object.entries(data.overall.places);
const groups = Object.keys(data.overall.groups);
const overallColumns = ["Method", "Rank", "Score, %", ...groups, "Groups", "Classes"];
const inGroup = (found) => (found ? [value(found.score), interval(found.ci95)] : nothing());
const underGroup = (title) => {
  const n = data.overall.groups[title];
  return n ? [title, h("span", { class: "sub" }, plural(n, "condition"))] : title;
};

function place([name, { score, ci95, first, last, ties, groups: found }]) {
  const fields = {
    rank: [
      h("span", { class: "rank" }, rankText({ first, last })),
      ties.length > 0 && h("span", { class: "sub", title: ties.join(", ") }, plural(ties.length, "tie")),
    ],
    score: [value(score), interval(ci95)],
    ...Object.fromEntries(groups.map((group) => [group, inGroup(found[group])])),
    coverage: value(`${Object.keys(found).length} of ${groups.length}`),
    classes: value(`${methodNamed[name].recognises} of ${data.classes.length}`),
  };
  return h(
    "tr",
    { "data-method": name },
    h("th", { scope: "row" }, h("a", { href: `#method-${name}` }, name)),
    Object.entries(fields).map(([column, field], i) =>
      h("td", { "data-column": column, "data-title": overallColumns[i + 1] }, field),
    ),
  );
}

const part = (complete, title) => {
  const members = places.filter(([, found]) => Boolean(found.complete) === complete);
  const heading = h("th", { scope: "rowgroup", colspan: overallColumns.length }, title);
  return members.length > 0 && h("tbody", { "data-complete": String(complete) }, h("tr", {}, heading), members.map(place));
};
const none = h("tbody", {}, h("tr", {}, h("td", { class: "none" }, "No record has all conditions of a group.")));
const parts = [part(true, `All ${plural(groups.length, "group")}`), part(false, "Partial ranking")].filter(Boolean);
byId("overall-board").append(h("thead", {}, h("tr", {}, heads(overallColumns.map(underGroup)))), ...(parts.length ? parts : [none]));
