#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# check-real.sh ISO [REPORT] - what esxkit says of a genuine install image
#
# For those who have one; nobody who wrote esxkit had. Each rule that was taken
# from descriptions is held against the image: the layout of archives, names of
# files and payloads, the boot order, both boot entries. REPORT (else standard
# output) has counts and results, and names of files and VIBs where a check failed:
# nothing else of what is on the disc. $BIN holds the commands, $FIX the maker of the
# driver that is put in. Needs room for two more images in $TMPDIR.
#
# Status 0: all is as esxkit has it. 1: something is not; the report says what.
# 2: wrong usage. 3: the system failed, or ISO cannot be read.
set -u
case $#:${1:-} in
1:?* | 2:?*) ;;
*) echo "usage: $0 iso [report]  (or: make check-real ISO=iso [REPORT=file])" >&2
	exit 2 ;;
esac
PATH=$BIN:$FIX:$PATH
LC_ALL=C
TZ=UTC
export PATH LC_ALL TZ
unset SOURCE_DATE_EPOCH
case $1 in /*) iso=$1 ;; *) iso=$PWD/$1 ;; esac
work=$(mktemp -d) && work=$(cd "$work" && pwd) || exit 3
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
case ${2:--} in -) exec 3>&1 ;; *) exec 3>"$2" || exit 3 ;; esac
cd "$work" || exit 3
TMPDIR=$work # it may have been a relative one
export TMPDIR
failed=0

say() { printf '%s\n' "$*" >&3 || exit 3; }

# of a message: which file, what and where, no path of this machine
shorten() { sed "s,$work/,,g; s,${iso%/*}/,,g" | cut -c1-300; }

# result STATUS WORDS... - a line of the report; what went wrong is in msg
result() {
	rc=$1
	shift
	if [ "$rc" -eq 0 ]; then say "ok    $*"; return; fi
	failed=1
	say "FAIL  $* (status $rc)"
	[ ! -s msg ] || shorten <msg | head -n 20 | sed 's/^/        /' >&3
}

# run WORDS COMMAND... - one step as one line of the report
run() {
	words=$1
	shift
	rc=0
	"$@" >out 2>msg || rc=$?
	[ $rc -eq 0 ] || cat out >>msg
	result $rc "$words"
	return "$rc"
}

# count PATTERN FILE
count() { grep -c "$1" "$2"; }

iso-cat -t "$iso" >list || exit 3
for f in IMGDB.TGZ BOOT.CFG EFI/BOOT/BOOT.CFG; do
	mkdir -p EFI/BOOT
	iso-cat "$iso" "/$f" >"$f" || { echo "$0: no install image" >&2; exit 3; }
done
version=$(imgdb-info --get esx-version IMGDB.TGZ) || exit 3
release=$(imgdb-info --get release IMGDB.TGZ) || exit 3
say "esxkit on an install image: counts, results, and names of files and VIBs where"
say "a check failed; nothing else of what is on it"
say ""
say "$(vib-gen --version | head -n 1 | sed 's/^vib-gen/esxkit/')"
say "ESXi $version (rules of $release), image of $(stat -L -c %s "$iso") bytes," \
	"$(wc -l <list) files and directories"
say ""

# ---- boot.cfg, and what it names

run 'boot.cfg: both read, agree, and all that they name is there' \
	bootcfg-edit --check --for iso -C "$iso" BOOT.CFG EFI/BOOT/BOOT.CFG
{
	bootcfg-edit --get kernel BOOT.CFG
	bootcfg-edit --get modules BOOT.CFG | sed 's/ --- /\n/g'
} | sed 's/^\///; s/ .*//' >loaded
imgdb-info --boot-order IMGDB.TGZ >order 2>msg
head -n "$(wc -l <order)" loaded >first
rc=0
diff order first >msg || rc=1
result $rc "boot order: $(wc -l <order) of $(wc -l <loaded) modules computed from" \
	"the database"

# ---- the database

components=$(imgdb-info IMGDB.TGZ 2>/dev/null | sed '1,/^COMPONENT/d' | wc -l)
rc=0
imgdb-info --recompute IMGDB.TGZ >out 2>msg || rc=$?
[ $rc -eq 0 ] || cat out >>msg
result $rc "database: names computed anew; $components components"
sed -n 's/^\(VIB\|profile\|payload\) [a-z]*  */      &/p' out >&3
mkdir db again
imgdb-edit -q --force --profile-description x -o new.tgz IMGDB.TGZ 2>msg &&
	tar -xzf IMGDB.TGZ -C db 2>>msg && tar -xzf new.tgz -C again 2>>msg &&
	rm -r db/var/db/esximg/profiles again/var/db/esximg/profiles 2>>msg &&
	diff -rq db again >msg 2>&1
result $? 'database: written anew, all but the profile is the same'

# ---- modules

: >kinds
: >same
: >wrong
: >why
while read -r name; do
	iso-cat "$iso" "/$name" >module 2>>why || { echo "$name" >>wrong; continue; }
	kind=$(vib-info --kind module 2>/dev/null) || kind=other
	echo "$kind" >>kinds
	case $kind in
	vmtar) vmtar-unpack --repack module >>same ;;
	tgz | tar | driver | imgdb) vmtar-unpack --test module ;;
	*) continue ;;
	esac 2>msg || {
		echo "$name" >>wrong
		sed "s/'module'/'$name'/g" msg >>why
	}
done <loaded
rm -f module
cp why msg
result "$([ -s wrong ] && echo 1 || echo 0)" "modules: $(wc -l <kinds) read;" \
	"$(count '^vmtar$' kinds) are vmtars, $(count 'same when packed' same) of" \
	"them packed again to the same bytes; $(count '^tgz$' kinds) tgz and" \
	"$(count '^imgdb$' kinds) database read whole; the rest are no archives"
for g in 6.5 6.7 8.0u1; do
	say "      $(grep 'same when packed' same | count "[ ,]$g\\b" -) by the" \
		"writer of $g"
done

# ---- the image

run 'image: rebuilt with nothing changed, and proved' \
	iso-rebuild -q -o same.iso "$iso"
rm -f same.iso
case $release in 5.* | 6.*) kind=linux ;; *) kind=native ;; esac
mkdriver --kind $kind --module esxkit -o driver.tgz || exit 3
run "driver: a VIB made for this release ($kind)" vib-gen -q --driver driver.tgz \
	--name esxkit-proof --target "$version" -o esxkit-proof.vib
if run 'image: customised with it, both boot entries proved' \
	esxi-customize -q --add esxkit-proof.vib -o custom.iso "$iso"; then
	rc=0
	iso-cat custom.iso /BOOT.CFG >new.cfg 2>msg || rc=$?
	{
		bootcfg-edit --get modules new.cfg | sed 's/ --- /\n/g' |
			sed 's/^\///; s/ .*//' | diff loaded - | grep '^>'
	} >added 2>>msg
	[ "$(wc -l <added)" -eq 1 ] || rc=1
	result $rc 'image: one module more than before'
	run 'image: the VIB taken out again' \
		esxi-customize -q --remove esxkit-proof -o back.iso custom.iso &&
		iso-cat back.iso /BOOT.CFG | cmp - BOOT.CFG >msg 2>&1 &&
		iso-cat back.iso /EFI/BOOT/BOOT.CFG | cmp - EFI/BOOT/BOOT.CFG >msg 2>&1
	result $? 'image: both boot.cfg are then what they were'
fi
say ""
if [ $failed -eq 0 ]; then say "all is as esxkit has it"; else
	say "something is not as esxkit has it: please report, with these lines"
fi
exit $failed
