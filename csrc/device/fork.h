// What is done around a fork, in one order: runs end first, then what they use is held still.
#pragma once

namespace ph {

enum class ForkStage { runs, pool, arenas, caches, gpu, rates };
constexpr int kForkStages = 6;

// `before` in the order of the stages, `parent` or `child` in the opposite one, where only the
// thread that forked lives on. Null: nothing to do.
struct ForkHandler {
  void (*before)();
  void (*parent)();
  void (*child)();
};
void at_fork(ForkStage stage, const ForkHandler& handler);  // once a stage

}  // namespace ph
