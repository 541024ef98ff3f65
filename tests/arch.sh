#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# arch.sh ARCH [DIR] - the unit and byte tests on another architecture of Debian
#
#	sh tests/arch.sh s390x        big-endian, by qemu-user
#	sh tests/arch.sh i386         32 bits
#
# In a throw-away root of that architecture, DIR/ARCH (build/arch), made by
# mmdebstrap from the sources that apt has here, and with the compiler in it: no
# cross compiler is installed on this machine. The root stays for the next run;
# remove DIR where it is not wanted any more. Needs root, mmdebstrap, and for what
# this CPU does not run arch-test, and qemu-user-static with binfmt_misc.
#
# T='name ...' are the files of tests/cli, and CFLAGS those of the compiler:
# -O0 is the fastest by far where the compiler itself is emulated.
set -eu
: "${T=vmtar vmtar-pack vib-gen}" "${CFLAGS:=-O0}"
arch=${1:?wanted: arch.sh ARCH [DIR]}
top=$(cd "${0%/*}/.." && pwd)
dir=${2:-$top/build/arch}
binfmt=/proc/sys/fs/binfmt_misc
added=
packages=gcc,make,libc6-dev,pkg-config,zlib1g-dev,liblzma-dev,libzstd-dev
packages=$packages,libxml2-dev,libarchive-dev,libssl-dev,libcmocka-dev
packages=$packages,perl,libarchive-tools,binutils,openssl,xz-utils,zstd
# not where the other end comes first: libisofs 1.5.4 calls '..' as '.' there, and
# what asks for xorriso leaves itself out without it
case $arch in
s390x | powerpc | ppc64 | hppa | m68k | sparc64) ;;
*) packages=$packages,xorriso,mtools ;;
esac

die() {
	echo "arch.sh: $*" >&2
	exit 3
}

# Which qemu runs it; nothing where this CPU does.
emulator() {
	case $(dpkg --print-architecture):$arch in
	"$arch:$arch" | amd64:i386 | arm64:armhf | arm64:armel) ;;
	*:amd64) echo x86_64 ;;
	*:arm64) echo aarch64 ;;
	*:armhf | *:armel) echo arm ;;
	*:ppc64el) echo ppc64le ;;
	*:mips64el) echo mips64el ;;
	*) echo "$arch" ;;
	esac
}

# Does the kernel start such programs? What is registered here goes again.
register() {
	qemu=$(emulator)
	[ -n "$qemu" ] || return 0
	[ -w $binfmt/register ] || mount -t binfmt_misc none $binfmt ||
		die "no binfmt_misc: $arch cannot be run here"
	[ ! -e "$binfmt/qemu-$qemu" ] || return 0
	[ -r "/usr/lib/binfmt.d/qemu-$qemu.conf" ] ||
		die "qemu-user-static is not installed"
	cat "/usr/lib/binfmt.d/qemu-$qemu.conf" >$binfmt/register
	added=$binfmt/qemu-$qemu
}

# Copies of apt's sources of Debian, whose names are printed. Without its security
# updates, which a root that is thrown away needs not: their mirrors are often out
# of step.
sources() {
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
		/etc/apt/sources.list.d/*.sources; do
		grep -q -s -i debian "$f" || continue
		to=$dir/$arch.${f##*/}
		case $f in
		*.list) grep -v security "$f" >"$to" ;;
		*) awk 'BEGIN { RS = ""; ORS = "\n\n" } !/security/' "$f" >"$to" ;;
		esac
		echo "$to"
	done
}

make_root() {
	[ ! -e "$dir/$arch/done" ] || return 0
	suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	rm -rf "${dir:?}/$arch"
	mkdir -p "$dir"
	# shellcheck disable=SC2046 # a word for each
	mmdebstrap --quiet --variant=apt --arch="$arch" --include="$packages" \
		"$suite" "$dir/$arch" $(sources) </dev/null ||
		die "no root of $arch; try with another mirror in apt's sources"
	touch "$dir/$arch/done"
}

# What git knows, as it is now; older objects stay.
copy_tree() {
	mkdir -p "$dir/$arch/src"
	(cd "$top" && git ls-files -z | tar --null -T - -cf -) |
		tar -xf - -C "$dir/$arch/src"
}

# Warnings and hardening were looked at elsewhere, and take long.
flags="ISAL= WARN= HARD=-fPIE CFLAGS=$CFLAGS"

# qemu-user starts a program that is not there with status 127 where posix_spawn()
# should have failed, and takes no seccomp filter: these two cannot pass under it.
# All else runs, and all that fails is told.
lacking='t_proc t_sandbox'

inside() {
	[ -n "$qemu" ] || lacking=
	cat <<-EOF
	cd /src && make -s -j2 $flags all fixes units || exit
	for t in build/unit/t_*; do
		case \$t in *.log) continue ;; esac
		case " $lacking " in *" \${t##*/} "*)
			echo "arch.sh: \$t is left out: qemu-user lacks what it tests"
			continue ;;
		esac
		if \$t >\$t.log 2>&1; then
			n=\$((n + 1))
		else
			echo "arch.sh: \$t failed on $arch"
			tail -n 30 \$t.log
			bad=1
		fi
	done
	echo "arch.sh: \$n unit programs passed on $arch"
	[ -z '$T' ] || make -s $flags check-cli T='$T' || bad=1
	exit \$bad
	EOF
}

[ "$(id -u)" -eq 0 ] || die "only root can make and enter a root"
command -v mmdebstrap >/dev/null || die "mmdebstrap is not installed"
trap '[ -z "$added" ] || echo -1 >"$added"' EXIT
register
make_root
copy_tree
inside >"$dir/$arch/arch-run"
# its /proc, /tmp and terminals are gone with it
exec_root='mount -t proc proc "$1/proc" && mount -t tmpfs none "$1/tmp" &&
	mount -t devpts none "$1/dev/pts" &&
	exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/ n=0 bad=0 \
	chroot "$1" sh /arch-run'
# shellcheck disable=SC2016 # for the shell in there
unshare -m -p -f sh -c "$exec_root" sh "$dir/$arch"
