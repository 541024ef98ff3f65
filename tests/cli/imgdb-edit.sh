#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
. "${0%/*}/lib.sh"

# image RELEASE - imgdb.tgz of that shape
image() {
	mkdb --shape "$1" -o imgdb.tgz
}

# tree FILE DIR - unpack a database
tree() {
	mkdir "$2"
	tar -xzf "$1" -C "$2"
}

# untree DIR FILE - pack it as VMware does
untree() {
	(cd "$1" && find var | LC_ALL=C sort |
		tar --format=gnu --owner=0 --group=0 --no-recursion -cf - -T -) |
		gzip -n >"$2"
}

# vibs FILE - names and versions in a database
vibs() {
	imgdb-info "$1" | sed '1,/^NAME/d' | awk '{ print $1, $2 }' | sort
}

# rejected WORDS FILE - imgdb-edit refuses FILE: status 1, one line that has
# WORDS, the old output untouched, nothing left behind
rejected() {
	words=$1
	shift
	echo old >out
	find . | sort >../before
	status 1 imgdb-edit --add x.vib -o out "$@" >log 2>msg
	[ ! -s log ]
	[ "$(wc -l <msg)" -eq 1 ]
	grep -q -F -e "$words" msg || { cat msg; return 1; }
	[ "$(cat out)" = old ]
	rm log msg
	find . | sort | cmp - ../before
}

t 'without an edit the bytes are those of the input' '
	image 5.0
	imgdb-edit <imgdb.tgz | cmp - imgdb.tgz
	imgdb-edit --mtime 1 --level partner -o out imgdb.tgz
	cmp out imgdb.tgz
'

t 'a driver into 5.0: name with hyphen, level lowered and told, no .orig' '
	image 5.0
	mkvib -o x.vib
	imgdb-edit --add x.vib -o out imgdb.tgz 2>msg
	cat >want <<-EOF
	imgdb-edit: added '\''net-acme'\'' 1.0-1
	imgdb-edit: acceptance level of the profile: partner -> community, because of '\''net-acme'\''
	EOF
	cmp want msg
	tree imgdb.tgz a
	tree out b
	diff -r a b >d || true
	grep -q "^Only in b/var/db/esximg/vibs: net-acme-111022998.xml\$" d
	[ "$(grep -c "^Only" d)" = 1 ]
	[ "$(grep -c "^diff" d)" = 1 ]
	mkvib --print | cmp - b/var/db/esximg/vibs/net-acme-111022998.xml
	[ "$(imgdb-info --get level out)" = community ]
	[ "$(imgdb-info --get serialno out)" = 15 ]
	[ "$(imgdb-info --get profile-id out)" = "$(imgdb-info --get profile-id imgdb.tgz)" ]
	[ "$(imgdb-info --get creationtime out)" = "$(imgdb-info --get creationtime imgdb.tgz)" ]
	[ "$(imgdb-info --get modifiedtime out)" = 2024-01-02T03:04:05+00:00 ]
'

t 'the payload gets its name by the rule of the release' '
	echo data >p
	for r in 5.0 6.7; do
		mkdb --shape $r -o $r.tgz
		mkvib --payload net-acme:vgz=p -o x.vib
		imgdb-edit -q --add x.vib -o $r.out $r.tgz
	done
	imgdb-info --names 5.0.out | grep "^Acme" >a
	imgdb-info --names 6.7.out | grep "^Acme" >b
	printf "Acme_bootbank_net-acme_1.0-1\tnet-acme\tnet-acme.v00\tkept\tmodule\n" | cmp - a
	printf "Acme_bootbank_net-acme_1.0-1\tnet-acme\tnet_acme.v00\tkept\tmodule\n" | cmp - b
'

t '6.7: .orig is the descriptor, .sig the signature, byte for byte' '
	image 6.7
	mkvib --summary "  blanks at both ends " -o x.vib
	printf sig >sig
	mkvib --sig sig --level partner --name net-b -o y.vib
	imgdb-edit -q --add x.vib --add y.vib -o out imgdb.tgz
	tree out b
	cd b/var/db/esximg/vibs
	ar p ../../../../../x.vib descriptor.xml | cmp - net-acme-111022998.xml.orig
	[ ! -s net-acme-111022998.xml.sig ]
	grep -q "<summary>blanks at both ends</summary>" net-acme-111022998.xml
	printf sig | cmp - net-b-*.xml.sig
	[ "$(ls net-acme* | wc -l)" = 3 ]
'

t 'the tar: GNU dialect, directories first, whole records of 10240' '
	image 6.7
	mkvib -o x.vib
	imgdb-edit -q --add x.vib imgdb.tgz >out
	head -c 10 out | od -An -tx1 | grep -q "1f 8b 08 00 00 00 00 00 02 ff"
	gzip -dc out >tar
	[ $(($(wc -c <tar) % 10240)) -eq 0 ]
	[ "$(dd if=tar bs=1 skip=257 count=8 2>/dev/null | od -An -c | tr -d " ")" = "ustar\\0" ]
	tar -tf tar >list
	head -5 list >dirs
	printf "var/\nvar/db/\nvar/db/esximg/\nvar/db/esximg/vibs/\nvar/db/esximg/profiles/\n" |
		cmp - dirs
	sed -n "6,8p" list >three
	printf "var/db/esximg/vibs/net-acme-111022998.xml%s\n" "" .sig .orig | cmp - three
	tail -1 list | grep -q "^var/db/esximg/profiles/"
	[ "$(tar -tvf tar | awk "{ print \$2 }" | sort -u)" = 0/0 ]
'

t 'a VIB replaces the one of its name with all its files, lower or higher' '
	image 6.7
	for v in 9-1 1-1; do
		mkvib --name net-e1000 --version $v -o $v.vib
	done
	imgdb-edit --add 9-1.vib -o up imgdb.tgz 2>msg
	grep -q "replaced '\''net-e1000'\'' 8.0.3.1-5vmw.670.0.0.8169922 by 9-1\$" msg
	imgdb-edit --add 1-1.vib -o down imgdb.tgz 2>msg
	grep -q "by 1-1: a downgrade\$" msg
	tree imgdb.tgz a
	for f in up down; do
		tree $f $f.d
		[ "$(find $f.d -name "net-e1000-*" | wc -l)" = 3 ]
		# every kept file is what it was
		(cd $f.d && find . -type f ! -path "*/profiles/*" ! -name "net-e1000-*") |
		while read -r x; do cmp a/$x $f.d/$x; done
		[ "$(vibs $f | grep -c "^net-e1000 ")" = 1 ]
		[ "$(imgdb-info --get serialno $f)" = 17 ]
	done
'

t 'the same id with the same bytes: there already, not a byte changes' '
	for r in 5.0 6.7; do
		mkdb --shape $r -o a
		mkvib -o x.vib
		imgdb-edit -q --add x.vib -o b a
		imgdb-edit --add x.vib -o c b 2>msg
		cmp b c
		grep -q "'\''net-acme'\'' 1.0-1 is there already" msg
	done
'

t 'the same id with other bytes replaces, and is told' '
	for r in 5.0 6.7; do
		mkdb --shape $r -o a
		mkvib -o x.vib
		mkvib --summary other -o y.vib
		imgdb-edit -q --add x.vib -o b a
		imgdb-edit --add y.vib -o c b 2>msg
		grep -q "by 1.0-1, the same version with other contents" msg
		imgdb-info --vib net-acme c | grep -q "<summary>other</summary>"
		[ "$(imgdb-info --get serialno c)" = $(($(imgdb-info --get serialno b) + 2)) ]
	done
	# a signature alone makes a difference where the database keeps it
	printf sig >sig
	mkvib --summary other --sig sig -o z.vib
	imgdb-edit --add z.vib -o d c 2>msg
	grep -q "the same version with other contents" msg
'

t 'what it replaces goes, and what replaces it' '
	image 6.7
	mkvib --name net-new --replaces net-igb --replaces "net-e1000<<1.0" -o x.vib
	imgdb-edit --add x.vib -o out imgdb.tgz 2>msg
	grep -q "removed '\''net-igb'\'' .*, replaced by '\''net-new'\''" msg
	vibs out >v
	status 1 grep -q "^net-igb" v
	grep -q "^net-e1000 " v
	# the other way round: an older VIB comes back
	mkvib --name net-igb --version 1-1 -o y.vib
	imgdb-edit --add y.vib -o back out 2>msg
	grep -q "removed '\''net-new'\'' 1.0-1, it replaces '\''net-igb'\''" msg
	vibs back >v
	grep -q "^net-igb 1-1" v
	status 1 grep -q "^net-new" v
'

t '--remove by name and by id; a name that is not there names near ones' '
	image 5.0
	imgdb-edit -q --remove net-igb --remove VMware_bootbank_net-bnx2_2.0.15g.v50.11-5vmw.500.0.0.469512 -o out imgdb.tgz
	vibs out >v
	vibs imgdb.tgz | grep -v "^net-igb\|^net-bnx2" | cmp - v
	[ "$(imgdb-info --get serialno out)" = 15 ]
	status 1 imgdb-edit --remove net-e100 -o out2 imgdb.tgz 2>msg
	grep -q "no VIB '\''net-e100'\''; there is '\''net-e1000'\'', '\''net-e1000e'\''" msg
	status 1 imgdb-edit --remove zzz -o out2 imgdb.tgz 2>msg
	grep -q "no VIB '\''zzz'\''\$" msg
	[ ! -e out2 ]
'

t 'adding and removing gives the VIBs back, and all but time, serial, level' '
	image 6.7
	mkvib -o x.vib
	imgdb-edit -q --add x.vib imgdb.tgz | imgdb-edit -q --remove net-acme -o out
	tree imgdb.tgz a
	tree out b
	strip="s,<modifiedtime>[^<]*</modifiedtime><serialno>[0-9]*<,<,;s,<acceptancelevel>[a-z]*<,<,"
	sed -i "$strip" a/var/db/esximg/profiles/* b/var/db/esximg/profiles/*
	diff -r a b
	imgdb-info --names imgdb.tgz >n
	imgdb-info --names out | cmp - n
'

t 'level: set, never raised by itself, refused where a VIB is below' '
	image 6.7
	mkvib -o x.vib
	mkvib --name net-b --level accepted -o y.vib
	imgdb-edit -q --add y.vib -o out imgdb.tgz
	[ "$(imgdb-info --get level out)" = partner ]
	imgdb-edit -q --add x.vib -o low imgdb.tgz
	imgdb-edit -q --remove net-acme -o out low
	[ "$(imgdb-info --get level out)" = community ]
	imgdb-edit -q --level PartnerSupported -o up out
	[ "$(imgdb-info --get level up)" = partner ]
	status 1 imgdb-edit --level partner -o no low 2>msg
	grep -q "net-acme_1.0-1: its acceptance level community is below that of the profile \[level\]" msg
	status 1 imgdb-edit --level partner --add x.vib -o no imgdb.tgz
	[ ! -e no ]
	imgdb-edit -q --force --level partner -o forced low 2>msg
	[ "$(imgdb-info --get level forced)" = partner ]
	grep -q "warning: .*\[level\]" msg
'

t 'name, vendor and description of the profile; its file name follows' '
	image 6.7
	imgdb-edit --profile-name "My <image>" --profile-vendor Me \
		--profile-description "line 1
line 2" -o out imgdb.tgz
	[ "$(imgdb-info --get name out)" = "My <image>" ]
	[ "$(imgdb-info --get vendor out)" = Me ]
	[ "$(imgdb-info --get description out)" = "line 1
line 2" ]
	[ "$(imgdb-info --get serialno out)" = 14 ]
	tree out b
	ls b/var/db/esximg/profiles >p
	[ "$(wc -l <p)" = 1 ]
	grep -q "^My%20%3Cimage%3E-*[0-9]*\$" p
	status 2 imgdb-edit --profile-name "" imgdb.tgz >/dev/null
	status 2 imgdb-edit --profile-vendor "$(printf "\303\244")" imgdb.tgz >/dev/null
'

t 'what nobody knows is carried through: files, directories, elements' '
	image 6.7
	tree imgdb.tgz a
	mkdir -p a/var/db/esximg/bulletins/deep a/opt
	echo bulletin >a/var/db/esximg/bulletins/deep/b.xml
	echo other >a/opt/x
	mv a/opt a/var/
	ln -s x a/var/opt/link
	sed -i "s,</imageprofile>,<baseimage a=\"1\">x</baseimage></imageprofile>," a/var/db/esximg/profiles/*
	untree a in
	mkvib -o x.vib
	imgdb-edit -q --add x.vib -o out in
	tree out b
	diff -r a b >d || true
	[ "$(grep -c "^Only in b" d)" = 3 ]
	status 1 grep -q "^Only in a" d
	[ "$(readlink b/var/opt/link)" = x ]
	imgdb-info --profile out | grep -q "<baseimage a=\"1\">x</baseimage></imageprofile>"
'

t '--plan prints and changes nothing, as text and as JSON' '
	image 6.7
	echo data >p
	mkvib --name net-e1000 --version 1-1 --payload net-e100:vgz=p -o x.vib
	cp imgdb.tgz copy
	imgdb-edit --plan --add x.vib --remove net-igb imgdb.tgz >plan
	cmp copy imgdb.tgz
	grep -q "^downgrade *net-e1000 *8.0.3.1-5vmw.670.0.0.8169922 *1-1 *community\$" plan
	grep -q "^remove *net-igb .* - *certified\$" plan
	grep -q "^added *net_e100.v00 *module *net-e100 *Acme_bootbank_net-e1000_1-1\$" plan
	grep -q "^removed *net_e100.v00 *module" plan
	grep -q "^level *partner -> community, because of '\''net-e1000'\''\$" plan
	grep -q "^serial *14 -> 18\$" plan
	imgdb-edit --plan --json --add x.vib --remove net-igb imgdb.tgz >json
	grep -q "\"change\": \"downgrade\"" json
	grep -q "\"because_of\": \"net-e1000\"" json
	imgdb-edit --plan --level community imgdb.tgz | grep -q "^level *partner -> community\$"
	imgdb-edit --json --add x.vib -o out imgdb.tgz >json 2>/dev/null
	grep -q "\"changed\": true" json
	[ -s out ]
	imgdb-edit --plan imgdb.tgz | grep -q "^nothing changes\$"
	imgdb-edit --plan --add x.vib out >plan
	grep -q "^already there  net-e1000  1-1  1-1  community\$" plan
'

t '--names-out: five columns, what goes as well; with --plan too' '
	image 6.7
	echo data >p
	mkvib --name net-e1000 --version 1-1 --payload net-e100:vgz=p \
		--payload readme:text=p --payload k2:boot:300=p -o x.vib
	imgdb-edit -q --add x.vib --names-out names -o out imgdb.tgz
	imgdb-edit --plan --add x.vib --names-out n2 imgdb.tgz >/dev/null
	cmp names n2
	awk -F "\t" "NF != 5 || \$4 !~ /^(added|kept|removed)\$/ || \$5 !~ /^(module|boot|file)\$/ { exit 1 }" names
	grep "net-e1000_" names >mine
	cat >want <<-EOF
	Acme_bootbank_net-e1000_1-1	k2	k2.b00	added	boot
	Acme_bootbank_net-e1000_1-1	net-e100	net_e100.v00	added	module
	Acme_bootbank_net-e1000_1-1	readme	readme.t00	added	file
	VMware_bootbank_net-e1000_8.0.3.1-5vmw.670.0.0.8169922	net-e100	net_e100.v00	removed	module
	EOF
	cmp want mine
	grep -c "kept" names >n
	[ "$(cat n)" = "$(($(imgdb-info --names imgdb.tgz | wc -l) - 1))" ]
'

t 'names of kept VIBs stay, a new one takes the first free number' '
	image 6.7
	echo data >p
	mkvib --name aaa --payload net-e1009:vgz=p -o x.vib
	imgdb-edit -q --add x.vib --names-out names -o out imgdb.tgz
	grep -q "aaa_1.0-1	net-e1009	net_e100.v02	added" names
	imgdb-info --names imgdb.tgz >a
	imgdb-info --names out | grep -v aaa_ | cmp - a
'

t 'a wished name that is taken, and the 257th of a stem' '
	image 6.7
	echo data >p
	mkvib --name aaa --payload s:boot:60:S.V00=p -o x.vib
	imgdb-edit -q --add x.vib --names-out names -o out imgdb.tgz
	grep -q "aaa_1.0-1	s	s.b00	added	boot" names
	tree imgdb.tgz a
	awk "BEGIN { for (i = 0; i < 256; i++) printf \"<payload payload-name=\\\"x%d\\\">disk.v%02x</payload>\", i, i }" >many
	sed -i "s,<vib-id>VMware_bootbank_esx-ui_1.25.0-7872652</vib-id><payloads>,&$(cat many)," a/var/db/esximg/profiles/*
	untree a in
	mkvib --payload disk:vgz=p -o x.vib
	rejected "all 256 file names '\''disk.v00'\'' to '\''disk.vff'\'' are taken" in
'

t 'the profile that comes out is checked: an error refuses it' '
	image 6.7
	try() {
		code=$1
		shift
		mkvib -o x.vib --name new "$@"
		echo old >out
		status 1 imgdb-edit --add x.vib -o out imgdb.tgz 2>msg
		grep -q -F "[$code]" msg || { cat msg; return 1; }
		[ "$(wc -l <msg)" -eq 1 ]
		[ "$(cat out)" = old ]
		imgdb-edit --force -q --add x.vib -o out imgdb.tgz 2>/dev/null
		imgdb-info out | grep -q "^new "
	}
	try dependency --depends nothere
	try dependency --depends "esx-base>=7.0"
	try conflict --conflicts net-igb
	try path-rule --file bin/evil
	grep -q "a community VIB may not hold '\''bin/evil'\''" msg
	try overlay --overlay
	owned=$(imgdb-info --json --vib net-igb imgdb.tgz |
		sed -n "/\"files\"/,\$s/^ *\"\\([a-z].*\\)\",*\$/\\1/p" | head -1)
	[ -n "$owned" ]
	try file-conflict --level certified --file "$owned"
	grep -q "/$owned: this file is in several non-overlay VIBs: {'\''Acme_bootbank_new_1.0-1'\'', '\''VMware_bootbank_net-igb" msg
'

t 'an image needs a kernel and a VIB that provides esx-version' '
	image 6.7
	status 1 imgdb-edit --remove esx-base -o out imgdb.tgz 2>msg
	grep -q "\[no-base\]" msg
	status 1 imgdb-edit --plan --remove esx-base --remove cpu-microcode imgdb.tgz >plan 2>msg
	grep -q "\[no-kernel\]" plan
	grep -q "There is no VIB providing '\''esx-version'\''" plan
'

t 'what was wrong before is a warning' '
	image 6.7
	mkvib --name bad --depends nothere -o bad.vib
	imgdb-edit -q --force --add bad.vib -o in imgdb.tgz 2>/dev/null
	mkvib -o x.vib
	imgdb-edit -q --add x.vib -o out in 2>msg
	grep -q "warning: Acme_bootbank_bad_1.0-1: it depends on '\''nothere'\''.*(as before this change) \[dependency\]" msg
	# but not where the edit makes it
	mkvib --name bad --version 2-1 --depends nothere -o bad2.vib
	status 1 imgdb-edit --add bad2.vib -o out2 in
	imgdb-edit -q --remove bad -o out3 in 2>msg
	[ ! -s msg ]
'

t '--target: the image knows better' '
	image 6.7
	mkvib -o x.vib
	imgdb-edit -q --add x.vib -o a imgdb.tgz
	imgdb-edit -q --add x.vib --target 6.7.0-0.0.8169922 -o b imgdb.tgz 2>msg
	[ ! -s msg ]
	imgdb-edit -q --add x.vib --target 5.0 -o c imgdb.tgz 2>msg
	grep -q "the image is of release 6.7.0-0.0.8169922: --target is not used" msg
	cmp a b
	cmp a c
'

t 'two VIBs of one name in one call are refused' '
	image 6.7
	mkvib -o x.vib
	mkvib --version 2-1 -o y.vib
	status 1 imgdb-edit --add x.vib --add y.vib -o out imgdb.tgz 2>msg
	grep -q "'\''x.vib'\'' and '\''y.vib'\'' are both VIB '\''net-acme'\''" msg
'

t 'a pipe in, a pipe out; a VIB from standard input' '
	image 5.0
	mkvib -o x.vib
	imgdb-edit -q --add x.vib -o out imgdb.tgz
	imgdb-edit -q --add x.vib <imgdb.tgz | cmp - out
	cat x.vib | imgdb-edit -q --add - imgdb.tgz | cmp - out
	status 2 imgdb-edit --add - <x.vib
	status 2 imgdb-edit --json imgdb.tgz
	status 2 imgdb-edit --names-out - imgdb.tgz
'

t 'same input, same bytes: clock, zone, locale, umask, directory' '
	image 6.7
	mkvib -o x.vib
	imgdb-edit -q --add x.vib -o a imgdb.tgz
	(umask 077; TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 imgdb-edit -q --add x.vib imgdb.tgz >b)
	cmp a b
	mkdir -p d/e
	cp imgdb.tgz x.vib d/e
	(cd d/e && imgdb-edit -q --add x.vib <imgdb.tgz) | cmp - a
	SOURCE_DATE_EPOCH=86400 imgdb-edit -q --add x.vib -o c imgdb.tgz
	imgdb-edit -q --mtime 1970-01-02T00:00:00 --add x.vib -o d/c imgdb.tgz
	cmp c d/c
	[ "$(imgdb-info --get modifiedtime c)" = 1970-01-02T00:00:00+00:00 ]
	[ "$(TZ=UTC tar -tvzf c | awk "{ print \$4, \$5 }" | sort -u)" = "1970-01-02 00:00" ]
'

t 'bad input: not a database' '
	image 6.7
	mkvib -o x.vib
	gzip -dc imgdb.tgz >tar
	rejected "not a gzip file" tar
	head -c 2000 imgdb.tgz >cut
	rejected "'\''cut'\''" cut
	: >empty
	rejected "not a gzip file" empty
	gzip -n <empty >gz
	rejected "'\''gz'\''" gz
	cp imgdb.tgz flip
	printf "\377\377\377\377" | dd of=flip bs=1 seek=3000 conv=notrunc 2>/dev/null
	rejected "'\''flip'\''" flip
	(cat imgdb.tgz; echo more) >tail
	rejected "'\''tail'\''" tail
	mkdir u
	echo x >u/file
	tar -C u -czf other.tgz file
	rejected "no image database" other.tgz
'

t 'bad input: names' '
	image 6.7
	mkvib -o x.vib
	tree imgdb.tgz a
	tar -C a -czf dot.tgz ./var
	rejected "names begin with '\''./'\''" dot.tgz
	tar -C a --transform "s,^,/," -P -czf abs.tgz var
	rejected absolute abs.tgz
	tar -C a --transform "s,vibs,../vibs," -P -czf up.tgz var
	rejected "'\''..'\''" up.tgz
	tar -C a --transform "s/.*/\\U&/" -czf upper.tgz var
	rejected "not in lower case" upper.tgz
	gzip -dc imgdb.tgz | cat >t
	tar -C a -rf t "$(cd a && echo var/db/esximg/profiles/*)"
	gzip -n <t >twice.tgz
	rejected "there twice" twice.tgz
'

t 'bad input: XML' '
	image 6.7
	mkvib -o x.vib
	p=var/db/esximg/profiles
	bad() {
		rm -rf a
		tree imgdb.tgz a
		f=$(ls a/$p/* | head -1)
		v=$(ls a/var/db/esximg/vibs/net-igb-*.xml)
		eval "$2"
		untree a in
		rejected "$1" in
	}
	bad "Missing profile name" "sed -i \"s,<name>[^<]*<,<name> <,\" \$f"
	bad "has no image profile" "rm \$f"
	bad "has 2 image profiles" "cp \$f \$f.b"
	bad "Invalid acceptance level value" "sed -i s,partner,highest, \$f"
	bad "duplicated vib-ids" "sed -i s,VMware_bootbank_esx-ui_1.25.0-7872652,VMware_bootbank_net-igb_5.0.5.1.1-5vmw.670.0.0.8169922, \$f"
	bad "net-igb-" "echo \"<vib>\" >\$v"
	bad "net-igb-" "sed -i \"1s,^,<!DOCTYPE x [<!ENTITY e SYSTEM \\\"/etc/passwd\\\">]>,\" \$v"
	bad "esximg/profiles" "printf \"<!DOCTYPE x [<!ENTITY a \\\"aaaa\\\"><!ENTITY b \\\"&a;&a;\\\">]><imageprofile>&b;</imageprofile>\" >\$f"
	bad "describe VIB" "sed s,net-igb.made,net-igb.mode, \$v | sed \"s,<summary>,<summary>z,\" >\$v.x.xml"
	bad "bytes, at most" "head -c 9000000 /dev/zero | tr \"\\\\0\" \" \" >>\$v"
	bad "no plain file name" "sed -i s,esx_ui.v00,../esx_ui, \$f"
'

t 'bad input: VIBs' '
	image 6.7
	mkvib --name "$(printf "%070d" 7)" -o x.vib
	rejected "the VIB name is too long" imgdb.tgz
	echo data >p
	mkvib --payload net-acme:vgz=p --drop net-acme -o x.vib
	rejected "net-acme" imgdb.tgz
	mkvib --payload net-acme:vgz=p --corrupt net-acme -o x.vib
	rejected "net-acme" imgdb.tgz
	mkvib --name ../../x -o x.vib
	rejected "cannot be a file name" imgdb.tgz
	mkvib --payload a:vgz:0:../../x=p -o x.vib
	rejected "no plain file name" imgdb.tgz
	mkvib >full
	head -c 300 full >x.vib
	rejected "x.vib" imgdb.tgz
	cp imgdb.tgz x.vib
	rejected "x.vib" imgdb.tgz
'

t 'a profile that names a VIB without XML: told, and can be mended' '
	image 6.7
	mkvib -o x.vib
	tree imgdb.tgz a
	rm a/var/db/esximg/vibs/net-igb-*
	untree a in
	imgdb-edit -q --add x.vib -o out in 2>msg
	grep -q "net-igb.*has no XML of it (as before this change) \[vib-missing\]" msg
	status 1 imgdb-edit --remove net-igb -o out in
	imgdb-edit -q --remove VMware_bootbank_net-igb_5.0.5.1.1-5vmw.670.0.0.8169922 \
		--names-out names -o out in 2>msg
	[ ! -s msg ]
	grep -q "net-igb.*	removed	" names
	imgdb-edit --plan --remove VMware_bootbank_net-igb_5.0.5.1.1-5vmw.670.0.0.8169922 in |
		grep -q "^remove *VMware_bootbank_net-igb"
'

t 'exit status: 2 usage, 3 system; nothing half-written' '
	image 5.0
	mkvib -o x.vib
	status 2 imgdb-edit --nonsense imgdb.tgz
	status 2 imgdb-edit --level highest imgdb.tgz
	status 2 imgdb-edit --target 4.1 imgdb.tgz
	status 2 imgdb-edit --mtime never imgdb.tgz
	status 2 imgdb-edit imgdb.tgz imgdb.tgz
	status 3 imgdb-edit no-such-file
	status 3 imgdb-edit --add no-such.vib imgdb.tgz
	status 3 imgdb-edit -q --add x.vib imgdb.tgz >/dev/full
	status 3 imgdb-edit -q --add x.vib -o no-such-dir/f imgdb.tgz
	echo old >out
	status 3 imgdb-edit -q --add x.vib -o out --names-out no-such-dir/f imgdb.tgz
	[ "$(cat out)" = old ]
	status 2 imgdb-edit -q --add x.vib -o out --names-out out imgdb.tgz
	[ "$(cat out)" = old ]
	# no table without its database, and no database without its table
	echo old >names
	status 3 imgdb-edit -q --add x.vib --names-out names imgdb.tgz >/dev/full
	[ "$(cat names)" = old ]
	status 3 imgdb-edit -q --add x.vib -o out --names-out /dev/full imgdb.tgz
	[ "$(cat out)" = old ]
'

t 'the examples of the manual page' '
	image 5.0
	echo data >p
	mkvib --payload net-acme:vgz=p -o net-acme.vib
	man_examples imgdb-edit
'

t '7.0 and later: what is not understood is carried through, byte for byte' '
	mkdir -p t/opt/x
	for s in 7.0 8.0 9.0; do
		mkdb --shape $s -o i
		rm -rf a b
		mkdir a b
		tar -xzf i -C a
		d=a/var/db/esximg
		[ -d $d/bulletins ] && [ -d $d/reservedComponents ] && [ -d $d/manifests ]
		mkdir -p $d/solutions/deep $d/baseImages $d/addOns
		head -c 70000 /dev/urandom >$d/solutions/deep/x.bin
		: >$d/baseImages/empty
		printf "no bulletin" >$d/bulletins/strange
		tar -C a --format=gnu --owner=0 --group=0 -czf j var
		vib-gen -q --name x --tree x:tgz=t --target $s -o x.vib
		imgdb-edit -q --mtime 5 --add x.vib --remove igbn -o k j 2>msg
		tar -xzf k -C b
		diff -rq a b >diff || :
		grep -v "^Only in [ab]/var/db/esximg/vibs: \(igbn\|x\)-\|esximg/profiles/" diff >more || :
		cmp more /dev/null
		grep -q "Only in b.*vibs: x-" diff
		grep -q "Only in a.*vibs: igbn-" diff
	done
'

t 'a component whose VIB goes is named, and what that means' '
	mkdir -p t/opt/x
	mkdb --shape 8.0 -o i
	imgdb-edit --remove igbn -o o i 2>msg
	grep "warning: VMware-igbn: .* names VIB .VMware_bootbank_igbn_1.4.11.2-1vmw., which is not in the image: lifecycle tools" msg
	[ "$(grep -c "\[component\]" msg)" = 1 ]
	# the same again is what the input had already
	imgdb-edit --remove i40en -o o2 o 2>msg
	grep "VMware-i40en" msg
	vib-gen -q --name ixgben --vendor VMware --version 9.9-1 --tree ixgben:tgz=t --target 8.0 -o n.vib
	imgdb-edit --plan --add n.vib i >plan
	grep "VMware-ixgben.*names VIB .VMware_bootbank_ixgben_1.7.1.35-1vmw" plan
	# an overridden one need not have its VIBs
	imgdb-edit --remove gc -o o i 2>msg
	status 1 grep "\[component\]" msg
	vib-gen -q --name x --tree x:tgz=t --target 8.0 -o x.vib
	imgdb-edit --add x.vib -o o i 2>msg
	status 1 grep "\[component\]" msg
'

done_testing
