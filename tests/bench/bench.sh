#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# bench.sh DIR - how long our commands take, as ratios against others that do
#                the like on the same files in the same run
#
# SIZE (64M) is how much there is of real ELF files, taken from this machine's
# libraries; RUNS (3) how often each is run, in turn with its peer: the medians
# count. Before each run the disk has what was written, so that nobody waits for
# another's bytes. Peers that are not installed are left out. "wanted" is the
# ratio that we aim at; nothing here is a gate. DIR/../bench.json has the table as
# a list.
set -eu
dir=$1
size=${SIZE:-64M}
runs=${RUNS:-3}
times=$runs
PATH=$BIN:$FIX:$PATH
export LC_ALL=C
rm -rf "$dir"
mkdir -p "$dir/tree/usr/lib"
cd "$dir"
: >rows

# clock COMMAND - its time with sh -c, in microseconds
clock() {
	sync
	sleep 0.2 # what the disk does afterwards
	from=$(date +%s%N)
	sh -c "$1" || { echo "bench.sh: failed: $1" >&2; exit 1; }
	echo $((($(date +%s%N) - from) / 1000))
}

# median FILE - of the numbers in it
median() { sort -n "$1" | sed -n "$((($(wc -l <"$1") + 1) / 2))p"; }

# have PROGRAM... - are all installed?
have() {
	for p; do
		command -v "$p" >/dev/null || {
			printf '%-22s left out: %s is not installed\n' "$name" "$p"
			return 1
		}
	done
}

# put OURS PEER-NAME PEER WANTED - a row out of two times in microseconds
put() {
	awk -v name="$name" -v peer="$2" -v a="$1" -v b="$3" -v w="$4" 'BEGIN {
		r = b > 0 ? a / b : 0
		printf "%-22s %8.3f s  %-26s %8.3f s  ratio %6.3f  wanted %s%s\n",
			name, a / 1e6, peer, b / 1e6, r, w,
			w == "-" || r <= w ? "" : "  MISSED"
		printf "  {\"name\": \"%s\", \"ours_s\": %.6f, \"peer\": \"%s\", " \
			"\"peer_s\": %.6f, \"ratio\": %.4f, \"wanted\": %s}\n",
			name, a / 1e6, peer, b / 1e6, r, w == "-" ? "null" : w \
			>>"rows"
	}'
}

# row NAME WANTED OURS PEER-NAME PEER PROGRAM...
row() {
	name=$1 wanted=$2 ours=$3 peer=$4 theirs=$5
	shift 5
	have "$@" || return 0
	rm -f us them
	i=0
	while [ "$i" -lt "$times" ]; do
		i=$((i + 1))
		clock "$ours" >>us
		clock "$theirs" >>them
	done
	put "$(median us)" "$peer" "$(median them)" "$wanted"
}

# bytes NAME WANTED FILE PEER-NAME PEER-FILE - sizes in the place of times
bytes() {
	name=$1
	[ -s "$5" ] || return 0
	awk -v name="$1" -v peer="$4" -v a="$(stat -c %s "$3")" -v w="$2" \
		-v b="$(stat -c %s "$5")" 'BEGIN {
		printf "%-22s %10d    %-26s %10d    ratio %6.3f  wanted %s%s\n",
			name, a, peer, b, a / b, w, a / b <= w ? "" : "  MISSED"
	}'
}

# held NAME THREADS WINDOW ENTRIES COMMAND - the most memory of its own that it
# had, in KiB, against what is allowed: 32 MiB, 8 a thread, the window in MiB, and
# 256 bytes an entry
held() {
	name=$1 allowed=$((32768 + 8192 * $2 + 1024 * $3 + $4 / 4))
	shift 4
	peakmem kib "$@" >said 2>&1 || :
	awk -v name="$name" -v a="$(cat kib)" -v b="$allowed" 'BEGIN {
		printf "%-22s %8d KiB  %-24s %8d KiB  ratio %6.3f  wanted 1%s\n",
			name, a, "memory allowed", b, a / b,
			(a <= b ? "" : "  MISSED")
		printf "  {\"name\": \"memory of %s\", \"ours_kib\": %d, " \
			"\"peer\": \"allowed\", \"peer_kib\": %d, " \
			"\"ratio\": %.4f, \"wanted\": 1}\n",
			name, a, b, a / b >>"rows"
	}'
}

# Real ELF files up to SIZE.
left=$(numfmt --from=iec "$size")
find -L /usr/lib -xdev -type f -name '*.so*' -size +100k 2>/dev/null | sort |
while read -r file; do
	[ "$left" -gt 0 ] || break
	n=$(stat -L -c %s "$file")
	left=$((left - n))
	cp -L "$file" "tree/usr/lib/$n-${file##*/}"
done
tar -C tree --format=gnu --sort=name --owner=0 --group=0 --mtime=@0 -cf t.tar usr
vmtar-pack -o t.vmtar t.tar
vmtar-pack -z -o t.v00 t.tar
gzip -9nc t.tar >t.tgz
mkdir -p a b
printf 'tree: %s MiB of ELF files, packed %s MiB; median of %s runs; %s processors\n' \
	$(($(stat -c %s t.tar) >> 20)) $(($(stat -c %s t.v00) >> 20)) "$runs" \
	"$(nproc)"

row 'vmtar-unpack -t' 0.02 'vmtar-unpack -t t.v00 >x' \
	'gzip -dc | tar t' 'gzip -dc t.tgz | tar -tf - >y' tar
row 'vmtar-unpack --test' - 'vmtar-unpack --test t.v00' \
	'gzip -t' 'gzip -t t.tgz' gzip
row 'vmtar-unpack -C' 0.6 'rm -rf a; mkdir a; vmtar-unpack -C a t.v00' \
	'gzip -dc | bsdtar x' \
	'rm -rf b; mkdir b; gzip -dc t.tgz | bsdtar -C b -xf -' bsdtar
row 'vmtar-unpack --tar' 0.55 'vmtar-unpack --tar t.v00 >/dev/null' \
	'pigz -dc' 'pigz -dc t.tgz >/dev/null' pigz
row 'vmtar-pack' - 'vmtar-pack -o x t.tar' 'cp' 'cp t.tar y' cp
times=1 # it takes a minute for 400 MB
row 'vmtar-pack -z -j 1' 1.0 'vmtar-pack -z -j 1 -o x t.tar' \
	'gzip -9n of the vmtar' 'gzip -9nc t.vmtar >y' gzip
times=$runs
row 'vmtar-pack -6 -j 2' 1.05 'vmtar-pack -6 -j 2 -o x t.tar' \
	'pigz -6 -p 2' 'pigz -6 -p 2 -c t.vmtar >y' pigz
! command -v pigz >/dev/null || bytes '  size' 1.005 x 'pigz -6 -p 2' y
row 'vmtar-pack -1' 0.25 'vmtar-pack -1 -o x t.tar' \
	'gzip -1' 'gzip -1nc t.vmtar >y' gzip
bytes '  size' 1.03 x 'gzip -1' y
files=$(find tree | wc -l)
held 'vmtar-unpack --test' 1 0 "$files" vmtar-unpack --test t.v00
held 'vmtar-pack -z' 1 0 "$files" vmtar-pack -z -o x t.tar
held 'vmtar-pack -6 -j 2' 2 0 "$files" vmtar-pack -6 -j 2 -o x t.tar

# An image of some 150 modules: 40 hold these bytes, each three times, so that
# all of them packed are about SIZE.
mkdir part
i=0
for file in tree/usr/lib/*; do
	mkdir -p "part/$((i % 40))/usr/lib"
	ln "$file" "part/$((i % 40))/usr/lib/"
	i=$((i + 1))
done
set --
for dir in part/*/; do
	vmtar-pack -z -o "${dir%/}.v00" -C "$dir" usr
	set -- "$@" --ballast "${dir%/}.v00" --ballast "${dir%/}.v00" \
		--ballast "${dir%/}.v00"
done
sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 --count 150 "$@" in.iso
sh "$TOP/tests/fixture/mkimage.sh" --shape 5.0 --count 150 "$@" old.iso
mkdriver -o driver.tgz
iso-cat in.iso /BOOT.CFG >BOOT.CFG
mkdir m
bsdtar -C m -xf in.iso
printf 'image: %s MiB, %s files\n' $(($(stat -c %s in.iso) >> 20)) \
	"$(find m -type f | wc -l)"
inflate='find m -type f | xargs -P2 -n4 igzip -dc >/dev/null 2>&1 || :'
# VIBs with the same bytes, none of them signed by anyone. Those of 5.0 to 6.5 have
# two checksums of a payload, later ones a third, over the unpacked bytes as well.
for of in 6.7:in 5.0:old; do
	shape=${of%:*}
	esxi-bundle -q --force -o all.zip "${of#*:}.iso" 2>/dev/null || :
	[ -s all.zip ] || continue
	esxi-bundle -C "vibs$shape" all.zip
	rm -f all.zip
	held 'vib-check' "$(nproc)" 0 0 vib-check "vibs$shape"/*.vib
	row "vib-check, $shape" 1.3 "vib-check vibs$shape/*.vib >x 2>&1 || :" \
		'igzip -dc, 2 at a time' "$inflate" igzip
done
! command -v esxi-check >/dev/null ||
	row 'esxi-check' 1.3 'esxi-check in.iso >x 2>&1 || :' \
		'igzip -dc, 2 at a time' "$inflate" igzip
! command -v esxi-pci >/dev/null ||
	row 'esxi-pci --all' 1.3 'esxi-pci --all in.iso >x 2>&1 || :' \
		'igzip -dc, 2 at a time' "$inflate" igzip
alone='rm -f y.iso; xorriso -no_rc -report_about FATAL \
	-pacifier interval=0.1 -stdio_sync off \
	-rockridge off -compliance no_emul_toc:7bit_ascii -padding 0 \
	-indev in.iso -outdev y.iso -boot_image any replay \
	-map BOOT.CFG /BOOT.CFG -commit 2>/dev/null; sync y.iso'
row 'iso-rebuild' 1.25 'iso-rebuild -o x.iso --add /BOOT.CFG=BOOT.CFG in.iso' \
	'xorriso and sync' "$alone" xorriso
row 'esxi-customize' 1.6 'esxi-customize -q --add driver.tgz -o x.iso in.iso' \
	'xorriso and sync' "$alone" xorriso
held 'iso-rebuild' 1 0 300 \
	iso-rebuild --force -o x.iso --add /BOOT.CFG=BOOT.CFG in.iso
row 'vmtar-unpack -h' - 'vmtar-unpack -h >x' 'true' '/bin/true >y' /bin/true
row 'bootcfg-edit --get' - 'bootcfg-edit --get title BOOT.CFG >x' \
	'true' '/bin/true >y' /bin/true

{
	echo '['
	sed '$!s/$/,/' rows
	echo ']'
} >../bench.json
