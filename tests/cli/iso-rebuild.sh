#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317,SC2059 # t expands the bodies and runs them
. "${0%/*}/lib.sh"

needs xorriso

# the image all cases begin with, and what they put on it
img=$top/good.iso
tree=$top/tree
new=$top/new
mkdir -p "$tree/EFI/BOOT" "$tree/UPGRADE" "$new"
for m in B.B00 K.B00 S.V00 NET-E100.V00 NET-E100.V01 IMGDB.TGZ; do
	echo "$m" | gzip -9n >"$tree/$m"
done
gzip -9n </dev/null >"$tree/JUMPSTRT.GZ"
seq 1 30000 | gzip -9n >"$tree/S.V00"
echo dot >"$tree/.DISCINFO"
echo long >"$tree/MYLONGCUSTOMDRIVER.TGZ"
echo zip >"$tree/UPGRADE/METADATA.ZIP"
cat >"$tree/BOOT.CFG" <<-END
	bootstate=0
	title=Loading ESXi installer
	kernel=/b.b00
	kernelopt=runweasel
	modules=/jumpstrt.gz --- /k.b00 --- /s.v00 --- /net-e100.v00 --- /net-e100.v01 --- /imgdb.tgz
	build=
	updated=0
END
cp "$tree/BOOT.CFG" "$tree/EFI/BOOT/BOOT.CFG"
mk() {
	sh "$TOP/tests/fixture/mkshape.sh" "$@"
}
mk "$img" "$tree" || exit 99
sed 's,/imgdb,/net-acme.v00 --- /imgdb,' "$tree/BOOT.CFG" >"$new/boot.cfg"
echo driver | gzip -9n >"$new/net-acme.v00"
export img tree new

# add OUT OPTION... - the usual customisation
add() {
	o=$1
	shift
	iso-rebuild -o "$o" --add /boot.cfg="$new/boot.cfg" \
		--add /efi/boot/boot.cfg="$new/boot.cfg" \
		--add /net-acme.v00="$new/net-acme.v00" "$@" "$img"
}

# rejected TEXT COMMAND... - status 1, one line with TEXT, x.iso as it was
rejected() {
	text=$1
	shift
	echo old >x.iso
	: >out
	: >msg
	: >names
	find . -mindepth 1 -maxdepth 1 | sort >names
	status 1 "$@" >out 2>msg
	[ ! -s out ]
	cat msg
	[ "$(wc -l <msg)" -eq 1 ]
	grep -q -e "$text" msg
	[ "$(cat x.iso)" = old ]
	find . -mindepth 1 -maxdepth 1 | sort | cmp - names
}

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

t 'adds and replaces; all else is as it was' '
	add x.iso 2>msg
	echo "iso-rebuild: ./net-acme.v00. is written as ./NET-ACME.V00." >want
	grep -qxf want msg
	[ "$(wc -l <msg)" -eq 1 ]
	iso-cat x.iso boot.cfg | cmp - $new/boot.cfg
	iso-cat x.iso efi/boot/boot.cfg | cmp - $new/boot.cfg
	iso-cat x.iso NET-ACME.V00 | cmp - $new/net-acme.v00
	for f in .DISCINFO B.B00 S.V00 NET-E100.V01 UPGRADE/METADATA.ZIP \
		MYLONGCUSTOMDRIVER.TGZ; do
		iso-cat x.iso $f | cmp - $tree/$f
	done
	iso-cat x.iso | awk "{ print \$2, \$3, \$4 }" | grep -v NET-ACME >have
	iso-cat $img | awk "{ print \$2, \$3, \$4 }" | cmp - have
	iso-cat -v x.iso | sed "s/at block [0-9]*//" | sed -n "/^boot/p" >have
	iso-cat -v $img | sed "s/at block [0-9]*//" | sed -n "/^boot/p" | cmp - have
	[ "$(ls -A)" = "have
msg
want
x.iso" ]
'

t 'xorriso sees both entries and the table' '
	add x.iso -q
	xorriso -no_rc -indev x.iso -report_el_torito plain 2>/dev/null >out
	grep -q "boot img :   1  BIOS  y   none  0x0000  0x00      4 " out
	grep -q "boot img :   2  UEFI  y   none  0x0000  0x00     16 " out
	grep -q "img opts :   1  boot-info-table" out
	grep -q "cat path : /BOOT.CAT" out
	iso-cat -v x.iso | grep -q "^boot table   right"
	iso-cat --json x.iso | grep -q "\"rock_ridge\": false"
	iso-cat --json x.iso | grep -q "\"preparer_id\": \"\""
'

t 'two runs give the same bytes: clock, umask, locale, user, directory' '
	add a.iso -q
	sleep 1.1
	mkdir far
	cp $new/boot.cfg far/
	cp $new/boot.cfg far/2
	touch -d 2001-01-01 far/boot.cfg
	chmod 600 far/boot.cfg
	(umask 077; LC_ALL=C.UTF-8 TZ=Asia/Tokyo HOME=/nonexistent USER=x iso-rebuild -q \
		-o far/b.iso --add /boot.cfg=far/boot.cfg \
		--add EFI/BOOT/BOOT.CFG=far/2 \
		--add NET-ACME.V00=$new/net-acme.v00 $img)
	cmp a.iso far/b.iso
	(umask 0777; add u.iso -q)
	[ "$(stat -c %a u.iso)" = 0 ]
	chmod 600 u.iso
	cmp a.iso u.iso
	mkdir home
	echo "-volid OTHER" >home/.xorrisorc
	HOME=$PWD/home add c.iso -q
	cmp a.iso c.iso
'

t 'the time of added files: option, SOURCE_DATE_EPOCH, else the volume' '
	add a.iso -q
	iso-cat -t a.iso net-acme.v00 | grep -q "2022-01-21 12:00:00"
	SOURCE_DATE_EPOCH=1000000000 add b.iso -q
	iso-cat -t b.iso net-acme.v00 | grep -q "2001-09-09 01:46:40"
	iso-cat -t b.iso s.v00 | grep -q "2022-01-21 12:00:00"
	SOURCE_DATE_EPOCH=5 add c.iso -q --mtime 1000000000
	cmp b.iso c.iso
	status 2 add x.iso -q --mtime nonsense
	status 2 add x.iso -q --mtime -5
	status 2 add x.iso -q --mtime 99999999999
	SOURCE_DATE_EPOCH=x status 2 add x.iso -q
'

t 'a new directory is made, with the time of what is added' '
	iso-rebuild -q -o x.iso --add custom/deep/my.tgz=$new/net-acme.v00 \
		--mtime 1000000000 $img
	iso-cat -t x.iso | grep -q "2001-09-09 01:46:40  /CUSTOM/$"
	iso-cat -t x.iso | grep -q "2001-09-09 01:46:40  /CUSTOM/DEEP/$"
	iso-cat x.iso custom/DEEP/my.tgz | cmp - $new/net-acme.v00
	iso-cat -t x.iso | grep -q "2022-01-21 12:00:00  /EFI/$"
	sleep 1.1
	iso-rebuild -q -o y.iso --add custom/deep/my.tgz=$new/net-acme.v00 \
		--mtime 1000000000 $img
	cmp x.iso y.iso
'

t 'removes a file; back and forth gives the module list back' '
	add x.iso -q
	iso-rebuild -o y.iso --remove /Net-Acme.v00 --add boot.cfg=$tree/BOOT.CFG \
		--add efi/boot/boot.cfg=$tree/EFI/BOOT/BOOT.CFG x.iso
	iso-cat y.iso | awk "{ print \$4 }" >have
	iso-cat $img | awk "{ print \$4 }" | cmp - have
	iso-cat y.iso boot.cfg | cmp - $tree/BOOT.CFG
'

t '--names: what the table of imgdb-edit says, and nothing else is touched' '
	mkdir d
	cp "$new/net-acme.v00" d
	cp "$new/net-acme.v00" d/net-e100.v00
	cp "$new/boot.cfg" c
	row() { printf "V\tp\t%s\t%s\t%s\n" "$@"; }
	row net-acme.v00 added module >table
	row net-e100.v01 removed module >>table
	row net-e100.v00 removed module >>table
	row net-e100.v00 added module >>table
	row s.v00 kept module >>table
	row x.c32 removed file >>table
	sed -i "s, --- /net-e100.v01,," c
	iso-rebuild -q -o o.iso --names table=d --add /BOOT.CFG=c \
		--add /EFI/BOOT/BOOT.CFG=c "$img"
	iso-cat o.iso /NET-ACME.V00 | cmp - d/net-acme.v00
	iso-cat o.iso /NET-E100.V00 | cmp - d/net-e100.v00
	status 1 iso-cat o.iso /NET-E100.V01
	# what is there and does not go
	for name in .discinfo isolinux.bin s.v00 mylongcustomdriver.tgz; do
		cp "$new/net-acme.v00" d/$name
		row $name added module >table
		rejected "is there already" iso-rebuild -o x.iso --names table=d "$img"
	done
	row ../x added module >table
	rejected "no plain file name" iso-rebuild -o x.iso --names table=d "$img"
	row "$(printf %031d 0)" added module >table
	rejected "longer than 30" iso-rebuild -o x.iso --names table=d "$img"
	row isolinux.bin removed module >table
	rejected "not removed" iso-rebuild -o x.iso --names table=d "$img"
	row b.b00 removed boot >table
	rejected "type boot" iso-rebuild -o x.iso --names table=d "$img"
	echo rubbish >table
	rejected "line 1" iso-rebuild -o x.iso --names table=d "$img"
'

t 'no change is a copy with the same files' '
	iso-rebuild -o x.iso $img
	iso-cat x.iso | cmp - "$(iso-cat $img >want; echo want)"
'

t '--volume-id' '
	iso-rebuild -o x.iso --volume-id esxi-6.7.0-custom $img
	iso-cat -v x.iso | grep -qx "volume       ESXI-6.7.0-CUSTOM"
	status 2 iso-rebuild -o y.iso --volume-id "" $img
	status 2 iso-rebuild -o y.iso --volume-id "a/b" $img
	status 2 iso-rebuild -o y.iso --volume-id \
		123456789012345678901234567890123 $img
	iso-rebuild -o z.iso --volume-id 12345678901234567890123456789012 $img
	[ ! -e y.iso ]
'

t '-C: files of --add are below it, and the report has their names alone' '
	mkdir d
	cp $new/boot.cfg d
	cp $new/boot.cfg abs.cfg
	iso-rebuild -o a.iso -C d --add /boot.cfg=boot.cfg \
		--add "/efi/boot/boot.cfg=$PWD/abs.cfg" --add /net-acme.v00=$new/net-acme.v00 \
		--json "$img" >out
	grep -q "\"file\": \"boot.cfg\"" out
	grep -q "\"file\": \"$PWD/abs.cfg\"" out
	add b.iso -q
	cmp a.iso b.iso
	status 3 iso-rebuild -o c.iso -C d --add /x=nosuch "$img" 2>msg
	grep -q "d/nosuch" msg
'

t '--json tells what was done, with digests' '
	add x.iso -q --remove .discinfo --json >out
	sum=$(sha256sum <$new/boot.cfg | cut -d" " -f1)
	grep -c "\"sha256\": \"$sum\"" out | grep -qx 2
	grep -q "\"action\": \"replaced\"" out
	grep -q "\"action\": \"removed\"" out
	grep -q "\"path\": \"/NET-ACME.V00\"" out
	if command -v python3 >/dev/null; then
		python3 -c "
import json
d = json.load(open(\"out\"))
assert d[\"size\"] == $(stat -c %s x.iso)
assert [c[\"action\"] for c in d[\"changes\"]] == \
	[\"replaced\", \"replaced\", \"added\", \"removed\"]
assert d[\"findings\"] == []
"
	fi
'

t 'names that an image cannot have' '
	f=$new/boot.cfg
	echo old >x.iso
	for p in "a b" "a+b" "X/../Y" "../x" "ABCDEFGHIJKLMNOPQRSTUVWXYZ12345" \
		"x." "1/2/3/4/5/6/7/8" / "$(printf "a\nb")" "é.tgz" "a\\b"; do
		status 2 iso-rebuild -o x.iso --add "$p=$f" $img 2>msg
		[ "$(grep -c "^iso-rebuild: " msg)" -eq 1 ]
	done
	[ "$(cat x.iso)" = old ]
	iso-rebuild -q -o y.iso --add ABCDEFGHIJKLMNOPQRSTUVWXYZ.TGZ=$f \
		--add .hidden-name=$f --add a.b.c=$f $img
	iso-cat y.iso ABCDEFGHIJKLMNOPQRSTUVWXYZ.TGZ | cmp - $f
	iso-cat -t y.iso | grep -q " /.HIDDEN-NAME$"
	iso-cat -t y.iso | grep -q " /A.B.C$"
'

t 'wrong usage' '
	status 2 iso-rebuild
	status 2 iso-rebuild $img
	status 2 iso-rebuild -o x.iso
	status 2 iso-rebuild -o x.iso -
	status 2 iso-rebuild -o - $img
	status 2 iso-rebuild -o x.iso $img $img
	status 2 iso-rebuild -o x.iso --add nothing $img
	status 2 iso-rebuild -o x.iso --add =f $img
	status 2 iso-rebuild -o x.iso --add f= $img
	status 2 iso-rebuild -o x.iso --nope $img
	status 2 iso-rebuild -o /dev/null $img
	status 2 iso-rebuild -o x.iso --add a=$new/boot.cfg --add A=$new/boot.cfg \
		$img
	status 2 iso-rebuild -o x.iso --add a=$new/boot.cfg \
		--add a/b=$new/boot.cfg $img
	status 2 iso-rebuild -o x.iso --remove s.v00 --add s.v00=$new/boot.cfg $img
	status 3 iso-rebuild -o x.iso --add a=nope $img
	status 3 iso-rebuild -o no-dir/x.iso $img
	status 3 iso-rebuild -o x.iso nope.iso
	[ ! -e x.iso ]
'

t 'input and output must be two files' '
	cp $img x.iso
	ln x.iso y.iso
	ln -s x.iso z.iso
	for o in x.iso ./x.iso y.iso z.iso; do
		status 2 iso-rebuild -o $o --add a=$new/boot.cfg x.iso
	done
	cmp $img x.iso
'

t 'what cannot be added or removed' '
	rejected "there is no .nope" iso-rebuild -o x.iso --remove nope $img
	rejected "is a directory" iso-rebuild -o x.iso --remove efi $img
	rejected "is a directory" iso-rebuild -o x.iso --add efi=$new/boot.cfg $img
	rejected "is a file" iso-rebuild -o x.iso --add s.v00/x=$new/boot.cfg $img
	rejected "boot catalog" iso-rebuild -o x.iso \
		--add boot.cat=$new/boot.cfg $img
	for f in isolinux.bin efiboot.img boot.cfg efi/boot/boot.cfg boot.cat; do
		rejected "would not boot without" iso-rebuild -o x.iso \
			--remove $f $img
	done
	mkdir dir
	status 3 iso-rebuild -o x.iso --add a=dir $img ||
		status 1 iso-rebuild -o x.iso --add a=dir $img
	[ "$(cat x.iso)" = old ]
'

t 'a module that boot.cfg names must be there, and have bytes' '
	rejected "module ./k.b00. is not there" iso-rebuild -o x.iso \
		--remove k.b00 $img
	rejected "kernel ./b.b00. is not there" iso-rebuild -o x.iso \
		--remove b.b00 $img
	: >empty
	rejected "0 bytes" iso-rebuild -o x.iso --add k.b00=empty $img
	rejected "net-acme.v00. is not there" iso-rebuild -o x.iso \
		--add boot.cfg=$new/boot.cfg --add efi/boot/boot.cfg=$new/boot.cfg \
		$img
	sed "s,/,,g" $new/boot.cfg >slashless
	rejected "is not there (UEFI)" iso-rebuild -q -o x.iso \
		--add boot.cfg=slashless --add efi/boot/boot.cfg=slashless \
		--add NET-ACME.V00=$new/net-acme.v00 $img
	echo "timeout=5s" | cat - $tree/BOOT.CFG >syntax
	rejected "32 (Syntax)" iso-rebuild -o x.iso --add boot.cfg=syntax \
		--add efi/boot/boot.cfg=syntax $img
'

t 'the boot images: that of UEFI can be replaced, that of BIOS not' '
	yes other | head -c 40000 >boot
	rejected "is what BIOS boots" iso-rebuild -o x.iso --add isolinux.bin=boot $img
	iso-rebuild -q -o x.iso --add efiboot.img=boot $img
	iso-cat x.iso efiboot.img | cmp - boot
	iso-cat -v x.iso >list
	grep "^boot  *BIOS, 4 sectors .* /ISOLINUX.BIN" list
	grep "^boot  *UEFI, 79 sectors .* /EFIBOOT.IMG" list
'

t 'the 250th module, with which the loader hangs' '
	echo more | gzip -9n >more
	set --
	list=
	for i in $(seq 1 244); do
		set -- "$@" --add X$i.V00=more
		list="$list --- /x$i.v00"
	done
	sed "/^modules/s,\$,$list," $tree/BOOT.CFG >cfg244
	sed "s, --- /x244.v00,," cfg244 >cfg243
	iso-rebuild -q -o x.iso "$@" --add boot.cfg=cfg243 --add efi/boot/boot.cfg=cfg243 $img
	rejected "250 modules: with more than 249" iso-rebuild -q -o x.iso "$@" \
		--add boot.cfg=cfg244 --add efi/boot/boot.cfg=cfg244 $img
	# a list that goes on for ever, other files in the other one
	for f in k.b00 s.v00; do
		awk "BEGIN { printf \"kernel=/b.b00\\nmodules=/$f\"
			for (i = 0; i < 200000; i++) printf \" --- /$f\"; print \"\" }" >$f.cfg
	done
	rejected "200001 modules" timeout 60 iso-rebuild -q --force -o x.iso \
		--add boot.cfg=k.b00.cfg --add efi/boot/boot.cfg=s.v00.cfg $img
'

t 'an added module that the loader could not unpack' '
	head -c 20 $tree/S.V00 >cut
	cat $tree/K.B00 $tree/B.B00 >two
	for f in cut two; do
		rejected "cannot be unpacked" iso-rebuild -o x.iso \
			--add k.b00=$f $img
	done
	echo plain >plain
	iso-rebuild -o y.iso --add k.b00=plain $img
'

t 'one boot.cfg changed and the other not' '
	sed s/runweasel/ks=cdrom:\\/KS.CFG/ $tree/BOOT.CFG >ks
	rejected "change both alike" iso-rebuild -o x.iso --add boot.cfg=ks $img
	sed "s, --- /net-e100.v01,," $tree/BOOT.CFG >less
	rejected "change both alike" iso-rebuild -o x.iso --add boot.cfg=less $img
	iso-rebuild --force -o y.iso --add boot.cfg=less $img 2>msg
	grep -q "warning: .*BOOT.CFG" msg
	# they differ already: told, not refused
	iso-rebuild -o z.iso --remove .discinfo y.iso 2>msg
	grep -q "warning: .*BOOT.CFG" msg
'

t 'an image with one boot entry names the firmware that is lost' '
	ENTRIES=bios mk bios.iso $tree
	ENTRIES=uefi mk uefi.iso $tree
	ENTRIES=none mk none.iso $tree
	rejected "no boot entry for UEFI" iso-rebuild -o x.iso bios.iso
	rejected "no boot entry for BIOS" iso-rebuild -o x.iso uefi.iso
	rejected "no boot entry at all" iso-rebuild -o x.iso none.iso
	rejected "no boot entry at all" iso-rebuild --force -o x.iso none.iso
	for f in bios uefi; do
		iso-rebuild --force -o $f.x --add k.b00=$tree/S.V00 $f.iso 2>msg
		grep -q "warning: .*no boot entry for" msg
		iso-cat $f.x k.b00 | cmp - $tree/S.V00
		iso-cat -v $f.x | grep -c "^boot   " | grep -qx 1
	done
'

t 'no boot information table: BIOS is lost' '
	TABLE=no mk no.iso $tree
	rejected "boot information table" iso-rebuild -o x.iso no.iso
	iso-rebuild --force -o y.iso no.iso 2>msg
	grep -q "warning: .*boot information table" msg
	ENTRIES=bios TABLE=no mk neither.iso $tree
	for f in "" --force; do
		rejected "nor can the other firmware boot it" iso-rebuild $f -o x.iso neither.iso
	done
'

t 'no boot.cfg: not an installer image, unless it is added' '
	cp -r $tree t
	rm t/EFI/BOOT/BOOT.CFG
	mk no.iso t
	rejected "no ./EFI/BOOT/BOOT.CFG" iso-rebuild -o x.iso no.iso
	rejected "no ./EFI/BOOT/BOOT.CFG" iso-rebuild --force -o x.iso no.iso
	iso-rebuild -o y.iso --add efi/boot/boot.cfg=$tree/BOOT.CFG no.iso
'

t 'what is no ISO image' '
	: >empty
	head -c 100000 /dev/zero >zero
	for f in empty zero /etc/passwd; do
		rejected "is not an ISO image" iso-rebuild -o x.iso \
			--add a=$new/boot.cfg $f
	done
'

t 'cut off anywhere' '
	size=$(stat -c %s $img)
	for n in 1 32768 40000 60000 $((size - 2048)) $((size - 1)); do
		head -c $n $img >cut.iso
		rejected "cut.iso" iso-rebuild -o x.iso cut.iso
	done
'

t 'damaged: catalog, record, directory' '
	cp $img bad.iso
	patch bad.iso $(($(offset $img boot.cat) + 5)) 001
	rejected "wrong checksum" iso-rebuild -o x.iso bad.iso
	cp $img bad.iso
	patch bad.iso $(($(offset $img boot.cat) + 41)) 177 177 177
	rejected "beyond the end" iso-rebuild -o x.iso bad.iso
	cp $img bad.iso
	patch bad.iso $(($(offset $img isolinux.bin) + 5000)) 001
	rejected "checksum is wrong" iso-rebuild -o x.iso bad.iso
	at=$(grep -abo "K.B00;1" $img | head -1 | cut -d: -f1)
	cp $img bad.iso
	patch bad.iso $((at - 31)) 377
	rejected "byte orders" iso-rebuild -o x.iso bad.iso
	cp $img bad.iso
	patch bad.iso $((at + 1)) 057
	rejected "slash" iso-rebuild -o x.iso bad.iso
'

t 'Rock Ridge and Joliet are left out, and it is told' '
	cp $top/good.iso .
	mkdir t
	for f in ISOLINUX.BIN EFIBOOT.IMG; do iso-cat $img $f >t/$f; done
	cp -r $tree/. t
	xorriso -no_rc -as mkisofs -quiet -R -J -V X -b ISOLINUX.BIN -c BOOT.CAT \
		-no-emul-boot -boot-load-size 4 -boot-info-table \
		-eltorito-alt-boot -e EFIBOOT.IMG -no-emul-boot -o rr.iso t \
		2>/dev/null
	# its plain names are mangled: NET_E100.V00
	rejected "net-e100.v00. is not there" iso-rebuild -o x.iso rr.iso
	sed "s/net-e/net_e/g" $tree/BOOT.CFG >cfg
	iso-rebuild -o y.iso --add boot.cfg=cfg --add efi/boot/boot.cfg=cfg \
		rr.iso 2>msg
	grep -q "Rock Ridge and Joliet names are not kept" msg
	iso-cat -v y.iso | status 1 grep "also there"
	iso-cat y.iso mylongcu.tgz | cmp - $tree/MYLONGCUSTOMDRIVER.TGZ
'

t 'made by genisoimage: names, padding, a catalog without a name' '
	command -v genisoimage >/dev/null || exit 0
	mkdir t
	for f in ISOLINUX.BIN EFIBOOT.IMG; do iso-cat $img $f >t/$f; done
	cp -r $tree/. t
	for hide in "-hide BOOT.CAT" ""; do
		# shellcheck disable=SC2086 # none, or several words
		genisoimage -quiet -l -relaxed-filenames -allow-leading-dots -V X \
			$hide -b ISOLINUX.BIN -c BOOT.CAT -no-emul-boot \
			-boot-load-size 4 -boot-info-table -eltorito-alt-boot \
			-e EFIBOOT.IMG -no-emul-boot -o g.iso t
		iso-rebuild -q -o x.iso --add boot.cfg=$new/boot.cfg \
			--add efi/boot/boot.cfg=$new/boot.cfg \
			--add net-acme.v00=$new/net-acme.v00 g.iso
		iso-cat x.iso | awk "{ print \$4 }" | grep -v ACME >have
		iso-cat g.iso | awk "{ print \$4 }" | cmp - have
		iso-cat -v x.iso | grep -q "^boot table   right"
	done
'

t 'names of images that others made stay too: case, version, dots' '
	command -v genisoimage >/dev/null || exit 0
	mkdir t
	iso-cat $img ISOLINUX.BIN >t/isolinux.bin
	iso-cat $img EFIBOOT.IMG >t/efiboot.img
	cp -r $tree/. t
	mkdir t/Dir.ext t/DEEPER
	echo x >t/Dir.ext/noext
	echo y >t/DEEPER/Mixed-Case.A.B
	for o in "-l -allow-lowercase" "-iso-level 4" "-l -omit-version-number" \
		"-l -allow-lowercase -omit-version-number -allow-multidot"; do
		# "NOEXT." and no version: xorriso has no such names
		case $o in *omit*) rm -f t/Dir.ext/noext ;; esac
		# shellcheck disable=SC2086 # none, or several words
		genisoimage -quiet $o -relaxed-filenames -allow-leading-dots -V X \
			-b isolinux.bin -c boot.cat -no-emul-boot \
			-boot-load-size 4 -boot-info-table -eltorito-alt-boot \
			-e efiboot.img -no-emul-boot -o g.iso t 2>/dev/null
		iso-rebuild -q -o x.iso --add custom.tgz=$new/net-acme.v00 g.iso
		iso-cat -v x.iso | sed -n "s/.*  \//\//p" | grep -v "/CUSTOM.TGZ" >have
		iso-cat -v g.iso | sed -n "s/.*  \//\//p" | grep "\[" | cmp - have
	done
'

t 'odd file names outside the image' '
	mkdir -- "-d e"
	cp $new/boot.cfg "./-d e/--"
	cp $new/boot.cfg "=x=*?[a]"
	ln -s "=x=*?[a]" link
	cp $img "./-in *.iso"
	iso-rebuild -q -o "-o.iso" --add a="-d e/--" --add b="=x=*?[a]" \
		--add c=link -- "-in *.iso"
	for f in A B C; do iso-cat ./-o.iso $f | cmp - $new/boot.cfg; done
'

t 'xorriso missing: status 3, and how to install it' '
	mkdir bin
	ln -s "$BIN/iso-rebuild" bin/
	echo old >x.iso
	PATH=$PWD/bin status 3 "$BIN/iso-rebuild" -o x.iso $img 2>msg
	grep -q "xorriso" msg
	grep -q "apt-get install xorriso\|install" msg
	[ "$(cat x.iso)" = old ]
	[ "$(ls -A)" = "bin
msg
x.iso" ]
'

t 'any status but 0 of xorriso is a failure' '
	mkdir bin
	real=$(command -v xorriso)
	echo old >x.iso
	for rc in 32 5 1; do
		printf "#!/bin/sh\n%s \"\$@\"\nexit %s\n" "$real" $rc >bin/xorriso
		chmod 755 bin/xorriso
		PATH=$PWD/bin:$PATH status 3 iso-rebuild -o x.iso $img 2>msg
		grep -q "status $rc" msg
		[ "$(cat x.iso)" = old ]
	done
	printf "#!/bin/sh\nkill -9 \$\$\n" >bin/xorriso
	PATH=$PWD/bin:$PATH status 3 iso-rebuild -o x.iso $img
	[ "$(cat x.iso)" = old ]
'

t 'a xorriso that does not do what it should is caught' '
	mkdir bin
	real=$(command -v xorriso)
	# lie NAME SED - xorriso with other arguments
	lie() {
		printf "#!/bin/bash\na=()\nfor w; do %s; a+=(\"\$w\"); done\nexec %s \"\${a[@]}\"\n" \
			"$1" "$real" >bin/xorriso
		chmod 755 bin/xorriso
	}
	command -v bash >/dev/null || exit 0
	old=$PATH
	PATH=$PWD/bin:$PATH
	lie "[ \$w = no_emul_toc:7bit_ascii ] && w=no_emul_toc"
	rejected "proof failed: ./NET-E100.V00" iso-rebuild -o x.iso $img
	lie "[ \$w = no_emul_toc:7bit_ascii ] && w=7bit_ascii"
	rejected "proof failed: boot information table" iso-rebuild -o x.iso $img
	lie "[ \$w = replay ] && w=discard"
	rejected "no boot entry is left" iso-rebuild -o x.iso $img
	lie "[ \$w = /NET-ACME.V00 ] && w=/NET-ACME.V0"
	rejected "proof failed" add x.iso -q
	lie "[ \$w = -preparer_id ] && w=-publisher"
	rejected "preparer id is" iso-rebuild -o x.iso $img
	lie "[ \$w = =1642766400 ] && w==1642766401"
	rejected "another time" add x.iso -q
	lie "[ \$w = $new/net-acme.v00 ] && w=$new/boot.cfg"
	rejected "other bytes" add x.iso -q
	# a file that the sandbox lets xorriso read
	lie "[ \$w = $new/boot.cfg ] && w=/etc/passwd"
	rejected "other bytes" add x.iso -q
	lie "[ \$w = -commit ] && a+=(-rm /S.V00 --)"
	rejected "proof failed: ./S.V00. is lost" iso-rebuild -o x.iso $img
	lie "[ \$w = -commit ] && a+=(-map /etc/passwd /PASSWD)"
	rejected "was not asked for" iso-rebuild -o x.iso $img
	lie "[ \$w = -commit ] && a+=(-map /etc/passwd /S.V00)"
	rejected "proof failed: .*/S.V00" iso-rebuild -o x.iso $img
	lie "[ \$w = -commit ] && a+=(-volid OTHER)"
	rejected "volume id" iso-rebuild -o x.iso $img
	lie "[ \$w = -rockridge ] && a+=(-joliet on)"
	rejected "Joliet was added" iso-rebuild -o x.iso $img
	PATH=$old
	iso-rebuild -o y.iso $img
'

t 'disk full: status 3, the old file stays, nothing is left' '
	mkdir full
	mount -t tmpfs -o size=64k none full 2>/dev/null || {
		echo "# SKIP no right to mount"
		exit 0
	}
	bad=0
	echo old >full/x.iso
	status 3 iso-rebuild -o full/x.iso $img 2>msg || bad=1
	[ "$(ls -A full)" = x.iso ] && [ "$(cat full/x.iso)" = old ] || bad=1
	umount full
	cat msg
	grep -q "No space left on device" msg
	[ $bad -eq 0 ]
'

t 'a limit on the size of files: status 3' '
	echo old >x.iso
	(ulimit -f 32; status 3 iso-rebuild -o x.iso $img) 2>msg
	[ "$(cat x.iso)" = old ]
	[ "$(ls -A)" = "msg
x.iso" ]
'

t 'killed in the middle: nothing is left' '
	mkdir bin
	printf "#!/bin/sh\nkill -9 \$PPID\nsleep 1\n" >bin/xorriso
	chmod 755 bin/xorriso
	echo old >x.iso
	PATH=$PWD/bin:$PATH status 137 iso-rebuild -o x.iso $img
	[ "$(ls -A)" = "bin
x.iso" ]
	[ "$(cat x.iso)" = old ]
'

t 'progress when asked for, none otherwise, none with -q' '
	iso-rebuild --progress -o x.iso $img 2>msg
	grep -q "proving" msg
	iso-rebuild -o y.iso $img 2>msg
	[ ! -s msg ]
'

t 'memory does not grow with the image' '
	[ -x /usr/bin/time ] || { echo "# SKIP no time(1)"; exit 0; }
	cp -r $tree t
	head -c 150M /dev/zero >t/ZERO.BIN
	mk big.iso t
	/usr/bin/time -f %M -o kib iso-rebuild -q -o x.iso \
		--add k.b00=$tree/S.V00 big.iso
	[ "$(tail -1 kib)" -lt 65536 ]
'

t 'the examples of the page' '
	cp $img in.iso
	cp $new/net-acme.v00 s.v00
	cp $new/boot.cfg boot.cfg
	man_examples iso-rebuild
'

done_testing
