#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
. "${0%/*}/lib.sh"

# tree: a tar and a vmtar of the same few files, as gzip
cat >"$top/fix.sh" <<'EOF'
mkdir -p tree/etc/init.d tree/opt/acme
echo start >tree/etc/init.d/acme
chmod 755 tree/etc/init.d/acme
echo one >tree/opt/acme/one
touch -d @1700000000 tree/etc/init.d/acme tree/opt/acme/one
tar --format=gnu --owner=0 --group=0 --numeric-owner --sort=name -C tree \
	-cf tree.tar etc opt
gzip -n9 <tree.tar >tree.tgz
EOF

t 'all members come out as they are in the package' '
	. "$top/fix.sh"
	echo "raw bytes" >r
	mkvib -o x.vib --payload tree:tgz=tree.tgz --payload README:text=r
	vib-unpack -C out x.vib >msg 2>&1
	[ ! -s msg ]
	[ "$(ls out | tr "\n" " ")" = "README descriptor.xml sig.pkcs7 tree " ]
	cmp out/tree tree.tgz
	cmp out/README r
	[ ! -s out/sig.pkcs7 ]
	mkvib --print --payload tree:tgz=tree.tgz --payload README:text=r |
		cmp - out/descriptor.xml
	bsdtar -xOf x.vib descriptor.xml | cmp - out/descriptor.xml
	ar p x.vib tree | cmp - tree.tgz
'

t 'a pipe, -v, the current directory; the same bytes and times' '
	. "$top/fix.sh"
	mkvib -o x.vib --payload tree:tgz=tree.tgz
	vib-unpack -C a x.vib
	mkdir b
	cd b
	cat ../x.vib | vib-unpack -v >../made
	cd ..
	diff -r a b
	[ "$(cat made | tr "\n" " ")" = "descriptor.xml sig.pkcs7 tree " ]
	# release date of mkvib: 2024-01-02T03:04:05
	[ "$(stat -c "%Y %a" a/tree b/descriptor.xml | sort -u)" = "1704164645 644" ]
'

t '--trees: a tgz and a vgz become directories, all else files' '
	. "$top/fix.sh"
	vmtar-pack -z -o tree.vgz tree.tar
	echo raw >r
	mkvib -o x.vib --payload t:tgz=tree.tgz --payload v:vgz=tree.vgz \
		--payload b:boot=r --payload n:new-type=r
	vib-unpack --trees -C out x.vib
	diff -r tree out/t
	diff -r tree out/v
	[ "$(stat -c %a:%Y out/v/etc/init.d/acme)" = 755:1700000000 ]
	zcat <out/b | cmp - r
	cmp out/n r
	[ -s out/descriptor.xml ]
'

t '--trees: a signature that gets lost is told' '
	. "$top/fix.sh"
	vmtar-pack -o v tree.tar
	(cat v; printf "\\004\\000\\000\\000vmware_esx67\\000\\000\\000\\000sig!"
	 printf "\\024\\000\\000\\000\\355\\021\\276\\032") | gzip -n >s.vgz
	mkvib -o x.vib --payload s:vgz=s.vgz
	vib-unpack --trees -C out x.vib 2>err
	diff -r tree out/s
	grep "s.: its signature (key .vmware_esx67.) is not kept: UEFI Secure Boot refuses" err
	[ "$(wc -l <err)" -eq 1 ]
	vib-unpack -C files x.vib 2>err
	cmp files/s s.vgz
	[ ! -s err ]
'

# refused FILE SAY - status 1, says so, and makes nothing
cat >"$top/refused.sh" <<'EOF'
refused() {
	rm -rf out
	status 1 vib-unpack ${3:-} -C out "$1" 2>msg
	grep -F -e "$2" msg || { cat msg; return 1; }
	[ "$(wc -l <msg)" -eq 1 ]
	[ ! -e out ]
}
EOF

t 'whatever does not fit is refused before anything is written' '
	. "$top/refused.sh"
	. "$top/fix.sh"
	p="--payload tree:tgz=tree.tgz"
	for w in sha256 gunzip256 gunzip1 size; do
		mkvib -o $w.vib $p --wrong $w
	done
	refused sha256.vib "does not fit its sha-256 checksum"
	grep -q "$(sha256sum <tree.tgz | cut -c1-64) calculated" msg
	refused gunzip256.vib "does not fit its sha-256 gunzip checksum"
	grep -q "$(sha256sum <tree.tar | cut -c1-64) calculated" msg
	refused gunzip1.vib "does not fit its sha-1 gunzip checksum"
	grep -q "$(sha1sum <tree.tar | cut -c1-40) calculated" msg
	refused size.vib "bytes, its descriptor says"
	refused sha256.vib "does not fit its sha-256 checksum" --trees
	# the good payload before the bad one is not written either
	mkvib -o c.vib --payload a:text=tree.tgz $p --corrupt tree
	refused c.vib "payload '\''tree'\'' does not fit its sha-256 checksum"
	mkvib -o d.vib --payload a:text=tree.tgz $p --drop tree
	refused d.vib "Could not find file object for payload '\''tree'\''"
	mkvib -o s.vib $p --sums none
	vib-unpack -C ok s.vib 2>msg
	grep -q "the descriptor has no checksum of it" msg
'

t 'any flipped bit of a payload, from a file and from a pipe' '
	. "$top/refused.sh"
	echo "some text" >r
	mkvib -o x.vib --payload p:boot=r --payload q:text=r
	size=$(stat -c %s x.vib)
	at=$(grep -abo "some text" x.vib | tail -1 | cut -d: -f1)
	for i in 0 3 9; do
		cp x.vib y.vib
		printf "\377" | dd of=y.vib bs=1 seek=$((at + i)) conv=notrunc \
			status=none
		refused y.vib "does not fit its sha-256 checksum"
		status 1 vib-unpack -C out <y.vib
		[ ! -e out ]
	done
	[ "$at" -gt 0 ] && [ "$size" -gt "$at" ]
'

t 'a full disk: status 3, and no part of a file' '
	head -c 100000 /dev/urandom >r
	mkvib -o x.vib --payload a:text=r
	trap "" XFSZ
	ulimit -f 16
	status 3 vib-unpack -C out x.vib 2>msg
	[ ! -e out/a ]
	[ "$(ls -A out)" = "descriptor.xml
sig.pkcs7" ]
	status 3 vib-unpack -C out2 <x.vib 2>msg
	[ ! -e out2 ]
'

t 'cut anywhere: status 1, nothing written' '
	echo "some text" >r
	mkvib -o x.vib --payload p:boot=r --payload q:text=r
	size=$(stat -c %s x.vib)
	n=0
	while [ "$n" -lt "$size" ]; do
		head -c "$n" x.vib >y.vib
		status 1 vib-unpack -C out y.vib
		n=$((n + 37))
	done
	[ ! -e out ]
'

t 'hostile and wrong containers' '
	. "$top/refused.sh"
	echo x >r
	mkvib -o x.vib --stray ../../e=r
	refused x.vib "its name has a"
	mkvib -o x.vib --stray ..=r
	refused x.vib "its name is"
	mkvib -o x.vib --stray /etc/passwd=r
	refused x.vib "its name begins with"
	mkvib -o x.vib --payload descriptor.xml:text=r
	refused x.vib "a payload is called"
	mkvib -o x.vib --payload a:text=r --twice
	refused x.vib "a second member"
	mkvib -o x.vib --stray "#1/20=r"
	refused x.vib BSD
	mkvib -o x.vib --first debian-binary
	refused x.vib "This VIB is a ESX 4.x VIB and is not supported on this"
	mkvib -o x.vib --first sig.pkcs7
	refused x.vib "The first member found was sig.pkcs7"
	mkvib -o x.vib --no-sig
	refused x.vib "VIB archive is too short"
	refused /dev/null "Bad VIB archive header"
	refused r "Bad VIB archive header"
	printf "<vib><name>x</name><overlay>maybe</overlay></vib>" >d
	mkvib -o x.vib --descriptor d
	refused x.vib "invalid overlay value '\''maybe'\''"
	printf "<!DOCTYPE vib [<!ENTITY e SYSTEM \"/etc/passwd\">]><vib><name>" >d
	printf "&e;</name></vib>" >>d
	mkvib -o x.vib --descriptor d
	refused x.vib "Could not parse VIB XML data"
'

# names and links in trees: tests/cli/extraction.sh
t 'hostile trees: nothing is written' '
	. "$top/refused.sh"
	mkdir d && echo x >d/f
	echo "no archive" >a
	mkvib -o x.vib --payload t:vgz=a
	refused x.vib "x.vib:t" --trees
	vib-unpack -C fine x.vib
	# a link out of the tree at the place of the payload
	mkdir out2 elsewhere
	ln -s ../elsewhere out2/t
	tar --format=gnu -cf a.tar d/f
	mkvib -o x.vib --payload t:tgz=a.tar
	status 1 vib-unpack --trees --force -C out2 x.vib
	[ -z "$(ls elsewhere)" ]
'

t 'files that are there are left alone, --force replaces them' '
	echo one >r
	mkvib -o x.vib --payload a:text=r
	mkdir out
	echo old >out/a
	status 1 vib-unpack -C out x.vib 2>msg
	grep -q "already there; nothing was written" msg
	[ "$(ls out)" = a ] && [ "$(cat out/a)" = old ]
	vib-unpack --force -C out x.vib
	cmp out/a r
	rm out/a
	mkdir out/a
	status 1 vib-unpack --force -C out x.vib
	[ -d out/a ]
'

t 'members no payload names are told, and written' '
	echo one >r
	mkvib -o x.vib --payload a:text=r --stray other=r
	vib-unpack -C out x.vib 2>msg
	grep -q "other.*no payload names this member" msg
	cmp out/other r
	vib-unpack -q -C out2 x.vib 2>msg
	[ ! -s msg ]
'

t 'what community tools make: slashes, modes, no last pad' '
	printf "odd" >r
	for o in "--slash" "--mode 0o0" "--mode 100777" "--no-pad"; do
		rm -rf out
		mkvib -o x.vib $o --payload a:text=r
		vib-unpack -C out x.vib
		cmp out/a r
	done
	mkvib -o x.vib --payload a:text=r
	mkdir d && (cd d && ar x ../x.vib)
	(cd d && ar rcS ../gnu.vib descriptor.xml sig.pkcs7 a)
	rm -rf out
	vib-unpack -C out gnu.vib
	cmp out/a r
'

t '--names: the added payloads under their local names, no more' '
	. "$top/fix.sh"
	echo raw >r
	mkvib -o x.vib --payload t:tgz=tree.tgz --payload u:text=r \
		--payload k:vgz=r
	id=$(vib-info --id x.vib)
	printf "%s\tt\tt.t00\tadded\tmodule\n" "$id" >names
	printf "%s\tu\tu.u00\tadded\tfile\n" "$id" >>names
	printf "%s\tk\tk.v00\tkept\tmodule\n" "$id" >>names
	printf "X_bootbank_y_1\tt\tz.v00\tadded\tmodule\n" >>names
	vib-unpack --names names -C out x.vib
	[ "$(ls out)" = t.t00 ]
	cmp out/t.t00 tree.tgz
	# a payload the table does not know; a name that leads elsewhere
	grep -v "	u	" names >n2
	status 1 vib-unpack --names n2 -C out3 x.vib 2>msg
	grep -q "has no payload .u. of VIB" msg
	sed "s,t.t00,../t," names >n2
	status 1 vib-unpack --names n2 -C out3 x.vib
	sed "s,	k.v00	kept,	t.t00	added," names >n2
	status 1 vib-unpack --names n2 -C out3 x.vib 2>msg
	grep -q "calls two payloads" msg
	# bytes that changed do not come out here either
	mkvib -o y.vib --payload t:tgz=tree.tgz --payload u:text=r \
		--payload k:vgz=r --corrupt t
	status 1 vib-unpack --names names -C out3 y.vib
	[ ! -e out3 ] && [ ! -e t ]
'

t 'exit status: 2 usage, 3 system' '
	status 2 vib-unpack -x </dev/null
	status 2 vib-unpack a b
	status 2 vib-unpack --names n --trees x
	status 3 vib-unpack no-such-file
	status 3 vib-unpack --names no-such-file no-such-file
	mkvib -o x.vib
	status 3 vib-unpack -C no/such/dir x.vib
	status 0 vib-unpack --help >/dev/null
'

t 'the bits that make files editable on the host survive --trees' '
	mkrec -v -a 512 "5 name=etc/ mode=755" "5 name=etc/v/ mode=1755" \
		"0 name=etc/v/conf mode=1644 fill=309" \
		"0 name=etc/v/run mode=755 fill=700" >plain
	gzip -n <plain >p.vgz
	mkvib -o x.vib --vendor a_b --sums old --conflicts c \
		--payload p:vgz=p.vgz
	vib-unpack --trees -C out x.vib
	cd out/p/etc
	[ "$(stat -c %a:%s v/conf v/run | tr "\n" " ")" = "1644:309 755:700 " ]
	[ "$(stat -c %a v)" = 1755 ]
	at=$(vmtar-unpack -tv ../../../p.vgz | awk "/conf\$/ { print \$6 }")
	tail -c +$((at + 1)) ../../../plain | head -c 309 | cmp - v/conf
'

samples=${EK_SAMPLES:-$TOP/../shared/samples}
if [ -r "$samples/acme-esxi.vib" ]; then
	t 'real packages come apart, and their digests are those of sha256sum' '
		for f in '"$samples"'/*.vib; do
			rm -rf out
			vib-unpack -C out "$f"
			for p in out/*; do
				case $p in */descriptor.xml | */sig.pkcs7) ;; *)
					grep -q "$(sha256sum <"$p" | cut -c1-64)" \
						out/descriptor.xml
					gzip -dc <"$p" | sha1sum | cut -c1-40 >d
					grep -q "$(cat d)" out/descriptor.xml ;;
				esac
			done
			rm -rf out
			vib-unpack --trees -C out "$f"
			(cd out/*/ && find . ! -type d) | sed "s,^\./,," |
				LC_ALL=C sort >found
			vib-info --files "$f" | cut -f1 | cmp - found
		done
	'
else
	t 'real packages come apart # SKIP no samples' :
fi

t 'the examples of the manual page work' '
	. "$top/fix.sh"
	mkvib -o net-acme.vib --payload net-acme:tgz=tree.tgz
	man_examples vib-unpack
'

done_testing
