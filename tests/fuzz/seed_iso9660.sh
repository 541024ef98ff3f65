#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_iso9660.sh DIR - small images, good ones of several kinds and cut ones
set -eu
dir=$1
shape=$(dirname "$0")/../fixture/mkshape.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/t/EFI/BOOT" "$tmp/t/A/B/C"
seq 1 60 >"$tmp/t/ISOLINUX.BIN"
echo fat >"$tmp/t/EFIBOOT.IMG"
echo kernel=/b.b00 >"$tmp/t/BOOT.CFG"
echo x >"$tmp/t/EFI/BOOT/BOOT.CFG"
echo y >"$tmp/t/A/B/C/LONG-NAME.WITH.DOTS"
: >"$tmp/t/EMPTY"

# seed NAME - what follows the system area of $tmp/iso
seed() {
	tail -c +32769 "$tmp/iso" >"$dir/$1"
}

for entries in both bios uefi none; do
	ENTRIES=$entries sh "$shape" "$tmp/iso" "$tmp/t"
	seed $entries
done
SOURCE_DATE_EPOCH=0 xorriso -no_rc -as mkisofs -quiet -no-pad -R -J \
	-o "$tmp/iso" "$tmp/t" 2>/dev/null
seed rockridge
head -c 9000 "$dir/both" >"$dir/cut"
