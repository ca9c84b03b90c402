# What migcheck runs on a host that has none of its software: prints facts,
# changes nothing, writes no file. Sent as one line (comments dropped), so every
# command here ends with its own separator. No single quote, exclamation mark
# or double backslash: csh and fish read them differently within quotes.
#
# A section is "MARKER begin NAME", what the command printed, "MARKER end NAME
# STATUS", what it printed as errors. "MARKER done" comes last: without it the
# answer was cut. Everything that can be is a builtin: a fork costs more than
# all reads of /sys of a device, and awk or head in a pipe as much as ip itself.
# Words like CONFIG_FILES are lists that hostinfo/iproute/files has, and $w is
# white space there. Functions have shorter names on the way.

export LC_ALL=C PATH="${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin";
m=MARKER;
w=[[:space:]];
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

# show PREFIX DIR FILE...: the files of DIR that hold something.
show() {
  b=$1; h=$2; shift 2;
  for f in "$@"; do read_line "$h/$f"; if [ -n "$v" ]; then fact "$b$f" "$v"; fi; done;
};

user() {
  case $u in 0) v=root ;; *) v=${LOGNAME:-$USER}; [ -n "$v" ] || v=$(id -un) ;; esac;
  fact user "$v";
};

macvtap() {
  d=/lib/modules/$k; l="^[^:]*/macvtap[.]ko"; v=;
  if [ -d /sys/class/macvtap ] || [ -d /sys/module/macvtap ] || grep -q "$l" $d/modules.builtin 2>/dev/null; then v=yes;
  else
    read_line /proc/sys/kernel/modules_disabled;
    if [ "$v" = 1 ]; then v=no;
    else
      grep -q "$l" $d/modules.dep;
      case $? in 0) v=yes ;; 1) v=no ;; *) return ;; esac;
    fi;
  fi;
  fact macvtap $v;
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

# living FILE...: in v the pid in the first file that names a process, "-" if
# one may not be read, or nothing.
living() {
  for f in "$@"; do
    read_line $f;
    case $v in
      [0-9]*) if [ -d "/proc/$v" ]; then return; fi ;;
      *) if [ -r $f ]; then :; elif [ -e $f ]; then v=-; return; fi ;;
    esac;
  done;
  v=;
};

lldpad() {
  living LLDPAD_PIDS;
  case $v in
    -) fact lldpad refused ;;
    "") if [ -d /proc/1 ]; then fact lldpad no; fi ;;
    *) fact lldpad yes ;;
  esac;
};

# An idle daemon is started by systemd, in the namespaces of systemd.
daemon() {
  living DAEMON_PIDS;
  if [ -z "$v" ] && [ -d /run/systemd/system ]; then
    if [ -S /run/libvirt/virtqemud-sock ] || [ -S /run/libvirt/libvirt-sock ]; then v=1; fi;
  fi;
  if [ -z "$v" ]; then fact daemon none;
  elif [ /proc/$v/ns/net -ef /proc/self/ns/net ]; then fact daemon here;
  elif [ -e /proc/$v/ns/net ]; then fact daemon elsewhere;
  else fact daemon refused; fi;
};

taps() {
  [ -r /dev ] || return;
  for f in /dev/tap[0-9]*; do
    if [ -c "$f" ]; then :; elif [ -e "$f" ] || [ -h "$f" ]; then fact tap "${f#/dev/tap}"; fi;
  done;
  fact taps read;
};

facts() {
  read_line /proc/sys/kernel/random/boot_id; fact boot_id "$v";
  read_line /proc/sys/kernel/hostname; [ -n "$v" ] || v=$(uname -n); fact hostname "$v";
  read_line /proc/sys/kernel/osrelease; [ -n "$v" ] || v=$(uname -r); fact kernel "$v"; k=$v;
  read_line /proc/sys/kernel/arch; [ -n "$v" ] || v=$(uname -m); fact arch "$v";
  user;
  macvtap;
  if [ -e /dev/vhost-net ]; then fact vhost yes; elif [ -e /dev/null ]; then fact vhost no; fi;
  sockets; lldpad; daemon; taps;
  if [ -w AGENT_SOCKET ]; then fact agent yes; fi;
  for s in virt-ssh-helper nc; do
    printf "command "; command -v $s || printf "\n";
  done;
};

# Where ip has no -json (before 4.14, or busybox): what /sys shows.
device() {
  d=$1; shift;
  set -- "@$d";
  for b in "" bridge/ bonding/ bonding_slave/; do
    case $b in
      "") l="ifindex iflink type flags mtu address operstate carrier tun_flags master/ifindex" ;;
      bridge/) l="priority vlan_filtering default_pvid" ;;
      bonding/) l="mode miimon arp_interval arp_validate active_slave fail_over_mac min_links ad_aggregator ad_num_ports ad_partner_mac" ;;
      *) l="state mii_status perm_hwaddr ad_aggregator_id ad_actor_oper_port_state ad_partner_oper_port_state" ;;
    esac;
    [ -d "$d/$b" ] && for f in $l; do read_line "$d/$b$f"; [ -n "$v" ] && set -- "$@" "$b$f $v"; done;
  done;
  { while read -r v; do case $v in DEVTYPE=*) set -- "$@" "devtype ${v#DEVTYPE=}" ;; esac; done <"$d/uevent"; } 2>/dev/null;
  for f in device bridge brport macvtap bonding bonding_slave; do
    [ -e "$d/$f" ] && set -- "$@" "has $f";
  done;
  for f in "$d"/lower_*; do
    [ -e "$f" ] && set -- "$@" "lower ${f#"$d"/lower_}";
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

# A NIC and its driver. A physical function lists its virtual ones, once for all
# devices that it has: the other way round costs their square.
nic() {
  d=$1;
  printf "@%s\n" "$d";
  show "" "$d" ifindex speed duplex;
  if [ -e "$d/device/physfn" ]; then fact vf yes; fi;
  if [ -e "$d/device/virtfn0" ]; then
    set -- "$d"/device/net/*;
    if [ "$1" = "$d/device/net/$d" ]; then
      for f in "$@"; do fact pf "${f##*/}"; done;
      for f in "$d"/device/virtfn*/net/*; do
        if [ -e "$f" ]; then v=${f%/net/*}; fact virtfn "${v##*/virtfn} ${f##*/}"; fi;
      done;
    fi;
  fi;
  if [ "$d/device/driver" -ef /sys/bus/ccwgroup/drivers/qeth ]; then
    fact qeth yes;
    show qeth/ "$d/device" QETH_FILES;
  fi;
};

hardware() {
  cd /sys/class/net || return;
  set -- *; fact all "$*";
  for d in "$@"; do if [ -e "$d/device" ]; then nic "$d"; fi; done;
};

# What tc needs of the kernel: what is loaded, then what can be.
shaping() {
  if command -v tc >/dev/null; then fact tc yes; else fact tc no; fi;
  l=;
  for f in SHAPING_MODULES; do if [ -d /sys/module/$f ]; then fact loaded $f; else l="$l|$f"; fi; done;
  if [ -z "$l" ]; then return; fi;
  read_line /proc/sys/kernel/modules_disabled; fact disabled "${v:-0}";
  read_line /proc/sys/kernel/osrelease; d=/lib/modules/$v;
  grep -oE "^[^:]*/(${l#|})[.]ko" $d/modules.builtin $d/modules.dep;
};

# Which devices the network configuration names. Secrets stand in these files
# too: only what matches is printed, and not the names of files that may not be
# read. ifupdown's main file may name further ones.
configured() {
  set --; s=;
  { while read -r a b; do
    case $b in /*) ;; *) b=/etc/network/$b ;; esac;
    case $a:$b in *:/etc/network/interfaces.d/*) ;; source:*) s="$s $b" ;; source-directory:*) s="$s $b/*" ;; esac;
  done </etc/network/interfaces; } 2>/dev/null;
  for f in CONFIG_FILES $s; do
    d=${f%/*};
    if [ -f "$f" ] && [ -r "$f" ]; then
      if [ $# -ge 500 ]; then fact cut files; break; fi;
      set -- "$@" "$f";
    elif [ -f "$f" ]; then fact unread "$d";
    elif [ -d "$d" ]; then [ -r "$d" ] && [ -x "$d" ] || fact unread "$d"; fi;
  done;
  grep -oE -m 2000 "CONFIG_LINES" /dev/null "$@" || [ $? -eq 1 ] || return;
  set -- NETPLAN_FILES;
  if [ -r "$1" ]; then grep -osE -m 2000 "NETPLAN_LINES" /dev/null "$@" || [ $? -eq 1 ]; fi;
};

# The links of every other network namespace that a process or a name holds, as
# root. Status 7 is: one went away meanwhile.
namespaces() {
  case $u in 0) ;; *) return ;; esac;
  l=$(stat -L -c "%d:%i:%n" /proc/self/ns/net /proc/self/ns/pid /run/netns/* /proc/[0-9]*/ns/net /run/docker/netns/* 2>&1);
  v=$(printf "\nx"); IFS=${v%x};
  set -f; set --;
  a=;
  for f in $l; do
    k=${f%%:/*}; p=/${f#*:/};
    case $f in
      *"ermission denied"*) fact refused yes ;;
      [0-9]*:[0-9]*:/proc/self/ns/net) a=" $k "; d=${k%:*} ;;
      *:4026531836:/proc/self/ns/pid) fact whole yes ;;
      *:/proc/self/ns/pid) ;;
      [0-9]*:[0-9]*:/*)
        case $a in *" $k "*) continue ;; esac;
        case $k in "$d":*) a="$a$k "; set -- "$@" "$p" ;; esac ;;
    esac;
  done;
  if [ -z "$a" ]; then printf "%.200s\n" "$l" >&2; return 1; fi;
  fact others $#;
  if [ $# -gt 128 ]; then return; fi;
  unset IFS;
  for p in "$@"; do
    case $p in
      /proc/*) k=${p#/proc/}; k=${k%%/*}; read_line /proc/$k/comm; v="pid $k ($v)" ;;
      *) v=${p##*/} ;;
    esac;
    printf "\n@%s\n" "$v";
    if nsenter -n"$p" ip -details -json link show; then :; elif [ -e "$p" ]; then printf "\nunread\n"; else return 7; fi;
  done;
};

u=;
{ while read -r a b u v; do case $a in Uid:) break ;; esac; done </proc/self/status; } 2>/dev/null;
exec 3>&1;
section facts facts;
for i in 1 2 3; do
  section link ip -details -json address show;
  case $e in *nterrupted*) ;; *) break ;; esac;
done;
if [ $c -ne 0 ]; then
  section sys devices;
  if [ -e /proc/net/vlan/config ]; then section vlan cat /proc/net/vlan/config; fi;
  section addr ip -o address show;
fi;
# A bridge may have learned 100,000 addresses: they are not permanent. Before
# 4.10 the two last words are passed over, and they come too; hence the end.
section fdb bridge fdb show state permanent;
section bvlan bridge -com -j vlan;
section hardware hardware;
section shaping shaping;
section proc grep -E -m 256 "^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ /(dev)? |^[^[:space:]]+$w+0{8}$w|^0{32} 00 |^Mem[AT]|^Hugep|^[0-9]+$|SYSTEM_LINES" /proc/self/mountinfo /proc/net/route /proc/net/ipv6_route /proc/meminfo /sys/kernel/mm/hugepages/*/[fnr]*_hugepages SYSTEM_FILES;
section configured configured;
for i in 1 2 3; do
  section netns namespaces;
  case $c$e in 7*|*nterrupted*) ;; *) break ;; esac;
done;
printf "\n%s done\n" $m
