#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317,SC2030,SC2031,SC2059 # t expands the bodies
# extraction.sh - nothing gets out: one row for each thing that an archive, a VIB,
#                 a bundle or an image may try, through each command that writes
#                 files under names out of it
. "${0%/*}/lib.sh"

# only WORDS FILE - the file has one line, and WORDS in it
only() {
	[ "$(wc -l <"$2")" -eq 1 ] && grep -F -e "$1" "$2" >/dev/null && return
	echo "wanted one line with: $1" >&2
	cat "$2" >&2
	return 1
}

# Every row runs here: target is where files should go, outside is where they
# should not, tmp is the TMPDIR.
field() {
	rm -rf outside target tmp
	mkdir outside outside/d target tmp
	echo alive >outside/canary
	chmod 640 outside/canary
	touch -d @1000000000 outside/canary outside/d outside
	stat -c '%n %a %Y %s %h' outside outside/* >../canary
	TMPDIR=$PWD/tmp
	export TMPDIR
}

# unharmed - the canary is what it was, and nothing is left over
unharmed() {
	echo alive | cmp - outside/canary
	stat -c '%n %a %Y %s %h' outside outside/* | diff ../canary -
	[ -z "$(ls -A tmp)" ]
}

# refused WORDS COMMAND... - status 1 for that reason, and nothing written
# anywhere
refused() {
	words=$1
	shift
	find . ! -path ./err | sort >../before
	status 1 "$@" 2>err || { cat err; return 1; }
	only "$words" err
	unharmed
	find . ! -path ./err | sort | diff ../before -
}

# piped FILE COMMAND... - with the file from a pipe
piped() {
	file=$1
	shift
	# shellcheck disable=SC2002 # a pipe is what is wanted
	cat "$file" | "$@"
}

# through WORDS RECORD... - as a vmtar, a tar, a tgz from a pipe, and as payloads
# of a VIB; empty WORDS: whatever the reason. -V: vmtar only, -T: tar only, -D: as
# -V, and not from a pipe, where files that are complete stay
through() {
	kinds='v t'
	pipe=piped
	case $1 in
	-V) kinds=v; shift ;;
	-T) kinds=t; shift ;;
	-D) kinds=v pipe=: ; shift ;;
	esac
	why=$1
	shift
	for kind in $kinds; do
		field
		if [ "$kind" = v ]; then mkrec -v "$@"; else mkrec "$@"; fi >in
		gzip -nc in >in.gz
		type=vgz
		[ "$kind" = v ] || type=tgz
		mkvib -o in.vib --payload ok:text=../canary --payload "p:$type=in.gz"
		# what is there before stays
		refused "$why" vmtar-unpack -C target/new in
		[ "$pipe" = : ] ||
			refused "$why" piped in.gz vmtar-unpack -C target/new
		refused "$why" vmtar-unpack --force -C target in.gz
		refused "$why" vib-unpack --trees -C target/new in.vib
		refused "$why" piped in.vib vib-unpack --trees --force -C target
	done
}

# row TITLE [-V | -T | -D] WORDS RECORD... - and it can be listed all the same
row() {
	title=$1
	shift
	: >"$top/args"
	for word in "$@"; do
		printf '%s\n' "$word" >>"$top/args"
	done
	t "$title" '
		set --
		while IFS= read -r word; do
			set -- "$@" "$word"
		done <"$top/args"
		through "$@"
		case $1 in -?) rc=1 ;; *) rc=0 ;; esac
		vmtar-unpack -t in >list || [ $rc -eq 1 ]
		status 1 grep "[[:cntrl:]]" list
	'
}

# ---- names -------------------------------------------------------------------

row 'two dots' "member '../../outside/x' has an unsafe name, which has '..'" \
	'0 name=ok data=x' '0 name=../../outside/x data=evil'
row 'two dots inside' "which has '..'" \
	'0 name=a/../../../outside/x data=evil'
row 'two dots at the end' "which has '..'" '5 name=a/../../../outside/..'
row 'directory with two dots' "which has '..'" \
	'5 name=../../outside/d/ mode=777'
row 'two dots behind a slash' "which has '..'" '0 name=./../outside/x data=evil'
row 'absolute' "which is absolute" "0 name=$top/x data=evil"
row 'absolute, by two slashes' "which is absolute" "0 name=/$top/x data=evil"
row 'control characters' 'which holds a control character' \
	'0 name=a\012b data=x'
row 'escape sequence' 'which holds a control character' \
	'0 name=a\033[2Jb data=x'
row 'dot' "which has '.'" '0 name=a/./b data=x'
row 'empty component' 'which has an empty component' '0 name=a//b data=x'
row 'no name' '' '0 name= data=x' '0 name=b data=x'
row 'NUL in a long name' '' 'L name=././@LongLink data=a\000/../../outside/x' \
	'0 name=n data=evil' '1 name=../../outside/x link=n'
row 'NUL in a name of pax' -T \
	"member 'a' at offset 0 has a pax header with a name that has a NUL" \
	'x name=p magic=ustar\00000 data=14\040path=a\000bcd\012' \
	'0 name=n magic=ustar\00000 data=x' \
	'0 name=../outside/x magic=ustar\00000 data=evil'
long=$(head -c 4200 /dev/zero | tr '\0' n)
row 'name of 4,200 bytes' 'has an unsafe name, which is too long' \
	"L name=././@LongLink data=$long" '0 name=n data=x'
row 'component of 256 bytes' 'has a component of more than 255 bytes' \
	"L name=././@LongLink data=$(echo "$long" | cut -c1-256)" \
	'0 name=n data=x'
row 'link target of 4,200 bytes' 'is a link whose target is too long' \
	"K name=././@LongLink data=$long" '2 name=n link=n'

t 'a name of 4,095 bytes: made or refused, and nothing besides' '
	field
	deep=$(printf "%0250d/" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 | cut -c1-4095)
	mkrec -v "L name=././@LongLink data=${deep%/}" "0 name=n data=x" >in
	rc=0
	vmtar-unpack -C target in 2>err || rc=$?
	[ $rc -eq 0 ] || [ "$(wc -l <err)" -eq 1 ]
	[ "$(find target -type f | wc -l)" -eq $((rc == 0)) ]
	unharmed
'

# ---- members against each other ------------------------------------------------

row 'a file twice' "member 'a' is in the archive twice" \
	'0 name=a data=one' '0 name=b data=x' '0 name=a data=two'
row 'a file twice, in two spellings' "member 'a' is in the archive twice" \
	'0 name=a data=one' '0 name=./a data=two'
row 'a directory twice' "member 'd' is in the archive twice" \
	'5 name=d/' '0 name=d/x data=x' '5 name=d'
row 'file, then directory' "member 'a' is in the archive twice" \
	'0 name=a data=x' '5 name=a/'
row 'directory, then file' "member 'a' is in the archive twice" \
	'5 name=a/' '0 name=a data=x'
row 'directory with a file in it, then file' "is in the archive twice" \
	'5 name=a/' '0 name=a/b data=x' '0 name=a data=x'
row 'below a file' \
	"member 'a/b' is below 'a', which is a file in the same archive" \
	'0 name=a data=x' '0 name=a-1 data=y' '0 name=a/b data=x'
row 'through a symbolic link' \
	"member 'l/x' is below 'l', which is a symbolic link in the same" \
	'2 name=l link=../../outside' '0 name=l/x data=evil'
row 'through a symbolic link that comes last' \
	"member 'l/x' is below 'l', which is a symbolic link in the same" \
	'0 name=l/x data=evil' '2 name=l link=../../outside'
row 'through two symbolic links' "member 'a/b' is below 'a'" \
	'2 name=a link=.' '2 name=a/b link=../outside' '0 name=a/b/x data=evil'
row 'deep below a symbolic link' "member 'l/d/e/x' is below 'l'" \
	'2 name=l link=../../outside' '0 name=l/d/e/x data=evil'
row 'symbolic link, then file of its name' \
	"member 'l' is in the archive twice" \
	'2 name=l link=../../outside/canary' '0 name=l data=evil'
row 'symbolic link, then directory of its name' \
	"member 'l' is in the archive twice" \
	'2 name=l link=../../outside' '5 name=l/ mode=777'
row 'directory below a symbolic link' "member 'l/d' is below 'l'" \
	'2 name=l link=../../outside' '5 name=l/d/'
row 'symbolic link to nothing' "member 'l' is a link to nothing" '2 name=l'
row 'symbolic link to an escape sequence' \
	"is a link whose target has a control character" \
	'2 name=l link=\033[2J'
row 'hard link to the outside' \
	"member 'h' is a hard link to '../../outside/canary', which is not a" \
	'1 name=h link=../../outside/canary'
row 'hard link to an absolute name' "link to '/etc/passwd', which is not" \
	'1 name=h link=/etc/passwd'
row 'hard link to a symbolic link' "link to 's', which is not a file" \
	'2 name=s link=../../outside/canary' '1 name=h link=s'
row 'hard link through a symbolic link' "to 's/canary', which is not" \
	'2 name=s link=../../outside' '1 name=h link=s/canary'
row 'hard link to a directory' "link to 'd', which is not a file" \
	'5 name=d/' '1 name=h link=d'
row 'hard link to a later file' "link to 'f', which is not a file before" \
	'1 name=h link=f' '0 name=f data=x'
row 'hard link to itself' "link to 'h', which is not a file before" \
	'1 name=h link=h'

# ---- types -------------------------------------------------------------------

row 'character device' \
	"member 'dev/null' is a character device, which is never made" \
	'5 name=dev/' '3 name=dev/null major=1 minor=3'
row 'block device' "is a block device, which is never made" \
	'4 name=sda major=8 minor=0'
row 'FIFO' "member 'p' is a FIFO, which is never made" '6 name=p'

t 'setuid, setgid: left out where others can enter, and told' '
	field
	mkrec -v "0 name=su mode=4755 data=x" "0 name=sg mode=2755 data=y" \
		"5 name=d/ mode=6777" >in
	mkrec "0 name=su mode=4755 data=x" "0 name=sg mode=2755 data=y" \
		"5 name=d/ mode=6777" | gzip -n >in.tgz
	mkvib -o in.vib --payload p:tgz=in.tgz
	vmtar-unpack -C target/a in 2>err
	vmtar-unpack -C target/b <in.tgz 2>>err
	vib-unpack --trees -C target/p in.vib 2>>err
	[ "$(grep -c "setuid and setgid are left out" err)" -eq 9 ]
	[ -z "$(find target -perm /6000)" ]
	unharmed
'

# ---- sizes and places ----------------------------------------------------------

row 'a size that goes on past the end' -T '' '0 name=a data=x size=100000'
row 'a size of 8 GiB less one' -T "more than 4 GiB of files" \
	'0 name=a data=x rawsize=77777777777'
row 'a size below 0' -T 'offset' \
	'0 name=a data=x rawsize=\377\377\377\377\377\377\377\377\377\377\377\377'
row 'a size of 2^63 less one' -T 'offset' \
	'0 name=a data=x rawsize=\200\000\000\000\177\377\377\377\377\377\377\377'
row 'a size smaller than the data' -T '' '0 name=a fill=9000 size=600'
row 'a size of a link' -V 'with a size of 512' '2 name=a link=b size=512' '0 name=c data=x'
row 'sizes that add up past 4 GiB' -T "more than 4 GiB of files" \
	'0 name=a data=x rawsize=77777777777' '0 name=b data=y'
row 'data in the headers' -V 'at offset 512 lies in the header area' \
	'0 name=a data=12345 offset=512'
row 'data at offset 0' -V "are said to be at offset 0" \
	'0 name=a data=12345 offset=0'
row 'data that overlaps' -V "at offset 4097 overlaps that of 'a'" \
	'0 name=a data=12345' '0 name=b data=x offset=4097'
row 'data past the end' -D "bytes of member 'b' are missing" \
	'0 name=a data=12345' '0 name=b size=9 offset=9999'
row 'data past 2 GiB' -V 'end beyond 2 GiB' \
	'0 name=a data=12345 offset=2147483647'

# many N - a tar of N empty files, as gzip
many() {
	perl -e 'my ($n, $end) = @ARGV;
		for my $i (1 .. $n) {
			my $h = pack("a100a8a8a8a12a12a8a1a100a8a247",
				sprintf("f%07d", $i), "0000644", "0000000",
				"0000000", "00000000000", "00000000000", " " x 8,
				"0", "", "ustar  ", "");
			substr($h, 148, 8) = sprintf("%06o\0 ", unpack("%32C*", $h));
			print $h;
		}
		print "\0" x 1024' "$1" | gzip -n1
}

t 'a million entries, and one: a limit that is told, before anything is written' '
	field
	many 1000001 >in.tgz
	refused "more than 1000000 members" vmtar-unpack -C target/new in.tgz
	mkvib -o in.vib --payload p:tgz=in.tgz
	refused "more than 1000000 members" vib-unpack --trees -C target/new in.vib
'

# ---- bombs -------------------------------------------------------------------

# bomb SIZE - SIZE bytes of zeros in a tar, in zstd and gzip: 10,000,000:1
bomb() {
	{
		mkrec "0 name=a size=$1" | head -c 512
		head -c "$1" /dev/zero
		head -c $((1024 + (512 - $1 % 512) % 512)) /dev/zero
	} | zstd -q -1 --no-check | gzip -n9
}

t 'a bomb: stopped by a limit that is told, and that can be raised' '
	field
	bomb 200000000 >in.v00
	[ $((200000000 / $(wc -c <in.v00))) -gt 100000 ]
	# its descriptor cannot tell what is in a layer in a layer
	mkvib -o in.vib --sums none --payload p:vgz=in.v00 --payload q:vgz=in.v00
	said="more than 100 MiB of files: nothing was extracted (--max-size"
	refused "$said" vmtar-unpack --max-size 100M -C target/new in.v00
	refused "more than 100 MiB of tar" \
		piped in.v00 vmtar-unpack --max-size 100M -C target/new
	refused "$said" vib-unpack -q --trees --max-size 100M -C target/new in.vib
	# one of the two would do
	refused "of files: nothing was extracted (--max-size" \
		vib-unpack -q --trees --max-size 300M -C target/new in.vib
	vmtar-unpack --max-size 200M -C target/a in.v00
	vib-unpack -q --trees --max-size 400000000 -C target/b in.vib
	[ "$(cat target/*/a target/b/*/a | wc -c)" -eq 600000000 ]
	unharmed
'

t 'more than 4 GiB of files, 1,000,000:1: no byte of it is written' '
	field
	mkrec "0 name=a rawsize=77777777777" | head -c 512 >h
	# its data need not be there: the header is enough
	zstd -q -c h | gzip -n >in.v00
	refused "more than 4 GiB of files: nothing was extracted (--max-size" \
		vmtar-unpack -C target/new in.v00
	refused "Truncated" vmtar-unpack --max-size 8G -C target/new in.v00
	# 200 MB behind an archive, of a few hundred bytes
	mkrec -v "0 name=d/a data=x" >v
		(cat v; head -c 200000000 /dev/zero) | zstd -q -1 --no-check | gzip -n9 >in.v00
	[ $((200000000 / $(wc -c <in.v00))) -gt 100000 ]
	refused "more than 1 MiB stand behind the end" vmtar-unpack -C target/new in.v00
	# a pipe goes by once: what was complete before stays
	status 1 piped in.v00 vmtar-unpack -C target/new 2>err
	only "more than 1 MiB stand behind the end" err
	[ "$(find target -type f)" = target/new/d/a ]
	unharmed
'

t '--max-size wants a number, and goes with extraction' '
	for n in 0 x 1T -1 99999999999999999999; do
		status 2 vmtar-unpack --max-size $n in 2>err
		grep -- "--max-size wants a number of bytes" err
		status 2 vib-unpack -q --trees --max-size $n in 2>err
	done
	status 2 vmtar-unpack -t --max-size 1G in
	status 2 vib-unpack --max-size 1G in
'

# ---- what is in the target already -----------------------------------------------

t 'links in the target are not gone through, nor what they name written' '
	field
	ln -s ../outside target/etc
	ln -s ../outside/canary target/k
	ln -s ../outside target/p
	for a in "5 name=etc/" "0 name=etc/x data=evil" "0 name=etc/d/x data=evil" \
		"1 name=h link=etc/canary" "2 name=etc/l link=x"; do
		for v in "" -v; do
			mkrec $v "$a" >in
			refused "" vmtar-unpack -C target in
			refused "" vmtar-unpack --force -C target in
		done
	done
	mkrec "0 name=k data=evil" | gzip -n >in.tgz
	refused "" vmtar-unpack -C target in.tgz
	mkvib -o in.vib --payload p:tgz=in.tgz
	refused "" vib-unpack --trees -C target in.vib
	refused "" vib-unpack --trees --force -C target in.vib
	mkvib -o in.vib --payload k:text=in.tgz
	refused "" vib-unpack -C target in.vib
	# forced: the links themselves give way
	vmtar-unpack --force -C target in.tgz
	[ -f target/k ] && [ ! -L target/k ]
	[ "$(cat target/k)" = evil ]
	unharmed
'

# ---- members of a VIB --------------------------------------------------------------

t 'members of a VIB: names that lead out, twice, of no bytes; sizes that lie' '
	field
	for name in ../outside/x .. . /etc/x a/b ../../outside/canary; do
		mkvib -o in.vib --stray "$name=../canary" || continue
		refused "" vib-unpack -C target/new in.vib
		refused "" piped in.vib vib-unpack --trees --force -C target
	done
	for name in descriptor.xml sig.pkcs7; do
		mkvib -o in.vib --payload $name:text=../canary
		refused "" vib-unpack -C target/new in.vib
	done
	mkvib -o in.vib --payload a:text=../canary --twice
	refused "" vib-unpack -C target/new in.vib
	mkvib -o in.vib --payload a:text=../canary
	size=$(printf "%-10s" "$(stat -c %s ../canary)")
	[ "$(grep -c "$size\`" in.vib)" -eq 1 ]
	for lie in 0 1 9 999999 4294967296 9999999999 "" -1 0x9 "1 1"; do
		LC_ALL=C sed "s/$size\`/$(printf "%-10s" "$lie")\`/" in.vib >lie.vib
		refused "" vib-unpack -C target/new lie.vib
		refused "" piped lie.vib vib-unpack -C target
	done
'

t 'payloads whose trees would meet, in one VIB' '
	field
	mkrec "0 name=x data=1" | gzip -n >in.tgz
	mkvib -o in.vib --payload p:tgz=in.tgz --payload P:tgz=in.tgz
	vib-unpack --trees -C target/new in.vib
	[ -f target/new/p/x ] && [ -f target/new/P/x ]
	mkvib -o in.vib --payload p:tgz=in.tgz --stray p=in.tgz
	refused "" vib-unpack --trees -C target/new2 in.vib
'

# ---- bundles -------------------------------------------------------------------

b=$top/bundle
mkdir -p "$b/tree/opt/x" "$b/in"
echo hello >"$b/tree/opt/x/hello"
vib-gen -q --name hello --version 1-1 --vendor Acme --summary s --description d \
	--mtime 0 --tree hello="$b/tree" --target 8.0 -o "$b/hello.vib" &&
	esxi-bundle -q -o "$b/good.zip" "$b/hello.vib" &&
	bsdtar -xf "$b/good.zip" -C "$b/in" || exit 99
export b

# bundle RECORD... - the good one and more, as in.zip
bundle() {
	set -- "index.xml file=$b/in/index.xml" \
		"vendor-index.xml file=$b/in/vendor-index.xml" \
		"metadata.zip file=$b/in/metadata.zip" \
		"vib20/hello/Acme_bootbank_hello_1-1.vib file=$b/hello.vib" "$@"
	mkzip "$@" >in.zip
}

# zip TITLE WORDS RECORD...
zip() {
	title=$1
	words=$2
	shift 2
	: >"$top/args"
	for word in "$@"; do
		printf '%s\n' "$word" >>"$top/args"
	done
	export words
	t "bundle: $title" '
		set --
		while IFS= read -r word; do
			set -- "$@" "$word"
		done <"$top/args"
		field
		bundle
		esxi-bundle -C target in.zip
		cmp target/Acme_bootbank_hello_1-1.vib $b/hello.vib
		rm target/*
		bundle "$@"
		refused "$words" esxi-bundle -C target/new in.zip
		refused "$words" esxi-bundle --force -C target in.zip
		# and its metadata in a bundle of its own
		mkzip "$@" >evil.zip
		mkzip "index.xml file=$b/in/index.xml" \
			"vendor-index.xml file=$b/in/vendor-index.xml" \
			"metadata.zip file=evil.zip" >in.zip
		refused "" esxi-bundle -C target/new in.zip
	'
}

zip 'two dots' "" '../../outside/x text=evil'
zip 'two dots inside' "" 'a/../../outside/x text=evil'
zip 'absolute' "" "$top/x text=evil"
zip 'backslashes' "" '..\..\outside\x text=evil'
zip 'empty' "" ' text=evil'
zip 'dot' "" './a text=evil' 'a text=evil'
zip 'a name of 4,200 bytes' "" "$long text=x"
zip 'escape sequence' "" "$(printf 'a\033[2J') text=x"
zip 'twice' "is there twice" 'a text=x' 'a text=y'
zip 'twice, but for case' "in upper and lower case" 'a text=x' 'A text=y'
zip 'file, then directory' "" 'a text=x' 'a/ by=3'
zip 'below a file' "lies below a file" 'a text=x' 'a/b text=y'
zip 'symbolic link' "" 'l text=../../outside by=3 mode=120777' 'l/x text=evil'
zip 'device' "" 'd text= by=3 mode=020666'
zip 'FIFO' "" 'p text= by=3 mode=010666'
zip 'another name in its header' "" 'a text=x local=../../outside/x'
zip 'bytes that belong to nothing' "" 'a text=x gap=7'
t 'bundle: ids that lead out' '
	field
	mkdir -p x/m
	bsdtar -xf $b/in/metadata.zip -C x/m
	v=$(echo x/m/vibs/*)
	cp "$v" good.xml
	for bad in ../../outside/x /etc/x a/b ../hello; do
		sed "s|<name>hello<|<name>$bad<|" good.xml >"$v"
		(cd x/m && rm -f ../metadata.zip && bsdtar --format zip -cf ../metadata.zip -- *)
		mkzip "index.xml file=$b/in/index.xml" \
			"vendor-index.xml file=$b/in/vendor-index.xml" \
			"metadata.zip file=x/metadata.zip" \
			"vib20/hello/Acme_bootbank_hello_1-1.vib file=$b/hello.vib" >in.zip
		refused "" esxi-bundle -C target/new in.zip
		refused "" esxi-bundle --force -C target in.zip
	done
'

# ---- images --------------------------------------------------------------------

if command -v xorriso >/dev/null; then
	i=$top/image
	mkdir "$i"
	sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 "$i/in.iso" || exit 99
	echo data >"$i/data"
	iso-rebuild -q --add "/ZZZZZZZZ.AAA=$i/data" --add "/ZZZZZZZZ.AAB=$i/data" \
		-o "$i/base.iso" "$i/in.iso" || exit 99
	export i

	# patched OCTAL... - base.iso with these bytes from byte $1 of the
	# record of ZZZZZZZZ.AAA on, as in.iso
	patched() {
		at=$(grep -abo "ZZZZZZZZ.AAA;1" "$i/base.iso" | head -n 1 | cut -d: -f1)
		off=$((at - 33 + $1))
		shift
		cp "$i/base.iso" in.iso
		printf "$(printf "\\\\%s" "$@")" |
			dd of=in.iso bs=1 seek="$off" conv=notrunc status=none
	}
	# image TITLE WORDS OFFSET OCTAL... - by every reader that writes
	image() {
		title=$1 words=$2 args=$3
		export words args
		t "image: $title" '
			field
			patched $args
			refused "$words" esxi-pxe -C target/new in.iso
			refused "$words" esxi-pxe --force -C target in.iso
			refused "$words" iso-cat -o target/new in.iso /ZZZZZZZZ.AAB
			refused "$words" iso-rebuild -q --add /X=$i/data -o target/new in.iso
		'
	}
	t 'image: as it is, it is taken' '
		field
		patched 33 132
		cmp in.iso $i/base.iso
		esxi-pxe -q -C target/new in.iso
		[ -f target/new/zzzzzzzz.aaa ]
		unharmed
	'
	# 33 is the name, 32 its length, 25 the flags, 10 the size, 2 the block
	image 'a slash in a name' 'slash' '35 057'
	image 'two dots and slashes' '' '33 056 056 057 056 056 057'
	image 'NUL in a name' '' '35 000'
	image 'escape sequence in a name' '' '35 033'
	image 'no name' '' '32 000'
	image 'a second dot' '' '32 001 000'
	image 'a second dot-dot' '' '32 001 001'
	image 'the name of two dots' '' '32 002 056 056'
	image 'the name of one dot' '' '32 001 056'
	image 'two of a name' "two entries '/ZZZZZZZZ.AAB'" '44 102'
	image 'two that differ in case' '' '33 172 172 172 172 172 172 172 172 056 141 141 142'
	image 'a directory that was a file' '' '25 002'
	image 'a size past the end' 'beyond' \
		'10 377 377 377 177 177 377 377 377'
	image 'sizes that differ' '' '10 006'
	image 'data past the end' 'beyond' '2 377 377 377 177 177 377 377 377'
	image 'a record past its block' '' '0 021'
fi

done_testing
