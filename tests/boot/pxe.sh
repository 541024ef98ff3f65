#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# pxe.sh - the tree that esxi-pxe makes boots over TFTP on both firmwares
#
# QEMU hands the tree out. VMware's loaders are not there to be tested; pxelinux
# with Debian's mboot.c32, and GRUB with its TFTP, load the names that boot.cfg
# has, with the prefix before them, from a server that minds the case.
# shellcheck disable=SC2016 # the bodies are expanded by t
. "$TOP/tests/boot/lib.sh"

if [ ! -f /usr/lib/PXELINUX/pxelinux.0 ]; then
	echo '1..0 # SKIP pxelinux is not installed'
	exit 0
fi
shared=$top/shared
srv=$shared/srv
mkdir -p "$srv/pxelinux.cfg"
export shared srv NET="$srv"
sh "$fixture/mkimage.sh" --shape 6.7 --boot "$shared/in.iso" || exit 99
esxi-pxe -q -C "$srv/esxi67" --prefix esxi67 --ks http://server/ks.cfg \
	"$shared/in.iso" || exit 99

# the second set of loaders
cp /usr/lib/PXELINUX/pxelinux.0 "$srv" || exit 99
cp "$srv/esxi67/ldlinux.c32" "$srv/esxi67/libcom32.c32" "$srv" || exit 99
sh "$fixture/mkmenu.sh" bios "$srv/esxi67/boot.cfg" >"$srv/pxelinux.cfg/default"
sh "$fixture/mkmenu.sh" uefi "$srv/esxi67/efi/boot/boot.cfg" net >"$srv/grub.cfg"
cat >"$shared/find.cfg" <<'END'
set root=tftp,$net_default_server
configfile /grub.cfg
END
grub-mkstandalone -O x86_64-efi -o "$srv/grub.efi" \
	--modules='tftp efinet net multiboot gzio configfile normal terminal serial' \
	--locales= --fonts= --themes= \
	"boot/grub/grub.cfg=$shared/find.cfg" 2>"$shared/log" ||
	{ cat "$shared/log" >&2; exit 99; }

# what must come: names of boot.cfg, files of the tree
mkdir "$shared/disc"
for f in "$srv"/esxi67/*; do
	[ ! -f "$f" ] || cp "$f" \
		"$shared/disc/$(basename "$f" | tr '[:lower:]' '[:upper:]')"
done
sh "$fixture/expect.sh" "$shared/disc" "$srv/esxi67/boot.cfg" >"$shared/want"

# netboots FILE FIRMWARE
netboots() {
	rc=0
	sh "$fixture/boot.sh" "$1" "$2" net >got || rc=$?
	# once more on a time-out only: the machine may be busy
	[ "$rc" -ne 124 ] || sh "$fixture/boot.sh" "$1" "$2" net >got
	diff "$shared/want" got
}

t 'the list is that of a server: prefix, no slash, ks' '
	grep -q "^kernel	esxi67/b.b00 runweasel ks=http://server/ks.cfg$" $shared/want
	grep -q "	esxi67/s.v00$" $shared/want
	[ "$(grep -c "^module" $shared/want)" -gt 20 ]
'
t 'the tree boots with BIOS: pxelinux' 'netboots pxelinux.0 bios'
t 'the tree boots with UEFI: GRUB' 'netboots grub.efi uefi'

done_testing
