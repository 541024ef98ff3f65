#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# anatomy.sh IN.iso DRIVER.tgz OUT.iso - a driver into an install ISO, step by
#                                        step and by hand
#
# What esxi-customize does, in the order in which one would do it at a desk; its
# ISO is the same, byte for byte.
set -eu
iso=$1 driver=$2 out=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# 1. What is on the disc: the lists of the loader, and the image database.
iso-cat "$iso" /BOOT.CFG >"$dir/BOOT.CFG"
iso-cat "$iso" /EFI/BOOT/BOOT.CFG >"$dir/EFIBOOT.CFG"
iso-cat "$iso" /IMGDB.TGZ >"$dir/old.tgz"
release=$(imgdb-info --get esx-version "$dir/old.tgz")

# 2. The driver becomes a VIB package.
vib-gen --driver "$driver" --target "$release" -o "$dir/driver.vib"

# 3. The VIB goes into the database, which gives its payload a file name.
imgdb-edit --add "$dir/driver.vib" --target "$release" \
	--names-out "$dir/names" -o "$dir/IMGDB.TGZ" "$dir/old.tgz"

# 4. The payload leaves the VIB under that name.
mkdir "$dir/root"
vib-unpack --names "$dir/names" -C "$dir/root" "$dir/driver.vib"

# 5. Both boot.cfg get the module, before imgdb.tgz.
bootcfg-edit -i --names "$dir/names" "$dir/BOOT.CFG" "$dir/EFIBOOT.CFG"

# 6. All of it goes onto a new disc; both boot entries are kept, and proved.
set -- --add "/BOOT.CFG=$dir/BOOT.CFG" --add "/IMGDB.TGZ=$dir/IMGDB.TGZ" \
	--add "/EFI/BOOT/BOOT.CFG=$dir/EFIBOOT.CFG"
for file in "$dir/root"/*; do
	set -- "$@" --add "/${file##*/}=$file"
done
iso-rebuild --mtime "$(imgdb-info --get modifiedtime "$dir/IMGDB.TGZ")" \
	"$@" -o "$out" "$iso"
