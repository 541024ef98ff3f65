#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
# What "make bench-check" does with what callgrind writes: a valgrind that
# writes 1,000 instructions of ours, and others that do not count.
. "${0%/*}/lib.sh"

mkdir "$top/stub"
cat >"$top/stub/valgrind" <<'END'
#!/bin/sh
for word; do
	case $word in --callgrind-out-file=*) file=${word#*=} ;; esac
done
[ -z "${BROKEN-}" ] || { echo "callgrind: no" >&2; exit 1; }
cat >"$file" <<-'CG'
	events: Ir
	ob=(1) /x/bin/vmtar-unpack
	fl=(1) main.c
	fn=(1) main
	10 300
	cob=(2) /usr/lib/libc.so.6
	cfn=(2) malloc
	calls=5 0
	+1 4000
	* 200
	cob=(3) /usr/lib/libz.so.1.2.13
	calls=1 0
	-3 500

	ob=(2)
	fn=(2)
	0 4000
	ob=(3)
	fn=(3) crc32
	7 500
	ob=(4) /lib64/ld-linux-x86-64.so.2
	8 70000
CG
END
chmod 755 "$top/stub/valgrind"

# count [--renew] DIR BASELINE
count() {
	PATH=$top/stub:$PATH sh "$TOP/tests/bench/count.sh" "$@"
}

# base COUNT - a baseline that has it for all
base() {
	count --renew d "$PWD/base.json" >/dev/null
	sed -i "s/\"instructions\": 1000/\"instructions\": $1/" base.json
}

t 'ours and the libraries count, libc, the loader and callees do not' '
	count --renew d "$PWD/base.json" >out
	[ "$(grep -c "\"instructions\": 1000}" base.json)" = 5 ]
	count d "$PWD/base.json" >out
	[ "$(grep -c "^ *1000 *1000 *0.00%  " out)" = 5 ]
	status 1 grep -q GREW out
'
t '5 % more is good, more than that is not, and it says what to do' '
	base 953
	count d base.json >out
	base 952
	status 1 count d base.json >out
	grep "^ *952 *1000 *5.04%  vmtar-unpack -t in.v00  GREW$" out
	grep "make bench-baseline$" out
'
t 'fewer is told' '
	base 2000
	count d base.json >out
	grep "^fewer, good" out
'
t 'a run that the baseline lacks, and no baseline, are failures' '
	base 1000
	grep -v vib-check base.json >less.json
	status 1 count d less.json >out
	grep "vib-check in.vib  NOT IN THE BASELINE" out
	status 1 count d none.json 2>err
	grep "no .none.json.: make bench-baseline" err
'
t 'callgrind fails, or is not there' '
	base 1000
	BROKEN=1 status 1 count d base.json 2>err
	grep "callgrind failed: vmtar-unpack -t" err
	grep "callgrind: no" err
	mkdir bin
	for p in sh dirname sed; do ln -s "$(command -v $p)" bin; done
	status 1 env BIN="$PWD/bin" FIX="$PWD/bin" PATH="$PWD/bin" \
		sh "$TOP/tests/bench/count.sh" d base.json 2>err
	grep "valgrind is not installed: tools/deps.sh dev" err
'
done_testing
