#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_layers.sh DIR - every stack of layers, with and without a signature
set -eu
cd "$1"
footer() {
	printf '\003\000\000\000vmware_esx67\000\000\000\000sig!'
	printf '\024\000\000\000\355\021\276\032'
}
mkrec -v '5 name=d/' '0 name=d/a data=hello' >bare
xz --check=crc32 --lzma2=preset=0,dict=64KiB <bare >x
xz --check=sha256 --lzma2=preset=0,dict=4KiB </dev/null >xs
zstd -q -18 --long=27 --no-check <bare >z
zstd -q -1 <bare >zc
(cat x; footer) >xf
(cat z; footer) >zf
(cat bare; footer) >bf
(cat z; printf '\120\052\115\030\001\000\000\000x') >zskip
for f in bare x z xf zf bf zskip xs; do
	gzip -n1c "$f" >"$f.gz"
done
gzip -n1c bare.gz >gg
cat x x >xx
