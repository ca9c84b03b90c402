
// The part for one host, one guest, one cell or one finding.
const part = (title, ...inside) => [el("p", { class: "back" }, link("#overview", "← the whole fleet")), el("h2", { tabindex: "-1" }, title), ...inside.flat(2)];
const section = (title, ...inside) => el("section", {}, el("h3", {}, title), ...inside.flat(2).filter(Boolean));
const articles = (list, none) => paged(findingsOf(list), 25, ([p, where]) => finding(p, where), none);

const hostPart = (h) => {
  const host = hosts[h], own = guestsOn[h], held = own.filter((g) => outlook(g) >= UNDECIDED).length;
  const like = hosts.map((_, i) => i).filter((i) => i !== h && hosts[i].a === host.a);
  const bad = rows.map((row) => [row, row.kinds.reduce((w, n) => Math.max(w, needOn(n, h)), READY)]).filter(([, w]) => w > READY);
  return part(host.n,
    el("p", { class: "facts" }, [host.hn, ...(host.f || [])].filter(Boolean).join(" · ")),
    host.r && el("p", {}, verdict(UNDECIDED, "not observed"), ": " + host.r),
    el("p", {}, `Of the guests elsewhere ${count(host.w[0])} could come, ${count(host.w[1])} are undecided and ${count(host.w[2])} could not. `,
      own.length ? (held ? `Of the ${plural(own.length, "guest", "guests")} here ${count(held)} ${held === 1 ? "has" : "have"} no host that is sure.` : `All ${plural(own.length, "guest", "guests")} here could leave, each by itself.`) : "No guest lives here."),
    section("What is found here", articles(placesOn[h], "Nothing is found on this host.")),
    bad.length ? section("Needs that it does not simply meet", table("Needs on this host", ["verdict", "need", "#guests"], bad.sort((a, b) => b[1] - a[1] || b[0].guests - a[0].guests),
      ([row, worst]) => el("tr", {}, cell(verdict(needOn(row.kinds[0], h)), needOn(row.kinds[0], h) === worst ? "" : [", for some ", verdict(worst)]), head(link(cellHref(h, row.label), row.label)), number(row.guests)))) : null,
    own.length ? section("Guests here", table("Guests on this host", GUEST_COLUMNS, worstFirst(own), guestRow)) : null,
    (host.g || []).length ? section("What could not be read here", el("ul", {}, host.g.map((gap) => el("li", {}, gap.f.join(", ") + ": " + gap.r)))) : null,
    like.length ? section("Hosts that look the same to every guest", el("p", {}, commas(like.map(hostLink), 40))) : null);
};

// reasons are the places that stand between a guest and a host: there, or where
// it is, or in this pair alone.
const reasons = (g, h, level) => {
  const mine = new Set(wants(g)), about = (p) => p.problem.worth >= Math.min(level, UNDECIDED) && ((p.a || []).includes(g) || p.needs.some((n) => mine.has(n)));
  const there = placesOn[h].filter(about);
  return there.length ? there : placesOn[home[g]].filter(about);
};

const guestPart = (g) => {
  const level = outlook(g), [allowed, warned, undecided, blocked] = waysOf(g);
  const by = [[], [], [], [], []];
  hosts.forEach((_, h) => { if (h !== home[g]) by[guestOn(g, h)].push(h); });
  const why = new Map(), all = new Set();
  for (const l of [BLOCKED, UNDECIDED, WARNING]) for (const h of by[l]) {
    why.set(h, reasons(g, h, l));
    why.get(h).forEach((p) => all.add(p));
  }
  const bad = [...by[BLOCKED], ...by[UNDECIDED], ...by[WARNING]], good = [...by[READY], ...by[1]];
  const rules = (h) => {
    const list = findingsOf(why.get(h));
    return list.length ? commas(list.map(([p]) => findingLink(p)), 4) : ["judged for this guest alone: ", el("code", {}, `migcheck check ${quote(guests[g])} --to ${quote(hosts[h].n)}`)];
  };
  return part(guests[g],
    el("p", { class: "facts" }, [data.guests.uuid[g] && "UUID " + data.guests.uuid[g], stateOf(g)].filter(Boolean).join(" · "), " · on ", hostLink(home[g])),
    el("p", {}, outlookWord(level), `: ${plural(allowed, "host", "hosts")} to go to${warned ? `, ${count(warned)} of them with a warning` : ""}; ${count(undecided)} undecided, ${count(blocked)} blocked.`),
    section("What it needs", el("ul", {}, wants(g).map((n) => el("li", { class: "name" }, needs[n].label)))),
    bad.length ? section("Hosts that are not simply ready", table("Hosts by verdict", ["verdict", "host", "why"], bad, (h) => el("tr", {}, cell(verdict(guestOn(g, h))), head(hostLink(h)), cell(rules(h))))) : null,
    section(`Hosts that are ready (${count(good.length)})`, el("p", {}, good.length ? commas(good.map(hostLink), 60) : "None.")),
    section("Findings and fixes", articles([...all], "Nothing is found that is about this guest.")));
};
const quote = (s) => (/^[\w.:@%+,/-]+$/.test(s) && !s.startsWith("-") ? s : "'" + s.replaceAll("'", "'\\''") + "'");

const cellPart = (h, row) => {
  const mine = new Set(row.kinds), list = placesOn[h].filter((p) => p.needs.some((n) => mine.has(n)));
  const elsewhere = new Set();
  const kinds = row.kinds.map((n) => ({ n, level: needOn(n, h) })).sort((a, b) => b.level - a.level);
  const on = (n) => { const at = new Set(); for (let g = 0; g < guests.length; g++) if (wants(g).includes(n)) at.add(home[g]); return [...at]; };
  for (const k of kinds) {
    k.homes = on(k.n);
    const told = list.some((p) => p.needs.includes(k.n) && p.problem.worth >= k.level);
    if (k.level > READY && !told && k.homes.length < 50) k.homes.forEach((x) => placesOn[x].forEach((p) => { if (p.needs.includes(k.n)) elsewhere.add(p); }));
  }
  return part(`${hosts[h].n} for ${row.label}`,
    el("p", {}, `${plural(row.guests, "guest needs", "guests need")} this. All of the host: `, hostLink(h)),
    section("Verdict", table("Verdict by where the guests are", ["verdict", "#guests", "that are on"], kinds, (k) => el("tr", {}, cell(verdict(k.level)), number(needs[k.n].guests), cell(commas(k.homes.map(hostLink), 8))))),
    section("Findings and fixes", articles([...list, ...elsewhere], "Nothing stands in the way here.")));
};

const findingPart = (p) => part(p.rule, el("p", {}, `In ${plural(p.places.length, "place", "places")}.`), finding(p, p.places));
