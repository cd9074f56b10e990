# make run     install what is missing and serve the register on http://127.0.0.1:8000
# make test    install what tests need besides, and run every check and test
# make lint    the checks without the tests
# make bench   the benchmarks, as ratios to their peers
# make quality how well addresses are read, by us and by two peers; FILES=… adds your own
# make trial    many editors at once, and kills at any moment (long; ARGS=… as benchmarks.trials says)
# make interop  a real QGIS edits a draft (makes a Debian 13 with it in var/qgis once; as root)
# make pictures the pictures of the guide for QGIS, of its real desktop (in the same Debian; as root)
# make measure the tree in figures: names, lengths, doubles, tests beside code
# make documents   write the documents that are made from data (the catalogue of rules)
# make lock    pin the newest fitting Python packages anew (needs uv)
# make clean   remove what was built; the register's data in var/ stay

PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
LOCK = uv pip compile pyproject.toml --group build --universal --python-version 3.11 --upgrade \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet

.PHONY: run test lint bench quality measure trial interop pictures documents lock clean python

run: python
	@$(PYTHON) -m tools.prepare run
	@exec .venv/bin/gazetteer serve

test: python
	@$(PYTHON) -m tools.prepare test
	@.venv/bin/python -m tools.examine

lint: python
	@$(PYTHON) -m tools.prepare test
	@.venv/bin/python -m tools.examine lint

bench: python
	@$(PYTHON) -m tools.prepare test
	@.venv/bin/python -m benchmarks

quality: python
	@$(PYTHON) -m tools.prepare test
	@.venv/bin/python -m benchmarks.quality $(FILES)

measure: python
	@$(PYTHON) -m tools.measure

trial: python
	@$(PYTHON) -m tools.prepare test
	@.venv/bin/python -m benchmarks.trials $(ARGS)

interop: python
	@$(PYTHON) -m tools.prepare test
	@$(PYTHON) -m tools.debian_root
	@GAZETTEER_QGIS_ROOT="$${GAZETTEER_QGIS_ROOT:-var/qgis}" \
		.venv/bin/python -m pytest tests/interop $(ARGS)

pictures: python
	@$(PYTHON) -m tools.prepare test
	@$(PYTHON) -m tools.debian_root desktop
	@GAZETTEER_QGIS_ROOT="$${GAZETTEER_QGIS_ROOT:-var/qgis}" \
		.venv/bin/python -m pytest tests/interop/take_pictures.py $(ARGS)

documents: python
	@$(PYTHON) -m tools.prepare test
	@.venv/bin/python -m boundaries.validation.rule_documents

lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf .venv web/client/node_modules web/static/dist .mypy_cache .ruff_cache .pytest_cache

python:
ifeq ($(PYTHON),)
	@echo "Python 3.11 or later is needed: apt-get install python3" >&2; exit 1
endif
