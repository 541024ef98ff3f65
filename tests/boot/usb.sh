#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usb.sh - the image that esxi-usb makes boots as a USB stick with UEFI; BIOS is
#          told why it does not
# shellcheck disable=SC2016 # the bodies are expanded by t
. "$TOP/tests/boot/lib.sh"

shared=$top/shared
mkdir "$shared"
export shared
TREE=$shared/tree sh "$fixture/mkimage.sh" --shape 6.7 --boot "$shared/in.iso" ||
	exit 99
echo vmaccepteula >"$shared/ks.cfg"
esxi-usb -q --ks "$shared/ks.cfg" --add-opt text -o "$shared/stick.img" \
	"$shared/in.iso" || exit 99

t 'the stick boots with UEFI and loads what its boot.cfg says' '
	part=@@1048576
	mcopy -n -i $shared/stick.img$part ::/EFI/BOOT/BOOT.CFG cfg
	[ "$(bootcfg-edit --get kernelopt cfg)" = "runweasel ks=usb:/KS.CFG text" ]
	mcopy -n -i $shared/stick.img$part ::/KS.CFG .
	cmp KS.CFG "$shared/ks.cfg"
	# the sums of the files as they lie on the stick
	mkdir disc
	mcopy -n -i $shared/stick.img$part "::/*.*" disc
	sh "$fixture/expect.sh" disc cfg >want
	[ "$(grep -c "^module" want)" -gt 20 ]
	# the loaders of Debian read menus: made of the boot.cfg of the stick
	sh "$fixture/mkmenu.sh" uefi cfg >GRUB.CFG
	cp "$shared/stick.img" boot.img
	mcopy -o -i boot.img$part GRUB.CFG ::/EFI/BOOT/GRUB.CFG
	rc=0
	sh "$fixture/boot.sh" boot.img uefi usb >got || rc=$?
	# once more on a time-out only: the machine may be busy
	[ "$rc" -ne 124 ] || sh "$fixture/boot.sh" boot.img uefi usb >got
	diff want got
'

# SeaBIOS puts what is printed on the serial line, where there is no display.
t 'with BIOS the stick says what it wants' '
	timeout -k 5 20 qemu-system-x86_64 -nodefaults -no-user-config \
		-machine pc,accel=tcg,graphics=off -m 64 -display none \
		-serial file:serial -device qemu-xhci \
		-drive file=$shared/stick.img,format=raw,readonly=on,if=none,id=s \
		-device usb-storage,drive=s,bootindex=0 &
	qemu=$!
	for i in $(seq 60); do
		if grep -q "esxi-usb" serial 2>/dev/null; then break; fi
		sleep 0.25
	done
	kill $qemu || :
	wait $qemu || :
	grep -a "This stick boots with UEFI. BIOS wants syslinux 3.86" serial
'

done_testing
