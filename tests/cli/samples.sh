#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
# samples.sh - real packages, with the facts that are known of each from
# elsewhere; the same shapes, made by code, are in vib-info.sh and vib-unpack.sh
. "${0%/*}/lib.sh"

s=${EK_SAMPLES:-$TOP/../shared/samples}
if [ ! -r "$s/acme-esxi.vib" ]; then
	echo "1..0 # SKIP no samples in $s"
	exit 0
fi
export s

# sums: of the files as they were published
cat >"$top/sums" <<'END_OF_FILE'
d51742903e2aaac407f3d9c7a3ff8e52f3366ec4e46696ad383acae04ae68caa  fwrule-ntpServer-1.0.0-1.vib
50a5032cb0411e0deba52477c649a240b6575777dc48d8ec28eacc4798ae7454  vghetto-ghettoVCB.vib
1a40a482344cb8f6b9b62a1980b2459b4d42f64d85b05d6f1f0acc726ccfd967  vghetto-ghettoVCB-offline-bundle.zip
12f5be13fd6df4851ec3e6365223a11900bf4f4f60da52ec2274e320f9c32215  acme-esxi.vib
cc7c0ece7657746240e1d4627c8d2f91fc1d4869594277953d73ce45b8ec387c  acme-esxi-offline-bundle.zip
END_OF_FILE

# has FILE LINE... - each is a line of FILE
cat >"$top/lib.sh" <<'END_OF_FILE'
has() {
	in=$1
	shift
	for l; do
		grep -Fqx -e "$l" "$in" || { echo "no line: $l"; return 1; }
	done
}
# member VIB OFFSET SIZE FILE - the bytes there are those of FILE
member() {
	[ "$(stat -c %s "$4")" -eq "$3" ]
	tail -c +$(($2 + 1)) "$1" | head -c "$3" | cmp - "$4"
}
sha() { "$1"sum <"$2" | cut -d" " -f1; }
# payload VIB NAME OFFSET SIZE INFLATED SHA256 SHA1-GUNZIP SHA256-INFLATED:
# shown, taken apart, and with the digests that other programs compute
payload() {
	vib-info --json "$1" >json
	perl -MJSON::PP -e "
		my (\$name, @n) = @ARGV;
		my \$v = decode_json(join q(), <STDIN>)->{vibs}[0];
		my (\$m, \$p) = (\$v->{members}, \$v->{payloads});
		die q(count) unless @\$m == 1 && @\$p == 1;
		(\$m, \$p) = (\$m->[0], \$p->[0]);
		die q(name) unless \$m->{name} eq \$name && \$p->{name} eq \$name;
		die q(type) unless \$p->{type} eq q(vgz);
		die q(kind) unless \$m->{layers} eq q(gzip) && \$m->{holds} eq q(vmtar);
		die q(place) unless \$m->{offset} == \$n[0] && \$m->{size} == \$n[1];
		die q(sizes) unless \$p->{size} == \$n[1] && \$m->{inflated_size} == \$n[2];
		die q(sums) unless join(q( ), map { \$_->{type}, \$_->{value} }
			@{\$p->{checksums}}) eq qq(sha-256 \$n[3] sha-1 \$n[4]);
	" "$2" "$3" "$4" "$5" "$6" "$7" <json
	vib-unpack -C parts "$1"
	member "$1" "$3" "$4" "parts/$2"
	gzip -dc <"parts/$2" >inflated
	[ "$(stat -c %s inflated)" -eq "$5" ]
	[ "$(sha sha256 "parts/$2")" = "$6" ]
	[ "$(sha sha1 inflated)" = "$7" ]
	[ "$(sha sha256 inflated)" = "$8" ]
}
# first VIB DESCRIPTOR-SIZE SIGNATURE-OFFSET - the two first members; pad at end
first() {
	vib-info --xml "$1" >xml
	member "$1" 68 "$2" xml
	grep -q "\"descriptor_size\": $2," json
	grep -q "\"signature_size\": 0," json
	[ "$(tail -c +$(($3 - 59)) "$1" | head -c 60 | tr -s " " | cut -c1-17)" = \
		"sig.pkcs7 0 0 0 0" ]
	cmp parts/descriptor.xml xml
	[ -f parts/sig.pkcs7 ] && [ ! -s parts/sig.pkcs7 ]
	[ "$(tail -c 1 "$1" | od -An -tx1)" = " 0a" ]
}
# members VIB PAYLOAD - mode, size, offset, name of each record
members() {
	vmtar-unpack -tv "parts/$2" | awk "{ print \$1, \$3, \$6, \$NF }" >got
	diff want got
	vib-info --files "$1" >files 2>err
	[ ! -s err ]
	awk "!/\/\$/ { print \$4 \"\t$2\" }" want | LC_ALL=C sort | diff - files
}
END_OF_FILE

t 'they are the files that were published' '
	cd "$s"
	sha256sum -c "$top/sums"
'

t 'fwrule-ntpServer: a vendor with an underscore' '
	. "$top/lib.sh"
	f=$s/fwrule-ntpServer-1.0.0-1.vib
	vib-info "$f" >out
	has out "id                github.com_tcely_bootbank_fwrule-ntpServer_1.0.0-1" \
		"name              fwrule-ntpServer" \
		"version           1.0.0-1" \
		"vendor            github.com_tcely" \
		"type              bootbank" \
		"acceptance level  community" \
		"release date      2017-08-14T09:59:45.872917+00:00" \
		"maintenance mode  no" "live install      yes" \
		"live removal      yes" "stateless ready   yes" \
		"conflicts" "    fwenable-ntpd" "signed            no"
	status 1 grep -qx "depends\|replaces\|provides\|compatible with" out
	payload "$f" fwrule 1368 331 2840 \
		5212ede183a42e3eb1c7e3462f49ebec7fd1b339c7f1e4a4372ef7156ad20229 \
		af4c7ef6f3478d37db588fd282c2bd91f7265583 \
		de2c8c42f98a7afe9b0dcc15f10031d71e65eb9a9c48988605a4d7d26de98b05
	first "$f" 1179 1308
	[ "$(sha sha256 xml)" = \
		16015fd0217b0146b15b5d16143290cd88f279575be2af1dc8da28ca43311a32 ]
	tail -c +11 parts/fwrule | head -c 15 | grep -qx fwrule.tar.vtar
	cat >want <<-END
	drwxr-xr-x 0 0 etc/
	drwxr-xr-x 0 0 etc/vmware/
	drwxr-xr-x 0 0 etc/vmware/firewall/
	-rw-r--r-- 280 2560 etc/vmware/firewall/ntpserver.xml
	END
	members "$f" fwrule
	# other programs find 280 zero bytes here
	vib-unpack --trees -C trees "$f"
	x=trees/fwrule/etc/vmware/firewall/ntpserver.xml
	[ "$(stat -c %s:%a $x)" = 280:644 ]
	tail -c +2561 inflated | head -c 280 | cmp - $x
	[ "$(tr -d "\0" <$x | wc -c)" -eq 280 ]
'

t 'ghettoVCB: modes with the sticky bit' '
	. "$top/lib.sh"
	f=$s/vghetto-ghettoVCB.vib
	vib-info "$f" >out
	has out "id                virtuallyGhetto_bootbank_ghettoVCB_1.0.0-0.0.0" \
		"release date      2020-12-29T03:03:07+00:00"
	payload "$f" payload1 1660 35315 173484 \
		f93d9901a98b35cbe5b7ccb55934c41f4f69704dafc5d20c70a5fc694893bb33 \
		4f971e885f8568ed78a67d83fdef2b336b3bc6a4 \
		c26d388289bb00b2b4379cf38dd443e8f6c3afa7a59d4a5447e1049b1c276af4
	first "$f" 1471 1600
	cat >want <<-END
	drwxr-xr-x 0 0 etc/
	drwxr-xr-t 0 0 etc/ghettovcb/
	-rw-r--r-T 797 6144 etc/ghettovcb/ghettoVCB.conf
	-rw-r--r-T 356 7168 etc/ghettovcb/ghettoVCB-vm_backup_configuration_template
	-rw-r--r-T 309 7680 etc/ghettovcb/ghettoVCB-restore_vm_restore_configuration_template
	drwxr-xr-x 0 0 opt/
	drwxr-xr-x 0 0 opt/ghettovcb/
	drwxr-xr-x 0 0 opt/ghettovcb/bin/
	-rwxr-xr-x 17742 8192 opt/ghettovcb/bin/ghettoVCB-restore.sh
	-rw-r--r-- 72682 26112 opt/ghettovcb/bin/ghettoVCB-VMDKexclude.sh
	-rwxr-xr-x 74668 98816 opt/ghettovcb/bin/ghettoVCB.sh
	END
	members "$f" payload1
	vib-unpack --trees -C trees "$f"
	cd trees/payload1
	tail -c +98817 ../../inflated | head -c 74668 |
		cmp - opt/ghettovcb/bin/ghettoVCB.sh
	[ "$(stat -c %a etc/ghettovcb etc/ghettovcb/* | tr "\n" " ")" = \
		"1755 1644 1644 1644 " ]
'

t 'acme-esxi: thirteen records, nine files' '
	. "$top/lib.sh"
	f=$s/acme-esxi.vib
	vib-info "$f" >out
	has out "id                natethesage_bootbank_acme-esxi_1.0.0-0.0.0" \
		"release date      2022-09-21T16:04:06+00:00" \
		"url               acme-esxi: https://github.com/NateTheSage/acme-esxi"
	status 1 grep -qx \
		"depends\|conflicts\|replaces\|provides\|compatible with" out
	payload "$f" payload1 1650 33489 106925 \
		90d7616853cfbe5ff0e0de9916822864018695ef91305b8d64c7e4af8815cee2 \
		5b5e85fac3880a4cddc7b53336d83934baf65d36 \
		869db9dd6cc1ae662996b6b103012344e50afba1373ef028cf6cb2be7f0ce5d8
	first "$f" 1461 1590
	vmtar-unpack -t parts/payload1 >list
	[ "$(wc -l <list)" -eq 13 ]
	[ "$(grep -vc "/\$" list)" -eq 9 ]
	vib-info --files "$f" | cut -f1 >files
	cat >want <<-END
	etc/init.d/acme-esxi
	opt/acme-esxi/LICENSE
	opt/acme-esxi/README.md
	opt/acme-esxi/acme-esxi
	opt/acme-esxi/acme_dns_tiny.py
	opt/acme-esxi/acme_tiny.py
	opt/acme-esxi/ca-certificates.crt
	opt/acme-esxi/openssl.cnf
	opt/acme-esxi/renew.sh
	END
	diff want files
'

t 'the bundles hold these VIBs' '
	for n in vghetto-ghettoVCB acme-esxi; do
		id=$(vib-info --id "$s/$n.vib")
		name=$(echo "$id" | cut -d_ -f3)
		z=$s/$n-offline-bundle.zip
		[ "$(vib-info --kind "$z")" = bundle ]
		[ "$(bsdtar -tf "$z" | grep -c .)" -eq 4 ]
		bsdtar -xOf "$z" "vib20/$name/$id.vib" >v
		cmp v "$s/$n.vib"
		[ "$(vib-info --id - <v)" = "$id" ]
	done
'

done_testing
