#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
# more.sh - full disks, directories that nobody may write to, readers that go, and
#           two runs at once; prints TAP
#
# The runs are those of runs.txt. What needs root or a mount is left out, and told,
# where that cannot be had.
. "$TOP/tests/cli/lib.sh"
s=$top/shared
export s
# shellcheck source=tests/faults/inputs.sh
. "$TOP/tests/faults/inputs.sh"
prepare || exit 99
chmod 755 "$top"
cat >"$top/runs" <<'END2'
esxi-customize esxi-customize -q --add "$s/x.vib" -o out "$s/in.iso"
END2
sed -n 's/^RUN //p' "$TOP/tests/faults/runs.txt" >>"$top/runs"
if ! command -v xorriso >/dev/null; then
	grep -v -e rebuild -e customize "$top/runs" >"$top/r" && mv "$top/r" "$top/runs"
fi
# those that write a file, those that make a directory, those that print
grep -e ' -o out' "$top/runs" >"$top/writers"
grep -e ' -C dir' "$top/runs" >"$top/makers"
grep -v -e ' -o out' -e ' -C dir' "$top/runs" >"$top/printers"
export top

# run WORDS - as a shell reads them; its status in $rc
run() {
	rc=0
	eval "$1" >"$top/said" 2>"$top/msg" </dev/null || rc=$?
}

# failed NAME - with 3 and a message, and the old output as it was
failed() {
	if [ "$rc" -ne 3 ] || [ ! -s "$top/msg" ]; then
		echo "$1: status $rc"
		cat "$top/msg"
		return 1
	fi
	[ "$(cat out)" = old ] || { echo "$1: the old output is gone"; return 1; }
}

can_mount() {
	mkdir -p "$top/m"
	mount -t tmpfs -o size=64k none "$top/m" 2>/dev/null && umount "$top/m"
}
export nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'

# ---- a small disk that fills up ---------------------------------------------------

# on_disk NAME WORDS - in the directory of a small disk; 9 where it was enough. No
# set -e in here: it is a condition
on_disk() {
	cd d && echo old >out || return
	TMPDIR=$PWD
	export TMPDIR
	run "$2"
	[ "$rc" -ne 0 ] || return 9
	failed "$1" || return
	find . -mindepth 1 ! -name out ! -path "./dir*" >"$top/left"
	[ ! -s "$top/left" ] || { cat "$top/left"; return 1; }
	# files of a tree that are there are whole
	find dir -type f 2>/dev/null >"$top/left"
	while read -r file; do
		cmp "$file" "$top/good/$file" || return
	done <"$top/left"
}

# full NAME WORDS - on disks that end at many places, up to one that is enough
full() {
	k=4
	fails=0
	rc=0
	while [ "$rc" -eq 0 ]; do
		mount -t tmpfs -o "size=${k}k" none d || return
		(on_disk "$1" "$2") || rc=$?
		umount d || return
		[ "$rc" -ne 0 ] || { fails=$((fails + 1)) k=$((k + k / 4 + 4)); }
	done
	echo "$1: $fails disks too small, $k KiB are enough"
	[ "$rc" -eq 9 ] && [ "$fails" -gt 0 ]
}

t 'a disk that is full at many places: 3, a message, the old output' '
	can_mount || { echo "# SKIP no tmpfs can be mounted"; exit 0; }
	mkdir d "$top/good"
	cat "$top/writers" "$top/makers" | while read -r name words; do
		rm -rf "$top/good"; mkdir "$top/good"
		(cd "$top/good"; run "$words"; [ "$rc" -eq 0 ])
		full "$name" "$words" || { echo failed >fail; exit 1; }
	done >log
	cat log
	[ ! -e fail ]
	cp log "$top/full.log"
'

# ---- where nobody may write -------------------------------------------------------

t 'a directory of another user: 3, a message, the old output' '
	[ "$(id -u)" -eq 0 ] || nobody=
	[ -z "$nobody" ] || $nobody test -x "$BIN/iso-cat" -a -r "$s/in.iso" ||
		{ echo "# SKIP no other user can run what is tested"; exit 0; }
	mkdir ro
	echo old >ro/out
	chmod 555 ro
	cd ro
	cat "$top/writers" "$top/makers" | while read -r name words; do
		run "$nobody env TMPDIR=/tmp $words"
		failed "$name"
		[ "$(ls -A)" = out ]
	done
'

t 'a file system that is read-only' '
	can_mount || { echo "# SKIP no tmpfs can be mounted"; exit 0; }
	mkdir ro
	mount -t tmpfs -o size=64k none ro
	trap "umount ro" EXIT
	echo old >ro/out
	mount -o remount,ro ro
	cat "$top/writers" "$top/makers" | while read -r name words; do
		(cd ro; run "$words"; failed "$name"; [ "$(ls -A)" = out ])
	done
'

# ---- readers that go -----------------------------------------------------------

t 'a reader that goes away: 3 or the signal, nothing left over' '
	mkdir tmp
	TMPDIR=$PWD/tmp
	export TMPDIR
	echo old >out
	{
		# what can go to standard output instead
		grep -v -e "^esxi-customize" -e "^iso-rebuild" "$top/writers" |
			sed "s/ -o out/ -o -/"
		cat "$top/printers"
	} | while read -r name words; do
		for how in signal error; do
			(
				[ $how = signal ] || trap "" PIPE
				rc=0
				eval "$words" 2>"$top/msg" || rc=$?
				echo "$rc" >"$top/rc"
			) </dev/null | :
			rc=$(cat "$top/rc")
			# few bytes may be in the pipe before its reader goes
			case $how:$rc in
			*:0 | signal:141) ;;
			*:3) [ -s "$top/msg" ] ;;
			*) echo "$name: $how: status $rc"; cat "$top/msg"; exit 1 ;;
			esac
			[ "$(ls -A)" = "out
tmp" ] && [ -z "$(ls -A tmp)" ] && [ "$(cat out)" = old ]
		done
	done
'

# ---- two at once ---------------------------------------------------------------

# at_once WORDS WORDS - both, in this directory; their statuses in $rc1 and $rc2
# shellcheck disable=SC2034 # the statuses are for the tests
at_once() {
	rc1=0 rc2=0
	(eval "$1") >"$top/said1" 2>&1 </dev/null &
	first=$!
	(eval "$2") >"$top/said2" 2>&1 </dev/null &
	second=$!
	wait "$first" || rc1=$?
	wait "$second" || rc2=$?
	cat "$top/said1" "$top/said2"
}

t 'two runs at once on one output: a whole one, and that of a lone run' '
	mkdir lone both
	while read -r name words; do
		echo "$name"
		(cd lone; echo old >out; run "$words"; [ "$rc" -eq 0 ])
		cd both
		for again in 1 2 3; do
			echo old >out
			at_once "$words" "$words"
			[ "$rc1:$rc2" = 0:0 ]
			cmp out ../lone/out
			[ "$(ls -A)" = out ]
		done
		cd ..
	done <"$top/writers"
'

t 'two runs with different results at once: one of the two, no mixture' '
	mkdir lone both
	a="vmtar-pack -z -C \"$s/tree\" -o out"
	b="vmtar-pack -C \"$s/tree\" -o out"
	(cd lone; eval "$a"; mv out a; eval "$b"; mv out b)
	cd both
	for again in 1 2 3 4 5 6 7 8 9 10; do
		at_once "$a" "$b"
		[ "$rc1:$rc2" = 0:0 ]
		cmp -s out ../lone/a || cmp out ../lone/b
		[ "$(ls -A)" = out ]
	done
'

t 'two extractions at once: every file whole; one of them may be refused' '
	while read -r name words; do
		echo "$name"
		rm -rf lone both
		mkdir lone both
		(cd lone; run "$words"; [ "$rc" -eq 0 ])
		cd both
		at_once "$words" "$words"
		echo "$rc1:$rc2"
		case $rc1:$rc2 in [013]:[013]) ;; *) exit 1 ;; esac
		find . -type f >"$top/left"
		while read -r file; do
			cmp "$file" "../lone/$file"
		done <"$top/left"
		[ "$rc1" -ne 0 ] || [ "$rc2" -ne 0 ] || diff -r --no-dereference . ../lone
		cd ..
	done <"$top/makers"
'

[ ! -s "$top/full.log" ] || sed 's/^/# /' "$top/full.log"
done_testing
