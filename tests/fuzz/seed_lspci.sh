#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_lspci.sh DIR - each form of listing
cd "$1" || exit 1
printf '00:1f.6 0200: 8086:15b7 (rev 31)\n' >n
printf '00:17.0 0106: 8086:a102 (rev 31) (prog-if 01 [AHCI 1.0])\n\tSubsystem: 1028:06dc\n' >nv
printf '00:1f.6 Ethernet controller [0200]: Intel I219 [8086:15b7] (rev 31)\n\tSubsystem: Dell X [1028:06dc]\n\n' >nnvv
printf '0000:00:1f.6 "0200" "8086" "15b7" -r31 -p02 "1028" "06dc"\n' >mmn
printf '00:1f.6 "Ethernet [0200]" "Intel [8086]" "I219 [15b7]" "" ""\n' >mmnn
printf 'Slot:\t00:1f.6\nClass:\t0200\nVendor:\t8086\nDevice:\t15b7\nSVendor:\t1028\nSDevice:\t06dc\nRev:\t31\nProgIf:\t02\n\n' >vmmn
printf 'Slot:\t00:1f.6\nClass:\tEthernet [0200]\nVendor:\tIntel [8086]\nDevice:\tI219 [15b7]\n' >vmmnn
