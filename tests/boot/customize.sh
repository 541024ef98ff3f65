#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# customize.sh - original and customised images boot on both firmwares, and their
#                lists differ by what was added
# shellcheck disable=SC2016 # the bodies are expanded by t
. "$TOP/tests/boot/lib.sh"

shared=$top/shared
mkdir "$shared"
export shared
mkdriver -o "$shared/driver.tgz" || exit 99
sh "$fixture/mkimage.sh" --shape 5.0 --boot "$shared/in.iso" || exit 99
esxi-customize -q --add "$shared/driver.tgz" -o "$shared/custom.iso" \
	"$shared/in.iso" || exit 99
sh "$fixture/newmenu.sh" "$shared/custom.iso" "$shared/new.iso" || exit 99

# added OLD NEW - one module more, and another sum of imgdb.tgz; nothing else
added() {
	# without the numbers, which shift
	cut -f1,3- "$1" >old
	cut -f1,3- "$2" >new
	diff old new | grep "^[<>]" | awk "{ print \$1, \$NF }" | sort >changes
	printf "%s\n" "< /imgdb.tgz" "> /imgdb.tgz" "> /net-acme.t00" | diff - changes
}

for fw in bios uefi; do
	export fw
	t "5.0: original and customised image boot with $fw" '
		boots $shared/in.iso $fw old.list
		boots $shared/new.iso $fw new.list
		added old.list new.list
	'
done

# 158 modules: with UEFI under real names; isolinux takes a command line of about
# 2,047 characters, so with BIOS the names are short.
t '6.7 with 158 modules boots with UEFI' '
	sh "$fixture/mkimage.sh" --shape 6.7 --count 157 --boot in.iso
	esxi-customize -q --add $shared/driver.tgz -o custom.iso in.iso
	sh "$fixture/newmenu.sh" custom.iso new.iso
	boots new.iso uefi list
	[ "$(grep -c "^module" list)" = 158 ]
'

t '6.7 with 158 modules boots with BIOS' '
	sh "$fixture/mkimage.sh" --shape 6.7 --count 157 --short --boot in.iso
	vib-gen -q --driver $shared/driver.tgz --name zz --payload zz:tgz= -o zz.vib
	esxi-customize -q --add zz.vib -o custom.iso in.iso
	sh "$fixture/newmenu.sh" custom.iso new.iso
	boots new.iso bios list
	[ "$(grep -c "^module" list)" = 158 ]
'

done_testing
