
// The matrix: needs down, hosts across, one tab stop and arrow keys within.
const view = { fold: hosts.length > 48, order: "guests", row: 0, column: 0 };
const ROWS = 60, COLUMNS = 60;

// columns are the hosts to show, and how many others each stands for: the
// largest class first, then those that most guests could not come to.
const columns = () => {
  if (!view.fold) return pass.columns.map((host) => ({ host, others: 0 }));
  const by = new Map();
  for (const host of pass.columns) {
    const c = by.get(hosts[host].a);
    if (c) c.others++;
    else by.set(hosts[host].a, { host, others: 0 });
  }
  const list = [...by.values()];
  const most = list.reduce((best, c) => (!best || c.others > best.others ? c : best), null);
  const refused = (c) => hosts[c.host].w[2], doubted = (c) => hosts[c.host].w[1];
  return list.sort((a, b) => (b === most) - (a === most) || refused(b) - refused(a) || doubted(b) - doubted(a) || a.host - b.host);
};

const showMatrix = () => {
  const cols = columns(), list = view.order === "name" ? pass.rows : [...pass.rows].sort((a, b) => b.guests - a.guests);
  view.row = Math.min(view.row, Math.max(0, list.length - 1));
  view.column = Math.min(view.column, Math.max(0, cols.length - 1));
  const fromRow = view.row - (view.row % ROWS), fromColumn = view.column - (view.column % COLUMNS);
  const partRows = list.slice(fromRow, fromRow + ROWS), partColumns = cols.slice(fromColumn, fromColumn + COLUMNS);
  const go = (what, by) => () => { view[what] = by; showMatrix(); };
  const pager = (what, from, size, all, name) => all > size && el("span", {}, `${name} ${count(from + 1)} to ${count(Math.min(all, from + size))} of ${count(all)} `,
    el("button", { type: "button", disabled: from === 0, on: { click: go(what, from - size) } }, "previous"), " ",
    el("button", { type: "button", disabled: from + size >= all, on: { click: go(what, from + size) } }, "next"));
  const fold = el("label", {}, el("input", { type: "checkbox", id: "fold", checked: view.fold, on: { change: (e) => { view.fold = e.target.checked; view.column = 0; showMatrix(); byId("fold").focus(); } } }), " hosts alike in one column");
  const order = el("label", {}, "order of needs ", el("select", { id: "order", on: { change: (e) => { view.order = e.target.value; view.row = 0; showMatrix(); byId("order").focus(); } } },
    el("option", { value: "guests", selected: view.order === "guests" }, "most guests first"), el("option", { value: "name", selected: view.order === "name" }, "by name")));
  const tools = el("div", { class: "tools" }, fold, order, pager("row", fromRow, ROWS, list.length, "needs"), pager("column", fromColumn, COLUMNS, cols.length, view.fold ? "kinds of hosts" : "hosts"));
  const empty = !partRows.length || !partColumns.length;
  byId("matrix-view").replaceChildren(tools, empty ? el("p", {}, "Nothing in the matrix is left by the filter.") : grid(partRows, partColumns, fromRow, fromColumn));
};

const grid = (list, cols, fromRow, fromColumn) => {
  const top = el("tr", {}, el("th", { scope: "col", class: "need" }, "need"), el("th", { scope: "col", class: "num" }, "guests"),
    cols.map((c) => el("th", { scope: "col", class: "to" }, el("span", {}, link(hostHref(c.host), hosts[c.host].n), c.others ? el("small", {}, ` and ${count(c.others)} alike`) : ""))));
  const body = el("tbody", {}, list.map((row, r) => el("tr", {}, el("th", { scope: "row", class: "need", title: row.label }, row.label), el("td", { class: "num" }, count(row.guests)),
    cols.map((c, i) => {
      const level = needOn(row.kinds[0], c.host);
      const mixed = row.kinds.some((n) => needOn(n, c.host) !== level);
      return el("td", { class: "c " + marks[level][0] + (mixed ? " mixed" : ""), tabindex: fromRow + r === view.row && fromColumn + i === view.column ? 0 : -1, "data-r": r, "data-c": i },
        el("span", { "aria-hidden": "true" }, marks[level][1]), el("span", { class: "vh" }, words[level] + (mixed ? ", not for all" : "")));
    }))));
  const t = el("table", { class: "matrix", role: "grid" }, el("caption", { class: "vh" }, "What comes of each need on each host; Enter opens a cell"), el("thead", {}, top), body);
  const open = (td) => { location.hash = cellHref(cols[td.dataset.c].host, list[td.dataset.r].label); };
  t.addEventListener("click", (e) => { const td = e.target.closest("td.c"); if (td) { remember(td, fromRow, fromColumn); open(td); } });
  t.addEventListener("keydown", (e) => {
    const td = e.target.closest("td.c");
    if (!td) return;
    if (e.key === "Enter" || e.key === " ") { e.preventDefault(); open(td); return; }
    const r = Number(td.dataset.r), c = Number(td.dataset.c);
    const to = { ArrowUp: [r - 1, c], ArrowDown: [r + 1, c], ArrowLeft: [r, c - 1], ArrowRight: [r, c + 1], Home: [r, 0], End: [r, cols.length - 1] }[e.key];
    const next = to && body.rows[to[0]] && body.rows[to[0]].cells[to[1] + 2];
    if (!to) return;
    e.preventDefault();
    if (!next || !next.matches(".c")) return;
    td.tabIndex = -1;
    remember(next, fromRow, fromColumn);
    next.tabIndex = 0;
    next.focus();
  });
  return el("div", { class: "scroll" }, t);
};
const remember = (td, fromRow, fromColumn) => {
  view.row = fromRow + Number(td.dataset.r);
  view.column = fromColumn + Number(td.dataset.c);
};
