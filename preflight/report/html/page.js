
// What the fragment asks for is shown alone; without one, the overview.
const parts = {
  host: (key) => hostKeys.to.has(key) && hostPart(hostKeys.to.get(key)),
  guest: (key) => guestKeys.to.has(key) && guestPart(guestKeys.to.get(key)),
  finding: (key) => problems[key] && findingPart(problems[key]),
  cell: (key, label) => hostKeys.to.has(key) && rowOf.has(label) && cellPart(hostKeys.to.get(key), rowOf.get(label)),
};
let above = 0; // where the overview was left
const route = () => {
  const [kind, ...names] = location.hash.slice(1).split("/");
  const box = byId("detail"), overview = byId("overview"), was = !overview.hidden;
  if (!Object.hasOwn(parts, kind)) {
    box.hidden = true;
    overview.hidden = false;
    if (!was && kind === "overview") scrollTo(0, above);
    else if (kind && byId(kind) && kind !== "overview") byId(kind).scrollIntoView();
    const at = !was && document.querySelector('.matrix td[tabindex="0"]');
    if (at && kind === "overview" && view.opened) at.focus({ preventScroll: true });
    return;
  }
  if (was) above = lastScroll;
  view.opened = kind === "cell";
  let inside = null;
  try { inside = parts[kind](...names.map(decodeURIComponent)); } catch (e) { if (!(e instanceof URIError)) throw e; }
  box.replaceChildren(...(inside || part("Not in this report", el("p", {}, "Nothing here is called so: " + names.join(" / ")))).filter(Boolean));
  box.hidden = false;
  overview.hidden = true;
  scrollTo(0, 0);
  box.querySelector("h2").focus({ preventScroll: true });
};
let lastScroll = 0;
addEventListener("scroll", () => { if (!byId("overview").hidden) lastScroll = scrollY; }, { passive: true });
addEventListener("hashchange", route);

const show = () => {
  sift();
  sayCount();
  showMatrix();
  showGuests();
  showHosts();
  showFindings();
};
const fields = { text: "f-text", verdict: "f-verdict", rule: "f-rule", host: "f-host", guest: "f-guest" };
let waiting = 0;
const changed = () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    for (const [what, id] of Object.entries(fields)) wanted[what] = byId(id).value.trim();
    view.row = view.column = 0;
    if (byId("overview").hidden) location.hash = "overview";
    show();
  }, 120);
};
for (const id of Object.values(fields)) byId(id).addEventListener("input", changed);
byId("f-clear").addEventListener("click", () => {
  for (const id of Object.values(fields)) byId(id).value = "";
  changed();
  byId("f-text").focus();
});
addEventListener("keydown", (e) => {
  const typing = e.target.matches("input, select, textarea");
  if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); byId("f-text").focus(); }
  if (e.key === "Escape" && !typing && byId("overview").hidden) location.hash = "overview";
});
byId("f-rule").append(...[...new Set(problems.map((p) => p.rule))].sort().map((rule) => el("option", { value: rule }, rule)));

// The theme is the system's until the button says otherwise.
const themes = ["system", "light", "dark"];
const store = (act) => { try { return act(localStorage); } catch (e) { return null; } };
const setTheme = (name) => {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  byId("theme").textContent = "Theme: " + name;
  byId("theme").dataset.is = name;
};
setTheme(themes.includes(store((s) => s.getItem("migcheck-theme"))) ? store((s) => s.getItem("migcheck-theme")) : "system");
byId("theme").addEventListener("click", () => {
  const next = themes[(themes.indexOf(byId("theme").dataset.is) + 1) % themes.length];
  store((s) => s.setItem("migcheck-theme", next));
  setTheme(next);
});

show();
byId("theme").hidden = byId("filter").hidden = false;
route();
document.documentElement.dataset.ready = Math.round(performance.now());
