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
mkdriver --kind native -o "$shared/native.tgz" || exit 99
printf 'vmaccepteula\ninstall --firstdisk\n' >"$shared/my.ks"

# added OLD NEW MODULE - one module more, and another sum of imgdb.tgz; nothing else
added() {
	# without the numbers, which shift
	grep "^module" "$1" | cut -f1,3- >old
	grep "^module" "$2" | cut -f1,3- >new
	diff old new | grep "^[<>]" | awk "{ print \$1, \$NF }" | sort >changes
	printf "%s\n" "< /imgdb.tgz" "> /imgdb.tgz" "> $3" | sort | diff - changes
}

# customised SHAPE DRIVER - $shared/SHAPE.iso and the same with driver, kickstart
# file and an option, with menus of both
customised() {
	sh "$fixture/mkimage.sh" --shape "$1" --boot "$shared/$1.iso" &&
		esxi-customize -q --add "$shared/$2" --ks "$shared/my.ks" \
			--add-opt allowLegacyCPU=true -o "$shared/custom.iso" "$shared/$1.iso" &&
		sh "$fixture/newmenu.sh" "$shared/custom.iso" "$shared/$1.new.iso"
}

for shape in 5.0 6.7 7.0 8.0 9.0; do
	case $shape in
	5.0) driver=driver.tgz new=/net-acme.t00 ;;
	6.7) driver=driver.tgz new=/net_acme.t00 ;;
	*) driver=native.tgz new=/acme.t00 ;;
	esac
	customised $shape $driver || exit 99
	for fw in bios uefi; do
		export fw shape new
		t "$shape: original and customised image boot with $fw" '
			boots $shared/$shape.iso $fw old.list
			boots $shared/$shape.new.iso $fw new.list
			added old.list new.list $new
			grep "^kernel" old.list | sed "s,\$, ks=cdrom:/KS.CFG allowLegacyCPU=true," >want
			grep "^kernel" new.list | diff want -
			iso-cat $shared/$shape.new.iso /KS.CFG | cmp $shared/my.ks -
		'
	done
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
