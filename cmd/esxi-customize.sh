#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# esxi-customize - ISO and packages in, bootable customised ISO out
#
# Each step is one command of esxkit that reads and writes files of a work
# directory. What the commands decide (kinds, names, plans, JSON) is handed on
# as it is; nothing is parsed here.
set -eu

prog=esxi-customize
case $0 in */*) PATH=$(cd "${0%/*}" && pwd):$PATH ;; esac
export PATH

usage() {
	cat <<'TEXT'
usage: esxi-customize -o out.iso [--add package]... [--vib name]...
                      [--add-pci-id id=driver]... [--remove vib]...
                      [--level level] [--profile-name name]
                      [--ks file] [--add-opt option]... [--edit]
                      [--mtime time] [--keep dir] [--manifest file] [--force]
                      [--progress] [-qv] in.iso
       esxi-customize --dry-run [the same] in.iso

Add drivers and other packages to an ESXi install ISO (5.0 to 9.0), or remove
VIBs from it, so that the image boots on BIOS and UEFI and what was added
survives the installation.

  -o, --output out.iso     write the new ISO, in one step
      --add package        add a driver tgz, a .vib or an offline bundle;
                           the VIB of its name goes, whatever its version
      --add-pci-id id=driver
                           one more PCI id, vvvv:dddd[:ssss:ssss], for a driver
                           that the image has: a small VIB with a map
      --vib name           of bundles, add only the VIB of this name or id
      --remove vib         remove the VIB of this name
      --level level        set the acceptance level of the image profile
      --profile-name name  rename the image profile
      --ks file            put this kickstart file on the disc as /KS.CFG, and
                           ks=cdrom:/KS.CFG into both boot.cfg
      --add-opt option     add this to the kernel's options in both boot.cfg
      --edit               unpack each package, run $EDITOR or a shell on its
                           tree, and pack it again
      --mtime time         time of all that is written
      --keep dir           leave the intermediate files in this new directory
  -n, --dry-run            print the plan, write nothing
      --manifest file      write inputs, changes and SHA-256 sums as JSON
      --force              go on where a check that says so found an error
      --progress           show progress, terminal or not
  -q, --quiet              print errors only
  -v, --verbose            print each step
  -h, --help               print this text
  -V, --version            print the version
TEXT
}

# Control characters out of names must not reach a terminal.
mask() { LC_ALL=C tr '\001-\011\013-\037\177' '?'; }

complain() { printf '%s: %s\n' "$prog" "$*" | mask >&2; }

# fail STATUS WORDS...
fail() { status=$1; shift; complain "$@"; exit "$status"; }

bad_usage() { complain "$@"; echo "Try '$prog --help'." >&2; exit 2; }

say() { $quiet || printf '%s\n' "$*" | mask || exit 3; }

# step COMMAND... - run one step; -v shows it
step() {
	! $verbose || printf '+ %s\n' "$*" | mask >&2
	"$@"
}

# One word for eval.
quote() { printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }

# plain NAME - as $file, which no command takes for an option or for its input
plain() {
	case $1 in '' | -) bad_usage "'$1' cannot be a file here" ;; -*) file=./$1 ;; *) file=$1 ;; esac
}

# in_work COMMAND... - one step whose files are all in the work directory: what
# it prints names them, not where they happen to be
in_work() { (cd "$work" && step "$@"); }

make_work() {
	if [ -n "$keep" ]; then
		mkdir -m 700 "$keep" || fail 3 "cannot make '$keep' for --keep"
		work=$keep
	else
		work=$(mktemp -d "${TMPDIR:-/tmp}/$prog.XXXXXX") ||
			fail 3 "cannot make a directory for intermediate files"
		trap 'rm -rf "$work"' EXIT
		trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
	fi
	mkdir -p "$work/root" "$work/disc/EFI/BOOT" "$work/EFI/BOOT" || exit 3
}

# What of the image the steps need, as it was; and which release it is.
read_image() {
	for file in $system; do
		step iso-cat "$iso" "/$file" >"$work/disc/$file"
		cp "$work/disc/$file" "$work/$file" || exit 3
	done
	release=$(in_work imgdb-info --get esx-version disc/IMGDB.TGZ)
	case $release in [5-9].*) ;; *) fail 1 "'$iso' holds ESXi $release, not 5 to 9" ;; esac
	[ -n "$ks" ] || return 0
	cp "$ks" "$work/KS.CFG" || fail 3 "cannot read '$ks' for --ks"
	iso-cat -t "$iso" /KS.CFG >/dev/null 2>&1 || return 0
	step iso-cat "$iso" /KS.CFG >"$work/disc/KS.CFG"
	cmp -s "$work/disc/KS.CFG" "$work/KS.CFG" && return
	[ -n "$force" ] || fail 1 "'$iso' has another /KS.CFG: --force replaces it"
	complain "the /KS.CFG that '$iso' has is replaced: --force"
}

# edit_vib TREE - let the user change what is in $vib, and make it again
edit_vib() {
	in_work vib-unpack --trees -C "$1" "$vib"
	say "edit '$work/$1', then leave the editor or shell to go on"
	(cd "$work/$1" && eval "${EDITOR:-${SHELL:-/bin/sh}}${EDITOR:+ .}") ||
		fail 1 "the editor failed, nothing was written"
	in_work vib-gen --unpacked "$1" --target "$release" \
		${mtime:+--mtime "$mtime"} -o "$vib.new"
	mv "$work/$vib.new" "$work/$vib" || exit 3
}

# package FILE - make a VIB of it, with a name that tells of it; bundles wait
package() {
	kind=$(step vib-info --kind "$1")
	case $kind in bundle | zip) bundles="$bundles $(quote "$1")"; return ;; esac
	n=$((n + 1))
	vib=$n.$(printf %.80s "${1##*/}")
	case $vib in *.vib) ;; *) vib=$vib.vib ;; esac
	case $kind in
	driver) step vib-gen ${less:+-q} --driver "$1" --target "$release" \
		${mtime:+--mtime "$mtime"} -o "$work/$vib" ;;
	vib) cp "$1" "$work/$vib" || exit 3 ;;
	*) fail 1 "'$1' is no driver tgz, .vib or bundle, but: $kind" ;;
	esac
	! $edit || edit_vib "edit.$n"
	# what ESXi would say of it; on the image's release, that is
	in_work vib-check --target "$release" "$vib" >"$work/check.$n" ||
		{ status=$?; $quiet || cat "$work/check.$n"; [ "$status$force" = 1yes ] || exit $status
		complain "'$1' is added all the same: --force"; }
	vibs="$vibs $(quote "$vib")"
	wishes="$wishes --add $(quote "$vib")"
}

# The database: $work/plan is for people, $work/names for the next steps.
edit_database() {
	set -- --target "$release" ${force:+--force} ${mtime:+--mtime "$mtime"} \
		"$@" disc/IMGDB.TGZ
	if ! $quiet || $dry || [ -n "$keep" ]; then # show all that is wrong
		in_work imgdb-edit --plan "$@" >"$work/plan" ||
			{ status=$?; $quiet || cat "$work/plan"; exit "$status"; }
	fi
	[ -z "$manifest" ] || in_work imgdb-edit --plan --json "$@" >"$work/plan.json"
	in_work imgdb-edit -q -o IMGDB.TGZ --names-out names "$@"
	when=$(in_work imgdb-info --get modifiedtime IMGDB.TGZ)
}

# edit_boot VIB... - the same edit of both boot.cfg; new modules by their names
edit_boot() {
	eval "in_work bootcfg-edit -i --names names $options BOOT.CFG" \
		'EFI/BOOT/BOOT.CFG >"$work/modules"'
	[ -z "$ks" ] || printf "file /KS.CFG: '%s'\n" "$ks" | mask >>"$work/modules"
	for vib; do in_work vib-unpack --names names -C root "$vib"; done
}

# All that changed goes onto the disc; new members take the database's time.
rebuild() {
	set --
	for file in $system ${ks:+KS.CFG}; do
		cmp -s "$work/disc/$file" "$work/$file" ||
			set -- "$@" --add "/$file=$file"
	done
	step iso-rebuild ${less:+-q} ${progress:+--progress} ${force:+--force} ${manifest:+--json} \
		-C "$work" -o "$out" --mtime "$when" "$@" --names names=root "$iso" \
		>"$work/iso.json"
}

# advice VIB... - what a person must know before the image is used
advice() {
	unsigned=
	for vib; do
		in_work vib-info --signed "$vib" ||
			unsigned="$unsigned '$(in_work vib-info --id "$vib")'"
	done
	case $release in
	5.* | 6.0*) ;; # they know no Secure Boot
	*) [ -z "$unsigned" ] || say "Secure Boot: not signed:$unsigned. With UEFI" \
		"Secure Boot on, ESXi 6.5 and later stops at boot (Failed to verify" \
		"signatures of the following vib(s)). Switch it off there." ;;
	esac
	case $release:$# in
	[56].*:* | *:0) ;;
	*) say "Components: what was added is in none. Lifecycle Manager and other" \
		"tools of 7.0 and later look at components; the installer does not." ;;
	esac
	! iso-cat -t "$iso" /UPGRADE/METADATA.ZIP >/dev/null 2>&1 ||
		say "UPGRADE/METADATA.ZIP still shows the original: Update Manager and" \
			"Lifecycle Manager do not see the change when they import the" \
			"disc; installing or upgrading by booting it does."
}

# The documents of the commands, one behind the other as they are.
write_manifest() {
	step vib-info --kind --json "$iso" "$@" "$out" >"$work/inventory.json"
	in_work bootcfg-edit --list --json BOOT.CFG >"$work/boot.json"
	{
		printf '{\n"esxkit": "@VERSION@"'
		for part in inventory plan boot iso; do
			printf ',\n"%s": ' "$part"; cat "$work/$part.json" || exit 3
		done
		echo '}'
	} >"$work/manifest" || exit 3
	[ ! -e "$manifest" ] || [ -f "$manifest" ] || # a device, a pipe
		{ cat "$work/manifest" >"$manifest" || exit 3; return; }
	! iso-cat "$manifest" >/dev/null 2>&1 ||
		fail 3 "'$manifest' is an image, which no manifest replaces; the ISO is complete"
	cp "$work/manifest" "$manifest.$$" && mv "$manifest.$$" "$manifest" && return
	rm -f "$manifest.$$"
	fail 3 "cannot write '$manifest'; the ISO is complete"
}

out='' iso='' keep='' manifest='' packages='' ids='' wishes='' vibs='' ks='' options=''
picks='' bundles='' n=0 force='' mtime='' less='' progress='' proved='both boot entries proved'
system='IMGDB.TGZ BOOT.CFG EFI/BOOT/BOOT.CFG'
dry=false edit=false quiet=false verbose=false
while [ $# -gt 0 ]; do
	first='' rest=${1#-?}
	case $1 in # words that getopt takes for two; flags take no value
	--[aklmopr]*=* | --vib=*) first=${1%%=*} rest=${1#*=} ;;
	-o?*) first=-o ;;
	-[nqvhV][!-]*) first=${1%"$rest"} rest=-$rest ;;
	esac
	[ -z "$first" ] || { shift; set -- "$first" "$rest" "$@"; }
	case $1 in
	-o | --output | --add | --add-pci-id | --remove | --level | --profile-name | --mtime | \
		--keep | --manifest | --ks | --add-opt | --vib)
		[ $# -ge 2 ] || bad_usage "option '$1' needs a value"
		case $1 in
		-o | --output) plain "$2" && out=$file ;;
		--add) plain "$2" && packages="$packages $(quote "$file")" ;;
		--add-pci-id) ids="$ids $(quote "$2")" ;;
		--vib) picks="$picks --vib $(quote "$2")" ;;
		--mtime) mtime=$2 ;;
		--ks) plain "$2" && ks=$file options="$options --add-opt ks=cdrom:/KS.CFG" ;;
		--add-opt) options="$options --add-opt $(quote "$2")" ;;
		--keep) plain "$2" && keep=$file ;;
		--manifest) plain "$2" && manifest=$file ;;
		*) wishes="$wishes $1 $(quote "$2")" ;;
		esac; shift ;;
	--edit) edit=true ;;
	-n | --dry-run) dry=true ;;
	--force) force=yes proved="written with --force: see what was told above" ;;
	--progress) progress=yes ;;
	-q | --quiet) quiet=true less=yes ;;
	-v | --verbose) verbose=true ;;
	-h | --help) usage || exit 3; exit 0 ;;
	-V | --version) { echo "$prog @VERSION@" && vib-gen -V "$@" | sed 1d; } || exit 3; exit 0 ;;
	--) shift; break ;;
	-?*) bad_usage "bad option '$1'" ;;
	*) [ -z "$iso" ] || bad_usage "more than one ISO: '$iso', '$1'"; iso=$1 ;;
	esac
	shift
done
set -- ${iso:+"$iso"} "$@"
[ $# -gt 0 ] || bad_usage "no ISO given"
[ $# -eq 1 ] || bad_usage "more than one ISO: '$1', '$2'"
plain "$1" && iso=$file
[ -n "$out" ] || $dry || bad_usage "no output: give -o, or --dry-run"
[ -n "$packages$ids$wishes$options" ] || bad_usage "nothing to do: give --add," \
	"--add-pci-id, --remove, --level, --profile-name, --ks or --add-opt"
case ${manifest:-/} in "$iso" | "$out") bad_usage "--manifest '$manifest' is an image" ;; esac

make_work
read_image
eval "set -- $packages"
for file; do package "$file"; done
eval "set -- $ids"
for id; do
	step vib-gen ${less:+-q} --pci-id-for "$iso" --add-pci-id "$id" \
		--target "$release" ${mtime:+--mtime "$mtime"} -o "$work/pciid.vib"
	package "$work/pciid.vib"
done
[ -n "$bundles" ] || [ -z "$picks" ] || bad_usage "--vib picks out of bundles, and none is added"
if [ -n "$bundles" ]; then
	eval "step esxi-bundle -C \"\$work/bundles\" $picks $bundles"
	for file in "$work"/bundles/*.vib; do package "$file"; done
fi
eval "edit_database $wishes"
eval "edit_boot $vibs"
if ! $quiet || $dry; then cat "$work/plan" "$work/modules" || exit 3; fi
say
$dry || rebuild
eval "advice $vibs"
if $dry; then say "nothing was written: --dry-run"; exit 0; fi
[ -z "$manifest" ] || eval "write_manifest $packages"
say "wrote '$out': ESXi $release, $proved"
