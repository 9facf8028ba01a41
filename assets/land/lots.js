// Lots on the map, by how their credits stand; a click anywhere asks the ground for every credit it earned.
import { boxOf } from "./view.js";

export async function lots(map, config) {
  const facts = document.querySelector("[data-facts]");
  const data = await (await fetch(config.lots)).json();
  const colour = ["match", ["get", "state"], ...Object.entries(config.states).flatMap(([name, [, hue]]) => [name, hue]), "#8b958f"];
  map.addSource("lots", { type: "geojson", data });
  // The land pales under them: credits are green as fields are.
  map.addLayer({ id: "lots-veil", type: "background", paint: { "background-color": "#fff", "background-opacity": 0.5 } });
  map.addLayer({ id: "lots-fill", type: "fill", source: "lots", paint: { "fill-color": colour, "fill-opacity": 0.6 } });
  map.addLayer({ id: "lots-case", type: "line", source: "lots", paint: { "line-color": "#fff", "line-width": 5 } });
  map.addLayer({ id: "lots-line", type: "line", source: "lots", paint: { "line-color": colour, "line-width": 2.5 } });
  map.addLayer({ id: "lots-dot", type: "circle", source: "lots", maxzoom: 14, paint: { "circle-color": colour, "circle-radius": 5, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } });
  if (data.features.length) map.fitBounds(boxOf(data), { padding: 80, maxZoom: 16, duration: 0 });
  const under = ({ x, y }, around) => map.queryRenderedFeatures([[x - around, y - around], [x + around, y + around]], { layers: ["lots-fill", "lots-line", "lots-dot"] });
  map.on("click", ({ point, lngLat }) => {
    if (map.getContainer().dataset.busy) return;
    const where = `lon=${lngLat.lng.toFixed(7)}&lat=${lngLat.lat.toFixed(7)}`;
    const inside = map.queryRenderedFeatures(point, { layers: ["lots-fill"] }).length > 0;
    const [beside] = inside ? [] : under(point, 6); // one too small to hit is meant all the same
    const asked = beside ? `lot=${encodeURIComponent(beside.properties.serial)}` : where;
    window.htmx.ajax("GET", `${config.ground}?${asked}`, { target: facts, swap: "innerHTML" });
  });
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = under(point, 6).length ? "pointer" : ""; });
}
