# What migcheck runs on a host that has none of its software: prints facts,
# changes nothing, writes no file. Sent as one line (comments dropped), so every
# command here ends with its own separator. No single quote, exclamation mark
# or double backslash: csh and fish read them differently within quotes.
#
# A section is "MARKER begin NAME", what the command printed, "MARKER end NAME
# STATUS", what it printed as errors. "MARKER done" comes last: without it the
# answer was cut. Everything that can be is a builtin: a fork costs more than
# all reads of /sys of a device, and awk or head in a pipe as much as ip itself.

LC_ALL=C;
PATH=${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin;
export LC_ALL PATH;
m=MARKER;
# Under sudo, libvirt is asked by who logged in: these sockets may be used then.
own=${1-any};

# read_line FILE: its first line in v, empty if there is none.
read_line() { v=; { read -r v <"$1"; } 2>/dev/null; };

# section NAME COMMAND...: its status in c, what it said as errors in e.
section() {
  n=$1; shift;
  printf "\n%s begin %s\n" $m $n;
  e=$( { "$@"; } 2>&1 >&3 ); c=$?;
  printf "\n%s end %s %s\n%.2000s\n" $m $n $c "$e";
};

# fact NAME VALUE
fact() { printf "%s %s\n" "$1" "$2"; };

user() {
  while read -r a b u v; do case $a in Uid:) break ;; esac; done </proc/self/status;
  case $u in 0) v=root ;; *) v=${LOGNAME:-$USER}; [ -n "$v" ] || v=$(id -un) ;; esac;
  fact user "$v";
};

macvtap() {
  d=/lib/modules/$k;
  if [ -d /sys/class/macvtap ] || [ -d /sys/module/macvtap ]; then fact macvtap yes; return; fi;
  if grep -q "^[^:]*/macvtap[.]ko" $d/modules.builtin 2>/dev/null; then fact macvtap yes; return; fi;
  read_line /proc/sys/kernel/modules_disabled;
  if [ "$v" = 1 ]; then fact macvtap no; return; fi;
  grep -q "^[^:]*/macvtap[.]ko" $d/modules.dep;
  case $? in 0) fact macvtap yes ;; 1) fact macvtap no ;; esac;
};

sockets() {
  for s in virtqemud-sock libvirt-sock virtqemud-sock-ro libvirt-sock-ro; do
    for d in /run /var/run; do
      if [ -S $d/libvirt/$s ]; then
        a=-;
        if [ -r $d/libvirt/$s ]; then a=${a}r; fi;
        if [ -w $d/libvirt/$s ]; then a=${a}w; fi;
        case $own in any|*" $d/libvirt/$s "*) ;; *) a=- ;; esac;
        fact socket "$a $d/libvirt/$s";
        break;
      fi;
    done;
  done;
};

facts() {
  read_line /proc/sys/kernel/random/boot_id; fact boot_id "$v";
  read_line /proc/sys/kernel/hostname; [ -n "$v" ] || v=$(uname -n); fact hostname "$v";
  read_line /proc/sys/kernel/osrelease; [ -n "$v" ] || v=$(uname -r); fact kernel "$v"; k=$v;
  read_line /proc/sys/kernel/arch; [ -n "$v" ] || v=$(uname -m); fact arch "$v";
  user;
  macvtap;
  if [ -e /dev/vhost-net ]; then fact vhost yes; elif [ -e /dev/null ]; then fact vhost no; fi;
  sockets;
  for s in virt-ssh-helper nc; do
    printf "command "; command -v $s || printf "\n";
  done;
};

# Where ip has no -json (before 4.14, or busybox): what /sys shows.
device() {
  d=$1; shift;
  set -- "@$d";
  for f in ifindex iflink type flags mtu address operstate carrier tun_flags master/ifindex; do
    read_line "$d/$f"; if [ -n "$v" ]; then set -- "$@" "$f $v"; fi;
  done;
  { while read -r v; do case $v in DEVTYPE=*) set -- "$@" "devtype ${v#DEVTYPE=}" ;; esac; done <"$d/uevent"; } 2>/dev/null;
  for f in device bridge brport macvtap bonding bonding_slave; do
    if [ -e "$d/$f" ]; then set -- "$@" "has $f"; fi;
  done;
  if [ -d "$d/bonding" ]; then
    for f in mode miimon arp_interval active_slave fail_over_mac min_links ad_aggregator ad_num_ports ad_partner_mac; do
      read_line "$d/bonding/$f"; if [ -n "$v" ]; then set -- "$@" "bonding/$f $v"; fi;
    done;
  fi;
  if [ -d "$d/bonding_slave" ]; then
    for f in state mii_status perm_hwaddr ad_aggregator_id ad_actor_oper_port_state ad_partner_oper_port_state; do
      read_line "$d/bonding_slave/$f"; if [ -n "$v" ]; then set -- "$@" "bonding_slave/$f $v"; fi;
    done;
  fi;
  for f in "$d"/lower_*; do
    if [ -e "$f" ]; then set -- "$@" "lower ${f#"$d"/lower_}"; fi;
  done;
  printf "%s\n" "$@";
};

devices() {
  cd /sys/class/net || return;
  i=0;
  for d in *; do
    if [ -e "$d/ifindex" ]; then
      i=$((i+1));
      if [ $i -gt 20000 ]; then printf "cut\n"; break; fi;
      device "$d";
    fi;
  done;
};

exec 3>&1;
section facts facts;
for i in 1 2 3; do
  section link ip -details -json link show;
  case $e in *nterrupted*) ;; *) break ;; esac;
done;
if [ $c -ne 0 ]; then
  section sys devices;
  if [ -e /proc/net/vlan/config ]; then section vlan cat /proc/net/vlan/config; fi;
fi;
# A bridge may have learned 100,000 addresses: they are not permanent. Before
# 4.10 the two last words are passed over, and they come too; hence the end.
section fdb bridge fdb show state permanent;
printf "\n%s done\n" $m
