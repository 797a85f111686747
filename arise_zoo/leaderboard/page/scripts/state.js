// The choices that hold for all sections. Each section registers a function with `onChange`; `refresh` calls them all.

import { conditionName, data } from "./data.js";

export const state = { condition: data.conditions[0].id, scoredOn: "supported", group: "all" };
const sections = [];
export const onChange = (section) => sections.push(section);
export const refresh = () => sections.forEach((section) => section());

export const underCondition = () => `under the condition “${conditionName(state.condition)}”`;

// A method's cell; methods of all 108 classes have one row for both ways of scoring.
export function cellOf(method, condition) {
  const { supported, all } = method.cells;
  if (state.scoredOn === "supported") return supported[condition];
  return all[condition] ?? (method.supported === data.classes.length ? supported[condition] : undefined);
}
