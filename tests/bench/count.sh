#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# count.sh [--renew] DIR [BASELINE] - how many instructions small runs take
#
# Each command of "runs" below works on an input that this script makes, under
# callgrind; the count is held against BASELINE (baseline.json beside this file),
# and one that grew by more than 5 % is a failure. --renew writes BASELINE.
#
# So that the count is the same on any machine of the same Debian: what is
# counted is from the entry of main() to its end (no dynamic loader), in all
# objects but libc and the loader (their memcpy() is chosen by the processor);
# libcrypto is told to use no feature of the processor, and the commands are
# built without ISA-L ("make bench-check" does so), for zlib has one code only.
# What another compiler makes of our code differs: baseline.json names its own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
renew=false
if [ "${1:-}" = --renew ]; then
	renew=true
	shift
fi
[ $# -ge 1 ] || { sed -n '3s/^# //p' "$0" >&2; exit 2; }
dir=$1
base=${2:-$here/baseline.json}
PATH=$BIN:$FIX:$PATH
export LC_ALL=C TZ=UTC OPENSSL_ia32cap=0:0
command -v valgrind >/dev/null || {
	echo "count.sh: valgrind is not installed: tools/deps.sh dev" >&2
	exit 1
}
$renew || [ -s "$base" ] || {
	echo "count.sh: there is no '$base': make bench-baseline" >&2
	exit 1
}
case $base in /*) ;; *) base=$PWD/$base ;; esac
rm -rf "$dir"
mkdir -p "$dir/tree/usr/lib"
cd "$dir"

runs() {
	cat <<-'END'
	vmtar-unpack -t in.v00
	vmtar-unpack --test in.v00
	vmtar-pack -6 --mtime 0 --owner 0:0 -o x -C tree
	vib-check in.vib
	bootcfg-edit --get modules boot.cfg
	END
}

# Forty files of words that repeat as those of a language do; a boot.cfg of 100
# modules. No random numbers but those of this rule, so the same everywhere.
awk 'function next_number(n) {
	x = x * 16807 % 2147483647
	return int(x / 2147483647 * n)
}
BEGIN {
	x = 1
	for (i = 0; i < 500; i++) {
		w = ""
		for (n = 2 + next_number(8); n > 0; n--)
			w = w sprintf("%c", 97 + next_number(26))
		word[i] = w
	}
	for (f = 0; f < 40; f++) {
		file = sprintf("tree/usr/lib/file%02d.txt", f)
		for (i = 0; i < 1200; i++)
			printf "%s%s", word[int(next_number(500) * x / 2147483647)],
				i % 12 == 11 ? "\n" : " " >file
		close(file)
	}
	printf "title=Loading\nkernel=/b.b00\nmodules=/a.b00" >"boot.cfg"
	for (i = 0; i < 100; i++)
		printf " --- /m%02d.v00", i >"boot.cfg"
	printf "\nbuild=8.0.0-1\n" >"boot.cfg"
}' </dev/null
chmod -R u=rwX,go=rX tree
vmtar-pack -z --mtime 0 --owner 0:0 -o in.v00 -C tree
(
	cd tree
	set --
	for file in usr/lib/*; do
		set -- "$@" --file "$file"
	done
	cd ..
	mkvib -o in.vib "$@" --payload words:vgz=in.v00
)

# count FILE - the self cost of all functions that are counted. A line behind
# "calls=" has the cost of what was called, which stands at its own place.
count() {
	awk '/^c?ob=/ { # "(7) /path", later "(7)" alone; cob: that is called
		id = $1
		sub(/.*=/, "", id)
		if (NF > 1)
			name[id] = $0
		if (/^c/)
			next
		it = name[id]
		sub(/.*\//, "", it)
		skip = it ~ /^(libc|ld|ld-linux[^\/]*)[.-]/
		next
	}
	/^calls=/ { called = 1; next }
	/^[0-9+*-]/ {
		if (!called && !skip)
			sum += $2
		called = 0
	}
	END { printf "%d\n", sum }' "$1"
}

runs | while read -r line; do
	rm -f cg.out
	# shellcheck disable=SC2086 # words
	valgrind -q --tool=callgrind --toggle-collect=main \
		--callgrind-out-file=cg.out $line >out 2>err </dev/null || :
	[ -s cg.out ] || {
		echo "count.sh: callgrind failed: $line" >&2
		cat err >&2
		exit 1
	}
	printf '%s\t%s\n' "$(count cg.out)" "$line"
done >counts
[ "$(wc -l <counts)" -eq "$(runs | wc -l)" ] || exit 1

if $renew; then
	{
		echo '{'
		echo '  "what": "instructions from the entry of main(), see count.sh",'
		printf '  "compiler": "%s",\n' "$(${CC:-gcc} --version | head -n 1)"
		echo '  "counts": ['
		awk -F '\t' '{
			printf "%s    {\"run\": \"%s\", \"instructions\": %s}",
				(NR > 1 ? ",\n" : ""), $2, $1
		}
		END { print "" }' counts
		echo '  ]'
		echo '}'
	} >base.new
	mv base.new "$base"
	echo "written: $base"
	exit 0
fi

sed -n 's/.*"run": "\(.*\)", "instructions": \([0-9]*\).*/\2\t\1/p' "$base" |
awk -F '\t' 'NR == FNR { old[$2] = $1; next }
FNR == 1 {
	printf "%12s %12s %8s\n", "baseline", "now", "growth"
}
{
	was = $2 in old ? old[$2] : 0
	grew = was > 0 ? ($1 - was) / was * 100 : 0
	printf "%12d %12d %7.2f%%  %s%s\n", was, $1, grew, $2,
		(was == 0 ? "  NOT IN THE BASELINE" : grew > 5 ? "  GREW" : "")
	if (was == 0 || grew > 5)
		bad = 1
	if (grew < -5)
		less = 1
}
END {
	if (bad)
		print "more than 5 % above the baseline; where that is right:" \
			" make bench-baseline"
	else if (less)
		print "fewer, good: make bench-baseline keeps it so"
	exit bad
}' - counts
