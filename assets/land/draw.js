// Drawing a boundary for a new check; the hidden field of the form holds it as GeoJSON.
import { TerraDraw, TerraDrawPolygonMode, TerraDrawSelectMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";

const BLUE = { fillColor: "#1f6feb", fillOpacity: 0.15, outlineColor: "#1f6feb", outlineWidth: 3 };

export function drawing(map) {
  const field = document.querySelector("[data-draw]");
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, prefixId: "boundary" }),
    modes: [
      new TerraDrawPolygonMode({ styles: BLUE }),
      new TerraDrawSelectMode({ flags: { polygon: { feature: { draggable: true, coordinates: { midpoints: true, draggable: true, deletable: true } } } }, styles: { selectedPolygonColor: "#1f6feb", selectedPolygonFillOpacity: 0.2, selectedPolygonOutlineColor: "#1f6feb", selectedPolygonOutlineWidth: 3 } }),
    ],
  });
  draw.start();
  draw.setMode("static");
  const button = document.querySelector("[data-start-drawing]");
  const clear = document.querySelector("[data-clear-drawing]");
  const say = document.querySelector("[data-drawn]");
  const keep = () => {
    const shapes = draw.getSnapshot().filter((f) => f.geometry.type === "Polygon" && f.properties.mode === "polygon" && !f.properties.currentlyDrawing);
    const features = shapes.map(({ geometry }) => ({ type: "Feature", properties: {}, geometry }));
    field.value = features.length ? JSON.stringify({ type: "FeatureCollection", features }) : "";
    clear.hidden = !features.length;
    say.textContent = features.length ? say.dataset.some.replace("0", features.length) : say.dataset.none;
  };
  button.addEventListener("click", () => { draw.setMode("polygon"); button.setAttribute("aria-pressed", "true"); });
  clear.addEventListener("click", () => { draw.clear(); keep(); draw.setMode("static"); button.setAttribute("aria-pressed", "false"); });
  draw.on("finish", () => { button.setAttribute("aria-pressed", "false"); draw.setMode("select"); keep(); });
  draw.on("change", () => { if (field.value) keep(); });
  if (field.value) draw.addFeatures(JSON.parse(field.value).features.map((f) => ({ ...f, properties: { mode: "polygon" } })));
  keep();
}
