# retention: build with PGXS.  "make help" lists the targets.
#
# PG_CONFIG=/path/to/pg_config chooses the PostgreSQL to build for.

EXTENSION    = retention
srcdir_     := $(dir $(firstword $(MAKEFILE_LIST)))
EXTVERSION   = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(srcdir_)retention.control)
MODULE_big   = retention

CORE_OBJS    = $(patsubst $(srcdir_)%.c,%.o,$(sort $(wildcard $(srcdir_)src/core/*.c)))
PG_OBJS      = $(patsubst $(srcdir_)%.c,%.o,$(sort $(wildcard $(srcdir_)src/pg/*.c)))
OBJS         = $(CORE_OBJS) $(PG_OBJS)

PG_CPPFLAGS  = -I$(srcdir_)src
PG_CFLAGS    = -Wextra -Wshadow=compatible-local -Wno-unused-parameter -Wno-sign-compare \
               -Wno-missing-field-initializers -Wno-clobbered
SHLIB_LINK  += -lm

# Only what SQL calls is exported, now and in released versions:
# another module may have functions of the same names
SHLIB_EXPORTS = retention.txt

SQL_PARTS    = $(sort $(wildcard $(srcdir_)sql/parts/*.sql))
REVIEW_CSS   = $(srcdir_)sql/page/review.css
DATA_built   = sql/$(EXTENSION)--$(EXTVERSION).sql
# scripts of released versions are as they were
DATA         = $(filter-out %/$(notdir $(DATA_built)), \
                 $(wildcard $(srcdir_)sql/$(EXTENSION)--*.sql)) \
               $(wildcard $(srcdir_)sql/updates/*--*--*.sql)
RELEASED     = 0.1.0

REGRESS      = $(patsubst $(srcdir_)test/sql/%.sql,%,$(sort $(wildcard $(srcdir_)test/sql/*.sql)))
REGRESS_OPTS = --inputdir=$(srcdir_)test --load-extension=$(EXTENSION)

CORE_TEST    = test/core/core_test
EXTRA_CLEAN  = results regression.diffs regression.out tmp_check $(CORE_TEST) \
               retention.txt retention.list

PG_CONFIG   ?= pg_config

# the core asserts where the server does
PG_CONFIG_H  = $$($(PG_CONFIG) --includedir-server)/pg_config.h
ASSERTIONS  := $(shell grep -q 'define USE_ASSERT_CHECKING' "$(PG_CONFIG_H)" 2>/dev/null && \
                 echo -DRT_ASSERTIONS)
PG_CPPFLAGS += $(ASSERTIONS)
PGXS        := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# A VPATH build has no folders of its own yet, and pg_regress looks for expected/
# in the current one.  The source tree must be clean, or make finds its objects.
$(shell mkdir -p $(sort $(dir $(OBJS) $(CORE_TEST) $(DATA_built))))
$(shell [ -e expected ] || ln -s $(abspath $(srcdir_)expected) expected)

# the css of the review is a file of its own, and comes to where a part says {{review.css}}
$(DATA_built): $(SQL_PARTS) $(REVIEW_CSS) $(srcdir_)retention.control
	! grep -nF '$$css$$' $(REVIEW_CSS)
	sed -e '/^{{review\.css}}$$/{' -e 'r $(REVIEW_CSS)' -e d -e '}' $(SQL_PARTS) > $@

$(SHLIB_EXPORTS): $(SQL_PARTS) $(DATA) $(srcdir_)Makefile
	{ printf '%s\n' Pg_magic_func _PG_init; \
	  sed -n "s/^.*'MODULE_PATHNAME', '\([a-z0-9_]*\)'.*/\1 pg_finfo_\1/p" $(SQL_PARTS) $(DATA) | \
	  tr ' ' '\n' | LC_ALL=C sort -u; } > $@

# calls from one of our functions to another stay here, where the linker can see to that
LDFLAGS_SL  += $(shell echo 'int f(void); int f(void) { return 0; }' | \
                 $(CC) -shared -fPIC -Wl,-Bsymbolic -x c - -o .symbolic >/dev/null 2>&1 && \
                 echo -Wl,-Bsymbolic; rm -f .symbolic)

# what brings the last released version up to date
DELTA        = sql/updates/$(EXTENSION)--$(RELEASED)--$(EXTVERSION).sql
delta: $(DATA_built)
	perl $(srcdir_)script/delta $(srcdir_)sql/$(EXTENSION)--$(RELEASED).sql $(DATA_built) \
		$(EXTVERSION) > $(srcdir_)$(DELTA).new
	mv $(srcdir_)$(DELTA).new $(srcdir_)$(DELTA)

# every object depends on every header: they are few, and this is never wrong
$(OBJS): $(wildcard $(srcdir_)src/core/*.h $(srcdir_)src/pg/*.h)

# The core's own tests need neither a server nor its headers
CORE_CFLAGS  = -std=gnu99 -g -O2 -Wall -Wextra -Wno-unused-parameter -Wshadow=compatible-local \
               -Werror -Wdeclaration-after-statement -DRT_ASSERTIONS
CORE_SOURCES = $(patsubst %.o,$(srcdir_)%.c,$(CORE_OBJS)) $(wildcard $(srcdir_)test/core/*.c)
$(CORE_TEST): $(CORE_SOURCES) $(wildcard $(srcdir_)src/core/*.h $(srcdir_)test/core/*.h)
	$(CC) $(CORE_CFLAGS) $(SANITIZE) -I$(srcdir_)src -I$(srcdir_)test/core -o $@ $(CORE_SOURCES) -lm

check-core: $(CORE_TEST)
	cd $(srcdir_). && $(CURDIR)/$(CORE_TEST)

prove:
	pg_prove $(PG_PROVE_OPTS) $(srcdir_)test/pgtap/*.sql

demo:
	bash $(srcdir_)sql/demo/run

test:
	bash $(srcdir_)test/run

bench:
	bash $(srcdir_)test/bench/run

doc:
	bash $(srcdir_)doc/generate

help:
	@echo "make              build the extension for the PostgreSQL of PG_CONFIG"
	@echo "make install      install it there"
	@echo "make installcheck run the regression tests against a running server"
	@echo "make prove        run the pgTAP tests against a running server"
	@echo "make check-core   run the tests of the core, no server needed"
	@echo "make test         everything, on a private server: bash test/run"
	@echo "make demo         the guided tour, on a private server: bash sql/demo/run"
	@echo "make bench        the benchmarks, on a private server: bash test/bench/run"
	@echo "make doc          write doc/reference.md anew from the COMMENTs"
	@echo "make delta        write sql/updates/ anew from sql/parts and the last released script"
	@echo "make clean        remove what was built"

.PHONY: check-core prove demo test bench doc delta help
.DEFAULT_GOAL := all
