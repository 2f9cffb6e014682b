# Performance Aggregator. Needs git, make and Node >= 20.19 with npm; nothing else on PATH.
PNPM := npx -y pnpm@10.34.9
BIN := node_modules/.bin
.DEFAULT_GOAL := help
.PHONY: help install build run test test-system soak bench bench-analytics bench-transport format check images verify-images eif release clean reset

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node_modules/.installed: pnpm-lock.yaml package.json pnpm-workspace.yaml $(wildcard */package.json)
	@$(PNPM) install --frozen-lockfile --reporter=silent
	@touch $@

install: node_modules/.installed ## install what the lockfile names

build: install ## install and build
	@$(BIN)/tsc -b

run: build ## start the whole system on the simulator (ARGS=--once to stop after the transcript)
	@./perf-aggregator simulate $(ARGS)

test: build ## everything that needs only npm
	@$(BIN)/vitest run
	@$(BIN)/vitest run --config vitest.security.config.ts

test-system: build ## the world as processes, in named suites (SUITE=crash for one); installs the Debian packages that it needs
	@scripts/need-debian.sh openssl=openssl chromium=chromium qemu-system-x86_64=qemu-system-x86 cpio=cpio \
	  mksquashfs=squashfs-tools systemd-analyze=systemd /bin/busybox=busybox-static cc=gcc /usr/include/stdio.h=libc6-dev \
	  /usr/include/linux/vm_sockets.h=linux-libc-dev buildah=buildah podman=podman runc=runc conmon=conmon \
	  mmdebstrap=mmdebstrap ip=iproute2 unshare=util-linux zsh=zsh dash=dash bash=bash
	@node scripts/system-suites.mjs $(SUITE)

check: build ## format, lint, types and boundaries
	@$(BIN)/biome format .
	@$(BIN)/biome lint --error-on-warnings .
	@$(BIN)/oxlint --type-aware
	@$(BIN)/tsc -p tsconfig.test.json
	@node scripts/boundaries.mjs

soak: build ## property tests with a seed never used before, and twenty times the runs
	@PROPERTY_SEED=$${PROPERTY_SEED:-$$(date +%s)} PROPERTY_RUNS=2000 \
	  $(BIN)/vitest run $$(grep -rl --include=*.test.ts "from 'fast-check'" */test) --testTimeout 600000

bench: build ## measure against named baselines
	@node bench/service/main.mjs

bench-transport: build ## measure AF_VSOCK in a guest, and the egress proxy, against socat; installs the Debian packages it needs
	@scripts/need-debian.sh socat=socat qemu-system-x86_64=qemu-system-x86 cpio=cpio mksquashfs=squashfs-tools \
	  /bin/busybox=busybox-static cc=gcc /usr/include/linux/vm_sockets.h=linux-libc-dev
	@node bench/transport/guest/main.mjs
	@node bench/transport/host/main.mjs

bench-analytics: build ## measure the numbers: returns, lots, an account that grows, a ledger in memory
	@node bench/analytics/main.mjs --alone
	@node --max-old-space-size=12000 bench/analytics/incremental.mjs
	@node --expose-gc --max-old-space-size=12000 bench/analytics/memory.mjs

images: ## build both images; what is in the enclave's goes to dist/images/enclave
	@scripts/image/build.sh enclave
	@scripts/image/build.sh parent

verify-images: images ## build the enclave's root file system once more, elsewhere, and compare
	@scripts/image/verify.sh

eif: images build ## make the enclave image file with nitro-cli, and have our own reader agree
	@node scripts/image/eif.mjs dist/images/enclave.eif

test-eif: images build ## boot the enclave's root file system in QEMU's nitro-enclave machine; PCRs as /dev/nsm says them (builds QEMU once)
	@scripts/need-debian.sh mmdebstrap=mmdebstrap cpio=cpio /bin/busybox=busybox-static
	@node simulator/nitro/test.mjs

release: verify-images build ## write dist/release/measurements.json; RELEASE_KEY=PEM signs it
	@node scripts/image/release.mjs add dist/release/measurements.json dist/images/enclave \
	  $$(ls dist/images/enclave.eif 2> /dev/null)
	@cp dist/images/enclave/sbom.json dist/images/enclave/files.json dist/release/
	@[ -z "$(RELEASE_KEY)" ] || node scripts/image/release.mjs sign dist/release/measurements.json "$(RELEASE_KEY)"

format: install ## format everything
	@$(BIN)/biome check --write .

clean: ## delete what was built
	@rm -rf dist */dist node_modules/.installed

reset: build ## delete the simulator's world: keys, store, simulated sessions; nothing else
	@node simulator/dist/reset.js "$${PERF_AGGREGATOR_HOME:-.perf-aggregator}"
