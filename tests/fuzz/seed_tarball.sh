#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_tarball.sh DIR - tars of every dialect and type
set -eu
out=$(cd "$1" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
name=$(seq -s n 1 60 | cut -c1-90)
mkdir "$name"
echo hello >"$name/$name"
ln -s "$name/$name" link
ln "$name/$name" hard
truncate -s 64k hole
for f in v7 oldgnu gnu ustar posix; do
	# v7 has no room for the long name, and says so
	tar --format=$f -cf "$out/$f.tar" . 2>/dev/null || :
done
for f in gnu posix; do
	tar --format=$f --sparse -cf "$out/sparse-$f.tar" hole
done
mkrec '5 name=d/' '0 name=d/f data=x' '2 name=s link=d/f' '1 name=h link=d/f' \
	'3 name=c major=1 minor=3' '4 name=b' '6 name=p' '7 name=z data=y' \
	'. name=dir/' '0 name=../x data=x' 'D name=dump data=x' \
	>"$out/types.tar"
mkrec 'L name=././@LongLink data=a/b\000' 'K name=././@LongLink data=t\000' \
	'2 name=x link=y' >"$out/long.tar"
mkrec 'x name=p magic=ustar\00000 data=11\040path=abc\01212\040size=0001\012' \
	'0 name=cut magic=ustar\00000 data=x' >"$out/pax.tar"
