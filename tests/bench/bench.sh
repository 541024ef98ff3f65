#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# bench.sh DIR - how long our commands take, as ratios against others that do
#                the like on the same files in the same run
#
# SIZE (64M) is how much there is of real ELF files, taken from this machine's
# libraries; RUNS (3) how often each is run: the median counts. Peers that are
# not installed are left out. Nothing here is a gate.
set -eu
dir=$1
size=${SIZE:-64M}
runs=${RUNS:-3}
PATH=$BIN:$FIX:$PATH
export LC_ALL=C
rm -rf "$dir"
mkdir -p "$dir/tree/usr/lib"
cd "$dir"

# seconds COMMAND - the median time of sh -c COMMAND, in milliseconds
median() {
	i=0
	while [ "$i" -lt "$runs" ]; do
		i=$((i + 1))
		from=$(date +%s%N)
		sh -c "$1" || { echo "bench.sh: failed: $1" >&2; exit 1; }
		echo $((($(date +%s%N) - from) / 1000000))
	done | sort -n | sed -n "$(((runs + 1) / 2))p"
}

# row NAME OURS PEER-NAME PEER
row() {
	program=${4%% *}
	if ! command -v "$program" >/dev/null; then
		printf '%-24s %s is not installed\n' "$1" "$program"
		return
	fi
	ours=$(median "$2")
	peer=$(median "$4")
	awk -v name="$1" -v peer="$3" -v a="$ours" -v b="$peer" 'BEGIN {
		printf "%-24s %7.2f s   %-28s %7.2f s   ratio %.2f\n",
			name, a / 1000, peer, b / 1000, (b > 0 ? a / b : 0)
	}'
}

# Real ELF files up to SIZE.
bytes=$(numfmt --from=iec "$size")
find -L /usr/lib -xdev -type f -name '*.so*' -size +100k 2>/dev/null | sort |
while read -r file; do
	[ "$bytes" -gt 0 ] || break
	n=$(stat -L -c %s "$file")
	bytes=$((bytes - n))
	cp -L "$file" "tree/usr/lib/$n-${file##*/}"
done
tar -C tree --format=gnu --sort=name --owner=0 --group=0 --mtime=@0 -cf t.tar usr
vmtar-pack -z -o t.v00 t.tar
gzip -9nc t.tar >t.tgz
mkdir -p a b
printf 'tree: %s MiB of ELF files, packed %s MiB; median of %s runs\n' \
	$(($(stat -c %s t.tar) >> 20)) $(($(stat -c %s t.v00) >> 20)) "$runs"

row 'vmtar-pack' 'vmtar-pack -o x t.tar' 'cp' 'cp t.tar y'
row 'vmtar-pack -z' 'vmtar-pack -z -o x t.tar' 'gzip -9n' 'gzip -9nc t.tar >y'
row 'vmtar-pack -z -C' 'vmtar-pack -z -o x -C tree usr' 'tar c | gzip -9n' \
	'tar -C tree --format=gnu -cf - usr | gzip -9n >y'
row 'vmtar-unpack -t' 'vmtar-unpack -t t.v00 >x' 'gzip -dc | tar t' \
	'gzip -dc t.tgz | tar -tf - >y'
row 'vmtar-unpack --test' 'vmtar-unpack --test t.v00' 'gzip -t' 'gzip -t t.tgz'
row 'vmtar-unpack -C' 'rm -rf a; mkdir a; vmtar-unpack -C a t.v00' \
	'gzip -dc | tar x' 'rm -rf b; mkdir b; gzip -dc t.tgz | tar -C b -xf -'
row 'vmtar-unpack --tar' 'vmtar-unpack --tar t.v00 >x' 'gzip -dc' \
	'gzip -dc t.tgz >y'

# An image with these bytes on it.
sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 --ballast t.v00 in.iso
mkdriver -o driver.tgz
iso-cat in.iso /BOOT.CFG >BOOT.CFG
printf 'image: %s MiB\n' $(($(stat -c %s in.iso) >> 20))
row 'iso-rebuild' 'iso-rebuild -o x.iso --add /BOOT.CFG=BOOT.CFG in.iso' \
	'xorriso alone' 'rm -f y.iso; xorriso -no_rc -report_about FATAL \
	-stdio_sync off -rockridge off -compliance no_emul_toc:7bit_ascii \
	-padding 0 -indev in.iso -outdev y.iso -boot_image any replay \
	-map BOOT.CFG /BOOT.CFG -commit 2>/dev/null; sync y.iso'
row 'esxi-customize' 'esxi-customize -q --add driver.tgz -o x.iso in.iso' \
	'cp and sync' 'cp in.iso y.iso; sync y.iso'
