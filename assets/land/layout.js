// Another layout of basic farmland: what stays, what leaves (red) and what comes in (green).
import { boxOf, clearOf, onChosen } from "./view.js";

const HUES = { stays: "#9a6b00", out: "#c62f2f", in: "#1a7f4b" };

export async function layout(map, config) {
  const data = await (await fetch(config.layout)).json();
  const hue = ["match", ["get", "role"], ...Object.entries(HUES).flat(), "#5b6661"];
  map.addSource("layout", { type: "geojson", data });
  map.addLayer({ id: "layout-fill", type: "fill", source: "layout", paint: { "fill-color": hue, "fill-opacity": ["match", ["get", "role"], "stays", 0.12, 0.65] } });
  map.addLayer({ id: "layout-lit", type: "line", source: "layout", filter: ["==", ["get", "id"], ""], paint: { "line-color": "#1f6feb", "line-width": 3 } });
  const moving = data.features.filter((each) => each.properties.role !== "stays");
  map.getContainer().dataset.moving = moving.length; // for the browser tests
  const seen = moving.length ? moving : data.features;
  if (seen.length) map.fitBounds(boxOf({ features: seen }), { padding: clearOf(map, 50), maxZoom: 16, duration: 0 });
  for (const row of document.querySelectorAll("[data-move]")) {
    const light = () => map.setFilter("layout-lit", ["==", ["get", "id"], row.dataset.move]);
    row.addEventListener("mouseenter", light);
    onChosen(row, () => {
      light();
      const shapes = data.features.filter((each) => each.properties.id === row.dataset.move);
      if (shapes.length) map.fitBounds(boxOf({ features: shapes }), { padding: 140, maxZoom: 17, duration: 300 });
    });
  }
}
