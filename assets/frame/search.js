// The search box of the header: "/" comes to it, arrows choose, Enter opens, Escape leaves.
export function searchBox() {
  const box = document.getElementById("seek");
  if (!box) return;
  const answer = document.getElementById("found");
  const options = () => [...answer.querySelectorAll("[role='option']")];
  const choose = (option) => {
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (option) { box.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else box.removeAttribute("aria-activedescendant");
  };
  const close = () => { answer.replaceChildren(); box.setAttribute("aria-expanded", "false"); choose(null); };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter and arrows still belong to the Chinese input method
    const all = options();
    const at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all[(at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length]);
    } else if (event.key === "Enter" && all.length) {
      event.preventDefault();
      (all[at] ?? all[0]).querySelector("a").click();
    } else if (event.key === "Escape") {
      if (answer.childElementCount) close();
      else box.blur();
      event.stopPropagation();
    }
  });
  box.addEventListener("htmx:afterRequest", () => box.setAttribute("aria-expanded", String(options().length > 0)));
  box.addEventListener("input", () => { if (!box.value.trim()) close(); });
  document.addEventListener("click", (event) => { if (!event.target.closest(".seek")) close(); });
}
