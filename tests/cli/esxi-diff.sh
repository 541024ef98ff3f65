#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # t expands the bodies and runs them
. "${0%/*}/lib.sh"

needs xorriso
s=$top/shared
mkdir "$s"
export s
# a.iso and, as a directory, a: all that is on it
sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 "$s/a.iso" &&
	mkdir "$s/a" &&
	iso-cat -t "$s/a.iso" | sed 's,^[^/]*,,' >"$top/names" || exit 99
while read -r path; do
	case $path in
	*/) mkdir -p "$s/a$path" ;;
	*) iso-cat "$s/a.iso" "$path" >"$s/a$path" ;;
	esac || exit 99
done <"$top/names"
mkdriver -o "$s/driver.tgz" || exit 99
for v in 1.0-1 2.0-1; do
	vib-gen -q --driver "$s/driver.tgz" --name net-acme --version $v \
		-o "$s/$v.vib" || exit 99
done
esxi-customize -q --add "$s/1.0-1.vib" -o "$s/b.iso" "$s/a.iso" || exit 99

# same A B, differ A B - with nothing on standard error
same() {
	status 0 esxi-diff "$@" >text 2>msg
	[ ! -s msg ]
	[ "$(tail -n 1 text)" = 'no differences' ]
	[ "$(wc -l <text)" -eq 3 ]
	status 0 esxi-diff -q "$@" >text 2>&1
	[ ! -s text ]
}
differ() {
	status 1 esxi-diff "$@" >text 2>msg
	cat text
	[ ! -s msg ]
	status 1 esxi-diff -q "$@" >none 2>&1
	[ ! -s none ]
}
# rejected TEXT A B - status 3, one line with TEXT, no report
rejected() {
	text=$1
	shift
	status 3 esxi-diff "$@" >out 2>msg
	cat msg
	[ ! -s out ]
	[ "$(wc -l <msg)" -eq 1 ]
	grep -q -e "$text" msg
}
# body - text without the two lines that name the sides
body() {
	sed 1,2d text
}
# json KEY <doc - the member as python prints it
json() {
	python3 -c "import json,sys; print(json.load(sys.stdin)$1)"
}

t 'the same: an image, its copy, the directory of its files' '
	same $s/a.iso $s/a.iso
	cp $s/a.iso copy
	same $s/a.iso copy
	same $s/a.iso $s/a
	same $s/a $s/a.iso
	same $s/a $s/a
	printf "A: %s (image)\nB: %s (image)\nno differences\n" $s/a $s/a >want
	esxi-diff $s/a $s/a | diff want -
'

t 'a driver is added: text, byte for byte' '
	cat >want <<-END

	VIBs
	  only in B   net-acme 1.0-1 (community)

	Profile
	  ~ level: partner -> community
	  ~ modified: 2018-04-03T21:49:24+00:00 -> 2023-11-14T22:13:20+00:00
	  ~ serial: 14 -> 16

	boot.cfg of BIOS and of UEFI
	  + net_acme.t00: module 28 of 30

	PCI ids
	  + 1af4:1000: acme (net-acme)

	VIB net-acme
	  + payload net-acme (net_acme.t00)
	    + etc/vmware/driver.map.d/acme.map
	    + usr/lib/vmware/vmkmod/acme
	    + usr/share/hwdata/driver.pciids.d/acme.ids
	END
	differ $s/a.iso $s/b.iso
	body | diff want -
	differ $s/b.iso $s/a.iso
	grep -x "  only in A   net-acme 1.0-1 (community)" text
	grep -x "  - net_acme.t00: module 28 of 30" text
	grep -x "    - usr/lib/vmware/vmkmod/acme" text
	[ "$(grep -c "^  *+ " text)" -eq 0 ]
'

t 'and removed again: no trace but in the profile' '
	esxi-customize -q --remove net-acme -o c.iso $s/b.iso
	cat >want <<-END

	Profile
	  ~ level: partner -> community
	  ~ modified: 2018-04-03T21:49:24+00:00 -> 2023-11-14T22:13:20+00:00
	  ~ serial: 14 -> 17
	END
	differ $s/a.iso c.iso
	body | diff want -
'

t 'another version, up and down' '
	esxi-customize -q --add $s/2.0-1.vib -o c.iso $s/b.iso
	differ $s/b.iso c.iso
	grep -x "  upgraded    net-acme 1.0-1 -> 2.0-1" text
	! grep "only in" text
	! grep "payload" text
	differ c.iso $s/b.iso
	grep -x "  downgraded  net-acme 2.0-1 -> 1.0-1" text
'

t 'kernel options and modules of one boot.cfg alone' '
	cp -R $s/a d
	bootcfg-edit -i -q --add-opt ks=http://x/ks d/EFI/BOOT/BOOT.CFG
	differ $s/a.iso d
	printf "\nboot.cfg of UEFI\n" >want
	old=$(bootcfg-edit --get kernelopt $s/a/BOOT.CFG)
	echo "  ~ kernelopt: $old -> $old ks=http://x/ks" >>want
	body | diff want -
	# the same on both is told once; mine.tgz is of no VIB
	bootcfg-edit -i -q --add-opt ks=http://x/ks d/BOOT.CFG
	bootcfg-edit -i -q --add-module /mine.tgz d/BOOT.CFG d/EFI/BOOT/BOOT.CFG
	mkdriver --module mine --id 10ec:8125 -o d/MINE.TGZ
	differ $s/a.iso d
	[ "$(grep -c "^boot.cfg" text)" -eq 1 ]
	grep -x "boot.cfg of BIOS and of UEFI" text
	grep -x "  + mine.tgz: module 28 of 30" text
	grep -x "  + 10ec:8125: mine" text
	grep -x "Modules of no VIB" text
	grep -x "  + module mine.tgz" text
	grep -x "    + usr/lib/vmware/vmkmod/mine" text
	! grep "BOOT.CFG" text
	! grep "Other files" text
'

t 'a payload that was tampered with, one that is gone, one packed otherwise' '
	imgdb-info --names $s/a/IMGDB.TGZ | grep "net-e1000_" | cut -f2,3 >names
	read -r payload file <names
	up=$(echo "$file" | tr a-z A-Z)
	cp -R $s/a d
	vmtar-unpack -C tree $s/a/$up
	f=$(cd tree && find . -type f | sort | head -n 1 | cut -c3-)
	echo more >>tree/$f
	mkdir -p tree/etc
	echo new >tree/etc/backdoor
	vmtar-pack -z -C tree -o d/$up
	differ $s/a d
	grep -x "  other       net-e1000 8.0.3.1-5vmw.*, same version, other content" text
	grep -x "VIB net-e1000" text
	grep -x "  ~ payload $payload ($file): other content" text
	grep -x "    + etc/backdoor" text
	grep "^    ~ $f (content" text
	! grep -e "^  [-+~] payload.*sha" text
	rm d/$up
	differ $s/a d
	grep -x "  ~ payload $payload ($file): the file is not there in B" text
	gzip -dc $s/a/$up | gzip -1n >d/$up
	! cmp -s $s/a/$up d/$up
	differ $s/a d
	printf "\nVIB net-e1000\n  ~ payload %s (%s): packed otherwise, the files in it are the same\n" \
		"$payload" "$file" >want
	body | diff want -
	esxi-diff --json $s/a d >doc || [ $? -eq 1 ]
	grep -q "\"change\": \"packed_otherwise\"" doc
	grep -q "\"packages_equal\": true" doc
'

t 'other files of the image, and the disc' '
	cp -R $s/a d
	echo x >>d/UPGRADE/METADATA.ZIP
	echo vmaccepteula >d/KS.CFG
	rm d/.DISCINFO
	differ $s/a.iso d
	printf "\nOther files of the image\n" >want
	printf "  - /.DISCINFO\n  + /KS.CFG\n" >>want
	printf "  ~ /UPGRADE/METADATA.ZIP (content)\n" >>want
	body | diff want -
	# blocks on the disc are other ones, and that is no difference
	iso-rebuild -q --add /KS.CFG=d/KS.CFG -o k.iso $s/a.iso
	differ $s/a.iso k.iso
	printf "\nOther files of the image\n  + /KS.CFG\n" >want
	body | diff want -
	sed "s/ESXI-6/ESXI-7/" $s/a.iso >v.iso
	if ! cmp -s $s/a.iso v.iso; then
		differ $s/a.iso v.iso
		grep "^  ~ volume id: ESXI-6" text
	fi
'

t 'databases; one beside an image' '
	iso-cat $s/b.iso /IMGDB.TGZ >b.tgz
	cp $s/a/IMGDB.TGZ a.tgz
	same a.tgz $s/a/IMGDB.TGZ
	same a.tgz $s/a.iso
	same $s/a a.tgz
	same $s/b.iso b.tgz
	cat >want <<-END

	VIBs
	  only in B   net-acme 1.0-1 (community)

	Profile
	  ~ level: partner -> community
	  ~ modified: 2018-04-03T21:49:24+00:00 -> 2023-11-14T22:13:20+00:00
	  ~ serial: 14 -> 16
	END
	differ a.tgz b.tgz
	body | diff want -
	differ $s/a.iso b.tgz
	body | diff want -
	# the same said in other bytes
	gzip -dc a.tgz | gzip -1n >p.tgz
	differ a.tgz p.tgz
	[ "$(body | head -n 2 | tail -n 1)" = Database ]
	body | grep "^  ~ the file itself: [0-9a-f]\{12\}\.\.\. -> "
	cp -R $s/a d
	cp p.tgz d/IMGDB.TGZ
	differ $s/a d
	printf "\nOther files of the image\n  ~ /IMGDB.TGZ (content)\n" >want
	body | diff want -
'

t 'two VIBs: a file, its mode, a link, the descriptor' '
	mkdir -p tree/opt/x
	echo one >tree/opt/x/file
	echo run >tree/opt/x/run
	ln -s file tree/opt/x/link
	gen() {
		vib-gen -q --name x --version "$1" --vendor me --mtime 0 \
			--summary "$2" --tree x=tree -o "$3"
	}
	gen 1-1 sum a.vib
	same a.vib a.vib
	echo two >tree/opt/x/file
	chmod 755 tree/opt/x/run
	rm tree/opt/x/link
	ln -s run tree/opt/x/link
	echo new >tree/opt/x/new
	gen 1-1 other b.vib
	differ a.vib b.vib
	grep -x "  other       x 1-1, same version, other content" text
	grep -x "  ~ summary: sum -> other" text
	grep -x "  + file opt/x/new" text
	grep "^  ~ payload x sha-256: [0-9a-f]\{12\}... -> [0-9a-f]\{12\}...\$" text
	cat >want <<-END
	  ~ payload x: other content
	    ~ opt/x/file (content)
	    ~ opt/x/link (link file -> run)
	    + opt/x/new
	    ~ opt/x/run (mode 0644 -> 0755)
	END
	sed -n "/^  ~ payload x: /,\$p" text | diff want -
	gen 2-1 other c.vib
	differ a.vib c.vib
	grep -x "  upgraded    x 1-1 -> 2-1" text
	! grep "sha-256" text
	sed -n "/^  ~ payload x: /,\$p" text | diff want -
'

t 'acceptance level, relations; names that differ' '
	vib-gen -q --driver $s/driver.tgz --name net-acme --version 1.0-1 \
		--level partner --depends "a >= 1" --any-files -o p.vib
	vib-gen -q --driver $s/driver.tgz --name net-acme --version 1.0-1 \
		--depends "a >= 2" -o c.vib
	differ p.vib c.vib
	grep -x "  other       net-acme 1.0-1, same version, other content (partner -> community)" text
	grep -x "  ~ acceptance-level: partner -> community" text
	grep -x "  ~ depends a: >= 1 -> >= 2" text
	vib-gen -q --driver $s/driver.tgz --name net-bcme --version 1.0-1 -o b.vib
	differ $s/1.0-1.vib b.vib
	grep -x "  other       net-acme 1.0-1 -> net-bcme 1.0-1" text
	grep -x "  ~ 1af4:1000: acme (net-acme) -> acme (net-bcme)" text
'

t 'bundles, and VIBs beside a bundle, a database and an image' '
	vib-gen -q --driver $s/driver.tgz --name net-z --version 1-1 -o z.vib
	esxi-bundle -q -o a.zip $s/1.0-1.vib z.vib
	esxi-bundle -q -o b.zip $s/1.0-1.vib $s/2.0-1.vib
	same a.zip a.zip
	differ a.zip b.zip
	cat >want <<-END

	VIBs
	  only in A   net-z 1-1 (community)
	  only in B   net-acme 2.0-1 (community)
	END
	body | sed "/^VIB net/,\$d; \$d" >got
	head -n 4 got | diff want -
	grep -x "Bundle" text
	grep "^  + bulletin .*: VIB community_bootbank_net-acme_2.0-1" text
	esxi-bundle -q -o one.zip $s/1.0-1.vib
	same one.zip $s/1.0-1.vib
	same $s/1.0-1.vib one.zip
	differ one.zip $s/2.0-1.vib
	printf "\nVIBs\n  upgraded    net-acme 1.0-1 -> 2.0-1\n" >want
	body | diff want -
	# all of the image is only there; net-acme is the same
	iso-cat $s/b.iso /IMGDB.TGZ >b.tgz
	for i in $s/b.iso b.tgz; do
		differ one.zip $i
		! grep net-acme text
		[ "$(grep -c "^  only in B" text)" -eq \
			"$(($(imgdb-info --names b.tgz | cut -f1 | sort -u | wc -l) - 1))" ]
		[ "$(grep -c "^  " text)" -eq "$(grep -c "^  only in B" text)" ]
		differ $i $s/2.0-1.vib
		grep -x "  upgraded    net-acme 1.0-1 -> 2.0-1" text
	done
	# a bundle of the image has its VIBs
	esxi-bundle -q --profile -o image.zip $s/a.iso
	same image.zip $s/a.iso
	same $s/a/IMGDB.TGZ image.zip
'

t 'JSON: the eight names, and what else there is' '
	command -v python3 || exit 0
	status 1 esxi-diff --json $s/a.iso $s/b.iso >doc
	[ "$(json "[\"equal\"]" <doc)" = False ]
	[ "$(json "[\"packages_equal\"]" <doc)" = False ]
	[ "$(json "[\"ref_acceptance_level\"]" <doc)" = partner ]
	[ "$(json "[\"comp_acceptance_level\"]" <doc)" = community ]
	[ "$(json "[\"only_in_ref\"]" <doc)" = "[]" ]
	[ "$(json "[\"only_in_comp\"]" <doc)" = "['\''community_bootbank_net-acme_1.0-1'\'']" ]
	[ "$(json "[\"upgrade_from_ref\"]" <doc)" = "[]" ]
	[ "$(json "[\"downgrade_from_ref\"]" <doc)" = "[]" ]
	[ "$(json "[\"boot\"][\"uefi\"][\"modules\"][0][\"comp_place\"]" <doc)" = 28 ]
	[ "$(json "[\"pci_ids\"][0][\"comp\"]" <doc)" = "acme (net-acme)" ]
	[ "$(json "[\"vibs\"][0][\"payloads\"][0][\"files\"][1][\"path\"]" <doc)" = usr/lib/vmware/vmkmod/acme ]
	[ "$(json "[\"vibs\"][0][\"payloads\"][0][\"files\"][1][\"comp\"][\"mode\"]" <doc)" = 0644 ]
	esxi-customize -q --add $s/2.0-1.vib -o c.iso $s/b.iso
	status 1 esxi-diff --json $s/b.iso c.iso >doc
	[ "$(json "[\"upgrade_from_ref\"]" <doc)" = "['\''community_bootbank_net-acme_2.0-1'\'']" ]
	[ "$(json "[\"only_in_comp\"]" <doc)" = "[]" ]
	status 1 esxi-diff --json c.iso $s/b.iso >doc
	[ "$(json "[\"downgrade_from_ref\"]" <doc)" = "['\''community_bootbank_net-acme_1.0-1'\'']" ]
	status 0 esxi-diff --json $s/a.iso $s/a >doc
	[ "$(json "[\"equal\"]" <doc)" = True ]
	[ "$(json "[\"packages_equal\"]" <doc)" = True ]
	[ "$(json "[\"vibs\"]" <doc)" = "[]" ]
	[ "$(json "[\"ref\"][\"kind\"]" <doc)" = image ]
	# every member is in the page
	for key in $(sed -n "s/^ *\"\([a-z_0-9]*\)\":.*/\1/p" doc | sort -u); do
		sed -n "/^.Ss JSON/,/^.Sh/p" $TOP/man/esxi-diff.1 | grep -qw -e "$key"
	done
	# nothing to tell of a profile
	status 0 esxi-diff --json $s/1.0-1.vib $s/1.0-1.vib >doc
	[ "$(json "[\"ref_acceptance_level\"]" <doc)" = None ]
'

t 'twice the same text' '
	for i in 1 2 3; do
		esxi-diff --json $s/a.iso $s/b.iso >doc.$i || [ $? -eq 1 ]
	done
	cmp doc.1 doc.2
	cmp doc.1 doc.3
	status 1 esxi-diff --progress $s/a.iso $s/b.iso 2>msg >text
	grep -q "reading: 100%" msg
	status 0 esxi-diff -q --progress $s/a.iso $s/a.iso 2>msg
	[ ! -s msg ]
'

t 'damaged or none of the four: status 3, whichever side' '
	size=$(stat -c %s $s/a.iso)
	for n in 1 40000 100000 $((size - 4096)); do
		head -c $n $s/a.iso >cut.iso
		rejected "cut.iso" cut.iso $s/a.iso
		rejected "cut.iso" $s/a.iso cut.iso
	done
	cp -R $s/a d
	f=$(ls d | grep -i "^NET.*V00" | head -n 1)
	head -c 100 $s/a/$f >d/$f
	rejected "d:/$f" $s/a d
	cp $s/a/$f d/$f
	head -c 500 $s/a/IMGDB.TGZ >d/IMGDB.TGZ
	rejected "IMGDB.TGZ" d $s/a
	rejected "IMGDB.TGZ" $s/1.0-1.vib d
	rm d/IMGDB.TGZ
	rejected "has no image database" $s/a/IMGDB.TGZ d
	size=$(stat -c %s $s/1.0-1.vib)
	for n in 100 1000 $((size - 1)); do
		head -c $n $s/1.0-1.vib >cut.vib
		rejected "cut.vib" $s/1.0-1.vib cut.vib
		rejected "cut.vib" cut.vib $s/a.iso
	done
	esxi-bundle -q -o x.zip $s/1.0-1.vib
	size=$(stat -c %s x.zip)
	for n in 100 1000 $((size - 1)); do
		head -c $n x.zip >cut.zip
		rejected "cut.zip" x.zip cut.zip
	done
	head -c 300 $s/a/IMGDB.TGZ >cut.tgz
	rejected "cut.tgz" $s/a/IMGDB.TGZ cut.tgz
	rejected "is neither ISO, directory" $s/driver.tgz $s/a
	mkdir empty
	rejected "is no image of ESXi" empty $s/a
	rejected "cannot open .nosuch" nosuch $s/a
	rejected "is neither a file nor a directory" /dev/null $s/a
	mkfifo pipe
	rejected "is neither a file nor a directory" pipe $s/a
'

t 'wrong usage' '
	status 2 esxi-diff
	status 2 esxi-diff $s/a
	status 2 esxi-diff $s/a $s/a $s/a
	status 2 esxi-diff - $s/a
	status 2 esxi-diff $s/a -
	status 2 esxi-diff --nosuch $s/a $s/a
	status 3 esxi-diff $s/a $s/a >/dev/full
	esxi-diff --help | grep -q "^usage: esxi-diff"
'

t 'the examples of the manual page' '
	cp $s/a.iso old.iso
	cp -R $s/a tree
	cp $s/b.iso new.iso
	cp $s/1.0-1.vib old.vib
	mkdriver --id 10ec:8125 -o d.tgz
	vib-gen -q --driver d.tgz --name net-acme --version 3-1 -o new.vib
	man_examples esxi-diff >out
	cat out
	grep -q "only in B   net-acme" changes.txt
	grep -x yes out
	grep -x "10ec:8125: acme (net-acme)" out
'

done_testing
