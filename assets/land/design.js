// A design on the map: the block that comes about, the pieces chosen and those that could be; a click adds one or takes it away.
import { boxOf, clearOf, token } from "./view.js";

const HUES = { restore: "#b0613a", reclaim: "#7a5ea8", clear: "#c62f2f" };

export async function design(map, config) {
  const data = await (await fetch(config.design)).json();
  const of = (role) => ["==", ["get", "role"], role];
  const hue = ["match", ["get", "works"], ...Object.entries(HUES).flat(), "#5b6661"];
  let chosen = config.pieces;
  const taken = () => ["in", ["get", "id"], ["literal", chosen]];
  map.addSource("design", { type: "geojson", data });
  map.addLayer({ id: "design-stands", type: "line", source: "design", filter: of("stands"), paint: { "line-color": "#1f8a5b", "line-width": 1, "line-dasharray": [3, 2] } });
  map.addLayer({ id: "design-piece", type: "fill", source: "design", filter: of("piece"), paint: { "fill-color": hue, "fill-opacity": 0.16 } });
  map.addLayer({ id: "design-taken", type: "fill", source: "design", filter: ["all", of("piece"), taken()], paint: { "fill-color": hue, "fill-opacity": 0.75 } });
  map.addLayer({ id: "design-block", type: "line", source: "design", filter: of("block"), layout: { "line-join": "round" }, paint: { "line-color": "#1f6feb", "line-width": 3 } });
  map.addLayer({ id: "design-lit", type: "line", source: "design", filter: ["==", ["get", "id"], ""], paint: { "line-color": "#1d2321", "line-width": 2.5 } });
  const focus = data.features.filter((f) => f.properties.role === "block" || chosen.includes(f.properties.id));
  const seen = focus.length ? focus : data.features;
  if (seen.length) map.fitBounds(boxOf({ features: seen }), { padding: clearOf(map, 50), maxZoom: 17, duration: 0 });
  map.getContainer().dataset.pieces = chosen.length; // for the browser tests
  if (config.bare) return;

  const place = document.getElementById("attempt");
  const attempt = async (pieces) => {
    const body = new FormData();
    body.set("pieces", JSON.stringify(pieces));
    const answer = await fetch(config.attempt, { method: "POST", body, headers: { "X-CSRFToken": token() } }).catch(() => null);
    if (!answer?.ok) return refused(answer?.status);
    chosen = pieces;
    place.innerHTML = await answer.text();
    map.setFilter("design-taken", ["all", of("piece"), taken()]);
    map.getContainer().dataset.pieces = chosen.length;
  };
  const refused = (status) => {
    const text = document.documentElement.dataset[status ? "refused" : "offline"];
    place.querySelector(".alert.lost")?.remove();
    const line = document.createElement("p");
    line.className = "alert fail lost";
    line.setAttribute("role", "alert");
    line.textContent = status ? `${text} (${status})` : text;
    place.prepend(line);
  };
  map.on("click", (event) => {
    if (map.getContainer().dataset.busy) return;
    const [hit] = map.queryRenderedFeatures(event.point, { layers: ["design-piece"] });
    if (!hit) return;
    const { id } = hit.properties;
    attempt(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id].sort());
  });
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = map.queryRenderedFeatures(point, { layers: ["design-piece"] }).length ? "pointer" : ""; });
  const rowOf = (event) => event.target.closest("tr[data-piece]");
  place.addEventListener("mouseover", (event) => map.setFilter("design-lit", ["==", ["get", "id"], rowOf(event)?.dataset.piece ?? ""]));
  place.addEventListener("click", (event) => {
    const row = rowOf(event);
    const shapes = row && !event.target.closest("a") ? data.features.filter((f) => f.properties.id === row.dataset.piece) : [];
    if (shapes.length) map.fitBounds(boxOf({ features: shapes }), { padding: 140, maxZoom: 18, duration: 300 });
  });
}
