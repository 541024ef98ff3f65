#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
# hostile.sh - images and packages that want to do harm, through the whole chain
. "${0%/*}/lib.sh"

needs xorriso
s=$top/shared
mkdir "$s" "$s/tree"
TREE=$s/tree sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 "$s/in.iso" || exit 99
mkdriver -o "$s/driver.tgz" || exit 99
vib-gen -q --driver "$s/driver.tgz" --name net-e1000 --version 99-1 -o "$s/e1000.vib"
mkdir "$s/x" && echo x >"$s/x/file"
tar --format=gnu --owner=0 --group=0 --mtime=@0 -C "$s/x" -czf "$s/pay.tgz" file
export s

# run ARGUMENT... - esxi-customize with a work directory, an output and a
# directory of our own; whatever comes out, nothing may be left or written
# elsewhere, and no command that a name spells may have run. Its status in $rc.
run() {
	echo old >out.iso
	mkdir -p tmp
	find . "$top/shared" | sort >../before
	rc=0
	TMPDIR=$PWD/tmp esxi-customize -o out.iso "$@" >../said 2>../msg || rc=$?
	cat ../msg
	find . "$top/shared" | sort | diff ../before -
	[ "$rc" -eq 0 ] || [ "$(cat out.iso)" = old ]
	status 1 grep -q "[[:cntrl:]]" ../msg
}

# refused WORDS ARGUMENT... - with status 1 and one line that has WORDS
refused() {
	words=$1
	shift
	run -q "$@"
	[ "$rc" -eq 1 ]
	[ "$(wc -l <../msg)" -eq 1 ]
	grep -q -i -F -e "$words" ../msg
}

# image OUT - of the tree in ./tree
image() {
	rm -f tree/BOOT.CAT
	sh "$TOP/tests/fixture/mkshape.sh" "$1" tree
}

# profile SED - the profile of ./tree changed
profile() {
	mkdir db
	tar -xzf tree/IMGDB.TGZ -C db
	sed -i "$1" db/var/db/esximg/profiles/*
	tar --format=gnu --owner=0 --group=0 --mtime=@0 -C db -cf - var |
		gzip -9n >tree/IMGDB.TGZ
	rm -rf db
}

# names that mean something to a shell, a path, an option or a pattern
cat >"$s/names" <<'END'
$(touch pwned)
`touch pwned`
a'b
a b
-rf
../../pwned
*
a>pwned
a\b
a=b
END

t 'a payload never takes the place of what no VIB owns' '
	cp "$s/in.iso" in.iso
	for name in isolinux.bin boot.cfg efiboot.img boot.cat .discinfo efi upgrade; do
		mkvib -o v.vib --name odd --payload "odd:tgz::$name=$s/pay.tgz"
		# by imgdb-edit what is on every image, by iso-rebuild what is on this
		refused "$name" --add v.vib in.iso
	done
	for name in imgdb.tgz imgpayld.tgz; do
		mkvib -o v.vib --name odd --payload "odd:tgz::$name=$s/pay.tgz"
		refused "$name" --add v.vib in.iso
	done
	# the name that the rule gives is taken by a file of the user
	cp -r "$s/tree" tree
	cp tree/S.V00 tree/NET_ACME.T00
	image mine.iso
	refused "/NET_ACME.T00" --add "$s/driver.tgz" mine.iso
'

t 'wished names that the disc or the loader cannot have' '
	for name in a---b.v00 averyveryverylongnameforadriverarchive.tgz efiboot.img. \
		"../x" "a b" "a;b" "a/b" "\$(touch pwned)" ".." "é"; do
		mkvib -o v.vib --name odd --payload "odd:tgz::$name=$s/pay.tgz"
		refused "" --add v.vib "$s/in.iso"
	done
	# this one has a leading dot, which a glob would not see
	mkvib -o v.vib --name odd --payload "odd:tgz::.foo=$s/pay.tgz"
	run -q --add v.vib "$s/in.iso"
	[ "$rc" -eq 0 ]
	iso-cat out.iso /.FOO | cmp - "$s/pay.tgz"
	sh "$TOP/tests/fixture/mkimage.sh" --shape 5.0 50.iso
	mkvib -o v.vib --name odd --payload "a---b:tgz=$s/pay.tgz"
	refused "---" --add v.vib 50.iso
'

t 'names of VIBs, vendors and payloads are text, not commands' '
	while read -r name; do
		mkvib -o v.vib --name "$name" --payload "odd:tgz=$s/pay.tgz"
		run --add v.vib --manifest out.iso.json "$s/in.iso" </dev/null
		[ "$rc" -le 1 ]
		mkvib -o v.vib --vendor "$name" --payload "odd:tgz=$s/pay.tgz"
		run -q --add v.vib "$s/in.iso" </dev/null
		[ "$rc" -le 1 ]
		case $name in *=* | ?????????????????*) ;; *)
			mkvib -o v.vib --payload "$name:tgz=$s/pay.tgz" ;;
		esac
		run -q --add v.vib "$s/in.iso" </dev/null
		[ "$rc" -le 1 ]
		run -q --profile-name "$name" "$s/in.iso" </dev/null
		[ "$rc" -eq 0 ]
		iso-cat out.iso /IMGDB.TGZ | imgdb-info --get name >../name
		[ "$(cat ../name)" = "$name" ]
	done <"$s/names" 2>../err || { cat ../err; return 1; }
'

t 'packages and images may have any file name' '
	mkdir a
	cd a
	while read -r name; do
		case $name in */*) continue ;; esac
		cp "$s/in.iso" "./$name"
		cp "$s/driver.tgz" "./$name.tgz"
		vib-gen -q --driver "$s/driver.tgz" --name net-b --payload net-b -o "./$name.vib" || true
		esxi-customize -q --add "$name.tgz" --manifest "$name.json" -o "$name.out" \
			-- "$name" </dev/null
		iso-cat -t -- "$name.out" /NET_ACME.T00
		[ -s "./$name.json" ]
		rm -f "./$name" "./$name.tgz" "./$name.out" "./$name.json"
	done <"$s/names"
	nl=$(printf "a\nb - c")
	cp "$s/in.iso" "$nl"
	cp "$s/driver.tgz" "$nl.tgz"
	esxi-customize -q --add "$nl.tgz" --keep "-k $nl" -o "$nl.out" "$nl"
	iso-cat -t "$nl.out" /NET_ACME.T00
	[ -s "./-k $nl/names" ]
	rm -rf "./-k $nl" "$nl" "$nl.tgz" "$nl.out"
	[ -z "$(ls -A)" ]
'

t 'file names of a database are text, and stay on the disc' '
	for name in "..\\/..\\/pwned" "efi\\/boot\\/boot.cfg" "\\/pwned" "" "a\\&#10;b"; do
		rm -rf tree && cp -r "$s/tree" tree
		profile "s/>net_e100.v00</>$name</"
		image evil.iso
		refused "no plain file name" --remove net-e1000 evil.iso
	done
	for name in "\$(touch pwned)" "-rf" "a b" "*" isolinux.bin boot.cfg; do
		rm -rf tree && cp -r "$s/tree" tree
		profile "s/>net_e100.v00</>$name</"
		image evil.iso
		refused "no module" --remove net-e1000 evil.iso
		refused "no module" --add "$s/e1000.vib" evil.iso
	done
'

t 'a file that a kept VIB has too is not removed, nor replaced' '
	for name in s.v00 S.V00 net_e100.v01 b.b00 imgdb.tgz; do
		rm -rf tree && cp -r "$s/tree" tree
		profile "s/>net_e100.v00</>$name</"
		image evil.iso
		refused "" --remove net-e1000 evil.iso
		refused "" --add "$s/e1000.vib" evil.iso
	done
'

t 'what boots the disc is not removed, though database and boot.cfg name it' '
	for name in isolinux.bin efiboot.img mboot.c32 isolinux.cfg boot.cfg; do
		rm -rf tree && cp -r "$s/tree" tree
		touch tree/MBOOT.C32 tree/ISOLINUX.CFG
		profile "s/>net_e100.v00</>$name</"
		sed -i "s,/net_e100.v00,/$name," tree/BOOT.CFG tree/EFI/BOOT/BOOT.CFG
		image evil.iso
		refused "" --remove net-e1000 evil.iso
	done
'

t 'modules of a boot.cfg are text' '
	while read -r name; do
		rm -rf tree && cp -r "$s/tree" tree
		NAME=$name perl -pi -e "s{/net_e100.v00}{\$ENV{NAME}}" tree/BOOT.CFG
		cp tree/BOOT.CFG tree/EFI/BOOT/BOOT.CFG
		image evil.iso
		refused "no module" --remove net-e1000 evil.iso </dev/null
	done <"$s/names"
'

t 'one boot.cfg names another list than the other' '
	cp -r "$s/tree" tree
	sed -i "s, --- /ixgben.v00,," tree/EFI/BOOT/BOOT.CFG
	image evil.iso
	run --remove ixgben evil.iso
	[ "$rc" -eq 1 ]
	grep "no module .ixgben.v00" ../msg
	run --add "$s/driver.tgz" evil.iso
	grep -q "differ" ../msg
'

t 'a database with no profile or two; no esx-version; no database' '
	mkdir db
	cp -r "$s/tree" tree
	tar -xzf tree/IMGDB.TGZ -C db
	p=$(ls db/var/db/esximg/profiles/*)
	pack() {
		tar --format=gnu --owner=0 --group=0 -C db -czf tree/IMGDB.TGZ var
		image evil.iso
	}
	sed "s/<name>/<name>Other/; s/<profileID>..../<profileID>0000/" "$p" >"$p"2
	pack
	refused "profile" --add "$s/driver.tgz" evil.iso
	rm "$p" "$p"2
	pack
	refused "profile" --add "$s/driver.tgz" evil.iso
	rm tree/IMGDB.TGZ
	sed -i "s, --- /imgdb.tgz,," tree/BOOT.CFG tree/EFI/BOOT/BOOT.CFG
	image evil.iso
	refused "IMGDB.TGZ" --add "$s/driver.tgz" evil.iso
'

t 'an XML bomb and an external entity in the database' '
	mkdir db
	cp -r "$s/tree" tree
	tar -xzf tree/IMGDB.TGZ -C db
	v=$(ls db/var/db/esximg/vibs/ixgben-*.xml)
	{
		echo "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\">"
		p=a
		for c in b c d e f g h i; do
			echo "<!ENTITY $c \"&$p;&$p;&$p;&$p;&$p;&$p;&$p;&$p;&$p;&$p;\">"
			p=$c
		done
		echo "]><vib><name>&i;</name></vib>"
	} >bomb
	echo secret >secret
	echo "<!DOCTYPE v [<!ENTITY x SYSTEM \"file://$PWD/secret\">]><vib><name>&x;</name></vib>" >ext
	for f in bomb ext; do
		cp $f "$v"
		tar --format=gnu --owner=0 --group=0 -C db -czf tree/IMGDB.TGZ var
		image evil.iso
		refused "ixgben" --add "$s/driver.tgz" evil.iso
		status 1 grep secret ../msg
	done
'

t 'cut and flipped images and packages: refused, or told, or right' '
	size=$(stat -c %s "$s/in.iso")
	for part in 0 2047 34816 $((size / 2)) $((size - 1)); do
		head -c "$part" "$s/in.iso" >cut.iso
		refused "" --add "$s/driver.tgz" cut.iso
	done
	# a bit of each file that the run reads and of the descriptors
	for path in /IMGDB.TGZ /BOOT.CFG; do
		at=$(($(iso-cat -v "$s/in.iso" $path | awk "NF && /\\[/ { print \$4 }") * 2048))
		cp "$s/in.iso" flip.iso
		printf "\\377" | dd of=flip.iso bs=1 seek=$((at + 300)) conv=notrunc status=none
		run -q --add "$s/driver.tgz" flip.iso
		[ "$rc" -eq 1 ]
	done
	size=$(stat -c %s "$s/e1000.vib")
	for part in 0 8 300 $((size - 9)); do
		head -c "$part" "$s/e1000.vib" >cut.vib
		refused "cut" --add cut.vib "$s/in.iso"
	done
	for at in 4 70 900 $((size - 100)); do
		cp "$s/e1000.vib" flip.vib
		byte=$(od -An -tu1 -j "$at" -N 1 flip.vib)
		printf "\\$(printf %o $((byte ^ 128)))" |
			dd of=flip.vib bs=1 seek="$at" conv=notrunc status=none
		refused "flip" --add flip.vib "$s/in.iso"
	done
'

# needs root, as who tests does not always
t 'the work directory is full: status 3, nothing written' '
	mkdir w
	mount -t tmpfs -o size=64k,mode=777 none w 2>/dev/null || { echo "# SKIP no mount"; exit 0; }
	trap "umount w" EXIT
	echo old >out.iso
	for k in 0 4 8 12 16 20 24 28 32 40; do
		head -c $((k * 1024)) /dev/zero >w/ballast
		vib-gen -q --driver "$s/driver.tgz" -o x.vib
		rc=0
		TMPDIR=$PWD/w esxi-customize -q --add x.vib -o out.iso "$s/in.iso" 2>../msg || rc=$?
		[ "$rc" -eq 3 ] || [ "$rc" -eq 0 ]
		[ "$rc" -eq 0 ] || [ "$(cat out.iso)" = old ]
		cat ../msg
		[ "$(ls w)" = ballast ]
		[ "$rc" -eq 0 ] || last=$k
		echo old >out.iso
	done
	[ -n "$last" ]
'

done_testing
