# Tuoyu: `make run` and `make test` are all a newcomer needs; `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# What people set --------------------------------------------------------------------------------
LISTEN    ?= 127.0.0.1:8080
STORE     ?= var/tuoyu.db
REGION    ?= data/regions/binjiang/region.json
TEST_DATA ?= ../shared/data
ONLY      ?=
PREFIX    ?= /usr/local
DESTDIR   ?=
REV       ?= main
# 1: build the page too (needs node and npm, which `make deps` installs); 0: the server alone.
WEB       ?= 1

# How things are built ---------------------------------------------------------------------------
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
CLANG   ?= clang
VARIANT ?= release
BUILD   := build
OUT     := $(BUILD)/$(VARIANT)

PACKAGES := libmicrohttpd geos proj sqlite3 jansson libdeflate glib-2.0
# Asked only by rules that compile, so that `make help` works on a bare machine.
PACKAGE_CFLAGS = $(eval PACKAGE_CFLAGS := $$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null | sed 's/-I/-isystem /g'))$(PACKAGE_CFLAGS)
PACKAGE_LIBS   = $(eval PACKAGE_LIBS := $$(shell pkg-config --libs libmicrohttpd proj sqlite3 jansson libdeflate glib-2.0 2>/dev/null) -lgeos_c)$(PACKAGE_LIBS)

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
BASE     := -std=c17 -D_GNU_SOURCE -I. -I$(BUILD)/gen -g -fno-omit-frame-pointer -pthread $(WARNINGS)
FLAGS_release := -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
# Under sanitizers gcc guesses at truncation that it can rule out in the release build.
FLAGS_asan    := -O1 -Wno-format-truncation -fsanitize=address,undefined -fno-sanitize-recover=undefined
FLAGS_tsan    := -O1 -Wno-format-truncation -fsanitize=thread
FLAGS_fuzz    := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FLAGS_clang   := -O2
LINK_release  := -pie
CC_fuzz       := $(CLANG)
CC_clang      := $(CLANG)
CXX_fuzz      := $(CLANG)++
CXX_clang     := $(CLANG)++
COMPILER       = $(or $(CC_$(VARIANT)),$(CC))
CXX_COMPILER   = $(or $(CXX_$(VARIANT)),$(CXX))
# The one C++ file reads OSM through libosmium, whose headers are not ours to warn about.
CXX_BASE := -std=c++17 -D_GNU_SOURCE -I. -g -fno-omit-frame-pointer -pthread -Wall -Wextra -Wshadow -Werror
CXX_LIBS := -lz -lbz2 -lexpat -lstdc++
VARIANT_FLAGS  = $(FLAGS_$(VARIANT))

SOURCES  := $(wildcard geo/*.c data/*.c server/*.c)
CXX_SOURCES := $(wildcard data/*.cc)
GENERATED := $(BUILD)/gen/schema.c $(BUILD)/gen/openapi_schemas.c $(BUILD)/gen/text_table.c $(BUILD)/gen/assets.c
TEXTS    := web/text/zh.json web/text/en.json
LIBRARY  := $(filter-out server/main.c,$(SOURCES))
LIB_OBJ   = $(LIBRARY:%.c=$(OUT)/%.o) $(CXX_SOURCES:%.cc=$(OUT)/%.o) $(GENERATED:$(BUILD)/%.c=$(OUT)/%.o)
MAIN_OBJ  = $(OUT)/server/main.o
TEST_SRC := $(wildcard tests/test.c tests/geo/*.c tests/data/*.c tests/server/*.c)
BENCH_SHARED := $(filter-out tests/bench/bench_%,$(wildcard tests/bench/*.c))
BENCHES  := $(patsubst tests/bench/%.c,%,$(wildcard tests/bench/bench_*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
LIBS      = $(PACKAGE_LIBS) $(if $(CXX_SOURCES),$(CXX_LIBS)) -ldl -lm -pthread

.PHONY: help run test check bench bench-vs bench-web pictures fuzz install clean all deps deps-browser sample torture web \
        variant-program variant-tests variant-benches variant-fuzzers variant-objects

help: ## This list
	@echo "Tuoyu 托育: finds childcare that fits and really has a free place."; echo
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | \
	  awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'
	@echo; echo "  LISTEN=$(LISTEN)  STORE=$(STORE)  TEST_DATA=$(TEST_DATA)"

deps: ## Install what is missing (Debian packages; needs root or sudo only then)
	@WEB=$(WEB) scripts/install_deps.sh

all: deps ## Build bin/tuoyu and the page (WEB=0: the server alone)
	@$(MAKE) VARIANT=release variant-program $(if $(filter-out 0,$(WEB)),web)
	@mkdir -p bin && cmp -s $(BUILD)/release/tuoyu bin/tuoyu || cp $(BUILD)/release/tuoyu bin/tuoyu

run: all ## Serve the sample region on LISTEN, making its store first if there is none
	@scripts/run.sh "$(LISTEN)" "$(STORE)" "$(REGION)"

sample: all ## Make a new sample store at STORE (an old one is kept aside)
	@scripts/sample.sh "$(STORE)" "$(REGION)"

# Where no browser can be installed, the tests that need one are skipped and say so.
deps-browser:
	@[ "$(WEB)" = 0 ] || scripts/install_deps.sh browser || true

test: deps deps-browser ## Run every test; ends with one line: N passed, N failed, N skipped (ONLY=part of a name)
	@WEB=$(WEB) TEST_DATA="$(TEST_DATA)" scripts/test.sh $(ONLY)

check: deps ## Static checks: format, clang warnings, cppcheck, shellcheck, types, the house's rules
	@WEB=$(WEB) scripts/check.sh

bench: deps ## Measure speed against peers; prints machine, commit, flags, sizes
	@scripts/bench.sh $(ONLY)

bench-vs: deps ## Compare this tree's benches with those of REV in one run
	@scripts/bench_vs.sh "$(REV)" $(ONLY)

bench-web: all deps-browser ## Measure the page in a browser: Lighthouse, and the time to the first useful list
	@scripts/bench_web.sh

pictures: all deps-browser web/e2e/node_modules/.package-lock.json ## Take the README's pictures anew, of the sample region
	@node web/e2e/pictures.mjs --program bin/tuoyu

fuzz: deps ## Fuzz every parser for SECONDS each (default 60)
	@scripts/fuzz.sh "$${SECONDS_EACH:-60}" $(ONLY)

torture: deps ## Long fault tests: power cuts, full disks, kills
	@scripts/torture.sh

install: all ## Install program and regions under DESTDIR PREFIX
	install -D -m 755 bin/tuoyu "$(DESTDIR)$(PREFIX)/bin/tuoyu"
	mkdir -p "$(DESTDIR)$(PREFIX)/share/tuoyu"
	cp -R data/regions "$(DESTDIR)$(PREFIX)/share/tuoyu/"
	[ "$(WEB)" = 0 ] || { mkdir -p "$(DESTDIR)$(PREFIX)/share/tuoyu/web" && cp -R web/dist "$(DESTDIR)$(PREFIX)/share/tuoyu/web/"; }

clean: ## Remove what was built (never a store)
	rm -rf $(BUILD) bin web/dist

# Compiling --------------------------------------------------------------------------------------
# The keys of the pages' texts are an enum; whoever includes it is known only after the first build.
$(OUT)/%.o: %.c | $(BUILD)/gen/text_keys.h
	@mkdir -p $(@D)
	@echo "  cc $(VARIANT) $<"
	@$(COMPILER) $(BASE) $(VARIANT_FLAGS) $(PACKAGE_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/%.o: %.cc
	@mkdir -p $(@D)
	@echo "  cc $(VARIANT) $<"
	@$(CXX_COMPILER) $(CXX_BASE) $(VARIANT_FLAGS) -MMD -MP -c -o $@ $<

$(OUT)/gen/%.o: $(BUILD)/gen/%.c | $(BUILD)/gen/text_keys.h
	@mkdir -p $(@D)
	@$(COMPILER) $(BASE) $(VARIANT_FLAGS) -MMD -MP -c -o $@ $<

# The schema is written as SQL and carried in the program as text.
$(BUILD)/gen/schema.c: data/schema.sql scripts/embed_text.sh
	@mkdir -p $(@D)
	@scripts/embed_text.sh schema_sql data/schema.sql > $@

# So are the shapes of the API's answers.
$(BUILD)/gen/openapi_schemas.c: server/openapi_schemas.json scripts/embed_text.sh
	@mkdir -p $(@D)
	@scripts/embed_text.sh openapi_schemas server/openapi_schemas.json > $@

# And the texts of the pages, in both languages, and what they look like without the built page.
$(BUILD)/gen/text_keys.h: $(TEXTS) scripts/embed_texts.sh
	@mkdir -p $(@D)
	@scripts/embed_texts.sh header $(TEXTS) > $@

$(BUILD)/gen/text_table.c: $(TEXTS) scripts/embed_texts.sh
	@mkdir -p $(@D)
	@scripts/embed_texts.sh table $(TEXTS) > $@

$(BUILD)/gen/assets.c: server/assets/base.css server/assets/favicon.svg scripts/embed_text.sh
	@mkdir -p $(@D)
	@{ scripts/embed_text.sh asset_base_css server/assets/base.css; \
	   scripts/embed_text.sh asset_favicon_svg server/assets/favicon.svg; } > $@

$(OUT)/tuoyu: $(MAIN_OBJ) $(LIB_OBJ)
	@echo "  link $@"
	@$(COMPILER) $(VARIANT_FLAGS) $(LINK_$(VARIANT)) -o $@ $^ $(LIBS)

$(OUT)/test_runner: $(TEST_SRC:%.c=$(OUT)/%.o) $(BENCH_SHARED:%.c=$(OUT)/%.o) $(LIB_OBJ)
	@echo "  link $@"
	@$(COMPILER) $(VARIANT_FLAGS) $(LINK_$(VARIANT)) -o $@ $^ $(LIBS)

$(OUT)/bench_%: $(OUT)/tests/bench/bench_%.o $(BENCH_SHARED:%.c=$(OUT)/%.o) $(LIB_OBJ)
	@echo "  link $@"
	@$(COMPILER) $(VARIANT_FLAGS) $(LINK_$(VARIANT)) -o $@ $^ $(LIBS)

$(OUT)/fuzz_%: $(OUT)/tests/fuzz/fuzz_%.o $(LIB_OBJ)
	@echo "  link $@"
	@$(COMPILER) $(VARIANT_FLAGS) -fsanitize=fuzzer -fsanitize-link-c++-runtime -o $@ $^ $(LIBS)

variant-program: $(OUT)/tuoyu
variant-tests: $(OUT)/test_runner
variant-benches: $(BENCHES:%=$(OUT)/%)
variant-fuzzers: $(FUZZERS:%=$(OUT)/%)
variant-objects: $(LIB_OBJ) $(MAIN_OBJ) $(TEST_SRC:%.c=$(OUT)/%.o)

# The page -----------------------------------------------------------------------------------------
# npm asks the network only when the lock file is newer than what is installed.
web: web/dist/manifest.json

web/dist/manifest.json: web/node_modules/.package-lock.json web/build.mjs $(wildcard web/src/*.ts web/src/*.css web/text/*.json)
	@echo "  web"
	@node web/build.mjs
	@touch $@

web/node_modules/.package-lock.json web/e2e/node_modules/.package-lock.json: %/node_modules/.package-lock.json: %/package.json %/package-lock.json
	@echo "  npm ci in $*"
	@cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

.SECONDARY:
-include $(shell find $(BUILD)/$(VARIANT) -name '*.d' 2>/dev/null)
