
// el makes an element. Text from hosts goes in as text nodes only.
const el = (tag, attrs, ...inside) => {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) {
    if (name === "on") for (const [what, act] of Object.entries(value)) e.addEventListener(what, act);
    else if (value !== null && value !== undefined && value !== false) e.setAttribute(name, value === true ? "" : value);
  }
  e.append(...inside.flat(3).filter((x) => x !== null && x !== undefined && x !== false && x !== ""));
  return e;
};
const byId = (id) => document.getElementById(id);
const count = (n) => n.toLocaleString("en-US");
const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;
const verdict = (level, word) =>
  el("span", { class: "v " + marks[level][0] }, el("span", { class: "mark", "aria-hidden": "true" }, marks[level][1]), " " + (word || words[level]));

const link = (to, text, cls) => el("a", { href: to, class: cls }, text);
const hostHref = (h) => "#host/" + encodeURIComponent(hostKeys.of[h]);
const hostLink = (h) => link(hostHref(h), hosts[h].n, "host");
const guestLink = (g) => link("#guest/" + encodeURIComponent(guestKeys.of[g]), guests[g], "name");
const cellHref = (h, label) => "#cell/" + encodeURIComponent(hostKeys.of[h]) + "/" + encodeURIComponent(label);
const findingLink = (p) => link("#finding/" + p.number, p.rule, "rule");
const commas = (list, most, by = ", ") => {
  const out = [];
  list.slice(0, most).forEach((x, i) => out.push(i ? by : "", x));
  if (list.length > most) out.push(` and ${count(list.length - most)} more`);
  return out;
};

// table is a table of which a page is shown, and a button for the next.
const PAGE = 50;
const table = (caption, columns, list, row) => {
  const body = el("tbody");
  const more = el("p", { class: "cut" });
  let shown = 0;
  const next = (button) => {
    const from = shown;
    shown = Math.min(list.length, shown + PAGE);
    for (let i = from; i < shown; i++) body.append(row(list[i]));
    more.replaceChildren(`${count(shown)} of ${count(list.length)} are shown. `);
    if (shown < list.length) more.append(el("button", { type: "button", on: { click: () => next(true) } }, `Show ${Math.min(PAGE, list.length - shown)} more`));
    else if (list.length <= PAGE) more.replaceChildren();
    if (button) body.rows[from].querySelector("a, th, td").focus();
  };
  next(false);
  const head = el("tr", {}, columns.map((c) => el("th", { scope: "col", class: c.startsWith("#") ? "num" : null }, c.replace(/^#/, ""))));
  return [el("div", { class: "wide" }, el("table", {}, el("caption", { class: "vh" }, caption), el("thead", {}, head), body)), more];
};
const cell = (...inside) => el("td", {}, inside);
const number = (n) => el("td", { class: "num" }, n ? count(n) : el("span", { class: "none" }, "0"));
const head = (...inside) => el("th", { scope: "row" }, inside);
