#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
. "${0%/*}/lib.sh"

t '--id, --files and --xml, from files and a pipe' '
	echo x >f
	mkvib -o a.vib --vendor github.com_x --file opt/b --file opt/a \
		--payload p:text=f
	[ "$(vib-info --id a.vib)" = github.com_x_bootbank_net-acme_1.0-1 ]
	[ "$(vib-info --id <a.vib)" = github.com_x_bootbank_net-acme_1.0-1 ]
	[ "$(vib-info --id a.vib - a.vib <a.vib | sort -u)" = \
		github.com_x_bootbank_net-acme_1.0-1 ]
	[ "$(vib-info --files a.vib 2>err | tr "\n\t" " |")" = \
		"opt/a|-|not there opt/b|-|not there " ]
	grep -q "differ in 2 paths" err
	mkvib --vendor github.com_x --file opt/b --file opt/a --print \
		--payload p:text=f >d
	vib-info --xml a.vib | cmp - d
	# other spellings come out as they are
	printf "<vib ><name>x</name><urls /></vib>\n" >d
	mkvib -o a.vib --descriptor d
	vib-info --xml a.vib | cmp - d
'

t 'text for a person' '
	echo x >f
	mkvib -o a.vib --level partner --depends "x >= 1" --tag driver \
		--payload p:boot=f --stray other=f
	vib-info a.vib >out
	grep -qx "id                Acme_bootbank_net-acme_1.0-1" out
	grep -qx "acceptance level  partner" out
	grep -qx "    x >= 1" out
	grep -q "sha-256 gunzip $(sha256sum <f | cut -c1-64)" out
	grep -q "other member .*other, 2 bytes" out
	grep -qx "signed            no" out
'

t '--json is JSON and has what is in the package' '
	echo x >f
	mkvib -o a.vib --summary "a \"q\" $(printf "\\\\")" --payload p:boot=f
	vib-info --json a.vib a.vib >out
	if command -v python3 >/dev/null; then
		python3 -c "
import json
d = json.load(open(\"out\"))[\"vibs\"]
assert len(d) == 2 and d[0][\"file\"] == \"a.vib\"
d = d[0]
assert d[\"id\"] == \"Acme_bootbank_net-acme_1.0-1\"
assert d[\"summary\"] == \"a \\\"q\\\" \\\\\"
assert d[\"payloads\"][0][\"size\"] == d[\"members\"][0][\"size\"]
assert d[\"payloads\"][0][\"checksums\"][1][\"verify_process\"] is None
assert d[\"release_date\"] == \"2024-01-02T03:04:05+00:00\"
assert d[\"signed\"] is False
"
	fi
	grep -q "\"id\": \"Acme_bootbank_net-acme_1.0-1\"" out
'

t '--signed tells by its status alone' '
	echo PEM >s
	mkvib -o a.vib
	mkvib -o b.vib --sig s
	vib-info --signed b.vib >out 2>&1
	status 1 vib-info --signed a.vib >>out 2>&1
	status 1 vib-info --signed b.vib a.vib >>out 2>&1
	[ ! -s out ]
	status 1 vib-info --signed s 2>out
	[ -s out ]
'

t 'rejected packages: one line, nothing on standard output' '
	echo "some text" >f
	mkvib -o a.vib --payload p:text=f
	mkvib -o b.vib --payload p:text=f --drop p
	size=$(stat -c %s a.vib)
	for n in 0 7 8 30 67 500 $((size - 7)); do
		head -c "$n" a.vib >c.vib
		status 1 vib-info --id c.vib >out 2>msg
		[ ! -s out ] && [ "$(wc -l <msg)" -eq 1 ]
		status 1 vib-info --id <c.vib
	done
	status 1 vib-info b.vib >out 2>msg
	grep -q "Could not find file object for payload .p." msg
	# the good one before it is not shown either
	status 1 vib-info --json a.vib b.vib >out 2>msg
	[ ! -s out ]
	mkvib -o d.vib --first debian-binary
	status 1 vib-info d.vib 2>msg
	grep -q "This VIB is a ESX 4.x VIB" msg
'

t 'an XML bomb and an external entity are refused at once' '
	{
		printf "<!DOCTYPE v [<!ENTITY a \"aaaaaaaaaa\">"
		p=a
		for e in b c d e f g h i j; do
			printf "<!ENTITY $e \"&$p;&$p;&$p;&$p;&$p;&$p;&$p;&$p;\">"
			p=$e
		done
		printf "]><vib><name>&j;</name></vib>"
	} >bomb
	printf "<!DOCTYPE v [<!ENTITY x SYSTEM \"/etc/passwd\">]>" >ext
	printf "<vib><name>&x;</name></vib>" >>ext
	for d in bomb ext; do
		mkvib -o a.vib --descriptor $d
		status 1 vib-info a.vib >out 2>msg
		[ ! -s out ]
		grep -q "Could not parse VIB XML data" msg
	done
'

t '--kind tells packages apart by content' '
	echo x >f
	mkvib -o vib
	mkvib -o vib-4x --first debian-binary
	vib-info --xml vib >descriptor
	mkdir -p t/usr/lib/vmware/vmkmod t/var/db/esximg/vibs
	echo x >t/usr/lib/vmware/vmkmod/m
	echo x >t/var/db/esximg/vibs/x.xml
	tar -C t -czf driver usr
	tar -C t -czf imgdb var
	tar -C t --transform "s,^,q/," -czf tgz usr
	tar -C t -cf tar usr
	gzip <f >gzip
	xz <f >xz
	zstd -q <f >zstd
	vmtar-pack -C t | xz | gzip >vmtar
	for k in vib vib-4x descriptor driver imgdb tgz tar gzip xz zstd vmtar; do
		[ "$(vib-info --kind $k)" = $k ]
		[ "$(vib-info --kind <$k)" = $k ]
	done
	[ "$(vib-info --kind vib xz | tr "\n" " ")" = "vib: vib xz: xz " ]
	status 1 vib-info --kind f 2>msg
	grep -q "nothing that esxkit knows" msg
	for l in "vmtar:xz <" "vmtar:zstd -q <" "tar:xz <"; do
		vmtar-pack -C t >bare.vmtar
		cp tar bare.tar
		eval "${l#*:} bare.${l%%:*}" >in
		[ "$(vib-info --kind in)" = "${l%%:*}" ]
		gzip <in >gz
		[ "$(vib-info --kind gz)" = "${l%%:*}" ]
	done
	gzip <xz >gz
	[ "$(vib-info --kind gz)" = xz ]
	printf "\375""7zXZ\0""more" >bad
	status 1 vib-info --kind bad 2>msg
	grep -q "ends at offset 10 inside xz data" msg
	head -c 60 driver >cut
	status 1 vib-info --kind cut
	status 1 vib-info --kind /dev/null
'

t '--kind --json has size and SHA-256' '
	mkvib -o a.vib
	head -c 300000 /dev/zero >i
	printf CD001 | dd of=i bs=1 seek=32769 conv=notrunc status=none
	vib-info --kind --json a.vib i >out
	grep -q "\"sha256\": \"$(sha256sum <i | cut -c1-64)\"" out
	grep -q "\"sha256\": \"$(sha256sum <a.vib | cut -c1-64)\"" out
	grep -q "\"size\": 300000" out
	grep -q "\"kind\": \"iso\"" out
'

t 'GNU ar and bsdtar read what is written, and the digests agree' '
	head -c 5001 /dev/urandom >f
	mkvib -o a.vib --payload p:boot=f --payload q:text=f
	[ "$(ar t a.vib | tr "\n" " ")" = "descriptor.xml sig.pkcs7 p q " ]
	[ "$(bsdtar -tf a.vib | tr "\n" " ")" = "descriptor.xml sig.pkcs7 p q " ]
	bsdtar -xOf a.vib p >p
	bsdtar -xOf a.vib q | cmp - f
	vib-info a.vib >out
	grep -q "sha-256 $(sha256sum <p | cut -c1-64)" out
	grep -q "sha-256 $(openssl dgst -sha256 -r p | cut -c1-64)" out
	grep -q "sha-256 gunzip $(openssl dgst -sha256 -r f | cut -c1-64)" out
	grep -q "sha-1 gunzip $(zcat <p | openssl dgst -sha1 -r | cut -c1-40)" out
'

t 'exit status: 2 usage, 3 system' '
	status 2 vib-info -x </dev/null
	status 2 vib-info --id --xml x
	status 2 vib-info --kind --id x
	status 3 vib-info no-such-file
	mkvib -o a.vib
	status 3 vib-info a.vib >/dev/full
	status 3 vib-info --xml a.vib >/dev/full
	status 0 vib-info --help >/dev/null
'

t 'a name cannot drive a terminal' '
	printf "<vib><name>x</name><summary>a&#155;2J&#13;b</summary></vib>" >d
	mkvib -o a.vib --descriptor d
	vib-info a.vib >out
	grep -a -q "^summary .*2J.b" out
	status 1 grep -a -q "$(printf "\r")" out
	status 1 grep -a -q "$(printf "\302\233")" out
'

t '--files: the list, and beside it what the payloads hold' '
	mkdir -p tree/opt/x
	echo a >tree/opt/x/a
	echo b >tree/opt/x/b
	vmtar-pack -z -C tree -o p.vgz
	mkvib -o x.vib --file opt/x/a --file opt/x/c --payload p:vgz=p.vgz
	status 0 vib-info --files x.vib >out 2>err
	printf "opt/x/a\tp\nopt/x/b\tp\tnot listed\nopt/x/c\t-\tnot there\n" |
		cmp - out
	grep -q "differ in 2 paths" err
	mkvib -o x.vib --file opt/x/a --file opt/x/b --payload p:vgz=p.vgz
	status 0 vib-info --files x.vib >out 2>err
	[ ! -s err ]
	[ "$(cut -f1 out | tr "\n" " ")" = "opt/x/a opt/x/b " ]
'

t 'inflated sizes, contents and layers; a 9.0 payload too' '
	mkdir -p tree/opt/x
	echo a >tree/opt/x/a
	vmtar-pack -C tree -o plain
	vmtar-pack --layers zstd+gzip -C tree -o p.vz
	mkvib -o x.vib --file opt/x/a --payload p:vzstd=p.vz
	size=$(stat -c %s plain)
	vib-info x.vib | grep -q "^    p  *vzstd, .*, inflated $size\$"
	vib-info --json x.vib >out
	perl -MJSON::PP -e "
		my \$v = decode_json(join q(), <>)->{vibs}[0];
		my \$m = \$v->{members}[0];
		die unless \$m->{layers} eq q(gzip zstd) && \$m->{holds} eq q(vmtar);
		die unless \$m->{inflated_size} == $size && !defined \$v->{signer};
		my \$c = \$v->{contents}[0];
		die unless \$c->{path} eq q(opt/x/a) && \$c->{payload} eq q(p);
		die unless \$c->{listed};
	" out
'

t 'a payload that cannot be understood: the rest is shown, and status 1' '
	echo no archive | gzip -9n >t.gz
	mkvib -o x.vib --summary "the summary" --payload p:vgz=t.gz
	status 1 vib-info x.vib >out 2>err
	grep -q "the summary" out
	[ "$(cat err)" = "vib-info: '\''Acme_bootbank_net-acme_1.0-1'\'': payload '\''p'\'' of type vgz holds no archive" ]
	mkvib -o x.vib --payload p:vgz=t.gz --corrupt p
	status 1 vib-info --json x.vib >out 2>err
	perl -MJSON::PP -e "decode_json(join q(), <>)->{vibs}[0]{name} eq q(net-acme) or die" out
	grep -q "gzip" err
	status 0 vib-info --id x.vib >out
'

t 'who signed it is shown, and that nobody has looked at it' '
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem \
		-subj /O=Acme/CN=Builder -days 2 2>/dev/null
	echo x >f
	mkvib --print --level partner --payload p:text=f >d
	openssl smime -sign -binary -in d -signer c.pem -inkey k.pem \
		-outform PEM >sig
	mkvib -o x.vib --level partner --payload p:text=f --sig sig
	vib-info x.vib >out
	grep -qx "signed            CN=Builder,O=Acme" out
	grep -q "^verified  *not here: vib-check --ca" out
	vib-info --json x.vib | grep -q "\"subject\": \"CN=Builder,O=Acme\""
	echo junk >sig
	mkvib -o x.vib --level partner --payload p:text=f --sig sig
	status 1 vib-info x.vib >out 2>err
	grep -q "^signed .*cannot be read" out
'

t 'the archives of every writer, from a file and a pipe' '
	mkdir -p tree/opt/x
	echo abc >tree/opt/x/a
	vmtar-pack -z -C tree -o p.vgz
	for how in "--mode 0" "--mode 0o0" "--mode 644" "--mode 100644" \
		"--mode 100777" --slash --no-pad; do
		mkvib -o x.vib $how --vendor a_b --file opt/x/a \
			--conflicts fwenable-ntpd --sums old \
			--payload p:vgz=p.vgz
		[ "$(vib-info --id x.vib)" = a_b_bootbank_net-acme_1.0-1 ]
		vib-info x.vib >out
		vib-info <x.vib | cmp - out
		cat x.vib | vib-info - | cmp - out
		grep -qx "    fwenable-ntpd" out
	done
	# GNU ar: names with a slash, a table of long names, a symbol table
	printf "!<arch>\n" >x.vib
	member() {
		printf "%-16s%-12s%-6s%-6s%-8s%-10s\`\n" "$1" 1 2 3 100644 \
			"$(stat -c %s "$2")"
		cat "$2"
		[ $(($(stat -c %s "$2") % 2)) = 0 ] || echo
	}
	mkvib --print --file opt/x/a --payload p:vgz=p.vgz >d
	: >sig
	printf "descriptor.xml/\np/\n" >names
	{ member / sig; member // names; member /0 d; member sig.pkcs7/ sig
	  member /16 p.vgz; } >>x.vib
	vib-info --id x.vib
	vib-info --files x.vib | grep -q "^opt/x/a	p\$"
'

# The facts that tests/cli/samples.sh asks of real packages, of one made here.
t 'a package in the shape of 2012: places, sizes, order of digests' '
	mkrec -v -a 512 "5 name=etc/ mode=755" "5 name=etc/vmware/ mode=755" \
		"5 name=etc/vmware/firewall/ mode=755" \
		"0 name=etc/vmware/firewall/ntpserver.xml fill=280" >plain
	gzip -n <plain >p.vgz
	mkvib -o x.vib --vendor github.com_x --name fw --version 1.0.0-1 \
		--date 2017-08-14T09:59:45.872917+00:00 --live --stateless \
		--maint false --conflicts fwenable-ntpd --sums old \
		--file etc/vmware/firewall/ntpserver.xml \
		--payload fwrule:vgz=p.vgz
	vib-info x.vib >out
	grep -qx "id                github.com_x_bootbank_fw_1.0.0-1" out
	grep -qx "release date      2017-08-14T09:59:45.872917+00:00" out
	[ "$(grep -x -A1 "conflicts" out | tail -1)" = "    fwenable-ntpd" ]
	status 1 grep -qx "depends\|replaces\|provides\|compatible with" out
	vib-info --json x.vib >json
	perl -MJSON::PP -e "
		my (\$xml, \$size, @sum) = @ARGV;
		my \$v = decode_json(join q(), <STDIN>)->{vibs}[0];
		my (\$m, \$p) = (\$v->{members}[0], \$v->{payloads}[0]);
		my \$at = 68 + \$xml + \$xml % 2 + 60 + 60;
		die q(place) unless \$m->{offset} == \$at && \$m->{size} == \$size;
		die q(sizes) unless \$m->{inflated_size} == 2840;
		die q(sums) unless join(q( ), map { \$_->{value} }
			@{\$p->{checksums}}) eq qq(@sum);
		die q(first) unless \$v->{descriptor_size} == \$xml;
	" "$(vib-info --xml x.vib | wc -c)" "$(stat -c %s p.vgz)" \
		"$(sha256sum <p.vgz | cut -c1-64)" \
		"$(sha1sum <plain | cut -c1-40)" <json
	vib-info --files x.vib >out 2>err
	printf "etc/vmware/firewall/ntpserver.xml\tfwrule\n" | cmp - out
	[ ! -s err ]
'

t 'the manual page names every member of the document' '
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem \
		-subj /O=Acme/CN=Builder -days 2 2>/dev/null
	mkdir -p tree/opt/x
	echo a >tree/opt/x/a
	vmtar-pack -z -C tree -o p.vgz
	set -- --level partner --depends "x >= 1" --url k=u --tag t \
		--file opt/x/a --payload p:vgz=p.vgz
	mkvib --print "$@" >d
	openssl smime -sign -binary -in d -signer c.pem -inkey k.pem \
		-outform PEM >sig
	mkvib -o x.vib "$@" --sig sig
	vib-info --json x.vib | sed -n "s/^ *\"\([a-z0-9_]*\)\":.*/\1/p" |
		sort -u >keys
	[ "$(wc -l <keys)" -gt 50 ]
	while read -r k; do
		grep -q "^\.Li .*\b$k\b" "$TOP/man/vib-info.1" ||
			{ echo "not in the page: $k"; exit 1; }
	done <keys
'

samples=${EK_SAMPLES:-$TOP/../shared/samples}
if [ -r "$samples/acme-esxi.vib" ]; then
	t 'real packages' '
		cp '"$samples"'/*.vib '"$samples"'/*.zip .
		[ "$(vib-info --id fwrule-ntpServer-1.0.0-1.vib)" = \
			github.com_tcely_bootbank_fwrule-ntpServer_1.0.0-1 ]
		[ "$(vib-info --id vghetto-ghettoVCB.vib)" = \
			virtuallyGhetto_bootbank_ghettoVCB_1.0.0-0.0.0 ]
		[ "$(vib-info --id acme-esxi.vib)" = \
			natethesage_bootbank_acme-esxi_1.0.0-0.0.0 ]
		[ "$(vib-info --files acme-esxi.vib | cut -f2- | sort | uniq -c |
			tr -s " ")" = " 9 payload1" ]
		[ "$(vib-info --xml fwrule-ntpServer-1.0.0-1.vib | sha256sum |
			cut -c1-64)" = 16015fd0217b0146b15b5d16143290cd88f279575be2af1dc8da28ca43311a32 ]
		vib-info --json vghetto-ghettoVCB.vib >out
		grep -q "\"offset\": 1660" out
		[ "$(vib-info --kind acme-esxi-offline-bundle.zip)" = bundle ]
		[ "$(vib-info --kind <vghetto-ghettoVCB-offline-bundle.zip)" = \
			bundle ]
	'
else
	t 'real packages # SKIP no samples' :
fi

t 'the examples of the manual page work' '
	mkvib -o net-acme.vib
	mkdir -p t/usr/lib/vmware/vmkmod
	echo x >t/usr/lib/vmware/vmkmod/m
	tar -C t -czf driver.tgz usr
	man_examples vib-info
	vib-info --xml net-acme.vib | cmp - descriptor.xml
'

done_testing
