// The order in which runs, reads and assignments get at variables.
#include "variable.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "../device/fork.h"
#include "waiting.h"

namespace ph {
namespace {

constexpr int64_t kLargeVariable = 1 << 20;  // bytes that pay for a look at the cache

Tensor same_storage(const Tensor& t) {  // another identity over the same memory
  return t.view(t.shape());
}
Tensor copy_of(const Tensor& t) {
  Tensor out = Tensor::empty(t.spec(), t.device());
  const Unlocked others(t.spec().bytes() > kLongWork);
  t.device().copy(out.data(), t.data(), static_cast<size_t>(t.spec().bytes()));
  return out;
}

bool alone(const Tensor& t) {  // nobody else looks at its memory
  const auto& storage = t.impl()->storage;
  return t.impl().use_count() == 1 && storage.use_count() == 1 && storage->exports == 0 &&
         !storage->owner;
}
// Assigns by a copy where steps are recorded: a recording knows a variable by its memory, and a
// metric is reset at every epoch.
bool written_in_place(Device& device, const Tensor& held, const Tensor& value) {
  if (device.host_visible() || !device.executes() || !alone(held)) return false;
  try {
    device.copy(held.data(), value.data(), static_cast<size_t>(held.spec().bytes()));
  } catch (const std::exception&) {  // whose thread this is did not ask for it
    return false;
  }
  return true;
}

}  // namespace

// One lock for all, held for a moment: so that a run takes many variables at the price of one, and
// nobody holds one variable while waiting for another.
class VariableAccess {
 public:
  // What a thread asks for. Reads and assignments are done by whoever grants them.
  struct Wish {
    enum Kind { run, read, assign } kind;
    std::span<VariableCell* const> cells;
    std::span<const char> writes;          // run
    Tensor* values = nullptr;              // read: filled; assign: swapped
    const TensorImpl* expected = nullptr;  // assign: only where this is still the value
    bool granted = false, done = true;
    bool writes_to(size_t i) const { return kind == assign || (kind == run && writes[i]); }
  };

  static VariableAccess& one() {
    static VariableAccess* const made = make();  // never destroyed, as the devices
    return *made;
  }

  void ask(Wish& wish) {
    std::unique_lock lock(mutex_);
    if (waiting_.empty() && possible(wish)) return grant(wish);
    waiting_.push_back(&wish);
    grant_waiting();
    if (wish.granted) return;
    // The interpreter's lock is taken back after this one is left: never while holding it.
    lock.unlock();
    const Unlocked others;
    lock.lock();
    changed_->wait(lock, [&] { return wish.granted; });
    lock.unlock();
  }

  void end(std::span<VariableCell* const> cells, std::span<const char> writes) {
    std::lock_guard lock(mutex_);
    for (size_t i = 0; i < cells.size(); ++i)
      writes[i] ? void(cells[i]->writer = false) : void(--cells[i]->readers);
    --runs_;
    if (!waiting_.empty()) grant_waiting();
    if (forking_ && runs_ == 0) changed_->notify_all();
  }

  bool forking() const { return forking_.load(std::memory_order_relaxed); }

 private:
  static VariableAccess* make() {
    auto* made = new VariableAccess;
    at_fork(ForkStage::runs,
            {[] { one().before_fork(); }, [] { one().after_fork(); }, [] { one().in_child(); }});
    return made;
  }

  bool possible(const Wish& wish) const {
    if (wish.kind == Wish::run && forking_) return false;
    for (size_t i = 0; i < wish.cells.size(); ++i) {
      const VariableCell& c = *wish.cells[i];
      const bool writes = wish.writes_to(i);
      if (c.writer || (writes && c.readers)) return false;
      if (c.wanted_in == round_ && (writes || c.wanted_to_write)) return false;
    }
    return true;
  }
  void grant(Wish& wish) {
    for (size_t i = 0; i < wish.cells.size(); ++i) {
      VariableCell& c = *wish.cells[i];
      switch (wish.kind) {
        case Wish::run:
          wish.writes[i] ? void((c.writer = true, ++c.changes)) : void(++c.readers);
          break;
        case Wish::read: wish.values[i] = c.value; break;
        case Wish::assign:
          wish.done = !wish.expected || wish.expected == c.value.get();
          if (!wish.done) break;
          ++c.changes;
          if (!written_in_place(c.device, c.value, wish.values[i]))
            std::swap(c.value, wish.values[i]);
          break;
      }
    }
    if (wish.kind == Wish::run) ++runs_;
    wish.granted = true;
  }
  // First come, first served where wishes conflict.
  void grant_waiting() {
    ++round_;
    const size_t before = waiting_.size();
    std::erase_if(waiting_, [&](Wish* wish) {
      if (possible(*wish)) {
        grant(*wish);
        return true;
      }
      for (size_t i = 0; i < wish->cells.size(); ++i) {
        VariableCell& c = *wish->cells[i];
        c.wanted_to_write = (c.wanted_in == round_ && c.wanted_to_write) || wish->writes_to(i);
        c.wanted_in = round_;
      }
      return false;
    });
    ++round_;  // what was wanted binds nobody once the queue has been seen through
    if (waiting_.size() != before) changed_->notify_all();
  }

  // A child gets no half-written variable and no lock of a thread that it does not have.
  void before_fork() {
    std::unique_lock lock(mutex_);
    forking_ = true;
    changed_->wait(lock, [&] { return runs_ == 0; });
    lock.release();
  }
  void after_fork() {
    forking_ = false;
    grant_waiting();
    mutex_.unlock();
  }
  void in_child() {
    forking_ = false;
    waiting_.clear();                        // their threads are not here
    changed_ = new std::condition_variable;  // the old one counts threads that are not here
    mutex_.unlock();
  }

  std::mutex mutex_;
  std::condition_variable* changed_ = new std::condition_variable;
  std::vector<Wish*> waiting_;
  uint64_t round_ = 1;
  int runs_ = 0;
  std::atomic<bool> forking_{false};
};

VariableCell::~VariableCell() {
  value = Tensor();
  if (spec.bytes() >= kLargeVariable) device.shrink();
}

Variable make_variable(Tensor value, std::string name) {
  static std::atomic<uint64_t> next{1};
  auto cell = std::make_shared<VariableCell>(value.on(value.device()));
  cell->name = std::move(name);
  cell->id = next++;
  return cell;
}

Tensor value_of(VariableCell& cell) {
  VariableCell* const cells[] = {&cell};
  Tensor value;
  VariableAccess::Wish wish{VariableAccess::Wish::read, cells, {}, &value};
  VariableAccess::one().ask(wish);
  return value;
}

std::vector<Tensor> values_of(std::span<VariableCell* const> cells) {
  std::vector<Tensor> values(cells.size());
  VariableAccess::Wish wish{VariableAccess::Wish::read, cells, {}, values.data()};
  VariableAccess::one().ask(wish);
  return values;
}

namespace {
bool set_value(VariableCell& cell, const Tensor& value, const TensorImpl* expected) {
  if (value.is_abstract())
    throw TypeError(cat("variable '", cell.name, "' cannot keep an abstract value (",
                        value.get()->origin, ") outside its trace"));
  if (!(value.spec() == cell.spec))
    throw ValueError(cat("variable '", cell.name, "' has shape ", cell.spec.shape, " and dtype ",
                         cell.spec.dtype, "; the assigned value has shape ", value.shape(),
                         " and dtype ", value.dtype()));
  const bool foreign = !value.is_literal() && value.impl()->storage->owner != nullptr;
  Tensor next = value.is_literal()                ? value.on(cell.device)
                : &value.device() != &cell.device ? value.moved_to(cell.device)
                : foreign                         ? copy_of(value)
                                                  : same_storage(value);
  VariableCell* const cells[] = {&cell};
  VariableAccess::Wish wish{VariableAccess::Wish::assign, cells, {}, &next, expected};
  VariableAccess::one().ask(wish);  // the old value ends with `next`, outside the lock
  return wish.done;
}
}  // namespace

void assign(VariableCell& cell, const Tensor& value) { set_value(cell, value, nullptr); }
bool replace(VariableCell& cell, const Tensor& expected, const Tensor& value) {
  return set_value(cell, value, expected.get());
}

VariableRun::VariableRun(std::span<VariableCell* const> cells, std::span<const char> writes)
    : cells_(cells), writes_(writes) {
  VariableAccess::Wish wish{VariableAccess::Wish::run, cells, writes};
  VariableAccess::one().ask(wish);
  try {
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (!writes_[i]) continue;
      Tensor& value = cells_[i]->value;
      if (!alone(value)) value = copy_of(value);
    }
  } catch (...) {
    end();
    throw;
  }
}
VariableRun::~VariableRun() { end(); }
void VariableRun::end() { VariableAccess::one().end(cells_, writes_); }

bool fork_waits_for_runs() { return VariableAccess::one().forking(); }

}  // namespace ph
