// The panel beside the map: collapse and widen on a desk, a sheet to pull up on a phone; tabs inside it.
export function panel() {
  const main = document.querySelector(".mapped main");
  for (const button of document.querySelectorAll("[data-panel]")) button.addEventListener("click", () => {
    const state = main.dataset.panel === button.dataset.panel ? "" : button.dataset.panel;
    main.dataset.panel = state;
    for (const each of document.querySelectorAll("[data-panel]")) if (each !== main) each.setAttribute("aria-pressed", String(each.dataset.panel === state));
    const place = document.querySelector("[data-map]");
    for (const map of [place?.landMap, place?.landOther]) map?.resize();
  });
}

export function tabs() {
  const list = document.querySelector("[role='tablist']");
  if (!list) return;
  const all = [...list.querySelectorAll("[role='tab']")];
  const choose = (tab) => {
    for (const each of all) {
      const chosen = each === tab;
      each.setAttribute("aria-selected", String(chosen));
      each.tabIndex = chosen ? 0 : -1;
      document.getElementById(each.getAttribute("aria-controls")).hidden = !chosen;
    }
  };
  for (const tab of all) tab.addEventListener("click", () => choose(tab));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.focus();
    choose(next);
  });
}
