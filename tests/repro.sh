#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# repro.sh - two builds give the same bytes (make check-repro)
#
# The tree is copied to two directories and built there: other path, umask, time
# zone, locale, home and number of jobs. Every file that is installed must be the
# same. CFLAGS and the like are handed on by make.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

one=$work/one
two="$work/second/a directory with a longer name"
mkdir -p "$one" "$two" "$work/home"
for dir in "$one" "$two"; do
	tar -cf - --exclude=./build --exclude='./build-*' --exclude=./.git . |
		tar -xf - -C "$dir"
done

# build DIR JOBS - all, and put in place below DIR/dest
build() {
	(cd "$1" && ${MAKE:-make} -s -j"$2" install DESTDIR="$1/dest" PREFIX=/usr)
}

echo "repro: building in $one"
build "$one" 2
echo "repro: building in $two"
(
	umask 077
	LC_ALL=C.UTF-8 LANG=C.UTF-8 TZ=Asia/Tokyo HOME=$work/home SOURCE_DATE_EPOCH=1
	export LC_ALL LANG TZ HOME SOURCE_DATE_EPOCH
	build "$two" 3
)
for dir in "$one" "$two"; do
	(cd "$dir/dest" && find . -type f -exec sha256sum {} + | sort -k2) >"$dir/sums"
done
diff "$one/sums" "$two/sums" || {
	echo "repro: the two builds differ in these files" >&2
	exit 1
}
n=$(wc -l <"$one/sums")
[ "$n" -ge 20 ] || { echo "repro: only $n files were installed" >&2; exit 1; }
echo "repro: $n files, the same in both"
