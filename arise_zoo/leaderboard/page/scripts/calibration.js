// Reliability diagrams, one for each method with probabilities.

function reliability(method) {
  const found = method.calibration[state.condition];
  const side = 250,
    left = 34,
    bottom = 34,
    top = 8;
  const x = (p) => left + p * (side - left - 10);
  const y = (p) => top + (1 - p) * (side - top - bottom);
  const drawing = svg("svg", {
    viewBox: `0 0 ${side} ${side}`,
    role: "img",
    "aria-label": `Reliability of ${method.method}; numbers in the table below`,
  });
  for (const p of [0, 0.5, 1]) {
    drawing.append(
      svg("line", { class: "grid", x1: left, x2: x(1), y1: y(p), y2: y(p) }),
      svg("line", { class: "grid", x1: x(p), x2: x(p), y1: y(0), y2: y(1) }),
      svg("text", { x: left - 6, y: y(p) + 4, "text-anchor": "end" }, String(p)),
      svg("text", { x: x(p), y: y(0) + 15, "text-anchor": "middle" }, String(p)),
    );
  }
  drawing.append(
    svg("line", { class: "diagonal", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
    svg("text", { x: x(0.5), y: side - 4, "text-anchor": "middle" }, "probability said"),
  );
  const most = Math.max(...found.bins.map(([, , place]) => share(place).n));
  const rows = found.bins.map(([, said, place]) => {
    const { percent, n, ends } = share(place);
    drawing.append(
      svg("line", { class: "bar", x1: x(said), x2: x(said), y1: y(ends[0] / 100), y2: y(ends[1] / 100) }),
      svg("circle", { class: "disc", cx: x(said), cy: y(percent / 100), r: Math.max(2, 11 * Math.sqrt(n / most)) }),
    );
    return h(
      "tr",
      {},
      h("td", {}, said),
      h("td", {}, percent),
      h("td", {}, `[${ends[0]}, ${ends[1]}]`),
      h("td", {}, grouped(n)),
    );
  });
  const head = ["said", "right, %", "95 %", "n"].map((text) => h("th", { scope: "col" }, text));
  const [ece, low, high] = found.ece;
  return h(
    "figure",
    { class: "card", "data-method": method.method },
    h("h3", {}, method.method),
    drawing,
    h("figcaption", { class: "n" }, `ECE ${ece} [${low}, ${high}], n = ${grouped(found.n)}`),
    h(
      "details",
      {},
      h("summary", {}, "Bins as a table"),
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": `Bins of ${method.method}` },
        h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)),
      ),
    ),
  );
}

function drawReliability() {
  const methods = data.methods.filter((method) => method.calibration[state.condition]);
  const none = h("p", { class: "none" }, "No record has probabilities under this condition.");
  byId("reliability").replaceChildren(...(methods.length ? methods.map(reliability) : [none]));
}

onChange(drawReliability);
