#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2034,SC2154 # the scripts of t are for eval
. "${0%/*}/lib.sh"

# boot.cfg and uefi.cfg as on an image of 6.7, with fewer modules
pre='
cat >boot.cfg <<E
bootstate=0
title=Loading ESXi installer
timeout=5
prefix=
kernel=/b.b00
kernelopt=runweasel cdromBoot
modules=/jumpstrt.gz --- /s.v00 --- /net_e100.v00 --- /imgdb.tgz --- /imgpayld.tgz
build=
updated=0
E
cp boot.cfg uefi.cfg
cp boot.cfg old
alone() { [ "$(ls -A)" = "$(printf "boot.cfg\nerr\nold\nout\nuefi.cfg\n")" ]; }
'

# ---- reading and writing ----------------------------------------------------

t 'no edit: the same bytes, whatever they are' '
	printf "kernel=/k\r\n\t modules =x\n\n#\240\377\ntitle=a\000b\nno" >in
	bootcfg-edit in >out; cmp in out
	bootcfg-edit <in >out; cmp in out
	bootcfg-edit - <in >out; cmp in out
	bootcfg-edit -o out in; cmp in out'

t 'edits, in order; all other lines as they were' "$pre"'
	bootcfg-edit --set timeout=2 --add-module net_acme.v00 \
		--replace-module NET_E100.V00=net_e100.v01 \
		--remove-module jumpstrt.gz --delete build \
		--add-opt "ks=cdrom:/KS.CFG text" --remove-opt cdromBoot \
		--set title="A new one" boot.cfg >out
	cat >want <<E
bootstate=0
title=A new one
timeout=2
prefix=
kernel=/b.b00
kernelopt=runweasel ks=cdrom:/KS.CFG text
modules=/s.v00 --- /net_e100.v01 --- /net_acme.v00 --- /imgdb.tgz --- /imgpayld.tgz
updated=0
E
	cmp out want
	cmp boot.cfg old'

t 'CR LF, odd spelling and a missing last LF survive in lines not touched' '
	printf "Kernel= /k\r\n# x\r\nmodules=/a --- /imgdb.tgz\r\nTITLE=t" >in
	bootcfg-edit --add-module b --add-opt x in >out
	printf "Kernel= /k\r\n# x\r\nkernelopt=x\r\nmodules=/a --- /b --- /imgdb.tgz\r\nTITLE=t" >want
	cmp out want'

t 'a key that is there twice is left once' '
	printf "k=/a\nkernel=/b\nKERNEL=/c\n" >in
	bootcfg-edit --set kernel=/d in >out
	printf "kernel=/d\n" | cmp - out'

t 'add then remove restores the bytes' "$pre"'
	bootcfg-edit --add-module x.v00 --add-opt ks=usb boot.cfg |
		bootcfg-edit --remove-module X.V00 --remove-opt ks= >out
	cmp out old'

t 'leading slash as the others have it; --before' '
	printf "kernel=k\nprefix=/x\nmodules=a --- imgdb.tgz\n" >in
	bootcfg-edit --add-module /n.v00 in >out
	grep -x "modules=a --- n.v00 --- imgdb.tgz" out
	bootcfg-edit --add-module n --add-module m --before /A in >out
	grep -x "modules=n --- m --- a --- imgdb.tgz" out
	status 1 bootcfg-edit --add-module n --before zz in >out 2>err
	[ ! -s out ]
	grep "bootcfg-edit: .in.: no module .zz. to put .n. before" err'

t 'pipe in, pipe out, and the same bytes in another locale' "$pre"'
	bootcfg-edit --add-module x <boot.cfg | cat >one
	LC_ALL=de_DE.UTF-8 TZ=Asia/Tokyo bootcfg-edit --add-module x <boot.cfg >two
	cmp one two
	cat boot.cfg | bootcfg-edit --get kernelopt >out
	[ "$(cat out)" = "runweasel cdromBoot" ]'

# ---- several files ----------------------------------------------------------

t 'several files get the same edit, in place, with mode kept' "$pre"'
	chmod 640 boot.cfg
	bootcfg-edit -i --add-module n.v00 boot.cfg uefi.cfg >out
	cmp boot.cfg uefi.cfg
	grep -x "modules=.* --- /n.v00 --- /imgdb.tgz --- /imgpayld.tgz" boot.cfg
	[ "$(stat -c %a boot.cfg)" = 640 ]
	grep -x "module 4 of 6: /n.v00, added before /imgdb.tgz" out
	: >err
	alone'

t '-q says nothing, -n writes nothing' "$pre"'
	bootcfg-edit -n -i --add-module n.v00 boot.cfg uefi.cfg >out
	grep "module 4 of 6" out
	cmp boot.cfg old; cmp uefi.cfg old
	bootcfg-edit -qi --add-module n.v00 boot.cfg uefi.cfg >out
	[ ! -s out ]
	grep -q n.v00 uefi.cfg'

t 'one file refuses the edit: none is written' "$pre"'
	printf "kernel=/b.b00\nmodules=/x --- ---\n" >uefi.cfg
	cp uefi.cfg keep
	status 1 bootcfg-edit -i --add-module n.v00 boot.cfg uefi.cfg >out 2>err
	cmp boot.cfg old; cmp uefi.cfg keep; rm keep
	grep "uefi.cfg.: modules=: an empty module behind 1 others" err
	[ "$(wc -l <err)" -eq 1 ]
	alone'

t 'different after the edit: refused; before: a warning' "$pre"'
	sed -i "s,/s.v00,/t.v00," uefi.cfg; cp uefi.cfg ../keep
	status 1 bootcfg-edit -i --add-module n.v00 boot.cfg uefi.cfg >out 2>err
	grep "warning: before the edit: .boot.cfg. and .uefi.cfg. differ: module ./s.v00. here, ./t.v00. there" err
	grep "nothing was written" err
	cmp boot.cfg old; cmp uefi.cfg ../keep
	alone
	bootcfg-edit -i --replace-module t.v00=s.v00 uefi.cfg >out
	bootcfg-edit -i --set "modules=/a --- /b" boot.cfg uefi.cfg >out 2>err
	[ ! -s err ]
	sed -i "s,/a,/c," uefi.cfg
	bootcfg-edit -i --set "modules=/a --- /b" boot.cfg uefi.cfg 2>err
	grep "warning: before the edit" err
	grep -x "modules=/a --- /b" uefi.cfg'

t 'the second cannot be written: the first is not touched' "$pre"'
	ln -s /dev/full full
	mkdir d; cp boot.cfg d/x
	status 3 bootcfg-edit -i --add-module n.v00 boot.cfg nowhere/x >out 2>err
	cmp boot.cfg old
	grep "nowhere/x" err'

t 'a file that is not changed is not touched' "$pre"'
	touch -d 2001-01-01 boot.cfg
	bootcfg-edit -i --set timeout=5 boot.cfg
	[ "$(stat -c %Y boot.cfg)" = 978307200 ]'

t 'the table of imgdb-edit --names-out' "$pre"'
	printf "%s\t%s\t%s\t%s\t%s\n" \
		A_b_net_1 net net_e100.v00 removed module \
		A_b_net_2 net net_e100.v01 added module \
		A_b_x_1 x x.v00 added module \
		V_b_s_1 s s.v00 kept module >table
	bootcfg-edit -i --names table boot.cfg uefi.cfg >out
	grep -x "modules=/jumpstrt.gz --- /s.v00 --- /net_e100.v01 --- /x.v00 --- /imgdb.tgz --- /imgpayld.tgz" boot.cfg
	cmp boot.cfg uefi.cfg
	cat >want <<E
module 3 of 6: /net_e100.v01, replaces net_e100.v00
module 4 of 6: /x.v00, added before /imgdb.tgz
E
	cmp out want
	printf "a\tb\n" >table
	status 1 bootcfg-edit -i --names table boot.cfg 2>err
	grep "table" err'

# ---- what is refused --------------------------------------------------------

t 'modules: there already, not there, the 250th' "$pre"'
	status 1 bootcfg-edit --add-module S.V00 boot.cfg >out 2>err
	grep "module .S.V00. is there already" err
	status 1 bootcfg-edit --remove-module x.v00 boot.cfg >out 2>>err
	grep "no module .x.v00. to remove" err
	status 1 bootcfg-edit --replace-module x=y boot.cfg >out 2>>err
	grep "no module .x. to replace" err
	[ ! -s out ]
	{
		printf "kernel=/k\nmodules=/m1"
		i=1
		while [ $((i += 1)) -le 248 ]; do printf " --- /m%d" $i; done
		echo
	} >many
	bootcfg-edit --add-module x many >out 2>err
	grep "warning: .many.: 249 modules; the loader takes 249" err
	: >out
	status 1 bootcfg-edit --add-module x --add-module y many >out 2>err
	grep "module ./y. would be number 250" err
	[ ! -s out ]
	status 1 bootcfg-edit -o out --add-module x --add-module y many'

t 'names and values that the loader would not take: wrong usage' "$pre"'
	for name in e---f.v00 "a b" "" "a#b" "a\\b"; do
		status 2 bootcfg-edit --add-module "$name" boot.cfg >out
		[ ! -s out ]
	done
	for set in timeout=5s timeout=+5 "kernel=/k x" modules=--- k=/x =x; do
		status 2 bootcfg-edit --set "$set" boot.cfg >out 2>err
		[ ! -s out ]
		[ "$(wc -l <err)" -le 2 ]
	done'

t 'kernel options that are not there' "$pre"'
	status 1 bootcfg-edit --remove-opt ks boot.cfg >out 2>err
	grep "no kernel option .ks. to remove; there is .runweasel cdromBoot." err
	[ ! -s out ]'

t 'a result that would not boot is not written' "$pre"'
	status 1 bootcfg-edit -i --delete kernel boot.cfg 2>err
	grep "no kernel= that the loader recognises; the loader stops with 32" err
	cmp boot.cfg old
	printf "\357\273\277kernel=/k\n" >bom
	status 1 bootcfg-edit --add-module x bom >out
	[ ! -s out ]
	status 1 bootcfg-edit </dev/null >out'

t 'bad input: one line, nothing written, nothing left' "$pre"'
	: >out; cp old out
	head -c 5000000 /dev/zero >big
	status 1 bootcfg-edit -o out big 2>err
	grep "big" err; [ "$(wc -l <err)" -eq 1 ]
	cmp out old
	yes "" | head -n 70000 >lines
	status 1 bootcfg-edit -o out lines 2>err
	grep "lines.: more than 65536 lines" err
	rm big lines
	status 3 bootcfg-edit -o out nowhere 2>err
	status 3 bootcfg-edit . 2>err
	cmp out old
	status 3 bootcfg-edit boot.cfg >/dev/full 2>err
	status 3 bootcfg-edit -o /dev/full boot.cfg 2>err
	status 3 bootcfg-edit --list boot.cfg >/dev/full 2>err
	alone'

t 'wrong usage' "$pre"'
	for args in "--no-such" "-i boot.cfg" "-i -o x --set a=b boot.cfg" \
		"--set a boot.cfg" "--replace-module a boot.cfg" \
		"boot.cfg uefi.cfg" "--get a --list boot.cfg" "--json boot.cfg" \
		"--list --firmware efi boot.cfg" "--check --for cd boot.cfg" \
		"--list -o x boot.cfg" "--get" "-C . boot.cfg" \
		"--list -C . boot.cfg" "-i --set title=b -"; do
		# shellcheck disable=SC2086 # none, or several words
		status 2 bootcfg-edit $args <boot.cfg >out 2>err
		[ ! -s out ]; [ -s err ] || { echo "$args"; exit 1; }
	done
	cmp boot.cfg old'

# ---- showing ----------------------------------------------------------------

t '--get: last line, as the loader sees it; none is status 1' '
	printf "title=a\nTi=b   c \nbuild=1\n" >in
	[ "$(bootcfg-edit --get title in)" = "b c" ]
	[ "$(bootcfg-edit --get BUILD in)" = 1 ]
	bootcfg-edit --get title in in >out
	printf "b c\nb c\n" | cmp - out
	status 1 bootcfg-edit --get prefix in >out 2>err
	[ ! -s out ]
	grep "no key .prefix." err'

t '--list: both firmwares, apart only where they differ' "$pre"'
	bootcfg-edit --list boot.cfg >out
	cat >want <<E
boot.cfg (bios and uefi):
  title      Loading ESXi installer
  prefix     (root) (bios), /EFI/BOOT (uefi)
  timeout    5
  kernel     /b.b00
  kernelopt  runweasel cdromBoot
  modules    5
      1  /jumpstrt.gz
      2  /s.v00
      3  /net_e100.v00
      4  /imgdb.tgz
      5  /imgpayld.tgz
E
	cmp out want
	printf "kernel=k\nmodules=a x --- /e---f.v00\n" >in
	bootcfg-edit --list in >out
	cat >want <<E
in (bios):
  prefix     (root)
  timeout    5
  kernel     k
  modules    3
      1  a  x
      2  /e
      3  f.v00
in (uefi):
  prefix     /EFI/BOOT
  timeout    5
  kernel     /EFI/BOOT/k
  modules    3
      1  /EFI/BOOT/a  x
      2  /e
      3  /EFI/BOOT/f.v00
E
	cmp out want
	bootcfg-edit --list --firmware UEFI in >out
	sed -n "/uefi/,\$p" want | cmp - out'

t '--list: what would not boot is status 1' '
	printf "kernel=/k\ntimeout=+5\n" >syntax
	status 1 bootcfg-edit --list syntax >out 2>err
	grep "syntax (bios and uefi): does not boot, error 32 (Syntax): timeout: .+5. is not a number" out
	grep "bootcfg-edit: .syntax. would not boot" err
	printf "kernel=/k\nskip=1\n" >skip
	status 1 bootcfg-edit --list skip >out
	grep "error 22 (Aborted)" out
	printf "kernel=/k\nkernelopt=one\nkernelopt=\n" >wild
	status 1 bootcfg-edit --list wild >out
	grep "wild (uefi): undefined: a key is given twice" out
	status 0 bootcfg-edit --list --firmware bios wild >out
	for m in --- "/a --- ---"; do
		printf "kernel=/k\nmodules=%s\n" "$m" >wild
		status 1 bootcfg-edit --list wild >out
		grep "undefined: modules= ends in an empty module" out
		status 1 bootcfg-edit --list --json wild >out
		grep "\"status\": null" out
	done'

t '--list --json' '
	printf "kernel=/k\nmodules=/a x --- b\ntitle=\303\240\n" >in
	bootcfg-edit --list --json --firmware uefi in >out
	cat >want <<E
{
  "files": [
    {
      "file": "in",
      "uefi": {
        "status": 0,
        "title": "\u00c3",
        "prefix": "/EFI/BOOT",
        "timeout": 5,
        "kernel": "/k",
        "kernelopt": null,
        "modules": [
          [
            "/a",
            "x"
          ],
          [
            "/EFI/BOOT/b",
            null
          ]
        ]
      }
    }
  ]
}
E
	cmp out want
	printf "skip=1\n" >in
	status 1 bootcfg-edit --list --json --firmware bios in >out
	perl -MJSON::PP -e "local \$/; \$f = decode_json(<>)->{files}[0];
		exit !(\$f->{bios}{status} == 22 && \$f->{bios}{error} eq \"Aborted\")" <out'

golden=$TOP/../shared/golden/bootcfg
if [ -f "$golden/cases.json" ]; then
	t 'the results measured with the loader' '
		cat >compare.pl <<\E
use strict;
use JSON::PP;
my $j = JSON::PP->new->canonical;
my ($dir) = @ARGV;
local $/;
open my $f, "<", "$dir/cases.json" or die;
my ($n, $bad) = (0, 0);
for my $c (@{$j->decode(<$f>)}) {
	$c->{uefi} = $c->{bios} unless ref $c->{uefi};
	my $got = $j->decode(
		scalar `bootcfg-edit --list --json $dir/$c->{name}.cfg 2>/dev/null`);
	for my $fw ("bios", "uefi") {
		$n++;
		next if $j->encode($got->{files}[0]{$fw}) eq $j->encode($c->{$fw});
		print "$c->{name} $fw: ", $j->encode($got->{files}[0]{$fw}), "\n";
		$bad++;
	}
}
exit !($n == 50 && $bad == 0);
E
		perl compare.pl "$golden"'
else
	n=$((n + 1))
	echo "ok $n - the results measured with the loader # SKIP no ../shared"
fi

# ---- checking ---------------------------------------------------------------

tree='
mkdir -p tree/EFI/BOOT
for m in B.B00 S.V00 NET_E100.V00 IMGDB.TGZ IMGPAYLD.TGZ; do
	echo "$m" | gzip -9n >tree/$m
done
: | gzip -9n >tree/JUMPSTRT.GZ
'

t '--check: nothing to say of a good file, but what was skipped' "$pre"'
	bootcfg-edit --check boot.cfg uefi.cfg >out
	echo "skipped, since they want the modules (-C): module-missing module-empty module-gzip module-trailing module-length module-nothing module-plain" |
		cmp - out'

t '--check -C: nothing at all' "$pre$tree"'
	bootcfg-edit --check -C tree boot.cfg uefi.cfg >out
	[ ! -s out ]'

t '--check: error, remedy, status 1; a warning alone is 0' '
	printf "kernel=/k\ntimeout=5s\n" >in
	status 1 bootcfg-edit --check in >out 2>err
	sed -n 1p out | grep -x "error: in, line 2: timeout: .5s. is not a number; the loader refuses the whole file with 32 (Syntax) \[integer\]"
	sed -n 2p out | grep -x "    remedy: write digits only"
	grep "bootcfg-edit: .in.: 1 error found" err
	printf "Kernel=/k\n" >in
	bootcfg-edit --check in >out
	grep "^warning: .*key-case" out'

t '--check: two files that differ' "$pre"'
	sed -i "s,/s.v00,/t.v00," uefi.cfg
	bootcfg-edit --check boot.cfg uefi.cfg >out
	grep "^warning: boot.cfg, uefi.cfg: module ./s.v00. here, ./t.v00. there \[boot-cfg-differ\]" out'

t '--check --for: what is wrong depends on where it lies' '
	printf "kernel=b.b00\nkernelopt=cdromBoot\nmodules=a.v00\n" >in
	status 1 bootcfg-edit --check in >out
	grep "relative-name" out
	status 1 bootcfg-edit --check --for iso in
	bootcfg-edit --check --for disk in >out
	grep "cdrom-boot" out
	bootcfg-edit --check --for net in >out
	grep "name-case" out'

t '--check -C: missing, empty, damaged, more than one member, no gzip' "$pre$tree"'
	rm tree/B.B00
	: >tree/S.V00
	cat tree/IMGDB.TGZ tree/JUMPSTRT.GZ >tree/NET_E100.V00
	printf x >>tree/IMGPAYLD.TGZ
	printf "\3757zXZ\000" >tree/IMGDB.TGZ
	status 1 bootcfg-edit --check -C tree boot.cfg uefi.cfg >out 2>err
	grep "kernel ./b.b00. is not there.*module-missing" out
	grep "module ./s.v00.: the file has 0 bytes.*module-empty" out
	grep "module ./net_e100.v00.: its last four bytes are 0: the loader takes it for an empty module.*module-trailing" out
	grep "module ./imgpayld.tgz.: .*bytes behind the first gzip member.*module-gzip" out
	grep "warning: .*module ./imgdb.tgz.: not gzip, but xz.*module-plain" out
	grep "4 errors found" err
	[ "$(grep -c "^[ew]" out)" -eq 5 ]'

t '--check -C: a server minds the case' "$tree"'
	printf "kernel=b.b00\nprefix=http://h:80/\nmodules=S.V00 --- imgdb.tgz\n" >in
	status 1 bootcfg-edit --check --for net -C tree in >out
	grep "kernel .http://h:80/b.b00. lies there as ./B.B00.: a server minds the case \[name-case\]" out
	[ "$(grep -c name-case out)" -eq 2 ]'

t '--check --json' "$pre"'
	printf "kernel=/k\ntimeout=x\n" >in
	status 1 bootcfg-edit --check --json in boot.cfg >out 2>err
	perl -MJSON::PP -e "local \$/; \$d = decode_json(<>);
		exit !(\"@{\$d->{files}}\" eq \"in boot.cfg\" &&
		       \$d->{place} eq \"iso\" && @{\$d->{skipped}} == 7 &&
		       \$d->{errors} == 1 && \$d->{warnings} == 1 &&
		       @{\$d->{findings}} == 2 &&
		       \$d->{findings}[0]{code} eq \"integer\" &&
		       \$d->{findings}[1]{code} eq \"boot-cfg-differ\")" <out'

# ---- the rest ---------------------------------------------------------------

t 'help and version; the page has every option' '
	bootcfg-edit --help >out; bootcfg-edit -V | grep "^bootcfg-edit "
	grep -o -e "--[a-z-]*" out | sort -u | while read -r o; do
		grep -q "Fl -\{0,1\}${o#-}\( \|$\)" "$TOP/man/bootcfg-edit.1" ||
			{ echo "not in the page: $o"; exit 1; }
	done'

t 'examples of the page' "$pre$tree"'
	cp boot.cfg tree/BOOT.CFG; cp boot.cfg tree/EFI/BOOT/BOOT.CFG
	echo new | gzip -9n >tree/NET_ACME.V00
	man_examples bootcfg-edit'

t 'what goes to a terminal cannot drive it; files and pipes get the bytes' '
	command -v script >/dev/null || { echo "no script(1)"; exit 0; }
	printf "title=\303\244\033[2J\302\2331m\342\200\256\233\342\202\nkernel=/b.b00\n" >f
	run() { script -qec "$1" /dev/null </dev/null >out 2>&1; }
	for c in "--get title f" "f" "--set timeout=9 f" "-o /dev/tty f"; do
		run "bootcfg-edit $c"
		tr -d "\r" <out | grep -a "$(printf "\303\244")?\[2J??*1m??*"
		LC_ALL=C status 1 grep -a -e "$(printf "\033")" \
			-e "$(printf "\302\233")" -e "$(printf "\342\200\256")" out
	done
	bootcfg-edit f | cmp - f
	bootcfg-edit --get title f | grep -a "$(printf "\033")"
'

done_testing
