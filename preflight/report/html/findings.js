
// finding is one problem in some of its places, in the words for the first.
const finding = (problem, where) => {
  const first = where[0], at = (s) => fill(s, first);
  const name = at("\ue000"), on = [...new Set(where.map((p) => p.h))], devices = [...new Set(where.map((p) => p.d || p.s).filter(Boolean))];
  const total = (what) => where.reduce((n, p) => n + (p[what] || 0), 0);
  const values = [problem.source && "source: " + at(problem.source), problem.destination && "destination: " + at(problem.destination)].filter(Boolean).join("; ");
  const say = (s) => s && el("p", { class: "values" }, s);
  return el("article", { class: "finding " + marks[problem.worth][0] },
    el("h3", {}, verdict(problem.worth), " ", findingLink(problem), " ", el("span", { class: "where" }, hostLink(first.h), " ", devices.length ? el("span", { class: "dev" }, devices[0]) : "")),
    el("p", {}, at(problem.reason)), say(values), say(problem.when && "when: " + problem.when), say(problem.waived && at(problem.waived)),
    remedy(problem, where, at, name), same(problem, where, on, devices),
    el("p", { class: "values" }, `${plural(total("w"), "way", "ways")}${problem.worth === BLOCKED ? `, of which it alone blocks ${count(total("o"))}` : ""}. More: `, el("code", {}, problem.explain), problem.allow ? ["; waive: ", el("code", {}, at(problem.allow))] : ""));
};

const commands = (lines) => el("pre", {}, lines.join("\n"));
const copier = (lines) => navigator.clipboard && el("button", { type: "button", on: { click: (e) => navigator.clipboard.writeText(lines.join("\n") + "\n").then(() => { e.target.textContent = "Copied"; }, () => { e.target.textContent = "Not copied"; }) } }, "Copy");

const remedy = (problem, where, at, name) => {
  const out = [];
  if (problem.permanent) out.push(el("details", {}, el("summary", {}, `to last (${problem.permanentFor})`), commands(problem.permanent.map(at))));
  if (problem.fix) {
    const lines = problem.fix.map(at);
    out.push(el("p", { class: "label" }, `fix, as root on ${name} (gone after a reboot): `, copier(lines)), commands(lines));
    if (where.length > 1) out.push(everywhere(problem, where));
  }
  for (const s of problem.suggest || []) out.push(el("p", {}, `or, if it leads to the same network: ${at(s.evidence)}: `, el("code", {}, "--map " + at(s.map))));
  if (problem.hint) out.push(el("p", { class: "hint" }, (problem.fix || problem.suggest ? "or: " : "hint: ") + at(problem.hint)));
  return out;
};

// lazy is something to unfold that is made when it is.
const lazy = (title, make) => {
  const d = el("details", {}, el("summary", {}, title));
  d.addEventListener("toggle", () => { if (d.open && d.childElementCount === 1) d.append(...[make()].flat()); });
  return d;
};

// everywhere are the commands for every place, by host, each once.
const everywhere = (problem, where) => lazy(`the commands for all ${count(where.length)} places`, () => {
  const by = new Map();
  for (const p of where) {
    if (!by.has(p.h)) by.set(p.h, new Set());
    for (const line of problem.fix) by.get(p.h).add(fill(line, p));
  }
  const lines = [...by].flatMap(([h, set]) => ["# on " + hosts[h].n, ...set]);
  return [copier(lines), commands(lines)];
});

const same = (problem, where, on, devices) => {
  if (where.length < 2) return null;
  const what = [devices.length > 1 && plural(devices.length, "device", "devices"), on.length > 1 && plural(on.length, "host", "hosts")].filter(Boolean).join(" of ");
  return lazy(`the same in ${count(where.length)} places${what ? ": " + what : ""}`, () => {
    const list = el("ul", { class: "places" }, where.slice(0, 2000).map((p) => el("li", {}, hostLink(p.h), " ", p.d || p.s || "")));
    return where.length > 2000 ? [list, el("p", { class: "cut" }, `2,000 of ${count(where.length)} are listed.`)] : list;
  });
};

// findingsOf are the problems of some places, those first that open most ways.
const findingsOf = (list) => {
  const by = new Map();
  for (const p of list) {
    if (!by.has(p.problem)) by.set(p.problem, []);
    by.get(p.problem).push(p);
  }
  return [...by].sort((a, b) => b[0].worth - a[0].worth || a[0].number - b[0].number);
};

// paged shows a list in steps.
const paged = (list, size, one, none) => {
  if (!list.length) return [el("p", {}, none)];
  const box = el("div"), more = el("p", { class: "cut" });
  let shown = 0;
  const next = () => {
    for (const end = Math.min(list.length, shown + size); shown < end; shown++) box.append(one(list[shown]));
    more.replaceChildren(...(shown < list.length ? [`${count(shown)} of ${count(list.length)} are shown. `, el("button", { type: "button", on: { click: next } }, "Show more")] : []));
  };
  next();
  return [box, more];
};
const showFindings = () => byId("findings-view").replaceChildren(...paged(findingsOf(pass.places).sort((a, b) => a[0].number - b[0].number), 25, ([p, where]) => finding(p, where), "No finding is left by the filter."));
