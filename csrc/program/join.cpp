// Thunks that are calls of elementwise programs, between two that are not, may change places where
// none reads or writes what the other writes.
#include "join.h"

#include <algorithm>
#include <cstring>

namespace ph {
namespace {

constexpr int kMostCalls = 1024;  // in the arguments of one thunk

struct Joined {
  Device* device;
  int count;
  const EltwiseArgs* calls[kMostCalls];
};
void run_joined(const Kernels&, const void* args, const Launch& launch) {
  const auto& j = *static_cast<const Joined*>(args);
  j.device->eltwise_many(j.calls, j.count, launch);
}

const EltwiseArgs* program_of(const Thunk& t) {
  return t.run == &KernelCall<&Kernels::eltwise>::run ? static_cast<const EltwiseArgs*>(t.args)
                                                      : nullptr;
}

bool same_operand(const EltOperand& a, const EltOperand& b) {
  return a.dtype == b.dtype && a.stride[0] == b.stride[0];
}
// The same program, over one dimension of either.
bool same_program(const EltwiseArgs& a, const EltwiseArgs& b) {
  if (a.ndim != 1 || b.ndim != 1 || a.compute != b.compute || a.guard != b.guard) return false;
  if (a.n_in != b.n_in || a.n_out != b.n_out || a.n_const != b.n_const || a.n_instr != b.n_instr)
    return false;
  for (int k = 0; k < a.n_in; ++k)
    if (!same_operand(a.in[k], b.in[k])) return false;
  for (int k = 0; k < a.n_out; ++k)
    if (!same_operand(a.out[k], b.out[k]) || a.out_reg[k] != b.out_reg[k]) return false;
  for (int k = 0; k < a.n_const; ++k)
    if (std::memcmp(&a.constant[k], &b.constant[k], sizeof a.constant[k])) return false;
  for (int k = 0; k < a.n_instr; ++k) {
    const EltInstr &x = a.instr[k], &y = b.instr[k];
    if (x.op != y.op || x.dst != y.dst || x.a != y.a || x.b != y.b || x.c != y.c) return false;
  }
  return true;
}

struct Range {
  const char *begin, *end;
};
Range range_of(const EltwiseArgs& g, const EltOperand& op) {
  int64_t last = 0;
  for (int d = 0; d < g.ndim; ++d) {
    if (g.shape[d] == 0) return {nullptr, nullptr};
    last += (g.shape[d] - 1) * op.stride[d];
  }
  const char* const begin = static_cast<const char*>(op.data);
  return {begin, begin + (last + 1) * kDTypeSize[static_cast<int>(op.dtype)]};
}
bool meet(const Range& a, const Range& b) { return a.begin < b.end && b.begin < a.end; }
// Does b read or write what a writes?
bool needs(const EltwiseArgs& b, const EltwiseArgs& a) {
  for (int k = 0; k < a.n_out; ++k) {
    const Range written = range_of(a, a.out[k]);
    for (int i = 0; i < b.n_in; ++i)
      if (meet(written, range_of(b, b.in[i]))) return true;
    for (int i = 0; i < b.n_out; ++i)
      if (meet(written, range_of(b, b.out[i]))) return true;
  }
  return false;
}
bool conflict(const EltwiseArgs& a, const EltwiseArgs& b) { return needs(a, b) || needs(b, a); }

using Group = std::vector<size_t>;  // thunks

class Joiner {
 public:
  explicit Joiner(const std::vector<Thunk>& thunks) : thunks_(thunks) {
    for (size_t i = 0; i < thunks.size(); ++i) {
      if (!program_of(thunks[i])) {
        groups_.push_back({i});
        fence_ = groups_.size();
      } else {
        place(i);
      }
    }
  }
  const std::vector<Group>& groups() const { return groups_; }

 private:
  const EltwiseArgs& program(size_t i) const { return *program_of(thunks_[i]); }
  // Into the last group of its program that it can reach, passing groups that it does not meet.
  void place(size_t i) {
    const EltwiseArgs& g = program(i);
    for (size_t k = groups_.size(); k-- > fence_;) {
      Group& group = groups_[k];
      for (const size_t other : group)
        if (conflict(program(other), g)) return groups_.push_back({i});
      if (group.size() < kMostCalls && same_program(program(group[0]), g))
        return group.push_back(i);
    }
    groups_.push_back({i});
  }

  const std::vector<Thunk>& thunks_;
  std::vector<Group> groups_;
  size_t fence_ = 0;  // groups before it lie before a thunk of another kind
};

}  // namespace

std::span<const EltwiseArgs* const> joined_calls(const Thunk& thunk) {
  if (thunk.run != &run_joined) return {};
  const auto& j = *static_cast<const Joined*>(thunk.args);
  return {j.calls, static_cast<size_t>(j.count)};
}

void join_eltwise(ThunkList& list, std::vector<int>& nodes, Device& device) {
  const std::vector<Thunk> before = list.thunks();
  const std::vector<int> nodes_before = nodes;
  const Joiner joiner(before);
  if (joiner.groups().size() == before.size()) return;
  list.forget();
  nodes.clear();
  for (const Group& group : joiner.groups()) {
    nodes.push_back(nodes_before[group[0]]);
    if (group.size() == 1) {
      list.take(before[group[0]]);
      continue;
    }
    Joined joined;
    joined.device = &device, joined.count = static_cast<int>(group.size());
    for (size_t k = 0; k < group.size(); ++k) joined.calls[k] = program_of(before[group[k]]);
    const size_t unused = (kMostCalls - group.size()) * sizeof joined.calls[0];
    list.add(run_joined, &joined, sizeof joined - unused);
  }
}

}  // namespace ph
