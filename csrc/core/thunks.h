// ThunkList: bound kernel calls with their argument structs in one block, and the BindContexts that
// fill it: dry (books scratch) and real.
#pragma once
#include <memory>

#include "op.h"

namespace ph {

class ThunkList {
 public:
  void add(void (*run)(const Kernels&, const void*, const Launch&), const void* args, size_t bytes);
  const void* keep(const void* data, size_t bytes);  // a copy that stays until clear()
  void clear();
  void run(const Kernels& kernels, const Launch& team) const {
    for (const Thunk& t : thunks_) t.run(kernels, t.args, team);
  }
  const std::vector<Thunk>& thunks() const { return thunks_; }
  // For who orders them anew: the calls go, their arguments stay, and may be taken again.
  void forget() { thunks_.clear(); }
  void take(const Thunk& thunk) { thunks_.push_back(thunk); }

 private:
  static constexpr size_t kBlock = 1 << 14;
  std::vector<Thunk> thunks_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t used_ = kBlock, block_ = 0;
};

// Where an operand of a dry bind seems to be.
inline void* nowhere() { return reinterpret_cast<void*>(uintptr_t{4096}); }

// Dry: counts scratch, drops pushes.
class DryBind : public BindContext {
 public:
  using BindContext::BindContext;
  size_t scratch_bytes = 0;
  void* scratch(size_t bytes) override {
    scratch_bytes += (bytes + 63) / 64 * 64;
    return nowhere();
  }
  bool wants_status = false;
  int32_t* status() override {
    wants_status = true;
    return static_cast<int32_t*>(nowhere());
  }

 protected:
  void add(void (*)(const Kernels&, const void*, const Launch&), const void*, size_t) override {}
};

class RealBind : public BindContext {
 public:
  template <class... What>
  RealBind(ThunkList& list, void* scratch, size_t scratch_bytes, int32_t* status, What&&... what)
      : BindContext(std::forward<What>(what)...),
        list_(list),
        next_(static_cast<char*>(scratch)),
        left_(scratch_bytes),
        status_(status) {}
  void set_guard(const int32_t* guard) { guard_ = guard; }  // for what writes state
  void* scratch(size_t bytes) override {
    bytes = (bytes + 63) / 64 * 64;
    PH_CHECK(bytes <= left_);  // the dry bind booked less
    void* p = next_;
    next_ += bytes;
    left_ -= bytes;
    return p;
  }
  int32_t* status() override { return status_; }
  const int32_t* guard() override { return guard_; }

 protected:
  void add(void (*run)(const Kernels&, const void*, const Launch&), const void* args,
           size_t bytes) override {
    list_.add(run, args, bytes);
  }

 private:
  ThunkList& list_;
  char* next_;
  size_t left_;
  int32_t* status_;
  const int32_t* guard_ = nullptr;
};

// Turns a status word into the caller's error.
void check_status(int32_t status, const char* where);
void count_compose();

}  // namespace ph
