#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# rebuild.sh - an image rebuilt by iso-rebuild boots on both firmwares and loads
#              what was put on it, whoever made the input
# shellcheck disable=SC2016 # the bodies are expanded by t
. "$TOP/tests/boot/lib.sh"

shared=$top/shared
mkdir "$shared"
export shared
seq 1 50000 | gzip -9n >"$shared/added.v00"

# rebuilt IN OUT - a module more and another kernel option, on both firmwares
rebuilt() {
	iso-cat "$1" /BOOT.CFG >old.cfg
	bootcfg-edit -o new.cfg --add-module /net-added-by-test.v00 \
		--add-opt ks=cdrom:/KS.CFG old.cfg
	echo vmaccepteula >ks.cfg
	iso-rebuild -q -o mid.iso --add /boot.cfg=new.cfg \
		--add /efi/boot/boot.cfg=new.cfg --add /ks.cfg=ks.cfg \
		--add /net-added-by-test.v00="$shared/added.v00" "$1"
	# Debian's loaders read menus: made of what lies on the finished disc
	sh "$fixture/newmenu.sh" mid.iso "$2"
}

for maker in xorriso genisoimage; do
	MAKER=$maker sh "$fixture/mkimage.sh" --shape 5.0 --boot \
		"$shared/$maker.iso" || exit 99
	mkdir "$shared/$maker"
	(cd "$shared/$maker" && rebuilt "../$maker.iso" new.iso) || exit 99
done

for maker in xorriso genisoimage; do for fw in bios uefi; do
	export maker fw
	t "made by $maker: the rebuilt image boots with $fw" '
		boots $shared/$maker/new.iso $fw list
		sum=$(seq 1 50000 | sha256sum | cut -d" " -f1)
		n=$(seq 1 50000 | wc -c)
		grep -q "^module	[0-9]*	$n	$sum	/net-added-by-test.v00$" list
		grep -q "^kernel	.* ks=cdrom:/KS.CFG$" list
	'
done; done

# ISOLINUX.BIN moved, so that a table that was kept would hang (the trap of
# "-boot_image any keep"); what came before it grew.
t 'ISOLINUX.BIN may move: the table follows' '
	iso-cat -v $shared/genisoimage.iso /isolinux.bin | grep "\[" >a
	iso-cat -v $shared/genisoimage/new.iso /isolinux.bin | grep "\[" >b
	status 1 cmp -s a b
	iso-cat -v $shared/genisoimage/new.iso | grep -q "^boot table   right$"
'

done_testing
