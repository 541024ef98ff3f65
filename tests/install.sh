#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# install.sh - "make install" and "make uninstall" (make check-install)
# shellcheck disable=SC2016 # the bodies are expanded by t
. "$TOP/tests/cli/lib.sh"

: "${MAKE:=make}" "${B:=build}"
unset MAKEFLAGS MAKELEVEL MFLAGS
dest="$top/a root"
export MAKE B dest

# into TARGET [VAR=value...] - make it with everything below $dest
into() { "$MAKE" -s -C "$TOP" "B=$B" "DESTDIR=$dest" "$@"; }
# below DIR - files, links and directories under it, with mode
below() { (cd "$1" && find . -mindepth 1 ! -name '*.log' -printf '%M %P %l\n' | sort -k2); }
names() { for f in "$TOP"/cmd/*; do f=${f##*/}; echo "${f%.*}"; done; }

# want - what the tree asks to be installed with PREFIX=/usr
want() {
	names | sed 's,^,-rwxr-xr-x usr/bin/,'
	for f in "$TOP"/man/*; do
		echo "-rw-r--r-- usr/share/man/man${f##*.}/${f##*/}"
	done
	for f in "$TOP"/schema/*; do
		echo "-rw-r--r-- usr/share/esxkit/schema/${f##*/}"
	done
	for f in README.md CHANGELOG.md SECURITY.md LICENSE; do
		echo "-rw-r--r-- usr/share/doc/esxkit/$f"
	done
	echo "-rw-r--r-- usr/share/bash-completion/completions/esxkit"
	names | sed 's,.*,lrwxrwxrwx usr/share/bash-completion/completions/& esxkit,'
}

t 'all commands, pages, schemas, documents; right modes, whatever the umask' '
	(umask 077; into install PREFIX=/usr)
	below "$dest" | sed "s/ *$//" >got
	want | sort -k2 >want
	grep -v "^d" got | diff want -
	grep "^d" got | grep -v "^drwxr-xr-x" >odd && { cat odd; exit 1; }
	[ "$(stat -c %a "$dest/usr")" = 755 ]
'

t 'twice is no error, and changes nothing' '
	below "$dest" >before
	into install PREFIX=/usr
	below "$dest" | diff before -
'

t 'an installed command needs nothing of the source tree' '
	PATH=$dest/usr/bin:/usr/bin:/bin
	for c in $(names); do
		[ "$(command -v "$c")" = "$dest/usr/bin/$c" ]
		"$c" --version </dev/null | grep -q "^$c [0-9]"
	done
	mkdriver() { "$FIX/mkdriver" "$@"; }
	mkdriver -o driver.tgz
	vib-gen -q --driver driver.tgz -o net-acme.vib
	vib-check --target 6.7 net-acme.vib
	tar -cf x.tar driver.tgz 2>/dev/null
	vmtar -c x.tar -o x.vtar
	vmtar -t <x.vtar | grep -q driver.tgz
'

t 'no file names the directory it was built in' '
	if grep -rlF "$TOP" "$dest" >found; then cat found; exit 1; fi
'

t 'bash finds the completion of each command by its name' '
	command -v bash >/dev/null || exit 0
	for c in $(names); do
		bash -c ". \"\$1\" && complete -p \"\$2\" >/dev/null" x \
			"$dest/usr/share/bash-completion/completions/$c" "$c"
	done
'

t 'uninstall takes away what install put, and nothing else' '
	touch "$dest/usr/bin/other" "$dest/usr/share/man/man1/other.1" \
		"$dest/usr/share/bash-completion/completions/other"
	into uninstall PREFIX=/usr
	below "$dest" | grep -v "^d" | sed "s/ *$//;s/^[^ ]* //" >left
	printf "%s\n" usr/bin/other usr/share/bash-completion/completions/other \
		usr/share/man/man1/other.1 | diff - left
	[ ! -e "$dest/usr/share/esxkit" ] && [ ! -e "$dest/usr/share/doc/esxkit" ]
	# where nothing is, nothing is to be done
	into uninstall PREFIX=/usr
	into uninstall PREFIX=/nowhere
'

t 'a file of the user in a directory of ours stays' '
	dest=$PWD/dest
	into install PREFIX=/usr
	echo mine >"$dest/usr/share/doc/esxkit/notes"
	into uninstall PREFIX=/usr
	[ "$(cat "$dest/usr/share/doc/esxkit/notes")" = mine ]
'

t 'BINDIR, MANDIR and the others are honoured, and no other place is used' '
	dest=$PWD/dest
	set -- PREFIX=/opt/x BINDIR=/b MANDIR=/m DATADIR=/d DOCDIR=/o COMPDIR=/c
	into install "$@"
	[ "$(cd "$dest" && echo *)" = "b c d m o" ]
	[ -x "$dest/b/vib-gen" ] && [ -f "$dest/m/man5/vib.5" ]
	[ -f "$dest/d/schema/vib.rng" ] && [ -f "$dest/o/LICENSE" ]
	into uninstall "$@"
	[ -z "$(find "$dest" ! -type d)" ]
	[ "$(cd "$dest" && echo *)" = "b c m" ]
'

t 'without DESTDIR it goes below PREFIX, /usr/local if none is given' '
	"$MAKE" -s -C "$TOP" "B=$B" "PREFIX=$PWD/p" install
	[ -x p/bin/vib-gen ]
	"$MAKE" -s -C "$TOP" "B=$B" "PREFIX=$PWD/p" uninstall
	[ -z "$(find p ! -type d)" ]
	"$MAKE" -s -n -C "$TOP" "B=$B" install | grep -q "/usr/local/bin"
'

t 'every command and every format is in the overview' '
	for p in $(names | sed "s/$/ 1/;s/ /%/") $(cd "$TOP/man" && ls *.5 | sed "s/\.5$/%5/"); do
		grep -q "^\.It Xr ${p%\%*} ${p#*%}$" "$TOP/man/esxkit.7" ||
			{ echo "esxkit.7: no ${p%\%*}"; exit 1; }
	done
	for p in $(names); do [ -f "$TOP/man/$p.1" ]; done
'

done_testing
