// One MapLibre map: the layers of a day in the survey's colours, below whatever a page lays on top.
import { Map, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { styleOf, hatch } from "./style.js";

// Begun at once, so that what does not wait for tiles need not; `openMap` is ready once the land is drawn.
export function beginMap(element, config) {
  setWorkerUrl(new URL(config.worker, location.href).href);
  const container = element.querySelector(config.canvas ?? ".map-canvas");
  const map = new Map({
    container,
    style: styleOf(config),
    bounds: config.bounds ?? [73, 18, 135, 53],
    fitBoundsOptions: { padding: roomIn(container, 24) },
    hash: config.permalink ? "map" : false,
    maxZoom: 20,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    locale: config.words ?? {}, // what the map itself says to a screen reader
    localIdeographFontFamily: '"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif',
    ...(config.sharp ? { pixelRatio: 3 } : {}), // paper is finer than a screen
    canvasContextAttributes: { preserveDrawingBuffer: true }, // printing takes the canvas
  });
  map.touchZoomRotate.disableRotation();
  if (!config.bare) {
    map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new ScaleControl({ maxWidth: 110, unit: "metric" }), "bottom-right");
  }
  map.addImage("hatch", hatch("#9a6b00"));
  map.addImage("hatch-zone", hatch("#5c4500", true));
  element.landMap ??= map; // the first; the panel and the browser tests use it
  return map;
}

export const drawn = (map) => new Promise((resolve) => map.once("load", () => resolve(map)));
export const openMap = (element, config) => drawn(beginMap(element, config));

// Light some parcels up; an empty list puts them out.
export function light(map, ids) {
  map.litLayers ??= map.getStyle().layers.filter((layer) => layer.metadata?.lit).map((layer) => layer.id);
  for (const id of map.litLayers) map.setFilter(id, ["in", ["get", "id"], ["literal", ids]]);
}

// A row of a list that shows its ground: by click, and by Enter for whoever works with the keyboard.
export function onChosen(row, act) {
  row.addEventListener("click", act);
  row.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target === row) act(); });
}

export function boxOf(geojson) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (part) => {
    if (typeof part[0] === "number") {
      box[0] = Math.min(box[0], part[0]); box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]); box[3] = Math.max(box[3], part[1]);
    } else part.forEach(walk);
  };
  for (const feature of geojson.features ?? [geojson]) walk((feature.geometry ?? feature).coordinates);
  return box;
}

// Room around what a page shows: the legend lies over the left of a wide map.
export const clearOf = (map, room) => roomIn(map.getContainer(), room);

function roomIn(container, room) {
  const legend = document.querySelector("[data-map] [data-legend]");
  const wide = legend && container.clientWidth > 3 * legend.offsetWidth;
  return { top: room, right: room + 50, bottom: room, left: wide ? legend.offsetWidth + 40 : room };
}

export const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
