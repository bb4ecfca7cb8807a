#include "profile.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>

#include "profile_report.h"

namespace ph {
namespace {

constexpr size_t kMaxEvents = 200'000;  // in the trace, which stays below 40 MB

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int thread_number() {
  static std::atomic<int> next{0};
  thread_local const int mine = next++;
  return mine;
}

// Leaked, so that threads which still run at exit find it.
struct State {
  std::mutex mutex;
  const pid_t process = getpid();
  ProfileReport report;
};
State* state() {
  static State* const one = []() -> State* {
    const char* v = std::getenv("PRONGHORN_PROFILE");
    if (!v || !*v || std::string(v) == "0") return nullptr;
    State* made = new State;
    if (std::string(v) != "1") made->report.path = v;
    std::atexit([] {
      State& s = *state();
      std::lock_guard guard(s.mutex);
      if (s.process == getpid()) s.report.write();  // not once more in a forked child
    });
    return made;
  }();
  return one;
}

}  // namespace

void Profile::Total::add(int64_t spent) {
  ++calls;
  ns += spent;
  least = std::min(least, spent);
}

Profile* Profile::make() {
  State* s = state();
  if (!s) return nullptr;
  std::lock_guard guard(s->mutex);
  auto& programs = s->report.programs;
  programs.emplace_back(new Profile(static_cast<int>(programs.size())));
  return programs.back().get();
}

void Profile::describe(std::vector<ProfiledCall> calls) {
  std::lock_guard guard(state()->mutex);
  calls_ = std::move(calls);
  totals_.resize(calls_.size());
}

void Profile::add_step(int64_t begin, int64_t end, const std::vector<Span>& spans) {
  State& s = *state();
  std::lock_guard guard(s.mutex);
  steps_.add(end - begin);
  for (const Span& span : spans)
    (span.call == kGather ? gathers_ : totals_[static_cast<size_t>(span.call)])
        .add(span.end - span.begin);
  auto& events = s.report.events;
  if (events.size() + spans.size() + 1 > kMaxEvents) {
    ++s.report.steps_left_out;
    return;
  }
  const int thread = thread_number();
  events.push_back({number_, ProfileReport::kStep, thread, begin, end});
  for (const Span& span : spans)
    events.push_back({number_, span.call, thread, span.begin, span.end});
}

void Timed::begin_step() {
  spans_.clear();
  begin_ = now_ns();
}
void Timed::gathered() { spans_.push_back({Profile::kGather, begin_, now_ns()}); }
void Timed::end_step() { profile_.add_step(begin_, now_ns(), spans_); }

void Timed::run(const ThunkList& list, size_t from, size_t to, const Kernels& kernels,
                const Launch& team) {
  for (size_t i = from; i < to; ++i) {
    const Thunk& t = list.thunks()[i];
    const int64_t begin = now_ns();
    t.run(kernels, t.args, team);
    spans_.push_back({static_cast<int>(i), begin, now_ns()});
  }
}

}  // namespace ph
