
// The lists of guests and hosts.
const guestRow = (g) => {
  const [allowed, , undecided, blocked] = waysOf(g), level = outlook(g);
  return el("tr", {}, cell(outlookWord(level)), head(guestLink(g)), cell(stateOf(g)), cell(hostLink(home[g])), number(allowed), number(undecided), number(blocked), cell(commas(nicNeeds(g), 4, "; ")));
};
// nicNeeds leaves out the guest as a whole, whose state has a column of its own.
const nicNeeds = (g) => wants(g).map((n) => needs[n].label).filter((label) => !label.startsWith("the guest itself"));
const outlookWord = (level) => verdict(level, ["free to move", "free to move", "with a warning", "undecided", "stuck"][level]);
const GUEST_COLUMNS = ["verdict", "guest", "state", "is on", "#could go to", "#undecided", "#blocked", "needs"];
const worstFirst = (list) => {
  const by = [[], [], [], [], []];
  for (const g of list) by[outlook(g)].push(g);
  return by.reverse().flat();
};
const showGuests = () => byId("guests-view").replaceChildren(...(pass.guests.length ? table("Guests, those first that can't leave", GUEST_COLUMNS, worstFirst(pass.guests), guestRow) : [el("p", {}, "No guest is left by the filter.")]));

const foundOn = (h) => findingsOf(placesOn[h]).map(([p, where]) => [findingLink(p), where.length > 1 ? ` (${where.length} devices)` : ""]);
const hostRow = (h) => {
  const own = guestsOn[h], host = hosts[h];
  const lost = own.filter((g) => outlook(g) === BLOCKED).length, unsure = own.filter((g) => outlook(g) === UNDECIDED).length;
  return el("tr", {}, head(hostLink(h)), number(own.length), number(lost), number(unsure), number(host.w[0]), number(host.w[1]), number(host.w[2]), cell(host.r ? "not observed: " + host.r + " " : "", commas(foundOn(h), 3)));
};
const HOST_COLUMNS = ["host", "#guests there", "#stuck", "#undecided", "#could come", "#undecided", "#could not", "what is found there"];
const byRefusal = (list) => [...list].sort((a, b) => hosts[b].w[2] - hosts[a].w[2] || hosts[b].w[1] - hosts[a].w[1] || a - b);
const showHosts = () => byId("hosts-view").replaceChildren(...(pass.hosts.length ? table("Hosts, those first that most guests could not come to", HOST_COLUMNS, byRefusal(pass.hosts), hostRow) : [el("p", {}, "No host is left by the filter.")]));
