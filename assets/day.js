// The day of validity in the header: a new day is asked for at once, the view of the map stays.
document.querySelector(".day input")?.addEventListener("change", (event) => {
  if (!event.target.value) return;
  const address = new URL(location.href);
  address.searchParams.set("on", event.target.value);
  location.assign(address);
});
