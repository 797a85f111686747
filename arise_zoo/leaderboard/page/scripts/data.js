// What Python worked out, and its members by name.

import { byId } from "./elements.js";

const named = (members, key) => Object.fromEntries(members.map((one) => [one[key], one]));

const packed = Uint8Array.from(atob(byId("data").textContent), (letter) => letter.charCodeAt(0));
export const data = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
export const methodNamed = named(data.methods, "method");
export const conditionNamed = named(data.conditions, "id");
export const conditionName = (id) => conditionNamed[id]?.name ?? id;
export const classNamed = named(data.classes, "id");
export const byScore = data.by_score.map((name) => methodNamed[name]);
const shares = data.shares.map(([percent, right, n, ...ends]) => ({
  percent,
  right,
  n,
  ci95: ends.length ? ends : null,
}));
export const share = (place) => shares[place];
const classPlace = Object.fromEntries(data.classes.map(({ id }, place) => [id, place]));
const unpacked = (runs) =>
  runs.flatMap((place, i) => (i % 2 ? [] : Array(runs[i + 1]).fill(place)));
for (const method of data.methods)
  for (const condition in method.classes) method.classes[condition] = unpacked(method.classes[condition]);
export const classShare = (method, condition, id) => share(method.classes[condition][classPlace[id]]);
