#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # t expands the bodies and runs them
. "${0%/*}/lib.sh"

needs xorriso mformat

# the image all cases begin with
img=$top/good.iso
tree=$top/tree
mkdir -p "$tree/EFI/BOOT" "$tree/UPGRADE"
for m in B.B00 K.B00 NET-E100.V00 IMGDB.TGZ MYLONGCUSTOMDRIVER.TGZ \
	MYLONGCUSTOMDRILL.TGZ; do
	echo "$m" | gzip -9n >"$tree/$m"
done
seq 1 30000 | gzip -9n >"$tree/S.V00"
: >"$tree/EMPTY"
echo dot >"$tree/.DISCINFO"
echo menu >"$tree/ISOLINUX.CFG"
echo mboot >"$tree/MBOOT.C32"
echo zip >"$tree/UPGRADE/METADATA.ZIP"
echo loader >"$tree/EFI/BOOT/BOOTX64.EFI"
cat >"$tree/BOOT.CFG" <<-END
	bootstate=0
	title=Loading ESXi installer
	kernel=/b.b00
	kernelopt=cdromBoot runweasel ks=cdrom:/KS.CFG
	modules=/k.b00 --- /s.v00 --- /net-e100.v00 --- /imgdb.tgz
	build=
	updated=0
END
cp "$tree/BOOT.CFG" "$tree/EFI/BOOT/BOOT.CFG"
mk() {
	sh "$TOP/tests/fixture/mkshape.sh" "$@"
}
mk "$img" "$tree" || exit 99
part=@@1048576
export img tree part

# cat_file IMAGE PATH - a file of the stick
cat_file() {
	mtype -i "$1$part" "::$2"
}

# rejected N TEXT COMMAND... - status N, one line with TEXT, x.img as it was
rejected() {
	want=$1
	text=$2
	shift 2
	echo old >x.img
	: >msg
	: >names
	find . -mindepth 1 -maxdepth 1 | sort >names
	status "$want" "$@" >out 2>msg
	cat msg
	[ ! -s out ]
	[ "$(wc -l <msg)" -eq 1 ]
	grep -q -e "$text" msg
	[ "$(cat x.img)" = old ]
	rm out
	find . -mindepth 1 -maxdepth 1 | sort | diff names -
}

t 'all files are on it, with their bytes and times; boot.cfg is edited' '
	esxi-usb -q -o x.img $img
	mkdir out
	mcopy -snmi x.img$part ::/ out
	iso-cat $img | grep -v "/\$" | while read -r size day time path; do
		case $path in */BOOT.CFG) continue ;; esac
		iso-cat $img "$path" | cmp - "out$path"
		[ "$(date -u -r "out$path" +"%F %T")" = "$day $time" ]
		[ "$(stat -c %s "out$path")" = "$size" ]
	done
	cmp out/SYSLINUX.CFG out/ISOLINUX.CFG
	sed "s/cdromBoot //; s/ks=cdrom/ks=usb/" $tree/BOOT.CFG | cmp - out/BOOT.CFG
	cmp out/BOOT.CFG out/EFI/BOOT/BOOT.CFG
	# no more than that
	[ "$(find out -type f | wc -l)" -eq "$(($(iso-cat $img | grep -vc "/\$") + 1))" ]
'

t 'the partition: MBR, active, FAT32, as the other programs see it' '
	esxi-usb -q -o x.img $img
	[ "$(od -An -tx1 -j446 -N8 x.img)" = " 80 20 21 00 0c 55 11 04" ]
	[ "$(od -An -tx1 -j462 -N50 -v x.img | tr -d " \n0")" = 55aa ]
	first=$(od -An -tu4 -j454 -N4 x.img)
	count=$(od -An -tu4 -j458 -N4 x.img)
	[ "$first" -eq 2048 ]
	[ "$(stat -c %s x.img)" -eq $(((first + count) * 512)) ]
	if command -v fsck.vfat >/dev/null; then
		dd if=x.img of=p.img bs=1M skip=1 conv=sparse status=none
		fsck.vfat -nv p.img >fsck
		grep -q "^ *32 reserved sectors" fsck
		grep -q "2 FATs, 32 bit entries" fsck
		grep -q "2048 hidden sectors" fsck
	fi
	minfo -i x.img$part :: | grep -q "^disk label=\"ESXI"
'

t 'twice the same bytes, whatever the time, the zone, the user and TMPDIR' '
	esxi-usb -q -o a.img $img
	sleep 2.1
	mkdir tmp
	(umask 077; TZ=Asia/Tokyo LC_ALL=C.UTF-8 TMPDIR=$PWD/tmp HOME=$PWD \
		esxi-usb -q -o b.img $img)
	cmp a.img b.img
	# a start-up file of mtools is not read
	echo "mtools_name_numeric_tail=0" >.mtoolsrc
	HOME=$PWD MTOOLSRC=$PWD/.mtoolsrc esxi-usb -q -o c.img $img
	cmp a.img c.img
	esxi-usb -q --mtime 0 -o d.img $img
	status 1 cmp -s a.img d.img
	SOURCE_DATE_EPOCH=1600000000 esxi-usb -q -o e.img $img
	esxi-usb -q --mtime 1600000000 -o f.img $img
	cmp e.img f.img
	mdir -i f.img$part ::/S.V00 | grep -q "2020-09-13  12:26"
'

t '--ks and --add-opt' '
	echo vmaccepteula >ks.cfg
	esxi-usb -q --ks ks.cfg --add-opt "a=1 b" --add-opt a=2 -o x.img $img
	cat_file x.img /KS.CFG | cmp - ks.cfg
	for f in /BOOT.CFG /EFI/BOOT/BOOT.CFG; do
		cat_file x.img $f >cfg
		[ "$(bootcfg-edit --get kernelopt cfg)" = "runweasel ks=usb:/KS.CFG a=2 b" ]
		bootcfg-edit --get modules cfg >m
		bootcfg-edit --get modules $tree/BOOT.CFG | cmp - m
	done
	# one that is there is replaced
	cp -R $tree with
	echo old >with/KS.CFG
	mk with.iso with
	esxi-usb -q -o x.img with.iso
	[ "$(cat_file x.img /KS.CFG)" = old ]
	esxi-usb -q --ks - -o x.img with.iso <ks.cfg
	cat_file x.img /KS.CFG | cmp - ks.cfg
	: >empty
	rejected 1 "is empty" esxi-usb -q --ks empty -o x.img $img
	rejected 3 "cannot open" esxi-usb -q --ks nosuch -o x.img $img
	rejected 3 "cannot" esxi-usb -q --ks . -o x.img $img
	head -c 1100000 /dev/zero >big
	rejected 1 "big" esxi-usb -q --ks big -o x.img $img
'

t 'notes: what was done, what BIOS wants; -q stops them' '
	esxi-usb -o x.img $img 2>msg
	cat msg
	grep -q "ks=cdrom:/KS.CFG becomes ks=usb:/KS.CFG" msg
	grep -q "dd if=x.img of=/dev/sdX" msg
	grep -q "UEFI boots it. BIOS does not: .* syslinux 3.86" msg
	esxi-usb -q -o x.img $img 2>msg
	[ ! -s msg ]
	esxi-usb --progress -o x.img $img 2>msg
	grep -q "writing: 100%" msg
	grep -q "proving: 100%" msg
'

t 'modules whose names are one in 8.3 are told' '
	cp -R $tree tree
	sed -i "s,/imgdb,/mylongcustomdriver.tgz --- /mylongcustomdrill.tgz --- /imgdb," \
		tree/BOOT.CFG tree/EFI/BOOT/BOOT.CFG
	mk long.iso tree
	esxi-usb -o x.img long.iso 2>msg
	cat msg
	grep -q "2 modules such as ./MYLONGCUSTOMDRIVER.TGZ. have no 8.3 name, and ./MYLONGCUSTOMDRILL.TGZ. and ./MYLONGCUSTOMDRIVER.TGZ. are one in 8.3" msg
	cat_file x.img /MYLONGCUSTOMDRILL.TGZ | cmp - tree/MYLONGCUSTOMDRILL.TGZ
'

t 'an unpacked image does as well' '
	cp -R $tree dir
	find dir -exec touch -d "2022-01-21 12:00:00" {} +
	esxi-usb -q -o x.img dir
	cat_file x.img /S.V00 | cmp - $tree/S.V00
	cat_file x.img /EFI/BOOT/BOOT.CFG | grep -q "^kernelopt=runweasel ks=usb:/KS.CFG\$"
'

t 'wrong usage' '
	status 2 esxi-usb
	status 2 esxi-usb $img
	status 2 esxi-usb -o x.img
	status 2 esxi-usb -o - $img
	status 2 esxi-usb -o x.img -
	status 2 esxi-usb -o x.img $img $img
	rejected 2 "mtime" esxi-usb --mtime soon -o x.img $img
	cp $img in.iso
	ln in.iso hard
	rejected 2 "are the same file" esxi-usb -o hard in.iso
	cmp in.iso $img
	rejected 2 "no regular file" esxi-usb -q -o /dev/null $img
	rejected 3 "nosuch.iso" esxi-usb -q -o x.img nosuch.iso
	rejected 3 "nosuch/x" esxi-usb -q -o nosuch/x $img
'

t 'an image without what UEFI wants is refused' '
	cp -R $tree a
	rm a/EFI/BOOT/BOOTX64.EFI
	mk a.iso a
	rejected 1 "has no ./EFI/BOOT/BOOTX64.EFI." esxi-usb -q -o x.img a.iso
	cp -R $tree b
	rm b/EFI/BOOT/BOOT.CFG
	mk b.iso b
	rejected 1 "no ./EFI/BOOT/BOOT.CFG., which UEFI reads" \
		esxi-usb -q -o x.img b.iso
	cp -R $tree c
	rm c/NET-E100.V00
	mk c.iso c
	rejected 1 "module ./net-e100.v00. is not there" \
		esxi-usb -q -o x.img c.iso
	cp -R $tree d
	: >d/NET-E100.V00
	mk d.iso d
	rejected 1 "has 0 bytes" esxi-usb -q -o x.img d.iso
	cp -R $tree e
	echo "timeout=5s" >>e/EFI/BOOT/BOOT.CFG
	mk e.iso e
	rejected 1 "is not a number" esxi-usb -q -o x.img e.iso
	# that of BIOS may be missing, or another; it is told
	cp -R $tree g
	sed "s/cdromBoot runweasel/runweasel cdromBoot/" $tree/BOOT.CFG >g/BOOT.CFG
	mk g.iso g
	esxi-usb -q -o x.img g.iso 2>msg
	grep -q "warning: .*BOOT.CFG.: other kernelopt" msg
	cat_file x.img /BOOT.CFG >cfg
	cat_file x.img /EFI/BOOT/BOOT.CFG | cmp - cfg
	cp -R $tree f
	rm f/BOOT.CFG
	mk f.iso f
	esxi-usb -q -o x.img f.iso 2>msg
	grep -q "warning: .*no ./BOOT.CFG., which BIOS reads" msg
'

t 'a damaged image, and what is none' '
	size=$(stat -c %s $img)
	for n in 1 32769 40000 60000 100000 $((size - 1)); do
		head -c $n $img >cut.iso
		rejected 1 "cut.iso" esxi-usb -q -o x.img cut.iso
	done
	head -c 100000 /dev/zero >zero
	rejected 1 "is not an ISO image" esxi-usb -q -o x.img zero
	# a name that FAT cannot have; xorriso would not write it
	sed "s/NET-E100.V00;1/NET:E100.V00;1/" $img >colon.iso
	sed -i "s,/net-e100.v00,/net:e100.v00,g" colon.iso
	rejected 1 "NET:E100.V00. has a character that FAT cannot hold" \
		esxi-usb -q -o x.img colon.iso
'

t 'without mtools: status 3, and which package it is' '
	mkdir bin
	rejected 3 ".mformat. not found: install it with .apt-get install mtools." \
		env PATH=$PWD/bin $BIN/esxi-usb -q -o x.img $img
'

t 'mtools fails or lies: no image' '
	mkdir bin
	real=$(command -v mcopy)
	# it fails
	printf "#!/bin/sh\necho made up >&2\nexit 1\n" >bin/mcopy
	chmod 755 bin/mcopy
	rejected 3 "mcopy failed with status 1: made up" \
		env PATH=$PWD/bin:$PATH esxi-usb -q -o x.img $img
	# it does nothing, and is content
	printf "#!/bin/sh\ncat >/dev/null\n" >bin/mcopy
	rejected 1 "was not made as it should be: more files or fewer" \
		env PATH=$PWD/bin:$PATH esxi-usb -q -o x.img $img
	# it loses the end
	printf "#!/bin/sh\nhead -c 100 | $real \"\$@\"\n" >bin/mcopy
	rejected 1 "is not there, or not the same" \
		env PATH=$PWD/bin:$PATH esxi-usb -q -o x.img $img
	# it changes a byte
	printf "#!/bin/sh\ntr z y | $real \"\$@\"\n" >bin/mcopy
	rejected 1 "is not there, or not the same" \
		env PATH=$PWD/bin:$PATH esxi-usb -q -o x.img $img
	# it takes the time of day
	printf "#!/bin/sh\nunset SOURCE_DATE_EPOCH\nexec $real \"\$@\"\n" >bin/mcopy
	rejected 1 "is not there, or not the same" \
		env PATH=$PWD/bin:$PATH esxi-usb -q -o x.img $img
'

t 'a full disk: status 3, the old file stays, nothing is left' '
	mkdir full
	mount -t tmpfs -o size=64k none full 2>/dev/null || {
		echo "no tmpfs"
		exit 0
	}
	bad=0
	echo old >full/x.img
	status 3 esxi-usb -q -o full/x.img $img 2>msg || bad=1
	grep -q "x.img.*No space left on device" msg || bad=1
	[ "$(cat full/x.img)" = old ] || bad=1
	[ "$(ls -A full)" = x.img ] || bad=1
	cat msg
	umount full
	[ $bad = 0 ]
'

t 'the examples of the page' '
	cp $img in.iso
	echo vmaccepteula >ks.cfg
	man_examples esxi-usb
	cat_file stick.img /BOOT.CFG | grep -q "gdbPort=none logPort=none tty2Port=com1"
'

done_testing
