// Variable: a named cell whose value a trace may read as an input and assign as an output, and who
// may touch it when. A run takes all its variables at once; reads and assignments wait for runs.
#pragma once
#include <span>
#include <vector>

#include "tensor.h"

namespace ph {

struct VariableCell {
  explicit VariableCell(Tensor initial)
      : spec(initial.spec()), device(initial.device()), value(std::move(initial)) {}
  ~VariableCell();  // gives the memory back
  const Spec spec;
  Device& device;  // where its values live
  std::string name;
  bool trainable = true;  // tapes watch it
  uint64_t id = 0;

 private:
  friend class VariableAccess;
  friend class VariableRun;
  Tensor value;  // its storage is written in place when nobody else holds it
  // The rest is guarded by the one lock of VariableAccess.
  int readers = 0;  // runs
  bool writer = false;
  uint64_t changes = 1;    // assignments and runs that wrote it
  uint64_t wanted_in = 0;  // the round in which an earlier wish asked for it
  bool wanted_to_write = false;
};
using Variable = std::shared_ptr<VariableCell>;
Variable make_variable(Tensor value, std::string name);

// Its value now, whole: never while a run writes it. What is read never changes later.
Tensor value_of(VariableCell& cell);
// Values of one moment: no run ends between the first and the last.
std::vector<Tensor> values_of(std::span<VariableCell* const> cells);
// Eager assignment: same spec required (ValueError otherwise). A value of another device is copied
// to the cell's. The cell shares the value's storage;
// a run that writes in place copies first where anybody else holds it.
void assign(VariableCell& cell, const Tensor& value);
// Assigns where the cell still holds `expected`, a value that was read; says whether it did.
bool replace(VariableCell& cell, const Tensor& expected, const Tensor& value);

// The right of one run to its variables, from its making to its end: to read them, and to write in
// place those with `writes` set. Waits for runs and for earlier comers that it conflicts with.
class VariableRun {
 public:
  VariableRun(std::span<VariableCell* const> cells, std::span<const char> writes);
  ~VariableRun();
  VariableRun(const VariableRun&) = delete;
  VariableRun& operator=(const VariableRun&) = delete;
  // The value's memory; alone in it where this run may write.
  void* data(size_t i) const { return cells_[i]->value.data(); }
  uint64_t changes(size_t i) const { return cells_[i]->changes; }  // another for another value

 private:
  void end();
  std::span<VariableCell* const> cells_;
  std::span<const char> writes_;
};
// A thread wants to fork and waits for runs: end yours soon.
bool fork_waits_for_runs();

}  // namespace ph
