// The style of the map from the page's configuration: land classes, parcel lines, control lines, labels.
const INK = "#5b6661";
const NONE = ["in", ["get", "id"], ["literal", []]];

export function styleOf(config) {
  const sources = {};
  const layers = [{ id: "ground", type: "background", paint: { "background-color": "#f5f6f3" } }];
  if (config.basemap) {
    sources.base = { type: "raster", tiles: [config.basemap], tileSize: 256 };
    layers.push({ id: "base", type: "raster", source: "base" });
  }
  for (const layer of config.layers) {
    addSources(sources, layer, config);
    layers.push(...(layer.code === "DLTB" ? land(layer, config) : control(layer, config)));
  }
  layers.push(...config.layers.flatMap(lit));
  if (config.layers.some((layer) => layer.code === "DLTB")) layers.push(labels());
  return { version: 8, sources, layers };
}

function addSources(sources, layer, config) {
  const tiles = [new URL(layer.tiles, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")];
  sources[layer.code] = { type: "vector", tiles, minzoom: layer.from, maxzoom: config.deepest };
  if (config.bounds) sources[layer.code].bounds = config.bounds;
  if (layer.from > 5) {
    sources[`${layer.code}-far`] = { type: "raster", tiles, tileSize: 512, minzoom: 0, maxzoom: layer.from - 1 };
    if (config.bounds) sources[`${layer.code}-far`].bounds = config.bounds;
  }
}

// The colour of a class: of the longest code it begins with.
export function classColour(palette) {
  const codes = Object.keys(palette.classes);
  const pick = (length) => codes.filter((code) => code.length === length).flatMap((code) => [code, palette.classes[code].colour]);
  const short = ["match", ["slice", ["coalesce", ["get", "c"], ""], 0, 2], ...pick(2), "#e4e2dc"];
  return ["match", ["slice", ["coalesce", ["get", "c"], ""], 0, 4], ...pick(4), short];
}

function land(layer, { palette }) {
  const near = { source: layer.code, "source-layer": layer.code, minzoom: layer.from };
  return [
    { id: "DLTB-far", type: "raster", source: "DLTB-far", maxzoom: layer.from, metadata: { layer: "DLTB" }, paint: { "raster-resampling": "nearest", "raster-fade-duration": 0 } },
    { id: "DLTB", type: "fill", ...near, metadata: { layer: "DLTB" }, paint: { "fill-color": classColour(palette), "fill-antialias": false } },
    { id: "DLTB-line", type: "line", ...near, metadata: { layer: "DLTB" }, paint: { "line-color": "#8f8a6e", "line-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0.25, 16, 0.6], "line-width": ["interpolate", ["linear"], ["zoom"], 13, 0.4, 17, 1] } },
  ];
}

const LINES = {
  YJJBNTTB: { fill: "hatch", width: ["interpolate", ["linear"], ["zoom"], 13, 0, 16, 0.8], dash: [4, 3] },
  YJJBNTSFQ: { fill: "hatch-zone", width: 1.6, dash: [2, 1.5] },
  STBHHX: { width: 2.2, dash: [3, 2], tint: 0.08 },
  CZKFBJ: { width: 2, dash: [6, 2, 1, 2] },
  KZBJ: { width: 2, dash: [1.5, 1.5] },
  XZQ: { width: 1.4, dash: [5, 2, 1, 2] },
  CJDCQ: { width: 0.9, dash: [3, 3] },
  GDDB: { width: 0.6 },
  SYBHQ: { width: 1.6, dash: [5, 2] },
  EDLD: { width: 0.7 },
  FZLD: { width: 0.7, dash: [1, 2] },
  ZZDK: { width: 2 },
};

function control(layer, { palette }) {
  const { fill, width, dash, tint } = LINES[layer.code] ?? { width: 1 };
  const colour = palette.layers[layer.code]?.colour ?? INK;
  const near = { source: layer.code, "source-layer": layer.code, minzoom: layer.from, metadata: { layer: layer.code } };
  const layers = [];
  if (layer.from > 5) layers.push({ id: `${layer.code}-far`, type: "raster", source: `${layer.code}-far`, maxzoom: layer.from, metadata: { layer: layer.code }, paint: { "raster-opacity": 0.3, "raster-resampling": "nearest", "raster-fade-duration": 0 } });
  if (fill) layers.push({ id: `${layer.code}-fill`, type: "fill", ...near, paint: { "fill-pattern": fill } });
  if (tint) layers.push({ id: `${layer.code}-fill`, type: "fill", ...near, paint: { "fill-color": colour, "fill-opacity": tint } });
  layers.push({ id: `${layer.code}-line`, type: "line", ...near, paint: { "line-color": colour, "line-width": width, ...(dash ? { "line-dasharray": dash } : {}) } });
  return layers;
}

// What a page lights up lies over everything; any layer's parcel can be lit.
function lit({ code, from }) {
  const near = { source: code, "source-layer": code, minzoom: from, filter: NONE, metadata: { lit: true } };
  return [
    { id: `${code}-lit`, type: "fill", ...near, paint: { "fill-color": "#1f6feb", "fill-opacity": 0.28 } },
    { id: `${code}-lit-line`, type: "line", ...near, paint: { "line-color": "#1f6feb", "line-width": 2 } },
  ];
}

// Class code and area where they fit; `unit` is filled in by the legend module's switch of the header.
function labels() {
  const factor = { mu: 3 / 200000, ha: 1e-6, m2: 0.01 }[document.documentElement.dataset.unit] ?? 3 / 200000;
  const digits = { mu: 2, ha: 4, m2: 0 }[document.documentElement.dataset.unit] ?? 2;
  const size = ["number-format", ["*", ["get", "a"], factor], { "min-fraction-digits": digits, "max-fraction-digits": digits }];
  return {
    id: "DLTB-label", type: "symbol", source: "DLTB", "source-layer": "DLTB", minzoom: 16, metadata: { layer: "DLTB" },
    layout: { "text-field": ["concat", ["coalesce", ["get", "c"], ""], "\n", size], "text-size": 11, "text-max-width": 8, "text-padding": 6, "text-font": ["Noto Sans CJK SC"] },
    paint: { "text-color": "#4a4a38", "text-halo-color": "#ffffffcc", "text-halo-width": 1 },
  };
}

// A tile of slanted lines.
export function hatch(colour, crossed = false) {
  const size = 16;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour;
  pen.globalAlpha = crossed ? 0.5 : 0.4;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const shift of [-size, 0, size]) for (const half of [0, size / 2]) {
    pen.moveTo(shift + half, size);
    pen.lineTo(shift + half + size, 0);
    if (crossed) { pen.moveTo(shift + half, 0); pen.lineTo(shift + half + size, size); }
  }
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}
