#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC1091 # the bodies are expanded by t
. "${0%/*}/lib.sh"

t '-c packs as 6.7 does, -x brings the tar back' '
	mkvmtarcases .
	mkvmtarcases -l | grep " 6.7 " >list
	while read -r name gen size sum; do
		vmtar -c "$name.tar" -o out 2>err
		echo "$sum  out" | sha256sum -c --quiet
		vmtar -x out -o back.tar
		case $name in
		signed-sum | type7-in) ;;
		*) cmp back.tar "$name.tar" ;;
		esac
	done <list
'

t 'clusters, attached values, further words' '
	mkvmtarcases .
	vmtar -vc sizes.tar -vo a
	vmtar word -c sizes.tar more -o b words
	vmtar -csizes.tar -oc
	vmtar -o d -vcsizes.tar
	vmtar -x nope -c sizes.tar -o e
	vmtar -c links.tar -csizes.tar -o f -- -x
	for f in b c d e f; do cmp a $f; done
'

t 'a tgz and a gzipped vmtar are taken, the output is bare' '
	mkvmtarcases .
	gzip -c sizes.tar >s.tgz
	vmtar -c s.tgz -o a
	vmtar -c sizes.tar -o b
	cmp a b
	gzip -nc a >a.v00
	vmtar -x a.v00 -o t
	cmp t sizes.tar
	vmtar -c bad-ustar.tar -o u
	vmtar-unpack --test u
'

t '-t lists standard input, with or without gzip' '
	mkvmtarcases .
	vmtar -c sizes.tar -o a
	vmtar -t <a >list
	[ "$(wc -l <list)" -eq 8 ]
	vmtar -tignored <a | cmp - list
	gzip -c a | vmtar -t nothere | cmp - list
	vmtar -v -t <a >long
	status 1 cmp -s long list
'

t '- is a file of that name' '
	mkvmtarcases .
	vmtar -c sizes.tar -o -
	vmtar -c sizes.tar -o a
	cmp ./- a
	vmtar -x - -o ./t
	cmp t sizes.tar
	mv sizes.tar ./-s.tar
	vmtar -c -s.tar -o -v </dev/null
	cmp ./-v a
'

t 'every error is 255, and the old output stays' '
	mkvmtarcases .
	vmtar -c sizes.tar -o a
	echo old >out
	status 255 vmtar </dev/null
	status 255 vmtar -c sizes.tar
	status 255 vmtar -o out
	status 255 vmtar -c
	status 255 vmtar -q
	status 255 vmtar --nope
	status 255 vmtar -c nope.tar -o out
	status 255 vmtar -c bad-checksum.tar -o out
	status 255 vmtar -c bad-noend.tar -o out
	status 255 vmtar -c a -o out
	status 255 vmtar -x sizes.tar -o no/out
	status 255 vmtar -c sizes.tar -o /dev/full
	head -c 5000 a >cut
	status 255 vmtar -x cut -o out
	status 255 vmtar -t <cut
	status 255 vmtar -t </dev/null
	[ "$(cat out)" = old ]
	[ -z "$(find . -name ".ek*")" ]
'

t 'the commands are found beside it, else in PATH' '
	mkvmtarcases .
	mkdir other
	cp "$BIN/vmtar" other
	other/vmtar -c sizes.tar -o a
	PATH=/usr/bin:/bin
	status 255 other/vmtar -c sizes.tar -o b 2>err
	grep -q "vmtar-pack is neither beside vmtar nor in PATH" err
	"$BIN/vmtar" -c sizes.tar -o b
	cmp a b
'

t 'help and version' '
	vmtar --help | grep -q "^usage: vmtar"
	vmtar -h | grep -q "^usage: vmtar"
	vmtar -V | grep -q "^vmtar [0-9]"
'

t 'examples of the man page' '
	mkvmtarcases .
	vmtar-pack -z -o s.v00 sizes.tar
	man_examples vmtar
	cmp s.tar sizes.tar
'

done_testing
