#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# deps.sh - install the Debian packages that a set of targets needs
#
#	tools/deps.sh build            compile the commands, and run them
#	tools/deps.sh build check      and "make check", "make demo"
#	tools/deps.sh build check boot and boot images under QEMU
#	tools/deps.sh build check report    and look at a page in a browser
#	tools/deps.sh build dev        and lint, fuzz, valgrind, clang, benchmarks
#	tools/deps.sh build check pack and make the Debian package, try it
#	tools/deps.sh arch             run the tests on another architecture
#	tools/deps.sh -l build ...     only print what is missing
#
# Nothing is done where nothing is missing. Without root it goes through sudo;
# where that cannot be, it prints the one line that somebody has to run.
# Status 0: all there now. 2: wrong usage. 3: something is missing still.
set -eu

build='gcc make libc6-dev pkg-config zlib1g-dev libisal-dev liblzma-dev
	libzstd-dev libxml2-dev libarchive-dev libssl-dev xorriso mtools'
# the loaders of the miniature image are here too: the demo needs them, and it
# must not pull in QEMU
check='libcmocka-dev perl libarchive-tools binutils openssl xz-utils zstd
	isolinux syslinux-common grub-efi-amd64-bin grub-common dosfstools'
boot='genisoimage qemu-system-x86 ovmf pxelinux ipxe-qemu'
report='chromium'
dev='clang clang-tools libclang-rt-14-dev clang-tidy cppcheck shellcheck mandoc
	valgrind pigz isal git'
pack='debhelper dpkg-dev lintian mmdebstrap git'
arch='mmdebstrap arch-test qemu-user-static git'

list=false
if [ "${1:-}" = -l ]; then
	list=true
	shift
fi
[ $# -gt 0 ] || { sed -n '3,16s/^# \{0,1\}//p' "$0" >&2; exit 2; }
want=
for set in "$@"; do
	case $set in
	build) want="$want $build" ;;
	check) want="$want $check" ;;
	boot) want="$want $boot" ;;
	report) want="$want $report" ;;
	dev) want="$want $dev" ;;
	pack) want="$want $pack" ;;
	arch) want="$want $arch" ;;
	*)
		echo "deps.sh: no set '$set': build, check, boot, report, dev, pack, arch" >&2
		exit 2 ;;
	esac
done
if ! command -v dpkg-query >/dev/null; then
	# shellcheck disable=SC2086 # the list is folded to one line
	echo "deps.sh: this is no Debian; have these installed, by whatever" \
		"name they have here:" $want >&2
	exit 0
fi
missing=
for p in $want; do
	case $(dpkg-query -W -f='${Status}' "$p" 2>/dev/null) in
	*' installed') ;;
	*) missing="$missing $p" ;;
	esac
done
[ -n "$missing" ] || exit 0
if $list; then
	# shellcheck disable=SC2086 # a line each
	printf '%s\n' $missing
	exit 3
fi
run="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" -eq 0 ]; then
	as='env'
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
	as='sudo env'
else
	echo "deps.sh: packages are missing; as root run: $run" >&2
	exit 3
fi
echo "deps.sh: installing$missing" >&2
as="$as DEBIAN_FRONTEND=noninteractive"
# shellcheck disable=SC2086 # both are lists of words
$as $run >/dev/null 2>&1 ||
	# the list of packages may be old, or empty on a fresh machine
	{ $as apt-get update >/dev/null && $as $run >/dev/null; } || {
	echo "deps.sh: apt-get failed; as root run: apt-get update && $run" >&2
	exit 3
}
