# SPDX-License-Identifier: BSD-2-Clause
#
# The whole build; GNU make. Nothing is written outside $(B).
#
#   make                      the commands, into $(B)/bin
#   make demo                 install what is missing, build, and customise a
#                             miniature image before your eyes
#   make check                install what is missing; unit, corpus and CLI tests
#   make check SAN=address,undefined     the same, in a build of its own
#   make check-report         look at a page of esxi-report in Chromium
#   make check-boot           boot original and customised images in QEMU
#   make lint                 static analysis, headers, man pages, scripts
#   make fuzz T=vmtar TIME=60 libFuzzer (clang) on one parser
#   make faults               let each call that can fail do so, a sample;
#                             faults-full: every one
#   make kills                kill -9 at random moments of what writes images
#   make faults-more          full disks, lost readers, two runs at once
#   make check-arch ARCH=s390x   unit and byte tests in a root of that architecture
#   make check-real ISO=path  hold a genuine install image against the rules, and
#                             write a report without any of its contents
#   make check-tsan           what has threads, under the thread sanitizer
#   make bench                ratios against other programs
#   make bench-check          instruction counts against tests/bench/baseline.json;
#                             bench-baseline renews it
#   make install DESTDIR= PREFIX=/usr/local     and make uninstall
#   make dist                 source archive: the git tree and nothing else
#   make deb                  Debian package of what is committed
#   make check-pack           install, uninstall, dist, and two builds compared
#   make check-deb            the Debian package, tried in a clean root
#
# A command is cmd/NAME.c (or .sh), man/NAME.1 and tests/cli/NAME.sh; a module
# is include/ek/NAME.h, lib/NAME.c and tests/unit/t_NAME.c; tests/fix/NAME.c is
# a program that makes fixtures. Nothing is listed here.

NAME    = esxkit
VERSION = 0.1.0
PKGS    = zlib liblzma libzstd libxml-2.0 libcrypto $(ISAL)
# only their headers: lib/libarc.h loads it where a tar is read
PKGS_H  = libarchive
SAN     =
B       = build$(if $(SAN),-$(subst $(comma),-,$(SAN)))

PREFIX  = /usr/local
BINDIR  = $(PREFIX)/bin
MANDIR  = $(PREFIX)/share/man
DATADIR = $(PREFIX)/share/$(NAME)
SCHEMADIR = $(DATADIR)/schema
DOCDIR  = $(PREFIX)/share/doc/$(NAME)
COMPDIR = $(PREFIX)/share/bash-completion/completions
DOCS    = README.md CHANGELOG.md SECURITY.md LICENSE

CC         = gcc
# these install pkg-config, or do without; what they make runs in another make
quiet := $(if $(filter demo check check-boot deb check-deb dist uninstall clean,\
	$(MAKECMDGOALS)),2>/dev/null)
# faster inflate and deflate, where it is there; ISAL= builds without
ISAL      := $(shell pkg-config --exists libisal $(quiet) && echo libisal)
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
	-Wdate-time) $(if $(WERROR),-Werror)
HARD := $(call try,-fstack-protector-strong -fstack-clash-protection \
	-fcf-protection=full -fno-common -fno-delete-null-pointer-checks \
	-fno-strict-overflow -ftrivial-auto-var-init=zero -fstrict-flex-arrays=3) -fPIE
# the same bytes from any directory
HARD += '-ffile-prefix-map=$(CURDIR)=.'
HARDLD = -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
ifdef SAN
HARD += -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
HARDLD += -fsanitize=$(SAN)
else
HARD += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif

cppflags = -Iinclude -Ilib -I$(B)/gen -DEK_VERSION='"$(VERSION)"' \
	$(if $(ISAL),-DEK_ISAL) $(CPPFLAGS) \
	$(shell $(PKG_CONFIG) --cflags $(PKGS) $(PKGS_H) $(quiet))
libs     = $(shell $(PKG_CONFIG) --libs $(PKGS) $(quiet)) -ldl $(LDLIBS)
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

# one file, which bash-completion looks up under the name of each command
COMPLETION = $(B)/completion/$(NAME)

all: $(CMDS:%=$(B)/bin/%) $(SCRIPTS:%=$(B)/bin/%) $(COMPLETION)

$(LIB): $(MODULES:%=$(B)/lib/%.o)
	rm -f $@
	$(AR) rcsD $@ $^

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(compile) -c -o $@ $<

# the schemas as arrays of bytes: a string in C has 4095 characters at most
SCHEMA = $(B)/gen/ek_gen/schema.h
$(SCHEMA): schema/vib.rng schema/imageprofile.rng Makefile
	@mkdir -p $(@D)
	for s in vib imageprofile; do \
	  echo "static const unsigned char schema_$$s[] = {" && \
	  od -An -v -tx1 schema/$$s.rng | sed 's/ \(..\)/0x\1,/g' && \
	  echo '};' || exit 1; \
	done >$@.tmp
	mv $@.tmp $@
$(B)/lib/xml_schema.o build-fuzz/lib/xml_schema.o: $(SCHEMA)

$(CMDS:%=$(B)/bin/%): $(B)/bin/%: $(B)/cmd/%.o $(LIB)
	@mkdir -p $(@D)
	$(link) -o $@ $^ $(libs)

# the commands with an object that misbehaves once the sandbox is on, for
# tests/cli/sandbox.sh; it stands before the library's own
$(B)/misbehave.o: lib/cli.c Makefile
	@mkdir -p $(@D)
	$(compile) -DEK_TEST_MISBEHAVE -c -o $@ $<
$(B)/misbehave/%: $(B)/cmd/%.o $(B)/misbehave.o $(LIB)
	@mkdir -p $(@D)
	$(link) -o $@ $^ $(libs)

misbehave: $(CMDS:%=$(B)/misbehave/%)

$(SCRIPTS:%=$(B)/bin/%): $(B)/bin/%: cmd/%.sh Makefile
	@mkdir -p $(@D)
	sed 's/@VERSION@/$(VERSION)/g' $< >$@.tmp
	chmod 755 $@.tmp
	mv $@.tmp $@

$(COMPLETION): completion/$(NAME).bash Makefile $(wildcard cmd/*)
	@mkdir -p $(@D)
	sed 's/@COMMANDS@/$(CMDS) $(SCRIPTS)/' $< >$@.tmp
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

# many random trees there and back; FIRST=123 TREES=1 is that one again
SEED  = 6
FIRST = 0
TREES = 1000
check-trees: $(B)/unit/t_trees
	SEED=$(SEED) FIRST=$(FIRST) TREES=$(TREES) $(B)/unit/t_trees

# T='name ...' runs those of tests/cli only; more of them at once than there are
# processors, since a third of the time is spent in fsync()
T = $(CLI)
check-cli: all fixes misbehave
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) prove -j4 -e sh $(T:%=tests/cli/%.sh)

# what a user runs: all set-up is done here
check:
	tools/deps.sh build check
	$(MAKE) -s $(JOBS) check-unit check-corpus check-cli check-recipes

# the recipes of the README, as scripts and Makefiles that users may copy
check-recipes: all fixes
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) prove -e sh tests/recipes/recipes.t

# as many jobs as there are processors, where the user said nothing of jobs
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

demo:
	tools/deps.sh build check
	@echo 'compiling, for a minute or two'
	$(MAKE) -s $(JOBS) all fixes
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) sh tests/fixture/demo.sh $(B)/demo

# BOOT='name ...' runs those of tests/boot only
BOOT = $(filter-out lib,$(patsubst tests/boot/%.sh,%,$(wildcard tests/boot/*.sh)))
check-boot:
	tools/deps.sh build check boot
	$(MAKE) all fixes
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) prove -j2 -e sh $(BOOT:%=tests/boot/%.sh)

# a page of esxi-report in a browser; its pictures go to $(B)/page
check-report:
	tools/deps.sh build check report
	$(MAKE) all fixes
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) SHOTS=$(abspath $(B))/page \
	  prove -e sh tests/browser/page.sh

# REPORT=file: there, and not to standard output
ISO    =
REPORT = -
check-real: all fixes
	@BIN=$(BIN) FIX=$(FIX) sh tools/check-real.sh '$(ISO)' '$(REPORT)'

# the CLI tests once more with every command under valgrind, which writes to
# files: one that is older than Landlock warns of its calls. It wants a TMPDIR,
# standard output and memory: where a test takes that away, the command runs alone.
# No vgdb, whose files lie in TMPDIR: some tests fill that. Three tests are left
# out: what they ask is not of the bytes. An error in a command whose status no
# test looks at counts as well
check-valgrind: T = $(filter-out sandbox memory bench-count,$(CLI))
check-valgrind: all fixes
	tools/deps.sh build check dev
	@rm -rf $(B)/valgrind $(B)/valgrind-log; mkdir -p $(B)/valgrind; \
	mkdir -m 1777 $(B)/valgrind-log; \
	for c in $(CMDS); do \
	  printf '%s\n' '#!/bin/sh' \
	    '[ -d "$${TMPDIR:-/tmp}" ] && [ -e /proc/self/fd/1 ] &&' \
	    '	[ "$$(ulimit -v)" = unlimited ] ||' \
	    '	exec "$(BIN)/'$$c'" "$$@"' \
	    "exec $$(command -v valgrind)"' -q --vgdb=no --error-exitcode=99 \
	    --log-file=$(abspath $(B)/valgrind-log)/%p \
	    --leak-check=full --errors-for-leak-kinds=definite,indirect \
	    "$(BIN)/'$$c'" "$$@"' >$(B)/valgrind/$$c; \
	  chmod 755 $(B)/valgrind/$$c; \
	done; for c in $(SCRIPTS); do cp $(BIN)/$$c $(B)/valgrind; done
	BIN=$(abspath $(B)/valgrind) FIX=$(FIX) TOP=$(CURDIR) \
	  prove -j2 -e sh $(T:%=tests/cli/%.sh); rc=$$?; \
	! grep -rh ^== $(B)/valgrind-log && exit $$rc

# T='name ...' TIME=seconds; all targets, two at a time, without T. RUNS=n is
# that many executions, the same each time
TIME = 30
RUNS =
FUZZES = $(if $(filter command line,$(origin T)),$(T),$(FUZZ))
fuzzflags = -std=c17 -g -O1 -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -DEK_FUZZ $(cppflags)
build-fuzz/%.o: %.c Makefile
	@mkdir -p $(@D)
	clang $(fuzzflags) -MMD -MP -c -o $@ $<
build-fuzz/bin/%: build-fuzz/tests/fuzz/fuzz_%.o $(MODULES:%=build-fuzz/lib/%.o)
	@mkdir -p $(@D)
	clang $(fuzzflags) -fsanitize=fuzzer -o $@ $^ $(libs)
fuzz: all fixes $(FUZZES:%=build-fuzz/bin/%)
	printf '%s\n' $(FUZZES) | PATH=$(BIN):$(FIX):$$PATH \
	  xargs -P2 -I{} sh tests/fuzz/run.sh {} $(TIME) $(RUNS)

lint: lint-headers lint-scripts
	$(MAKE) lint-one F='$(wildcard lib/*.c cmd/*.c)'
	sh tests/layers.sh
	mandoc -Tlint -Wwarning man/*.[157]
	sh tests/longfn.sh

lint-headers:
	set -e; for h in include/ek/*.h lib/*.h; do \
	  $(CC) -std=c17 $(WARN) -Werror -Iinclude -Ilib -x c -fsyntax-only $$h; done

lint-scripts:
	shellcheck -x -P tests/cli -P tests/fixture .ci/run tools/*.sh cmd/*.sh \
	  tests/*.sh tests/*/*.sh tests/recipes/*.t completion/*.bash

# the analyzer of clang over a whole build, with checkers that clang-tidy has not;
# by hand: lint has clang-tidy, which runs the same analyzer. valist: see .clang-tidy
scan = -disable-checker valist.Uninitialized \
	-enable-checker optin.portability.UnixAPI \
	-enable-checker security.FloatLoopCounter
lint-scan:
	rm -rf build-scan
	scan-build --status-bugs --use-cc=clang -o build-scan/report $(scan) \
	  sh -c 'exec $(MAKE) -s -j2 B=build-scan CC="$$CC" CFLAGS=-O0 all'

# gcc 12 loses a pointer that was stored in an object on the heap and calls that
# a leak; LeakSanitizer and valgrind look for real ones
# missingIncludeSystem: cppcheck is not given the headers of the system
analyzer = -Wno-analyzer-malloc-leak
lint-one: $(SCHEMA)
	printf '%s\n' $(filter %.c,$(F)) | xargs -P2 -I{} \
	  gcc -std=c17 -O2 -fanalyzer $(analyzer) -Werror $(cppflags) -c \
	  -o /dev/null {}
	cppcheck -j2 --quiet --error-exitcode=1 --std=c11 --inline-suppr \
	  --enable=warning,performance,portability --suppress=missingIncludeSystem \
	  -Iinclude -Ilib $(filter %.c,$(F))
	printf '%s\n' $(filter %.c,$(F)) | xargs -P2 -I{} \
	  clang-tidy --quiet --warnings-as-errors='*' {} -- -std=c17 $(cppflags) \
	  2>/dev/null

# FEW calls of each kind and run; RUN='name ...' those of tests/faults/runs.txt
FEW = 6
$(B)/fault.so: tests/faults/fault.c
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -O2 -Wall -Wextra -fPIC -shared -o $@ $< -ldl
faults: all fixes $(B)/fault.so
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) FAULT_SO=$(abspath $(B))/fault.so \
	  FEW=$(FEW) sh tests/faults/faults.sh $(RUN)
faults-full:
	$(MAKE) faults FEW=0

# kill -9 at random moments; SEED=n is a series again
KILLS = 200
kills: all fixes
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) KILLS=$(KILLS) SEED=$(SEED) \
	  sh tests/faults/kill.sh

# full disks, read-only directories, readers that go, two runs at once
faults-more: all fixes
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) sh tests/faults/more.sh

# the unit and byte tests in a root of another architecture: ARCH=s390x, i386.
# T='name ...' are the files of tests/cli for it, none where that is empty
ARCH =
check-arch:
	tools/deps.sh arch
	sh tests/arch.sh $(ARCH)

bench: all fixes
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) sh tests/bench/bench.sh $(B)/bench

# what runs in several threads, under the thread sanitizer. Whatever vib-check
# finds in the VIBs, a race ends it with 66
TSAN = unit/t_pool unit/t_deflate unit/t_imgscan bin/vib-check bin/iso-rebuild
check-tsan: all fixes
	$(MAKE) SAN=thread $(TSAN:%=build-thread/%)
	set -e; for t in $(filter unit/%,$(TSAN)); do build-thread/$$t; done
	BIN=$(BIN) FIX=$(FIX) sh tests/fixture/vibs.sh $(B)/tsan
	rc=0; build-thread/bin/vib-check $(B)/tsan/*.vib >$(B)/tsan/out || rc=$$?; \
	[ $$rc -le 1 ] && [ "$$(grep -c '\.vib: ' $(B)/tsan/out)" -ge 12 ]
	PATH=$(BIN):$(FIX):$$PATH sh tests/fixture/mkimage.sh $(B)/tsan/in.iso
	build-thread/bin/iso-rebuild -q --add /X.TXT=README.md \
	  -o $(B)/tsan/out.iso $(B)/tsan/in.iso

# without ISA-L, which has another code for every processor
COUNT = BIN=$(CURDIR)/build-zlib/bin FIX=$(CURDIR)/build-zlib/fix CC='$(CC)' \
	sh tests/bench/count.sh
bench-check bench-baseline:
	$(MAKE) B=build-zlib ISAL= all fixes
	$(COUNT) $(if $(filter %baseline,$@),--renew) build-zlib/count

# $(call to,DIR): where DIR goes; $(call drop,DIR,NAME...): these are gone from it
to = '$(DESTDIR)$(1)'
drop = [ ! -d $(to) ] || { cd $(to) && rm -f $(2); }
rmdir = [ ! -d $(to) ] || rmdir --ignore-fail-on-non-empty $(to)
PAGES := $(notdir $(wildcard man/*.[157]))

install: all
	$(INSTALL) -d -m 755 $(foreach d,$(BINDIR) $(MANDIR)/man1 $(MANDIR)/man5 \
	  $(MANDIR)/man7 $(DATADIR) $(SCHEMADIR) $(COMPDIR) $(DOCDIR),$(call to,$d))
	$(INSTALL) -m 755 $(CMDS:%=$(B)/bin/%) $(SCRIPTS:%=$(B)/bin/%) \
	  $(call to,$(BINDIR))
	$(INSTALL) -m 644 man/*.1 $(call to,$(MANDIR)/man1)
	$(INSTALL) -m 644 man/*.5 $(call to,$(MANDIR)/man5)
	$(INSTALL) -m 644 man/*.7 $(call to,$(MANDIR)/man7)
	$(INSTALL) -m 644 schema/*.rng $(call to,$(SCHEMADIR))
	$(INSTALL) -m 644 $(COMPLETION) $(call to,$(COMPDIR))
	for c in $(CMDS) $(SCRIPTS); do \
	  ln -sf $(NAME) $(call to,$(COMPDIR))/$$c || exit 1; done
	$(INSTALL) -m 644 $(DOCS) $(call to,$(DOCDIR))

# exactly what install puts there; directories only where they are ours
uninstall:
	$(call drop,$(BINDIR),$(CMDS) $(SCRIPTS))
	$(call drop,$(MANDIR)/man1,$(filter %.1,$(PAGES)))
	$(call drop,$(MANDIR)/man5,$(filter %.5,$(PAGES)))
	$(call drop,$(MANDIR)/man7,$(filter %.7,$(PAGES)))
	$(call drop,$(SCHEMADIR),$(notdir $(wildcard schema/*.rng)))
	$(call drop,$(COMPDIR),$(NAME) $(CMDS) $(SCRIPTS))
	$(call drop,$(DOCDIR),$(DOCS))
	$(call rmdir,$(SCHEMADIR))
	$(call rmdir,$(DATADIR))
	$(call rmdir,$(DOCDIR))

# what is committed, not what lies here; the same bytes for the same commit
DIST = $(B)/$(NAME)-$(VERSION).tar.gz
dist:
	@mkdir -p $(B)
	@git diff --quiet HEAD -- || \
	  echo "dist: what is not committed is not in the archive" >&2
	git -c tar.umask=0022 archive --format=tar --prefix=$(NAME)-$(VERSION)/ \
	  -o $(DIST:.gz=.tmp) HEAD
	gzip -9 -n <$(DIST:.gz=.tmp) >$(DIST)
	rm $(DIST:.gz=.tmp)

# built from the archive, so that nothing gets into the source tree
DEBFLAGS = -us -uc -b
deb: dist
	tools/deps.sh build check pack
	rm -rf $(B)/deb
	mkdir -p $(B)/deb
	gzip -dc $(DIST) | tar -xf - -C $(B)/deb
	cd $(B)/deb/$(NAME)-$(VERSION) && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
	  dpkg-buildpackage $(DEBFLAGS)
	lintian --allow-root --fail-on error $(B)/deb/*.changes

# by hand: it makes a Debian root, and needs root or user namespaces
check-deb: deb
	$(MAKE) all fixes
	BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) sh tests/deb.sh $(B)/deb

check-pack: check-install check-dist check-repro
check-install check-dist: all fixes
	+MAKE='$(MAKE)' B=$(B) BIN=$(BIN) FIX=$(FIX) TOP=$(CURDIR) \
	  prove -e sh tests/$(@:check-%=%).sh
check-repro:
	sh tests/repro.sh

clean:
	rm -rf build build-*

-include $(shell find $(B) build-fuzz -path $(B)/arch -prune -o -name '*.d' \
	-print 2>/dev/null)

.PHONY: faults faults-full faults-more kills check-arch lint-scan all misbehave \
	units fixes replays check check-unit check-corpus check-cli check-trees \
	check-tsan bench-check bench-baseline \
	check-recipes check-boot check-report check-real check-valgrind demo fuzz lint \
	lint-headers lint-scripts lint-one bench install uninstall dist deb clean \
	check-pack check-install check-dist check-repro check-deb
.SECONDARY:
