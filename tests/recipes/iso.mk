# SPDX-License-Identifier: BSD-2-Clause
# iso.mk - keep a customised ISO up to date: make -f iso.mk
#
# ISO is the original, DRIVERS are the packages; the ISO is made anew when one
# of them is newer, and the same input gives the same bytes.
ISO     = in.iso
DRIVERS = driver.tgz
OUT     = custom.iso

$(OUT): $(ISO) $(DRIVERS)
	esxi-customize $(DRIVERS:%=--add %) --manifest $(OUT:.iso=.json) -o $@ $(ISO)
