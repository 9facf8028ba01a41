// Lots on the map, by how their credits stand; a click anywhere asks the ground for every credit it earned.
import { boxOf } from "./view.js";

export async function lots(map, config) {
  const facts = document.querySelector("[data-facts]");
  const styled = new Promise((resolve) => map.once("style.load", resolve)); // asked at once: lots do not wait for the land's tiles
  const data = await (await fetch(config.lots)).json();
  await styled;
  const colour = ["match", ["get", "state"], ...Object.entries(config.states).flatMap(([name, [, hue]]) => [name, hue]), "#8b958f"];
  map.addSource("lots", { type: "geojson", data });
  // The land pales under them: credits are green as fields are.
  map.addLayer({ id: "lots-veil", type: "background", paint: { "background-color": "#fff", "background-opacity": 0.5 } });
  map.addLayer({ id: "lots-fill", type: "fill", source: "lots", paint: { "fill-color": colour, "fill-opacity": 0.6 } });
  map.addLayer({ id: "lots-case", type: "line", source: "lots", paint: { "line-color": "#fff", "line-width": 5 } });
  map.addLayer({ id: "lots-line", type: "line", source: "lots", paint: { "line-color": colour, "line-width": 2.5 } });
  map.addSource("lots-at", { type: "geojson", data: { type: "FeatureCollection", features: data.features.map(middle) } });
  map.addLayer({ id: "lots-dot", type: "circle", source: "lots-at", maxzoom: 13, paint: { "circle-color": colour, "circle-radius": 5, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } });
  if (data.features.length) map.fitBounds(boxOf(data), { padding: beside(map), maxZoom: 16, duration: 0 });
  const under = ({ x, y }, around) => map.queryRenderedFeatures([[x - around, y - around], [x + around, y + around]], { layers: ["lots-fill", "lots-line", "lots-dot"] });
  map.on("click", ({ point, lngLat }) => {
    if (map.getContainer().dataset.busy) return;
    const where = `lon=${lngLat.lng.toFixed(7)}&lat=${lngLat.lat.toFixed(7)}`;
    const inside = map.queryRenderedFeatures(point, { layers: ["lots-fill"] }).length > 0;
    const [near] = inside ? [] : under(point, 6); // one too small to hit is meant all the same
    const asked = near ? `lot=${encodeURIComponent(near.properties.serial)}` : where;
    window.htmx.ajax("GET", `${config.ground}?${asked}`, { target: facts, swap: "innerHTML" });
  });
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = under(point, 6).length ? "pointer" : ""; });
}

// Room at the edges, more where the layer card lies on the map.
function beside(map) {
  const card = document.querySelector("[data-legend]");
  const room = map.getContainer().clientWidth;
  const taken = card && !card.hidden ? card.offsetWidth + card.offsetLeft : 0;
  return { top: 80, right: 80, bottom: 80, left: taken < room / 2 ? taken + 60 : 80 };
}

function middle(feature) {
  const [west, south, east, north] = boxOf(feature);
  return { type: "Feature", properties: feature.properties, geometry: { type: "Point", coordinates: [(west + east) / 2, (south + north) / 2] } };
}
