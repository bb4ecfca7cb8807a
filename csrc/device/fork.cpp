// One pthread_atfork for the whole library: handlers registered apart would run in the order in
// which their sources happened to be used first.
#include "fork.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <mutex>

namespace ph {
namespace {

struct Stage {
  ForkHandler handler;
  std::atomic<bool> ready{false};
  bool entered = false;  // in the fork that is under way
};

struct Stages {
  std::mutex forking;
  std::array<Stage, kForkStages> all;
};
Stages& stages();

void before() {
  Stages& s = stages();
  s.forking.lock();
  for (Stage& stage : s.all) {
    stage.entered = stage.ready;
    if (stage.entered && stage.handler.before) stage.handler.before();
  }
}
void after(void (*ForkHandler::*what)()) {
  Stages& s = stages();
  for (size_t i = s.all.size(); i-- > 0;) {
    Stage& stage = s.all[i];
    if (stage.entered && stage.handler.*what) (stage.handler.*what)();
  }
  s.forking.unlock();
}

Stages& stages() {
  static Stages* const made =
      new Stages;  // never destroyed: threads may fork while the process exits
  static const int registered = pthread_atfork(
      before, [] { after(&ForkHandler::parent); }, [] { after(&ForkHandler::child); });
  (void)registered;
  return *made;
}

}  // namespace

void at_fork(ForkStage stage, const ForkHandler& handler) {
  Stage& s = stages().all[static_cast<size_t>(stage)];
  s.handler = handler;
  s.ready = true;
}

}  // namespace ph
