// Measuring: draw a figure, the server measures it on the ellipsoid.
import { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { token } from "./view.js";

export function measuring(map, config) {
  const answer = document.querySelector("[data-measured]");
  let draw = null;
  const stop = () => {
    draw?.stop();
    draw = null;
    delete map.getContainer().dataset.busy;
    answer.hidden = true;
    for (const tool of tools) tool.setAttribute("aria-pressed", "false");
  };
  const tools = [...document.querySelectorAll("[data-measure]")];
  for (const tool of tools) tool.addEventListener("click", () => {
    const again = tool.getAttribute("aria-pressed") === "true";
    if (draw) stop();
    if (again) return;
    tool.setAttribute("aria-pressed", "true");
    map.getContainer().dataset.busy = "measure";
    draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, prefixId: "measure" }),
      modes: [new TerraDrawPolygonMode({ styles: { fillColor: "#1f6feb", fillOpacity: 0.12, outlineColor: "#1f6feb", outlineWidth: 2 } }), new TerraDrawLineStringMode({ styles: { lineStringColor: "#1f6feb", lineStringWidth: 3 } })],
    });
    draw.start();
    draw.setMode(tool.dataset.measure);
    answer.hidden = false;
    answer.textContent = answer.dataset.hint;
    draw.on("finish", async (id) => {
      const shape = draw.getSnapshotFeature(id);
      for (const old of draw.getSnapshot()) if (old.id !== id && old.properties.mode === shape.properties.mode && !old.properties.currentlyDrawing) draw.removeFeatures([old.id]);
      answer.textContent = await ask(config.measure, shape.geometry);
    });
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && draw) stop(); });
}

async function ask(address, geometry) {
  const response = await fetch(address, { method: "POST", body: JSON.stringify(geometry), headers: { "X-CSRFToken": token(), "Content-Type": "application/json" } });
  const found = await response.json();
  return found.error ?? [...(found.area ?? []), found.length].join(" · ");
}
