# SPDX-License-Identifier: BSD-2-Clause
# releases.mk - one tree, one VIB for each release, each checked for it
#
#	make -f releases.mk
#
# What the VIB says of itself is in agent.meta: name, version, vendor, summary,
# and the tree (see vib-gen(1), --meta).
RELEASES = 6.7 7.0 8.0
META     = agent.meta
FILES   := $(shell find tree -type f)

all: $(RELEASES:%=agent-%.vib)

agent-%.vib: $(META) $(FILES)
	vib-gen --meta $(META) --target $* -o $@.new
	vib-check --target $* $@.new
	mv $@.new $@

.PHONY: all
