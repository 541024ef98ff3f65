#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # t expands the bodies and runs them
. "${0%/*}/lib.sh"

needs xorriso

# the image all cases begin with
img=$top/good.iso
tree=$top/tree
mkdir -p "$tree/EFI/BOOT" "$tree/UPGRADE"
for m in B.B00 K.B00 NET-E100.V00 IMGDB.TGZ; do
	echo "$m" | gzip -9n >"$tree/$m"
done
seq 1 30000 | gzip -9n >"$tree/S.V00"
echo dot >"$tree/.DISCINFO"
echo mboot >"$tree/MBOOT.C32"
echo zip >"$tree/UPGRADE/METADATA.ZIP"
echo loader >"$tree/EFI/BOOT/BOOTX64.EFI"
echo crypto >"$tree/EFI/BOOT/CRYPTO64.EFI"
cat >"$tree/BOOT.CFG" <<-END
	bootstate=0
	title=Loading ESXi installer
	timeout=5
	prefix=
	kernel=/b.b00
	kernelopt=cdromBoot runweasel ks=http://h/a//KS.cfg
	modules=/k.b00 --- /s.v00 path=/x/Y --- /net-e100.v00 --- /imgdb.tgz
	build=
	updated=0
END
cp "$tree/BOOT.CFG" "$tree/EFI/BOOT/BOOT.CFG"
mk() {
	sh "$TOP/tests/fixture/mkshape.sh" "$@"
}
mk "$img" "$tree" || exit 99
export img tree

# rejected N TEXT COMMAND... - status N, one line with TEXT, and no file more
rejected() {
	want=$1
	text=$2
	shift 2
	: >msg
	: >names
	find . -mindepth 1 | sort >names
	status "$want" "$@" >../out 2>msg
	cat msg
	[ ! -s ../out ]
	[ "$(wc -l <msg)" -eq 1 ]
	grep -q -e "$text" msg
	find . -mindepth 1 | sort | diff names -
}

t 'the tree: lower case, all files, their bytes and times' '
	esxi-pxe -q -C out --prefix esxi67 $img
	[ -z "$(find out -name "*[A-Z]*")" ]
	iso-cat $img | grep -v "/\$" | while read -r size day time path; do
		low=out$(printf %s "$path" | tr "[:upper:]" "[:lower:]")
		[ "$(date -u -r "$low" +"%F %T")" = "$day $time" ]
		case $path in */BOOT.CFG) continue ;; esac
		iso-cat $img "$path" | cmp - "$low"
	done
	cmp out/mboot.efi $tree/EFI/BOOT/BOOTX64.EFI
	cmp out/crypto64.efi $tree/EFI/BOOT/CRYPTO64.EFI
	[ "$(find out -type f | wc -l)" -eq "$(($(iso-cat $img | grep -vc "/\$") + 2))" ]
	[ -z "$(find out -type f ! -perm 644)" ]
'

t 'boot.cfg: slashes go in kernel= and modules= only' '
	esxi-pxe -q -C out --prefix esxi67 --add-opt "a=1 b" $img
	cat >want <<-"EOF"
	bootstate=0
	title=Loading ESXi installer
	timeout=5
	prefix=esxi67
	kernel=b.b00
	kernelopt=runweasel ks=http://h/a//KS.cfg a=1 b
	modules=k.b00 --- s.v00 path=/x/Y --- net-e100.v00 --- imgdb.tgz
	build=
	updated=0
	EOF
	diff want out/boot.cfg
	diff want out/efi/boot/boot.cfg
	esxi-pxe -q -C url --prefix http://10.0.0.1/esxi/67 --ks nfs://h/ks.cfg $img
	grep -qx "prefix=http://10.0.0.1/esxi/67" url/boot.cfg
	grep -qx "kernelopt=runweasel ks=nfs://h/ks.cfg" url/boot.cfg
'

t 'the checker of boot.cfg finds nothing, with and without a prefix' '
	mkdir srv
	esxi-pxe -q -C srv/esxi67 --prefix esxi67 $img
	esxi-pxe -q -C srv/www --prefix http://h/www $img
	for f in esxi67/boot.cfg esxi67/efi/boot/boot.cfg www/boot.cfg; do
		bootcfg-edit --check --for net -C srv srv/$f >found
		[ ! -s found ]
	done
	esxi-pxe -q -C top $img
	bootcfg-edit --check --for net -C top top/boot.cfg >found
	[ ! -s found ]
	# where it could load nothing there is none
	[ ! -e top/efi/boot/boot.cfg ]
	[ -e top/efi/boot/bootx64.efi ]
'

t 'names in upper case in boot.cfg, a prefix of its own' '
	cp -R $tree tree
	mkdir tree/MODS
	mv tree/S.V00 tree/MODS
	sed -i "s,^kernel=.*,kernel=/B.B00,; s,/s.v00,/mods//S.V00," \
		tree/BOOT.CFG tree/EFI/BOOT/BOOT.CFG
	mk x.iso tree
	esxi-pxe -q -C a x.iso
	grep -qx "kernel=b.b00" a/boot.cfg
	grep -qx "modules=k.b00 --- mods/s.v00 path=/x/Y --- net-e100.v00 --- imgdb.tgz" a/boot.cfg
	bootcfg-edit --check --for net -C a a/boot.cfg
	sed -i "s,^prefix=.*,prefix=/mods," tree/BOOT.CFG tree/EFI/BOOT/BOOT.CFG
	sed -i "s,/mods//S.V00,S.V00," tree/BOOT.CFG tree/EFI/BOOT/BOOT.CFG
	mk y.iso tree
	esxi-pxe -q -C b y.iso
	cmp a/boot.cfg b/boot.cfg
'

t 'snippets for dnsmasq, pxelinux and iPXE; -q stops them' '
	esxi-pxe -C srv --prefix esxi67 $img >out 2>msg
	[ ! -s msg ]
	grep -qx "dhcp-boot=tag:efi64,esxi67/mboot.efi" out
	grep -qx "  KERNEL esxi67/mboot.c32" out
	grep -qx "  APPEND -c esxi67/boot.cfg" out
	grep -qx "#!ipxe" out
	grep -qx "set base http://SERVER/esxi67" out
	if command -v dnsmasq >/dev/null; then
		sed -n "/^# dnsmasq/,/^\$/p" out >conf
		dnsmasq --test -C conf
	fi
	esxi-pxe -C esxi80 $img >out
	grep -qx "  APPEND -c esxi80/boot.cfg" out
	esxi-pxe -q -C new $img >out
	[ ! -s out ]
	esxi-pxe -v -C verbose $img 2>msg >/dev/null
	grep -qx "esxi-pxe: mboot.efi" msg
	[ "$(wc -l <msg)" -eq "$(find verbose -type f | wc -l)" ]
	status 3 esxi-pxe -C full $img >/dev/full
'

t 'twice the same bytes; --mtime and SOURCE_DATE_EPOCH' '
	esxi-pxe -q -C a $img
	(umask 077; TZ=Asia/Tokyo esxi-pxe -q -C b $img)
	diff -r a b
	(cd a && find . -type f -printf "%p %m %T@\n" | sort) >1
	(cd b && find . -type f -printf "%p %m %T@\n" | sort) | diff 1 -
	esxi-pxe -q -C c --mtime 1600000000 $img
	SOURCE_DATE_EPOCH=1600000000 esxi-pxe -q -C d $img
	for d in c d; do
		[ "$(find $d -type f -printf "%Ts\n" | sort -u)" = 1600000000 ]
	done
'

t 'what is there stays, unless --force' '
	mkdir out
	echo mine >out/s.v00
	rejected 1 "s.v00. is already there; nothing was written" \
		esxi-pxe -q -C out $img
	[ "$(cat out/s.v00)" = mine ]
	esxi-pxe -q --force -C out $img
	cmp out/s.v00 $tree/S.V00
	esxi-pxe -q --force -C out $img
	rm out/s.v00
	mkdir out/s.v00
	rejected 1 "s.v00. is there and is a directory" \
		esxi-pxe -q --force -C out $img
'

t 'it cannot leave its directory' '
	mkdir out canary
	ln -s ../canary out/efi
	rejected 1 "efi" esxi-pxe -q -C out $img
	rejected 1 "efi" esxi-pxe -q --force -C out $img
	ln -s ../canary/file out/s.v00
	rm out/efi
	rejected 1 "s.v00" esxi-pxe -q -C out $img
	esxi-pxe -q --force -C out $img
	[ ! -L out/s.v00 ]
	[ -z "$(ls -A canary)" ]
'

t 'a loader or a boot.cfg that is missing' '
	cp -R $tree a
	rm -r a/EFI
	mk a.iso a
	esxi-pxe -q -C outa a.iso 2>msg
	cat msg
	grep -q "warning: no /EFI/BOOT/BOOTX64.EFI: the tree is of no use to UEFI" msg
	grep -q "warning: .*no ./EFI/BOOT/BOOT.CFG., which UEFI reads" msg
	[ ! -e outa/mboot.efi ]
	rm a/MBOOT.C32
	mk a.iso a
	rejected 1 "has neither ./MBOOT.C32. for BIOS nor" esxi-pxe -q -C new a.iso
	cp -R $tree b
	rm b/BOOT.CFG
	mk b.iso b
	rejected 1 "no ./BOOT.CFG., which BIOS reads" esxi-pxe -q -C new b.iso
	cp -R $tree c
	rm c/NET-E100.V00
	mk c.iso c
	rejected 1 "module ./net-e100.v00. is not there" esxi-pxe -q -C new c.iso
	cp -R $tree d
	echo other >d/MBOOT.EFI
	mk d.iso d
	rejected 1 "has a ./MBOOT.EFI. of its own" esxi-pxe -q -C new d.iso
	cp -R $tree e
	sed -i "s,ks=http.*,ks=cdrom:/KS.CFG," e/BOOT.CFG e/EFI/BOOT/BOOT.CFG
	mk e.iso e
	esxi-pxe -q -C oute e.iso 2>msg
	grep -q "warning: .*ks=cdrom:/KS.CFG stays, and there is no CD: give --ks" msg
'

t 'wrong usage, damaged images' '
	status 2 esxi-pxe
	status 2 esxi-pxe $img
	status 2 esxi-pxe -C out
	status 2 esxi-pxe -C out -
	status 2 esxi-pxe -C out $img $img
	rejected 2 "is not one word" esxi-pxe -q -C out --ks "a b" $img
	rejected 2 "is not one word" esxi-pxe -q -C out --prefix "a b" $img
	rejected 2 "is not one word" esxi-pxe -q -C out --prefix "" $img
	rejected 3 "nosuch/out" esxi-pxe -q -C nosuch/out $img
	rejected 3 "nosuch.iso" esxi-pxe -q -C out nosuch.iso
	size=$(stat -c %s $img)
	for n in 1 32769 40000 60000 100000 $((size - 1)); do
		head -c $n $img >cut.iso
		rejected 1 "cut.iso" esxi-pxe -q -C out cut.iso
	done
	# two names that become one: the image itself is refused
	mkdir dir
	cp -R $tree/. dir
	echo x >dir/s.v00
	rejected 1 "differ in case only" esxi-pxe -q -C out dir
'

t 'the examples of the page' '
	cp $img in.iso
	man_examples esxi-pxe >out
	grep -q "^dhcp-boot=tag:efi64,esxi67/mboot.efi" out
	[ -f tftp/esxi67/mboot.efi ]
'

done_testing
