# Everything a person does with Shouwen. Each target makes what it needs first; nothing has to be installed by hand
# but Python 3.11. The work itself is in app/ and its words in `python -m app --help`.
.DEFAULT_GOAL := help
.PHONY: help run test train eval bench chat check load chaos clean

DO := python3 app/bootstrap.py
ARGS ?=

help: ## List these targets
	@sed -nE 's/^([a-z]+): ## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: ## Start everything on this machine: web chat, desk, hotline, bot
	@$(DO) run $(ARGS)

test: ## Run every test (make test ARGS="tests/unit -k tariff" for some)
	@$(DO) test $(ARGS)

train: ## Train the intent model if the language data changed
	@$(DO) train $(ARGS)

eval: ## Measure understanding: make -s eval FILE=x.jsonl (or FILE="a b", ARGS="--crossval", ARGS=--help)
	@test -n "$(FILE)$(ARGS)" || { echo 'name a file: make -s eval FILE=x.jsonl, or ARGS="--crossval"' >&2; exit 2; }
	@if [ -e "$(FILE)" ]; then $(DO) eval "$(FILE)" $(ARGS); else $(DO) eval $(FILE) $(ARGS); fi

bench: ## Measure latency, rate and memory, beside raw Rasa
	@$(DO) bench $(ARGS)

chat: ## Talk to a running bot in this terminal (ARGS="--lang en")
	@$(DO) chat $(ARGS)

check: ## Lint, format and type checks
	@$(DO) check $(ARGS)

load: ## Many customers at once against a running copy
	@$(DO) load $(ARGS)

chaos: ## Kill processes while customers write; nothing may be lost or doubled
	@$(DO) chaos $(ARGS)

clean: ## Remove environments and caches; never the data in var/
	rm -rf .venv .venv-rasa .build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +
