// Molecular dynamics lattice by lattice: what can be chosen, its panels, and the cell of a method.

import { data } from "./data.js";
import { h } from "./elements.js";
import { state } from "./state.js";

const EACH = "each";
const lattices = data.lattices?.names ?? [];

export const latticeOptions = () => [
  ...lattices.map((name) => h("option", { value: name }, name)),
  h("option", { value: EACH }, "each of them"),
];

// The panels of the chosen lattice, or of each, as kinds of conditions like that of all lattices together.
export function latticePanels(temperature, chosen) {
  const names = chosen === EACH ? lattices : lattices.filter((name) => name === chosen);
  return names.map((name) => ({ ...temperature, id: name, name: `Molecular dynamics: ${name}` }));
}

// Scored on all classes only methods of all classes are shown, as in the panel of all lattices together.
export function latticeCell(lattice) {
  const row = lattices.indexOf(lattice);
  return (method, condition) => {
    if (state["scored-on"] !== "supported" && method.supported !== data.classes.length) return undefined;
    const place = data.lattices.methods[method.method]?.[row]?.[data.lattices.conditions.indexOf(condition)];
    if (place == null) return undefined;
    const [accuracy, low, high, n] = data.lattices.shares[place];
    return { accuracy, ci95: [low, high], n };
  };
}
