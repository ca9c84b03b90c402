#!/bin/sh
# The migcheck hook: "migcheck hook install" writes this file over itself, and
# "migcheck hook remove" takes it away. Settings are in @settings@.
# libvirt runs it through @link@.
@made@
# Only the beginning of an incoming migration is its business. Whatever fails at
# "reconnect" makes libvirt kill a running guest.
{ echo "$PPID" >@beat@; } 2>/dev/null
case "$2 $3" in
"migrate begin") ;;
"prepare begin")
	# No guest has this name: "migcheck hook status --prove" asks for it.
	[ "$1" = @proof@ ] || exit 0
	echo "@proofWords@" >&2
	exit 1
	;;
*) exit 0 ;;
esac

@binary@ hook run "$@" >/dev/null
status=$?
case $status in
0 | 1) exit $status ;;
esac

# It ended before it could say anything: what to do then is a setting.
fail=open
{
	while read -r key value rest; do
		[ "$key" != fail: ] || fail=$value
	done <@settings@
} 2>/dev/null
words="migcheck could not judge the guest: it ended with status $status; the fail mode is $fail (@settings@)"
logger -t migcheck-hook -p daemon.err -- "$words" </dev/null >/dev/null 2>&1
[ "$fail" = closed ] || exit 0
echo "$words" >&2
exit 1
