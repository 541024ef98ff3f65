#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# kill.sh - kill -9 at random moments of what writes images
#
# KILLS times (200) one of the runs below is started and killed, the command alone
# or with all that it started. Whatever the moment: under the final name is what was
# there before, byte for byte, or the whole new file; and no input has changed.
# A name of its own may be left over where the last step was hit (.ek*, see
# iso-rebuild.1), and in TMPDIR the work directory of esxi-customize.
#
# SEED repeats a series of moments as far as the machine lets it.
set -u
: "${TOP:?}"
kills=${KILLS:-200}
seed=${SEED:-$(date +%s)}
bad=0
# shellcheck source=tests/faults/place.sh
. "$TOP/tests/faults/place.sh"
command -v xorriso >/dev/null || { echo '1..0 # SKIP xorriso is not installed'; exit 0; }

# names, and whether there is an old output
runs='customize-old customize-new customize-keep rebuild-old rebuild-new'

# The command line of a run in its directory.
start() {
	case $1 in
	customize-keep) exec setsid esxi-customize -q --add "$s/x.vib" --keep kept \
		--manifest out.json -o out "$s/in.iso" ;;
	customize-*) exec setsid esxi-customize -q --add "$s/x.vib" -o out "$s/in.iso" ;;
	rebuild-*) exec setsid iso-rebuild -q --add "/X.V00=$s/x.v00" -o out "$s/in.iso" ;;
	esac
}

fresh() {
	rm -rf "$w" "$top/tmp"
	mkdir "$w" "$top/tmp"
	case $1 in *-old) echo old >"$w/out" ;; esac
}

inputs() {
	(cd "$s" && find . -type f | sort | xargs sha256sum; find . | sort
	 find . -printf '%p %T@ %m\n' | sort)
}

complain() {
	bad=$((bad + 1))
	echo "# $1"
}

# alive GROUP - is any process of it left, that is no zombie?
alive() {
	ps -e -o pgid= -o stat= | awk -v g="$1" '$1 == g && $2 !~ /^Z/ { found = 1 }
		END { exit !found }'
}

# one RUN PART WHOLE - killed after that part of its time
one() {
	fresh "$1"
	# a shell of its own, so that $! is the group too
	(cd "$w" && TMPDIR=$top/tmp && export TMPDIR && start "$1") \
		>"$top/said" 2>&1 </dev/null &
	pid=$!
	sleep "$2"
	if [ "$3" -eq 1 ]; then
		kill -9 "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null
	else
		kill -9 "$pid" 2>/dev/null
	fi
	wait "$pid" 2>/dev/null || : whatever it was
	# what it started may end by itself, and must be right as well
	n=0
	while alive "$pid" && [ $n -lt 600 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	[ $n -lt 600 ] || complain "$1 after $2 s: what it started never ended"
}

# look RUN PART - is all as it should be?
look() {
	if [ ! -e "$w/out" ]; then
		before=$((before + 1))
		case $1 in *-old) complain "$1 after $2 s: the old output is gone" ;; esac
	elif cmp -s "$w/out" "$top/want.${1%-*}"; then
		after=$((after + 1))
	elif [ "$(head -c 5 "$w/out")" = old ] && [ "${1#*-}" = old ]; then
		before=$((before + 1))
	else
		complain "$1 after $2 s: a wrong file of $(stat -c %s "$w/out") bytes"
	fi
	(cd "$w" && find . -mindepth 1 -maxdepth 1 ! -name out; cd "$top/tmp" &&
		find . -mindepth 1 -maxdepth 1 ) >"$top/left"
	while read -r name; do
		case $1:$name in
		*:./.ek*) names=$((names + 1)) ;;
		customize*:./esxi-customize.*) works=$((works + 1)) ;;
		customize-keep:./kept | customize-keep:./out.json) ;;
		*) complain "$1 after $2 s: left over: $name" ;;
		esac
	done <"$top/left"
	if [ -e "$w/out.json" ] && ! cmp -s "$w/out.json" "$top/want.json"; then
		complain "$1 after $2 s: a wrong manifest"
	fi
}

prepare || exit 99
inputs >"$top/before"
before=0 after=0 names=0 works=0
# what each gives when it is let alone, and in which time
for run in customize-keep customize-new rebuild-new; do
	fresh "$run"
	from=$(date +%s%N)
	(cd "$w" && TMPDIR=$top/tmp && export TMPDIR && start "$run") || exit 99
	echo "${run%-*} $((($(date +%s%N) - from) / 1000))" >>"$top/times"
	mv "$w/out" "$top/want.${run%-*}" || exit 99
	[ ! -e "$w/out.json" ] || mv "$w/out.json" "$top/want.json"
done
echo "# SEED=$seed KILLS=$kills"
# a run, a moment up to a little past its time, and whether all are killed
awk -v n="$kills" -v seed="$seed" -v runs="$runs" '
	{ time[$1] = $2 / 1000000 }
	END {
		srand(seed)
		k = split(runs, run, " ")
		for (i = 0; i < n; i++) {
			r = run[i % k + 1]
			t = r
			sub(/-.*/, "", t)
			printf "%s %.3f %d\n", r, rand() * 1.1 * time[t], rand() < 0.5
		}
	}' "$top/times" >"$top/moments"
while read -r run part whole; do
	one "$run" "$part" "$whole"
	look "$run" "$part"
done <"$top/moments"
inputs | cmp -s - "$top/before" || complain "an input has changed"
echo "# $before times nothing was there yet, or the old output; $after times the new one"
echo "# left over: $names names .ek*, $works work directories"
[ "$bad" -eq 0 ] || { echo "not ok 1 - $kills kills: $bad complaints"; exit 1; }
echo "ok 1 - $kills kills"
echo 1..1
