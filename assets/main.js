// Every page: HTMX with nothing inline, and the header's switches without a reload of what was typed.
import htmx from "htmx.org";
import { searchBox } from "./frame/search.js";

htmx.config.includeIndicatorStyles = false; // would need an inline style
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // nothing of a case stays in the browser's storage
window.htmx = htmx;
searchBox();
for (const here of document.querySelectorAll(".rail [aria-current], .tabs [aria-current]")) inSight(here);

// A lost connection or a refusal is said where it happened.
document.addEventListener("htmx:responseError", (event) => say(event.detail.elt, event.detail.xhr.status));
document.addEventListener("htmx:sendError", (event) => say(event.detail.elt, 0));

function say(element, status) {
  const text = document.documentElement.dataset[status ? "refused" : "offline"];
  const place = element.closest("section, form, main") ?? document.body;
  place.querySelector(":scope > .alert.lost")?.remove();
  const line = document.createElement("p");
  line.className = "alert fail lost";
  line.setAttribute("role", "alert");
  line.textContent = status ? `${text} (${status})` : text;
  place.append(line);
}

// A bar too long for the screen is scrolled to where the page stands in it.
function inSight(here) {
  const bar = here.parentElement, [inner, outer] = [here.getBoundingClientRect(), bar.getBoundingClientRect()];
  bar.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

// An open menu closes on Escape or a click elsewhere.
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(null));
document.addEventListener("click", (event) => closeMenus(event.target));

document.querySelector("[data-print-page]")?.addEventListener("click", () => window.print());

function closeMenus(target) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
}
