#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317,SC2059 # t expands the bodies and runs them
. "${0%/*}/lib.sh"

needs xorriso

# one image for all cases, with the names that give others trouble
img=$top/good.iso
tree=$top/tree
mkdir -p "$tree/EFI/BOOT"
printf 'kernel=/b.b00\nmodules=/s.v00\n' >"$tree/BOOT.CFG"
printf 'kernel=/b.b00\nmodules=/efi.v00\n' >"$tree/EFI/BOOT/BOOT.CFG"
seq 1 20000 >"$tree/S.V00"
echo hyphen >"$tree/ATA-PATA.V00"
echo dot >"$tree/.DISCINFO"
echo long >"$tree/MYLONGCUSTOMDRIVER.TGZ"
printf 'a\0b' >"$tree/B.B00"
: >"$tree/NOEXT"
sh "$TOP/tests/fixture/mkshape.sh" "$img" "$tree" || exit 99
export img tree

# patch FILE OFFSET OCTAL... - write bytes
patch() {
	_f=$1
	_at=$2
	shift 2
	printf "$(printf '\\%s' "$@")" |
		dd of="$_f" bs=1 seek="$_at" conv=notrunc status=none
}

# block IMAGE PATH - offset of a file's first byte
offset() {
	echo $(($(iso-cat -v "$1" "$2" | awk 'NF && /\[/ { print $4 }') * 2048))
}

t 'prints one file, several in order, whatever the case' '
	iso-cat $img /S.V00 | cmp - $tree/S.V00
	iso-cat $img efi/boot/boot.cfg | cmp - $tree/EFI/BOOT/BOOT.CFG
	iso-cat $img //Boot.cfg /ata-pata.v00 .discinfo >out
	cat $tree/BOOT.CFG $tree/ATA-PATA.V00 $tree/.DISCINFO | cmp - out
	iso-cat $img noext >out
	[ ! -s out ]
'

t 'lists size, time and name of every file' '
	iso-cat $img >out
	[ "$(sed -n 1p out)" = "          4  2022-01-21 12:00:00  /.DISCINFO" ]
	awk "{ print \$4 }" out | sort >names
	printf "%s\n" /.DISCINFO /ATA-PATA.V00 /B.B00 /BOOT.CAT /BOOT.CFG /EFI/ \
		/EFI/BOOT/ /EFI/BOOT/BOOT.CFG /EFIBOOT.IMG /ISOLINUX.BIN \
		/MYLONGCUSTOMDRIVER.TGZ /NOEXT /S.V00 | sort | cmp - names
	iso-cat -t $img | cmp - out
'

t '-t with a path lists it and what lies in it' '
	iso-cat -t $img /efi s.v00 | awk "{ print \$4 }" >out
	printf "/EFI/\n/S.V00\n/EFI/BOOT/\n/EFI/BOOT/BOOT.CFG\n" | cmp - out
	iso-cat -t $img / | cmp - "$(iso-cat $img >all; echo all)"
'

t '-v shows boot entries, blocks and recorded names' '
	iso-cat -v $img >out
	grep -q "^volume       ESXI-FIXTURE$" out
	grep -q "^boot         BIOS, 4 sectors at block [0-9]*, /ISOLINUX.BIN$" out
	grep -q "^boot         UEFI, 16 sectors at block [0-9]*, /EFIBOOT.IMG$" out
	grep -q "^boot table   right$" out
	grep -q " /NOEXT  \[NOEXT.;1\]$" out
	dd if=$img bs=1 skip=$(offset $img S.V00) count=10 status=none >a
	head -c 10 $tree/S.V00 | cmp - a
'

t '--json is JSON with the same facts' '
	iso-cat --json $img >out
	if command -v python3 >/dev/null; then
		python3 - out <<-"EOF"
		import json, sys
		d = json.load(open(sys.argv[1]))
		assert d["volume"]["id"] == "ESXI-FIXTURE"
		assert [b["platform"] for b in d["boot"]] == ["BIOS", "UEFI"]
		assert d["boot"][0]["table_problem"] is None
		f = {x["path"]: x for x in d["files"]}
		assert f["/S.V00"]["size"] == 108894, f["/S.V00"]
		assert f["/NOEXT"]["recorded_name"] == "NOEXT.;1"
		assert f["/EFI"]["type"] == "directory"
		assert f["/S.V00"]["mtime"] == 1642766400
		EOF
	fi
	grep -q "\"path\": \"/ATA-PATA.V00\"" out
'

t 'isoinfo agrees on the names, where it is there' '
	command -v isoinfo >/dev/null || exit 0
	isoinfo -f -i $img | sed "s/;1\$//; s/\\.\$//" | sort >want
	iso-cat $img | awk "{ print \$4 }" | sed "s|/\$||" | sort | cmp - want
'

t 'plain names are read where Rock Ridge and Joliet have others' '
	mkdir d
	echo x >d/mylongcustomdriver.tgz
	xorriso -no_rc -as mkisofs -quiet -o rr.iso -R -J -V RR d 2>/dev/null
	[ "$(iso-cat rr.iso MYLONGCU.TGZ)" = x ]
	status 1 iso-cat rr.iso mylongcustomdriver.tgz
	iso-cat -v rr.iso | grep -q "also there   Rock Ridge, Joliet"
	iso-cat -v rr.iso | grep -q "^boot         none$"
'

t '-o writes in one step, and nothing when a path is missing' '
	iso-cat -o out $img s.v00
	cmp out $tree/S.V00
	status 1 iso-cat -o out $img boot.cfg nope 2>msg
	cmp out $tree/S.V00
	grep -qx "iso-cat: .*good.iso.* has no .nope." msg
	[ "$(wc -l <msg)" -eq 1 ]
	status 1 iso-cat -o out $img /efi
	cmp out $tree/S.V00
	[ "$(ls -A)" = "msg
out" ]
'

t 'two of three paths there: nothing is printed' '
	status 1 iso-cat $img boot.cfg s.v00 nope >out
	[ ! -s out ]
'

t 'wrong usage' '
	status 2 iso-cat
	status 2 iso-cat -
	status 2 iso-cat --nope $img
	status 2 iso-cat -t -o x $img
	status 2 iso-cat -f $img
	status 3 iso-cat no-such.iso
	status 3 iso-cat $img s.v00 >/dev/full
	iso-cat -h | grep -q "^usage: iso-cat"
	iso-cat -V | grep -q "^iso-cat "
	cp $img ./-x.iso
	iso-cat -- -x.iso boot.cfg | cmp - $tree/BOOT.CFG
'

t 'what is no ISO image' '
	: >empty
	head -c 40000 /dev/zero >zero
	for f in empty zero /etc/passwd; do
		status 1 iso-cat $f 2>msg
		grep -q "is not an ISO image" msg
		[ "$(wc -l <msg)" -eq 1 ]
	done
	mkdir dir
	status 3 iso-cat dir || status 1 iso-cat dir
'

t 'cut off anywhere' '
	size=$(stat -c %s $img)
	for n in 1 32768 32769 34000 40000 60000 100000 $((size - 1)); do
		head -c $n $img >cut.iso
		status 1 iso-cat cut.iso 2>msg
		grep -q "cut.iso" msg
		[ "$(wc -l <msg)" -eq 1 ]
	done
'

t 'a directory that contains itself, or lies outside' '
	root=$(($(dd if=$img bs=1 skip=$((32768 + 158)) count=4 status=none |
		od -An -tu4) * 2048))
	# the record of EFI: its extent becomes the root
	at=$(grep -abo "EFI" $img | awk -F: -v r=$root "\$1 > r { print \$1; exit }")
	rec=$((at - 33))
	cp $img loop.iso
	dd if=$img of=loop.iso bs=1 skip=$((32768 + 158)) seek=$((rec + 2)) \
		count=8 conv=notrunc status=none
	status 1 iso-cat loop.iso 2>msg
	grep -q "a loop" msg
	cp $img far.iso
	patch far.iso $((rec + 2)) 377 377 377 177 177 377 377 377
	status 1 iso-cat far.iso 2>msg
	grep -q "beyond the end" msg
	cp $img differ.iso
	patch differ.iso $((rec + 2)) 377
	status 1 iso-cat differ.iso 2>msg
	grep -q "byte orders" msg
'

t 'two entries of one name; a name with a slash' '
	at=$(grep -abo "ATA-PATA.V00;1" $img | head -1 | cut -d: -f1)
	cp $img slash.iso
	patch slash.iso $((at + 3)) 057
	status 1 iso-cat slash.iso 2>msg
	grep -q "slash" msg
	printf one >a; mkdir two; cp a two/S.V00; cp a two/S.V01
	sh $TOP/tests/fixture/mkshape.sh dup.iso two
	at=$(grep -abo "S.V01;1" dup.iso | head -1 | cut -d: -f1)
	patch dup.iso $((at + 4)) 060
	status 1 iso-cat dup.iso 2>msg
	grep -q "two entries ./S.V00." msg
'

t 'one byte flipped anywhere in descriptors and directories: 0 or 1, one line' '
	at=32768
	end=$(offset $img boot.cat)
	while [ $at -lt $((end + 128)) ]; do
		cp $img flip.iso
		old=$(od -An -tu1 -j$at -N1 $img)
		patch flip.iso $at "$(printf "%o" $((old ^ 0xa5)))"
		rc=0
		iso-cat -v flip.iso >out 2>msg || rc=$?
		case $rc in
		0) [ ! -s msg ] ;;
		1) [ "$(wc -l <msg)" -eq 1 ]; grep -q "flip.iso" msg ;;
		*) echo "offset $at: status $rc"; cat msg; exit 1 ;;
		esac
		# prime, so that every field is met; denser where there is data
		at=$((at + 31))
		[ "$old" -ne 0 ] || at=$((at + 190))
	done
'

t 'a damaged boot catalog is told with -v, the files are shown' '
	cp $img bad.iso
	patch bad.iso $(($(offset $img boot.cat) + 5)) 001
	iso-cat bad.iso boot.cfg | cmp - $tree/BOOT.CFG
	iso-cat bad.iso >/dev/null
	status 1 iso-cat -v bad.iso >out 2>msg
	grep -q "wrong checksum" msg
	grep -q "/BOOT.CFG" out
	status 1 iso-cat --json bad.iso >out
	grep -q "/BOOT.CFG" out
'

t 'a wrong boot information table is told' '
	TABLE=no sh $TOP/tests/fixture/mkshape.sh no.iso $tree
	iso-cat -v no.iso >out
	grep -q "^boot table   the volume descriptor is not at block 16$" out
'

t 'a name cannot drive a terminal' '
	status 3 iso-cat "$(printf "a\033[2Jb")" 2>msg
	status 1 grep -q "$(printf "\033")" msg
'

t 'the examples of the page' '
	cp $img in.iso
	man_examples iso-cat
'

t 'text on a terminal cannot drive it, whatever pieces it comes in' '
	command -v script >/dev/null || { echo "no script(1)"; exit 0; }
	cp -r $tree tree
	awk "BEGIN { printf \"x\"; for (i = 0; i < 90000; i++) printf \"\303\244\342\202\254\" }" >tree/GOOD.TXT
	{ cat tree/GOOD.TXT; printf "\033[2J\302\2331m\342\200\256\303"; } >tree/EVIL.TXT
	{ cat tree/GOOD.TXT; printf "?[2J?1m??"; } >want
	sh "$TOP/tests/fixture/mkshape.sh" x.iso tree
	script -qec "iso-cat x.iso /EVIL.TXT" /dev/null </dev/null >out
	cmp want out
	script -qec "iso-cat -f x.iso /EVIL.TXT" /dev/null </dev/null | cmp - tree/EVIL.TXT
	iso-cat x.iso /EVIL.TXT | cmp - tree/EVIL.TXT
'

done_testing
