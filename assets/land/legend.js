// The layer card: a switch for each layer with its sign, and the classes in view as legend; there before the land is.
export function legend(map, config) {
  const card = document.querySelector("[data-legend]");
  if (!card) return;
  const switches = card.querySelector("[data-switches]");
  const styled = new Promise((resolve) => map.once("style.load", resolve));
  for (const layer of config.layers) switches.append(entry(map, layer, styled));
  const classes = card.querySelector("[data-classes]");
  const refresh = () => inView(map, classes, config);
  refresh();
  map.on("idle", refresh);
  document.querySelector("[data-tool='layers']")?.addEventListener("click", (event) => {
    card.hidden = !card.hidden;
    event.currentTarget.setAttribute("aria-pressed", String(!card.hidden));
  });
  if (matchMedia("(max-width: 720px)").matches) document.querySelector("[data-tool='layers']")?.click(); // folded where there is no room
}

export function show(map, code, visible) {
  for (const each of map.getStyle().layers)
    if (each.metadata?.layer === code) map.setLayoutProperty(each.id, "visibility", visible ? "visible" : "none");
}

function entry(map, layer, styled) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = true;
  box.dataset.layer = layer.code;
  box.addEventListener("change", () => {
    styled.then(() => show(map, layer.code, box.checked));
  });
  const sign = document.createElement("i");
  sign.className = `sign sign-${layer.code}`;
  label.append(box, sign, layer.name);
  label.title = `${layer.on} · ${layer.rows.toLocaleString()}`;
  return label;
}

// Only the classes on the screen, in the order of the survey; the main ones at the zooms where pictures are shown.
function inView(map, list, { palette, english, layers }) {
  if (!layers.some((layer) => layer.code === "DLTB")) return;
  const codes = Object.keys(palette.classes);
  const key = (code) => [4, 2].map((n) => code.slice(0, n)).find((part) => codes.includes(part));
  let shown = new Set(codes.filter((code) => code.length === 2 || code.startsWith("01")));
  if (map.loaded() && map.getLayer("DLTB") && map.getZoom() >= 13) {
    const seen = new Set(map.queryRenderedFeatures({ layers: ["DLTB"] }).map((f) => key(f.properties.c ?? "")));
    if (seen.size) shown = seen;
  }
  list.replaceChildren(...codes.filter((code) => shown.has(code)).sort().map((code) => {
    const line = document.createElement("li");
    const patch = document.createElement("i");
    patch.className = "patch";
    patch.style.background = palette.classes[code].colour;
    line.append(patch, `${palette.classes[code][english ? "en" : "zh"]} ${code}`);
    return line;
  }));
}
