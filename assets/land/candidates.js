// Candidates of a survey of potential, by kind: full where they qualify, faint where something is open, outlined where excluded.
import { boxOf, clearOf, light } from "./view.js";

export async function candidates(map, config) {
  const data = await (await fetch(config.candidates)).json();
  if (config.candidatesShown) {
    const shown = new Set(config.candidatesShown);
    data.features = data.features.filter((each) => shown.has(each.properties.n));
  }
  const hue = ["match", ["get", "kind"], ...Object.entries(config.kinds).flat(), "#5b6661"];
  map.addSource("candidates", { type: "geojson", data });
  map.addLayer({ id: "candidates-fill", type: "fill", source: "candidates", paint: { "fill-color": hue, "fill-opacity": ["match", ["get", "state"], "qualifies", 0.75, "unknown", 0.4, 0.05] } });
  map.addLayer({ id: "candidates-line", type: "line", source: "candidates", minzoom: 12, paint: { "line-color": hue, "line-width": 1 } });
  map.addLayer({ id: "candidates-lit", type: "line", source: "candidates", filter: ["==", ["get", "n"], -1], paint: { "line-color": "#1f6feb", "line-width": 3 } });
  map.getContainer().dataset.candidates = data.features.length; // for the browser tests
  if (data.features.length) map.fitBounds(boxOf(data), { padding: clearOf(map, 40), duration: 0 });
  if (config.bare) return;

  const lit = (n) => map.setFilter("candidates-lit", ["==", ["get", "n"], n]);
  const open = async (n) => {
    lit(n);
    document.querySelector("[data-tab='made']")?.click();
    await window.htmx.ajax("GET", `${config.candidate}${n}/`, { target: document.querySelector("[data-facts]"), swap: "innerHTML" });
    light(map, [document.querySelector("[data-parcel-id]")?.dataset.parcelId].filter(Boolean));
  };
  map.on("click", (event) => {
    if (map.getContainer().dataset.busy) return;
    const [hit] = map.queryRenderedFeatures(event.point, { layers: ["candidates-fill"] });
    if (hit) open(hit.properties.n);
  });
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = map.queryRenderedFeatures(point, { layers: ["candidates-fill"] }).length ? "pointer" : ""; });
  for (const row of document.querySelectorAll("[data-candidate]")) {
    const n = Number(row.dataset.candidate);
    const go = () => {
      const [west, south, east, north] = JSON.parse(row.dataset.box);
      map.fitBounds([west, south, east, north], { padding: 120, maxZoom: 17, duration: 300 });
      open(n);
    };
    row.addEventListener("mouseenter", () => lit(n));
    row.addEventListener("click", go);
    row.addEventListener("keydown", (event) => event.key === "Enter" && go());
  }
}
