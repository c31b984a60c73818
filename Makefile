# make run   everything that is missing is installed, then the application on http://127.0.0.1:8000/
# make test  the whole suite
# make setup what both begin with; quick when nothing has changed
.PHONY: setup run test check system

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

setup: system $(VENV)/.installed

system:
	@tools/system-packages

$(VENV)/.installed: requirements/dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	@touch $@

run: setup
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py createcachetable
	@$(BIN)/python manage.py load_catalog
	@$(BIN)/python manage.py load_sample
	@$(BIN)/python manage.py runserver --noreload 127.0.0.1:8000

test: setup
	@tools/system-packages --with-browser
	$(BIN)/python -m pytest -n auto

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check $$(git ls-files 'templates/*.html' ':!templates/document/*')
	$(BIN)/mypy accounts config controls whitepapers
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check
