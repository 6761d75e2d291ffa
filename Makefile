# Two commands: `make run` starts Vigie on this machine, `make test` proves it.

.DELETE_ON_ERROR:
.PHONY: run test check publication replay peers fmt clippy tidy fuzz soak bench

CARGO ?= cargo

# What the tests talk to, from Debian's packages: the InfluxDB whose answers ours must equal, a
# browser for the page. A test whose peer is missing is reported as skipped by name.
PEERS = haproxy docker.io busybox-static influxdb chromium chromium-driver

run:
	exec $(CARGO) run --release --bin vigie -- run

test: peers fmt clippy publication
	$(CARGO) test --workspace --no-fail-fast

check: fmt clippy

fmt:
	$(CARGO) fmt --all --check

clippy:
	$(CARGO) clippy --workspace --all-targets -- -D warnings

tidy:
	$(CARGO) test -p tidy

# What the engine's threads publish to each other, under a scheduler that tries thousands of orders. It is another build
# of everything, hence a folder of its own.
publication:
	RUSTFLAGS="$$RUSTFLAGS --cfg shuttle -D warnings" $(CARGO) test -p tsdb --test publication \
	  --target-dir "$${CARGO_TARGET_DIR:-target}/shuttle" -- --nocapture

# One schedule again: TEST is the name of the test that failed, SCHEDULE the file that it named.
replay:
	VIGIE_REPLAY="$(abspath $(SCHEDULE))" RUSTFLAGS="$$RUSTFLAGS --cfg shuttle -D warnings" $(CARGO) test -p tsdb --test publication \
	  --target-dir "$${CARGO_TARGET_DIR:-target}/shuttle" -- --nocapture "$(TEST)"

# Installs what is missing, when root; services of the packages are kept from starting.
peers:
	@missing=; for peer in $(PEERS); do \
	  dpkg-query -W -f='$${db:Status-Status}' $$peer 2>/dev/null | grep -qx installed || missing="$$missing $$peer"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	install="apt-get install --yes --no-install-recommends$$missing"; \
	if [ "$$(id -u)" != 0 ]; then echo "some tests will be skipped; to run them too: sudo $$install"; exit 0; fi; \
	echo "installing for the tests:$$missing"; \
	if [ ! -e /usr/sbin/policy-rc.d ]; then trap 'rm -f /usr/sbin/policy-rc.d' EXIT; trap 'exit 1' HUP INT TERM; printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; fi; \
	export DEBIAN_FRONTEND=noninteractive; log=$$(mktemp); apt-get update -qq && $$install >$$log 2>&1; result=$$?; \
	if [ $$result != 0 ]; then tail -n 20 $$log; echo "could not install:$$missing"; fi; rm -f $$log; exit 0

# Each fuzz target for a minute; needs `cargo install cargo-fuzz` and a nightly toolchain.
fuzz:
	cd fuzz && for target in $$($(CARGO) fuzz list); do $(CARGO) +nightly fuzz run $$target -- -max_total_time=60 || exit 1; done

# Ten times as many kills as `make test`, and random lives and schedules of the engine for some minutes each.
soak:
	VIGIE_KILL_ROUNDS=2000 $(CARGO) test -p vigie --test it crash:: -- --nocapture
	PROPTEST_CASES=20000 $(CARGO) test -p tsdb --test it walk:: -- --nocapture
	VIGIE_SCHEDULES=20000 VIGIE_SEED=$$(date +%s) $(MAKE) publication

bench:
	$(CARGO) build --release --bin vigie
	$(CARGO) run --release -p benches -- compare
