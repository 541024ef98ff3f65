#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # the bodies are expanded by t
# sandbox.sh - a command that was taken over can open nothing that was not named
#
# $BIN/../misbehave has every command once more, with an object that tries, once
# the sandbox is on, to read, write, make and remove files outside, to open a
# socket and to run a program (EK_TEST_MISBEHAVE in lib/cli.c), and tells what
# came of it. It must then still do its work as ever.
. "${0%/*}/lib.sh"

needs xorriso mformat
s=$top/shared
EVIL=$BIN/../misbehave
TMPDIR=$top/scratch
secret=$top/secret
mkdir "$TMPDIR" "$secret"
export s EVIL TMPDIR secret
# shellcheck source=tests/faults/inputs.sh
. "$TOP/tests/faults/inputs.sh"
prepare || exit 99
mkdir "$s/disc" "$s/more"
iso-cat "$s/in.iso" /BOOT.CFG >"$s/disc/BOOT.CFG"
cp "$s/x.v00" "$s/more"
vib-unpack -C "$s/unpacked" "$s/x.vib"
imgdb-edit -q --add "$s/x.vib" --names-out "$s/names" -o "$s/db2" "$s/db"
vib-unpack -C "$s/new" --names "$s/names" "$s/x.vib"
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=t -days 9 -keyout "$s/key" \
	-out "$s/pem" 2>/dev/null || exit 99
printf 'name = a\nversion = 1-1\nvendor = v\nsummary = s\n' >"$s/meta"

# One run a line, in a directory that holds "cfg" and "old"; each way to name a
# file is there once.
cat >"$top/runs" <<'END'
vmtar-pack -z -o out "$s/driver.tgz"
vmtar-pack -6 -j 2 -C "$s/tree" -o old
vmtar-pack -z <"$s/driver.tgz"
vmtar-unpack --test -v "$s/x.v00"
vmtar-unpack --tar -o out "$s/x.v00"
vmtar-unpack -C dir "$s/x.v00"
vmtar-unpack --repack "$s/x.v00"
vmtar-unpack <"$s/x.v00"
vib-gen -q --driver "$s/driver.tgz" -o out
vib-gen -q --meta "$s/meta" --tree a="$s/tree" --payload b="$s/x.v00" -o out
vib-gen -q --meta "$s/meta" --tree a="$s/tree" --sign "$s/key" --cert "$s/pem" -o out
vib-gen -q --rehash "$s/x.vib"
vib-gen -q --unpacked "$s/unpacked" -o out
vib-gen -q --pci-id-for "$s/in.iso" --add-pci-id 1af4:1041=net-e1000 -o out
vib-info --json "$s/x.vib"
vib-info --kind --json "$s/x.vib" "$s/in.iso" "$s/db"
vib-info --xml <"$s/x.vib"
vib-check --json --ca "$s/pem" "$s/x.vib"
vib-unpack -C dir --names "$s/names" "$s/x.vib"
vib-unpack --trees -C dir <"$s/x.vib"
imgdb-info --json "$s/db"
imgdb-edit -q --add "$s/x.vib" --names-out names -o out "$s/db"
imgdb-edit --plan --add "$s/x.vib" --names-out names <"$s/db"
bootcfg-edit --add-opt x=y -o out "$s/cfg"
bootcfg-edit -i --names "$s/names" cfg
bootcfg-edit --check --for iso "$s/cfg"
iso-cat -o out "$s/in.iso" /BOOT.CFG
iso-cat --json "$s/in.iso"
iso-rebuild -q -o out --add /X.V00="$s/x.v00" "$s/in.iso"
iso-rebuild -q -o out -C "$s" --names names=new --add /Y.V00=more/x.v00 "$s/in.iso"
esxi-bundle -q -o out "$s/x.vib"
esxi-bundle -q --profile -o out "$s/in.iso"
esxi-bundle --test "$s/x.zip"
esxi-bundle -C dir "$s/x.zip"
esxi-diff --json "$s/in.iso" "$s/in.iso"
esxi-check --json "$s/in.iso"
esxi-pci --all "$s/in.iso"
esxi-pxe -C dir "$s/in.iso"
esxi-report -o out --diff "$s/in.iso" "$s/in.iso"
esxi-usb -q --ks "$s/meta" -o out "$s/in.iso"
END

# run DIR WORDS... - in a directory of its own; all that it left goes to DIR.sum
run() {
	dir=$1
	shift
	mkdir "$dir"
	(cd "$dir" && cp "$s/cfg" cfg && echo old >old &&
		eval "$* >stdout 2>stderr") || return 1
	sed -n 's/^misbehave: //p' "$dir/stderr" >"$dir.tried"
	rm "$dir/stderr"
	(cd "$dir" && find . ! -type d | sort | xargs sha256sum &&
		find . | sort && cat stdout) >"$dir.sum"
}

# every PREFIX DIR - all runs with PREFIX before them; status 1 if one fails
every() {
	i=0
	while read -r c words; do
		i=$((i + 1))
		reset
		run "$2$i" "${1}$c $words" </dev/null || {
			echo "failed: $1$c $words"
			return 1
		}
	done <"$top/runs"
}

reset() {
	echo secret >"$secret/file"
	printf '#!/bin/sh\necho ran >"%s/ran"\n' "$secret" >"$secret/program"
	chmod 755 "$secret/program"
	rm -f "$secret/file.made" "$secret/ran"
}

# whole - nothing outside was touched
whole() {
	[ "$(cat "$secret/file")" = secret ] && [ ! -e "$secret/ran" ] &&
		[ ! -e "$secret/file.made" ]
}

active() {
	"$1" -V -v | sed -n 's/^sandbox: //p'
}

landlock() {
	case $(active vib-info) in
	landlock*) return 0 ;;
	esac
	echo '# skipped: this kernel lacks Landlock'
	return 1
}

t 'every command has a run in the table' '
	for c in "$EVIL"/*; do
		grep -q "^${c##*/} " "$top/runs" || {
			echo "no run of ${c##*/}"
			exit 1
		}
	done
	for c in "$BIN"/*; do
		head -c 2 "$c" | grep -q "#!" || [ -x "$EVIL/${c##*/}" ]
	done'

t 'no command that is installed has the hook' '
	for c in "$BIN"/*; do
		! grep -q EK_MISBEHAVE "$c"
	done
	grep -q EK_MISBEHAVE "$EVIL/vib-info"'

t '--version -v tells what is active, --version alone does not' '
	for c in "$EVIL"/*; do
		c=${c##*/}
		"$c" --version | { ! grep sandbox; }
		"$c" --version -v >a
		"$c" -V -v >b
		cmp a b
		grep -q -e "^sandbox: landlock ABI [1-9]" -e "^sandbox: seccomp o" \
			-e "^sandbox: none: this kernel lacks Landlock\$" a
		sed "\$d" a >c
		"$c" --version | cmp - c
	done
	case $(active esxi-usb) in *seccomp*) exit 1 ;; esac'

export EK_MISBEHAVE="$secret/file" EK_MISBEHAVE_RUN="$secret/program"

t 'the runs of the table work' '
	every "" "$top/plain"'

t 'a command that was taken over gets at nothing outside, and works on' '
	landlock || exit 0
	i=0
	while read -r c words; do
		i=$((i + 1))
		reset
		run evil "\$EVIL/$c $words" </dev/null
		case $(active $c) in
		*seccomp*) allowed= ;; # sockets are left to it
		*) allowed="socket: done" ;;
		esac
		if grep -v "^$allowed\$" evil.tried | grep done ||
			[ "$(wc -l <evil.tried)" -ne 9 ] || ! whole ||
			! cmp "$top/plain$i.sum" evil.sum; then
			echo "at fault: $c $words; it tried:"
			cat evil.tried
			exit 1
		fi
		rm -r evil
	done <"$top/runs"'

t 'without Landlock all works the same, and then the hook gets through' '
	case $(nolandlock vib-info -V -v | tail -n 1) in
	"sandbox: seccomp only: this kernel lacks Landlock") ;;
	"sandbox: none: this kernel lacks Landlock") ;;
	*) exit 1 ;;
	esac
	nolandlock esxi-usb -V -v | grep "^sandbox: none: this kernel lacks"
	every "nolandlock " free
	for i in $(seq "$(wc -l <"$top/runs")"); do
		cmp "$top/plain$i.sum" "free$i.sum"
	done
	reset
	nolandlock "$EVIL/vib-info" --id "$s/x.vib" 2>err
	grep "^misbehave: read: done\$" err
	grep "^misbehave: rename: done\$" err
	! whole'

t 'a directory that was made stays only where something came into it' '
	status 1 vib-unpack -C dir "$s/db"
	[ ! -e dir ]
	mkdir there
	status 1 vib-unpack -C there "$s/db"
	[ -d there ]
	status 1 vib-unpack -C dir/ "$s/db"
	[ ! -e dir ]
	mkdir empty
	vmtar-pack -C empty -o e.v00
	vmtar-unpack -C dir e.v00
	[ -d dir ]'

t 'output through a link, a device, a descriptor' '
	mkdir a
	ln -s a/real link
	vib-gen -q --driver "$s/driver.tgz" -o link
	[ -L link ] && [ -s a/real ]
	bootcfg-edit --add-opt x -o link "$s/cfg"
	bootcfg-edit --add-opt x "$s/cfg" | cmp - a/real
	bootcfg-edit --add-opt x -o /dev/stdout "$s/cfg" | cmp - a/real
	bootcfg-edit --add-opt x -o /dev/fd/7 "$s/cfg" 7>seven
	cmp seven a/real
	bootcfg-edit --add-opt x -o /dev/null "$s/cfg"
	vib-gen -q --driver "$s/driver.tgz" -o /dev/null
	bootcfg-edit --add-opt x /dev/fd/6 6<"$s/cfg" | cmp - a/real
	bootcfg-edit --add-opt x <"$s/cfg" | cmp - a/real
	cat "$s/cfg" | bootcfg-edit --add-opt x /dev/stdin | cmp - a/real'

done_testing
