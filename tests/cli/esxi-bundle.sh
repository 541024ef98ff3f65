#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# esxi-bundle.sh - offline bundles made, listed, checked, taken apart
# shellcheck disable=SC2016,SC2317 # t expands the bodies and runs them
. "${0%/*}/lib.sh"

s=$top/shared
mkdir -p "$s/tree/opt/acme" || exit 99
echo hello >"$s/tree/opt/acme/hello"
(
	cd "$s" || exit 1
	one() {
		name=$1
		shift
		vib-gen -q --name "$name" --vendor Acme --summary 'A & b' \
			--description d --mtime 1704164645 --tree "$name=tree" "$@"
	}
	one hello --version 1.0-1 --target 8.0 --url k=http://x.example/ \
		--tag t1 --depends 'other >= 2' -o hello.vib
	one other --version 2.0-1 --target 8.0 -o other.vib
	one plain --version 3.0-1 -o plain.vib
	esxi-bundle -q -o good.zip hello.vib other.vib
) || exit 99
export s

# again DIR - the bundle of what is in DIR and DIR/metadata, as ../x.zip or x.zip
again() {
	(cd "$1/metadata" && rm -f ../metadata.zip && bsdtar --format zip -cf ../metadata.zip -- *)
	(cd "$1" && bsdtar --format zip --exclude metadata -cf ../x.zip -- *)
}
# apart FILE DIR - the reverse
apart() {
	mkdir -p "$2/metadata"
	bsdtar -xf "$1" -C "$2"
	bsdtar -xf "$2/metadata.zip" -C "$2/metadata"
}
# edited SED FILE - good.zip with FILE of it edited, as x.zip
edited() {
	rm -rf x x.zip
	apart "$s/good.zip" x
	for f in x/$2; do
		sed "$1" "$f" >new
		if cmp -s new "$f"; then return 1; fi
		mv new "$f"
	done
	again x
}

t 'the XML files, byte for byte' '
	apart $s/good.zip x
	size=$(wc -c <$s/hello.vib)
	sum=$(sha256sum $s/hello.vib | cut -c1-64)
	cat >want <<-END
	<vendorList>
	  <vendor>
	    <name>Acme</name>
	    <code>ACM</code>
	    <indexfile>vendor-index.xml</indexfile>
	    <patchUrl></patchUrl>
	    <relativePath></relativePath>
	    <content>
	      <name>VMware ESX</name>
	      <type>http://www.vmware.com/depotmanagement/esx</type>
	    </content>
	  </vendor>
	</vendorList>
	END
	diff want x/index.xml
	cat >want <<-END
	<metaList>
	  <metadata>
	    <productId>embeddedEsx</productId>
	    <version>8.0</version>
	    <locale></locale>
	    <url>metadata.zip</url>
	    <channelName>default</channelName>
	  </metadata>
	</metaList>
	END
	diff want x/vendor-index.xml
	diff want x/metadata/vendor-index.xml
	printf %s "<bulletin><id>Acme-hello_1.0-1</id><vendor>Acme</vendor><summary>A &amp; b</summary><severity>general</severity><category>enhancement</category><urgency>important</urgency><releaseType>extension</releaseType><description>d</description><kbUrl>http://x.example/</kbUrl><contact>unknown</contact><componentNameSpec name=\"Acme-hello\" uiString=\"A &amp; b\"/><componentVersionSpec version=\"1.0-1\" uiString=\"1.0\"/><releaseDate>2024-01-02T03:04:05+00:00</releaseDate><platforms><softwarePlatform version=\"8.0\" locale=\"\" productLineID=\"embeddedEsx\"/></platforms><vibList><vibID>Acme_bootbank_hello_1.0-1</vibID></vibList></bulletin>" >want
	cmp want x/metadata/bulletins/Acme-hello_1.0-1.xml
	vib-info --xml $s/hello.vib |
		sed "s|</software-tags>|&<relative-path>vib20/hello/Acme_bootbank_hello_1.0-1.vib</relative-path><packed-size>$size</packed-size><checksum checksum-type=\"sha-256\">$sum</checksum>|" >want
	cmp want x/metadata/vibs/hello-8274253757714228695.xml
	cmp $s/hello.vib x/vib20/hello/Acme_bootbank_hello_1.0-1.vib
	sed -n "2,3p;/<vibID>Acme_bootbank_hello/,/<version>/p;/<systemReqs>/,/<.postInstall>/p;/<softwareTags>/,/<.vibFile>/p" x/metadata/vmware.xml | sed "/other/,\$d" >got
	cat >want <<-END
	  <version>3.0</version>
	  <timestamp>2024-01-02T03:04:05</timestamp>
	        <vibID>Acme_bootbank_hello_1.0-1</vibID>
	        <name>hello</name>
	        <version>1.0-1</version>
	        <systemReqs>
	          <maintenanceMode>true</maintenanceMode>
	          <swPlatform version="8.0" locale="" productLineID="embeddedEsx"/>
	        </systemReqs>
	        <relationships>
	          <depends>
	END
	diff want got
	grep "<constraint name=\"other\" relation=\"&gt;=\" version=\"2\"/>" x/metadata/vmware.xml
	grep -A1 "<softwareTags>" x/metadata/vmware.xml | grep "<tag>t1</tag>"
	grep "<packedSize>$size</packedSize>" x/metadata/vmware.xml
	grep "<checksum>$sum</checksum>" x/metadata/vmware.xml
	xmllint --noout x/*.xml x/metadata/*.xml x/metadata/*/*.xml 2>/dev/null ||
		! command -v xmllint
'

t 'same VIBs, same bytes, in any order and time zone; other readers take it' '
	TZ=Asia/Tokyo esxi-bundle -q -o x.zip $s/other.vib $s/hello.vib
	cmp x.zip $s/good.zip
	cat $s/hello.vib | esxi-bundle -q - $s/other.vib >y.zip
	cmp y.zip x.zip
	bsdtar -tf x.zip >l
	printf "%s\n" index.xml vendor-index.xml metadata.zip \
		vib20/hello/Acme_bootbank_hello_1.0-1.vib \
		vib20/other/Acme_bootbank_other_2.0-1.vib >want
	diff want l
	! command -v unzip || unzip -tq x.zip
	! command -v unzip || [ "$(unzip -Z1 x.zip | head -n 1)" = index.xml ]
	esxi-bundle -q --mtime 2001-02-03T04:05:06Z -o z.zip $s/other.vib $s/hello.vib
	bsdtar -tvf z.zip | grep -c "Feb  3  2001" | grep -x 5
'

t 'the structure of the samples' '
	if [ ! -d "$TOP/../shared/samples" ]; then
		echo "no ../shared: skipped"
		exit 0
	fi
	for n in acme-esxi vghetto-ghettoVCB; do
		z=$TOP/../shared/samples/$n-offline-bundle.zip
		rm -rf a b
		apart $z a
		esxi-bundle -q --platform "5.*" --no-component -o x.zip $TOP/../shared/samples/$n.vib
		apart x.zip b
		(cd a && find . -type f ! -path "*/vibs/*" | sort) >a.l
		(cd b && find . -type f ! -path "*/vibs/*" | sort) >b.l
		diff a.l b.l
		cmp a/metadata/vibs/* b/metadata/vibs/*
		diff a/vendor-index.xml b/vendor-index.xml
		# attributes in another order, no clock, texts of our own; the VIB names no platform
		norm() { sed "s/locale=\"\" version=\"5.\*\"/version=\"5.*\" locale=\"\"/
			/timestamp/d; s/swPlatform version=\"5.\*/swPlatform version=\"/
			s/<category>[a-z]*/<category>/; s/<kbUrl>[^<]*/<kbUrl>/
			s/<contact>[a-z]*/<contact>/; s/<code>[A-Za-z]*/<code>/" "$1"; }
		for f in metadata/vmware.xml metadata/bulletins/*.xml index.xml; do
			f=$(cd a && echo $f)
			norm a/$f >1; norm b/$f >2; diff 1 2
		done
		esxi-bundle -t $z | grep "^bulletin"
		esxi-bundle -C out $z
		cmp out/*.vib $TOP/../shared/samples/$n.vib
		rm -r out
	done
	status 0 esxi-bundle --test $TOP/../shared/samples/acme-esxi-offline-bundle.zip >/dev/null
'

t 'list: text and JSON' '
	esxi-bundle -t $s/good.zip >out
	cat >want <<-END
	vendor    Acme (ACM)
	versions  8.0
	VIBs      2

	NAME   VERSION  VENDOR  LEVEL      FILE
	hello  1.0-1    Acme    community  vib20/hello/Acme_bootbank_hello_1.0-1.vib
	other  2.0-1    Acme    community  vib20/other/Acme_bootbank_other_2.0-1.vib

	component Acme-hello 1.0-1: Acme_bootbank_hello_1.0-1
	component Acme-other 2.0-1: Acme_bootbank_other_2.0-1
	END
	diff want out
	esxi-bundle -t --json $s/good.zip >out
	for key in file vendors code versions vibs id name version vendor level problem size sha256 bulletins component profiles; do
		grep -q "\"$key\"" out
		grep -q "$key" "$TOP/man/esxi-bundle.1"
	done
	! command -v python3 || python3 -m json.tool <out >/dev/null
	esxi-bundle --test --json $s/good.zip >out
	grep "\"good\": true" out
	! command -v python3 || python3 -m json.tool <out >/dev/null
'

t 'versions: what is declared, and components for 7.0 and later only' '
	v() { esxi-bundle -t x.zip | sed -n "s/^versions  //p"; }
	esxi-bundle -o x.zip $s/plain.vib 2>msg
	[ "$(v)" = "5.* 6.* 7.0 8.0 9.0" ]
	grep "declared for every release" msg
	esxi-bundle --platform 6.7 -o x.zip $s/plain.vib 2>msg
	[ "$(v)" = "6.*" ]
	[ ! -s msg ]
	esxi-bundle -t x.zip | grep "^bulletin plain: "
	esxi-bundle --platform 8.0U3 --platform 8.0.3 --platform "5.*" -o x.zip $s/plain.vib
	[ "$(v)" = "8.0 8.0.3 5.*" ]
	esxi-bundle -t x.zip | grep "^component Acme-plain 3.0-1: "
	esxi-bundle --platform 8.0 --no-component -o x.zip $s/plain.vib
	esxi-bundle -t x.zip | grep "^bulletin plain: "
	mkdir empty
	(cd empty
	 rejected 2 "8.x.* is no release" esxi-bundle --platform 8.x $s/plain.vib)
'

t 'two versions of one VIB; a vendor that no component can be called' '
	vib-gen -q --name plain --version 3.1-1 --vendor a.b_c --summary s --description d --mtime 0 --tree p=$s/tree -o p2.vib
	esxi-bundle -q --platform 6.7 -o x.zip $s/plain.vib p2.vib
	esxi-bundle -t x.zip | grep "^bulletin plain_3.0-1: "
	esxi-bundle -t x.zip | grep "^bulletin plain_3.1-1: "
	esxi-bundle -q --platform 8.0 -o x.zip p2.vib
	esxi-bundle -t x.zip | grep "^component a-b-c-plain 3.1-1: "
	status 0 esxi-bundle --test x.zip >/dev/null
'

t 'VIBs out again: all, by name, by id, from several' '
	esxi-bundle -v -C a $s/good.zip >log
	printf "%s\n" Acme_bootbank_hello_1.0-1.vib Acme_bootbank_other_2.0-1.vib >want
	diff want log
	cmp a/Acme_bootbank_hello_1.0-1.vib $s/hello.vib
	cmp a/Acme_bootbank_other_2.0-1.vib $s/other.vib
	esxi-bundle -C b --vib other $s/good.zip
	[ "$(ls b)" = Acme_bootbank_other_2.0-1.vib ]
	esxi-bundle -q -o p.zip $s/plain.vib
	esxi-bundle -C c --vib plain --vib Acme_bootbank_hello_1.0-1 $s/good.zip p.zip
	[ "$(ls c | wc -l)" = 2 ]
	rejected 1 "no bundle has a VIB called .nix" esxi-bundle -C d --vib nix --vib hello $s/good.zip
	rejected 1 "both have VIB" esxi-bundle -C d $s/good.zip $s/good.zip
	rejected 1 "there" esxi-bundle -C a $s/good.zip
	esxi-bundle --force -C a $s/good.zip
	mkdir e
	ln -s ../escaped e/Acme_bootbank_hello_1.0-1.vib
	rejected 1 "e/Acme\|Acme_bootbank_hello" esxi-bundle -C e $s/good.zip
	[ ! -e escaped ]
'

t 'a bundle in another zip' '
	(cd $s && bsdtar --format zip -cf "$OLDPWD/w.zip" good.zip)
	esxi-bundle -t w.zip >a
	esxi-bundle -t $s/good.zip >b
	diff a b
	esxi-bundle -C out w.zip
	cmp out/Acme_bootbank_hello_1.0-1.vib $s/hello.vib
	(cd $s && bsdtar --format zip -cf "$OLDPWD/x.zip" hello.vib)
	rejected 1 "x.zip.* is a zip, but no offline bundle" esxi-bundle -t x.zip
'

# told CODE STATUS - --test of x.zip says so
told() {
	status "$2" esxi-bundle --test x.zip >../out 2>../msg
	grep -q "\[$1\]" ../out
	[ "$2" = 0 ] || grep -q "\[" ../msg
	grep -q "^.It $1\$" "$TOP/man/esxi-bundle.1"
}

t 'what is wrong in a bundle: each code' '
	edited "s/<packed-size>/&1/" "metadata/vibs/hello*"
	told packed 1
	grep "packed-size" ../out
	rejected 1 "packed-size in" esxi-bundle -C out x.zip
	edited "s/sha-256\">\(.\)/sha-256\">0\1/" "metadata/vibs/hello*"
	told packed 1
	rejected 1 "has the sha-256" esxi-bundle -C out x.zip
	edited "s/<summary>/&x/" "metadata/vibs/hello*"
	told metadata 1
	grep "<summary> is another" ../out
	edited "s/<softwarePlatform[^>]*>//" "metadata/vibs/hello*"
	told metadata 1
	grep "<system-requires> is another" ../out
	edited "s/hello_1.0-1<.vibID>/gone_1.0-1<\/vibID>/" "metadata/bulletins/Acme-hello*"
	told bulletin-vib 1
	told vib-bulletin 1
	edited "s/8.0/7.0/" vendor-index.xml
	told versions 0
	edited "s/8.0/7.0/" "metadata/bulletins/Acme-hello*"
	told versions 0
	edited "s/<componentNameSpec[^>]*>//" "metadata/bulletins/Acme-hello*"
	told component 1
	edited "s/Spec name=\"Acme-hello/Spec name=\"Acme_hello/" "metadata/bulletins/Acme-hello*"
	told component 1
	edited "s/Spec version=\"1.0-1/Spec version=\"1.0/" "metadata/bulletins/Acme-hello*"
	told component 1
	edited "s/Spec name=\"Acme-hello/Spec name=\"Acme-other/" "metadata/bulletins/Acme-hello*"
	told component-twice 0
	edited "s/vib20.hello/vib21\/hello/" "metadata/vibs/hello*"
	told vib-file 1
	grep "is not in the bundle" ../out
	rejected 1 "is not in the bundle" esxi-bundle -C out x.zip
	for bad in ../evil /evil a/../../evil; do
		edited "s|vib20/hello[^<]*|$bad|" "metadata/vibs/hello*"
		told vib-file 1
		rejected 1 "evil" esxi-bundle -C out x.zip
	done
	rm -rf x; apart $s/good.zip x; mkdir x/metadata/profiles
	printf "<imageprofile><name>p</name><creator>c</creator><acceptancelevel>community</acceptancelevel><viblist><vib><vib-id>gone</vib-id></vib></viblist></imageprofile>" >x/metadata/profiles/p
	again x
	told profile-vib 1
'

t 'a VIB that the declared releases refuse is an error of the bundle' '
	mkdir -p bad/etc/init.d
	echo >bad/etc/init.d/x
	echo >bad/etc/x.conf
	vib-gen -q --name bad --version 1-1 --vendor a --summary s --tree bad=bad --target 6.7 -o bad.vib 2>/dev/null
	esxi-bundle -q --platform 6.7 -o x.zip bad.vib
	status 1 esxi-bundle --test x.zip >out 2>msg
	grep "\[path-rule\]" out
	grep "path-rule" msg
'

t 'damaged and hostile zips: refused, one line, nothing written' '
	n=$(wc -c <$s/good.zip)
	for k in 0 1 4 21 22 100 500 $((n / 2)) $((n - 23)) $((n - 1)); do
		head -c $k $s/good.zip >x.zip
		rejected 1 x.zip esxi-bundle -t x.zip
		rejected 1 x.zip esxi-bundle -C out x.zip
	done
	(cat $s/good.zip; echo x) >x.zip
	rejected 1 x.zip esxi-bundle -t x.zip
	for f in index.xml vendor-index.xml metadata.zip; do
		rm -rf x; apart $s/good.zip x; rm x/$f
		(cd x && bsdtar --format zip --exclude metadata -cf ../x.zip -- *)
		rejected 1 "$f" esxi-bundle --test x.zip
	done
	edited "s/indexfile>vendor/indexfile>..\/vendor/" index.xml
	rejected 1 "\.\.\/vendor" esxi-bundle -t x.zip
	edited "s/<code>.*//" index.xml
	rejected 1 "Element code was expected, but not found" esxi-bundle -t x.zip
	edited "s/<url>.*//" vendor-index.xml
	rejected 1 "Element url was expected, but not found" esxi-bundle -t x.zip
	edited "s/<name>.*/<oops/" "metadata/vibs/hello*"
	rejected 1 "metadata.zip:vibs/hello-.*line" esxi-bundle -t x.zip
	edited "s/<id>.*//" "metadata/bulletins/Acme-hello*"
	rejected 1 "metadata.zip:bulletins/Acme-hello" esxi-bundle -t x.zip
'

t 'what cannot be put in: damaged, twice, no VIB' '
	head -c 900 $s/hello.vib >cut.vib
	rejected 1 cut.vib esxi-bundle -o x.zip cut.vib
	mkvib -o bad.vib --payload p:text=$s/tree/opt/acme/hello --corrupt p
	rejected 1 bad.vib esxi-bundle -o x.zip $s/hello.vib bad.vib
	echo old >x.zip
	rejected 1 "was given before" esxi-bundle -o x.zip $s/hello.vib $s/hello.vib
	[ "$(cat x.zip)" = old ]
	rejected 1 "hello" esxi-bundle -o x.zip $s/tree/opt/acme/hello
	rejected 3 nix.vib esxi-bundle -o x.zip nix.vib
	[ "$(cat x.zip)" = old ]
'

t 'wrong usage' '
	lines=2
	for w in "" "-t" "-t -C d" "-t --test" "--vib a x.vib" "--json x.vib" \
		"-t a b" "-t -" "-C d -" "-t --platform 6.7 x" "--nix"; do
		rejected 2 "esxi-bundle" esxi-bundle $w
	done
	lines=1
	rejected 2 "profile wants an image" esxi-bundle --profile -o x.zip $s/hello.vib
	status 2 script -eqc "esxi-bundle $s/hello.vib" /dev/null >out </dev/null ||
		! command -v script
'

t 'the examples of the page' 'man_examples esxi-bundle'

# ---- of an image ---------------------------------------------------------
mkdir "$s/67" "$s/70" "$s/50" || exit 99
for r in 5.0 6.7 7.0; do
	dir=$s/$(printf %s "$r" | tr -d .)
	mkdir -p "$dir/EFI/BOOT"
	mkdb --shape "$r" --payloads "$dir" && cp "$dir/BOOT.CFG" "$dir/EFI/BOOT/" || exit 99
done

# ids ZIP - of the VIBs in it
ids() { esxi-bundle -t --json "$1" | sed -n 's/^      "id": "\(.*_bootbank_.*\|.*_locker_.*\)",$/\1/p' | sort; }

t 'of an image: every VIB, proved, with the profile; the VIBs are whole' '
	esxi-bundle -q --profile -o x.zip $s/67
	imgdb-info --names $s/67/IMGDB.TGZ | cut -f1 | sort -u >want
	ids x.zip | diff want -
	esxi-bundle -t x.zip | grep "^versions  6.\*$\|^versions  6.7"
	esxi-bundle -t x.zip | grep "^profile ESXi-.*: $(wc -l <want) VIBs"
	esxi-bundle -C out x.zip
	for v in out/*.vib; do
		id=$(vib-info --id "$v")
		imgdb-info --names $s/67/IMGDB.TGZ | grep "^$id	" | while IFS="	" read -r _ payload file _; do
			rm -rf one
			vib-unpack -q -C one "$v"
			[ -f "$s/67/$(echo "$file" | tr a-z A-Z)" ] || continue
			cmp "one/$payload" "$s/67/$(echo "$file" | tr a-z A-Z)"
		done
	done
	esxi-bundle -q --profile -o y.zip $s/67
	cmp x.zip y.zip
	if command -v xorriso; then
		TREE=$PWD/tree sh "$TOP/tests/fixture/mkimage.sh" --shape 8.0 x.iso
		esxi-bundle -q --profile -o x.zip x.iso
		esxi-bundle -q --profile -o y.zip tree
		cmp x.zip y.zip
		esxi-bundle -q -C out8 x.zip
		esxi-bundle -q --platform 8.0 -o z.zip out8/*.vib
		ids x.zip >want
		ids z.zip | diff want -
	fi
'

t 'of an image: what cannot be proved is named, with the reason, and left out by force' '
	cp -r $s/67 bad
	printf x | dd of=bad/NET_E100.V00 bs=1 seek=40 conv=notrunc 2>/dev/null ||
		ls bad
	f=$(imgdb-info --names bad/IMGDB.TGZ | sed -n "s/^\([^	]*net-e1000_[^	]*\)	.*/\1/p")
	status 1 esxi-bundle -o x.zip bad 2>msg
	grep "warning: not proved: VIB .$f.: .*sha-256" msg
	grep "1 VIBs cannot be proved: --force leaves them out" msg
	[ ! -e x.zip ]
	status 1 esxi-bundle --force --profile -o x.zip bad 2>msg
	grep "a profile without them would be of no use" msg
	esxi-bundle -q --force -o x.zip bad 2>msg
	imgdb-info --names $s/67/IMGDB.TGZ | cut -f1 | sort -u | grep -v net-e1000_ >want
	ids x.zip | diff want -
	rm bad/IMGPAYLD.TGZ
	status 1 esxi-bundle -o y.zip bad 2>msg
	grep "esx-base.*imgpayld.tgz" msg
	[ ! -e y.zip ]
'

t 'of an image of 7.0: its components are taken over' '
	esxi-bundle -q -o x.zip $s/70
	esxi-bundle -t x.zip | sed -n "s/^component \([^ ]* [^ ]*\): .*/\1/p" | sort >got
	esxi-bundle -t x.zip | grep -c "^component" | grep -v "^0$"
	imgdb-info --json $s/70/IMGDB.TGZ >j
	grep -q "components" j
	grep "^VMware-igbn " got
	esxi-bundle --no-component -q -o x.zip $s/70
	status 1 grep "^component" x.zip
'

t 'of an image of 5.0, which keeps no signatures' '
	esxi-bundle -q -o x.zip $s/50 2>msg
	imgdb-info --names $s/50/IMGDB.TGZ | cut -f1 | sort -u >want
	ids x.zip | diff want -
	[ "$(esxi-bundle -t x.zip | sed -n "s/^versions  //p")" = "5.*" ]
'

done_testing
