#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_imgdb.sh DIR - tars of image databases, good ones and odd ones
set -eu
cd "$1"
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT

for r in 5.0 6.7 8.0; do
	mkdb --shape "$r" -o "$t/db"
	gzip -dc "$t/db" >"good-$r"
done
# small ones, which a fuzzer gets on with
v=$t/var/db/esximg/vibs
p=$t/var/db/esximg/profiles
mkdir -p "$v" "$p"
mkvib --print >"$v/x.xml"
: >"$v/x.xml.sig"
cp "$v/x.xml" "$v/x.xml.orig"
printf '%s' '<imageprofile><name>n</name><creator>c</creator><viblist><vib>' \
	'<vib-id>Acme_bootbank_net-acme_1.0-1</vib-id></vib></viblist>' \
	'<acceptancelevel>community</acceptancelevel></imageprofile>' >"$p/p"
small() {
	tar -C "$t" --format=gnu --sort=name --owner=0 --group=0 --mtime=@0 \
		-cf "$1" var
}
small good-small
cp "$v/x.xml" "$v/y"
small good-twin
cp "$p/p" "$p/q"
small odd-two-profiles
rm "$p"/*
small odd-no-profile
tar -C "$t" --format=pax -cf odd-pax var
