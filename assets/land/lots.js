// Lots on the map, by how their credits stand; a click anywhere asks the ground for every credit it earned.
import { boxOf } from "./view.js";

export async function lots(map, config) {
  const facts = document.querySelector("[data-facts]");
  const data = await (await fetch(config.lots)).json();
  const colour = ["match", ["get", "state"], ...Object.entries(config.states).flatMap(([name, [, hue]]) => [name, hue]), "#8b958f"];
  map.addSource("lots", { type: "geojson", data });
  map.addLayer({ id: "lots-fill", type: "fill", source: "lots", paint: { "fill-color": colour, "fill-opacity": 0.45 } });
  map.addLayer({ id: "lots-line", type: "line", source: "lots", paint: { "line-color": colour, "line-width": 2 } });
  map.addLayer({ id: "lots-dot", type: "circle", source: "lots", maxzoom: 13, paint: { "circle-color": colour, "circle-radius": 4, "circle-stroke-color": "#fff", "circle-stroke-width": 1 } });
  if (data.features.length) map.fitBounds(boxOf(data), { padding: 80, maxZoom: 16, duration: 0 });
  map.on("click", ({ lngLat }) => {
    if (map.getContainer().dataset.busy) return;
    window.htmx.ajax("GET", `${config.ground}?lon=${lngLat.lng.toFixed(7)}&lat=${lngLat.lat.toFixed(7)}`, { target: facts, swap: "innerHTML" });
  });
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = map.queryRenderedFeatures(point, { layers: ["lots-fill"] }).length ? "pointer" : ""; });
}
