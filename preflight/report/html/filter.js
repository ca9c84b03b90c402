
// What the filter lets through, worked out once for every change of it.
const wanted = { text: "", verdict: "", rule: "", host: "", guest: "" };
const pass = { hosts: [], guests: [], places: [], rows: [], columns: [] };
const low = (s) => s.toLowerCase();
const hostText = hosts.map((h) => low(h.n + "\n" + (h.hn || "")));
const guestText = guests.map((name, g) => low(name + "\n" + data.guests.uuid[g]));
const rowText = rows.map((row) => low(row.label));
const placeText = places.map((p) => low([p.problem.rule, p.d || "", p.s || "", hosts[p.h].n, p.problem.reason].join("\n")));

// hit is what is left of the places by rule and level, for hosts and guests.
const hit = () => {
  const level = wanted.verdict === "" ? null : Number(wanted.verdict);
  const onHost = new Uint8Array(hosts.length), inNeed = new Uint8Array(needs.length), alone = new Set();
  const worst = new Uint8Array(hosts.length);
  for (const p of places) {
    worst[p.h] = Math.max(worst[p.h], p.problem.worth);
    if (wanted.rule && p.problem.rule !== wanted.rule) continue;
    if (level !== null && p.problem.worth !== level) continue;
    onHost[p.h] = 1;
    for (const n of p.needs) inNeed[n] = 1;
    for (const g of p.a || []) alone.add(g);
  }
  return { level, onHost, inNeed, alone, worst };
};

const sift = () => {
  const text = low(wanted.text), host = low(wanted.host), guest = low(wanted.guest);
  const { level, onHost, inNeed, alone, worst } = hit();
  const hostNamed = hostText.map((t) => t.includes(host));
  const guestNamed = new Uint8Array(guests.length), needed = new Uint8Array(needs.length), lives = new Uint8Array(hosts.length);
  for (let g = 0; g < guests.length; g++) {
    if (!guestText[g].includes(guest)) continue;
    guestNamed[g] = 1;
    lives[home[g]] = 1;
    for (const n of wants(g)) needed[n] = 1;
  }
  const hostLevel = (h) => (level === null && !wanted.rule) || (level === READY ? worst[h] < WARNING && !wanted.rule : onHost[h]);
  pass.hosts = hosts.map((_, h) => h).filter((h) => hostNamed[h] && (!guest || lives[h]) && hostText[h].includes(text) && hostLevel(h));
  pass.guests = [];
  for (let g = 0; g < guests.length; g++) {
    if (!guestNamed[g] || !hostNamed[home[g]] || !guestText[g].includes(text)) continue;
    if (level !== null && outlook(g) !== level) continue;
    if (wanted.rule && !alone.has(g) && !wants(g).some((n) => inNeed[n])) continue;
    pass.guests.push(g);
  }
  pass.places = places.filter((p, i) => hostNamed[p.h] && (!wanted.rule || p.problem.rule === wanted.rule) &&
    (level === null || p.problem.worth === level) && placeText[i].includes(text) &&
    (!guest || p.needs.some((n) => needed[n]) || (p.a || []).some((g) => guestNamed[g])));
  siftMatrix(text, guest, level, { hostNamed, needed, inNeed, onHost });
};

// siftMatrix: a search narrows rows, or columns if no row is called so.
const siftMatrix = (text, guest, level, by) => {
  const named = rowText.map((t) => t.includes(text)), anyRow = named.includes(true);
  pass.rows = rows.filter((row, i) => (!anyRow || named[i]) && (!guest || row.kinds.some((n) => by.needed[n])) &&
    (!wanted.rule || row.kinds.some((n) => by.inNeed[n])));
  pass.columns = hosts.map((_, h) => h).filter((h) => by.hostNamed[h] && (anyRow || hostText[h].includes(text)) && (!wanted.rule || by.onHost[h]));
  if (!anyRow && !pass.columns.length) pass.rows = [];
  if (level === null) return;
  const met = (row, h) => row.kinds.some((n) => needOn(n, h) === level);
  const all = pass.rows;
  pass.rows = all.filter((row) => pass.columns.some((h) => met(row, h)));
  pass.columns = pass.columns.filter((h) => pass.rows.some((row) => met(row, h)));
};

const folded = (list) => new Set(list.map((p) => p.problem)).size;
const sayCount = () => {
  const of = (left, all, one, many) => (any ? `${count(left)} of ` : "") + plural(all, one, many);
  const any = Object.values(wanted).some((v) => v !== "");
  byId("count").textContent = (any ? "Left: " : "All: ") + [of(pass.hosts.length, hosts.length, "host", "hosts"), of(pass.guests.length, guests.length, "guest", "guests"),
    of(folded(pass.places), problems.length, "finding", "findings"), of(pass.rows.length, rows.length, "need", "needs")].join(", ");
};
