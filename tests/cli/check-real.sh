#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check-real.sh - the check of genuine images, on made-up ones
# shellcheck disable=SC2016 # the bodies are expanded by t
. "${0%/*}/lib.sh"

needs xorriso
real=$TOP/tools/check-real.sh
export real

for shape in 5.0 6.7 7.0 8.0 9.0; do
	export shape
	t "$shape: all is as it should be, and the report has counts alone" '
		sh "$TOP/tests/fixture/mkimage.sh" --shape $shape in.iso
		mkdir tmp
		sh "$real" in.iso report
		TMPDIR=tmp sh "$real" in.iso - | cmp - report
		[ -z "$(ls -A tmp)" ]
		grep -x "all is as esxkit has it" report
		status 1 grep FAIL report
		[ "$(grep -c "^ok " report)" = 11 ]
		iso-cat in.iso /BOOT.CFG >c
		n=$(bootcfg-edit --get modules c | sed "s/ --- /\n/g" | wc -l)
		iso-cat in.iso /IMGDB.TGZ >db
		m=$(imgdb-info --boot-order db | wc -l)
		grep "^ok    boot order: $m of $((n + 1)) modules" report
		case $shape in 5.0) g=6.5 ;; 6.7 | 7.0) g=6.7 ;; *) g=8.0u1 ;; esac
		grep "^ *1[0-9] by the writer of $g\$" report
		# no name of a VIB or of a file of the disc
		imgdb-info --names db | cut -f1,3 | tr "\t" "\n" | sort -u >names
		[ "$(wc -l <names)" -gt 20 ]
		status 1 grep -qiFf names report
	'
done

t 'what is not as it should be is named' '
	sh "$TOP/tests/fixture/mkimage.sh" --shape 8.0 in.iso
	iso-cat in.iso /IGBN.V00 | gzip -dc >igbn
	head -c 512 /dev/zero | cat igbn - | gzip -n >odd
	# another order, in both; another name of a payload
	iso-cat in.iso /BOOT.CFG >c
	sed -i "s, --- /igbn.v00 --- /ixgben.v00 --- , --- /ixgben.v00 --- /igbn.v00 --- ," c
	iso-cat in.iso /IMGDB.TGZ >db
	mkdir a
	tar -xzf db -C a
	sed -i "s,>uc_amd.b00<,>uc_amd.b01<," a/var/db/esximg/profiles/*
	tar -C a --format=gnu --owner=0 --group=0 -czf db var
	iso-cat in.iso /UC_AMD.B00 >uc
	iso-rebuild -q --force --mtime 1642766400 --add /IGBN.V00=odd --add /BOOT.CFG=c \
		--add /EFI/BOOT/BOOT.CFG=c --add /IMGDB.TGZ=db --add /UC_AMD.B01=uc -o bad.iso in.iso
	status 1 sh "$real" bad.iso report
	grep "^FAIL  boot order: " report
	grep "^FAIL  database: names computed anew" report
	grep "^ *.uc_amd.b01., computed .uc_amd.b00." report
	grep "^FAIL  modules: " report
	grep "igbn.v00" report
	grep "please report" report
	grep "^ok    image: rebuilt" report
	status 1 grep "/tmp" report
'

t 'what is no install image, and wrong usage' '
	echo x >x
	status 3 sh "$real" x 2>msg
	grep "x" msg
	status 3 sh "$real" nosuch
	status 2 sh "$real"
	status 2 sh "$real" ""
	status 2 sh "$real" a b c
'

done_testing
