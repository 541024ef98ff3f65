#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # t expands the bodies and runs them
. "${0%/*}/lib.sh"

needs xorriso

s=$top/shared
mkdir "$s"
export s
for r in 5.0 6.7 7.0 8.0 9.0; do
	TREE=$s/t$r sh "$TOP/tests/fixture/mkimage.sh" --shape $r "$s/i$r.iso" ||
		exit 99
done

# bank RELEASE DIR - what a host makes of it: names in lower case, packed anew,
# nothing of the installer
bank() {
	mkdir "$2"
	for f in "$s/t$1"/*; do
		name=$(echo "${f##*/}" | tr '[:upper:]' '[:lower:]')
		case $name in
		efi | upgrade | mboot.c32 | imgpayld.tgz | basemisc.tgz | \
			resvibs.tgz | esxiodpt.tgz | weaselin.i00 | tools.t00) ;;
		boot.cfg)
			sed 's, *--- /[a-z]*\.tgz,,g; s,/tools.t00,/imgdb.tgz,
				s,/weaselin.i00 --- ,,; s,/,,g
				s/cdromBoot//; s/runweasel//' "$f" >"$2/$name" ;;
		imgdb.tgz) cp "$f" "$2/$name" ;;
		*) gzip -dc "$f" | gzip -1n >"$2/$name" ;;
		esac
	done
}
for r in 5.0 6.7 7.0 8.0 9.0; do
	bank $r "$s/b$r"
done

# fresh [RELEASE | bank RELEASE] - d, a copy to plant a fault in
fresh() {
	rm -rf d
	if [ "${1:-}" = bank ]; then
		cp -R "$s/b$2" d
	else
		cp -R "$s/t${1:-6.7}" d
	fi
}

# cfg SED - in both boot.cfg
cfg() {
	for f in d/BOOT.CFG d/EFI/BOOT/BOOT.CFG d/boot.cfg; do
		[ ! -f "$f" ] || sed -i "$1" "$f"
	done
}

# db COMMAND - run in the top of the unpacked database
db() {
	file=d/IMGDB.TGZ
	[ -f "$file" ] || file=d/imgdb.tgz
	rm -rf db
	mkdir db
	tar -C db -xzf "$file"
	(cd db/var/db/esximg && eval "$1")
	tar -C db --format=gnu --owner=0 --group=0 --mtime=@0 -cf - var |
		gzip -9n >"$file"
}

# desc NAME SED - change XML and signed descriptor of a VIB, and sign that anew
desc() {
	for f in vibs/"$1"-[-0-9]*.xml; do
		sed -i "$2" "$f"
		[ ! -f "$f.orig" ] || {
			sed -i "$2" "$f.orig"
			mksig <"$f.orig" >"$f.sig"
		}
	done
}

# finds CODES [IMAGE] - the codes of all findings, each once, and no other
finds() {
	got=0
	esxi-check --json "${2:-d}" >json 2>err || got=$?
	codes=$(sed -n 's/.*"code": "\(.*\)".*/\1/p' json | tr '\n' ' ')
	[ "${codes% }" = "$1" ] || {
		echo "wanted '$1', found '${codes% }'"
		grep -E '"(subject|message)"' json
		cat err
		return 1
	}
	errors=$(sed -n 's/^  "errors": \(.*\),/\1/p' json)
	[ "$got" -eq "$((errors > 0))" ]
}

# one CODE RELEASE COMMAND - a row of the table: one planted fault, one finding
one() {
	# shellcheck disable=SC2086 # "bank 6.7" is two words
	fresh $2
	eval "$3"
	finds "$1"
}

t 'clean images of every release: nothing is found' '
	for r in 5.0 6.7 7.0 8.0 9.0; do
		finds "" $s/i$r.iso
		finds "" $s/t$r
		finds "" $s/b$r
		[ -z "$(esxi-check -q $s/i$r.iso)" ]
	done
	esxi-check $s/i6.7.iso >out
	tail -n 1 out | grep -qx "nothing found"
	grep -q "^signatures: 14 fit their descriptors" out
	head -n 1 out | grep -q "iso, profile ESXi-6.7.0-8169922-standard,"
	esxi-check $s/t6.7 | head -n 1 | grep -q ": tree,"
	esxi-check $s/b6.7 | head -n 1 | grep -q ": bootbank,"
'

t 'before 6.5 nobody can tell of signatures, and that is no finding' '
	esxi-check $s/i5.0.iso >out
	grep -q "^signatures: cannot tell for 13 VIBs" out
	esxi-check --json $s/i5.0.iso | grep -q "\"cannot_tell\": 13"
'

t 'boot.cfg and the files' '
	one module-stray 6.7 "echo x | gzip -9n >d/X.V00
		cfg \"s,/vmx.v00,/x.v00 --- &,\""
	grep -q "d:/X.V00\"" json
	one module-stray "bank 6.7" "echo x | gzip -9n >d/x.v00
		cfg \"s,vmx.v00,x.v00 --- &,\""
	one module-missing 6.7 "rm d/VMX.V00"
	grep -q "payload .vmx. of VIB .VMware_bootbank_esx-base" json
	one module-missing 6.7 "rm d/B.B00"
	one payload-file 6.7 "rm d/VMX.V00; cfg \"s,/vmx.v00 --- ,,\""
	one payload-unbooted 6.7 "cfg \"s,/vmx.v00 --- ,,\""
	one payload-unbooted "bank 7.0" "cfg \"s,vmx.v00 --- ,,\""
	one payload-unbooted 6.7 "cfg \"s,^modules=.*,modules=,\""
	one module-empty 6.7 ": >d/VMX.V00"
	one installer-module 6.7 "cfg \"s, --- /imgpayld.tgz,,\""
	one installer-module 7.0 "cfg \"s,/basemisc.tgz --- ,,\""
	one installer-module 7.0 "cfg \"s,/imgdb.tgz --- ,,\""
	one boot-cfg-differ 6.7 "sed -i \"s,/sb.v00 --- /s.v00,/s.v00 --- /sb.v00,\" \
		d/EFI/BOOT/BOOT.CFG"
	one boot-cfg 6.7 "rm d/EFI/BOOT/BOOT.CFG"
'

t 'boot.cfg itself' '
	one integer 6.7 "cfg \"s/^timeout=.*/timeout=x/\""
	one key-unknown 6.7 "cfg \"\\\$a foo=1\""
	one module-twice 6.7 "cfg \"s,/vmx.v00 --- ,&&,\""
	one skip 6.7 "cfg \"\\\$a skip=1\""
	one cdrom-boot "bank 6.7" "cfg \"s/^kernelopt=/&cdromBoot /\""
	one bootstate "bank 6.7" "cfg \"s/^bootstate=.*/bootstate=xx/\""
'

t 'the bytes of modules' '
	one module-gzip 6.7 "printf zz | dd of=d/VMX.V00 bs=1 seek=100 conv=notrunc"
	one module-gzip 6.7 "truncate -s -3 d/S.V00"
	one module-gzip "bank 8.0" "printf zz |
		dd of=d/vmx.v00 bs=1 seek=100 conv=notrunc"
	one module-gzip 7.0 "printf zz | dd of=d/BASEMISC.TGZ bs=1 seek=60 conv=notrunc"
	one module-gzip 7.0 "echo more >>d/BASEMISC.TGZ"
	one module-trailing 7.0 "tail -c 8 d/BASEMISC.TGZ >x; cat x >>d/BASEMISC.TGZ"
	one module-trailing 7.0 "head -c 9 /dev/zero >>d/BASEMISC.TGZ"
	one module-damaged 7.0 "gzip -dc d/BASEMISC.TGZ | head -c 2000 |
		gzip -9n >x; mv x d/BASEMISC.TGZ"
	one digest 6.7 "gzip -dc d/VMX.V00 | gzip -1n >x; mv x d/VMX.V00"
	one module-gzip 6.7 "echo more >>d/VMX.V00"
	one digest 6.7 "tail -c 8 d/VMX.V00 >x; cat x >>d/VMX.V00"
	one digest 6.7 "cp d/VIM.V00 d/VMX.V00"
	one digest 6.7 "gzip -dc d/VMX.V00 >x; mv x d/VMX.V00"
	one digest 6.7 "gzip -dc d/B.B00 | sed s/0/1/ | gzip -9n >x; mv x d/B.B00"
	one digest 9.0 "cp d/IGBN.V00 d/I40EN.V00"
	one gunzip-digest "bank 6.7" "cp d/vim.v00 d/vmx.v00"
	one gunzip-digest "bank 9.0" "cp d/igbn.v00 d/i40en.v00"
	one payload-gzip "bank 6.7" "gzip -dc d/vmx.v00 >x; mv x d/vmx.v00"
	one module-gzip "bank 6.7" "echo more >>d/vmx.v00; truncate -s -3 d/vmx.v00"
	one module-gzip "bank 6.7" "echo | gzip -9n >>d/vmx.v00"
	one module-trailing "bank 6.7" "tail -c 8 d/vmx.v00 >x; cat x >>d/vmx.v00"
	one "" "bank 6.7" "echo \"/DISK,keyb.gz\" | gzip -9n >d/useropts.gz
		echo state | gzip -9n >d/state.tgz; cfg \"s,^modules=.*,& --- state.tgz,\""
'

t 'descriptors that do not fit the bytes, well signed' '
	one size 5.0 "db \"desc net-igb s/size=../\&0/\""
	one size 6.7 "db \"desc net-igb s/size=../\&0/\""
	one gunzip-digest "bank 6.7" "db \"desc net-igb s/gunzip..[0-9a-f]/\&ff/\""
	one vmtar 7.0 "db \"desc esx-base \\\"/btldr/s/\\\\(btldr. type=.\\\\)tgz/\\\\1vgz/\\\"\""
	one tgz 7.0 "db \"desc igbn s/vgz/tgz/\""
	one payload-layer 9.0 "db \"desc igbn s/vzstd/vgz/\""
	one payload-layer 7.0 "db \"desc igbn s/vgz/vzstd/\""
	one "file-list file-list" 6.7 \
		"db \"desc net-igb s,vmkmod/net-igb,vmkmod/other,\""
	one file-list 6.7 "db \"desc net-igb s,.file.usr/lib/vmware/vmkmod/net-igb./file.,,\""
	grep -q "which the file list does not name" json
	one file-list 6.7 "db \"desc net-igb \\\"s,<file>usr,<file>opt/x/y</file>&,\\\"\""
	grep -q "opt/x/y., which no payload holds" json
'

t 'imgpayld.tgz, which the installer takes boot payloads from' '
	rm -rf p
	mkdir p
	tar -C p -xzf $s/t6.7/IMGPAYLD.TGZ
	pack() {
		tar -C p --format=gnu --owner=0 --group=0 -czf d/IMGPAYLD.TGZ var
	}
	rm p/var/db/payloads/boot/k.b00
	one imgpayld 6.7 pack
	grep -q "imgpayld.tgz has no .var/db/payloads/boot/k.b00" json
	cp p/var/db/payloads/boot/b.b00 p/var/db/payloads/boot/k.b00
	one imgpayld 6.7 pack
	grep -q "sha-256 of .var/db/payloads/boot/k.b00" json
'

t 'the database' '
	one database 6.7 "echo text >d/IMGDB.TGZ"
	one database 6.7 "echo text | gzip -9n >d/IMGDB.TGZ"
	one module-missing 6.7 "rm d/IMGDB.TGZ"
	one profile-count 6.7 "db \"rm profiles/*\""
	one vib-missing 6.7 "db \"rm vibs/net-igb-*\""
	one unlisted-vib 6.7 "db \"sed -i \\\"s,<vib><vib-id>VMware_bootbank_net-igb.*net_igb.v00</payload></payloads></vib>,,\\\" \
		profiles/*\""
	one payload-missing 6.7 "db \"sed -i \\\"s,<payload payload-name=.vmx.>vmx.v00</payload>,,\\\" profiles/*\""
	one name-twice 6.7 "db \"sed -i \\\"s,>vmx.v00<,>vim.v00<,\\\" profiles/*\""
	one level 5.0 "db \"sed -i s/certified/community/ vibs/net-igb-*\""
	one name-83 6.7 "db \"sed -i s/net_e100.v01/net_e1001.v00/ profiles/*\"
		mv d/NET_E100.V01 d/NET_E1001.V00
		cfg s/net_e100.v01/net_e1001.v00/"
'

t 'descriptors and signatures' '
	one descriptor 6.7 "db \"sed -i s/made-up/made/ vibs/net-igb-*.xml\""
	grep -q "which of the two describes the VIB" json
	one descriptor 6.7 "db \"sed -i s/made-up/made/ vibs/net-igb-*.orig\""
	one descriptor 6.7 "db \"sed -i s/certified/partner/ vibs/net-igb-*.xml\""
	one signature-digest 6.7 "db \"sed -i s/made-up/made/ vibs/net-igb-*.xml vibs/net-igb-*.orig\""
	one signature-missing 6.7 "db \"rm vibs/net-igb-*.sig\""
	one signature-missing 6.7 "db \"rm vibs/net-igb-*.sig vibs/net-igb-*.orig\""
	one signature-missing "bank 7.0" "db \"for f in vibs/igbn-*.sig; do : >\\\$f; done\""
	one signature-format 6.7 "db \"for f in vibs/net-igb-*.sig; do echo x >\\\$f; done\""
	one signature-cert 6.7 "db \"for f in vibs/net-igb-*.xml; do mksig nocert <\\\$f.orig >\\\$f.sig; done\""
'

t 'whom to trust' '
	mksig cert >ca.pem
	esxi-check --ca ca.pem $s/i6.7.iso >out
	grep -q "^signatures: 14 fit their descriptors, and --ca vouches" out
	command -v openssl >/dev/null || exit 0
	openssl req -x509 -newkey rsa:2048 -nodes -keyout o.key -out o.pem \
		-subj /O=Other/CN=CA -days 2 2>/dev/null
	status 1 esxi-check --ca o.pem $s/i6.7.iso >out 2>err
	[ "$(grep -c "signature-trust" out)" -eq 14 ]
	grep -q "^signatures: 14 bad" out
	status 3 esxi-check --ca nosuch $s/i6.7.iso
'

t 'names that Secure Boot minds' '
	mkdir tree
	mkdir -p tree/opt/acme
	echo hello >tree/opt/acme/a
	vib-gen -q --name acme --version 1-1 --vendor v --summary s \
		--description d --tree esxupdt=tree -o x.vib
	esxi-customize -q --level community --add x.vib -o x.iso $s/i6.7.iso
	finds trusted-name x.iso
	one trusted-name 6.7 "cp d/S.V00 d/S.Z00; cfg \"s,/s.v00,/s.z00,\"
		db \"sed -i s/s.v00/s.z00/ profiles/*\"; rm d/S.V00"
'

t 'a customized image is as clean as it was' '
	mkdriver -o driver.tgz
	esxi-customize -q --add driver.tgz -o x.iso $s/i6.7.iso
	finds "" x.iso
	esxi-check x.iso | grep -q "^level community: 1 VIB"
'

t 'more than 249 modules' '
	TREE=d sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 --count 250 x.iso
	finds too-many-modules x.iso
	TREE=e sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 --count 249 x.iso
	finds many-modules x.iso
'

t 'the shape of the disc' '
	ENTRIES=bios sh "$TOP/tests/fixture/mkshape.sh" x.iso $s/t6.7
	finds boot-entry x.iso
	ENTRIES=uefi sh "$TOP/tests/fixture/mkshape.sh" x.iso $s/t6.7
	finds boot-entry x.iso
	TABLE=no sh "$TOP/tests/fixture/mkshape.sh" x.iso $s/t6.7
	finds boot-table x.iso
	fresh
	rm d/VMX.V00
	sh "$TOP/tests/fixture/mkshape.sh" x.iso d
	finds module-missing x.iso
	fresh
	cp d/VIM.V00 d/VMX.V00
	sh "$TOP/tests/fixture/mkshape.sh" x.iso d
	finds digest x.iso
	one relative-name 6.7 "cfg \"s,/vmx.v00,vmx.v00,\""
'

# S.V00 of the ISO in two extents, as those of 4 GiB and more are: a record for
# its first block and one for the others
cat >"$s/split.pl" <<'EOF'
use strict;
use warnings;
open my $iso, '+<:raw', $ARGV[0] or die $!;
read $iso, my $image, -s $iso;
my ($root) = unpack 'V', substr $image, 32768 + 158, 4;
my $dir = substr $image, $root * 2048, 2048;
my $at = index($dir, 'S.V00;1') - 33;
my $first = substr $dir, $at, ord substr $dir, $at, 1;
my ($lba, $size) = map { unpack 'V', substr $first, $_, 4 } 2, 10;
my $rest = $first;
substr($first, 10, 8) = pack 'VN', 2048, 2048;
substr($first, 25, 1) = chr(128);
substr($rest, 2, 16) = pack 'VNVN', $lba + 1, $lba + 1, $size - 2048,
	$size - 2048;
substr($dir, $at, length $rest) = $first . $rest;
seek $iso, $root * 2048, 0;
print $iso substr $dir, 0, 2048;
close $iso or die $!;
EOF

t 'a module in two extents, of which the loaders take the first' '
	cp $s/i6.7.iso x.iso
	perl $s/split.pl x.iso
	iso-cat x.iso /S.V00 | cmp - $s/t6.7/S.V00
	finds module-extents x.iso
	grep -q "x.iso:/S.V00\"" json
	grep -q "lies in 2 extents, of which the first is loaded" json
'

t 'the same words whatever the number of threads' '
	fresh
	rm d/VMX.V00
	cp d/S.V00 d/SB.V00
	status 1 esxi-check -j 1 d >a 2>err
	status 1 esxi-check -j 64 d >b 2>err
	cmp a b
	status 2 esxi-check -j 0 d >/dev/null 2>&1
	tail -n 1 a | grep -qx "2 errors, 0 warnings"
	grep -q "^esxi-check: .d.: 2 errors found$" err
	status 1 esxi-check -q d >q 2>err
	grep "^error" a >x
	grep "^error" q | cmp - x
	[ "$(wc -l <q)" -eq 6 ]
'

t 'cut and flipped images: found, or refused' '
	size=$(stat -c %s $s/i6.7.iso)
	for part in 40000 $((size / 2)) $((size - 100000)); do
		head -c "$part" $s/i6.7.iso >x.iso
		rc=0
		esxi-check -q x.iso >out 2>err || rc=$?
		[ "$rc" -eq 1 ] || [ "$rc" -eq 3 ]
		[ -s err ]
	done
	fresh
	for f in $(seq 300 211 2800); do
		cp $s/t6.7/IMGDB.TGZ d/IMGDB.TGZ
		printf "\\377" | dd of=d/IMGDB.TGZ bs=1 seek="$f" conv=notrunc
		! cmp -s $s/t6.7/IMGDB.TGZ d/IMGDB.TGZ || continue
		status 1 esxi-check -q d >out 2>err
		[ "$(grep -c "^error" out)" -eq 1 ]
	done
'

t 'not an image' '
	mkdir empty
	status 1 esxi-check empty >out 2>err
	grep -q "\[boot-cfg\]" out
	grep -q "\[database\]" out
	echo x >file
	status 1 esxi-check file >out 2>err
	[ ! -s out ]
	status 3 esxi-check nosuch 2>err
	status 2 esxi-check 2>err
	status 2 esxi-check a b 2>err
	status 2 esxi-check -j 0 a 2>err
	status 2 esxi-check --target 4.1 a 2>err
'

t 'the examples of the man page run' '
	cp $s/i6.7.iso custom.iso
	cp -R $s/b6.7 bootbank1
	mksig cert >vmware.cert
	man_examples esxi-check
'

done_testing
