#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
# A process may have 32 MiB of its own, 8 MiB a thread, the window that a zstd
# frame declares, and 256 bytes an entry of an archive. Here the system holds it
# to that: "ulimit -d" counts all private memory that can be written, used or not.
. "${0%/*}/lib.sh"

# within THREADS WINDOW-MIB ENTRIES command...
within() {
	kib=$((32768 + 8192 * $1 + 1024 * $2 + $3 / 4))
	shift 3
	# shellcheck disable=SC3045 # dash and bash have -d
	(ulimit -d "$kib" && exec "$@")
}

# a sanitizer and valgrind need more than that for themselves
within 0 0 0 vmtar-unpack -V >/dev/null 2>&1 || {
	echo '1..0 # SKIP the commands do not run in 32 MiB here'
	exit 0
}

s=$top/shared
mkdir -p "$s/big" "$s/many"
export s
(
	cd "$s" || exit 99
	# 200 MiB, and as a second file something that does not pack well
	truncate -s 200M big/zeros
	head -c 3000000 /dev/urandom >big/noise
	vmtar-pack -1 -o big.v00 -C big
	vmtar-unpack --tar -o big.tar big.v00
	# 100,000 files
	i=0
	while [ "$i" -lt 100 ]; do
		i=$((i + 1))
		mkdir "many/dir$i"
		(cd "many/dir$i" && seq -f some-name-%g 1000 | xargs touch)
	done
	vmtar-pack -1 -o many.v00 -C many
	vmtar-unpack --tar -o many.tar many.v00
	zstd -q -1 --long=27 -o big.zst big.tar
) || exit 99

t 'members of any size' '
	within 1 0 3 vmtar-unpack -t $s/big.v00 >/dev/null
	within 1 0 3 vmtar-unpack --test $s/big.v00 $s/big.tar
	within 1 0 3 vmtar-unpack --tar $s/big.v00 | cmp - $s/big.tar
	cat $s/big.v00 | within 1 0 3 vmtar-unpack -C out
	cmp out/zeros $s/big/zeros
	within 1 0 3 vmtar-pack -C $s/big -o x
	within 1 0 3 vmtar-pack -1 -o x $s/big.tar
'
t 'two threads, and eight' '
	within 2 0 3 vmtar-pack -6 -j 2 -o two -C $s/big
	within 8 0 3 vmtar-pack -6 -j 8 -o eight -C $s/big
	cmp two eight
'
t 'the window of a frame' '
	within 1 128 3 vmtar-unpack --test $s/big.zst
	status 3 within 1 0 3 vmtar-unpack --test $s/big.zst 2>err
	grep -i memory err
'
t '100,000 entries' '
	[ "$(within 1 0 100000 vmtar-unpack -t $s/many.v00 | wc -l)" = 100100 ]
	within 1 0 100000 vmtar-unpack --test $s/many.v00 $s/many.tar
	within 1 0 100000 vmtar-unpack --tar $s/many.v00 | cmp - $s/many.tar
	within 1 0 100000 vmtar-pack -1 -o x -C $s/many
	within 1 0 100000 vmtar-pack -1 -o y $s/many.tar
	cmp x $s/many.v00
	cmp y x
'
done_testing
