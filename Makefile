# SPDX-License-Identifier: BSD-2-Clause
#
# The whole build; GNU make. Nothing is written outside $(B).
#
#   make                      the commands, into $(B)/bin
#   make demo                 install what is missing, build, and customise a
#                             miniature image before your eyes
#   make check                install what is missing; unit, corpus and CLI tests
#   make check SAN=address,undefined     the same, in a build of its own
#   make check-boot           boot original and customised images in QEMU
#   make lint                 static analysis, headers, man pages, scripts
#   make fuzz T=vmtar TIME=60 libFuzzer (clang) on one parser
#   make bench                ratios against other programs
#   make install DESTDIR= PREFIX=/usr/local
#   make dist                 source archive: the git tree and nothing else
#
# A command is cmd/NAME.c (or .sh), man/NAME.1 and tests/cli/NAME.sh; a module
# is include/ek/NAME.h, lib/NAME.c and tests/unit/t_NAME.c; tests/fix/NAME.c is
# a program that makes fixtures. Nothing is listed here.

NAME    = esxkit
VERSION = 0.1.0
PKGS    = zlib libxml-2.0 libarchive libcrypto
SAN     =
B       = build$(if $(SAN),-$(subst $(comma),-,$(SAN)))

PREFIX  = /usr/local
BINDIR  = $(PREFIX)/bin
MANDIR  = $(PREFIX)/share/man

CC         = gcc
AR         = ar
INSTALL    = install
PKG_CONFIG = pkg-config
CFLAGS     = -O2 -g
LDFLAGS    =

comma := ,
# $(call try,FLAGS): those of FLAGS that this compiler takes
try = $(foreach f,$(1),$(shell $(CC) -Werror $(f) -O2 -x c -c /dev/null \
	-o /dev/null 2>/dev/null && echo $(f)))

WARN := -Wall -Wextra -Wpedantic $(call try,-Wshadow -Wvla -Walloca -Wundef \
	-Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wcast-qual -Wcast-align -Wwrite-strings -Wconversion \
	-Wsign-conversion -Wnull-dereference -Wdouble-promotion -Wswitch-enum \
	-Wimplicit-fallthrough -Wlogical-op -Wduplicated-cond -Wduplicated-branches \
	-Wdate-time)
HARD := $(call try,-fstack-protector-strong -fstack-clash-protection \
	-fcf-protection=full -fno-common -fno-delete-null-pointer-checks \
	-fno-strict-overflow -ftrivial-auto-var-init=zero -fstrict-flex-arrays=3) -fPIE
# the same bytes from any directory
HARD += -ffile-prefix-map=$(CURDIR)=.
HARDLD = -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
ifdef SAN
HARD += -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
HARDLD += -fsanitize=$(SAN)
else
HARD += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif

cppflags = -Iinclude -Ilib -DEK_VERSION='"$(VERSION)"' $(CPPFLAGS) \
	$(shell $(PKG_CONFIG) --cflags $(PKGS))
libs     = $(shell $(PKG_CONFIG) --libs $(PKGS)) $(LDLIBS)
cppflags := $(cppflags)
libs     := $(libs)
compile  = $(CC) -std=c17 $(WARN) $(HARD) $(cppflags) $(CFLAGS) -MMD -MP
link     = $(CC) $(HARD) $(CFLAGS) $(HARDLD) $(LDFLAGS)

MODULES := $(patsubst lib/%.c,%,$(wildcard lib/*.c))
CMDS    := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
SCRIPTS := $(patsubst cmd/%.sh,%,$(wildcard cmd/*.sh))
UNITS   := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/t_*.c))
FIXES   := $(patsubst tests/fix/%.c,%,$(wildcard tests/fix/*.c))
FUZZ    := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
CLI     := $(patsubst tests/cli/%.sh,%,$(filter-out tests/cli/lib.sh,$(wildcard tests/cli/*.sh)))
LIB      = $(B)/lib$(NAME).a
BIN      = $(abspath $(B)/bin)
FIX      = $(abspath $(B)/fix)

all: $(CMDS:%=$(B)/bin/%) $(SCRIPTS:%=$(B)/bin/%)

$(LIB): $(MODULES:%=$(B)/lib/%.o)
	rm -f $@
	$(AR) rcsD $@ $^

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(compile) -c -o $@ $<

$(CMDS:%=$(B)/bin/%): $(B)/bin/%: $(B)/cmd/%.o $(LIB)
	@mkdir -p $(@D)
	$(link) -o $@ $^ $(libs)

$(SCRIPTS:%=$(B)/bin/%): $(B)/bin/%: cmd/%.sh Makefile
	@mkdir -p $(@D)
	sed 's/@VERSION@/$(VERSION)/g' $< >$@.tmp
	chmod 755 $@.tmp
	mv $@.tmp $@

$(B)/unit/%: $(B)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(link) -o $@ $^ -lcmocka $(libs)

$(B)/fix/%: $(B)/tests/fix/%.o $(LIB)
	@mkdir -p $(@D)
	$(link) -o $@ $^ $(libs)

$(B)/replay/%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(LIB)
	@mkdir -p $(@D)
	$(link) -o $@ $^ $(libs)

units fixes replays:
units: $(UNITS:%=$(B)/unit/%)
fixes: $(FIXES:%=$(B)/fix/%)
replays: $(FUZZ:%=$(B)/replay/%)

check-unit: units
	@set -e; for t in $(UNITS); do \
	  $(B)/unit/$$t >$(B)/unit/$$t.log 2>&1 || { cat $(B)/unit/$$t.log; exit 1; }; \
	done; echo "unit: $(words $(UNITS)) programs, all passed"

# seeds made by code, then the files of the corpus
check-corpus: all fixes replays
	@set -e; for t in $(FUZZ); do \
	  rm -rf $(B)/corpus/$$t; mkdir -p $(B)/corpus/$$t; \
	  if [ -f tests/fuzz/seed_$$t.sh ]; then \
	    PATH=$(BIN):$(FIX):$$PATH sh tests/fuzz/seed_$$t.sh $(B)/corpus/$$t; fi; \
	  find $(B)/corpus/$$t tests/fuzz/corpus/$$t -type f 2>/dev/null | \
	    xargs -r $(B)/replay/$$t; \
	done; echo "corpus: $(words $(FUZZ)) targets replayed"

# T='name ...' runs those of tests/cli only
T = $(CLI)
check-cli: all fixes
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) prove -j2 -e sh $(T:%=tests/cli/%.sh)

clean:
	rm -rf build build-*

lint-one:
	set -e; for c in $(filter %.c,$(F)); do \
	  gcc -std=c17 -O2 -fanalyzer -Werror $(cppflags) -c -o /dev/null $$c; done
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr \
	  --enable=warning,performance,portability --suppress=missingIncludeSystem \
	  -Iinclude -Ilib $(filter %.c,$(F))
	clang-tidy --quiet --warnings-as-errors='*' $(filter %.c,$(F)) -- \
	  -std=c17 $(cppflags)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: all units fixes replays check-unit check-corpus check-cli clean lint-one
.SECONDARY:
