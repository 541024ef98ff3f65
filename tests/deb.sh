#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# deb.sh DIR - install the package of DIR in a clean Debian root, do a day's work
#              with it, and purge it (make check-deb)
#
# mmdebstrap makes the root, of the release and the sources of this machine, and
# throws it away; what is done in it is done by this script as well, as "deb.sh
# --inside". Needs root or user namespaces, and the network.
set -eu

say() { echo "deb: $*"; }
fail() {
	say "FAILED: $*" >&2
	exit 1
}

# ---- outside -----------------------------------------------------------------

outside() {
	dir=$1
	: "${TOP:=$(cd "$(dirname "$0")/.." && pwd)}" "${BIN:=$TOP/build/bin}"
	: "${FIX:=$TOP/build/fix}"
	set -- "$dir"/esxkit_*.deb
	{ [ $# -eq 1 ] && [ -f "$1" ]; } ||
		fail "not one package in '$dir': make deb"
	deb=$(cd "$dir" && pwd)/${1##*/}
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM
	mkdir "$work/try"
	cp "$deb" "$work/try/esxkit.deb"
	cp "$0" "$work/try/deb.sh"
	PATH=$BIN:$FIX:$PATH
	mkdriver -o "$work/try/driver.tgz"
	sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 "$work/try/in.iso"
	# what these commands, on this machine, make of it
	esxi-customize -q --add "$work/try/driver.tgz" -o "$work/try/want.iso" \
		"$work/try/in.iso"
	chmod -R a+rX "$work"

	set --
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
		/etc/apt/sources.list.d/*.sources; do
		[ ! -s "$f" ] || set -- "$@" "$f"
	done
	[ $# -gt 0 ] || fail "this machine has no apt sources"
	suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	say "a clean root of '$suite', with ${deb##*/}"
	mmdebstrap --quiet --variant=minbase --format=null \
		--customize-hook="copy-in $work/try /srv" \
		--customize-hook='chroot "$1" sh /srv/try/deb.sh --inside' \
		"$suite" - "$@" >/dev/null || fail "see above"
	say "all passed"
}

# ---- inside ------------------------------------------------------------------

# All files but those that apt, dpkg and the kernel write.
everything() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o \
		-path /srv -o -path /run -o -path /var/lib/dpkg -o -path /var/lib/apt \
		-o -path /var/cache -o -path /var/log \) -prune -o -print | sort
}

# user COMMAND... - run it as somebody without rights
user() { setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; }

apt() { DEBIAN_FRONTEND=noninteractive apt-get -y -qq "$@" >/srv/apt.log 2>&1 ||
	{ cat /srv/apt.log; fail "apt-get $*"; }; }

# every command runs, has its page and its completion
look_at_commands() {
	n=0
	for c in $(dpkg -L esxkit | sed -n 's,^/usr/bin/,,p'); do
		user "$c" --version >/dev/null || fail "$c --version"
		user "$c" --help >/dev/null || fail "$c --help"
		zcat "/usr/share/man/man1/$c.1.gz" | grep -q '^\.Sh NAME' ||
			fail "no page of $c"
		bash -c ". /usr/share/bash-completion/completions/$c && complete -p $c" \
			>/dev/null || fail "no completion of $c"
		n=$((n + 1))
	done
	[ "$n" -ge 16 ] || fail "only $n commands"
	say "$n commands: version, help, page, completion"
	for p in vmtar.5 vib.5 imgdb.5 boot.cfg.5 bundle.5 esxkit.7; do
		[ -s "/usr/share/man/man${p##*.}/$p.gz" ] || fail "no page $p"
	done
	[ -s /usr/share/doc/esxkit/copyright ] || fail "no copyright"
}

do_a_job() {
	user vib-gen -q --driver /srv/try/driver.tgz -o net-acme.vib ||
		fail "vib-gen"
	user vib-check --target 6.7 net-acme.vib >check.txt ||
		fail "vib-check: $(cat check.txt)"
	user esxi-customize -q --add /srv/try/driver.tgz -o out.iso \
		/srv/try/in.iso || fail "esxi-customize"
	cmp out.iso /srv/try/want.iso || fail "not the ISO of the other machine"
	user iso-cat out.iso /IMGDB.TGZ | user imgdb-info | grep -q net-acme ||
		fail "no driver in the image database"
	say "a driver made a VIB, checked, and put into an ISO: same bytes as outside"
}

# mtools is only recommended
usb_wants_mtools() {
	rc=0
	user esxi-usb -q -o stick.img out.iso 2>err || rc=$?
	{ [ "$rc" -eq 3 ] && grep -q mtools err; } ||
		fail "esxi-usb without mtools: status $rc, $(cat err)"
	apt install --no-install-recommends mtools
	# the fixture has no loader for a stick: status 1 and its reason, or a stick
	rc=0
	user esxi-usb -q -o stick.img out.iso 2>err || rc=$?
	{ [ "$rc" -le 1 ] && ! grep -q mtools err; } ||
		fail "esxi-usb with mtools: status $rc, $(cat err)"
	say "esxi-usb names mtools where it lacks, and takes it where it is there"
}

inside() {
	PATH=/usr/sbin:/usr/bin:/sbin:/bin
	export PATH
	apt update
	everything >/srv/before
	apt install --no-install-recommends /srv/try/esxkit.deb
	dpkg -V esxkit || fail "dpkg -V"
	mkdir -m 777 /tmp/work
	chmod 777 /tmp/work
	cd /tmp/work
	look_at_commands
	do_a_job
	usb_wants_mtools
	cd /
	rm -rf /tmp/work
	apt purge --auto-remove esxkit mtools
	everything >/srv/after
	diff /srv/before /srv/after | sed -n 's/^> //p' | grep -v '^/etc/ld.so.cache$' \
		>/srv/new || :
	[ ! -s /srv/new ] || fail "left behind: $(cat /srv/new)"
	[ -z "$(find /tmp -mindepth 1 -name '*esx*')" ] || fail "left in /tmp"
	! dpkg -s esxkit >/dev/null 2>&1 || fail "dpkg still knows it"
	say "purged: nothing is left"
}

case ${1:-} in
--inside) inside ;;
'') echo "usage: deb.sh DIR" >&2; exit 2 ;;
*) outside "$1" ;;
esac
