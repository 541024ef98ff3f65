#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317,SC2030,SC2031 # t expands the bodies
. "${0%/*}/lib.sh"

# only WORDS FILE - the file has one line, and WORDS in it
only() {
	[ "$(wc -l <"$2")" -eq 1 ] && grep -F -- "$1" "$2" >/dev/null && return
	echo "wanted one line with: $1" >&2
	cat "$2" >&2
	return 1
}

# refused WORDS FILE - extraction fails for that reason, and writes nothing,
# neither where it should nor anywhere else
refused() {
	mkdir outside target
	echo alive >outside/canary
	status 1 vmtar-unpack -C target/new "$2" 2>err
	only "$1" err
	echo alive | cmp - outside/canary
	[ "$(find . | sort | tr '\n' ' ')" = \
	  '. ./err ./outside ./outside/canary ./target ' ]
}

export words

# names, links and types that must not get out: tests/cli/extraction.sh

t 'what is there already is not written through, nor replaced' '
	mkrec -v "5 name=etc/" "0 name=etc/x data=evil" >a.v00
	mkdir outside target
	echo alive >outside/canary
	ln -s ../outside target/etc
	status 1 vmtar-unpack -C target a.v00 2>err
	only "member '"'etc'"' is a directory, but something else of that" err
	status 1 vmtar-unpack --force -C target a.v00 2>err
	mkrec -v "0 name=etc/x data=evil" >b.v00
	status 1 vmtar-unpack -C target b.v00 2>err
	only "'"'etc'"' is a symbolic link there, nothing is written" err
	status 1 vmtar-unpack --force -C target b.v00 2>err
	mkrec -v "0 name=etc data=evil" >c.v00
	status 1 vmtar-unpack -C target c.v00 2>err
	only "member '"'etc'"' is already there" err
	[ "$(ls -A outside target | tr "\n" " ")" = "outside: canary  target: etc " ]
	echo alive | cmp - outside/canary
'

t '--force replaces files and links themselves, never directories' '
	mkrec -v "0 name=d/f data=new" "2 name=l link=new" "1 name=h link=d/f" \
		"0 name=k data=new" >a.v00
	mkdir outside target target/d
	echo alive >outside/canary
	echo old >target/d/f
	echo old >target/h
	ln -s ../outside/canary target/k
	ln -s ../outside target/l
	cp -a target before
	status 1 vmtar-unpack -C target a.v00 2>err
	only "is already there, and is not replaced unless forced: nothing" err
	diff -r --no-dereference before target
	vmtar-unpack --force -C target a.v00
	[ "$(cat target/d/f target/h target/k)" = newnewnew ]
	[ "$(readlink target/l)" = new ]
	[ ! -L target/k ]
	echo alive | cmp - outside/canary
	mkrec -v "0 name=ok data=x" "0 name=d data=x" >b.v00
	status 1 vmtar-unpack --force -C target b.v00 2>err
	only "member '"'d'"' is not a directory, but one of that name is" err
	[ ! -e target/ok ]
'

t 'hard link to nothing' '
	mkrec -v "1 name=h" >v
	status 1 vmtar-unpack -C new v 2>err
	only "member '"'h'"' is a link to nothing" err
	mkrec "1 name=h" >t
	status 1 vmtar-unpack -C new t 2>err
	only "member '"'h'"' is a thing of unknown type, which is never made" err
	[ ! -e new ]
'

# ---- damage -----------------------------------------------------------------

# broken TITLE WORDS MKREC-ARGUMENT... - extraction, listing, test, print and
# conversion all say no
broken() {
	title=$1 words=$2
	shift 2
	mkrec -v "$@" >"$top/in.v00" || exit 99
	t "$title" '
		refused "$words" $top/in.v00
		for o in -t --test --tar --layers "-p a"; do
			status 1 vmtar-unpack $o $top/in.v00 >out 2>err
			only "$words" err
			gzip -nc $top/in.v00 |
				status 1 vmtar-unpack $o -o new 2>err
			only "$words" err
			[ ! -e new ]
		done
	'
}

broken 'data that overlaps' \
	"member 'b': its data at offset 4097 overlaps that of 'a'" \
	'0 name=a data=12345' '0 name=b data=x offset=4097'
broken 'data that is shared' "overlaps that of 'a', which ends at 4101" \
	'0 name=a data=12345' '0 name=b data=12345 offset=4096'
broken 'data at offset 0' \
	"member 'a' at offset 0: its 5 bytes of data are said to be at offset 0" \
	'0 name=a data=12345 offset=0'
broken 'data in the headers' 'at offset 512 lies in the header area' \
	'0 name=a data=12345 offset=512'
broken 'data that ends past 2 GiB' 'end beyond 2 GiB' \
	'0 name=a data=12345 offset=2147483647'
broken 'data that begins at 4 GiB less one' 'end beyond 2 GiB' \
	'0 name=a data=12345 offset=4294967295'
broken 'size of 2 GiB' 'end beyond 2 GiB' \
	'0 name=a data=12345 size=2147483648'
broken 'size of 4 GiB' 'end beyond 2 GiB' \
	'0 name=a data=12345 size=4294967296'
broken 'size in base-256' 'its size is not an octal number' \
	'0 name=a data=12345 rawsize=\200\000\000\000\000\000\000\000\000\000\000\005'
broken 'size that runs on into the time' 'its size is not an octal number' \
	'0 name=a data=12345 rawsize=777777777777'
broken 'directory with a size' 'with a size of 5, but these have no data' \
	'5 name=a/ size=5'
broken 'checksum' 'the checksum of its header is wrong' \
	'0 name=a data=12345' '0 name=b data=x sum=1'
broken 'magic in the middle' 'its header has no vmtar magic' \
	'0 name=a data=12345' '0 name=b data=x magic=ustar\040\040\000'
broken 'no zero block' 'before the zero block that ends the headers' \
	-E '5 name=a/'
broken 'long name of nothing' 'has no member behind it' \
	'0 name=a data=x' 'L name=././@LongLink data=abc'
broken 'bytes behind the end' 'bytes at offset 4101 behind the end' \
	-T 'rubbish' '0 name=a data=12345'
broken 'too many zeros behind the end' 'zero bytes behind the end' \
	-T '\000\000' '0 name=a data=12345'
broken 'offset past the end of the file' 'bytes of member '"'b'"' are missing' \
	'0 name=a data=12345' '0 name=b size=9 offset=9999'
sig='\004\000\000\000vmware_esx67\000\000\000\000'
broken 'a signature of no bytes' 'they are a signature of no bytes' \
	-T "$sig"'\020\000\000\000\355\021\276\032' '0 name=a data=12345'
broken 'a signature whose length is beyond the data' \
	'bytes at offset 4101 behind the end of the archive, which is at 4101: ' \
	-T "$sig"'abc\377\000\000\000\355\021\276\032' '0 name=a data=12345'
broken 'a signature whose length is huge' 'length that it tells is not theirs' \
	-T "$sig"'abc\377\377\377\377\355\021\276\032' '0 name=a data=12345'
broken 'a signature whose length is 0' 'length that it tells is not theirs' \
	-T "$sig"'abc\000\000\000\000\355\021\276\032' '0 name=a data=12345'

t 'a vmtar from a pipe: complete files stay, nothing of the broken one' '
	mkrec -v "5 name=d/" "0 name=d/a fill=100000" "0 name=d/b fill=300000" \
		"0 name=c" >a.v00
	head -c 300000 a.v00 | status 1 vmtar-unpack -C new 2>err
	only "of 300000 bytes of member '"'d/b'"' are missing" err
	[ "$(find new | sort | tr "\n" " ")" = "new new/d new/d/a " ]
	[ "$(wc -c <new/d/a)" = 100000 ]
	head -c 300000 a.v00 >cut.v00
	status 1 vmtar-unpack -C new2 cut.v00 2>err
	only "bytes of member '"'d/b'"' are missing" err
	[ ! -e new2 ]
'

t 'cut at every length: never 0, nothing written' '
	mkrec -v "5 name=d/" "0 name=d/a data=hello" "0 name=b data=x" | gzip -n >a.v00
	vmtar-unpack --test a.v00
	len=$(wc -c <a.v00)
	i=0
	while [ $i -lt $len ]; do
		head -c $i a.v00 >cut
		status 1 vmtar-unpack -C new cut 2>err
		[ "$(wc -l <err)" = 1 ]
		[ ! -e new ]
		i=$((i + 7))
	done
'

t 'a bit of the data flipped: told by CRC, nothing written' '
	mkrec -v "0 name=a fill=5000" "0 name=b data=x" | gzip -n >a.v00
	head -c 60 a.v00 >bad
	printf "\252" >>bad
	tail -c +62 a.v00 >>bad
	for o in -t --test --tar --layers "-p a" "-C new"; do
		status 1 vmtar-unpack $o bad >out 2>err
		[ "$(wc -l <err)" = 1 ]
		[ ! -e new ]
	done
'

t 'two gzip members: a vmtar has one, a tgz may have more' '
	mkrec -v "0 name=a fill=5000" >a
	(head -c 3000 a | gzip -n; tail -c +3001 a | gzip -n) >two
	status 1 vmtar-unpack --test two 2>err
	[ "$(wc -l <err)" = 1 ]
	mkrec "0 name=a fill=5000" >a
	(head -c 3000 a | gzip -n; tail -c +3001 a | gzip -n) >two
	vmtar-unpack --test two
	vmtar-unpack -C new two
	[ "$(wc -c <new/a)" = 5000 ]
'

t 'gaps must be zero, in a test and an extraction' '
	mkrec -v -g G "0 name=a data=12345" "0 name=b data=x" >a.v00
	vmtar-unpack -t a.v00 >out
	for o in --test "-p a" --tar "-C new"; do
		status 1 vmtar-unpack $o a.v00 >out 2>err
		only "the byte at offset 1536 belongs to no member and is not" err
		[ ! -e new ]
	done
'


# ---- layers -----------------------------------------------------------------

# footer SCHEMA KEY N - a signature of that schema (a digit), of N bytes
footer() {
	printf '%b%s' "\\000$1\\0000\\0000\\0000" "$2"
	head -c $((16 - ${#2})) /dev/zero
	head -c "$3" /dev/zero | tr '\0' s
	printf %b "\\0$(printf %o $((($3 + 16) % 256)))" \
		"\\0$(printf %o $((($3 + 16) / 256)))" \
		'\0000\0000\0355\0021\0276\0032'
}
pxz() { xz --check=crc32 --lzma2=preset=6,dict=2MiB; }
pzstd() { zstd -q -18 --long=27 --no-check; }

# a module of every shape that a release has, all with the same in them
shapes() {
	mkrec -v "5 name=d/" "0 name=d/a fill=70000" "2 name=l link=d/a" \
		"7 name=e text=4096,2,1 data=\177ELF" >plain
	mkrec -v -a 512 "0 name=a data=x" "0 name=b data=y" >old
	gzip -nc plain >g.v00
	pxz <plain >x
	pzstd <plain >z
	(cat x; footer 3 vmware_esx40 256) | gzip -n >xs.v00
	(cat plain; footer 4 vmware_esx67 512) | gzip -n >gs.v00
	gzip -n1c z >z.v00
	(cat plain; footer 4 vmware_esx67 512) >s
	(cat x; footer 3 vmware_esx40 256) >xf
}
export all="plain g.v00 x z xs.v00 gs.v00 z.v00 s xf"

t '--layers: sizes, who has written it, the signature' '
	shapes
	len=$(wc -c <plain) x=$(wc -c <x) z=$(wc -c <z)
	vmtar-unpack --layers $all old >out
	diff - out <<-EOF
	plain: vmtar of 6.7, $len bytes
	g.v00: gzip -> $len, vmtar of 6.7, $len bytes
	x: xz -> $len, vmtar of 6.7, $len bytes
	z: zstd -> $len, vmtar of 6.7, $len bytes
	xs.v00: gzip -> $((x + 284)), xz -> $len, vmtar of 6.7, $len bytes, signature of 284 (schema 3, key vmware_esx40, length 272)
	gs.v00: gzip -> $((len + 540)), vmtar of 6.7, $len bytes, signature of 540 (schema 4, key vmware_esx67, length 528)
	z.v00: gzip -> $z, zstd -> $len, vmtar of 6.7, $len bytes
	s: vmtar of 6.7, $len bytes, signature of 540 (schema 4, key vmware_esx67, length 528)
	xf: xz -> $len, vmtar of 6.7, $len bytes, signature of 284 (schema 3, key vmware_esx40, length 272)
	old: vmtar of 6.5, $(wc -c <old) bytes
	EOF
	for f in $all; do
		vmtar-unpack --layers - <$f
	done | sed "s/^standard input//" >piped
	vmtar-unpack --layers $all | sed "s/^[^:]*//" | diff - piped
	vmtar-unpack --layers --json xs.v00 | tr -d " \n" >json
	grep -F "\"layers\":[\"gzip\",\"xz\"],\"count\":4,\"layer_sizes\":[$((x + 284)),$len],\"size\":$len,\"generations\":[\"6.7\"],\"signature\":{\"schema\":3,\"key_id\":\"vmware_esx40\",\"length\":272,\"size\":284}" json
'

t '--layers: what the bytes tell of the writer' '
	gen() {
		vmtar-unpack --layers "$1" | sed "s/.*vmtar of//; s/, [0-9]* bytes$//"
	}
	mkdir tree
	head -c 512 /dev/urandom >tree/even
	vmtar-pack --generation 6.7 -C tree >v
	[ "$(gen v)" = " 6.7 or 8.0u1" ]
	mkrec -v "5 name=d/" >v
	[ "$(gen v)" = " 6.5, 6.7 or 8.0u1" ]
	vmtar-pack -C tree --generation 6.5 >v
	[ "$(gen v)" = " 6.5" ]
	echo odd >tree/odd
	vmtar-pack -C tree >v
	[ "$(gen v)" = " 8.0u1" ]
	mkrec -v -a 1024 "0 name=a data=x" "0 name=b data=x" >v
	[ "$(gen v)" = " no known writer" ]
	head -c 1024 /dev/zero >v
	[ "$(gen v)" = " 6.5, 6.7 or 8.0u1" ]
'

t 'all modes go through all layers, from files and pipes' '
	shapes
	vmtar-unpack -t plain >list
	vmtar-unpack --tar plain >tar
	vmtar-unpack -C want plain
	for f in $all; do
		vmtar-unpack --test $f
		cat $f | vmtar-unpack --test
		vmtar-unpack -t $f | cmp - list
		cat $f | vmtar-unpack -t | cmp - list
		vmtar-unpack -p d/a $f | cmp - want/d/a
		vmtar-unpack -q --tar $f | cmp - tar
		cat $f | vmtar-unpack -q --tar | cmp - tar
		rm -rf got piped
		vmtar-unpack -q -C got $f
		diff -r --no-dereference want got
		cat $f | vmtar-unpack -q -C piped
		diff -r --no-dereference want piped
	done
	# a tar as well, and a tar in more than one member round zstd
	mkrec "0 name=a fill=5000" >a
	for c in pxz pzstd; do
		$c <a >b
		vmtar-unpack -p a b | cmp -n 5000 - a -i 0:512
		gzip -nc b | vmtar-unpack --test
		gzip -nc b | vmtar-unpack -C $c
		[ "$(wc -c <$c/a)" = 5000 ]
	done
'

t 'data out of order is found in a layer, too' '
	mkrec -v "0 name=a data=aaa place=8192 offset=8192" "0 name=b data=bb place=4096 offset=4096" >back
	pxz <back | vmtar-unpack --tar | tar -xf - -O >got
	[ "$(cat got)" = aaabb ]
'

t 'a signature that gets lost is told, once, and -q is silent' '
	shapes
	note=": its signature (key .vmware_esx...) is not kept: UEFI Secure Boot"
	for f in xs.v00 gs.v00 s; do
		vmtar-unpack --tar $f 2>err >out
		[ "$(wc -l <err)" = 1 ]
		grep "^vmtar-unpack: .$f.$note refuses the module" err
		vmtar-unpack -C new.$f $f 2>err
		[ "$(wc -l <err)" = 1 ]
		grep "$note" err
		cat $f | vmtar-unpack -C new2.$f 2>err
		grep "standard input.$note" err
		vmtar-unpack -q --tar $f 2>err >out
		[ ! -s err ]
		for o in -t --test --layers "-p d/a"; do
			vmtar-unpack $o $f 2>err >out
			[ ! -s err ]
		done
	done
	vmtar-unpack --tar z.v00 2>err >out
	[ ! -s err ]
'

# no WORDS FILE - every mode refuses it with these words and writes nothing
no() {
	for o in -t --test --tar --layers "-p d/a" "-C new"; do
		# shellcheck disable=SC2086 # it is a list of words
		status 1 vmtar-unpack $o "$2" 2>err >out
		only "$1" err
		# shellcheck disable=SC2086 # none, or several words
		status 1 vmtar-unpack $o <"$2" 2>err >out
		only "$1" err
		[ ! -e new ]
	done
}

t 'what is behind or round a layer and not understood is refused' '
	shapes
	(cat x; echo) | gzip -n >f
	no "behind the end of the xz data: they do not end as a signature does" f
	(cat x x) >f
	no "a second xz stream at offset $(wc -c <x)," f
	(cat x; printf "\000\000\000\000") >f # padding of xz
	no "bytes at offset $(wc -c <x), behind the end of the xz data" f
	(cat z z) | gzip -n >f
	no "a second zstd frame at offset $(wc -c <z)," f
	(cat z; printf "\120\052\115\030\001\000\000\000x") >f
	no "a second zstd frame" f
	(printf "\120\052\115\030\001\000\000\000x"; cat z) >f
	no "begins with a skippable zstd frame" f
	(footer 3 k 256; cat x) >f
	no "is neither a vmtar nor a tar" f
	gzip -nc g.v00 >f
	no "gzip inside gzip, which no module has" f
	gzip -nc x | pxz >f
	no "gzip inside xz" f
	pxz <x >f
	no "xz inside xz" f
	gzip -nc x | gzip -n >f
	no "gzip inside gzip" f
	pxz <s >f
	no "a signature at offset $(wc -c <plain), inside the xz data" f
	(cat x; footer 5 k 256) | gzip -n >f
	no "a signature of a schema other than 3 and 4" f
	(cat x; footer 3 k 5000) | gzip -n >f
	no "they are more than a signature has" f
	(cat gs.v00; echo) >f
	no "behind the end of the gzip data: the boot loader refuses them" f
	printf "\3757zXZ\000 and so on" >f
	no "xz data damaged at or before offset" f
	printf "\050\265\057\375 and so on" | gzip -n >f
	no "zstd data" f
	echo hello | pxz >f
	no "is neither a vmtar nor a tar in xz: it is shorter" f
	echo hello | pxz | gzip -n >f
	no "is neither a vmtar nor a tar in gzip xz" f
'

t 'a window or a dictionary that is too large is refused' '
	shapes
	zstd -q -1 --long=28 --no-check <plain >f
	no "its zstd data needs a window of more than 128 MiB" f
	xz --lzma2=preset=0,dict=200MiB <plain >f
	no "MiB of memory, more than 128 are not given" f
	xz -9 <plain >f
	vmtar-unpack --test f
'

t 'cut at any length, in any layer: never 0, nothing written' '
	shapes
	for f in xs.v00 z.v00 gs.v00 x xf; do
		len=$(wc -c <$f)
		# what stays of a file whose signature is cut off whole is good
		for i in $(seq 3 23 $((len - 1))) $((len - 1)) $((len - 12)); do
			[ $f = xf ] && [ "$i" -eq "$(wc -c <x)" ] && continue
			head -c "$i" $f >cut
			status 1 vmtar-unpack -C new cut 2>err
			[ "$(wc -l <err)" = 1 ]
			status 1 vmtar-unpack --test <cut 2>err
			[ ! -e new ]
		done
	done
'

t 'a flipped bit in any layer is refused' '
	shapes
	for f in xs.v00 x; do
		len=$(wc -c <$f)
		for at in $(seq 12 29 $((len - 1))); do
			head -c "$at" $f >bad
			byte=$(tail -c +$((at + 1)) $f | head -c 1 | od -An -tu1)
			printf "\\$(printf %o $((byte ^ 16)))" >>bad
			tail -c +$((at + 2)) $f >>bad
			status 1 vmtar-unpack --test bad 2>err
			[ "$(wc -l <err)" = 1 ]
		done
	done
'

t 'bombs: little memory and no disk, whatever they unpack to' '
	# 1 GB behind an archive
	mkrec -v "0 name=d/a data=x" >v
	(cat v; head -c 1000000000 /dev/zero) | zstd -q -1 --long=27 | gzip -n >b.v00
	no "more than 1 MiB stand behind the end of the archive" b.v00
	if (ulimit -v 400000 && vmtar-unpack -V) >/dev/null 2>&1; then
		ulimit -v 400000
		status 1 vmtar-unpack --test b.v00
	fi
'

t 'things that are neither' '
	echo "hello, world" >text
	seq 1 1000 >long
	: >empty
	gzip -nc long >long.gz
	head -c 1536 /dev/zero >zeros
	for f in text long long.gz empty; do
		status 1 vmtar-unpack -t $f 2>err
		only "'\''$f'\'' is neither a vmtar nor a tar" err
	done
	vmtar-unpack -t zeros
	status 3 vmtar-unpack -t . 2>err
	status 3 vmtar-unpack -t none 2>err
	status 3 vmtar-unpack -C none/none zeros 2>err
'

# ---- what it does well ------------------------------------------------------

t 'extracts modes, times and links, whatever the umask' '
	mkrec -v "5 name=etc/ mode=1755 mtime=1000000000" \
		"0 name=etc/x mode=1644 mtime=1000000001 data=hello" \
		"0 name=etc/empty mode=0 mtime=1000000002" \
		"7 name=e mode=555 mtime=1000000003 data=\177ELF" \
		"2 name=s mode=777 mtime=1000000004 link=/bin/../x" \
		"1 name=h mode=1644 mtime=1000000001 link=etc/x" \
		"5 name=ro/ mode=555 mtime=1000000005" \
		"0 name=ro/f mode=640 mtime=1000000006 fill=9000" \
		"0 name=no/record mode=600 mtime=1000000007 data=x" >a.v00
	cat >want <<-EOF
	./e f 555 1000000003 4
	./etc d 1755 1000000000
	./etc/empty f 0 1000000002 0
	./etc/x f 1644 1000000001 5
	./h f 1644 1000000001 5
	./no d 755
	./no/record f 600 1000000007 1
	./ro d 555 1000000005
	./ro/f f 640 1000000006 9000
	./s l 777 1000000004 /bin/../x
	EOF
	mkdir one
	vmtar-unpack -C one a.v00
	mkdir two
	(umask 077; gzip -nc a.v00 | (cd two; vmtar-unpack))
	mkdir three
	(umask 0; vmtar-unpack --tar a.v00 | vmtar-unpack -C three)
	for d in one two three; do
		(cd $d; find . -mindepth 1 -type d -printf "%p %y %m %T@\n" -o -type l \
			-printf "%p %y %m %T@ %l\n" -o -printf "%p %y %m %T@ %s\n") |
			sed "s/\.0*\( \|$\)/\1/; s/^\(.\/no d 755\) .*/\1/" |
			LC_ALL=C sort >got
		diff want got
		[ $d/h -ef $d/etc/x ]
		[ "$(cat $d/etc/x)" = hello ]
	done
	chmod -R u+w one two three
'

t 'setuid and setgid: left out and told, kept where others cannot enter' '
	mkrec -v "0 name=su mode=4755 data=x" "0 name=sg mode=2755 data=y" >a.v00
	mkdir open closed
	chmod 700 closed
	vmtar-unpack -C open a.v00 2>err
	grep "'"'a.v00': member 'su': setuid and setgid are left out"'" err
	[ "$(wc -l <err)" = 2 ]
	[ "$(stat -c %a open/su open/sg | tr "\n" " ")" = "755 755 " ]
	vmtar-unpack -C closed a.v00 2>err
	[ ! -s err ]
	[ "$(stat -c %a closed/su closed/sg | tr "\n" " ")" = "4755 2755 " ]
'

t 'a symbolic link that leaves the directory is made and told' '
	mkrec -v "2 name=a/l link=../../x" "2 name=a/m link=../x" >a.v00
	vmtar-unpack -C new a.v00 2>err
	only "member '"'a/l'"': is a symbolic link that leaves" err
	[ "$(readlink new/a/l)" = ../../x ]
'

t 'data in any order, from a file and from a pipe' '
	mkrec -v "0 name=a data=aaa place=20000" "0 name=b data=bbb place=8192" \
		"0 name=c data=ccc place=12001" "0 name=d data=ddd" >a.v00
	vmtar-unpack --test a.v00
	vmtar-unpack -C one a.v00
	cat a.v00 | vmtar-unpack -C two
	gzip -nc a.v00 | vmtar-unpack -C three
	for d in one two three; do
		[ "$(cat $d/a $d/b $d/c $d/d)" = aaabbbcccddd ]
	done
	vmtar-unpack --tar a.v00 >x.tar
	cat a.v00 | vmtar-unpack --tar | cmp - x.tar
	tar -xOf x.tar >out
	[ "$(cat out)" = aaabbbcccddd ]
	cat a.v00 | vmtar-unpack -p c >out
	[ "$(cat out)" = ccc ]
'

t 'lists mode, owner, size, UTC time, name, link, type' '
	mkrec -v "5 name=etc/ mode=1755 uname=root gname=wheel" \
		"0 name=etc/x mode=1644 uid=311 gid=12 data=hello mtime=0" \
		"7 name=e mode=6555 text=4096,12,3 data=\177ELF" \
		"2 name=s mode=777 link=/bin/x" "1 name=h link=etc/x" \
		"3 name=c major=1 minor=3" "4 name=b" "6 name=p" >a.v00
	cat >want <<-EOF
	drwxr-xr-t root/wheel          0 2017-07-14 02:40:00 etc/
	-rw-r--r-T 201/10             5 1970-01-01 00:00:00 etc/x
	mr-sr-sr-x 0/0                4 2017-07-14 02:40:00 e
	lrwxrwxrwx 0/0                0 2017-07-14 02:40:00 s -> /bin/x
	hrw-r--r-- 0/0                0 2017-07-14 02:40:00 h link to etc/x
	crw-r--r-- 0/0              1,3 2017-07-14 02:40:00 c
	brw-r--r-- 0/0              0,0 2017-07-14 02:40:00 b
	prw-r--r-- 0/0                0 2017-07-14 02:40:00 p
	EOF
	TZ=Asia/Tokyo vmtar-unpack -t a.v00 | diff want -
	vmtar-unpack -t <a.v00 | diff want -
	gzip -nc a.v00 | vmtar-unpack --list -o out -
	diff want out
	vmtar-unpack -tv a.v00 >out
	grep "^mr-sr-sr-x 0/0  *4 2017-07-14 02:40:00  *12288  *4096  *12  *3 e$" out
	gzip -n a.v00
	vmtar-unpack -t a.v00.gz | diff want -
	vmtar-unpack -t a.v00.gz - a.v00.gz <a.v00.gz >out
	[ "$(grep -c "^drwx" out)" = 3 ]
	grep -x "a.v00.gz:" out
	grep -x "standard input:" out
'

t 'names that could lie are escaped in listings' '
	mkrec -v "0 name=a\012b" "0 name=c\033[2J" "0 name=d\134e" "0 name=f\303\251\377" \
		"0 name=g\342\200\256h" "0 name=i\302\233" >a.v00
	vmtar-unpack -t a.v00 | cut -c53- >out
	cat >want <<-"EOF"
	a\012b
	c\033[2J
	d\\e
	fé\377
	g\342\200\256h
	i\302\233
	EOF
	diff want out
'

t '--json' '
	mkrec -v "0 name=a\"b mode=1644 uname=root data=hello" \
		"7 name=e text=4096,2,1 data=\177ELF" "2 name=s link=t" | gzip -n >a.v00
	vmtar-unpack -t --json a.v00 >out
	cat >want <<-"EOF"
	{
	  "archives": [
	    {
	      "file": "a.v00",
	      "format": "vmtar",
	      "layers": [
	        "gzip"
	      ],
	      "members": [
	        {
	          "name": "a\"b",
	          "type": "file",
	          "mode": "1644",
	          "uid": 0,
	          "gid": 0,
	          "uname": "root",
	          "gname": "",
	          "size": 5,
	          "mtime": 1500000000,
	          "elf": false,
	          "offset": 4096,
	          "text_offset": 0,
	          "text_pages": 0,
	          "fixup_pages": 0
	        },
	EOF
	head -n 25 out | diff want -
	grep "\"elf\": true" out
	grep "\"text_pages\": 2" out
	grep "\"link\": \"t\"" out
	echo bad >bad
	status 1 vmtar-unpack --test --json a.v00 bad >out 2>err
	grep "\"count\": 3" out
	grep "\"error\": \"'"'bad'"' is neither" out
	status 1 vmtar-unpack -t --json -o new bad 2>err
	[ ! -e new ]
	vmtar-unpack --layers --json a.v00 >out
	grep "\"gzip\"" out
'

t '-t on a file reads the headers and believes the length; a pipe is read' '
	mkrec -v "0 name=a fill=5000" "0 name=b fill=70000" >a
	gzip -nc a >a.v00
	len=$(wc -c <a.v00)
	(head -c $((len - 8)) a.v00; printf "XXXX"; tail -c 4 a.v00) >crc.v00
	vmtar-unpack -t crc.v00 >out
	[ "$(wc -l <out)" = 2 ]
	status 1 vmtar-unpack -t <crc.v00 2>err
	status 1 vmtar-unpack --test crc.v00 2>err
	(head -c $((len - 4)) a.v00; printf "\001\000\000\000") >len.v00
	status 1 vmtar-unpack -t len.v00 2>err
	[ "$(wc -l <err)" = 1 ]
	head -c 70000 a >cut
	status 1 vmtar-unpack -t cut >out 2>err
	only "bytes of member '"'b'"' are missing" err
	[ "$(wc -l <out)" = 2 ]
	(cat a; head -c 144 /dev/zero) >padded
	vmtar-unpack -t padded
	vmtar-unpack --test padded
'

t '--test is silent, -v says what is good, a bad file does not stop it' '
	mkrec -v "0 name=a data=x" >a
	mkrec "0 name=a data=x" | gzip -n >b
	echo bad >c
	[ "$(vmtar-unpack --test a b)" = "" ]
	status 1 vmtar-unpack --test -v a c b >out 2>err
	only "'"'c'"' is neither" err
	printf "a: vmtar, 1 members: good\nb: gzip, tar, 1 members: good\n" |
		diff - out
	vmtar-unpack --layers a b >out
	printf "a: vmtar of 6.7, %d bytes\nb: gzip -> %d, tar, %d bytes\n" \
		"$(wc -c <a)" "$(gzip -dc b | wc -c)" "$(gzip -dc b | wc -c)" |
		diff - out
'

t '-p prints one member, through a hard link too' '
	mkrec -v "5 name=d/" "0 name=d/f data=one" "1 name=h link=d/f" \
		"2 name=s link=d/f" "0 name=empty" "0 name=z data=two" >v
	mkrec "5 name=d/" "0 name=d/f data=one" "1 name=h link=d/f" \
		"2 name=s link=d/f" "0 name=empty" "0 name=z data=two" >t
	for a in v t; do
		for n in d/f /d/f ./d/f h; do
			[ "$(vmtar-unpack -p $n $a)" = one ]
			[ "$(gzip -nc $a | vmtar-unpack --print $n)" = one ]
		done
		[ -z "$(vmtar-unpack -p empty $a)" ]
		status 1 vmtar-unpack -p no $a 2>err
		only "'\''$a'\'': no member '"'no'"'" err
		status 1 vmtar-unpack -p d $a 2>err
		only "member '"'d'"' is a directory, and has no data" err
		status 1 vmtar-unpack -p s $a 2>err
		only "is a symbolic link, and has no data; it names '"'d/f'"'" err
		echo old >out
		status 1 vmtar-unpack -o out -p no $a 2>err
		[ "$(cat out)" = old ]
		vmtar-unpack -o out -p z $a
		[ "$(cat out)" = two ]
	done
	mkrec -v "1 name=a link=b" "1 name=b link=a" "0 name=c data=x" "0 name=c data=y" >v
	status 1 vmtar-unpack -p a v 2>err
	only "is a hard link, and has no data" err
	status 1 vmtar-unpack -p c v 2>err
	only "2 members are called '"'c'"'" err
'

t 'binary data is not written to a terminal without -f' '
	command -v script >/dev/null || { echo "no script(1)"; exit 0; }
	mkrec -v "0 name=b data=a\000b" "0 name=t data=text" >v
	run() { script -qec "$1" /dev/null </dev/null >out 2>&1; }
	status 2 run "vmtar-unpack -p b v"
	grep "is binary, and is not written to a terminal without -f" out
	status 2 run "vmtar-unpack --tar v"
	status 0 run "vmtar-unpack -p t v"
	grep text out
	status 0 run "vmtar-unpack -f -p b v"
	for bad in "\033[2J" "\302\2331m" "\2331m" "\342\200\256" "\177"; do
		mkrec -v "0 name=b data=ab$bad" >v
		status 2 run "vmtar-unpack -p b v"
	done
	mkrec -v "0 name=b data=\303\244\342\202\254\344" >v
	status 0 run "vmtar-unpack -p b v"
'

t '--tar gives the tar back, old GNU and exact' '
	for o in "" "-a 512"; do
		mkrec $o -v "5 name=etc/ mode=755" "0 name=etc/x fill=5000" \
			"0 name=e data=\177ELF" "0 name=n\303\251" >v
		mkrec "5 name=etc/ mode=755" "0 name=etc/x fill=5000" \
			"0 name=e data=\177ELF" "0 name=n\303\251" >t
		vmtar-unpack --tar v | cmp - t
		gzip -nc v | vmtar-unpack --tar | cmp - t
		vmtar-unpack --tar t | cmp - t
		gzip -nc t | vmtar-unpack --tar -o out
		cmp out t
	done
	echo old >out
	status 1 vmtar-unpack --tar -o out /dev/null 2>err
	[ "$(cat out)" = old ]
'

t 'tars of every dialect: extracted, and made old GNU' '
	mkdir -p tree/d
	echo hello >tree/d/f
	chmod 640 tree/d/f
	ln -s f tree/d/l
	ln tree/d/f tree/d/h
	touch -d @1000000000 tree/d/f tree/d
	n=$(seq -s n 1 60 | cut -c1-80)
	mkdir tree/$n
	echo long >tree/$n/$n
	for f in gnu oldgnu posix ustar; do
		tar -C tree --format=$f --sort=name -cf $f.tar .
		vmtar-unpack -C $f.out $f.tar
		diff -r --no-dereference tree $f.out
		[ "$(stat -c "%a %Y" $f.out/d/f)" = "640 1000000000" ]
		[ $f.out/d/h -ef $f.out/d/f ]
		vmtar-unpack --tar $f.tar >new.tar
		tar -tf new.tar >/dev/null
		[ "$(head -c 265 new.tar | tail -c 8 | od -An -c | tr -d " ")" = "ustar\0" ]
		vmtar-unpack -C $f.new new.tar
		diff -r --no-dereference tree $f.new
	done
	tar -C tree --format=v7 -cf v7.tar d
	vmtar-unpack -C v7.out v7.tar
	diff -r --no-dereference tree/d v7.out/d
'

t 'sparse tars are refused' '
	truncate -s 1M hole
	echo x >>hole
	for f in gnu posix; do
		tar --format=$f --sparse -cf s.tar hole
		status 1 vmtar-unpack -C new s.tar 2>err
		only "is a sparse file, which is not supported" err
		[ ! -e new ]
	done
'

t 'disk full, and standard output closed' '
	mkrec -v "0 name=a fill=100000" >v
	status 3 vmtar-unpack -p a v >/dev/full
	status 3 vmtar-unpack -o /dev/full --tar v
	status 3 vmtar-unpack -t v >/dev/full
	(ulimit -f 10; trap "" XFSZ; status 3 vmtar-unpack -C new v)
	[ -z "$(ls -A new)" ]
'

t 'usage' '
	status 2 vmtar-unpack -t --test
	status 2 vmtar-unpack -t -C x
	status 2 vmtar-unpack -o x
	status 2 vmtar-unpack --json
	status 2 vmtar-unpack --tar a b
	status 2 vmtar-unpack --nonsense
	vmtar-unpack --help >out
	grep "^usage: vmtar-unpack" out
	vmtar-unpack --version >out
	vmtar-unpack -t -- /dev/null || [ $? -eq 1 ]
'

t 'a real package: the payload of fwrule-ntpServer' '
	vib=$TOP/../shared/samples/fwrule-ntpServer-1.0.0-1.vib
	[ -f "$vib" ] || { echo "# SKIP no ../shared"; exit 0; }
	tail -c +1369 "$vib" | head -c 331 >p.v00
	vmtar-unpack --test p.v00
	vmtar-unpack -tv p.v00 >out
	cat >want <<-EOF
	drwxr-xr-x etc/
	drwxr-xr-x etc/vmware/
	drwxr-xr-x etc/vmware/firewall/
	-rw-r--r-- etc/vmware/firewall/ntpserver.xml
	EOF
	awk "{ print \$1, \$NF }" out | diff want -
	awk "END { print \$3, \$6 }" out | grep -x "280 2560"
	[ "$(vmtar-unpack -p etc/vmware/firewall/ntpserver.xml p.v00 | wc -c)" = 280 ]
	vmtar-unpack -C tree p.v00
	[ "$(find tree -type f)" = tree/etc/vmware/firewall/ntpserver.xml ]
'

t 'a package of that shape, made here: 512 aligned, no fill' '
	mkrec -v -a 512 "5 name=etc/ mode=755" "5 name=etc/vmware/ mode=755" \
		"5 name=etc/vmware/firewall/ mode=755" \
		"0 name=etc/vmware/firewall/ntpserver.xml fill=280" | gzip -n >p.v00
	[ "$(gzip -dc p.v00 | wc -c)" = 2840 ]
	vmtar-unpack --test p.v00
	vmtar-unpack -tv p.v00 >out
	awk "END { print \$3, \$6 }" out | grep -x "280 2560"
	vmtar-unpack -C tree p.v00
	[ "$(wc -c <tree/etc/vmware/firewall/ntpserver.xml)" = 280 ]
'

t '--repack: whose writer gives the same bytes' '
	mkdir d
	echo hello >d/a
	printf "\177ELF" >d/b
	for g in 6.5 6.7 8.0u1; do
		vmtar-pack --generation $g -C d -o $g
		vmtar-pack --generation $g -z -C d -o $g.v00
		vmtar-unpack --repack $g.v00 >out
		echo "$g.v00: $(stat -c %s $g) bytes, the same when packed with the writer of $g" | cmp - out
	done
	vmtar-pack --layers zstd+gzip -C d -o z.v00
	vmtar-unpack --repack 6.5 z.v00 8.0u1 >out
	[ "$(grep -c "same when packed" out)" = 3 ]
	tar -C d -czf t.tgz .
	vmtar-unpack --repack t.tgz | grep -x "t.tgz: a tar, not packed again"
	vmtar-unpack --repack --json z.v00 t.tgz >j
	perl -MJSON::PP -e "local \$/; my \$a = decode_json(<>)->{archives};
		print \"\$_->{file} \$_->{format} @{\$_->{generations} // []}\\n\" for @\$a" j >l
	printf "%s\n" "z.v00 vmtar 8.0u1" "t.tgz tar " | cmp - l
'

t '--repack: what differs is told with its offset; status 1; the next is done' '
	mkdir d
	echo hello >d/a
	vmtar-pack --generation 6.7 -C d -o good
	cp good odd
	head -c 512 /dev/zero >>odd
	status 1 vmtar-unpack --repack odd good >out 2>msg
	grep "odd" msg
	grep "^good: .*writer of 6.7" out
	[ "$(wc -l <msg)" = 1 ]
	status 1 vmtar-unpack --repack --json odd >j
	grep "\"error\"" j
	vmtar-unpack --repack - <good | grep "writer of 6.7"
	cat good | status 2 vmtar-unpack --repack 2>msg
	grep "must be a file" msg
	status 2 vmtar-unpack --repack --tar good
	status 3 vmtar-unpack --repack nosuch
'

t 'the examples of the man page' '
	mkdir -p tree/etc/init.d
	echo "#!/bin/sh" >tree/etc/init.d/acme
	mkrec -v "5 name=etc/ mode=755" "5 name=etc/init.d/ mode=755" \
		"0 name=etc/init.d/acme data=\043!/bin/sh\012" | gzip -n >s.v00
	tar --format=gnu -czf driver.tgz -C tree etc
	rm -r tree
	man_examples vmtar-unpack
'

t 'without a scratch file a vmtar is inflated twice' '
	mkdir t
	head -c 300000 /dev/urandom >t/x
	vmtar-pack -z -C t -o in.v00
	TMPDIR=/nonexistent vmtar-unpack -C a in.v00
	cmp a/x t/x
	# a damaged one is found either way, before anything is written
	head -c 200000 in.v00 >cut.v00
	for dir in /nonexistent /tmp; do
		TMPDIR=$dir status 1 vmtar-unpack -C b cut.v00 2>err
		grep "cut.v00. ends at offset" err
		[ ! -e b ]
	done
'
done_testing
