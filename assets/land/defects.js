// The defects of an upload as points; a row of the table flies to its point, a point finds its row.
import { boxOf, clearOf, onChosen } from "./view.js";

export function defects(map, config) {
  const data = config.defects;
  if (!data?.features.length) return;
  map.addSource("defects", { type: "geojson", data });
  map.addLayer({ id: "defects", type: "circle", source: "defects", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 2.5, 16, 6], "circle-color": ["match", ["get", "outcome"], "fail", "#c62f2f", "#9a6b00"], "circle-stroke-color": "#fff", "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 12, 0.5, 16, 2] } });
  map.fitBounds(boxOf(data), { padding: clearOf(map, 60), maxZoom: 17, duration: 0 });
  map.on("click", "defects", (event) => {
    const row = document.querySelector(`[data-defect="${event.features[0].properties.n}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.classList.add("chosen");
  });
  for (const row of document.querySelectorAll("[data-defect]")) onChosen(row, () => {
    const point = data.features.find((f) => f.properties.n === Number(row.dataset.defect));
    if (point) map.flyTo({ center: point.geometry.coordinates, zoom: 17, duration: 300 });
  });
}
