// The page's data: hosts, needs, guests and problems by their numbers.
const data = JSON.parse(document.getElementById("data").textContent);
const READY = 0, WARNING = 2, UNDECIDED = 3, BLOCKED = 4;
const { hosts, problems } = data;
const words = data.levels, marks = data.marks;
const guests = data.guests.name || [];
const home = data.guests.host || [];

// A set is a byte array in which host i is bit i%8 of byte i/8.
const sets = data.sets.map((text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
const has = (set, i) => ((set[i >> 3] >> (i & 7)) & 1) === 1; // beyond its end: no
const needs = data.needs.map(([label, warned, undecided, blocked, count]) => ({
  label, guests: count, sets: [sets[blocked], sets[undecided], sets[warned]],
}));
const needOn = (n, host) => {
  const s = needs[n].sets;
  return has(s[0], host) ? BLOCKED : has(s[1], host) ? UNDECIDED : has(s[2], host) ? WARNING : READY;
};

const rows = data.labels.map((kinds) => ({
  label: needs[kinds[0]].label, kinds, guests: kinds.reduce((n, k) => n + needs[k].guests, 0),
}));
const rowOf = new Map(rows.map((row) => [row.label, row]));

const wants = (g) => data.wants[data.guests.want[g]];
const stateOf = (g) => data.states[data.guests.state[g]];
const waysOf = (g) => data.guests.ways[g]; // allowed, warned, undecided, blocked, unseen
const exceptions = new Map();
for (const [g, h, level] of data.except) {
  if (!exceptions.has(g)) exceptions.set(g, new Map());
  exceptions.get(g).set(h, level);
}
const guestOn = (g, host) => {
  const own = exceptions.get(g);
  if (own && own.has(host)) return own.get(host);
  return wants(g).reduce((worst, n) => Math.max(worst, needOn(n, host)), READY);
};
// outlook is the best that a guest may expect of any other host; a host that was
// not seen has nothing to say, unless no other has.
const outlook = (g) => {
  const [allowed, warned, undecided, blocked, unseen] = waysOf(g);
  return allowed > warned ? READY : allowed > 0 ? WARNING : undecided > unseen || undecided && !blocked ? UNDECIDED : BLOCKED;
};

// Every place of every problem, by host.
const places = [];
const placesOn = hosts.map(() => []);
problems.forEach((problem, number) => {
  problem.number = number;
  problem.worth = words.indexOf(problem.level);
  for (const place of problem.places) {
    place.problem = problem;
    place.needs = place.n || [];
    places.push(place);
    placesOn[place.h].push(place);
  }
});
const guestsOn = hosts.map(() => []);
home.forEach((h, g) => guestsOn[h].push(g));

// Stand-ins for names, as the Go side has them.
const fill = (text, place) => text.replace(/[\ue000-\ue002]/g, (c) =>
  c === "\ue000" ? hosts[place.h].n : c === "\ue001" ? place.s || place.d || "" : place.r ? hosts[place.r - 1].n : "");

// Names lead to numbers; the second of one name is called NAME~2.
const keys = (names) => {
  const of = [], to = new Map(), met = new Map();
  names.forEach((name, i) => {
    const n = (met.get(name) || 0) + 1;
    met.set(name, n);
    of.push(n === 1 ? name : name + "~" + n);
    to.set(of[i], i);
  });
  return { of, to };
};
const hostKeys = keys(hosts.map((h) => h.n));
const guestKeys = keys(guests);
(data.guests.uuid || []).forEach((uuid, g) => {
  if (uuid && !guestKeys.to.has(uuid)) guestKeys.to.set(uuid, g);
});
