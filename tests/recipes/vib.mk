# SPDX-License-Identifier: BSD-2-Clause
# vib.mk - a VIB from a directory tree, in CI: make -f vib.mk
NAME    = acme-agent
VERSION = 1.2-3
TREE    = tree
FILES  := $(shell find $(TREE) -type f)

$(NAME).vib: $(FILES)
	vib-gen --name $(NAME) --version $(VERSION) --vendor acme \
	  --summary 'Acme agent' --tree $(NAME)=$(TREE) -o $@
