package segment

import "strings"

// Script prints what a host has seen: the routes of a device behind "route", its
// neighbours behind "neigh", and then, behind a line "lldp", what lldpd says of
// the NICs. It writes nothing. Words: the device, and the NICs below it with
// commas between.
var Script = strings.Join(strings.Fields(`
LC_ALL=C; PATH=${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin; export LC_ALL PATH;
each() { while read -r l; do printf "%s %s\n" "$w" "$l"; done; };
w=route; { ip -4 route show dev "$1"; ip -6 route show dev "$1"; } 2>/dev/null | each;
w=neigh; ip neigh show dev "$1" 2>/dev/null | each;
echo lldp;
lldpcli -f json0 show neighbors ports "$2" details 2>/dev/null;
:`), " ")
