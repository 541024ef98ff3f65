#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# esxi-customize.sh - the whole chain on made-up images
# shellcheck disable=SC2016 # the bodies are expanded by t
. "${0%/*}/lib.sh"

if ! command -v xorriso >/dev/null; then
	echo '1..0 # SKIP xorriso is not installed'
	exit 0
fi
shared=$top/shared
mkdir "$shared"
mkimage() { sh "$TOP/tests/fixture/mkimage.sh" "$@"; }
mkimage --shape 5.0 "$shared/50.iso" || exit 99
mkimage --shape 6.7 "$shared/67.iso" || exit 99
mkdriver -o "$shared/driver.tgz" || exit 99
export shared

# modules FILE - its modules, a line each
modules() { bootcfg-edit --get modules "$1" | sed 's/ --- /\n/g'; }
# vibs ISO - ids of the VIBs in its database
vibs() { iso-cat "$1" /IMGDB.TGZ >vibs.tgz && imgdb-info --names vibs.tgz | cut -f1 | sort -u; }
# only FILE... - nothing else is here
only() {
	printf '%s\n' "$@" | sort >only.want
	find . -mindepth 1 -maxdepth 1 ! -name 'only.*' -printf '%f\n' | sort >only.got
	diff only.want only.got
}

t 'a driver tgz goes into database, disc and both boot.cfg' '
	esxi-customize --add $shared/driver.tgz -o out.iso $shared/50.iso >log
	iso-cat out.iso /BOOT.CFG >b
	iso-cat out.iso /EFI/BOOT/BOOT.CFG >e
	cmp b e
	iso-cat $shared/50.iso /BOOT.CFG >old
	modules old >old.m
	modules b >new.m
	sed "/^.imgdb.tgz/i /net-acme.v00" old.m | sed "s/net-acme.v00/net-acme.t00/" >want
	diff want new.m
	iso-cat out.iso /IMGDB.TGZ >db
	imgdb-info --names db | grep net-acme.t00
	vibs out.iso >new.v
	vibs $shared/50.iso >old.v
	[ "$(diff old.v new.v | grep -c "^[<>]")" = 1 ]
	iso-cat out.iso /NET-ACME.T00 | vmtar-unpack -t | grep usr/lib/vmware/vmkmod/acme
	grep "both boot entries proved" log
	grep "community" log
	only out.iso b e old old.m new.m want db new.v old.v vibs.tgz log
'

t 'same input, same bytes: clock, user settings and directory do not matter' '
	esxi-customize -q --add $shared/driver.tgz -o a.iso $shared/67.iso
	mkdir "with blank"
	cp $shared/driver.tgz "with blank/it'\''s a driver"
	(umask 077; TZ=Asia/Tokyo LANG=de_DE.UTF-8 LC_ALL=C.UTF-8
	 esxi-customize -q --add "with blank/it'\''s a driver" -o "with blank/b.iso" $shared/67.iso)
	cmp a.iso "with blank/b.iso"
'

t 'adding and removing again restores modules and VIBs' '
	esxi-customize -q --add $shared/driver.tgz -o a.iso $shared/67.iso
	esxi-customize -q --remove net-acme -o b.iso a.iso
	for i in $shared/67.iso b.iso; do
		iso-cat $i /BOOT.CFG >c
		modules c
		vibs $i
		iso-cat -t $i | awk "{ print \$NF }"
	done >lists
	head -n $(($(wc -l <lists) / 2)) lists >one
	tail -n $(($(wc -l <lists) / 2)) lists >two
	diff one two
	iso-cat $shared/67.iso /EFI/BOOT/BOOT.CFG >c
	iso-cat b.iso /EFI/BOOT/BOOT.CFG | cmp c -
'

t 'a VIB wins over the one of its name, up and down, and both are told' '
	for v in 1.0-1 3.0-1 2.0-1; do
		vib-gen -q --driver $shared/driver.tgz --name net-acme --version $v -o $v.vib
	done
	esxi-customize -q --add 3.0-1.vib -o a.iso $shared/67.iso
	esxi-customize --add 2.0-1.vib -o b.iso a.iso >log
	grep -i "downgrade" log
	grep "3.0-1" log
	vibs b.iso | grep net-acme >v
	[ "$(wc -l <v)" = 1 ]
	grep 2.0-1 v
	iso-cat b.iso /BOOT.CFG >c
	[ "$(modules c | grep -c net_acme)" = 1 ]
'

t 'what is there already changes nothing' '
	vib-gen -q --driver $shared/driver.tgz -o x.vib
	esxi-customize -q --add x.vib -o a.iso $shared/67.iso
	esxi-customize --add x.vib -o b.iso a.iso >log
	grep already log
	for f in /IMGDB.TGZ /BOOT.CFG /EFI/BOOT/BOOT.CFG; do
		iso-cat a.iso $f >f
		iso-cat b.iso $f | cmp f -
	done
'

t '--dry-run prints the plan and writes nothing' '
	mkdir tmp
	TMPDIR=$PWD/tmp esxi-customize --dry-run --add $shared/driver.tgz $shared/50.iso >plan
	grep "net-acme.t00" plan
	grep "imgdb.tgz" plan
	grep "community" plan
	[ -z "$(ls -A tmp)" ]
	only plan tmp
'

t '--manifest is JSON with every sum; --keep leaves the steps' '
	esxi-customize -q --add $shared/driver.tgz --manifest m.json --keep steps -o a.iso $shared/67.iso
	perl -MJSON::PP -e "local \$/; my \$m = decode_json(<>); print map { \"\$_->{sha256} \$_->{kind}\n\" } @{\$m->{inventory}{files}}" m.json >sums
	sha256sum a.iso | cut -c1-64 | grep -f - sums
	sha256sum $shared/67.iso $shared/driver.tgz | cut -c1-64 | while read -r s; do grep $s sums; done
	grep driver sums
	mkdir tmp
	TMPDIR=tmp esxi-customize -q --add $shared/driver.tgz --manifest m2.json -o a.iso $shared/67.iso
	cmp m.json m2.json
	[ -z "$(ls -A tmp)" ]
	rm -r tmp m2.json
	[ -s steps/names ] && [ -s steps/IMGDB.TGZ ]
	only a.iso m.json steps sums
'

t '--edit lets the tree be changed and packs it with new checksums' '
	cat >ed <<X
#!/bin/sh
find . -name "*.map" | while read -r f; do echo "regtype=linux,bus=pci,id=10ec:9999 0000:0000,driver=net-acme,class=network" >>"\$f"; done
X
	chmod +x ed
	vib-gen -q --driver $shared/driver.tgz -o x.vib
	EDITOR=$PWD/ed esxi-customize --edit --add x.vib -o a.iso $shared/67.iso >log
	iso-cat a.iso /NET_ACME.T00 | vmtar-unpack -p etc/vmware/driver.map.d/acme.map | grep 9999
	grep -i community log
'

t '--edit without EDITOR runs the shell; a failure of either writes nothing' '
	unset EDITOR
	echo "find . -name \"*.map\" | while read -r f; do echo \"regtype=linux,bus=pci,id=10ec:9999 0000:0000,driver=net-acme,class=network\" >>\$f; done" |
		SHELL=/bin/sh esxi-customize -q --edit --add $shared/driver.tgz -o a.iso $shared/67.iso
	iso-cat a.iso /NET_ACME.T00 | vmtar-unpack -p etc/vmware/driver.map.d/acme.map | grep 9999
	EDITOR=false status 1 esxi-customize -q --edit --add $shared/driver.tgz -o b.iso $shared/67.iso 2>msg
	grep "nothing was written" msg
	echo "exit 7" | SHELL=/bin/sh status 1 esxi-customize -q --edit --add $shared/driver.tgz -o b.iso $shared/67.iso 2>msg
	only a.iso msg
'

t 'names that look like options, or have blanks, quotes and newlines' '
	nl="a
b.tgz"
	cp $shared/driver.tgz -- -d.tgz
	cp $shared/driver.tgz "$nl"
	cp $shared/67.iso -- -in.iso
	cp $shared/67.iso "my - in.iso"
	esxi-customize -q --add -d.tgz --manifest -m.json --keep -k -o -o.iso -- -in.iso
	[ -s ./-m.json ] && [ -s ./-k/names ] && [ -s ./-o.iso ]
	esxi-customize -q --add "$nl" "--output=- x.iso" "my - in.iso"
	cmp "./- x.iso" ./-o.iso
'

t 'options in the forms that getopt takes' '
	esxi-customize -q $shared/67.iso --add=$shared/driver.tgz --output=a.iso
	esxi-customize -qob.iso --add $shared/driver.tgz $shared/67.iso
	cmp a.iso b.iso
	esxi-customize -nq --add $shared/driver.tgz $shared/67.iso | grep net_acme
	status 2 esxi-customize -nZ --add $shared/driver.tgz $shared/67.iso
	for o in --quiet=yes --force=no --edit=x --dry-run=; do
		status 2 esxi-customize $o --add $shared/driver.tgz -o c.iso $shared/67.iso 2>msg
		grep "bad option .$o" msg
	done
	for o in --add= --output= --keep= --manifest= "--add -" "--manifest -"; do
		status 2 esxi-customize $o --level community -o c.iso $shared/67.iso 2>msg
		grep "cannot be a file" msg
	done
	only a.iso b.iso msg
'

t 'a manifest never takes the place of an image' '
	cp $shared/67.iso in.iso
	ln in.iso other.iso
	status 2 esxi-customize --add $shared/driver.tgz --manifest in.iso -o a.iso in.iso
	status 2 esxi-customize --add $shared/driver.tgz --manifest a.iso -o a.iso in.iso
	only in.iso other.iso
	status 3 esxi-customize -q --add $shared/driver.tgz --manifest other.iso -o a.iso in.iso 2>msg
	grep "the ISO is complete" msg
	status 3 esxi-customize -q --add $shared/driver.tgz --manifest ./a.iso -o a.iso in.iso
	cmp in.iso $shared/67.iso
	iso-cat a.iso /NET_ACME.T00 >/dev/null
	only in.iso other.iso a.iso msg
'

t 'standard output that is full is status 3, and nothing is written' '
	status 3 esxi-customize --add $shared/driver.tgz -o a.iso $shared/67.iso >/dev/full
	status 3 esxi-customize --help >/dev/full
	[ -z "$(ls -A)" ]
'

t 'what cannot be added is refused with its reason, and nothing is written' '
	echo old >out.iso
	mkdriver --bad simplemap -o 4x.tgz
	status 1 esxi-customize --add 4x.tgz -o out.iso $shared/67.iso 2>msg
	grep "made for ESXi 4.x" msg
	head -c 300 $shared/driver.tgz >cut.tgz
	status 1 esxi-customize --add cut.tgz -o out.iso $shared/67.iso 2>msg
	grep "cut.tgz" msg
	printf "PK\003\004" >b.zip
	status 1 esxi-customize --add b.zip -o out.iso $shared/67.iso 2>msg
	grep "b.zip" msg
	echo nothing >x.txt
	status 1 esxi-customize --add x.txt -o out.iso $shared/67.iso 2>msg
	grep "x.txt" msg
	status 1 esxi-customize --add $shared/driver.tgz -o out.iso x.txt 2>msg
	grep "x.txt" msg
	status 1 esxi-customize --remove nosuch -o out.iso $shared/67.iso 2>msg
	grep "nosuch" msg
	echo old | cmp - out.iso
	only out.iso 4x.tgz cut.tgz b.zip x.txt msg
'

t 'an image of 7.0 is refused with the reason' '
	mkimage --shape 6.7 --esx-version 7.0.3-0.0.19193900 70.iso
	status 1 esxi-customize --add $shared/driver.tgz -o out.iso 70.iso 2>msg
	grep "7.0.3" msg
	only 70.iso msg
'

t 'an image with one boot entry needs --force' '
	ENTRIES=bios mkimage --shape 6.7 bios.iso
	status 1 esxi-customize --add $shared/driver.tgz -o out.iso bios.iso 2>msg
	grep -i "UEFI" msg
	esxi-customize -q --force --add $shared/driver.tgz -o out.iso bios.iso 2>msg
	grep -i "UEFI" msg
	only bios.iso out.iso msg
'

t 'a missing xorriso is told, with how to get it' '
	mkdir bin
	for c in sh cat cp mv rm ls sed grep tr mkdir mktemp dirname; do ln -s "$(command -v $c)" bin/$c; done
	PATH=$PWD/bin status 3 "$BIN/esxi-customize" --add $shared/driver.tgz -o out.iso $shared/67.iso 2>msg
	grep "apt-get install xorriso" msg
	only bin msg
'

t 'messages name what the user gave, not files of the work directory' '
	cp $shared/driver.tgz b.tgz
	status 1 esxi-customize --add $shared/driver.tgz --add b.tgz -o out.iso $shared/67.iso 2>msg >out
	grep "driver.tgz.* and .*b.tgz.* are both VIB" msg
	status 1 esxi-customize --remove nosuch -o out.iso $shared/67.iso 2>>msg
	grep "IMGDB.TGZ. has no VIB .nosuch" msg
	status 1 grep /tmp msg
	only b.tgz msg out
'

t 'a profile that would not be valid: the plan is shown with all that is wrong' '
	mkdriver --kind native -o native.tgz
	status 1 esxi-customize --add native.tgz -o out.iso $shared/50.iso >log 2>msg
	[ "$(grep -c "^error: .*path-rule" log)" -gt 1 ]
	grep "remedy: " log
	grep "ESXi 5.0 has no native drivers" msg
	esxi-customize --force --add native.tgz -o out.iso $shared/50.iso >log 2>msg
	grep "written with --force" log
	status 1 grep "proved" log
'

t 'every VIB that is not signed is named, by the plan too' '
	mkdriver --module other -o other.tgz
	esxi-customize -n --add $shared/driver.tgz --add other.tgz $shared/67.iso >log
	grep "Secure Boot: not signed: .*net-acme_.*net-other_" log
	grep "nothing was written" log
	grep "because of .net-acme." log
	esxi-customize -n --add $shared/driver.tgz $shared/50.iso >log
	status 1 grep "Secure Boot" log
'

t 'wrong usage' '
	status 2 esxi-customize $shared/67.iso
	status 2 esxi-customize -o out.iso $shared/67.iso
	status 2 esxi-customize --add x -o out.iso
	status 2 esxi-customize --add x -o out.iso a b
	status 2 esxi-customize --nosuch
	status 2 esxi-customize --add
	status 3 esxi-customize --add x -o out.iso nosuch.iso
	esxi-customize --help | grep "^usage"
	esxi-customize --version | grep "^esxi-customize [0-9]"
'

t 'the examples of the page' '
	cp $shared/67.iso in.iso
	cp $shared/driver.tgz driver.tgz
	vib-gen -q --driver driver.tgz -o net-acme.vib
	man_examples esxi-customize
'

done_testing
