#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
. "${0%/*}/lib.sh"

s=$top/shared
mkdir "$s"
export s
(
	cd "$s" || exit 99
	mkdir -p tree/opt/acme
	echo hello >tree/opt/acme/a
	vmtar-pack -z -C tree -o good.vgz
	tar -C tree --format=gnu --owner=0 --group=0 --mtime=@0 -cf good.tar opt
	gzip -9nc good.tar >good.tgz
	tar -C tree --format=ustar -cf - opt | gzip -9n >ustar.tgz
	echo text | gzip -9n >text.gz
	gzip -dc good.vgz >plain.vmtar
	vmtar-pack --layers zstd+gzip -C tree -o good.vzstd
	cat good.vgz text.gz >two.gz
	tar -C tree --format=gnu -cf - opt/acme/a | vmtar-pack -z -o nodir.vgz
	mkvib -o good.vib --file opt/acme/a --payload p:vgz=good.vgz
	# a driver of 6.x
	mkdir -p linux/etc/vmware/driver.map.d
	echo "regtype=linux,bus=pci,id=10ec:8125 0000:0000,driver=x,class=network" \
		>linux/etc/vmware/driver.map.d/x.map
	vmtar-pack -z -C linux -o linux.vgz
) || exit 99

# vib [options of mkvib]... - x.vib with the file that all of them have
vib() {
	mkvib -o x.vib --file opt/acme/a "$@"
}

# told SEVERITY CODE STATUS [options of vib-check]... - x.vib has that finding
told() {
	severity=$1 code=$2 want=$3
	shift 3
	status "$want" vib-check "$@" x.vib >out 2>err || { cat out err; return 1; }
	grep -q "^$severity: .*\[$code\]$" out || { cat out; return 1; }
}

# desc TEXT - x.vib with that descriptor, as it is
desc() {
	printf %s "$1" >d
	mkvib -o x.vib --descriptor d
}
id='<name>a</name><version>1-1</version><vendor>v</vendor>'
id="$id<summary>s</summary><description>d</description><release-date>"
id="${id}2024-01-02T13:24:55</release-date><relationships/>"
export id

t 'a good VIB has no error and no warning, from a file and a pipe' '
	status 0 vib-check $s/good.vib >out
	[ "$(head -n 1 out)" = "$s/good.vib: Acme_bootbank_net-acme_1.0-1" ]
	[ "$(tail -n 1 out)" = "5.0 5.1 5.5 6.0 6.5 6.7 7.0 8.0 9.0: taken" ]
	status 1 grep -q "^error\|^warning" out
	vib-check <$s/good.vib >piped
	[ "$(tail -n 1 piped)" = "$(tail -n 1 out)" ]
	cat $s/good.vib | vib-check - | head -n 1 | grep -q "^standard input: Acme"
'

t 'VIBs that vib-gen makes are good' '
	mkdriver -o driver.tgz
	vib-gen -q --driver driver.tgz -o a.vib
	vib-gen -q --name b --version 1-1 --vendor v --summary s --description d \
		--tree b=$s/tree -o b.vib
	vib-check --target 6.7 a.vib b.vib >out
	status 1 grep -q "^error\|^warning" out
'

t 'the archive' '
	: >x.vib
	told error ar-header 1
	printf "!<arch>\n" >x.vib
	told error ar-short 1
	head -c 100 $s/good.vib >x.vib
	told error ar-header 1
	grep -q "VibFormatError: Bad VIB archive header" out
	grep -q "offset" out
	mkvib -o x.vib --first debian-binary
	told error esx4-vib 1
	mkvib -o x.vib --first other
	told error ar-order 1
	grep -q "The first member found was other, but descriptor.xml" out
	mkvib -o x.vib --second other
	told error ar-order 1
	grep -q "to be sig.pkcs7, but found other instead" out
	vib --payload p:vgz=$s/good.vgz --drop p
	told error payload-missing 1
	vib --payload p:vgz=$s/good.vgz --stray q=$s/text.gz
	told warning stray-member 0
	vib --payload p:vgz=$s/good.vgz --twice
	told error duplicate-member 1
'

t 'digests and sizes: each one against the bytes' '
	vib --payload p:vgz=$s/good.vgz --corrupt p
	told error digest 1
	grep -q "HashError: Calculated digest at EOF does not match" out
	vib --payload p:vgz=$s/good.vgz --wrong sha256
	told error digest 1
	vib --payload p:vgz=$s/good.vgz --wrong gunzip256
	told error gunzip-digest 1
	vib --payload p:vgz=$s/good.vgz --wrong gunzip1
	told error gunzip-digest 1
	vib --payload p:vgz=$s/good.vgz --wrong size
	told warning size 0
	vib --payload p:vgz=$s/good.vgz --sums none
	told warning no-checksum 0 --target 6.7
	vib --payload p:vgz=$s/good.vgz --sums old
	told error no-sha256-gunzip 1 --target 8.0
	told info no-sha256-gunzip 0 --target 6.7
	vib --payload p:vgz=$s/good.vgz --sums hand
	told error digest-order 1 --target 6.5
	told info digest-order 0 --target 8.0
	vib --payload p:vgz=$s/good.vgz --sums plain
	told warning no-sha1 0 --target 6.7
	mkvib --print --file opt/acme/a --payload p:vgz=$s/good.vgz |
		sed "s|<checksum checksum-type=.sha-256.>[0-9a-f]*</checksum>||" >d
	vib --descriptor d --payload p:vgz=$s/good.vgz
	told error no-plain-sha256 1
'

t 'more than a bootbank holds, in a sparse file' '
	mkvib --print --payload p:text=$s/text.gz --sums none >d
	perl -e "
		local \$/;
		my \$d = <>;
		my \$h = sub { sprintf qq(%-16s%-12d%-6d%-6d%-8d%-10d\140\n),
				\$_[0], 0, 0, 0, 0, \$_[1] };
		print qq(!<arch>\n), \$h->(q(descriptor.xml), length \$d), \$d,
			length(\$d) % 2 ? qq(\n) : q(), \$h->(q(sig.pkcs7), 0),
			\$h->(q(p), 240 << 20);
	" d >x.vib
	truncate -s +240M x.vib
	told warning space 0
	status 1 grep -q "^error" out
'

t 'what a payload holds against its type' '
	vib --payload p:vgz=$s/text.gz
	told error vmtar 1
	grep -q "Invalid header magic" out
	vib --payload p:vgz=$s/good.tgz
	told error vmtar 1
	vib --payload p:tgz=$s/good.vgz
	told error tgz 1
	vib --payload p:tgz=$s/ustar.tgz
	told warning tgz-form 0
	grep -q "POSIX ustar" out
	vib --payload p:vgz=$s/two.gz
	told error payload-gzip 1
	grep -q "a second gzip member" out
	vib --payload p:text=$s/text.gz --payload q:vgz=$s/good.vgz
	status 0 vib-check x.vib >out
	vib --payload p:vgz=$s/good.vzstd
	told error payload-layer 1
	vib --payload p:vzstd=$s/good.vgz
	told error payload-layer 1
	vib --payload p:vzstd=$s/good.vzstd
	told error payload-release 1 --target 8.0
	mkdir -p v9/opt/a
	echo x >v9/opt/a/b
	vib-gen -q --name a --version 1-1 --vendor v --summary s --target 9.0 \
		--tree p:vzstd=v9 -o 9.vib
	status 0 vib-check --target 9.0 9.vib >out
	status 1 grep payload-release out
	status 1 vib-check --target 8.0 9.vib >out 2>err
	grep -q "payload-release" out
	mkvib -o x.vib --file etc/vmware/driver.map.d/x.map \
		--payload p:vgz=$s/linux.vgz
	told error vmklinux 1 --target 7.0
	status 0 vib-check --target 6.7 x.vib >out
'

t 'the file list, both ways, and directories' '
	mkvib -o x.vib --file opt/acme/b --payload p:vgz=$s/good.vgz
	told warning file-list 0
	grep -q "it holds .opt/acme/a., which the file list does not name" out
	grep -q "the file list names .opt/acme/b., which no payload holds" out
	vib --payload p:vgz=$s/nodir.vgz
	told warning no-directory 0
	[ "$(grep -c "\[no-directory\]" out)" -eq 2 ]
	# the outer one alone
	tar -C $s/tree --format=gnu --no-recursion -cf - opt/acme opt/acme/a |
		vmtar-pack -z -o outer.vgz
	vib --payload p:vgz=outer.vgz
	told warning no-directory 0
	[ "$(grep -c "\[no-directory\]" out)" -eq 1 ]
	grep -q "below .opt., and no entry" out
	mkvib -o x.vib --file etc/x/a --payload p:vgz=$s/good.vgz
	told error path-rule 1
	grep -q "^error: etc/x/a: " out
	mkvib -o x.vib --file etc/init.d/a --payload p:vgz=$s/good.vgz
	told error path-rule 1 --target 5.1
	told warning file-list 0 --target 6.7
	vib --payload p:vgz=$s/good.vgz --overlay
	told error overlay 1 --target 6.7
'

t 'the descriptor, each defect with line and element' '
	desc "<vib>x"
	told error xml 1
	desc "<?xml version=\"1.0\" encoding=\"utf-8\"?><vib>$id</vib>"
	told error xml-declaration 1 --target 6.5
	desc "<vib version=\"5.0\"><version>1-1</version></vib>"
	told error name 1
	desc "<vib version=\"5.0\">$id<type>x</type></vib>"
	told error type 1
	desc "<vib version=\"5.0\"><name>a</name>
<version>1-2-3</version></vib>"
	told error version 1
	grep -q "descriptor.xml line 2: /vib/version" out
	desc "<vib version=\"5.0\">$id<installdate>yesterday</installdate></vib>"
	told error date 1
	desc "<vib version=\"5.0\">$id<urls><url>x</url></urls></vib>"
	told error url-key 1
	desc "<vib version=\"5.0\">$id<relationships><depends><constraint/></depends></relationships></vib>"
	told error constraint 1
	desc "<vib version=\"5.0\">$id<overlay>maybe</overlay></vib>"
	told error boolean 1
	desc "<vib version=\"5.0\">$id<system-requires><hwplatform/></system-requires></vib>"
	told error hwplatform 1
	desc "<vib version=\"5.0\">$id<acceptance-level>vmware</acceptance-level></vib>"
	told error level 1
	desc "<vib version=\"5.0\">$id<payloads><payload name=\"abcdefghijklmnop\" type=\"vgz\"/></payloads></vib>"
	told error payload-name 1
	desc "<vib version=\"5.0\">$id<payloads><payload name=\"a\" type=\"vgz\" size=\"x\"/></payloads></vib>"
	told error payload-number 1
	desc "<vib version=\"5.0\">$id<payloads><payload name=\"a\" type=\"vgz\"><checksum>00</checksum></payload></payloads></vib>"
	told error checksum-type 1
	desc "<vib version=\"5.0\">$id<software-tags><tag/></software-tags></vib>"
	told error empty-tag 1
'

t 'what ESXi takes, and what is wrong all the same' '
	desc "<vib><name>a</name><release-date>2024-01-02T13:24:55</release-date></vib>"
	told warning missing-field 0
	told info version-attribute 0
	mkvib -o x.vib --date none
	told error date 1
	mkvib -o x.vib --file opt/acme/a --payload p:zip=$s/good.vgz
	told warning payload-type 0
	mkvib -o x.vib --date 2024-01-02T13:01:55
	told info date-hour 0
	vib --live --payload p:boot=$s/good.vgz
	told warning live-boot 0
	mkvib -o x.vib --file etc/vmware/driver_map_d/a
	told warning odd-path 0
	vib --payload p:vgz=$s/good.vgz --payload p:vgz=$s/good.vgz
	told error duplicate-payload 1
	vib --payload p:vgz:0:toolongname.v00=$s/good.vgz
	told warning vfat-name 0
	vib --payload p:vgz=$s/good.vgz --name "$(printf %036d 0)"
	told warning schema 0
	vib --payload p:vgz=$s/good.vgz --summary "$(printf "\\303\\244")"
	told error ascii 1
	vib --payload p:vgz=$s/good.vgz --depends com.vmware.driverAPI-9.2.3.0
	told error vmklinux 1 --target 8.0
	status 0 vib-check --target 6.7 x.vib >out
	vib --payload p:vgz=$s/good.vgz --depends vmkapi_3_0_0_0
	told error dependency 1 --target 6.7
	# unless a VIB that comes with it provides it, at such a version
	mkvib -o api.vib --name api --provides vmkapi_3_0_0_0=1.0
	status 0 vib-check --target 6.7 x.vib api.vib >out
	status 0 vib-check --target 6.7 api.vib x.vib >out
	mkvib -o y.vib --depends "vmkapi_3_0_0_0>=2.0"
	status 1 vib-check --target 6.7 y.vib api.vib >out
	vib --payload p:vgz=$s/good.vgz --depends nobody-knows
	status 0 vib-check x.vib >out
	vib --payload p:vgz=$s/good.vgz
	told error level 1 --host-level partner
	grep -q "AcceptanceConfigError: VIB .*is community, which is not compliant" out
	told info level 0
'

t 'signatures, with a CA made here' '
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem \
		-subj /O=Test/CN=CA -days 2 2>/dev/null
	openssl req -newkey rsa:2048 -nodes -keyout k.pem -out k.csr \
		-subj "/O=Acme/CN=Builder" 2>/dev/null
	openssl x509 -req -in k.csr -CA ca.pem -CAkey ca.key -set_serial 7 \
		-days 1 -out c.pem 2>/dev/null
	mkvib --print --level partner --file opt/acme/a \
		--payload p:vgz=$s/good.vgz >d
	openssl smime -sign -binary -in d -signer c.pem -inkey k.pem \
		-outform PEM -md sha256 >sig
	vib --level partner --payload p:vgz=$s/good.vgz
	told error unsigned 1
	grep -q "claims partner, unsigned" out
	grep -q "VibSigMissingError: The VIB Acme_bootbank_net-acme_1.0-1 does not" out
	vib --level partner --payload p:vgz=$s/good.vgz --sig sig
	told warning claims-level 0
	grep -q "signed by .CN=Builder,O=Acme.: whether" out
	told info signer 0 --ca ca.pem
	status 1 grep -q "^error\|^warning" out
	openssl req -x509 -newkey rsa:2048 -nodes -keyout o.key -out o.pem \
		-subj /O=Other/CN=CA -days 2 2>/dev/null
	told error signature-trust 1 --ca o.pem
	grep -q "VibSigInvalidError: Could not find a trusted signer" out
	vib --level partner --summary other --payload p:vgz=$s/good.vgz --sig sig
	told error signature-digest 1 --ca ca.pem
	grep -q "VibSigDigestError: Invalid PKCS7 digest" out
	echo no >bad
	vib --level partner --payload p:vgz=$s/good.vgz --sig bad
	told error signature-format 1
	openssl smime -sign -binary -nocerts -in d -signer c.pem -inkey k.pem \
		-outform PEM >nocert
	vib --level partner --payload p:vgz=$s/good.vgz --sig nocert
	told error signature-cert 1
	mkvib --print --level accepted --file opt/acme/a \
		--payload p:vgz=$s/good.vgz >d
	openssl smime -sign -binary -in d -signer c.pem -inkey k.pem \
		-outform PEM >sig
	vib --level accepted --payload p:vgz=$s/good.vgz --sig sig
	told error signature-subject 1
	vib --payload p:vgz=$s/good.vgz --sig bad
	told info signature-unused 0
'

t 'several VIBs are checked together' '
	mkvib -o a.vib --name a --file opt/acme/a --payload p:vgz=$s/good.vgz
	mkvib -o b.vib --name b --file opt/acme/a --payload p:vgz=$s/good.vgz
	status 1 vib-check a.vib b.vib >out 2>err
	grep -q "^error: .*\[file-conflict\]" out
	grep -q "claimed by multiple non-overlay VIBs" out
	grep -q "do not go together" err
	mkvib -o c.vib --name c --conflicts a
	status 1 vib-check a.vib c.vib >out 2>err
	grep -q "^error: .*\[conflict\]" out
	mkvib -o d.vib --name a --version 2.0-1
	status 1 vib-check a.vib d.vib >out 2>err
	grep -q "^error: .*\[obsoleted\]" out
	status 0 vib-check a.vib a.vib >out
	grep -q "^warning: .*\[vib-twice\]" out
	mkvib -o e.vib --name e
	status 0 vib-check a.vib e.vib >out
	status 1 grep -q ^together out
'

t 'exit 1 without --target only where no release takes it' '
	vib --payload p:vgz=$s/good.vgz --sums old
	status 0 vib-check x.vib >out
	grep -qx "5.0 5.1 5.5 6.0 6.5 6.7 7.0: taken" out
	grep -qx "8.0 9.0: refused: no-sha256-gunzip" out
	status 1 vib-check --target 6.7 --target 8.0U3 x.vib >out 2>err
	grep -qx "6.7: taken" out
	grep -qx "8.0: refused: no-sha256-gunzip" out
	grep -q "^vib-check: .x.vib.: ESXi 8.0 refuses it: .* \[no-sha256-gunzip\]\$" err
	[ "$(wc -l <err)" = 1 ]
	status 0 vib-check --target 6.7 x.vib >out
	status 1 vib-check $s/good.vib $s/text.gz >out 2>err
	grep -q "no release of ESXi takes it" err
'

t 'JSON is JSON, and says the same' '
	vib --payload p:vgz=$s/good.vgz --sums old
	status 1 vib-check --json --target 8.0 --target 6.7 x.vib >out 2>err
	perl -MJSON::PP -e "
		my \$d = decode_json(join q(), <>);
		my \$v = \$d->{vibs}[0];
		die unless \$v->{id} eq q(Acme_bootbank_net-acme_1.0-1);
		my %x = map { \$_->{release} => \$_->{taken} } @{\$v->{verdicts}};
		die unless \$x{q(6.7)} && !\$x{q(8.0)} && keys(%x) == 2;
		die unless grep { \$_->{code} eq q(no-sha256-gunzip) &&
			\$_->{severity} eq q(error) } @{\$v->{findings}};
		die if @{\$d->{together}{findings}};
	" out
	printf junk >x.vib
	status 1 vib-check --json x.vib >out 2>err
	perl -MJSON::PP -e "decode_json(join q(), <>)->{vibs}[0]{findings}[0]{code} eq q(ar-header) or die" out
'

t 'wrong usage is 2, a file that is not there 3, a bad CA 1' '
	status 2 vib-check --target 4.0 $s/good.vib 2>err
	status 2 vib-check --host-level x $s/good.vib 2>err
	status 2 vib-check - - <$s/good.vib 2>err
	status 3 vib-check nosuch >out 2>err
	[ ! -s out ] && [ "$(wc -l <err)" -eq 1 ]
	status 3 vib-check --ca nosuch $s/good.vib 2>err
	echo x >bad
	status 1 vib-check --ca bad $s/good.vib 2>err
	grep -q "has no certificate" err
'

t 'cut anywhere, or one byte changed: an answer, never a crash' '
	size=$(stat -c %s $s/good.vib)
	i=0
	while [ $i -lt "$size" ]; do
		head -c $i $s/good.vib >x.vib
		rc=0
		vib-check x.vib >out 2>err || rc=$?
		# the pad at the very end may be missing
		[ $rc -eq 1 ] || [ $i -ge $((size - 1)) ] || exit 1
		i=$((i + 37))
	done
'

t 'the samples, with the facts of their manifest' '
	dir=$TOP/../shared/samples
	[ -d "$dir" ] || { echo "skipped: no samples here"; exit 0; }
	f=$dir/fwrule-ntpServer-1.0.0-1.vib
	status 0 vib-check "$f" >out
	grep -qx "5.0 5.1 5.5 6.0 6.5 6.7 7.0: taken" out
	grep -qx "8.0 9.0: refused: no-sha256-gunzip" out
	f=$dir/vghetto-ghettoVCB.vib
	status 1 vib-check "$f" >out 2>err
	[ "$(grep -c "^error: etc/ghettovcb/.*\[path-rule\]" out)" -eq 3 ]
	grep -qx "8.0 9.0: refused: no-sha256-gunzip, path-rule" out
	f=$dir/acme-esxi.vib
	status 0 vib-check "$f" >out
	grep -qx "5.0 5.1: refused: path-rule" out
	grep -qx "5.5 6.0 6.5 6.7 7.0: taken" out
	grep -qx "8.0 9.0: refused: no-sha256-gunzip" out
	[ -z "$(grep "^error" out | grep -v "path-rule\|no-sha256-gunzip")" ]
'

t 'the examples of the page' '
	cp $s/good.vib a.vib
	cp $s/good.vib net-acme.vib
	man_examples vib-check
'

done_testing
