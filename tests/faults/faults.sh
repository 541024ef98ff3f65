#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# faults.sh [RUN...] - let each call that can fail do so, one at a time
#
# For a typical run of every command: the first, second, ... call of each kind
# (fault.c) fails. The command must then exit with 3, say something, leave the
# old output as it was and nothing beside it; or it has another way and gives
# the very output that it gives without a fault.
#
# FEW=n takes n calls of each kind and run, spread over all of them (12); FEW=0
# takes every one. FAULT_SO is the library of fault.c.
set -u
: "${TOP:?}" "${FAULT_SO:?}"
few=${FEW:-12}
here=$TOP/tests/faults
n=0
faults=0
bad=0
# shellcheck source=tests/faults/place.sh
. "$here/place.sh"

# The runs: a name, then the command line. "out" is a file that is there before,
# "dir" a directory that is not; what is printed counts as output as well.
runs() {
	sed -n 's/^RUN //p' "$here/runs.txt"
}

# fresh - the work directory as every run finds it
fresh() {
	rm -rf "$w"
	mkdir "$w"
	echo old >"$w/out"
}

# result - all that a run left: names, and the bytes of each file
result() {
	(cd "$w" && find . -type f ! -name err ! -name n | sort |
		xargs -r sha256sum; find . ! -type f | sort)
}

# one KIND NTH WORDS... - run with that fault; status in $rc
one() {
	fault=$1:$2
	shift 2
	fresh
	rc=0
	(cd "$w" && timeout -k 1 60 env "EK_FAULT=$fault" "EK_COUNT=$w/n" \
		"LD_PRELOAD=$FAULT_SO" "$@" >stdout 2>err) || rc=$?
}

complain() {
	bad=$((bad + 1))
	echo "# $1: $2"
	sed 's/^/#     /' "$w/err" | head -n 3
}

# check NAME WHAT - was that a good way to fail?
check() {
	faults=$((faults + 1))
	case $rc in
	0)
		result >"$top/got"
		cmp -s "$top/got" "$top/want" ||
			complain "$1" "$2: status 0, and another result" ;;
	3)
		[ -s "$w/err" ] || complain "$1" "$2: status 3, no message"
		[ "$(cat "$w/out" 2>/dev/null)" = old ] ||
			complain "$1" "$2: the old output is gone"
		(cd "$w" && find . -type f ! -name out ! -name err ! -name n \
			! -name stdout) >"$top/left"
		# files of a tree that are complete may stay
		while read -r left; do
			grep -qF "$(cd "$w" && sha256sum "$left")" "$top/want" ||
				complain "$1" "$2: left over: $left"
		done <"$top/left" ;;
	*)
		complain "$1" "$2: status $rc" ;;
	esac
}

# kinds NAME WORDS... - every kind of call of this run
kinds() {
	name=$1
	shift
	for kind in open read write sync link mmap malloc stat; do
		one $kind 0 "$@"
		if [ "$rc" -ne 0 ]; then
			complain "$name" "without a fault: status $rc"
			return
		fi
		result >"$top/want"
		calls=$(cat "$w/n")
		step=1
		[ "$few" -eq 0 ] || [ "$calls" -le "$few" ] ||
			step=$((calls / few))
		i=1
		while [ "$i" -le "$calls" ]; do
			one $kind $i "$@"
			check "$name" "$kind $i of $calls"
			i=$((i + step))
		done
	done
}

prepare || exit 99
runs >"$top/runs"
while read -r name words; do
	[ $# -eq 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
	n=$((n + 1))
	before=$bad
	was=$faults
	eval "kinds \"$name\" $words" </dev/null
	if [ "$bad" -eq "$before" ]; then
		echo "ok $n - $name: $((faults - was)) faults"
	else
		echo "not ok $n - $name: $((bad - before)) of $((faults - was))"
	fi
done <"$top/runs"
echo "1..$n"
echo "# $faults faults"
[ "$bad" -eq 0 ]
