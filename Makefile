# `make demo` shows what this project does, `make test` runs all tests, and `make help` lists the other targets.

SHELL := /bin/sh
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
BIN := .build/release
PROGRAMS := zarrwlr-mount zarrwlr
VERSION := $(shell sed -n 's/^let version = "\(.*\)"/\1/p' Sources/Commands/Version.swift)
UNITS := zarrwlr-check@.service zarrwlr-check@.timer zarrwlr-mount@.service
PAGES := $(notdir $(wildcard docs/man/*.[158]))

# Where shells look for completions. Debian's packages have those of zsh elsewhere.
BASH_COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions
FISH_COMPLETIONS ?= $(PREFIX)/share/fish/vendor_completions.d

# The packages that the Swift toolchain needs, the libraries, and the programs that tests and the demo run.
TOOLCHAIN := curl g++ libncurses6 libxml2 tzdata
LIBRARIES := libavcodec-dev libavformat-dev libavutil-dev libblosc-dev libcurl4-openssl-dev libexpat1-dev libflac-dev libfuse3-dev \
    libjemalloc-dev libopus-dev libseccomp-dev libsqlite3-dev libssl-dev libswresample-dev libzstd-dev zlib1g-dev pkg-config
TOOLS := attr bash-completion ffmpeg fish flac fuse-overlayfs fuse3 groff-base jq libimage-exiftool-perl opus-tools procps \
    python3-venv rsync sndfile-programs sox zsh
# What `make deb` needs.
PACKAGING := debhelper
# The programs that `make test-tools` has read mounts, and those that the guides name.
TEST_TOOLS := audacity chromium libnfs-utils mediainfo mp3val mpv nfs-ganesha nfs-ganesha-vfs nginx-light oggz-tools \
    openssh-client openssh-sftp-server pngcheck python3-numpy python3-scipy python3-torch rclone samba samba-common-bin smbclient \
    sonic-visualiser vorbis-tools xvfb
# The S3 service and the web server that `make test-s3` starts. (python3-swiftclient would put another /usr/bin/swift before the compiler.)
S3_SERVER := memcached nginx-light openssl swift-account swift-container swift-object swift-proxy
# The tools that only the benchmarks compare with.
BENCH_TOOLS := ffmpegfs
PACKAGES := $(TOOLCHAIN) $(LIBRARIES) $(TOOLS)

# The toolchain has lld. Without gold, which Debian 13 no longer has, ld makes no read-only relocations of these programs.
RELEASE := -c release --static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker -z -Xlinker relro

# Tests are built beside the release programs, at the same time.
TESTS := --scratch-path .build/tests

# How long `make soak` takes, and how long `make sanitize` compares mounts with its model, in seconds.
SOAK_SECONDS ?= 3600
SANITIZE_SECONDS ?= 120

# Which sections `make bench` measures (all).
BENCH ?=

# What `make fuzz` does: seconds for stores, for sources and for each parser, the seed of the first, and which parsers (all).
FUZZ_SECONDS ?= 60
FUZZ_SEED ?= 1
FUZZ_PARSERS ?=
# libFuzzer without its main function comes with the toolchain, in a folder that depends on its version.
FUZZER = $(firstword $(wildcard $(dir $(realpath $(shell command -v $(SWIFT) 2>/dev/null)))../lib/swift/clang/lib/linux/libclang_rt.fuzzer_no_main-*.a))
FUZZ_BUILD = .build/fuzz
COVERAGE = -sanitize=address -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp

.PHONY: help deps toolchain build install uninstall deb dist test-deb test test-s3 test-tools fuzz soak sanitize lint format demo bench clean

help:
	@echo "make deps     install the Debian packages that building and testing need"
	@echo "make build    build the release programs into $(BIN)"
	@echo "make install  install them below PREFIX ($(PREFIX)), staged below DESTDIR"
	@echo "make deb      build Debian packages into .build/deb; make dist: the sources as an archive in .build/dist"
	@echo "make test-deb build, install, boot and purge the packages in fresh Debians (DEBIAN_RELEASES=$(DEBIAN_RELEASES)); as root"
	@echo "make test     install the packages, build, and run every test"
	@echo "make test-s3  run the tests that read and write by real S3 services (OpenStack Swift, moto) and read from nginx, and install these"
	@echo "make test-tools have other programs (ffmpeg, Audacity, Samba ...) read every view of a mount, and run the guides; as root"
	@echo "make soak     read mounts for an hour (SOAK_SECONDS=$(SOAK_SECONDS)), and mount 500 times: every byte right, nothing grows or stays"
	@echo "make sanitize compare mounts with a model, with programs built for AddressSanitizer and LeakSanitizer"
	@echo "make demo     install the packages, build, and mount a store of generated sound"
	@echo "make bench    compare with other tools, and write docs/performance.md (long; BENCH_QUICK=1 for a first look, BENCH=remote for a part)"
	@echo "make fuzz     damage stores, sources and the input of parsers at random (FUZZ_SECONDS=60 for each, FUZZ_SEED=1)"
	@echo "make lint     check the format of the sources; make format fixes it"
	@echo "make clean    remove all build products"

deps:
	@set -e; \
	as_root() { if [ "$$(id -u)" = 0 ]; then "$$@"; else sudo "$$@"; fi; }; \
	missing=; \
	for package in $(PACKAGES); do \
	    dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then echo "All Debian packages are installed."; exit 0; fi; \
	echo "Installing:$$missing"; \
	as_root apt-get update -q; \
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing

toolchain:
	@command -v $(SWIFT) >/dev/null 2>&1 || { \
	    echo "make: there is no Swift toolchain ($(SWIFT) is not in the PATH)." >&2; \
	    echo "make: install Swift 6.2 or later from https://www.swift.org/install/linux/ and try again." >&2; \
	    exit 1; }
	@version=$$($(SWIFT) --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p'); \
	set -- $$version; \
	[ $${1:-0} -gt 6 ] || { [ $${1:-0} -eq 6 ] && [ $${2:-0} -ge 2 ]; } || { \
	    echo "make: Swift $${1:-?}.$${2:-?} is too old; install Swift 6.2 or later from https://www.swift.org/install/linux/" >&2; \
	    exit 1; }

build: toolchain
	@set -e; for program in $(PROGRAMS); do $(SWIFT) build $(RELEASE) --product $$program; done

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(addprefix $(BIN)/,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/bin
	strip $(addprefix $(DESTDIR)$(PREFIX)/bin/,$(PROGRAMS))
	for page in $(PAGES); do \
	    install -D -m 644 "docs/man/$$page" "$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page" || exit 1; \
	done
	ln -sf mount.zarrwlr.8 $(DESTDIR)$(PREFIX)/share/man/man8/mount.fuse.zarrwlr.8
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in $(UNITS); do \
	    sed 's|/usr/local/bin/|$(PREFIX)/bin/|' "mount-helpers/$$unit" > "$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit" && \
	    chmod 644 "$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit" || exit 1; \
	done
	install -d $(addprefix $(DESTDIR),$(BASH_COMPLETIONS) $(ZSH_COMPLETIONS) $(FISH_COMPLETIONS))
	for program in $(PROGRAMS); do \
	    install -m 644 completions/zarrwlr.bash "$(DESTDIR)$(BASH_COMPLETIONS)/$$program" && \
	    install -m 644 completions/zarrwlr.fish "$(DESTDIR)$(FISH_COMPLETIONS)/$$program.fish" || exit 1; \
	done
	install -m 644 completions/_zarrwlr $(DESTDIR)$(ZSH_COMPLETIONS)
	install -d $(DESTDIR)$(PREFIX)/sbin
	install -m 755 mount-helpers/mount.zarrwlr $(DESTDIR)$(PREFIX)/sbin
	ln -sf mount.zarrwlr $(DESTDIR)$(PREFIX)/sbin/mount.fuse.zarrwlr
	# mount(8) looks for helpers in /sbin only, which may be a link to /usr/sbin.
	case $(PREFIX) in / | /usr) ;; *) \
	    install -d $(DESTDIR)/sbin && ln -sf $(PREFIX)/sbin/mount.zarrwlr $(DESTDIR)/sbin/mount.zarrwlr && \
	    ln -sf $(PREFIX)/sbin/mount.fuse.zarrwlr $(DESTDIR)/sbin/mount.fuse.zarrwlr ;; \
	esac

uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,$(PROGRAMS)) \
	    $(foreach page,$(PAGES),$(DESTDIR)$(PREFIX)/share/man/man$(patsubst .%,%,$(suffix $(page)))/$(page)) \
	    $(DESTDIR)$(PREFIX)/share/man/man8/mount.fuse.zarrwlr.8 \
	    $(addprefix $(DESTDIR)$(PREFIX)/lib/systemd/system/,$(UNITS)) \
	    $(addprefix $(DESTDIR)$(BASH_COMPLETIONS)/,$(PROGRAMS)) \
	    $(addsuffix .fish,$(addprefix $(DESTDIR)$(FISH_COMPLETIONS)/,$(PROGRAMS))) \
	    $(DESTDIR)$(ZSH_COMPLETIONS)/_zarrwlr \
	    $(DESTDIR)$(PREFIX)/sbin/mount.zarrwlr $(DESTDIR)$(PREFIX)/sbin/mount.fuse.zarrwlr
	case $(PREFIX) in / | /usr) ;; *) rm -f $(DESTDIR)/sbin/mount.zarrwlr $(DESTDIR)/sbin/mount.fuse.zarrwlr ;; esac

# Packages for the Debian that this runs on. Its name is in their version, so that those of the next Debian replace them.
deb: PACKAGES := $(TOOLCHAIN) $(LIBRARIES) $(PACKAGING)
deb: deps
	. /etc/os-release && debian/changelog.sh "1~deb$$VERSION_ID" "$$VERSION_CODENAME" > debian/changelog
	debian/rules binary
	@ls .build/deb/*.deb

# The sources of the last commit, and their checksum.
dist:
	@test -z "$$(git status --porcelain)" || { echo "make: there are changes that are not committed" >&2; exit 1; }
	mkdir -p .build/dist
	git archive --prefix=zarrwlr-mount-$(VERSION)/ HEAD | gzip -n -9 > .build/dist/zarrwlr-mount-$(VERSION).tar.gz
	cd .build/dist && sha256sum zarrwlr-mount-$(VERSION).tar.gz | tee zarrwlr-mount-$(VERSION).tar.gz.sha256

# The packages, built, installed and removed in fresh systems of these releases of Debian, which are kept in .build/debian.
DEBIAN_RELEASES ?= bookworm trixie
test-deb: PACKAGES := mmdebstrap rsync sox systemd-container
test-deb: deps toolchain dist
	Tests/Packages/test-deb.sh $(abspath $(dir $(realpath $(shell command -v $(SWIFT) 2>/dev/null)))../..) \
	    .build/debian $(DEBIAN_RELEASES)

# The Python packages with which tests read stores, their sound and their metadata.
.venv/bin/readers-are-there: Makefile
	python3 -m venv .venv
	.venv/bin/pip install --quiet "zarr>=3,<4" av guano pandas soundfile wavinfo
	touch $@

# The Python with which other readers and another server are tested, besides Debian's packages.
.build/test-s3/bin/readers-are-there: Makefile
	python3 -m venv .build/test-s3
	.build/test-s3/bin/pip install --quiet "zarr>=3,<4" s3fs "moto[server]"
	touch $@

# The tests run in several processes at once, since most wait now and then: for other programs, and for mounts, of the programs that
# `make install` installs, which are made one after another. Those with many processes that are killed, one after the other, come first,
# and then those of servers: an S3 service (Tests/Tools/s3_server.py), nginx. What takes them long is done only with SERVER_TESTS=1.
KILLED := ^ConfinementTests\.|^ZarrTests\.(InterruptedWriting|S3Copy|StoreCopy)Tests
SERVERS := S3ServerTests|Imports to S3 services|Mounts of (remote stores|web servers|an S3 service)
MOUNTS := ^MountTests\.Mounts/
COMMANDS := ^(Commands|Importing|Fuzz)Tests\.
TEST_PARTS := killed servers mounts commands others
SERVER_TESTS ?=
ifneq ($(SERVER_TESTS),)
test: PACKAGES += $(S3_SERVER)
test: .build/test-s3/bin/readers-are-there
endif
ALL_SERVER_TESTS := ZARRWLR_SERVER_TESTS=1 ZARRWLR_S3_PYTHON=$(abspath .build/test-s3/bin/python)
test: deps toolchain .venv/bin/readers-are-there
	@# Neither build keeps two processors busy all the time.
	@mkdir -p .build; $(MAKE) --no-print-directory build > .build/release.log 2>&1 & release=$$!; \
	$(SWIFT) build $(TESTS) --build-tests; tests=$$?; wait $$release; built=$$?; cat .build/release.log; rm .build/release.log; \
	[ $$tests = 0 ] && [ $$built = 0 ]
	@rm -f .build/test-*.status; export ZARRWLR_PROGRAMS=$(abspath $(BIN)); \
	run() { part=$$1; shift; $(SWIFT) test $(TESTS) --skip-build --ignore-lock "$$@" > .build/test-$$part.log 2>&1; \
	    echo $$? > .build/test-$$part.status; }; \
	{ run killed --filter '$(KILLED)'; $(if $(SERVER_TESTS),export $(ALL_SERVER_TESTS);) run servers --filter '$(SERVERS)'; } & \
	run mounts --filter '$(MOUNTS)' --skip '$(SERVERS)' & run commands --filter '$(COMMANDS)' --skip '$(SERVERS)' & \
	run others --skip '$(KILLED)|$(SERVERS)|$(MOUNTS)|$(COMMANDS)'; wait
	@status=0; for part in $(TEST_PARTS); do \
	    cat .build/test-$$part.log; \
	done; for part in $(TEST_PARTS); do \
	    [ "$$(cat .build/test-$$part.status)" = 0 ] && continue; status=1; \
	    echo "make: tests failed (all they printed: .build/test-$$part.log):" >&2; \
	    grep -A 3 ' recorded an issue ' .build/test-$$part.log >&2; \
	done; exit $$status

# The suites of servers alone, with all that `make test` does of them only with SERVER_TESTS=1.
test-s3: PACKAGES += $(S3_SERVER)
test-s3: deps toolchain .build/test-s3/bin/readers-are-there
	$(SWIFT) build $(TESTS) --build-tests
	$(ALL_SERVER_TESTS) $(SWIFT) test $(TESTS) --skip-build --filter '$(SERVERS)'

# Other programs read all views of a mount, and what each reads is compared. Python's packages come on top of Debian's.
READERS := views ffmpeg sox sndfile python_readers metadata coded players audacity sonic_visualiser browser servers
.build/test-tools/bin/readers-are-there: Makefile
	/usr/bin/python3 -m venv --system-site-packages .build/test-tools
	.build/test-tools/bin/pip install --quiet soundfile librosa guano wavinfo
	touch $@

test-tools: PACKAGES += $(TEST_TOOLS)
test-tools: deps build .build/test-tools/bin/readers-are-there
	@failed=; for program in $(READERS); do \
	    echo "== $$program"; \
	    .build/test-tools/bin/python Tests/Tools/$$program.py --programs $(BIN) || failed="$$failed $$program"; \
	done; \
	echo "== nfs"; Tests/Tools/nfs.sh $(BIN) || failed="$$failed nfs"; \
	echo "== guides"; \
	Tests/Tools/guides.py --programs $(BIN) --python .build/test-tools/bin/python || failed="$$failed guides"; \
	[ -z "$$failed" ] || { echo "make: these have failed:$$failed" >&2; exit 1; }

# Three quarters of the time for one mount, one quarter for many mounts of a store that changes.
soak: deps build
	$(SWIFT) build $(TESTS) --build-tests
	ZARRWLR_REQUIRE_MOUNT=1 ZARRWLR_PROGRAMS=$(abspath $(BIN)) ZARRWLR_MOUNT_CYCLES=500 \
	    ZARRWLR_SOAK_SECONDS=$$(($(SOAK_SECONDS) * 3 / 4)) ZARRWLR_MODEL_SECONDS=$$(($(SOAK_SECONDS) / 4)) \
	    $(SWIFT) test $(TESTS) --skip-build --filter 'MountTests\.Mounts/(Soak|MountCycles|ReferenceModel)'

# The programs are confined by no sandbox here: in it, LeakSanitizer could neither stop threads nor write its report. Which threads it
# could not stop, those that a fork has left with the parent, it also writes to the files of its reports.
SANITIZED := $(abspath .build/address)
sanitize: deps toolchain
	@set -e; for program in $(PROGRAMS); do \
	    ZARRWLR_SANITIZED=1 $(SWIFT) build --sanitize=address --scratch-path $(SANITIZED) --product $$program; \
	done
	$(SWIFT) build $(TESTS) --build-tests
	rm -rf $(SANITIZED)/reports && mkdir $(SANITIZED)/reports
	@status=0; \
	ZARRWLR_REQUIRE_MOUNT=1 ZARRWLR_PROGRAMS=$(SANITIZED)/debug ZARRWLR_MOUNT_OPTIONS=sandbox=off ZARRWLR_SANDBOX=off \
	    ZARRWLR_MODEL_SECONDS=$(SANITIZE_SECONDS) \
	    ASAN_OPTIONS=detect_leaks=1:malloc_context_size=40:log_path=$(SANITIZED)/reports/report \
	    LSAN_OPTIONS=print_suppressions=0:suppressions=$(abspath Tests/Fixtures/leaks.txt) \
	    $(SWIFT) test $(TESTS) --skip-build --filter 'MountTests\.Mounts/ReferenceModel' || status=1; \
	for report in $$(grep -ls 'ERROR: ' $(SANITIZED)/reports/*); do cat $$report; status=1; done; \
	[ $$status = 0 ] || { echo "make: the tests have failed, or a sanitizer has found something: see above" >&2; exit 1; }

# A parser that fails leaves the input that did it in $(FUZZ_BUILD), and its name says which parser it is. Corpora grow there, too.
fuzz: deps toolchain
	$(SWIFT) build $(TESTS) --build-tests
	FUZZ_SEED=$(FUZZ_SEED) FUZZ_SECONDS=$(FUZZ_SECONDS) $(SWIFT) test $(TESTS) --skip-build --filter FuzzTests
	@test -n "$(FUZZER)" || { echo "make: this Swift toolchain has no libFuzzer" >&2; exit 1; }
	ZARRWLR_FUZZ=1 $(SWIFT) build -c release --scratch-path $(FUZZ_BUILD) --product zarrwlr-fuzz \
	    -Xswiftc -enable-testing $(addprefix -Xswiftc ,$(COVERAGE)) -Xlinker $(FUZZER) -Xlinker -lstdc++
	@Fuzz/fuzz.sh $(FUZZ_BUILD) $(FUZZ_SECONDS) $(FUZZ_PARSERS)

lint: toolchain
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks Fuzz

format: toolchain
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Benchmarks Fuzz

demo: deps build
	@Demo/demo.sh $(BIN)

.build/bench/bin/readers-are-there: Makefile
	python3 -m venv .build/bench
	.build/bench/bin/pip install --quiet "zarr>=3,<4" s3fs
	touch $@

bench: PACKAGES += $(BENCH_TOOLS) $(S3_SERVER) rclone
bench: deps build .build/bench/bin/readers-are-there
	$(SWIFT) build $(RELEASE) --product zarrwlr-bench
	BENCH_PYTHON=$(abspath .build/bench/bin/python) python3 Benchmarks/bench.py $(BIN) $(BENCH)

clean:
	rm -rf .build .venv
