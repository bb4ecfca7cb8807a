// How long work and waits let other threads of an interpreter go on: the binding says what to give
// up meanwhile. Without one, nothing is given up.
#pragma once
#include <cstdint>

namespace ph {

struct Interpreter {
  void* (*give_up)();        // null: this thread does not hold the lock
  void (*take_back)(void*);  // what give_up returned
};
inline Interpreter interpreter{nullptr, nullptr};

// While it lives, this thread does not hold the interpreter's lock: touch no object of its.
class Unlocked {
 public:
  explicit Unlocked(bool worthwhile = true)
      : held_(worthwhile && interpreter.give_up ? interpreter.give_up() : nullptr) {}
  ~Unlocked() {
    if (held_) interpreter.take_back(held_);
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  void* held_;
};

// Work that touches so many bytes takes some 30 us. A thread that gives up the lock may get it back
// only milliseconds later, so shorter work keeps it.
constexpr int64_t kLongWork = 1 << 18;

}  // namespace ph
