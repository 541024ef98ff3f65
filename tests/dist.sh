#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# dist.sh - "make dist": the git tree and nothing else (make check-dist)
# shellcheck disable=SC2016 # the bodies are expanded by t
. "$TOP/tests/cli/lib.sh"

: "${MAKE:=make}"
unset MAKEFLAGS MAKELEVEL MFLAGS
if ! git -C "$TOP" rev-parse HEAD >/dev/null 2>&1; then
	echo '1..0 # SKIP this is no git tree'
	exit 0
fi
version=$(sed -n 's/^VERSION = //p' "$TOP/Makefile")
export MAKE version

# a clone, so that the file that somebody just made does not come into it
cd "$top" || exit 99
git clone -q --no-hardlinks "$TOP" clone || exit 99
git -C clone config user.name test
git -C clone config user.email test@localhost
clone=$top/clone
archive=$clone/build/esxkit-$version.tar.gz
export clone archive
make_dist() { "$MAKE" -s -C "$clone" dist; }

t 'the list of files is that of git, below one directory' '
	make_dist
	tar -tzf "$archive" | grep -v "/$" | sed "s,^esxkit-$version/,," | sort >got
	git -C "$clone" -c core.quotePath=false ls-files | sort >want
	diff want got
	tar -tzf "$archive" | grep -v "^esxkit-$version/" && exit 1
	[ "$(wc -l <want)" -gt 200 ]
'

t 'so are the bytes and the modes' '
	tar -xzf "$archive"
	git -C "$clone" ls-files -s | while read -r mode sum stage path; do
		f=esxkit-$version/$path
		[ "$(git hash-object --no-filters "$f")" = "$sum" ]
		case $mode in
		100755) [ "$(stat -c %a "$f")" = 755 ] ;;
		100644) [ "$(stat -c %a "$f")" = 644 ] ;;
		*) false ;;
		esac || { echo "$path: $mode, $stage"; exit 1; }
	done
'

t 'twice the same bytes, whatever the clock, the umask and the settings of git' '
	cp "$archive" first
	rm "$archive"
	touch "$clone/Makefile"
	(umask 077; TZ=Asia/Tokyo LC_ALL=C.UTF-8 HOME=$PWD
	 export TZ LC_ALL HOME
	 git -C "$clone" config tar.umask 0077
	 make_dist)
	cmp first "$archive"
	# no name, no time
	[ "$(od -An -tx1 -N8 first)" = " 1f 8b 08 00 00 00 00 00" ]
'

t 'the archive of another clone has the same bytes' '
	git clone -q --no-hardlinks "$clone" "other place"
	"$MAKE" -s -C "other place" dist
	cmp "$archive" "other place/build/esxkit-$version.tar.gz"
'

t 'what is not committed is not in it, and is told' '
	echo x >"$clone/stray"
	echo "# x" >>"$clone/Makefile"
	cp "$archive" first
	make_dist 2>err
	cmp first "$archive"
	grep "not committed" err
	git -C "$clone" checkout -q Makefile
	make_dist 2>err
	[ ! -s err ]
'

t 'the Debian package has the version of the Makefile' '
	head -n 1 "$clone/debian/changelog" | grep -qF "esxkit ($version) "
'

t 'dist leaves no trace in the tree' '
	rm -f "$clone/stray"
	git -C "$clone" status --porcelain | cmp - /dev/null
'

done_testing
