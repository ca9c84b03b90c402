#!/bin/bash
# Runs as PID 1 of new mount, network and PID namespaces and starts a libvirtd
# of its own there, with the drivers that are given or all that there are. Ends,
# and everything in it, when its stdin does.
set -eu

mount --make-rprivate /
mount -t proc proc /proc
for dir in /run /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt; do
	mkdir -p "$dir"
	mount -t tmpfs tmpfs "$dir"
done
mkdir -p /run/libvirt /run/lock

ip link set lo up
ip link add up0 type veth peer name sw0
ip link set up0 up
ip link set sw0 up
# /dev/tapN is named by the ifindex alone, so another namespace's tapN must not
# be ours: use up the indexes that others are likely to have.
for ((i = 0; i < 3000; i++)); do
	echo "link add link sw0 name burn$i group 77 type macvlan"
done >/run/burn
ip -batch /run/burn
ip link del group 77

cat >/etc/libvirt/qemu.conf <<'CONF'
security_driver = "none"
user = "root"
group = "root"
cgroup_controllers = []
namespaces = []
CONF
cat >/etc/libvirt/libvirtd.conf <<'CONF'
unix_sock_ro_perms = "0777"
unix_sock_rw_perms = "0700"
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "6a1b3a52-0d55-4f43-9a5f-8c8d1c0a5b11"
CONF

if [ $# -gt 0 ]; then
	mkdir /run/drivers
	for driver; do
		ln -s /usr/lib/*/libvirt/connection-driver/libvirt_driver_"$driver".so /run/drivers/
	done
	export LIBVIRT_DRIVER_DIR=/run/drivers
fi

virtlogd -d </dev/null >/run/virtlogd.log 2>&1
libvirtd </dev/null >/run/libvirtd.log 2>&1 &
until [ -S /run/libvirt/libvirt-sock ] && [ -S /run/libvirt/libvirt-sock-ro ]; do
	kill -0 $! || { cat /run/libvirtd.log; exit 1; }
	sleep 0.05
done
echo ready
# bash reaps what is orphaned meanwhile, as an init must: libvirt waits for its
# probing emulators to disappear.
cat >/dev/null
