#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # the bodies are expanded by t, and run
. "${0%/*}/lib.sh"

xml() { ar p "$1" descriptor.xml; }

# refused MESSAGE ARGUMENTS... - status 1, one line with MESSAGE, the old output
# untouched and nothing left behind
refused() {
	line=$1
	shift
	echo old >out.vib
	find . | sort >"$top/before"
	status 1 vib-gen -q -o out.vib "$@" 2>"$top/msg"
	find . | sort | cmp - "$top/before"
	[ "$(cat out.vib)" = old ]
	cat "$top/msg"
	[ "$(wc -l <"$top/msg")" = 1 ]
	grep -qF -e "$line" "$top/msg"
}

t 'a driver tgz becomes a VIB: these bytes' '
	mkdriver -o driver.tgz
	vib-gen --driver driver.tgz --target 6.7 -o net-acme.vib 2>log
	printf "%s" "<vib version=\"5.0\"><type>bootbank</type>" \
	    "<name>net-acme</name><version>1.2.3-1</version>" \
	    "<vendor>community</vendor>" \
	    "<summary>acme: net driver for VMware ESX</summary>" \
	    "<description>acme: net driver for VMware ESX</description>" \
	    "<release-date>2023-11-14T22:13:20+00:00</release-date><urls/>" \
	    "<relationships><depends><constraint name=\"vmkapi_2_3_0_0\"/>" \
	    "<constraint name=\"com.vmware.driverAPI-9.2.3.0\"/></depends>" \
	    "<conflicts/><replaces/><provides/><compatibleWith/>" \
	    "</relationships><software-tags><tag>driver</tag>" \
	    "<tag>module</tag></software-tags><system-requires>" \
	    "<maintenance-mode>true</maintenance-mode></system-requires>" \
	    "<file-list><file>etc/vmware/driver.map.d/acme.map</file>" \
	    "<file>usr/lib/vmware/vmkmod/acme</file>" \
	    "<file>usr/share/hwdata/driver.pciids.d/acme.ids</file>" \
	    "</file-list><acceptance-level>community</acceptance-level>" \
	    "<live-install-allowed>false</live-install-allowed>" \
	    "<live-remove-allowed>false</live-remove-allowed>" \
	    "<cimom-restart>false</cimom-restart>" \
	    "<stateless-ready>true</stateless-ready><overlay>false</overlay>" \
	    "<payloads><payload name=\"net-acme\" type=\"tgz\" size=\"$(wc -c <driver.tgz)\">" \
	    "<checksum checksum-type=\"sha-256\" verify-process=\"gunzip\">" \
	    "$(zcat driver.tgz | sha256sum | cut -d" " -f1)</checksum>" \
	    "<checksum checksum-type=\"sha-256\">" \
	    "$(sha256sum <driver.tgz | cut -d" " -f1)</checksum>" \
	    "<checksum checksum-type=\"sha-1\" verify-process=\"gunzip\">" \
	    "$(zcat driver.tgz | openssl sha1 -r | cut -d" " -f1)</checksum>" \
	    "</payload></payloads></vib>" >want.xml
	ar p net-acme.vib descriptor.xml | cmp - want.xml
	{
		printf "!<arch>\n"
		printf "%-16s%-12s%-6s%-6s%-8s%-10s\140\n" descriptor.xml 0 0 0 0 \
			"$(wc -c <want.xml)"
		cat want.xml
		[ $(($(wc -c <want.xml) % 2)) = 0 ] || echo
		printf "%-16s%-12s%-6s%-6s%-8s%-10s\140\n" sig.pkcs7 0 0 0 0 0
		printf "%-16s%-12s%-6s%-6s%-8s%-10s\140\n" net-acme 0 0 0 0 \
			"$(wc -c <driver.tgz)"
		cat driver.tgz
		[ $(($(wc -c <driver.tgz) % 2)) = 0 ] || echo
	} >want.vib
	cmp net-acme.vib want.vib
	printf "%s\n" "vib-gen: by default: name net-acme, version 1.2.3-1, vendor community, summary '\''acme: net driver for VMware ESX'\''" |
		cmp - log
'

t 'the payload of this fixture has digests known from elsewhere' '
	# sha256sum and sha1sum of the tar, once and for all
	mkdriver --tar >d.tar
	vib-gen -q --driver d.tar -o a.vib
	ar p a.vib descriptor.xml >x
	grep -q "gunzip\">5bee94b351282ac7c4fe665f6df031716123bfa2c2d49c07854de499db252038<" x
	grep -q "gunzip\">0249141d2da69089ee723b6c733d9cc41601835c<" x
'

t 'GNU ar, bsdtar and our own reader take it' '
	mkdriver -o driver.tgz
	vib-gen -q --driver driver.tgz -o a.vib
	printf "descriptor.xml\nsig.pkcs7\nnet-acme\n" >want
	ar t a.vib | cmp - want
	bsdtar tf a.vib | cmp - want
	ar p a.vib net-acme | cmp - driver.tgz
	ar p a.vib sig.pkcs7 | cmp - /dev/null
	[ "$(vib-info --id a.vib)" = community_bootbank_net-acme_1.2.3-1 ]
'

t 'checksums, platform and depends are those of the target' '
	mkdriver -o l.tgz
	mkdriver --kind native -o n.tgz
	order() { xml "$1" | grep -o "checksum-type=[^>]*" | tr -d "\"\n"; }
	new="checksum-type=sha-256 verify-process=gunzipchecksum-type=sha-256checksum-type=sha-1 verify-process=gunzip"
	old="checksum-type=sha-256checksum-type=sha-1 verify-process=gunzip"
	for r in 5.0 5.1 5.5 6.0 6.5; do
		vib-gen -q --driver l.tgz --target $r -o a.vib
		[ "$(order a.vib)" = "$old" ]
		xml a.vib | grep -q driverAPI-9.2
		status 1 grep -q softwarePlatform a.vib
	done
	for r in 6.7 7.0 8.0 8.0U3 9.0; do
		vib-gen -q --driver n.tgz --target $r -o a.vib
		[ "$(order a.vib)" = "$new" ]
	done
	vib-gen -q --driver n.tgz -o a.vib
	[ "$(order a.vib)" = "$new" ]
	status 1 grep -q "softwarePlatform\|<constraint" a.vib
	for p in 7.0.3/7.0/vmkapi_2_9_0_0 8.0/8.0/vmkapi_2_10_0_0 \
		9.0/9.0/vmkapi_3_0_0_0; do
		vib-gen -q --driver n.tgz --target "${p%%/*}" -o a.vib
		p=${p#*/}
		xml a.vib | grep -qF "<depends><constraint name=\"${p#*/}\"/></depends>"
		xml a.vib | grep -qF "<softwarePlatform version=\"${p%/*}\" locale=\"\" productLineID=\"embeddedEsx\"/></system-requires>"
	done
'

t 'without --target it says what is left out' '
	mkdriver | vib-gen --driver - 2>log >a.vib
	grep -qx "vib-gen: no --target: no softwarePlatform, no vmkapi or driverAPI depends, checksums as for 6.7" log
	mkdriver | vib-gen -q --driver - 2>log >b.vib
	cmp log /dev/null
	cmp a.vib b.vib
'

t 'names and tags by kind and class' '
	mkdriver --module megaraid_sas --class storage |
		vib-gen -q --driver - -o a.vib
	xml a.vib >x
	grep -q "<name>scsi-megaraid-sas</name>" x
	grep -q "<summary>megaraid_sas: scsi driver for VMware ESX</summary>" x
	grep -q "payload name=\"scsi-meg\" type=\"tgz\"" x
	mkdriver --module if_re --kind native | vib-gen -q --driver - -o a.vib
	xml a.vib >x
	grep -q "<name>if-re</name>" x
	grep -q "<tag>PCIID 1af41000</tag><tag>module</tag><tag>driver</tag>" x
	mkdriver --bad emptymap | vib-gen -q --driver - -o a.vib
	xml a.vib | grep -q "<name>acme</name>"
	mkdriver --module-version "Version 8.0.3.1-5vmw, Build: 1" |
		vib-gen -q --driver - -o a.vib
	[ "$(vib-info --id a.vib)" = community_bootbank_net-acme_8.0.3.1-5vmw ]
	mkdriver --module-version "" | vib-gen -q --driver - -o a.vib
	[ "$(vib-info --id a.vib)" = community_bootbank_net-acme_1.0-1 ]
'

t 'other dialects are packed anew, told, and give the same tar' '
	mkdriver | zcat >want
	for d in ustar pax v7; do
		mkdriver --dialect $d -o $d.tgz
		vib-gen --driver $d.tgz -o $d.vib 2>log
		grep -q "^vib-gen: '\''$d.tgz'\'' was packed anew as GNU tar in gzip" log
		ar p $d.vib net-acme >p
		zcat p | cmp - want
		tar tzf p >/dev/null
	done
	for b in dotslash members nodirs; do
		mkdriver --bad $b -o $b.tgz
		vib-gen --driver $b.tgz -o $b.vib 2>log
		grep -q "packed anew" log
		ar p $b.vib net-acme | tar tz | sort >got
		tar tf want | sort | cmp - got
	done
	mkdriver --tar >plain.tar
	vib-gen --driver plain.tar -o plain.vib 2>log
	grep -q "(it was: not compressed)" log
	ar p plain.vib net-acme | zcat | cmp - want
'

t 'packed anew: modes, owners, gzip header, and GNU tar agrees' '
	mkdriver --dialect ustar --bad modes -o d.tgz
	vib-gen -q --driver d.tgz -o a.vib
	ar p a.vib net-acme >p
	[ "$(od -An -tx1 -N10 p | tr -d " \n")" = 1f8b08000000000002ff ]
	tar tvzf p >list
	status 1 grep -v "^drwxr-xr-x root/root \|^-rw-r--r-- root/root " list
	mkdir x
	tar xzf p -C x --delay-directory-restore
	# GNU tar makes the same of it
	zcat p >ours
	tar tf ours | tar c --format=gnu --owner=root:0 --group=root:0 \
		--no-recursion -C x -T - | cmp - ours
'

t 'a strict package is put in as it is, whatever its modes' '
	mkdriver --bad modes -o d.tgz
	vib-gen -v --driver d.tgz -o a.vib 2>log
	grep -q "is put in as it is" log
	ar p a.vib net-acme | cmp - d.tgz
'

t 'the driver as vgz' '
	mkdriver -o d.tgz
	vib-gen -q --driver d.tgz --payload acme:vgz:100:ACME.V00= \
		--target 6.7 -o a.vib
	ar p a.vib acme >p
	vmtar-unpack --tar p | tar t >got
	tar tzf d.tgz | cmp - got
	xml a.vib | grep -qF "<payload name=\"acme\" type=\"vgz\" boot-order=\"100\" vfat-name=\"ACME.V00\" size=\"$(wc -c <p)\">"
	zcat p >v
	xml a.vib | grep -q "gunzip\">$(sha256sum <v | cut -d" " -f1)<"
	mkdriver --dialect pax | vib-gen -q --driver - --target 6.7 \
		--payload acme:vgz:100:ACME.V00= -o b.vib
	cmp a.vib b.vib
'

t 'what a driver package must not be: one line, nothing written' '
	ok=0
	while IFS="|" read -r bad text; do
		mkdriver --bad $bad -o d.tgz
		refused "$text" --driver d.tgz
		ok=$((ok + 1))
	done <<-LIST
		dotdot|member '\''usr/../../evil'\'': the name has '\''..'\''
		absolute|member '\''/etc/evil'\'': the name is absolute
		device|member '\''etc/evil'\'' is a character device
		fifo|member '\''etc/evil'\'' is a FIFO
		hardlink|member '\''usr/lib/vmware/vmkmod/again'\'' is a hard link
		dup|member '\''etc/vmware/driver.map.d/acme.map'\'' is there twice
		longname|the name has 100 bytes
		filedir|lies below '\''usr/lib/vmware'\'', which is a file or a link
		linkout|is a link to '\''../../../etc/shadow'\'', which leaves the tree
		linkabs|is a link to '\''/etc/shadow'\'', which leaves the tree
		control|member '\''etc/e?[2Jvil'\'': the name holds a control character
		sparse|is a sparse file
		simplemap|cannot use '\''d.tgz'\'': made for ESXi 4.x (it has etc/vmware/simple.map); ESXi 5.0 and later cannot load its drivers
		pciids|made for ESXi 4.x (it has usr/share/hwdata/pci.ids); ESXi 5.0
		object|made for ESXi 4.x (it has usr/lib/vmware/vmkmod/acme.o); ESXi 5.0
		nomap|'\''d.tgz'\'' has no map
		wrongmap|nothing reads '\''etc/vmware/acme.map'\''
		nomodule|'\''d.tgz'\'' has no module
		baddriver|acme.map'\'': line 1 names the driver '\''nobody'\''
		badmap|acme.map'\'': line 2: id '\''8086'\'' is not
		notelf|module '\''usr/lib/vmware/vmkmod/acme'\'' is not ELF
		machine|is ELF for another machine (number 21, 64 bits)
		exec|is ELF of type 2, not a relocatable object
		other|files that are no part of a driver: '\''etc/acme.conf'\'' (--any-files takes them)
		cut|'\''d.tgz'\'' ends at offset
		flip|'\''d.tgz'\'': gzip data damaged
		trailing|bytes that are not gzip at offset
	LIST
	[ "$ok" = 27 ]
'

t 'the same in the dialects that can say it' '
	for d in ustar pax; do
		for b in dotdot absolute device hardlink dup longname linkout \
			filedir; do
			mkdriver --dialect $d --bad $b -o d.tgz
			refused "'\''d.tgz'\'': member" --driver d.tgz
		done
	done
	mkdriver --dialect v7 --bad dotdot -o d.tgz
	refused "has '\''..'\''" --driver d.tgz
'

t 'the 4.x message is this one, and nothing forces it' '
	mkdriver --bad simplemap -o oem.tgz
	status 1 vib-gen -f --any-files --driver oem.tgz >out 2>msg
	printf "%s\n" "vib-gen: cannot use '\''oem.tgz'\'': made for ESXi 4.x (it has etc/vmware/simple.map); ESXi 5.0 and later cannot load its drivers" |
		cmp - msg
	cmp out /dev/null
'

t 'a vmklinux driver for 7.0 and later is refused' '
	mkdriver -o d.tgz
	for r in 7.0 7.0.3 8.0 9.0; do
		refused "and ESXi $r has no vmklinux" --driver d.tgz --target $r
	done
'

t 'every cut and many flipped bytes of a package are refused or told' '
	mkdriver -o good.tgz
	size=$(wc -c <good.tgz)
	i=0
	while [ "$i" -lt "$size" ]; do
		head -c "$i" good.tgz >d.tgz
		status 1 vib-gen -q --driver d.tgz >out 2>msg
		[ "$(wc -l <msg)" = 1 ]
		cmp out /dev/null
		i=$((i + 23))
	done
	i=10
	while [ "$i" -lt "$size" ]; do
		{
			head -c "$i" good.tgz
			printf "\377"
			tail -c +$((i + 2)) good.tgz
		} >d.tgz
		cmp -s d.tgz good.tgz ||
			status 1 vib-gen -q --driver d.tgz >out 2>msg
		i=$((i + 29))
	done
'

t 'a map and a list of names of many thousand lines take no minutes' '
	mkdriver -o d.tgz
	mkdir d
	tar -xzf d.tgz -C d
	awk "BEGIN { for (i = 0; i < 20000; i++)
		printf \"regtype=linux,bus=pci,id=1000:%04x 0000:0000,driver=acme,class=network\\n\", i }" \
		>d/etc/vmware/driver.map.d/acme.map
	awk "BEGIN { print \"1001  other vendor\"; for (i = 0; i < 60000; i++)
		printf \"\\t%04x  card\\n\", i }" >d/usr/share/hwdata/driver.pciids.d/acme.ids
	tar -czf d.tgz --format=gnu --owner=root:0 --group=root:0 -C d etc usr
	timeout 60 vib-gen --driver d.tgz -o a.vib 2>msg
	grep "line 2: no map has the id 1001:0000 (60000 such ids)" msg
'

t 'what is odd is told, and goes through' '
	while IFS="|" read -r bad text; do
		mkdriver --bad $bad -o d.tgz
		vib-gen --driver d.tgz -o a.vib 2>msg
		grep -qF -e "$text" msg
	done <<-LIST
		noids|'\''d.tgz'\'' has no .ids file
		crlf|warning: '\''d.tgz:etc/vmware/driver.map.d/acme.map'\'': line 1: CR before LF
		upper|line 1: upper-case hex
		dupid|line 2: id '\''1af4:1000 0000:0000'\'' for '\''acme'\'' is there twice
		idsonly|line 4: no map has the id 1af4:ffff
		orphan|warning: '\''d.tgz'\'': no map names the module '\''usr/lib/vmware/vmkmod/orphan'\''
	LIST
	mkdriver --bad other -o d.tgz
	vib-gen --any-files --driver d.tgz -o a.vib 2>msg
	grep -qF "warning: '\''d.tgz'\'' has files that are no part of a driver: '\''etc/acme.conf'\''" msg
	grep -qF "warning: ESXi 6.7 refuses '\''etc/acme.conf'\'' in a VIB of level community" msg
	xml a.vib | grep -q "<file>etc/acme.conf</file>"
	mkdriver --kind native -o n.tgz
	vib-gen --driver n.tgz --target 5.1 -o a.vib 2>msg
	grep -qF "ESXi 5.1 refuses '\''etc/vmware/default.map.d/acme.map'\''" msg
	grep -qF "ESXi 5.1 has no native drivers, 5.5 and later have: this one will not be loaded" msg
	vib-gen --driver n.tgz --target 5.5 -o a.vib 2>msg
	grep -qF "which vmkapi a native driver for ESXi 5.5 depends on is not known" msg
'

t 'all elements by options' '
	mkdir -p tree/opt/acme
	echo x >tree/opt/acme/x
	vib-gen -q --name acme --version 2.0-3 --vendor Acme --summary "a & b" \
		--description "<d> \"q\"" --type locker --level partner \
		--depends "esx-base >= 6.7.0" --depends x --conflicts y \
		--replaces "z << 2.0" --provides "acme-api = 1.1" --provides w \
		--tag one --tag two --url b=http://b/ --url a=http://a/ \
		--maintenance-mode false --live-install true --live-remove 1 \
		--cimom-restart TRUE --stateless-ready true --overlay true \
		--tree acme=tree --mtime 2024-02-03T04:05:06 --descriptor \
		2>msg >got
	printf "%s" "<vib version=\"5.0\"><type>locker</type><name>acme</name>" \
	    "<version>2.0-3</version><vendor>Acme</vendor>" \
	    "<summary>a &amp; b</summary>" \
	    "<description>&lt;d&gt; \"q\"</description>" \
	    "<release-date>2024-02-03T04:05:06+00:00</release-date>" \
	    "<urls><url key=\"a\">http://a/</url>" \
	    "<url key=\"b\">http://b/</url></urls><relationships><depends>" \
	    "<constraint name=\"esx-base\" relation=\"&gt;=\" version=\"6.7.0\"/>" \
	    "<constraint name=\"x\"/></depends><conflicts>" \
	    "<constraint name=\"y\"/></conflicts><replaces>" \
	    "<constraint name=\"z\" relation=\"&lt;&lt;\" version=\"2.0\"/>" \
	    "</replaces><provides><provide name=\"acme-api\" version=\"1.1\"/>" \
	    "<provide name=\"w\"/></provides><compatibleWith/></relationships>" \
	    "<software-tags><tag>one</tag><tag>two</tag></software-tags>" \
	    "<system-requires><maintenance-mode>false</maintenance-mode>" \
	    "</system-requires><file-list><file>opt/acme/x</file></file-list>" \
	    "<acceptance-level>partner</acceptance-level>" \
	    "<live-install-allowed>true</live-install-allowed>" \
	    "<live-remove-allowed>true</live-remove-allowed>" \
	    "<cimom-restart>true</cimom-restart>" \
	    "<stateless-ready>true</stateless-ready><overlay>true</overlay>" \
	    "<payloads>" >want
	head -c "$(wc -c <want)" got | cmp - want
	printf "%s\n" "vib-gen: warning: level partner needs a signature that ESXi trusts, and there is none" |
		cmp - msg
'

t 'a tree is packed as vgz or tgz, whatever umask, locale, zone and order' '
	mktree() {
		mkdir -p "$1/opt/acme/bin" "$1/etc/init.d"
		for f in $2; do echo "$f" >"$1/opt/acme/$f"; done
		printf "#!/bin/sh\n" >"$1/etc/init.d/acme"
		ln -s acme/bin "$1/opt/link"
		chmod 755 "$1/etc/init.d/acme"
		find "$1" -exec touch -h -d @1600000000 {} +
	}
	mktree a "b a c"
	mktree b "c b a"
	gen() { vib-gen -q --name acme --tree acme$2=$1 --target 6.7; }
	gen a "" >1.vib
	(umask 077; TZ=Asia/Tokyo LC_ALL=C.UTF-8 gen b "") >2.vib
	cmp 1.vib 2.vib
	gen a :tgz >1.vib
	(umask 077; TZ=Asia/Tokyo LC_ALL=C.UTF-8 gen b :tgz) >2.vib
	cmp 1.vib 2.vib
	ar p 1.vib acme >p
	zcat p | tar tv >list
	grep -q "^-rwxr-xr-x root/root .* etc/init.d/acme$" list
	grep -q "^lrwxrwxrwx root/root .* opt/link -> acme/bin$" list
	xml 1.vib | grep -q "<release-date>2020-09-13T12:26:40+00:00<"
	xml 1.vib | grep -q "<file-list><file>etc/init.d/acme</file><file>opt/acme/a</file><file>opt/acme/b</file><file>opt/acme/c</file><file>opt/link</file></file-list>"
'

t 'the generation of a vgz is that of the target' '
	mkdir -p d/opt
	head -c 100 /dev/zero >d/opt/a
	for r in 6.5/1636 6.7/4196 8.0U1/4608; do
		vib-gen -q --name a --tree a=d --target "${r%/*}" -o a.vib
		ar p a.vib a | zcat >v
		[ "$(wc -c <v)" = "${r#*/}" ]
	done
'

t 'files as payloads: type by content, vmtar put into gzip' '
	mkdir -p d/opt
	echo x >d/opt/x
	touch -d @1600000000 d/opt/x d/opt d
	vmtar-pack -C d -o v.vmtar
	vmtar-pack -z -C d -o v.vgz
	tar cz --format=gnu --owner=root:0 --group=root:0 -C d -f t.tgz opt
	vib-gen -q --name a --payload v=v.vgz --payload t=t.tgz \
		--payload r:text=d/opt/x -o a.vib
	ar t a.vib | tr "\n" " " >got
	printf "descriptor.xml sig.pkcs7 r t v " | cmp - got
	ar p a.vib v | cmp - v.vgz
	ar p a.vib t | cmp - t.tgz
	xml a.vib | grep -qF "<payload name=\"r\" type=\"text\" size=\"2\"><checksum checksum-type=\"sha-256\">$(sha256sum <d/opt/x | cut -d" " -f1)</checksum></payload><payload name=\"t\" type=\"tgz\""
	vib-gen --name a --payload v:vgz=v.vmtar -o b.vib 2>log
	grep -q "v.vmtar'\'' was put into gzip" log
	ar p b.vib v | cmp - v.vgz
	tar cz --format=pax --owner=root:0 --group=root:0 -C d -f p.tgz opt
	vib-gen --name a --payload t=p.tgz -o c.vib 2>log
	grep -q "p.tgz'\'' was packed anew" log
	zcat t.tgz >t.tar
	ar p c.vib t | zcat | cmp - t.tar
'

t 'vzstd for 9.0: of a tree, a vmtar, a vgz; the layers, sums and depends of it' '
	mkdir -p tree/etc
	echo conf >tree/etc/conf
	touch -d @1700000000 tree/etc/conf tree/etc
	vmtar-pack -C tree >bare
	vmtar-pack -z -C tree >vgz
	vmtar-pack --layers zstd+gzip -C tree >vzstd
	set -- --target 9.0 --name a --version 1-1 --vendor v --summary s
	vib-gen -q "$@" --tree b:vzstd=tree -o tree.vib
	vib-gen -q "$@" --payload b:vzstd=bare -o bare.vib
	vib-gen -q "$@" --payload b:vzstd=vgz -o vgz.vib
	vib-gen -q "$@" --payload b:vzstd=vzstd -o vzstd.vib
	for v in bare vgz vzstd; do
		cmp tree.vib $v.vib
	done
	ar p tree.vib b | cmp - vzstd
	vib-info --xml tree.vib >xml
	grep "type=\"vzstd\" size=\"$(wc -c <vzstd)\" uncompressed-size=\"$(wc -c <bare)\" compression-option=\"level=18\"" xml
	grep "<constraint name=\"zstd-compression\" relation=\"=\" version=\"1.0\"" xml
	sum() { "sha${1}sum" | cut -c1-64 | tr -d " -"; }
	gzip -dc vzstd >frame
	tr -d "\n" <xml | grep -o "<checksum [^/]*</checksum>" | sed "s/<checksum checksum-type=//; s/>/ /; s/<.*//" >got
	cat >want <<-EOF
	"sha-256" verify-process="gunzip" $(sum 256 <bare)
	"sha-256" $(sum 256 <vzstd)
	"sha-1" verify-process="gunzip" $(sum 1 <bare)
	"sha-256-gunzip1" $(sum 256 <frame)
	EOF
	diff want got
	vib-unpack --trees -C out tree.vib
	diff -r tree out/b
	# one that has the depends already gets no second one
	vib-gen -q "$@" --depends "zstd-compression = 1.0" --tree b:vzstd=tree -o d.vib
	[ "$(vib-info --xml d.vib | grep -c zstd-compression)" = 1 ]
	# the wrong layers: told, not changed
	xz -c bare | gzip -n >xz.v00
	status 1 vib-gen -q "$@" --payload b:vzstd=xz.v00 -o no.vib 2>err
	grep "is a vmtar in gzip xz, and payload .b. of type vzstd is a vmtar in gzip zstd" err
	status 1 vib-gen -q "$@" --payload b:vgz=vzstd -o no.vib 2>err
	grep "is a vmtar in gzip zstd, and payload .b. of type vgz is a vmtar in gzip" err
	[ ! -e no.vib ]
'

t 'payloads that cannot be: refused with the reason' '
	mkdriver -o d.tgz
	echo text >f
	mkdir empty dev
	mkfifo dev/fifo
	refused "type boot, a kernel or a module of the boot loader, is refused: it can be neither installed nor removed on a running host" \
		--name a --payload b:boot=f
	refused "type vzstd is for --target 9.0" --name a --payload b:vzstd=f
	refused "type vzstd is for --target 9.0" --target 8.0 --name a --payload b:vzstd=f
	refused "'\''f'\'' is neither a vmtar nor gzip, and payload '\''b'\'' of type vzstd is a vmtar in zstd in gzip" \
		--target 9.0 --name a --payload b:vzstd=f
	refused "'\''kernel'\'' is no payload type" --name a --payload b:kernel=f
	refused "'\''f'\'' is neither a vmtar nor a tar: tell the type" --name a --payload b=f
	refused "'\''f'\'' is neither a vmtar nor gzip" --name a --payload b:vgz=f
	refused "'\''d.tgz'\'' holds no vmtar" --name a --payload b:vgz=d.tgz
	refused "'\''empty'\'' is empty" --name a --tree b=empty
	refused "dev" --name a --tree b=dev
	refused "not as text" --name a --tree b:text=empty
	refused "packed as tgz or vgz, not as text" --driver d.tgz --payload b:text=
	mkdriver --bad dotdot -o bad.tgz
	refused "has '\''..'\''" --name a --payload b=bad.tgz
	head -c 300 d.tgz >cut.tgz
	refused "'\''cut.tgz'\'' ends" --name a --payload b=cut.tgz
'

t 'ASCII only, and the field is named' '
	mkdir d
	echo x >d/f
	u=$(printf "\303\274")
	refused "summary '\''" --name a --tree a=d --summary "$u"
	refused "description '\''" --name a --tree a=d --description "$u"
	refused "tag '\''" --name a --tree a=d --tag "$u"
	refused "url '\''" --name a --tree a=d --url "k=$u"
	refused "depends '\''" --name a --tree a=d --depends "$u"
	refused "has a control character" --name a --tree a=d --summary "a
b"
	echo x >"d/$u"
	refused "file '\''" --name a --tree a=d
'

t 'a descriptor with these digests goes in verbatim, with its signature' '
	mkdriver -o d.tgz
	vib-gen -q --driver d.tgz --target 6.7 -o a.vib
	ar p a.vib descriptor.xml | sed "s,</vib>,<new x=\"1\"/><!-- kept --></vib>," >d.xml
	printf -- "-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----" >sig
	vib-gen -q -d d.xml --payload net-acme=d.tgz --sig sig -o b.vib
	ar p b.vib descriptor.xml | cmp - d.xml
	ar p b.vib sig.pkcs7 | cmp - sig
	ar p b.vib net-acme | cmp - d.tgz
	vib-gen -q -d d.xml --driver d.tgz --descriptor | cmp - d.xml
	mkdriver --module-version 9 -o other.tgz
	refused "cannot be put in as it is, and its signature is good for nothing else: the sha-256 gunzip of payload '\''net-acme'\'' is another one" \
		-d d.xml --payload net-acme=other.tgz --sig sig
	echo rubbish >sig
	refused "is no signature" -d d.xml --payload net-acme=d.tgz --sig sig
	status 2 vib-gen -d d.xml --payload net-acme=d.tgz --sig sig --tag x
'

t 'a vfat-name or boot-order of an option goes into a finished descriptor' '
	mkdriver -o d.tgz
	vib-gen -q --driver d.tgz -o a.vib
	vib-unpack -C u a.vib
	p=u/net-acme
	vib-gen -q -d u/descriptor.xml --payload net-acme=$p -o same.vib
	cmp a.vib same.vib
	vib-gen -q -d u/descriptor.xml --payload net-acme:tgz:0:acme.t00=$p --descriptor |
		grep "vfat-name=.acme.t00."
	vib-gen -q -d u/descriptor.xml --payload net-acme:tgz:7=$p --descriptor |
		grep "boot-order=.7."
'

t 'a template is completed' '
	mkdriver -o d.tgz
	cat >t.xml <<-XML
		<?xml version="1.0"?>
		<vib>
		  <type>bootbank</type>
		  <name>my-driver</name>
		  <version>3.0-1</version>
		  <vendor>me</vendor>
		  <summary>mine</summary>
		  <description>mine, too</description>
		  <release-date>2020-01-02T03:04:05</release-date>
		  <urls><url key="kb">http://x/</url></urls>
		  <relationships><depends><constraint name="first"/></depends>
		  <conflicts/><replaces/><provides/><compatibleWith/></relationships>
		  <software-tags><tag>mine</tag></software-tags>
		  <system-requires><maintenance-mode>false</maintenance-mode>
		  </system-requires>
		  <acceptance-level>community</acceptance-level>
		  <live-install-allowed>true</live-install-allowed>
		  <live-remove-allowed>false</live-remove-allowed>
		  <cimom-restart>false</cimom-restart>
		  <stateless-ready>false</stateless-ready>
		  <overlay>false</overlay>
		</vib>
	XML
	vib-gen -d t.xml --driver d.tgz --target 6.7 --vendor you -o a.vib 2>log
	xml a.vib >x
	printf "%s" "<vib version=\"5.0\"><type>bootbank</type>" \
	    "<name>my-driver</name><version>3.0-1</version>" \
	    "<vendor>you</vendor><summary>mine</summary>" \
	    "<description>mine, too</description>" \
	    "<release-date>2020-01-02T03:04:05+00:00</release-date>" \
	    "<urls><url key=\"kb\">http://x/</url></urls><relationships>" \
	    "<depends><constraint name=\"first\"/>" \
	    "<constraint name=\"vmkapi_2_3_0_0\"/>" \
	    "<constraint name=\"com.vmware.driverAPI-9.2.3.0\"/></depends>" \
	    "<conflicts/><replaces/><provides/><compatibleWith/>" \
	    "</relationships><software-tags><tag>mine</tag><tag>driver</tag>" \
	    "<tag>module</tag></software-tags><system-requires>" \
	    "<maintenance-mode>false</maintenance-mode></system-requires>" \
	    "<file-list>" >want
	head -c "$(wc -c <want)" x | cmp - want
	grep -q "<live-install-allowed>true<" x
	grep -q "payload name=\"my-drive\" type=\"tgz\"" x
	grep -qx "vib-gen: '\''t.xml'\'' is completed: options change it" log
	status 1 grep -q "by default" log
'

t 'a template that lists a payload: its type counts, and it must be given' '
	mkdriver -o d.tgz
	vib-gen -q --driver d.tgz -o a.vib
	xml a.vib | sed "s,<payloads>.*,<payloads><payload name=\"drv\" type=\"vgz\" boot-order=\"7\"/></payloads></vib>," >t.xml
	vib-gen -q -d t.xml --driver d.tgz -o b.vib
	xml b.vib | grep -q "<payload name=\"drv\" type=\"vgz\" boot-order=\"7\" size="
	refused "'\''t.xml'\'' lists the payload '\''drv'\'', and no file was given for it" \
		-d t.xml --payload other=d.tgz
	echo "<vib><name>x</name>" >bad.xml
	refused "bad.xml" -d bad.xml --payload a=d.tgz
	printf "<!DOCTYPE vib [<!ENTITY a \"aa\">]><vib><name>&a;</name></vib>" >bomb.xml
	refused "bomb.xml" -d bomb.xml --payload a=d.tgz
'

t '--unpacked is the way back from vib-unpack --trees' '
	mkdriver -o d.tgz
	vib-gen -q --driver d.tgz --target 6.7 -o a.vib
	vib-unpack -q --trees -C un a.vib
	echo "# more" >>un/net-acme/usr/share/hwdata/driver.pciids.d/acme.ids
	vib-gen --unpacked un --target 6.7 --mtime 1700000001 -o b.vib 2>log
	ar p b.vib net-acme | tar xzO usr/share/hwdata/driver.pciids.d/acme.ids |
		grep -qx "# more"
	[ "$(vib-info --id b.vib)" = "$(vib-info --id a.vib)" ]
	printf -- "-----BEGIN PKCS7-----\nx\n" >un/sig.pkcs7
	sed "s/level>community</level>certified</" un/descriptor.xml >x
	cp x un/descriptor.xml
	vib-gen --unpacked un -o b.vib 2>log
	grep -q "warning: .*the signature is dropped" log
	grep -q "warning: .*level certified becomes community" log
	xml b.vib | grep -q "<acceptance-level>community<"
	sed "s/payload name=\"net-acme\"/payload name=\"..\"/" x >un/descriptor.xml
	refused "payload name '\''..'\'' is no name" --unpacked un
	status 2 vib-gen --unpacked un --driver d.tgz
'

t 'release date: --mtime, SOURCE_DATE_EPOCH, the newest file' '
	date_of() { xml "$1" | sed "s/.*<release-date>//;s/<.*//"; }
	mkdriver --mtime 1600000000 --dialect ustar -o d.tgz
	vib-gen -q --driver d.tgz -o a.vib
	[ "$(date_of a.vib)" = 2020-09-13T12:26:40+00:00 ]
	SOURCE_DATE_EPOCH=0 vib-gen -q --driver d.tgz -o a.vib
	[ "$(date_of a.vib)" = 1970-01-01T00:00:00+00:00 ]
	SOURCE_DATE_EPOCH=0 vib-gen -q --driver d.tgz --mtime 86400 -o b.vib
	[ "$(date_of b.vib)" = 1970-01-02T00:00:00+00:00 ]
	# and what is packed anew has that time
	ar p b.vib net-acme | tar tvz | status 1 grep -v " 1970-01-02 00:00 "
	status 2 vib-gen --driver d.tgz --mtime soon
'

t 'standard input and output; the same bytes' '
	mkdriver -o d.tgz
	vib-gen -q --driver d.tgz -o a.vib
	vib-gen -q --driver - <d.tgz >b.vib
	cat d.tgz | vib-gen -q --driver - >c.vib
	cmp a.vib b.vib
	cmp a.vib c.vib
	vib-gen -q --driver d.tgz -o - | cmp a.vib -
'

t 'exit status: 2 usage, 3 system' '
	mkdriver -o d.tgz
	status 2 vib-gen
	status 2 vib-gen --bogus
	status 2 vib-gen d.tgz
	status 2 vib-gen --driver
	status 2 vib-gen --payload a=d.tgz
	status 2 vib-gen --driver d.tgz --target 4.1
	status 2 vib-gen --driver d.tgz --level vmware
	status 2 vib-gen --driver d.tgz --overlay perhaps
	status 2 vib-gen --driver d.tgz --version 1-2-3
	status 2 vib-gen --driver - --payload a=- </dev/null
	status 2 vib-gen --driver d.tgz --sign k
	status 2 vib-gen --driver d.tgz --cert c
	status 2 vib-gen --driver d.tgz --rehash x
	status 2 vib-gen --rehash x --descriptor
	status 2 vib-gen --rehash x --name y
	status 3 vib-gen --rehash nosuch
	status 3 vib-gen --meta nosuch
	status 3 vib-gen --driver nowhere.tgz 2>msg
	grep -q "^vib-gen: .*'\''nowhere.tgz'\''.*: No such file" msg
	status 3 vib-gen -q --driver d.tgz >/dev/full
	status 3 vib-gen -q --driver d.tgz -o no-such-dir/a.vib
	status 3 vib-gen -q --name a --tree a=nowhere
	vib-gen --help | grep -q "^usage: vib-gen"
	vib-gen -V | grep -q "^vib-gen "
	vib-gen --version | grep -q "^vib-gen "
	[ "$(ls -A | grep -c .)" = 2 ]
'

t 'a package larger than memory should be is streamed' '
	mkdriver --size 100000000 --dialect pax -o big.tgz
	(ulimit -v 300000; vib-gen -q --driver big.tgz -o big.vib) ||
		{ [ -n "${ASAN_OPTIONS:-}" ] || nm "$BIN/vib-gen" | grep -q asan; }
'

samples=$TOP/../shared/samples
if [ -d "$samples" ]; then
	t 'real packages, taken apart and put together: the same bytes' '
		for f in "$samples"/*.vib; do
			rm -rf parts
			vib-unpack -q -C parts "$f"
			set --
			for m in parts/*; do
				case ${m##*/} in
				descriptor.xml | sig.pkcs7) ;;
				*) set -- "$@" --payload "${m##*/}=$m" ;;
				esac
			done
			vib-gen -q -d parts/descriptor.xml "$@" -o again.vib
			cmp "$f" again.vib
			rm -rf parts
			vib-unpack -q --trees -C parts "$f"
			vib-gen -q --unpacked parts -o trees.vib
			vib-info --files trees.vib >got
			vib-info --files "$f" | cmp - got
			[ "$(vib-info --id trees.vib)" = "$(vib-info --id "$f")" ]
		done
	'
else
	t 'real packages # SKIP no samples' :
fi

# mapped VIB MAP LINE... - its map has these lines and no other
mapped() {
	vib=$1
	map=$2
	shift 2
	ar p "$vib" "$(ar t "$vib" | tail -n 1)" | tar -xzOf - "$map" >got.map
	printf "%s\n" "$@" | diff - got.map
}

t '--add-pci-id: a line in the grammar of the map, and esxi-pci takes it' '
	mkdriver --kind native --module if_re --id 10ec:8125 -o n.tgz
	mkdriver --module r8168 --id 10ec:8168 -o l.tgz
	vib-gen --driver n.tgz --add-pci-id 10EC:8126 --add-pci-id 10ec:8125:1043:87d7=if_re \
		-o n.vib 2>msg
	grep -q "default.map.d/if_re.map.: 10ec:8126 is added for the driver .if_re" msg
	grep -q "a driver whose own table lacks the id will still not take the card" msg
	mapped n.vib etc/vmware/default.map.d/if_re.map \
		"regtype=native,bus=pci,id=10ec8125..............,driver=if_re" \
		"regtype=native,bus=pci,id=10ec8125104387d7......,driver=if_re" \
		"regtype=native,bus=pci,id=10ec8126..............,driver=if_re"
	xml n.vib >x
	for tag in 10ec8125 10ec8126 10ec8125104387d7......; do
		grep -qF "<tag>PCIID $tag</tag>" x
	done
	vib-gen -q --driver l.tgz --add-pci-id 10ec:8161 --add-pci-id 10ec:8168:1043:8505 -o l.vib
	mapped l.vib etc/vmware/driver.map.d/r8168.map \
		"regtype=linux,bus=pci,id=10ec:8161 0000:0000,driver=r8168,class=network" \
		"regtype=linux,bus=pci,id=10ec:8168 0000:0000,driver=r8168,class=network" \
		"regtype=linux,bus=pci,id=10ec:8168 1043:8505,driver=r8168,class=network"
	for v in n l; do
		vib-gen -q --driver $v.tgz -o $v.old.vib
		status 1 esxi-pci --id 10ec:8126 --id 10ec:8161 $v.old.vib >out
	done
	esxi-pci --id 10ec:8126 n.vib >out
	esxi-pci --id 10ec:8161 l.vib >out
	vib-check --target 6.7 n.vib >out
	vib-check --target 6.7 l.vib >out
'

t '--add-pci-id: all else is as it was, in the strict form' '
	mkdriver --bad members --mtime 1234567890 -o d.tgz
	vib-gen -q --driver d.tgz -o old.vib
	vib-gen -q --driver d.tgz --add-pci-id 1af4:1041 -o new.vib
	for v in old new; do
		vib-info --files $v.vib >$v.files
		mkdir $v
		ar p $v.vib net-acme >$v.tgz
		tar -C $v -xzpf $v.tgz
		tar tvzf $v.tgz | sed "/acme.map/d" >$v.list
	done
	cmp old.files new.files
	diff old.list new.list
	diff -r old new >diff.out && exit 1
	grep "^[<>]" diff.out >lines
	echo "> regtype=linux,bus=pci,id=1af4:1041 0000:0000,driver=acme,class=network" | diff - lines
	[ "$(gzip -dc new.tgz | head -c 265 | tail -c 8 | tr "\\0" .)" = "ustar  ." ]
	gzip -dc new.tgz | sha256sum | cut -c 1-64 >sum
	xml new.vib | grep -qF "gunzip\">$(cat sum)<"
	# the same again is the same, and an id that is there changes nothing
	vib-gen -q --driver d.tgz --add-pci-id 1af4:1041 --add-pci-id 1af4:1041 | cmp - new.vib
	vib-gen --driver d.tgz --add-pci-id 1af4:1000=acme 2>msg | cmp - old.vib
	grep -q "1af4:1000 is there already" msg
	! grep -q "own table" msg
'

t '--add-pci-id: as vgz, and with a template' '
	mkdriver -o d.tgz
	vib-gen -q --driver d.tgz --add-pci-id 1af4:1041 --payload net-acme:vgz= -o v.vib
	ar p v.vib net-acme | vmtar-unpack -p etc/vmware/driver.map.d/acme.map >map
	grep -q 1af4:1041 map
	esxi-pci --id 1af4:1041 v.vib >out
	printf "add-pci-id = 1af4:1041\nadd-pci-id = 1af4:1042=acme\ndriver = d.tgz\n" >m
	vib-gen -q --meta m -o m.vib
	esxi-pci --id 1af4:1041 --id 1af4:1042 m.vib >out
'

t '--add-pci-id: what cannot be is refused' '
	mkdriver -o d.tgz
	status 2 vib-gen --add-pci-id 1af4:1041 --name a --payload p=d.tgz
	status 2 vib-gen --driver d.tgz --add-pci-id 1af4
	status 2 vib-gen --driver d.tgz --add-pci-id 1af4:1041=
	status 2 vib-gen --driver d.tgz --add-pci-id "1af4:1041=a b"
	status 2 vib-gen --rehash d.tgz --add-pci-id 1af4:1041
	refused "has no driver '\''nope'\'' for the new id" --driver d.tgz --add-pci-id 1af4:1041=nope
	mkdriver --bad emptymap -o e.tgz
	refused "has no line with a class" --driver e.tgz --add-pci-id 1af4:1041
	mkdriver --kind native --bad emptymap -o e.tgz
	vib-gen -q --driver e.tgz --add-pci-id 1af4:1041 -o e.vib
	esxi-pci --id 1af4:1041 e.vib >out
	# two drivers in one package: which one must be told
	mkdir two
	mkdriver --kind native --module a | tar -C two -xzf -
	mkdriver --kind native --module b --id 1af4:1001 | tar -C two -xzf -
	tar -C two -czf two.tgz etc usr
	refused "has 2 drivers with a map: say which" --driver two.tgz --add-pci-id 1af4:1041
	vib-gen -q --driver two.tgz --add-pci-id 1af4:1041=b -o two.vib
	esxi-pci --json --id 1af4:1041 two.vib | grep -q "\"driver\": \"b\""
'

if command -v xorriso >/dev/null; then
t '--pci-id-for: one map for a driver of an image' '
	for s in 5.0 6.7 8.0; do
		sh "$TOP/tests/fixture/mkimage.sh" --shape $s $s.iso
		case $s in 8.0) d=ixgben ;; *) d=net-e1000 ;; esac
		vib-gen --pci-id-for $s.iso --add-pci-id 10ec:8168=$d --target $s -o $s.vib 2>msg
		grep -q "a driver whose own table lacks the id will still not take the card" msg
		vib-check --target $s $s.vib >out
		[ "$(vib-info --id $s.vib)" = community_bootbank_pciid-$d-10ec8168_1.0-1 ]
	done
	mapped 5.0.vib etc/vmware/driver.map.d/net-e1000_10ec8168.map \
		"regtype=linux,bus=pci,id=10ec:8168 0000:0000,driver=net-e1000,class=network"
	mapped 6.7.vib etc/vmware/driver.map.d/net-e1000_10ec8168.map \
		"regtype=linux,bus=pci,id=10ec:8168 0000:0000,driver=net-e1000,class=network"
	mapped 8.0.vib etc/vmware/default.map.d/ixgben_10ec8168.map \
		"regtype=native,bus=pci,id=10ec8168..............,driver=ixgben"
	xml 8.0.vib | grep -q "<tag>PCIID 10ec8168</tag>"
	# what is there already, and what another driver takes
	id() { esxi-pci --all $1 | grep "	$2	" | cut -c 1-9; }
	refused "takes $(id 8.0.iso ixgben) already" --pci-id-for 8.0.iso --add-pci-id $(id 8.0.iso ixgben)=ixgben
	refused "cannot come before it" --pci-id-for 6.7.iso --add-pci-id $(id 6.7.iso net-igb)=net-e1000
	refused "has no driver '\''nope'\''" --pci-id-for 8.0.iso --add-pci-id 10ec:8168=nope
	mkdriver -o d.tgz
	refused "is no image of ESXi" --pci-id-for d.tgz --add-pci-id 10ec:8168=acme
	rm out.vib
	vib-gen --pci-id-for 8.0.iso --add-pci-id $(id 8.0.iso ixgben)=igbn -o o.vib 2>msg
	grep -q "goes before it, into ihv.map.d" msg
	vib-info --files o.vib | grep -q "^etc/vmware/ihv.map.d/igbn_"
	vib-gen -q --pci-id-for 8.0.iso --add-pci-id 10ec:8168=ixgben \
		--add-pci-id 10ec:8161:0001:0002=ixgben --name two -o t.vib
	mapped t.vib etc/vmware/default.map.d/ixgben_10ec8168.map \
		"regtype=native,bus=pci,id=10ec816100010002......,driver=ixgben" \
		"regtype=native,bus=pci,id=10ec8168..............,driver=ixgben"
	status 2 vib-gen --pci-id-for 8.0.iso
	status 2 vib-gen --pci-id-for 8.0.iso --add-pci-id 10ec:8168
	status 2 vib-gen --pci-id-for 8.0.iso --add-pci-id 10ec:8168=a --add-pci-id 10ec:8169=b
	status 2 vib-gen --pci-id-for 8.0.iso --add-pci-id 10ec:8168=a --driver d.tgz
	status 3 vib-gen --pci-id-for gone.iso --add-pci-id 10ec:8168=a
'
else
	t '--pci-id-for # SKIP xorriso is not installed' :
fi

t 'the examples of the manual page' '
	mkdriver -o driver.tgz
	mkdir -p tree/opt/acme
	echo x >tree/opt/acme/x
	man_examples vib-gen
'

# keys NAME - NAME.key and NAME.pem
keys() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" \
		-out "$1.pem" -subj "/O=Acme/CN=$1" -days 2 2>/dev/null
}

t '--sign: openssl accepts it, the same input gives the same bytes' '
	keys k
	mkdir -p tree/opt/x
	echo a >tree/opt/x/a
	touch -d @1700000000 tree/opt/x/a
	set -- --name a --version 1-1 --vendor v --summary s --tree a=tree
	vib-gen "$@" --sign k.key --cert k.pem -o a.vib 2>msg
	grep -q "for use outside ESXi: it does not look" msg
	vib-unpack -q -C d a.vib
	openssl smime -verify -inform PEM -in d/sig.pkcs7 -binary -noverify \
		-content d/descriptor.xml >out 2>err
	cmp out d/descriptor.xml
	head -n 1 d/sig.pkcs7 | grep -qx -e "-----BEGIN PKCS7-----"
	sleep 1
	vib-gen -q "$@" --sign k.key --cert k.pem -o b.vib
	cmp a.vib b.vib
	vib-gen --level partner "$@" --sign k.key --cert k.pem -o c.vib 2>msg
	grep -q "ESXi trusts VMware.s chain only and will refuse it" msg
	status 1 grep -q "there is none" msg
	vib-check --ca k.pem c.vib >out
	grep -q "trusted through --ca" out
	status 1 grep -q "^error" out
	# signed, taken apart, put together: the same
	vib-unpack -q -C e c.vib
	vib-gen -q -d e/descriptor.xml --sig e/sig.pkcs7 --payload a=e/a -o f.vib
	cmp c.vib f.vib
'

t '--sign: what does not fit together is refused, and nothing is written' '
	keys k
	keys o
	mkdriver -o d.tgz
	echo old >a.vib
	status 2 vib-gen -q --driver d.tgz --sign k.key --cert o.pem -o a.vib 2>msg
	grep -q "is not that of the key" msg
	status 2 vib-gen -q --driver d.tgz --sign k.pem --cert k.pem -o a.vib
	status 3 vib-gen -q --driver d.tgz --sign nosuch --cert k.pem -o a.vib
	openssl pkey -in k.key -aes128 -passout pass:x -out p.key
	status 2 vib-gen -q --driver d.tgz --sign p.key --cert k.pem -o a.vib \
		</dev/null 2>msg
	grep -q "has a passphrase" msg
	[ "$(cat a.vib)" = old ]
'

t '--rehash: an old VIB for new releases; bytes, and all else, stay' '
	mkdir -p tree/opt/x
	echo a >tree/opt/x/a
	vmtar-pack -z -C tree -o p.vgz
	echo raw >r
	mkvib -o old.vib --sums old --file opt/x/a --tag t --depends "b >= 1" \
		--payload p:vgz=p.vgz --payload r:text=r
	status 1 vib-check --target 8.0 old.vib >out 2>err
	vib-gen --rehash old.vib --target 8.0 -o new.vib 2>msg
	[ ! -s msg ]
	status 0 vib-check --target 8.0 --target 5.5 new.vib >out
	for v in old new; do vib-unpack -q -C $v $v.vib; done
	cmp old/p new/p
	cmp old/r new/r
	grep -q "softwarePlatform version=\"8.0\"" new/descriptor.xml
	bare() {
		sed "s,<checksum [^<]*</checksum>,,g; s,<softwarePlatform [^>]*/>,," \
			$1/descriptor.xml
	}
	bare old >a
	bare new >b
	diff a b
	# back again: the checksums of old releases, no platform
	vib-gen --rehash new.vib --target 6.0 -o back.vib
	vib-info --xml back.vib | grep -c softwarePlatform | grep -qx 0
	cmp old.vib back.vib
	vib-gen --rehash - <old.vib >piped.vib
	vib-gen --rehash old.vib -o default.vib
	cmp piped.vib default.vib
	vib-gen --rehash default.vib | cmp - default.vib
'

t '--rehash: vzstd stays for 9.0, no earlier release can unpack it' '
	mkdir -p tree/opt/x
	echo a >tree/opt/x/a
	vib-gen -q --target 9.0 --name a --version 1-1 --vendor v --summary s \
		--tree b:vzstd=tree -o z.vib
	vib-gen --rehash z.vib --target 9.0 | cmp - z.vib
	echo old >new.vib
	for r in 5.0 6.7 8.0U3; do
		status 1 vib-gen --rehash z.vib --target $r -o new.vib 2>msg
		grep -q "payload .b. is of type vzstd, which ESXi $r cannot unpack" msg
		[ "$(wc -l <msg)" -eq 1 ]
		[ "$(cat new.vib)" = old ]
	done
'

t '--rehash: one software platform, however many there were' '
	echo x >f
	mkvib --print --payload p:text=f |
		sed "s,<system-requires>.*</system-requires>,<system-requires><softwarePlatform version=\"6\"/><a/></system-requires><system-requires><softwarePlatform version=\"7\"/><b/></system-requires>," >d
	mkvib -o old.vib --descriptor d --payload p:text=f
	vib-gen --rehash old.vib --target 8.0 -o new.vib
	vib-info --xml new.vib >xml
	[ "$(grep -o "<softwarePlatform" xml | wc -l)" = 1 ]
	grep -qF "<system-requires><a/><softwarePlatform version=\"8.0\" locale=\"\" productLineID=\"embeddedEsx\"/></system-requires><system-requires><b/></system-requires>" xml
	vib-gen --rehash old.vib --target 6.7 -o new.vib
	vib-info --xml new.vib >xml
	status 1 grep -q softwarePlatform xml
'

t '--rehash: what is unknown stays, signature and level go, and that is told' '
	keys k
	echo x >f
	mkvib --print --level partner --payload p:text=f |
		sed "s,<urls/>,<urls/><odd a=\"b\">c</odd>," >d
	openssl smime -sign -binary -in d -signer k.pem -inkey k.key \
		-outform PEM >sig
	mkvib -o old.vib --descriptor d --payload p:text=f --sig sig
	vib-gen --rehash old.vib -o new.vib 2>msg
	grep -q "the signature is dropped" msg
	grep -q "level partner becomes community" msg
	vib-info --xml new.vib | grep -q "<odd a=\"b\">c</odd>"
	status 1 vib-info --signed new.vib
	vib-info new.vib | grep -qx "acceptance level  community"
'

t '--rehash: bytes that do not fit the old checksums are refused' '
	echo x >f
	mkvib -o old.vib --payload p:boot=f --wrong gunzip1
	echo old >new.vib
	status 1 vib-gen --rehash old.vib -o new.vib 2>msg
	grep -q "does not fit its sha-1 gunzip checksum" msg
	[ "$(cat new.vib)" = old ]
	echo junk >x.vib
	status 1 vib-gen --rehash x.vib -o new.vib
	[ "$(cat new.vib)" = old ]
	mkvib -o old.vib --payload p:boot=f
	size=$(stat -c %s old.vib)
	head -c $((size - 9)) old.vib >x.vib
	status 1 vib-gen --rehash x.vib -o new.vib
	[ "$(cat new.vib)" = old ]
'

t '--meta: options out of a file; the command line wins' '
	mkdir -p tree/opt/x
	echo a >tree/opt/x/a
	printf "%s\n" "# a comment" "" "name = from-meta" "$(printf "  version=1.0-2\t")" \
		"vendor =  Acme" "summary = A = b, and more" "tag = one" \
		"tag = two" "live-install = true" "tree = p=tree" >m
	vib-gen -q --meta m -o a.vib
	vib-gen -q --name from-meta --version 1.0-2 --vendor Acme \
		--summary "A = b, and more" --tag one --tag two \
		--live-install true --tree p=tree -o b.vib
	cmp a.vib b.vib
	vib-gen -q --meta m --name other --tag three -o c.vib
	[ "$(vib-info --id c.vib)" = Acme_bootbank_other_1.0-2 ]
	vib-info c.vib | grep -A3 "^tags" | grep -q three
	# CR LF, and from standard input
	sed "s/$/$(printf "\r")/" m | vib-gen -q --meta - -o d.vib
	cmp a.vib d.vib
'

t '--meta: what is wrong is told with file and line' '
	bad() {
		printf "%b" "$1" >m
		status 1 vib-gen --meta m -o a.vib 2>msg
		[ ! -e a.vib ]
		[ "$(wc -l <msg)" -eq 1 ]
		grep -q "$2" msg || { cat msg; return 1; }
	}
	bad "name a\n" "line 1: no key = value: .name a."
	bad "\n#x\ncolour = red\n" "line 3: no option of vib-gen: .colour."
	bad "meta = x\n" "line 1: no option"
	bad "name = a\nname = b\n" "line 2: told twice: .name."
	bad "level = high\n" "line 1: --level: .high. is no acceptance level"
	bad "any-files = no\n" "line 1: the value can be true only"
	bad "name = a\\0b\n" "line 1: a NUL"
'

t 'several payloads, with boot order and vfat-name, there and back' '
	mkdir -p tree/opt/x
	echo a >tree/opt/x/a
	echo "#!/bin/sh" >up.sh
	echo readme >readme
	vib-gen -q --name multi --version 1-1 --vendor v --summary s \
		--tree main=tree --payload README:text=readme \
		--payload up:upgrade:5:up.sh=up.sh -o a.vib
	vib-info a.vib >out
	grep -q "^    up  *upgrade, .*boot order 5, as up.sh" out
	grep -q "^    README  *text" out
	vib-unpack -q -C d a.vib
	vib-gen -q -d d/descriptor.xml --payload main=d/main \
		--payload README:text=d/README \
		--payload up:upgrade:5:up.sh=d/up -o b.vib
	cmp a.vib b.vib
	status 1 vib-gen -q --name k --version 1-1 --live-install true \
		--payload k:boot=readme
'

t 'every type that is made, signed: taken apart, put together, the same bytes' '
	keys k
	mkdir -p tree/opt/x
	echo a >tree/opt/x/a
	echo raw >raw
	vmtar-pack -z -C tree >in.vgz
	set -- --name all --version 1-1 --vendor v --summary s --target 9.0 \
		--level partner --tree a.v=tree --tree b.t:tgz=tree \
		--tree c.z:vzstd=tree --payload d.i:installer_vgz=in.vgz
	for y in upgrade text boot_com32_bios boot_iso_bios boot_pxe_bios \
		boot_loader_efi eltorito_image_efi; do
		set -- "$@" --payload "${y%%_*}$#:$y:$#:F$#.V00=raw"
	done
	vib-gen -q "$@" --sign k.key --cert k.pem -o a.vib
	[ "$(vib-info --xml a.vib | grep -o "<payload name" | wc -l)" = 11 ]
	vib-unpack -q -C d a.vib
	again() {
		set -- "$1"
		for f in d/*; do
			p=${f##*/}
			case $p in
			descriptor.xml | sig.pkcs7) continue ;;
			esac
			y=$(grep -o "<payload name=\"$p\" type=\"[a-z0-9_]*" \
				d/descriptor.xml)
			set -- "$@" --payload "$p:${y##*\"}=$f"
		done
		o=$1
		shift
		vib-gen -q -d d/descriptor.xml --sig d/sig.pkcs7 "$@" -o "$o"
	}
	again b.vib
	cmp a.vib b.vib
	vib-gen -q --unpacked d -o c.vib
	cmp a.vib c.vib
	# one byte of a payload, and the signature fits no more
	for f in d/text*; do
		echo rAw >"$f"
	done
	rm b.vib
	status 1 again b.vib
	[ ! -e b.vib ]
'

t 'what others put round the same members is lost, as the page says' '
	echo x >f
	echo yy >g
	mkvib -o old.vib --slash --mode 100644 --no-pad --stray s=f \
		--payload q:text=f --payload b:text=g
	vib-unpack -q -C d old.vib
	mkvib -o plain.vib --descriptor d/descriptor.xml \
		--payload b:text=g --payload q:text=f
	vib-gen -q --unpacked d -o new.vib
	status 1 cmp -s old.vib new.vib
	cmp plain.vib new.vib
'

done_testing
