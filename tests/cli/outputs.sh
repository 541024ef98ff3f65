#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
# outputs.sh - where the writers of the chain may write, and who runs them
. "${0%/*}/lib.sh"

needs xorriso
s=$top/shared
mkdir "$s"
sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 "$s/in.iso" || exit 99
mkdriver -o "$s/driver.tgz" || exit 99
vib-gen -q --driver "$s/driver.tgz" -o "$s/x.vib"
iso-cat "$s/in.iso" /IMGDB.TGZ >"$s/db"
iso-cat "$s/in.iso" /BOOT.CFG >"$s/cfg"
chmod 755 "$top" "$s"
export s

# writers FILE - run every writer of one file, with -o FILE, and tell its status
writers() {
	for w in "vib-gen -q --driver $s/driver.tgz" \
		"imgdb-edit -q --add $s/x.vib $s/db" \
		"bootcfg-edit --add-opt x $s/cfg" \
		"vmtar-pack -z $s/driver.tgz" \
		"iso-rebuild -q --add /X=$s/db $s/in.iso" \
		"esxi-customize -q --add $s/x.vib $s/in.iso"; do
		rc=0
		$w -o "$1" 2>msg || rc=$?
		cat msg
		echo "$rc ${w%% *} $(wc -l <msg)" >>log
	done
}

t 'a full device, a missing directory, a directory: refused in one line' '
	mkdir d
	writers /dev/full
	# an image needs a file
	[ "$(grep -c "^3 [a-z-]* 1\$" log)" -eq 4 ]
	[ "$(grep -c "^2 [a-z-]* 1\$" log)" -eq 2 ]
	rm log
	writers nosuch/x
	writers d
	[ "$(wc -l <log)" -eq 12 ]
	status 1 grep -v "^3 [a-z-]* 1\$" log
	[ "$(ls)" = "d
log
msg" ] && [ -z "$(ls -A d)" ]
'

t 'a symbolic link is written through; a stale .tmp does not matter' '
	for c in "imgdb-edit -q --add $s/x.vib $s/db" \
		"iso-rebuild -q --add /X=$s/db $s/in.iso"; do
		echo old >real
		ln -sf real link
		touch link.tmp real.tmp .real.tmp
		$c -o link
		[ -L link ]
		$c -o plain
		cmp plain real
		[ ! -s link.tmp ] && [ ! -s real.tmp ]
	done
'

t 'onto the input: a database and a boot.cfg may, an image may not' '
	cp "$s/db" db
	imgdb-edit -q --add "$s/x.vib" -o db db
	imgdb-edit -q --add "$s/x.vib" "$s/db" | cmp - db
	cp "$s/in.iso" in.iso
	ln -s in.iso link
	ln in.iso hard
	for o in in.iso ./in.iso link hard; do
		status 2 iso-rebuild -q -o $o --add "/X=$s/db" in.iso
		status 2 esxi-customize -q --add "$s/x.vib" -o $o in.iso
	done
	cmp in.iso "$s/in.iso"
'

t 'imgdb-edit --names-out that fails leaves neither file' '
	echo old >db
	status 3 imgdb-edit -q --add "$s/x.vib" -o db --names-out /dev/full "$s/db"
	[ "$(cat db)" = old ]
	status 3 imgdb-edit -q --add "$s/x.vib" -o nosuch/db --names-out names "$s/db"
	status 1 imgdb-edit -q --remove nosuch -o new --names-out names "$s/db"
	[ "$(ls)" = db ]
'

t 'another user, umask, zone, locale and TMPDIR: the same ISO' '
	[ "$(id -u)" -eq 0 ] || exit 0
	command -v setpriv >/dev/null || exit 0
	chmod 777 .
	mkdir -m 777 t "with blank"
	mkdir -m 555 ro
	nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
	$nobody true && $nobody test -x "$BIN/iso-cat" || exit 0
	(umask 077; TZ=Asia/Tokyo TMPDIR="$PWD/with blank" \
		esxi-customize -q --add "$s/driver.tgz" -o a.iso "$s/in.iso")
	$nobody env TMPDIR="$PWD/t" HOME=/nonexistent LC_ALL=C.UTF-8 TZ=UTC \
		esxi-customize -q --add "$s/driver.tgz" -o b.iso "$s/in.iso"
	cmp a.iso b.iso
	status 3 $nobody env TMPDIR="$PWD/t" esxi-customize -q --add "$s/driver.tgz" \
		-o ro/x "$s/in.iso"
	[ -z "$(find t ro "with blank" -mindepth 1)" ]
'

done_testing
