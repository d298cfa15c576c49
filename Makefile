# make demo        the whole chain on real video, console open, until Ctrl-C
# make demo ONCE=1 the same once: every source read to its end, one JSON object as the last line
# make test        all tests, on the installed wheel, from another folder, three files of tests at a time (JOBS=1: one)
# make test-train  the tests that need torch, in an environment of their own
# make test-bench  the bench commands themselves, on small films (what they measure depends on the machine)
# make chaos       the faults of docs/RELIABILITY.md, one row each: outages, deaths, power cuts, full disks (an hour)
# make chaos-table write the table of docs/RELIABILITY.md from the rows that make chaos has left
# make clips       the five public clips against what a person sees in them (STRICT=1: fail on any difference)
#
# make demo VIDEO="a.mp4 b.mp4" | RTSP="rtsp://host/path" | CONFIG=site.yaml    your own cameras

SHELL := /bin/bash
PATROL := $(CURDIR)/.venv/bin/patrol
ELSEWHERE := $(CURDIR)/build/elsewhere
PYTHON_IN := $(CURDIR)/.venv/bin/python
# Files of tests that run side by side: most tests wait for programs, cameras and clocks.
JOBS ?= 3

.PHONY: demo test test-bench test-train chaos chaos-table library train lint setup dev clips bench schemas clean

setup:
	@tools/setup.sh demo

demo: setup
	@exec $(PATROL) demo $(if $(ONCE),--once) $(foreach v,$(VIDEO),--video "$(abspath $(v))") \
	  $(foreach r,$(RTSP),--rtsp "$(r)") $(if $(CONFIG),--config "$(abspath $(CONFIG))") \
	  $(if $(PORT),--port $(PORT))

test:
	@tools/setup.sh test
	@mkdir -p $(ELSEWHERE)
	@cd $(ELSEWHERE) && exec $(PYTHON_IN) -m pytest $(CURDIR)/tests --ignore=$(CURDIR)/tests/training \
	  --ignore=$(CURDIR)/tests/chaos --ignore=$(CURDIR)/tests/bench \
	  -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-bench:
	@tools/setup.sh test
	@mkdir -p $(ELSEWHERE)
	@cd $(ELSEWHERE) && exec $(PYTHON_IN) -m pytest $(CURDIR)/tests/bench $(ARGS)

chaos:
	@tools/setup.sh chaos
	@mkdir -p $(ELSEWHERE) artefacts/chaos
	@cd $(ELSEWHERE) && CHAOS_ROWS=$(CURDIR)/artefacts/chaos/rows.jsonl exec $(PYTHON_IN) -m pytest \
	  -p no:randomly $(CURDIR)/tests/chaos $(ARGS)

# Of each test the last row counts.
chaos-table:
	@$(PYTHON_IN) tests/chaos/table.py artefacts/chaos/rows.jsonl --into docs/RELIABILITY.md

# The maintainer's tools without torch, and with it.
library:
	@tools/setup.sh library

train:
	@tools/setup.sh train

test-train:
	@tools/setup.sh train
	@mkdir -p $(ELSEWHERE)
	@cd $(ELSEWHERE) && exec $(CURDIR)/.venv-train/bin/python -m pytest \
	  $(CURDIR)/tests/training $(ARGS)

lint:
	@tools/setup.sh test
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# An editable environment for people who change the code; `make test` goes back to the wheel.
dev:
	@tools/setup.sh test
	@rm -f build/wheel-.venv.stamp
	.venv/bin/pip install -q -e '.[edge,server,library,dev]'

# Played by the edge, scored by the library; what the edge said stays in build/clips.
clips:
	@test -n "$(PATROL_MATERIAL)" || { echo "make clips: set PATROL_MATERIAL to the folder that holds video/" >&2; exit 2; }
	@tools/setup.sh test
	@mkdir -p build/clips
	@for truth in configs/clips/truth/*.yaml; do clip=$$(basename $$truth .yaml); \
	  $(PATROL) edge replay "$(PATROL_MATERIAL)/video/$$clip.mp4" --config configs/clips/site.yaml --json \
	    > build/clips/$$clip.json || exit 1; done
	@$(PATROL) eval incidents --truth configs/clips/truth/*.yaml --found build/clips/*.json \
	  --out build/clips/score $(if $(STRICT),--strict)

# Every figure of the edge, on a quiet machine about 40 minutes; WHAT="speed stages" measures some parts.
# The raw output stays in artefacts/bench. Ends with 1 where something asked for is not met.
bench:
	@tools/setup.sh test
	@mkdir -p artefacts/bench
	@set -o pipefail; $(PATROL) bench edge $(WHAT) --json \
	  $(if $(wildcard .venv-train/bin/python),--ultralytics $(CURDIR)/.venv-train/bin/python) \
	  | tee artefacts/bench/edge-$$(date -u +%Y%m%dT%H%M%SZ).txt

schemas:
	$(PYTHON_IN) tools/schemas.py
	$(PATROL) server openapi --out server/openapi.json
	$(PYTHON_IN) tools/states.py
	$(PYTHON_IN) tools/permissions.py
	$(PYTHON_IN) tools/reminders.py

clean:
	rm -rf build .venv .venv-train server/console/dist server/console/node_modules artefacts
