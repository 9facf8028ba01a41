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
  map.on("click", (event) => {
    if (map.getContainer().dataset.busy) return;
    const hits = map.queryRenderedFeatures(event.point, { layers: asked });
    const hit = hits.find((f) => f.layer.id === "DLTB") ?? hits[0];
    if (!hit) return;
    document.dispatchEvent(new CustomEvent("land:parcel", { detail: hit.properties.id }));
    open(hit.properties.v, hit.properties.id);
  });
  map.on("mousemove", (event) => {
    map.getCanvas().style.cursor = map.queryRenderedFeatures(event.point, { layers: asked }).length ? "pointer" : "";
  });
  const marker = new Marker({ color: "#1f6feb" });
  document.addEventListener("click", (event) => {
    const go = event.target.closest("[data-go]");
    if (!go) return;
    const [west, south, east, north] = JSON.parse(go.dataset.go);
    if (west === east) marker.setLngLat([west, south]).addTo(map);
    map.fitBounds([west, south, east, north], { padding: 80, maxZoom: 17, duration: 400 });
    if (go.dataset.parcel) open(go.dataset.version, go.dataset.parcel);
  });
  document.querySelector("[data-permalink]")?.addEventListener("click", async (event) => {
    const address = new URL(location.href);
    address.searchParams.set("on", config.on);
    await navigator.clipboard?.writeText(address.href);
    event.currentTarget.textContent = event.currentTarget.dataset.done;
  });
}
