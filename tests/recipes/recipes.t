#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# recipes.t - run the recipes of the README as a user would
# shellcheck disable=SC2016 # the bodies are expanded by t
. "$TOP/tests/cli/lib.sh"
recipes=$TOP/tests/recipes
export recipes

if ! command -v xorriso >/dev/null; then
	echo '1..0 # SKIP xorriso is not installed'
	exit 0
fi

# cast - the files that the recipes name, in this directory
cast() {
	mkdir -p disc/EFI/BOOT
	echo 'not a loader' >disc/EFI/BOOT/BOOTX64.EFI
	TREE=disc sh "$TOP/tests/fixture/mkimage.sh" --shape 6.7 in.iso
	mkdriver -o driver.tgz
	vib-gen -q --driver driver.tgz -o net-acme.vib
	mkdir -p tree/etc/init.d tree/opt/acme
	echo x >tree/opt/acme/x
	echo '#!/bin/sh' >tree/etc/init.d/acme
	mkdir t && echo x >t/x && echo y >t/y
	mkdir -p a/etc && cp t/x t/y a/etc
	vmtar-pack -z -C a -o a.v00 etc
	iso-cat in.iso /S.V00 >s.v00
	cp -R disc bootbank1
	esxi-pci --all in.iso | awk "\$4 == \"net-igb\" {
		printf \"Slot:\\t00:19.0\\nClass:\\t0200\\nVendor:\\t%s\\n\" \
			\"Device:\\t%s\\n\", substr(\$1, 1, 4), substr(\$1, 6, 4)
		exit
	}" >machine.txt
}

t 'pipes' '
	cast
	sh "$recipes/pipes.sh" >out
	grep net-acme out
	grep usr/lib/vmware/s out
	vmtar-unpack -t b.v00 >list
	grep etc/y list
	status 1 grep etc/x list
'

t 'anatomy.sh and esxi-customize give the same ISO' '
	cast
	sh "$recipes/anatomy.sh" in.iso driver.tgz by-hand.iso 2>log
	esxi-customize -q --add driver.tgz -o custom.iso in.iso
	cmp by-hand.iso custom.iso
'

t 'iso.mk: the second make does nothing' '
	cast
	make -s -f "$recipes/iso.mk" >/dev/null
	[ -s custom.iso ] && [ -s custom.json ]
	make -q -f "$recipes/iso.mk"
	touch -d "2 hours" driver.tgz
	status 1 make -q -f "$recipes/iso.mk"
'

t 'vib.mk: the second make does nothing' '
	cast
	make -s -f "$recipes/vib.mk"
	[ "$(vib-info --id acme-agent.vib)" = acme_bootbank_acme-agent_1.2-3 ]
	make -q -f "$recipes/vib.mk"
	touch -d "2 hours" tree/opt/acme/x
	status 1 make -q -f "$recipes/vib.mk"
'

t 'releases.mk: a VIB for each of three releases, checked for it' '
	cast
	printf "%s\n" "name = acme-agent" "version = 1.2-3" "vendor = acme" \
		"summary = Acme agent" "tree = acme-agent=tree" >agent.meta
	make -s -f "$recipes/releases.mk" >out
	for r in 6.7 7.0 8.0; do
		grep -qx "$r: taken" out
		[ "$(vib-info --id agent-$r.vib)" = acme_bootbank_acme-agent_1.2-3 ]
	done
	vib-info --xml agent-8.0.vib | grep -q "softwarePlatform version=.8.0"
	make -q -f "$recipes/releases.mk"
'

# Indented lines of the README under "Recipes", but those that are in the files
# of this directory anyway: each must work as it stands there.
t 'every command line of the README' '
	cast
	awk "/^## Recipes/ { on = 1; next } /^## / { on = 0 } on && /^    /" \
		"$TOP/README.md" | sed "s/^    //" >lines.sh
	[ "$(wc -l <lines.sh)" -ge 8 ]
	sh -e lines.sh >out
	[ -s custom.iso ] && [ -s acme-agent.vib ] && [ -s b.v00 ]
'

t 'the examples of esxkit.7' '
	cast
	man_examples esxkit 7 >out
	[ -s custom.iso ] && grep -q usr/lib/vmware/s out
'

t 'the README names every command, and every page is there' '
	for c in "$TOP"/cmd/*; do
		c=${c##*/}
		c=${c%.*}
		grep -q "\`$c\`" "$TOP/README.md" || { echo "README: no $c"; exit 1; }
		[ -f "$TOP/man/$c.1" ] || { echo "no page $c"; exit 1; }
	done
'

done_testing
