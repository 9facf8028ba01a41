// A click asks the ground: the parcel's row opens in the panel. A search result flies there and lights the parcel.
import { Marker } from "maplibre-gl";
import { light } from "./view.js";

export function identify(map, config) {
  const facts = document.querySelector("[data-facts]");
  if (!facts) return;
  const asked = config.layers.filter((layer) => map.getLayer(layer.code === "DLTB" ? "DLTB" : `${layer.code}-fill`)).map((layer) => (layer.code === "DLTB" ? "DLTB" : `${layer.code}-fill`));
  const open = (version, id) => {
    light(map, [id]);
    window.htmx.ajax("GET", `${config.identify}${version}/${encodeURIComponent(id)}/`, { target: facts, swap: "innerHTML" });
  };
  const ask = (point) => {
    if (map.getContainer().dataset.busy) return;
    const hits = map.queryRenderedFeatures(point, { layers: asked });
    const hit = hits.find((f) => f.layer.id === "DLTB") ?? hits[0];
    if (!hit) {
      if (facts.dataset.far && config.layers.some((layer) => map.getZoom() < layer.from)) say(facts, facts.dataset.far);
      return;
    }
    document.dispatchEvent(new CustomEvent("land:parcel", { detail: hit.properties.id }));
    open(hit.properties.v, hit.properties.id);
  };
  map.on("click", (event) => ask(event.point));
  // By keyboard the middle of the map is asked: arrows move it, + and - zoom.
  map.getCanvas().addEventListener("keydown", (event) => { if (event.key === "Enter") ask(map.project(map.getCenter())); });
  map.on("mousemove", (event) => {
    map.getCanvas().style.cursor = map.queryRenderedFeatures(event.point, { layers: asked }).length ? "pointer" : "";
  });
  if (config.bare) return;
  const marker = new Marker({ color: "#1f6feb" });
  const go = ([west, south, east, north], version, parcel, duration) => {
    if (west === east) marker.setLngLat([west, south]).addTo(map);
    map.fitBounds([west, south, east, north], { padding: 80, maxZoom: 17, duration });
    if (parcel) open(version, parcel);
  };
  document.addEventListener("click", (event) => {
    const found = event.target.closest("[data-go]");
    if (found) go(JSON.parse(found.dataset.go), found.dataset.version, found.dataset.parcel, 400);
  });
  if (config.go) arrive(config.go, go);
  // Leaving for a comparison or the print view keeps the view of the map.
  for (const form of document.querySelectorAll("[data-swipe-form]")) form.addEventListener("submit", () => { form.action = `${location.pathname}${location.hash}`; });
  for (const link of document.querySelectorAll("[data-print-view], [data-swipe-end]")) link.addEventListener("click", () => { link.hash = location.hash; });
  document.querySelector("[data-permalink]")?.addEventListener("click", async (event) => {
    const address = new URL(location.href);
    address.searchParams.set("on", config.on);
    await navigator.clipboard?.writeText(address.href);
    event.currentTarget.textContent = event.currentTarget.dataset.done;
  });
}

function say(place, text) {
  const line = document.createElement("p");
  line.className = "note";
  line.textContent = text;
  place.replaceChildren(line);
}

// A link from the search box: go there once; from then on the address tells the view alone.
function arrive({ box, version, parcel }, go) {
  go(box, version, parcel, 0);
  const address = new URL(location.href);
  for (const name of ["go", "version", "parcel"]) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
}
