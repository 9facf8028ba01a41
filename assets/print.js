// The sheet of paper: a map with its true scale, or two days side by side, and a button once all on it is drawn.
import { beginMap, drawn, openMap } from "./land/view.js";
import { legend } from "./land/legend.js";
import { findings } from "./land/findings.js";
import { design } from "./land/design.js";
import { candidates } from "./land/candidates.js";
import { bindSwitches, follow } from "./land/swipe.js";

const EQUATOR_M = 2 * Math.PI * 6378137;
const TILE_PX = 512;
const PX_M = 0.0254 / 96; // a CSS pixel on paper
const BAR_MAX_PX = 150;

const element = document.querySelector("[data-map]");
const config = JSON.parse(document.getElementById("map-config").textContent);
const map = beginMap(element, config);
legend(map, config);
await drawn(map);
await findings(map, config);
if (config.design) await design(map, config);
if (config.candidates) await candidates(map, config);
const other = await beside();
const metresPerPx = () => (EQUATOR_M * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (TILE_PX * 2 ** map.getZoom());

scale();
map.on("move", scale);
const chosen = document.querySelector("[data-scales]");
chosen.addEventListener("change", () => {
  if (chosen.value) map.zoomTo(map.getZoom() + Math.log2(metresPerPx() / (Number(chosen.value) * PX_M)), { duration: 0 });
});
for (const kind of ["wheel", "dblclick"]) map.on(kind, () => { chosen.value = ""; });

const button = document.querySelector("[data-print]");
button.addEventListener("click", () => window.print());
for (const link of document.querySelectorAll("[data-back]")) link.addEventListener("click", () => { link.hash = location.hash; });
await Promise.all([map, other].filter(Boolean).map((each) => new Promise((resolve) => {
  each.once("idle", resolve);
  each.triggerRepaint(); // it may have been idle before anybody listened
})));
button.disabled = false;
element.dataset.ready = "yes"; // what tests wait for

// The other side of a swiped map: the same ground at the same scale, on its own day.
async function beside() {
  const given = document.getElementById("map-against");
  if (!given) return null;
  const made = await openMap(document.querySelector("[data-map-beside]"), { ...JSON.parse(given.textContent), permalink: false });
  element.landOther = made; // for the browser tests
  follow(map, made);
  bindSwitches(made);
  return made;
}

// The bar has the longest round length that fits; the ratio is that of the paper at the middle of the map.
function scale() {
  const longest = metresPerPx() * BAR_MAX_PX;
  const power = 10 ** Math.floor(Math.log10(longest));
  const length = [5, 2, 1].map((step) => step * power).find((each) => each <= longest);
  document.querySelector("[data-scale-bar]").style.width = `${length / metresPerPx()}px`;
  document.querySelector("[data-scale-length]").textContent = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  document.querySelector("[data-scale-ratio]").textContent = `1 : ${Math.round(metresPerPx() / PX_M).toLocaleString()}`;
}
