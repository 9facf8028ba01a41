// The result of a check on the map: boundary, cut pieces, overlaps; findings light their parcels, parcels open their row.
import { boxOf, clearOf, light, onChosen } from "./view.js";

// Ground that must not be taken; what lies outside a boundary is told in the table, not painted.
const CROSSED = ["all", ["==", ["get", "role"], "overlap"], ["in", ["get", "layer"], ["literal", ["YJJBNTTB", "YJJBNTSFQ", "STBHHX"]]]];

export async function findings(map, config) {
  if (!config.shapes) return;
  const data = await (await fetch(config.shapes)).json();
  map.addSource("run", { type: "geojson", data });
  const role = (name) => ["==", ["get", "role"], name];
  map.addLayer({ id: "run-overlap", type: "fill", source: "run", filter: CROSSED, paint: { "fill-color": "#d6453f", "fill-opacity": 0.26 } });
  map.addLayer({ id: "run-overlap-line", type: "line", source: "run", filter: CROSSED, paint: { "line-color": "#c62f2f", "line-width": 0.6, "line-opacity": 0.6 } });
  map.addLayer({ id: "run-piece", type: "fill", source: "run", filter: role("piece"), paint: { "fill-color": "#1f6feb", "fill-opacity": 0.1 } });
  map.addLayer({ id: "run-lit", type: "fill", source: "run", filter: ["all", role("piece"), ["in", ["get", "parcel_id"], ["literal", []]]], paint: { "fill-color": "#1f6feb", "fill-opacity": 0.42 } });
  map.addLayer({ id: "run-boundary", type: "line", source: "run", filter: role("boundary"), layout: { "line-join": "round" }, paint: { "line-color": "#1f6feb", "line-width": 3 } });
  map.fitBounds(boxOf({ features: data.features.filter((f) => f.properties.role === "boundary") }), { padding: clearOf(map, 70), maxZoom: 18, duration: 0 });

  const show = (ids) => {
    light(map, ids);
    map.setFilter("run-lit", ["all", role("piece"), ["in", ["get", "parcel_id"], ["literal", ids]]]);
  };
  const parcelsOf = (element) => JSON.parse(element.dataset.parcels);
  for (const element of document.querySelectorAll("[data-parcels]")) {
    element.addEventListener("mouseenter", () => show(parcelsOf(element)));
    element.addEventListener("mouseleave", () => show([]));
    element.addEventListener("focusin", () => show(parcelsOf(element)));
  }
  for (const row of document.querySelectorAll("tr[data-parcels]")) onChosen(row, () => {
    const [id] = parcelsOf(row);
    const shapes = data.features.filter((f) => f.properties.parcel_id === id);
    if (shapes.length) map.fitBounds(boxOf({ features: shapes }), { padding: 120, maxZoom: 18, duration: 300 });
  });
  document.addEventListener("land:parcel", (event) => {
    const row = [...document.querySelectorAll("tr[data-parcels]")].find((each) => parcelsOf(each).includes(event.detail));
    if (!row) return;
    document.querySelector("[data-tab='parcels']")?.click();
    for (const old of document.querySelectorAll("tr.chosen")) old.classList.remove("chosen");
    row.classList.add("chosen");
    row.scrollIntoView({ block: "center" });
  });
}
