# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# inputs.sh - what the runs read, made once into $s
: "${s:?}"
prepare() {
	mkdir -p "$s/tree/etc" "$s/tree/opt" &&
		seq 1 20000 >"$s/tree/etc/numbers" &&
		ln -s ../etc/numbers "$s/tree/opt/link" &&
		cp "$BIN/vmtar-pack" "$s/tree/opt/program" &&
		vmtar-pack -z -C "$s/tree" -o "$s/x.v00" &&
		mkdriver -o "$s/driver.tgz" &&
		vib-gen -q --driver "$s/driver.tgz" -o "$s/x.vib" &&
		sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 "$s/in.iso" &&
		iso-cat "$s/in.iso" /IMGDB.TGZ >"$s/db" &&
		iso-cat "$s/in.iso" /BOOT.CFG >"$s/cfg" &&
		esxi-bundle -q -o "$s/x.zip" "$s/x.vib" &&
		find "$s" -exec touch -h -d @1700000000 {} +
}
