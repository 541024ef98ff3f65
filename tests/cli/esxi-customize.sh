#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# esxi-customize.sh - the whole chain on made-up images
# shellcheck disable=SC2016 # the bodies are expanded by t
. "${0%/*}/lib.sh"

needs xorriso
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

t 'offline bundles: all VIBs, those that --vib names, a bundle in a zip' '
	mkdir -p ta/opt/a tb/opt/b
	echo a >ta/opt/a/a
	echo b >tb/opt/b/b
	for v in a b; do
		vib-gen -q --name acme-$v --vendor acme --version 1-1 --summary s --mtime 0 --target 6.7 --tree $v=t$v -o $v.vib
	done
	esxi-bundle -q -o ab.zip a.vib b.vib
	esxi-customize --add ab.zip -o out.iso $shared/67.iso >log
	vibs out.iso >got
	{ vibs $shared/67.iso; echo acme_bootbank_acme-a_1-1; echo acme_bootbank_acme-b_1-1; } | sort | diff - got
	esxi-customize -q --add a.vib --add b.vib -o same.iso $shared/67.iso
	cmp out.iso same.iso
	rm out.iso same.iso
	esxi-customize -q --add ab.zip --vib acme-b -o out.iso $shared/67.iso
	esxi-customize -q --add b.vib -o same.iso $shared/67.iso
	cmp out.iso same.iso
	rm out.iso same.iso
	mkdir z
	mv ab.zip z/
	(cd z && bsdtar --format zip -cf ../wrapped.zip ab.zip)
	esxi-customize -q --add wrapped.zip --vib=acme_bootbank_acme-b_1-1 --manifest m -o out.iso $shared/67.iso
	grep "\"kind\": \"zip\"" m
	rm out.iso m
	status 1 esxi-customize --add z/ab.zip --vib nix -o out.iso $shared/67.iso 2>msg
	grep "no bundle has a VIB called .nix" msg
	status 2 esxi-customize --add a.vib --vib acme-a -o out.iso $shared/67.iso 2>msg
	grep "vib picks out of bundles" msg
	head -c 2000 z/ab.zip >cut.zip
	status 1 esxi-customize --add cut.zip -o out.iso $shared/67.iso 2>msg
	grep "cut.zip" msg
	[ ! -e out.iso ]
'

# 7.0 and later: no vmklinux, components, more modules round imgdb.tgz
for r in 7.0 8.0 9.0; do
	mkimage --shape $r "$shared/$r.iso" || exit 99
done
mkdriver --kind native -o "$shared/native.tgz" || exit 99

for r in 7.0 8.0 9.0; do
	export r
	t "$r: a native driver goes in before imgdb.tgz; all else keeps its place" '
		esxi-customize --add $shared/native.tgz -o out.iso $shared/$r.iso >log
		iso-cat out.iso /BOOT.CFG >b
		iso-cat out.iso /EFI/BOOT/BOOT.CFG | cmp b -
		iso-cat $shared/$r.iso /BOOT.CFG >old
		modules old | sed "/^.imgdb.tgz/i /acme.t00" >want
		modules b | diff want -
		grep -v ^modules= old >want
		grep -v ^modules= b | diff want -
		case $r in 7.0) extra= ;; *) extra="/esxiodpt.tgz --- " ;; esac
		grep "/acme.t00 --- /imgdb.tgz --- /basemisc.tgz --- /resvibs.tgz --- $extra/imgpayld.tgz\$" b
		# every file of the old image is on the new one, the same but for three
		iso-cat -t $shared/$r.iso | awk "{ print \$NF }" >names
		while read -r f; do
			case $f in */ | /BOOT.CAT | /ISOLINUX.BIN) continue ;; esac
			iso-cat $shared/$r.iso $f >x
			iso-cat out.iso $f >y
			cmp -s x y || echo $f
		done <names | sort >changed
		printf "%s\n" /BOOT.CFG /EFI/BOOT/BOOT.CFG /IMGDB.TGZ | diff - changed
		iso-cat $shared/$r.iso /IMGDB.TGZ >db
		imgdb-info db | sed -n "/^COMPONENT/,\$p" >c1
		iso-cat out.iso /IMGDB.TGZ >db
		imgdb-info db | sed -n "/^COMPONENT/,\$p" | diff c1 -
		grep "Components: what was added is in none" log
		grep "Secure Boot: not signed: .community_bootbank_acme_" log
		# made for the release of the image
		imgdb-info --vib acme db | grep "softwarePlatform.*version=\"$r\""
		imgdb-info --vib acme db | grep "verify-process=\"gunzip\">[0-9a-f]\{64\}<"
		want=vmkapi_$(case $r in 7.0) echo 2_9 ;; 8.0) echo 2_13 ;; 9.0) echo 3_0 ;; esac)_0_0
		imgdb-info --vib acme db | grep "<depends>.*$want"
	'

	t "$r: a vmklinux driver is refused, as tgz and as VIB, with the reason" '
		status 1 esxi-customize --add $shared/driver.tgz -o out.iso $shared/$r.iso 2>msg
		grep "vmklinux driver.*has no vmklinux" msg
		vib-gen -q --driver $shared/driver.tgz --target 6.7 -o x.vib
		status 1 esxi-customize --add x.vib -o out.iso $shared/$r.iso 2>msg
		grep "\[vmklinux\]" msg
		only x.vib msg
	'

	t "$r: added and removed again, the lists are as they were" '
		esxi-customize -q --add $shared/native.tgz -o a.iso $shared/$r.iso
		esxi-customize -q --remove acme -o b.iso a.iso
		iso-cat $shared/$r.iso /BOOT.CFG >x
		iso-cat b.iso /BOOT.CFG | cmp x -
		vibs $shared/$r.iso >v
		vibs b.iso | diff v -
	'
done

t '8.0 and later want sha-256 gunzip: refused with the remedy, which helps' '
	mkdir -p t/opt/x
	echo x >t/opt/x/y
	vib-gen -q --name x --tree x:tgz=t --target 6.5 -o old.vib
	esxi-customize -q --add old.vib -o a.iso $shared/67.iso
	esxi-customize -q --add old.vib -o a.iso $shared/7.0.iso
	for r in 8.0 9.0; do
		status 1 esxi-customize --add old.vib -o out.iso $shared/$r.iso >log 2>msg
		grep "^error.*\[no-sha256-gunzip\]" log
		grep "remedy: .*vib-gen --rehash" log
		grep "refuses it: .*\[no-sha256-gunzip\]" msg
		[ ! -e out.iso ]
		vib-gen -q --rehash old.vib --target $r -o new.vib
		esxi-customize -q --add new.vib -o out.iso $shared/$r.iso 2>msg
		rm out.iso
	done
'

t 'an error of the VIB or of the profile stops the run; --force goes on and says it' '
	vib-gen -q --driver $shared/native.tgz --target 8.0 --depends nothere -o x.vib
	status 1 esxi-customize --add x.vib -o out.iso $shared/8.0.iso >log 2>msg
	grep "^error: .*nothere.*\[dependency\]" log
	grep "ESXi .*says: DependencyError" log
	only x.vib log msg
	esxi-customize --force --add x.vib -o out.iso $shared/8.0.iso >log 2>msg
	grep "^error: .*nothere.*\[dependency\]" log
	grep "written with --force" log
	rm out.iso
	vib-gen -q --driver $shared/driver.tgz --target 6.7 -o l.vib
	esxi-customize --force --add l.vib -o out.iso $shared/7.0.iso >log 2>msg
	grep "l.vib. is added all the same: --force" msg
	grep "\[vmklinux\]" msg
	only x.vib l.vib log msg out.iso
'

t 'a component whose VIB goes is told' '
	esxi-customize --remove igbn -o out.iso $shared/8.0.iso >log 2>msg
	grep "VMware-igbn: .*lifecycle tools" log
'

t 'a payload of type boot is not replaced or removed' '
	for r in 67 7.0 8.0 9.0; do
		status 1 esxi-customize --force --remove cpu-microcode -o out.iso $shared/$r.iso 2>msg
		grep "type boot: it lies in imgpayld.tgz too" msg
	done
	only msg
'

t '--ks: the file on the disc, the option in both boot.cfg, the rest of the line' '
	printf "vmaccepteula\ninstall --firstdisk\n" >my.ks
	for r in 50 67 7.0 8.0 9.0; do
		esxi-customize --ks my.ks --manifest m -o out.iso $shared/$r.iso >log
		iso-cat out.iso /KS.CFG | cmp my.ks -
		iso-cat $shared/$r.iso /BOOT.CFG >old
		iso-cat out.iso /BOOT.CFG >b
		iso-cat out.iso /EFI/BOOT/BOOT.CFG | cmp b -
		sed "/^kernelopt=/s,\$, ks=cdrom:/KS.CFG," old | diff - b
		grep "^file /KS.CFG: .my.ks" log
		sha256sum my.ks | cut -c1-64 | grep -f - m
		grep "\"/KS.CFG\"" m
	done
	iso-cat out.iso /IMGDB.TGZ >db
	iso-cat $shared/9.0.iso /IMGDB.TGZ | cmp - db
'

t '--ks replaces an old ks=, not an own /KS.CFG; the same file again is nothing new' '
	echo one >a.ks
	echo two >b.ks
	esxi-customize -q --ks a.ks --add-opt ks=nfs://x/y -o nfs.iso $shared/8.0.iso
	iso-cat nfs.iso /BOOT.CFG >c
	grep "^kernelopt=runweasel cdromBoot ks=nfs://x/y\$" c
	esxi-customize -q --ks a.ks --add-opt "a b=c" -o a.iso nfs.iso
	iso-cat a.iso /EFI/BOOT/BOOT.CFG >c
	grep "^kernelopt=runweasel cdromBoot ks=cdrom:/KS.CFG a b=c\$" c
	status 1 esxi-customize -q --ks b.ks -o out.iso a.iso 2>msg
	grep "a.iso. has another /KS.CFG: --force" msg
	only a.ks b.ks a.iso nfs.iso c msg
	esxi-customize -q --ks a.ks -o same.iso a.iso
	iso-cat same.iso /BOOT.CFG | cmp - c
	esxi-customize -q --force --ks b.ks -o out.iso a.iso 2>msg
	grep "/KS.CFG that .*a.iso. has is replaced" msg
	iso-cat out.iso /KS.CFG | cmp b.ks -
	[ "$(iso-cat -t out.iso | grep -c KS.CFG)" = 1 ]
'

t '--ks and --add-opt: the plan shows them; what cannot be read is told' '
	echo one >a.ks
	esxi-customize --dry-run --ks a.ks --add-opt foo --add-opt bar=1 $shared/8.0.iso >log
	grep "kernelopt=runweasel cdromBoot ks=cdrom:/KS.CFG foo bar=1\$" log
	grep "file /KS.CFG: .a.ks" log
	grep "nothing was written" log
	status 3 esxi-customize --ks nosuch -o out.iso $shared/8.0.iso 2>msg
	grep "cannot read .nosuch. for --ks" msg
	status 2 esxi-customize --ks - -o out.iso $shared/8.0.iso
	status 2 esxi-customize --ks= -o out.iso $shared/8.0.iso
	esxi-customize -q --add-opt=allowLegacyCPU=true -o out.iso $shared/8.0.iso
	iso-cat out.iso /BOOT.CFG | grep "^kernelopt=runweasel cdromBoot allowLegacyCPU=true\$"
	only a.ks log msg out.iso
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

t 'a driver that the release refuses: all that is wrong is shown' '
	mkdriver --kind native -o native.tgz
	status 1 esxi-customize --add native.tgz -o out.iso $shared/50.iso >log 2>msg
	[ "$(grep -c "^error: .*path-rule" log)" -gt 1 ]
	grep "remedy: " log
	grep "ESXi 5.0 says: VibValidationError" log
	grep "ESXi 5.0 has no native drivers" msg
	grep "ESXi 5.0 refuses it: a community VIB may not hold .*\[path-rule\]" msg
	status 1 esxi-customize -q --add native.tgz -o out.iso $shared/50.iso >log 2>msg
	grep "refuses it: .*\[path-rule\]" msg
	[ ! -s log ]
	only native.tgz msg log
	esxi-customize --force --add native.tgz -o out.iso $shared/50.iso >log 2>msg
	grep "native.tgz. is added all the same" msg
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

t '--add-pci-id: a map for a driver of the image, and esxi-pci says it takes the card' '
	mkimage --shape 8.0 80.iso
	for r in 50:net-e1000 67:net-igb 80:ixgben; do
		in=$shared/${r%%:*}.iso
		[ -f $in ] || in=80.iso
		status 1 esxi-pci --id 10ec:8168 --id 10ec:8169:1043:87d7 $in >out
		esxi-customize --add-pci-id 10ec:8168=${r#*:} \
			--add-pci-id=10ec:8169:1043:87d7=${r#*:} -o out.iso $in >log 2>msg
		esxi-pci --id 10ec:8168 --id 10ec:8169:1043:87d7 out.iso >out
		[ "$(grep -c "  ${r#*:}$" out)" = 2 ]
		grep -q "VIB community_bootbank_pciid-.*-10ec8168_1.0-1" out
		grep -q "a driver whose own table lacks the id will still not take the card" msg
		vibs out.iso | grep -c "pciid-.*-10ec816[89]_1.0-1" | grep -qx 2
		iso-cat out.iso /BOOT.CFG >b
		[ "$(modules b | grep -c pciid)" = 2 ]
		rm out.iso
	done
'

t '--add-pci-id: an image without the driver, and ids that are none' '
	status 1 esxi-customize --add-pci-id 10ec:8168=nope -o out.iso $shared/67.iso 2>msg
	grep -q "has no driver .nope" msg
	status 2 esxi-customize --add-pci-id 10ec:8168 -o out.iso $shared/67.iso 2>msg
	status 2 esxi-customize --add-pci-id 8168=net-igb -o out.iso $shared/67.iso 2>msg
	status 2 esxi-customize --add-pci-id
	only msg
	esxi-customize --dry-run --add-pci-id 10ec:8168=net-igb $shared/67.iso >log 2>msg
	grep -q "pciid-net-igb-10ec8168" log
'

t 'the examples of the page' '
	cp $shared/67.iso in.iso
	cp $shared/driver.tgz driver.tgz
	vib-gen -q --driver driver.tgz -o net-acme.vib
	man_examples esxi-customize
'

done_testing
