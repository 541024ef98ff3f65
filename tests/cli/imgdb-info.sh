#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
. "${0%/*}/lib.sh"

t 'the overview: profile, release, a line a VIB' '
	mkdb --shape 5.0 -o imgdb.tgz
	imgdb-info imgdb.tgz >a
	imgdb-info <imgdb.tgz | cmp - a
	imgdb-info - <imgdb.tgz | cmp - a
	head -8 a >top
	cat >want <<-EOF
	profile   ESXi-5.0.0-469512-standard
	vendor    VMware, Inc.
	level     partner
	modified  2011-08-19T00:00:00+00:00
	serial    13
	release   5.0.0-0.0.469512 (ESXi 5.0)
	VIBs      13

	EOF
	cmp want top
	grep -q "^net-e1000e  *1.1.2-3vmw.500.0.0.469512  *VMware  *certified  net-e100.v01\$" a
	[ "$(wc -l <a)" = 22 ]
'

t '--get prints one value' '
	mkdb --shape 6.7 -o i
	[ "$(imgdb-info --get esx-version i)" = 6.7.0-0.0.8169922 ]
	[ "$(imgdb-info --get release i)" = 6.7 ]
	[ "$(imgdb-info --get name i)" = ESXi-6.7.0-8169922-standard ]
	[ "$(imgdb-info --get vendor i)" = "VMware, Inc." ]
	[ "$(imgdb-info --get level i)" = partner ]
	[ "$(imgdb-info --get serialno i)" = 14 ]
	[ "$(imgdb-info --get profile-id i)" = 0123456789abcdef0123456789abcdef ]
	[ "$(imgdb-info --get description i)" = "A made-up image." ]
	[ "$(imgdb-info --get creationtime i)" = 2018-04-03T21:49:24+00:00 ]
	[ "$(imgdb-info --get modifiedtime i)" = 2018-04-03T21:49:24+00:00 ]
	status 2 imgdb-info --get nonsense i
	mkdir a
	tar -xzf i -C a
	sed -i "s,<modifiedtime>[^<]*</modifiedtime>,," a/var/db/esximg/profiles/*
	tar -C a -czf j var
	status 1 imgdb-info --get modifiedtime j
'

t 'components of 7.0 and later' '
	mkdb --shape 6.7 -o old
	imgdb-info old >a
	status 1 grep COMPONENT a
	mkdb --shape 8.0 -o i
	imgdb-info i >a
	sed -n "/^COMPONENT/,\$p" a >c
	[ "$(wc -l <c)" = 14 ]
	grep -q "^VMware-igbn  *1.0-1    VMware_bootbank_igbn_1.4.11.2-1vmw  \"igbn component 1.0\"\$" c
	grep reserved c >r
	grep -q "^VMware-gc .*(reserved: an add-on overrides it)  \"gc component 1.0\"\$" r
	[ "$(wc -l <r)" = 1 ]
	imgdb-info --json i | perl -MJSON::PP -e "local \$/; for (@{decode_json(<>)->{components}}) {
		print join(\"|\", map { ref eq \"ARRAY\" ? \"@\$_\" : \$_ // \"-\" } @{\$_}{qw(id name ui_name version ui_version
		vendor summary severity category urgency release_type kb_url contact release_date platforms
		vib_ids reserved error file)}), \"\\n\" }" >j
	[ "$(wc -l <j)" = 13 ]
	echo "VMware-gc_1.0-1|VMware-gc|gc component|1.0-1|1.0|VMware|gc|general|bugfix|important|extension|http://example.com/|nobody@example.com|2024-01-02T03:04:05+00:00|8.0|VMware_bootbank_gc_8.0.3-0.0.24022510|1|-|var/db/esximg/reservedComponents/VMware-gc_1.0-1.xml" >want
	grep "|VMware-gc|" j | cmp want -
'

t 'a bulletin that is no component, and a file that is no bulletin' '
	mkdb --shape 7.0 -o i
	mkdir a
	tar -xzf i -C a
	b=a/var/db/esximg/bulletins
	rm $b/*
	echo "<bulletin><id>plain</id><vibList><vibID>v1</vibID><vibID>v2</vibID></vibList></bulletin>" >$b/p.xml
	printf "<bulletin>\033[2J" >$b/q.xml
	tar -C a -czf j var
	imgdb-info j >out
	grep -q "^plain  *-  *v1 v2  (a bulletin, no component)\$" out
	grep -q "^var/db/esximg/bulletins/q.xml: not readable: " out
	status 1 grep "$(printf "\033")" out
	imgdb-info --json j | perl -MJSON::PP -e "local \$/; for (@{decode_json(<>)->{components}}) {
		print \"\$_->{file} \", defined \$_->{error} ? \"bad\" : \"good\", defined \$_->{id} ? \" id\" : \"\", \"\\n\" }" >l
	grep -q "bulletins/p.xml good id" l
	grep -q "bulletins/q.xml bad\$" l
'

t '--vib and --profile print the XML as it is stored' '
	mkdb --shape 6.7 -o i
	mkdir a
	tar -xzf i -C a
	imgdb-info --vib net-igb i | cmp - a/var/db/esximg/vibs/net-igb-*.xml
	imgdb-info --vib VMware_bootbank_net-igb_5.0.5.1.1-5vmw.670.0.0.8169922 i |
		cmp - a/var/db/esximg/vibs/net-igb-*.xml
	imgdb-info --profile i | cmp - a/var/db/esximg/profiles/*
	status 1 imgdb-info --vib net-ig i
'

t '--names: five columns' '
	mkdb --shape 5.0 -o i
	imgdb-info --names i >n
	awk -F "\t" "NF != 5 || \$4 != \"kept\" { exit 1 }" n
	grep "esx-base" n >b
	printf "VMware_bootbank_esx-base_5.0.0-0.0.469512\t%s\tkept\t%s\n" \
		"a	a.b00" boot "b	b.b00" boot "k	k.b00" boot \
		"mboot.c32	mboot.c3.b00" file "s	s.v00" module \
		"useropts	useropts.gz" boot "weaselin	weaselin.i00" module |
		cmp - b
'

t '--boot-order: what the loader gets, as boot.cfg of a fresh image has it' '
	for s in 5.0 6.7 7.0 8.0 9.0; do
		rm -rf d
		mkdb --shape $s --payloads d
		imgdb-info --boot-order d/IMGDB.TGZ >a
		{ bootcfg-edit --get kernel d/BOOT.CFG
		bootcfg-edit --get modules d/BOOT.CFG | sed "s/ --- /\n/g"; } | sed "s,^/,," >b
		head -n "$(wc -l <a)" b | cmp a -
		sed "1,$(wc -l <a)d" b | sed -n 1p | grep -x imgdb.tgz
	done
	status 2 imgdb-info --boot-order --json d/IMGDB.TGZ
'

t '--recompute: names of files and payloads anew' '
	for s in 5.0 6.7 7.0 8.0 9.0; do
		mkdb --shape $s -o i
		imgdb-info --recompute i >a
		n=$(imgdb-info --names i | wc -l)
		grep -x "payload names  $n: $n as computed" a
		grep -x "profile file   32-bit hash" a
		grep "^VIB files .* 0 with the 64-bit hash, 0 with another number" a
	done
	mkdir a.d
	tar -xzf i -C a.d
	cd a.d/var/db/esximg
	mv vibs/igbn-*.xml vibs/igbn-17.xml
	mv vibs/igbn-*.xml.orig vibs/igbn-17.xml.orig
	mv vibs/igbn-*.xml.sig vibs/igbn-17.xml.sig
	sed -i "s,>igbn.v00<,>igbn.v07<," profiles/*
	cd ../../../..
	tar -C a.d -czf j var
	status 1 imgdb-info --recompute j >a 2>msg
	grep "names of payloads are not as computed" msg
	grep "^VIB files .*, 1 with another number" a
	grep -x ".igbn.v07., computed .igbn.v00.: payload .igbn. of .VMware_bootbank_igbn_1.4.11.2-1vmw." a
	status 1 imgdb-info --recompute --json j >k 2>msg
	perl -MJSON::PP -e "local \$/; my \$d = decode_json(<>); print join(\" \", \$d->{vib_files} - \$d->{vib_files_32},
		\$d->{profile_file_32} ? 1 : 0, map { \"\$_->{file} \$_->{computed}\" } @{\$d->{differ}}), \"\\n\"" k >l
	echo "1 1 igbn.v07 igbn.v00" | cmp - l
'

t '--owns says which VIB holds a file' '
	mkdb --shape 5.0 -o i
	mkvib --file opt/acme/x -o x.vib
	imgdb-edit -q --add x.vib -o o i
	for p in opt/acme/x /opt/acme/x //opt/./acme/y/../x; do
		[ "$(imgdb-info --owns $p o)" = Acme_bootbank_net-acme_1.0-1 ]
	done
	for p in opt/acme opt/acme/X x; do
		status 1 imgdb-info --owns $p o >out
		[ ! -s out ]
	done
	status 2 imgdb-info --owns opt/ o
'

t '--json: one document; boot order; files that nobody knows' '
	mkdb --shape 6.7 -o i
	imgdb-info --json i >j
	grep -q "^  \"esx_version\": \"6.7.0-0.0.8169922\",\$" j
	grep -q "^  \"release\": \"6.7\",\$" j
	[ "$(grep -c "\"in_profile\": true" j)" = 14 ]
	sed -n "/\"boot_order\": \[/,/\]/p" j | tr -d " ,\n" >o
	printf "\"boot_order\":[" >want
	for f in b.b00 jumpstrt.gz useropts.gz features.gz k.b00 chardevs.b00 \
		user.b00 procfs.b00 uc_intel.b00 uc_amd.b00 vmx.v00 vim.v00 \
		sb.v00 s.v00 ata_pata.v00 btldr.t00 weaselin.t00 esx_ui.v00 \
		ixgben.v00 lsu_hp_h.v00 lsu_lsi_.v00 net_e100.v00 net_e100.v01 \
		net_igb.v00 sata_ahc.v00 scsi_mpt.v00 tools.t00 xorg.v00; do
		printf "\"%s\"" "$f" >>want
	done
	printf "]" >>want
	cmp want o
	imgdb-info --json --vib net-igb i | grep -q "\"signed\": true"
	imgdb-info --json --profile i | grep -q "\"serialno\": 14"
	if command -v python3 >/dev/null; then
		python3 -m json.tool <j >/dev/null
	fi
'

t 'no profile, or two: shown, then status 1' '
	mkdb --shape 5.0 -o i
	mkdir a
	tar -xzf i -C a
	cp a/var/db/esximg/profiles/* a/var/db/esximg/profiles/x
	tar -C a -czf two var
	status 1 imgdb-info two >out 2>msg
	[ "$(grep -c ^profile out)" = 2 ]
	grep -q "has 2 image profiles" msg
	grep -q ^net-igb out
	rm a/var/db/esximg/profiles/*
	tar -C a -czf none var
	status 1 imgdb-info none >out 2>msg
	grep -q "has no image profile" msg
	grep -q ^net-igb out
	status 1 imgdb-info --json none >out 2>/dev/null
	grep -q "\"profiles\": \[\]" out
	status 1 imgdb-info --names none
	status 1 imgdb-info --profile none
'

t 'a VIB that the profile does not list, and one without XML' '
	mkdb --shape 5.0 -o i
	mkdir a
	tar -xzf i -C a
	mkvib --print >a/var/db/esximg/vibs/any.name
	rm a/var/db/esximg/vibs/net-igb-*
	tar -C a -czf odd var
	imgdb-info odd >out
	grep -q "^net-acme .*(not in the profile)\$" out
	grep -q "^VMware_bootbank_net-igb_.*: in the profile, but not in the database\$" out
'

t 'what is no database: status 1, one line, nothing printed' '
	mkdb --shape 5.0 -o i
	gzip -dc i >tar
	head -c 3000 i >cut
	echo text >text
	for f in tar cut text; do
		status 1 imgdb-info $f >out 2>msg
		[ ! -s out ]
		[ "$(wc -l <msg)" = 1 ]
		grep -q "^imgdb-info: .*'\''$f'\''" msg
	done
'

t 'names cannot drive a terminal' '
	mkdb --shape 5.0 -o i
	mkdir a
	tar -xzf i -C a
	printf "<vib><name>a&#155;31m</name><version>1</version></vib>" >a/var/db/esximg/vibs/x
	tar -C a -czf odd var
	imgdb-info odd | LC_ALL=C od -An -c >o
	status 1 grep -q "302 233" o
'

t 'exit status: 2 usage, 3 system' '
	mkdb --shape 5.0 -o i
	status 2 imgdb-info --nonsense i
	status 2 imgdb-info i i
	status 2 imgdb-info --names --profile i
	status 2 imgdb-info --json --names i
	status 3 imgdb-info no-such-file
	status 3 imgdb-info i >/dev/full
'

t 'the examples of the manual page' '
	mkdb --shape 5.0 -o imgdb.tgz
	man_examples imgdb-info
'

done_testing
