#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# page.sh - a page of esxi-report in Chromium: search, policy, light, dark, paper
#
# SHOTS=dir keeps the pictures and the PDF there, to be looked at.
# shellcheck disable=SC2016,SC2317 # t expands the bodies and runs them
. "${0%/*}/../cli/lib.sh"

for program in chromium xorriso perl; do
	command -v $program >/dev/null || {
		echo "1..0 # SKIP $program is not installed"
		exit 0
	}
done
s=$top/shared
shots=${SHOTS:-$top/shots}
mkdir -p "$s" "$shots" || exit 99
(
	cd "$s" || exit 1
	sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 plain.iso
	sh "$TOP/tests/fixture/mkrich.sh" plain.iso rich.iso
	esxi-report --diff plain.iso -o page.html rich.iso
) || exit 99
export s shots

# browse OPTION... URL - its output, and its log where it fails
browse() {
	set -- --headless=new --disable-gpu --hide-scrollbars --no-first-run \
		--disable-background-networking --disable-component-update \
		--disable-sync --virtual-time-budget=4000 \
		--user-data-dir="$top/browser" "$@"
	[ "$(id -u)" -ne 0 ] || set -- --no-sandbox "$@"
	timeout -k 5 120 chromium "$@" 2>"$top/browser.log" || {
		tail -n 5 "$top/browser.log" >&2
		return 1
	}
}
no() {
	if "$@"; then return 1; fi
}
# rows TABLE - those that are shown of this table of the document dom
rows() {
	sed -n "/<table data-find=\"$1\"/,/<.table>/p" dom | grep "^<tr" |
		grep -vc 'hidden=""' || :
}
# with TEXT [IN] - the page as x.html, TEXT before its end
with() {
	perl -0777 -pe 'BEGIN { $t = shift } s{</body>}{$t</body>}' "$1" \
		"${2:-$s/page.html}" >x.html
	if cmp -s x.html "${2:-$s/page.html}"; then return 1; fi
}
# unguarded - page.html without its policy, as free.html
unguarded() {
	sed '/^<meta http-equiv/d' "$s/page.html" >free.html
	no grep -q Content-Security-Policy free.html
}

t 'at first the box is there, and every row' '
	browse --dump-dom file://$s/page.html >dom
	grep -q "<div id=\"search\" role=\"search\"><label" dom
	no grep -q "<tr[^>]* hidden" dom
	grep -q "<span id=\"found\" role=\"status\"></span>" dom
	[ "$(grep -c "<details>" dom)" -eq 2 ]
	# what is hostile has become no element
	no grep -E "<(img|b)[ >]" dom
'
t 'a search in the link: PCI ids, in other spellings, files, modules' '
	browse --dump-dom "file://$s/page.html#find=10ec%3A8125" >dom
	[ "$(rows modules)" -eq 0 ]
	[ "$(rows "PCI ids")" -eq 1 ]
	[ "$(rows files)" -eq 0 ]
	grep -q ">modules: 0</a> <a href=\"#pci\">PCI ids: 1</a> <a href=\"#files\">files: 0</a>" dom
	[ "$(grep -c "<details open=\"\">" dom)" -eq 1 ]
	browse --dump-dom "file://$s/page.html#find=0x8086%20A%20%3CB%3Ecard" >dom
	[ "$(rows "PCI ids")" -eq 1 ]
	browse --dump-dom "file://$s/page.html#find=ONERROR=alert(2)" >dom
	[ "$(rows files)" -eq 1 ]
	browse --dump-dom "file://$s/page.html#find=ixgben.v00" >dom
	[ "$(rows modules)" -eq 1 ]
	browse --dump-dom "file://$s/page.html#find=%" >dom
	grep -q "<div id=\"search\" role=\"search\"><label" dom
'
t 'typing searches, Enter goes there, and nothing typed shows all again' '
	unguarded
	with "<script>
	function type(text) {
		var box = document.getElementById(\"find\");
		box.value = text;
		box.dispatchEvent(new Event(\"input\"));
	}
	type(\"igbx\"); type(\"r8125.map\");
	setTimeout(function () {
		var top = window.scrollY;
		document.getElementById(\"find\").dispatchEvent(
			new KeyboardEvent(\"keydown\", { key: \"Enter\" }));
		document.title = document.getElementById(\"found\").textContent +
			(window.scrollY > top ? \"moved\" : \"stayed\");
		type(\"\");
	}, 1000);</script>" free.html
	browse --dump-dom file://$PWD/x.html >dom
	grep -q "<title>modules: 0 PCI ids: 0 files: 1 moved</title>" dom
	no grep -q "<tr[^>]* hidden" dom
'
t 'no other script runs, and nothing is asked for' '
	beacon=http://beacon.example/x
	bad="<script>document.title = \"owned\"</script><img src=\"$beacon\"/>"
	with "$bad"
	browse --log-net-log=$PWD/log --dump-dom file://$PWD/x.html >dom
	grep -q "src=\"$beacon\"" dom
	no grep -q "<title>owned" dom
	no grep -q beacon.example log
	# without the policy both would happen
	unguarded
	with "$bad" free.html
	browse --log-net-log=$PWD/log --dump-dom file://$PWD/x.html >dom
	grep -q "<title>owned" dom
	grep -q beacon.example log
'
# pixel FILE - the first one, as in "255 255 255": no filter of PNG changes it
pixel() {
	perl -MCompress::Zlib -0777 -ne '
		my ($at, $data) = (8, "");
		while ($at < length) {
			my ($n, $type) = unpack "NA4", substr $_, $at, 8;
			$data .= substr $_, $at + 8, $n if $type eq "IDAT";
			$at += $n + 12;
		}
		print join " ", unpack "x C3", uncompress($data)' "$1"
}
t 'light and dark' '
	shot() {
		browse --window-size=1200,2600 --screenshot=$shots/$1.png \
			--blink-settings=preferredColorScheme=$2 "file://$s/page.html$3" >/dev/null
	}
	shot light 1 ""
	shot dark 0 ""
	shot find 1 "#find=10ec:8125"
	[ "$(pixel $shots/light.png)" = "255 255 255" ]
	[ "$(pixel $shots/dark.png)" = "20 23 27" ]
	no cmp -s $shots/light.png $shots/find.png
	browse --window-size=400,2600 --screenshot=$shots/narrow.png file://$s/page.html >/dev/null
'
t 'on paper: light, whatever the screen is' '
	for scheme in 1 0; do
		browse --no-pdf-header-footer --print-to-pdf=$shots/page.pdf \
			--blink-settings=preferredColorScheme=$scheme file://$s/page.html >/dev/null
		[ "$(head -c 5 $shots/page.pdf)" = "%PDF-" ]
		grep -a -v -e CreationDate -e ModDate $shots/page.pdf >$scheme
	done
	cmp 1 0
'
done_testing
