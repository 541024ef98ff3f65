# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# lib.sh - sourced by the boot tests: what QEMU's machine was given, against
#          what lies on the disc
. "$TOP/tests/cli/lib.sh"
fixture=$TOP/tests/fixture
export fixture LIMIT="${LIMIT:-60}"

for program in qemu-system-x86_64 xorriso grub-mkstandalone; do
	command -v $program >/dev/null || {
		echo "1..0 # SKIP $program is not installed"
		exit 0
	}
done

# boots ISO FIRMWARE [FILE] - it lists exactly the modules of its BOOT.CFG, each
# with the sum of the file read back from the disc; the list goes to FILE
boots() {
	rm -rf disc
	mkdir disc
	case $2 in
	bios) cfg=/BOOT.CFG ;;
	uefi) cfg=/EFI/BOOT/BOOT.CFG ;;
	esac
	# shellcheck disable=SC2094 # $cfg is a path on the disc
	iso-cat "$1" "$cfg" >cfg
	for m in $(bootcfg-edit --get kernel cfg) \
		$(bootcfg-edit --get modules cfg | sed 's/ --- / /g'); do
		iso-cat "$1" "$m" >"disc/$(printf %s "${m#/}" | tr '[:lower:]' '[:upper:]')"
	done
	sh "$fixture/expect.sh" disc cfg >want
	rc=0
	sh "$fixture/boot.sh" "$1" "$2" >"${3:-got}" || rc=$?
	# once more on a time-out only: the machine may be busy
	[ "$rc" -ne 124 ] || sh "$fixture/boot.sh" "$1" "$2" >"${3:-got}"
	diff want "${3:-got}"
}
