// Two days of the same ground: a second map over the first, cut off at a divider that mouse, finger and keys move.
import { openMap } from "./view.js";
import { identify } from "./identify.js";
import { show } from "./legend.js";

const STEP = { ArrowLeft: -2, ArrowRight: 2, PageDown: -10, PageUp: 10 };

export async function swipe(element, map) {
  const given = document.getElementById("map-against");
  if (!given) return;
  const config = { ...JSON.parse(given.textContent), permalink: false, canvas: ".map-other", bare: true };
  const divider = element.querySelector(".divider");
  const other = await openMap(element, config);
  element.landOther = other; // for the browser tests
  follow(map, other);
  identify(other, config);
  bindSwitches(other);

  let share = Number(new URLSearchParams(location.hash.slice(1)).get("split") ?? 50);
  const place = (percent) => {
    share = Math.min(98, Math.max(2, Math.round(percent * 10) / 10));
    element.style.setProperty("--split", `${share}%`);
    divider.setAttribute("aria-valuenow", String(Math.round(share)));
  };
  const keep = () => {
    const hash = new URLSearchParams(location.hash.slice(1));
    hash.set("split", String(share));
    history.replaceState(history.state, "", `#${decodeURIComponent(hash)}`);
  };
  const from = (event) => { const box = element.getBoundingClientRect(); place((100 * (event.clientX - box.left)) / box.width); };
  divider.addEventListener("pointerdown", (event) => {
    divider.setPointerCapture(event.pointerId);
    divider.addEventListener("pointermove", from);
    divider.addEventListener("pointerup", () => { divider.removeEventListener("pointermove", from); keep(); }, { once: true });
  });
  divider.addEventListener("keydown", (event) => {
    const to = STEP[event.key] !== undefined ? share + STEP[event.key] : { Home: 0, End: 100 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    place(to);
    keep();
  });
  place(share);
}

// Either map leads; the other jumps to the same view.
export function follow(one, two) {
  let leading = false;
  for (const [lead, tail] of [[one, two], [two, one]]) lead.on("move", () => {
    if (leading) return;
    leading = true;
    tail.jumpTo({ center: lead.getCenter(), zoom: lead.getZoom() });
    leading = false;
  });
  two.jumpTo({ center: one.getCenter(), zoom: one.getZoom() });
}

// The card's switches turn a layer off on both sides.
export function bindSwitches(other) {
  const switches = document.querySelector("[data-switches]");
  for (const box of switches?.querySelectorAll("input:not(:checked)") ?? []) show(other, box.dataset.layer, false);
  switches?.addEventListener("change", (event) => show(other, event.target.dataset.layer, event.target.checked));
}
