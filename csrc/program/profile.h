// PRONGHORN_PROFILE=1 (or a path for the trace): times every kernel call of every step. At exit, a
// table of calls against the machine's rates on standard error, and a Chrome trace
// (chrome://tracing, ui.perfetto.dev) in pronghorn-trace.json or at that path.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "../core/thunks.h"
#include "counts.h"

namespace ph {

struct ProfiledCall {
  std::string name;
  Counts counts;
};

// The spans of one program's steps. Lives until the process ends, also when its program does not.
class Profile {
 public:
  static Profile* make();                          // null unless profiling
  void describe(std::vector<ProfiledCall> calls);  // the thunks, in order; again at each bind
  struct Span {
    int call;            // index of a thunk, or kGather
    int64_t begin, end;  // ns
  };
  static constexpr int kGather = -1;  // inputs copied or gathered into their slots
  void add_step(int64_t begin, int64_t end, const std::vector<Span>& spans);

 private:
  friend struct ProfileReport;
  struct Total {
    int64_t calls = 0, ns = 0, least = INT64_MAX;
    void add(int64_t spent);
  };
  explicit Profile(int number) : number_(number), rates_(machine_rates()) {}
  int number_;
  Rates rates_;
  std::vector<ProfiledCall> calls_;
  std::vector<Total> totals_;  // per call
  Total steps_, gathers_;
};

// How a step runs its thunks: Untimed, or Timed with a profile. The two have one interface, so that
// a step without a profile is compiled without any trace of it.
struct Untimed {
  static constexpr bool kRecords = true;  // may run a step as one piece of recorded work
  explicit Untimed(Profile*) {}
  void begin_step() {}
  void gathered() {}
  void end_step() {}
  void run(const ThunkList& list, size_t from, size_t to, const Kernels& kernels,
           const Launch& team) {
    const auto& thunks = list.thunks();
    for (size_t i = from; i < to; ++i) thunks[i].run(kernels, thunks[i].args, team);
  }
};

class Timed {
 public:
  static constexpr bool kRecords = false;
  explicit Timed(Profile* profile) : profile_(*profile) {}
  void begin_step();
  void gathered();
  void end_step();
  void run(const ThunkList& list, size_t from, size_t to, const Kernels& kernels,
           const Launch& team);

 private:
  Profile& profile_;
  int64_t begin_ = 0;
  std::vector<Profile::Span> spans_;
};

}  // namespace ph
