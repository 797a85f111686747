// The choices that hold for all sections, and the first drawing.

byId("condition").append(...conditionOptions().filter(Boolean));
if (!conditionNamed[state.condition]) state.condition = data.conditions[0].id;
byId("condition").value = state.condition;
byId("group").append(
  ...Object.keys(data.groups).map((group) =>
    h("option", { value: group }, group === "all" ? "all of the paper" : kindName[group].toLowerCase()),
  ),
);
for (const [id, key] of [
  ["condition", "condition"],
  ["scored-on", "scoredOn"],
  ["group", "group"],
]) {
  byId(id).addEventListener("change", (event) => {
    state[key] = event.target.value;
    refresh();
  });
}
for (const id of ["find", "level", "defects", "complete"]) byId(id).addEventListener("input", drawBoard);

const { protocol_version, data_version, seed, iterations } = data.made;
byId("facts").textContent =
  `${plural(data.methods.length, "method")} · ${data.classes.length} classes · ${grouped(data.groups.all)} structures of the paper's conditions · ` +
  `${iterations} random draws a supercell · protocol ${protocol_version}, data ${data_version}, base seed ${seed}`;
onChange(() =>
  document.querySelectorAll(".under").forEach((element) => {
    element.textContent = underCondition();
  }),
);
refresh();
openTarget();
