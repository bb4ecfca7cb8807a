// ph-bench: times the kernels by themselves, and checks them. No Python.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>

#include "bench.h"

namespace {

using namespace ph::bench;

struct Family {
  const char* name;
  void (*run)(Bench&);
  const char* shapes;
};
const Family kFamilies[] = {
    {"gemm", bench_gemm,
     "MxNxK, or m=,n=,k=,batch=,ta=,tb=,f64=,grads=,bias=,acc= (0 or 1),act= (0 to 3)"},
    {"conv", bench_conv, "n=,h=,w=,c=,k=,kernel=,stride=,dil=,same=,groups=,f64="},
    {"pool", bench_pool, "n=,h=,w=,c=,kernel=,stride=,f64="},
    {"eltwise", bench_eltwise, "N (elements)"},
    {"reduce", bench_reduce, "ROWSxCOLS"},
    {"softmax", bench_softmax, "ROWSxCOLS"},
    {"norm", bench_norm, "ROWSxCOLS"},
    {"optim", bench_optim, "N (parameters)"},
    {"peak", bench_peak, "none"},
};

void usage(FILE* to) {
  std::fprintf(to, "usage: ph-bench FAMILY [SHAPE ...] [options]\n\nfamilies and their shapes:\n");
  for (const Family& f : kFamilies) std::fprintf(to, "  %-8s %s\n", f.name, f.shapes);
  std::fprintf(
      to,
      "\nWithout shapes: the layers of the reference workloads.\n"
      "  --threads N   threads (default: all that the process may use)\n"
      "  --check       compare with a plain loop in float64; exit 1 if wrong\n"
      "  --json        print a JSON list\n"
      "  --no-peers    leave out the peers that were built in\n"
      "  --naive       time a plain scalar loop in place of the peers (gemm, conv, eltwise)\n"
      "  --cpu         processor time instead of elapsed time, with --threads 1: for a busy "
      "machine\n"
      "  --only TEXT   the cases with TEXT in their name\n"
      "  --seconds S   timing per contestant (default 0.2)\n"
      "  --rounds N    turns in that time (default 11)\n"
      "PRONGHORN_ISA=generic|avx2|avx512|avx512bf16|neon chooses the width.\n");
}

double number(const char* option, const char* text) {
  char* end = nullptr;
  const double value = text ? std::strtod(text, &end) : 0;
  if (!text || end == text || *end || !(value > 0))
    throw std::invalid_argument(std::string(option) + ": expected a number above 0, got '" +
                                (text ? text : "") + "'");
  return value;
}

int run(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    const char* next = i + 1 < argc ? argv[i + 1] : nullptr;
    if (arg == "--help" || arg == "-h") return usage(stdout), 0;
    if (arg == "--json")
      o.json = true;
    else if (arg == "--check")
      o.check = true;
    else if (arg == "--cpu")
      o.cpu = true;
    else if (arg == "--no-peers")
      o.peers = false;
    else if (arg == "--naive")
      o.naive = true;
    else if (arg == "--threads")
      ph::set_num_threads(static_cast<int>(number("--threads", next))), ++i;
    else if (arg == "--only") {
      if (!next) throw std::invalid_argument("--only needs a text: a part of the cases' names");
      o.only = next, ++i;
    } else if (arg == "--seconds")
      o.seconds = number("--seconds", next), ++i;
    else if (arg == "--rounds")
      o.rounds = std::max(1, static_cast<int>(number("--rounds", next))), ++i;
    else if (arg.size() > 1 && arg[0] == '-')
      throw std::invalid_argument("unknown option '" + arg + "'; see ph-bench --help");
    else if (o.family.empty())
      o.family = arg;
    else
      o.shapes.push_back(arg);
  }
  if (o.family.empty()) return usage(stderr), 2;
  for (const Family& f : kFamilies)
    if (o.family == f.name) {
      Bench bench(o);
      f.run(bench);
      return bench.finish();
    }
  throw std::invalid_argument("unknown family '" + o.family + "'; see ph-bench --help");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    calm_peers(argv);
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "ph-bench: %s\n", e.what());
    return 2;
  }
}
