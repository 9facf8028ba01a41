// Contiguous blocks on the map, by their size; a click on one, here or in the list, opens what it is made of.
import { boxOf, clearOf, light } from "./view.js";

const HUES = { ten_thousand: "#0f5c3a", thousand: "#1f8a5b", hundred: "#74b08f" };
const NONE = ["==", ["get", "n"], -1];

export async function blocks(map, config) {
  const data = await (await fetch(config.blocks)).json();
  if (config.blocksShown) {
    const shown = new Set(config.blocksShown);
    data.features = data.features.filter((each) => shown.has(each.properties.n));
  }
  const hue = ["match", ["get", "size"], ...Object.entries(HUES).flat(), "#b4cbbd"];
  map.addSource("blocks", { type: "geojson", data });
  map.addLayer({ id: "blocks-fill", type: "fill", source: "blocks", paint: { "fill-color": hue, "fill-opacity": 0.3 } });
  map.addLayer({ id: "blocks-line", type: "line", source: "blocks", paint: { "line-color": hue, "line-width": 1.6 } });
  map.addLayer({ id: "blocks-lit", type: "line", source: "blocks", filter: NONE, paint: { "line-color": "#1f6feb", "line-width": 3 } });
  map.getContainer().dataset.blocks = data.features.length; // for the browser tests
  if (config.bare) return;
  if (data.features.length) map.fitBounds(boxOf(data), { padding: clearOf(map, 40), duration: 0 });

  const lit = (n) => map.setFilter("blocks-lit", ["==", ["get", "n"], n]);
  const open = async (n) => {
    lit(n);
    document.querySelector("[data-tab='made']")?.click();
    await window.htmx.ajax("GET", `${config.block}${n}/`, { target: document.querySelector("[data-facts]"), swap: "innerHTML" });
    light(map, JSON.parse(document.querySelector("[data-block-ids]")?.dataset.blockIds ?? "[]"));
  };
  map.on("click", (event) => {
    if (map.getContainer().dataset.busy) return;
    const [hit] = map.queryRenderedFeatures(event.point, { layers: ["blocks-fill"] });
    if (hit) open(hit.properties.n);
  });
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = map.queryRenderedFeatures(point, { layers: ["blocks-fill"] }).length ? "pointer" : ""; });
  for (const row of document.querySelectorAll("[data-block]")) {
    const n = Number(row.dataset.block);
    const go = () => {
      const [west, south, east, north] = JSON.parse(row.dataset.box);
      map.fitBounds([west, south, east, north], { padding: 60, maxZoom: 16, duration: 300 });
      open(n);
    };
    row.addEventListener("mouseenter", () => lit(n));
    row.addEventListener("click", go);
    row.addEventListener("keydown", (event) => event.key === "Enter" && go());
  }
}
