#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# esxi-pci.sh - which driver of an image takes this hardware
# shellcheck disable=SC2016,SC2317 # the bodies are expanded by t, and run
. "${0%/*}/lib.sh"

needs xorriso
shared=$top/shared
mkdir "$shared"
mkimage() { sh "$TOP/tests/fixture/mkimage.sh" "$@"; }
mkimage --shape 6.7 "$shared/67.iso" || exit 99
TREE=$shared/tree mkimage --shape 8.0 "$shared/80.iso" || exit 99
mkdriver --kind native --module if_re --id 10ec:8125 -o "$shared/re.tgz" || exit 99
mkdriver --kind native --module vmw_ahci --id 8086:a102 --class storage \
    -o "$shared/ahci.tgz" || exit 99
mkdriver --module r8168 --id 10ec:8168 -o "$shared/r8168.tgz" || exit 99
for d in re ahci r8168; do
	vib-gen -q --driver "$shared/$d.tgz" -o "$shared/$d.vib" || exit 99
done
esxi-customize -q --add "$shared/re.vib" --add "$shared/ahci.vib" \
    -o "$shared/good.iso" "$shared/80.iso" || exit 99
export shared

# One machine as each form of lspci prints it.
cat >"$shared/n" <<'EOT'
00:00.0 0600: 8086:191f (rev 07)
00:14.0 0c03: 8086:a12f (rev 31)
00:17.0 0106: 8086:a102 (rev 31)
00:1c.0 0604: 8086:a110 (rev f1)
01:00.0 0300: 1002:731f (rev c1)
02:00.0 0200: 10ec:8125 (rev 05)
EOT
cat >"$shared/nn" <<'EOT'
00:00.0 Host bridge [0600]: Intel Corporation Xeon E3-1200 v5/E3-1500 v5/6th Gen Core Processor Host Bridge/DRAM Registers [8086:191f] (rev 07)
00:14.0 USB controller [0c03]: Intel Corporation 100 Series/C230 Series Chipset Family USB 3.0 xHCI Controller [8086:a12f] (rev 31)
00:17.0 SATA controller [0106]: Intel Corporation Q170/Q150/B150/H170/H110/Z170/CM236 Chipset SATA Controller [AHCI Mode] [8086:a102] (rev 31)
00:1c.0 PCI bridge [0604]: Intel Corporation 100 Series/C230 Series Chipset Family PCI Express Root Port #1 [8086:a110] (rev f1)
01:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] Navi 10 [Radeon RX 5600 OEM/5600 XT / 5700/5700 XT] [1002:731f] (rev c1)
02:00.0 Ethernet controller [0200]: Realtek Semiconductor Co., Ltd. RTL8125 2.5GbE Controller [10ec:8125] (rev 05)
EOT
cat >"$shared/mmn" <<'EOT'
00:00.0 "0600" "8086" "191f" -r07 "1043" "8694"
00:14.0 "0c03" "8086" "a12f" -r31 -p30 "1043" "8694"
00:17.0 "0106" "8086" "a102" -r31 -p01 "1043" "8694"
00:1c.0 "0604" "8086" "a110" -rf1 "" ""
01:00.0 "0300" "1002" "731f" -rc1 "1da2" "e411"
02:00.0 "0200" "10ec" "8125" -r05 "1043" "87d7"
EOT
vmm() {
	printf 'Slot:\t%s\nClass:\t%s\nVendor:\t%s\nDevice:\t%s\n' "$1" "$2" "$3" "$4"
	[ -z "$5" ] || printf 'SVendor:\t%s\nSDevice:\t%s\n' "$5" "$6"
	printf 'Rev:\t%s\n' "$7"
	[ -z "$8" ] || printf 'ProgIf:\t%s\n' "$8"
	printf 'IOMMUGroup:\t1\n\n'
}
{
	vmm 00:00.0 0600 8086 191f 1043 8694 07 ''
	vmm 00:14.0 0c03 8086 a12f 1043 8694 31 30
	vmm 00:17.0 0106 8086 a102 1043 8694 31 01
	vmm 00:1c.0 0604 8086 a110 '' '' f1 ''
	vmm 01:00.0 0300 1002 731f 1da2 e411 c1 ''
	vmm 02:00.0 0200 10ec 8125 1043 87d7 05 ''
} >"$shared/vmmn"
awk '{ print }
/SATA/ { print "\tSubsystem: ASUSTeK Computer Inc. Device [1043:8694]"
	print "\tControl: I/O+ Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop-"
	print "\tInterrupt: pin A routed to IRQ 126"
	print "\tRegion 0: Memory at df32c000 (32-bit, non-prefetchable) [size=8K]"
	print "\tCapabilities: [80] MSI: Enable+ Count=1/1 Maskable- 64bit-"
	print "\t\tAddress: fee00218  Data: 0000"
	print "\tKernel driver in use: ahci\n\tKernel modules: ahci\n" }
/RTL8125/ { print "\tSubsystem: ASUSTeK Computer Inc. Device [1043:87d7]"
	print "\tFlags: bus master, fast devsel, latency 0, IRQ 16, IOMMU group 15"
	print "\tKernel driver in use: r8169\n" }' "$shared/nn" >"$shared/nnvv"

t 'each form of lspci gives the same answer' '
	for f in n nn mmn vmmn nnvv; do
		esxi-pci --json $shared/good.iso $shared/$f |
			perl -MJSON::PP -e "my \$d = decode_json(join q(), <>);
			for (@{\$d->{devices}}) {
				print join(q( ), \$_->{slot}, qq(\$_->{vendor}:\$_->{device}),
				    \$_->{kind}, \$_->{verdict},
				    map { qq(\$_->{driver} \$_->{vib} \$_->{module} \$_->{map} \$_->{by}) }
				    @{\$_->{drivers}}), qq(\n);
			}
			print qq(\$d->{covered} of \$d->{counted}\n)" >$f
		cat >want <<-EOT
		00:00.0 8086:191f bridge none
		00:14.0 8086:a12f other none
		00:17.0 8086:a102 storage taken vmw_ahci community_bootbank_vmw-ahci_1.2.3-1 vmw_ahci.t00 etc/vmware/default.map.d/vmw_ahci.map device
		00:1c.0 8086:a110 bridge none
		01:00.0 1002:731f other none
		02:00.0 10ec:8125 network taken if_re community_bootbank_if-re_1.2.3-1 if_re.t00 etc/vmware/default.map.d/if_re.map device
		2 of 2
		EOT
		diff want $f
	done
'

t 'the table: this text' '
	cat $shared/mmn | esxi-pci $shared/good.iso >out
	cat >want <<-EOT
	$shared/good.iso: ESXi 8.0.3-0.0.24022510, 7 lines in 7 driver maps

	network and storage
	00:17.0       8086:a102 1043:8694  SATA               vmw_ahci
	              Acme, Acme vmw_ahci adapter
	              VIB community_bootbank_vmw-ahci_1.2.3-1, version 1.2.3-1
	              etc/vmware/default.map.d/vmw_ahci.map in vmw_ahci.t00, by device
	02:00.0       10ec:8125 1043:87d7  Ethernet           if_re
	              Acme, Acme if_re adapter
	              VIB community_bootbank_if-re_1.2.3-1, version 1.2.3-1
	              etc/vmware/default.map.d/if_re.map in if_re.t00, by device

	other devices (do not count)
	00:14.0       8086:a12f 1043:8694  USB                nothing takes it
	              Acme
	01:00.0       1002:731f 1da2:e411  VGA                nothing takes it

	mainboard (needs no driver of an image)
	00:00.0       8086:191f 1043:8694  host bridge        -
	00:1c.0       8086:a110 0000:0000  PCI bridge         -

	2 of 2 devices that count have a driver
	EOT
	sed "s/, a device that no list names//" out | diff want -
'

t 'a card without a driver is exit 1, on standard input as well' '
	status 1 esxi-pci $shared/80.iso <$shared/vmmn >out
	grep -q "^02:00.0 .*nothing takes it$" out
	grep -q "^0 of 2 devices" out
	grep -q "esxi-customize --add" out
	status 1 esxi-pci --id 10ec:8124 $shared/good.iso >out
	status 0 esxi-pci --id 10ec:8125 $shared/good.iso >out
	status 0 esxi-pci --id 10EC:8125:1043:87D7 $shared/good.iso >out
	grep -q "10ec:8125 1043:87d7" out
	status 1 esxi-pci --id 10ec:8124 $shared/good.iso $shared/n >out
	grep -q "^2 of 3 devices" out
'

t 'a vmklinux driver counts in 6.7, and is told of in 8.0' '
	esxi-customize -q --add $shared/r8168.vib -o 67.iso $shared/67.iso
	esxi-pci --id 10ec:8168 67.iso >out
	grep -q "driver.map.d/r8168.map in " out
	mkdir d
	cp -r $shared/tree/. d
	cp $shared/r8168.tgz d/R8168.T00
	for f in d/BOOT.CFG d/EFI/BOOT/BOOT.CFG; do
		sed -i "s,^modules=.*,& --- /r8168.t00," $f
	done
	status 1 esxi-pci --id 10ec:8168 d >out
	grep -q "nothing takes it" out
	grep -q "also r8168 .*does not count, no vmklinux" out
	grep -q "note: 1 line of a vmklinux driver does not count: ESXi 8.0" out
	esxi-pci --all d | grep "^10ec:8168" | cut -f 2-4 >out
	printf "r8168\tno vmklinux\t-\n" | diff - out
'

t 'a VIB alone and a driver package alone' '
	for f in re.vib re.tgz; do
		esxi-pci --id 10ec:8125 $shared/$f >out
		status 1 esxi-pci --id 10ec:8126 $shared/$f >out
	done
	esxi-pci --all $shared/re.vib >out
	printf "%s: vib, 1 line in 1 driver map\n\n10ec:8125 ....:.... ......\tif_re\tdefault\tcommunity_bootbank_if-re_1.2.3-1\tAcme, Acme if_re adapter\n" \
		"$shared/re.vib" | diff - out
	vmtar-pack -z <$shared/re.tgz >re.v00
	esxi-pci --id 10ec:8125 re.v00 >out
'

t '--all lists each id once, as a table and as JSON' '
	esxi-pci --all $shared/good.iso >out
	sed -n 1p out | grep -q "7 lines in 7 driver maps"
	[ "$(grep -c "^[0-9a-f]*:[0-9a-f]* " out)" -eq 7 ]
	esxi-pci --all --json $shared/good.iso >out.json
	perl -MJSON::PP -e "my \$d = decode_json(join q(), <>);
		@{\$d->{ids}} == 7 or die; \$d->{kind} eq q(iso) or die;
		my (\$x) = grep { \$_->{driver} eq q(if_re) } @{\$d->{ids}};
		\$x->{id} eq q(10ec8125..............) or die;
		defined \$x->{class} and die; \$x->{counts} or die;
		\$x->{device_name} eq q(Acme if_re adapter) or die" out.json
'

t 'the number of processors makes no difference' '
	esxi-pci --all $shared/good.iso >a
	taskset -c 0 esxi-pci --all $shared/good.iso | cmp a -
'

# rejected N TEXT COMMAND... - status N, one line with TEXT, nothing printed
rejected() {
	want=$1
	text=$2
	shift 2
	status "$want" "$@" >out 2>msg </dev/null
	cat msg
	[ ! -s out ]
	head -n 1 msg | grep -q -e "$text"
}

t 'what is rejected is exit 3, wrong usage 2' '
	rejected 2 "an image is wanted" esxi-pci
	rejected 2 "a file" esxi-pci - x
	rejected 2 "is no id" esxi-pci --id 10ec $shared/re.vib
	rejected 2 "is no id" esxi-pci --id 10ec:8125:1 $shared/re.vib
	rejected 2 "takes no device" esxi-pci --all $shared/re.vib x
	rejected 2 "takes no device" esxi-pci --all --id 10ec:8125 $shared/re.vib
	rejected 3 "no device" esxi-pci $shared/re.vib
	rejected 3 "nothing" esxi-pci $shared/re.vib nothing
	echo "00:1f.6 Ethernet controller: Intel Corporation I219 (rev 31)" >plain
	rejected 3 "line 1: a device without numbers: run lspci -vmmn" esxi-pci $shared/re.vib plain
	rejected 3 "is no ISO, directory, VIB" esxi-pci --all plain
	rejected 3 "cannot open" esxi-pci --all gone.iso
	mkdriver --bad badmap --module x -o bad.tgz
	status 3 esxi-pci --all bad.tgz >out 2>msg
	grep -q "note: left out, it cannot be read: .*bad.tgz.*map" out
	[ "$(wc -l <msg)" -eq 1 ]
	grep -q "bad.tgz.*map.*line" msg
	status 3 esxi-pci --all --json bad.tgz 2>&1 >out | grep -q "bad.tgz.*map"
	grep -q "\"complete\": false" out
	mkdriver --bad cut -o cut.tgz
	rejected 3 "cut.tgz" esxi-pci --all cut.tgz
	mkdriver --bad flip -o flip.tgz
	rejected 3 "flip.tgz" esxi-pci --all flip.tgz
	head -c 2000 $shared/re.vib >cut.vib
	rejected 3 "cut.vib" esxi-pci --all cut.vib
	cp -r $shared/tree cut
	m=$(ls cut | grep -i ixgben)
	truncate -s 500 "cut/$m"
	rejected 3 "ixgben" esxi-pci --all cut
	rm "cut/$m"
	rejected 3 "which is not there" esxi-pci --all cut
'

t 'a full disk under the table is exit 3' '
	[ -w /dev/full ] || exit 0
	status 3 esxi-pci --all $shared/re.vib >/dev/full 2>msg
	[ -s msg ]
'

t 'the examples of the page' '
	cp $shared/80.iso image.iso
	cp $shared/re.vib net.vib
	cp $shared/vmmn machine.txt
	man_examples esxi-pci
	grep -q "nothing takes it" table.txt
'

done_testing
