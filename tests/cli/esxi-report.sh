#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# esxi-report.sh - the page as text; in a browser: tests/browser/page.sh
# shellcheck disable=SC2016,SC2317 # t expands the bodies and runs them
. "${0%/*}/lib.sh"

needs xorriso openssl perl
s=$top/shared
mkdir "$s" || exit 99
(
	cd "$s" || exit 1
	sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 plain.iso
	sh "$TOP/tests/fixture/mkimage.sh" --shape 5.0 old.iso
	sh "$TOP/tests/fixture/mkrich.sh" plain.iso rich.iso
	esxi-report -o page.html rich.iso
) || exit 99
export s
well='perl $TOP/tests/fixture/markup.pl'
export well

# no COMMAND... - ok where it fails; after "!" the shell would go on either way
no() {
	if "$@"; then return 1; fi
}

# hash TAG - what the policy must have for the only element TAG of page.html
hash() {
	perl -0777 -ne "print \$1 if m{<$1>(.*?)</$1>}s" "$s/page.html" |
		openssl dgst -sha256 -binary | openssl base64
}

t 'the page is well formed, and has one script, one style' '
	eval $well <$s/page.html >names
	for n in script style; do
		[ "$(grep -c "<$n" $s/page.html)" -eq 1 ]
		grep -qx $n names
	done
	no grep -Ex "img|link|iframe|object|embed|form|base|image|use|foreignObject" names
	no grep -E "^@(on.*|style|src|srcset|action|poster|data|ping|formaction)$" names
'
t 'every reference is one into the page, to what is there' '
	grep -o " href=\"[^\"]*" $s/page.html | sed "s/.*\"//" | sort -u >refs
	[ "$(wc -l <refs)" -gt 10 ]
	no grep -v "^#" refs
	sed "s/^#//" refs | while read -r id; do
		[ "$(grep -c " id=\"$id\"" $s/page.html)" -eq 1 ]
	done
	grep -o " id=\"[^\"]*" $s/page.html | sort | uniq -d >twice
	[ ! -s twice ]
	sed "/<td/d; /<dd/d" $s/page.html | no grep -i "https\{0,1\}:"
'
t 'the policy: nothing, but this script and this style' '
	h=$(hash script)
	[ ${#h} -eq 44 ]
	grep -q -F "script-src &#39;sha256-$h&#39;\"/>" $s/page.html
	grep -q -F "style-src &#39;sha256-$(hash style)&#39;;" $s/page.html
	grep -q -F "content=\"default-src &#39;none&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;; " $s/page.html
	no grep unsafe- $s/page.html
	# before any style or script
	perl -0777 -ne "exit !m{\A<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n<meta http-equiv=\"Content-Security-Policy\"}" $s/page.html
'
t 'hostile names and texts are shown, and are no markup' '
	grep -q -F "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; &#39;x&#39;" $s/page.html
	grep -q -F "&lt;img src=x onerror=alert(2)&gt;" $s/page.html
	grep -q -F "A &lt;b&gt;card&lt;/b&gt; &quot;x&quot;" $s/page.html
	grep -q -F "usr/lib/evil�txt.exe" $s/page.html
	# elements are those of a page without anything of that
	esxi-report $s/plain.iso | eval $well >plain
	eval $well <$s/page.html | diff plain - >d || :
	no grep -E "^> (img|b)$" d
'
t 'summary: release, profile, level, VIBs, what boots' '
	has() {
		grep -q -F "<dt>$1</dt><dd>$2</dd>" $s/page.html || {
			echo "no $1: $2"
			exit 1
		}
	}
	n=$(iso-cat $s/rich.iso /BOOT.CFG | bootcfg-edit --get modules - |
		sed "s/ --- /\n/g" | wc -l)
	has Image rich.iso
	has Form ISO
	has Release "ESXi 6.7"
	has Version 6.7.0-0.0.8169922
	has Profile ESXi-6.7.0-8169922-standard
	has "Acceptance level" community
	has VIBs 17
	has "Boot, BIOS" "$n modules and the kernel /b.b00"
	has "Boot, UEFI" "$n modules and the kernel /b.b00"
'
t 'every VIB of the database is in the table and in the treemap' '
	iso-cat -o db $s/rich.iso /IMGDB.TGZ
	imgdb-info --json db | perl -0777 -ne "print qq(\$1 \$2\n) while /\"name\": \"([^\"]*)\",\s*\"version\": \"([^\"]*)\"/g" >vibs
	[ "$(wc -l <vibs)" -eq 17 ]
	while read -r name version; do
		grep -q "<tr id=\"vib-[0-9]*\"><th scope=\"row\">$name</th><td>$version</td>" $s/page.html
		grep -q "<title>$name $version, [a-z]*: [0-9.]* [KM]*i*B in [0-9]* files</title>" $s/page.html
	done <vibs
'
t 'signatures: by whom, none; before 6.5 nobody can tell' '
	grep -q "<th scope=\"row\">signed</th>.*<td>by CN=mksig</td>" $s/page.html
	grep -q "<th scope=\"row\">evil</th>.*<td>not signed</td>" $s/page.html
	grep -q "<th scope=\"row\">ixgben</th>.*<td>by CN=mksig</td>" $s/page.html
	esxi-report $s/old.iso >old.html
	eval $well <old.html >names
	[ "$(grep -c "<td>cannot tell</td>" old.html)" -eq 13 ]
	grep -q "Before 6.5 an image stores no signature" old.html
	no grep "Before 6.5" $s/page.html
'
t 'signatures: over something else, damaged, of what is not stored' '
	mkdir d db
	bsdtar -xf $s/plain.iso -C d
	chmod -R u+w d
	bsdtar -xf d/IMGDB.TGZ -C db
	v=db/var/db/esximg/vibs
	cp $v/esx-ui-*.sig $v/ixgben-*.sig
	echo x >"$(echo $v/net-igb-*.sig)"
	rm $v/sata-ahci-*.orig
	: >"$(echo $v/scsi-mpt2sas-*.sig)"
	bsdtar --format gnutar -czf d/IMGDB.TGZ -C db var
	esxi-report d >page
	grep -q "<th scope=\"row\">ixgben</th>.*<td>not over this descriptor: says CN=mksig</td>" page
	grep -q "<th scope=\"row\">net-igb</th>.*<td>damaged</td>" page
	grep -q "<th scope=\"row\">sata-ahci</th>.*<td>cannot tell: the descriptor as it was signed is not stored</td>" page
	grep -q "<th scope=\"row\">scsi-mpt2sas</th>.*<td>not signed</td>" page
'
t 'modules in the order of the loaders, PCI ids with names, files' '
	grep -q "<tr><th scope=\"row\">b.b00</th><td class=\"n\">kernel</td><td class=\"n\">kernel</td>" $s/page.html
	iso-cat $s/rich.iso /BOOT.CFG | bootcfg-edit --get modules - |
		sed "s/ --- /\n/g; s/\///g" >want
	sed -n "/^<section id=\"boot\"/,/^<.section/s/<tr><th scope=\"row\">\([^<]*\).*/\1/p" $s/page.html |
		sed 1d | head -n "$(wc -l <want)" | diff want -
	grep -q "<tr><th scope=\"row\" class=\"id\">10ec:8125</th><td>.*</td><td>r8125</td><td>native</td><td>default</td><td>r8125</td><td>r8125.t00</td></tr>" $s/page.html
	grep -q "<th scope=\"row\" class=\"id\">8086:10d3 subsystem 8086:0001</th><td>Evil &amp; sons, A &lt;b&gt;card" $s/page.html
	grep -q "<tr><th scope=\"row\">usr/lib/link → ../x</th>" $s/page.html
'
t 'without a script the box is hidden, and all else is there' '
	grep -q "<div id=\"search\" role=\"search\" hidden=\"\">" $s/page.html
	sed "/<script>/,/<.script>/d" $s/page.html | sed "/id=\"search\"/d" | no grep " hidden="
	for what in modules "PCI ids" files; do
		grep -q "<table data-find=\"$what\">" $s/page.html
	done
	grep -q "<a class=\"skip\" href=\"#main\">" $s/page.html
'
t 'each head of a table has a scope, the language is told' '
	grep -o "<th[ >][^>]*" $s/page.html | no grep -v "scope=\"\(col\|row\)\""
	grep -q "<label for=\"find\">" $s/page.html
	[ "$(grep -c "<table" $s/page.html)" -eq "$(grep -c "<caption>" $s/page.html)" ]
'
t 'text has a contrast of 4.5 on what is below it, light and dark' '
	perl -ne "
	sub lum { my \$l = 0; my @f = (.2126, .7152, .0722);
		for (map { hex(\$_) / 255 } \$_[0] =~ /^#(..)(..)(..)/) {
			\$l += shift(@f) * (\$_ > .03928 ? ((\$_ + .055) / 1.055) ** 2.4 : \$_ / 12.92); }
		\$l + .05 }
	next unless s/.*:root\{(?=.*--bg)//;
	my %c = /--([a-z]+):(#[0-9a-f]+)/g;
	s/^#(.)(.)(.)\$/#\$1\$1\$2\$2\$3\$3/ for values %c;
	for ((map { [\$_, q(bg)] } qw(fg mute link error warn info)),
	     map { [q(fg), \$_] } qw(soft certified accepted partner community nobody)) {
		my (\$x, \$y) = map { lum(\$c{\$_} // die \$_) } @\$_;
		my \$r = \$x > \$y ? \$x / \$y : \$y / \$x;
		printf qq(%s on %s: %.1f\n), @\$_, \$r;
		exit 1 if \$r < 4.5;
	}
	\$n++; END { exit 1 if \$n != 2 && !\$? }" $s/page.html
'
t 'what esxi-check finds, with the image called by its name' '
	esxi-check --json $s/rich.iso >check || :
	n=$(grep -o "\"code\":" check | wc -l)
	[ "$n" -gt 0 ]
	sed -n "/^<section id=\"findings\"/,/^<.section/p" $s/page.html >part
	[ "$(grep -c "^<tr><td class=\"[a-z]*\">" part)" -eq "$n" ]
	grep -o "\"code\": *\"[^\"]*" check | sed "s/.*\"//" | sort >want
	grep -o "<td class=\"id\">[^<]*" part | sed "s/.*>//" | sort | diff want -
'
t 'a clean image: nothing is found' '
	esxi-report $s/plain.iso >page
	grep -q "<p>The check found nothing.</p>" page
	grep -q "<dt>Check</dt><dd>0 errors, 0 warnings, 0 notes</dd>" page
'
t '--diff: what esxi-diff tells' '
	mkdir a b
	cp $s/plain.iso a/x.iso
	cp $s/rich.iso b/x.iso
	esxi-report -o d.html --diff b/x.iso a/x.iso
	eval $well <d.html >names
	sed -n "/^<pre/,/^<.pre/p" d.html | sed "s/<pre[^>]*>//; /<.pre>/d; s/&gt;/>/g; s/&lt;/</g; s/&quot;/\"/g; s/&#39;/'"'"'/g; s/&amp;/\&/g" >got
	status 1 esxi-diff a/x.iso b/x.iso >want
	sed "s|[ab]/x.iso|x.iso|" want | diff - got
	grep -q "r8125" got
	no grep -F -e a/x.iso -e b/x.iso d.html
	esxi-report --diff $s/plain.iso $s/plain.iso | grep -q "no differences"
	no grep "id=\"diff\"" $s/page.html
'
t 'the same bytes again: another path, other threads, a directory' '
	mkdir in
	cp $s/rich.iso in/rich.iso
	esxi-report -j 1 $s/rich.iso | cmp - $s/page.html
	esxi-report -j 5 $s/rich.iso | cmp - $s/page.html
	esxi-report in/rich.iso | cmp - $s/page.html
	esxi-report -o - "$PWD/in/rich.iso" | cmp - $s/page.html
	mkdir tree
	bsdtar -xf $s/plain.iso -C tree
	esxi-report tree >1
	esxi-report "$PWD/tree/" | cmp - 1
	grep -q "<dt>Image</dt><dd>tree</dd>" 1
	grep -q "<dt>Form</dt><dd>directory</dd>" 1
	no grep -F "$PWD" 1
'
t 'complete or nothing: what is no image, or a damaged one' '
	echo before >page
	rejected 1 "no image database" esxi-report -o page .
	echo text >x
	rejected 1 "not an ISO" esxi-report -o page x
	rejected 3 "none" esxi-report -o page none
	mkdir d
	bsdtar -xf $s/plain.iso -C d
	chmod -R u+w d
	head -c 300 d/IMGDB.TGZ >cut
	cp cut d/IMGDB.TGZ
	rejected 1 "IMGDB.TGZ" esxi-report -o page d
	rejected 1 "IMGDB.TGZ" esxi-report -o page --diff d $s/plain.iso
	[ "$(cat page)" = before ]
	if [ -w /dev/full ]; then
		status 3 esxi-report -o /dev/full $s/plain.iso 2>/dev/null
		status 3 esxi-report $s/plain.iso >/dev/full 2>/dev/null
	fi
'
t 'a module that is damaged, and one that is gone, are told' '
	bsdtar -xf $s/plain.iso
	chmod -R u+w .
	head -c 900 IXGBEN.V00 >cut
	mv cut IXGBEN.V00
	rm NET_IGB.V00
	esxi-report . >page
	eval $well <page >names
	grep -q "<th scope=\"row\">ixgben.v00</th>.*<span class=\"error\"> damaged: </span>" page
	grep -q "<th scope=\"row\">net_igb.v00</th>.*<span class=\"error\">not there</span>" page
'
t 'wrong usage' '
	lines=2 rejected 2 "one input image is wanted" esxi-report
	lines=2 rejected 2 "one input image is wanted" esxi-report a b
	lines=2 rejected 2 "an image is a file" esxi-report -
	lines=2 rejected 2 "an image is a file" esxi-report --diff - a
	lines=2 rejected 2 "not a number" esxi-report -j 0 a
	lines=2 rejected 2 "" esxi-report --bad a
'
t 'progress goes to standard error, where asked for' '
	esxi-report --progress $s/plain.iso 2>err | cmp -s - /dev/null && exit 1
	grep -q reading err
	esxi-report -q --progress $s/plain.iso 2>err >out
	[ ! -s err ]
'
t 'examples of the man page' '
	cp $s/plain.iso in.iso
	cp $s/rich.iso custom.iso
	man_examples esxi-report
	eval $well <page.html >names
	grep -q r8125 changes.html
	cmp page.html in.html
	[ -s custom.html ]
'
done_testing
