// make_plan: schedule, in-place state, lifetimes, one arena.
#include "plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "bind_node.h"

namespace ph {
namespace {

constexpr int64_t kAlign = 64;
int64_t aligned(int64_t bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }

class Planner {
 public:
  Planner(const Graph& g, Device& device, int threads) : g_(g), device_(device), threads_(threads) {
    const size_t n = g.values.size();
    root_.resize(n);
    for (size_t v = 0; v < n; ++v) root_[v] = static_cast<int>(v);
    for (const GraphNode& node : g.nodes)
      if (is_view(node)) root_[z(node.out[0])] = root_[z(node.in[0])];
    readers_.resize(n);
    for (size_t i = 0; i < g.nodes.size(); ++i)
      if (!is_view(g.nodes[i]))
        for (int v : g.nodes[i].in) readers_[z(root_[z(v)])].push_back(static_cast<int>(i));
  }

  Plan run() {
    plan_.places.resize(g_.values.size());
    choose_in_place();
    schedule();
    book_scratch();
    place_values();
    return std::move(plan_);
  }

 private:
  static size_t z(int i) { return static_cast<size_t>(i); }
  static bool is_view(const GraphNode& n) { return n.op && !n.chain && (n.op->flags & kView); }
  static bool has_status(const GraphNode& n) { return n.op && (n.op->flags & kStatus); }
  const Spec& spec(int v) const { return g_.values[z(v)].spec; }
  int producer(int v) const {
    return g_.values[z(v)].kind == GraphValue::kComputed ? g_.values[z(v)].index : -1;
  }

  // ---- which new values of variables may be computed straight into the variable's storage
  // The producer must run after every other reader of the old value and after the last op that can
  // fail; such orders are extra edges, kept as long as the graph stays acyclic.
  void choose_in_place() {
    extra_.resize(g_.nodes.size());
    in_place_.assign(g_.values.size(), -1);
    writer_.assign(g_.nodes.size(), 0);
    seen_.assign(g_.nodes.size(), 0);
    for (size_t i = 0; i < g_.nodes.size(); ++i) rank_.push_back(static_cast<int64_t>(i));
    consumers_ = g_.consumers();
    later_.resize(g_.nodes.size());
    int failing = -1;  // the last that can; the others come before it in their traced order
    for (size_t i = 0; i < g_.nodes.size(); ++i) {
      if (!has_status(g_.nodes[i])) continue;
      if (failing >= 0) keep_before(failing, static_cast<int>(i));
      failing = static_cast<int>(i);
    }
    std::vector<char> result(g_.values.size(), 0), kept(g_.values.size(), 0);  // of root values
    std::vector<int> written(g_.values.size(), 0);  // how many variables become it
    for (int v : g_.outputs) result[z(root_[z(v)])] = 1;
    for (const GraphWrite& w : g_.writes) kept[z(root_[z(w.value)])] = 1, ++written[z(w.value)];
    for (const GraphWrite& w : g_.writes) {
      const int p = producer(w.value);
      const int old = g_.variable_values[z(w.variable)];
      bool ok = p >= 0 && g_.nodes[z(p)].elementwise() && root_[z(w.value)] == w.value &&
                in_place_[z(w.value)] < 0;
      // The old value may also be some other variable's new value, or be read broadcast by p
      // itself.
      ok = ok && !result[z(w.value)] && written[z(w.value)] == 1;
      ok = ok && (old < 0 || (!result[z(old)] && !kept[z(old)]));
      std::vector<int> before;
      if (ok && failing >= 0) before.push_back(failing);
      if (ok && old >= 0)
        for (int r : readers_[z(old)])
          if (r != p) before.push_back(r);
      if (ok && old >= 0)
        for (int v : g_.nodes[z(p)].in) ok = ok && (root_[z(v)] != old || spec(v) == spec(w.value));
      for (size_t b = 0; ok && b < before.size(); ++b) ok = !reaches(p, before[b]);
      if (!ok) {
        plan_.copies.push_back(w);
        continue;
      }
      in_place_[z(w.value)] = w.variable;
      writer_[z(p)] = 1;
      for (int b : before) keep_before(b, p);
    }
  }

  // Does node `from` come (transitively) before node `to`, extra edges included? Ranks rise along
  // every edge, so only nodes ranked between the two can lie on a path.
  bool reaches(int from, int to) {
    const int64_t least = rank_[z(from)];
    ++search_;
    std::vector<int> stack{to};
    while (!stack.empty()) {
      const int n = stack.back();
      stack.pop_back();
      if (n == from) return true;
      if (rank_[z(n)] <= least || seen_[z(n)] == search_) continue;
      seen_[z(n)] = search_;
      for (int v : g_.nodes[z(n)].in)
        if (producer(v) >= 0) stack.push_back(producer(v));
      for (int b : extra_[z(n)]) stack.push_back(b);
    }
    return false;
  }

  // The edge `first` -> `second`, which closes no cycle; raises the ranks of what follows.
  void keep_before(int first, int second) {
    extra_[z(second)].push_back(first);
    later_[z(first)].push_back(second);
    std::vector<int> stack;
    const auto raise = [&](int from, int to) {
      if (rank_[z(to)] > rank_[z(from)]) return;
      rank_[z(to)] = rank_[z(from)] + 1;
      stack.push_back(to);
    };
    raise(first, second);
    while (!stack.empty()) {
      const int n = stack.back();
      stack.pop_back();
      for (int v : g_.nodes[z(n)].out)
        for (int c : consumers_[z(v)]) raise(n, c);
      for (int c : later_[z(n)]) raise(n, c);
    }
  }

  // ---- order: as traced, but state writers and scalar arithmetic run as soon as they can, while
  // the gradients they read are still in cache. Where writers of one kind are joined into one
  // launch they stay together, at the end.
  bool eager(int n) const {
    const GraphNode& node = g_.nodes[z(n)];
    if (writer_[z(n)] && !device_.joins_eltwise()) return true;
    return node.elementwise() && spec(node.out[0]).shape.count() == 1;
  }
  void schedule() {
    const size_t n = g_.nodes.size();
    std::vector<int> waiting(n, 0);
    std::vector<std::vector<int>> followers(n);
    for (size_t i = 0; i < n; ++i) {
      const auto depend = [&](int p) {
        ++waiting[i];
        followers[z(p)].push_back(static_cast<int>(i));
      };
      for (int v : g_.nodes[i].in)
        if (producer(v) >= 0) depend(producer(v));
      for (int b : extra_[i]) depend(b);
    }
    std::vector<char> done(n, 0);
    std::vector<int> ready;
    std::set<int> open;  // wait for nothing
    const auto emit = [&](int i) {
      ready.push_back(i);
      while (!ready.empty()) {
        const int k = ready.back();
        ready.pop_back();
        if (done[z(k)]) continue;
        done[z(k)] = 1;
        open.erase(k);
        plan_.order.push_back(k);
        for (size_t f = followers[z(k)].size(); f-- > 0;) {
          const int next = followers[z(k)][f];
          if (--waiting[z(next)] > 0) continue;
          if (eager(next))
            ready.push_back(next);
          else
            open.insert(next);
        }
      }
    };
    // what is prepared comes before all else: it depends on nothing else
    for (size_t i = 0; i < n; ++i) {
      if (!g_.nodes[i].prepared) continue;
      done[i] = 1;
      plan_.order.push_back(static_cast<int>(i));
      for (int f : followers[i]) --waiting[z(f)];
    }
    plan_.prepared = static_cast<int>(plan_.order.size());
    // nodes that wait for nothing but are eager, then traced order; a node whose extra edges are
    // not met yet is passed over and picked up in a later sweep
    for (size_t i = 0; i < n; ++i)
      if (!done[i] && waiting[i] == 0 && eager(static_cast<int>(i))) emit(static_cast<int>(i));
    for (size_t i = 0; i < n; ++i)
      if (!done[i] && waiting[i] == 0) open.insert(static_cast<int>(i));
    for (int at = 0; plan_.order.size() < n;) {
      auto next = open.lower_bound(at);
      if (next == open.end()) next = open.begin();
      PH_CHECK(next != open.end());
      at = *next;
      emit(at);
    }
    bool fails = false;
    for (const GraphNode& node : g_.nodes) fails = fails || has_status(node);
    if (fails) {
      plan_.check_before = static_cast<int>(n);
      for (size_t i = 0; i < n; ++i)
        if (writer_[z(plan_.order[i])]) {
          plan_.check_before = static_cast<int>(i);
          break;
        }
    }
  }

  void book_scratch() {
    NodeOperands o;
    for (const GraphNode& node : g_.nodes) {
      if (is_view(node) || node.chain || (node.op->flags & kElementwise)) continue;
      o.set(g_, node, [](int) { return nowhere(); });
      DryBind dry(node.op, node.attrs, o.in, o.out, device_, device_.kernels(), threads_);
      PH_CHECK(node.op->bind(dry));
      plan_.scratch_bytes = std::max(plan_.scratch_bytes, static_cast<int64_t>(dry.scratch_bytes));
    }
  }

  // ---- memory: first fit over a free list, in the order of running
  void place_values() {
    const int n = static_cast<int>(plan_.order.size());
    std::vector<int> last(g_.values.size(), -1);
    for (int i = 0; i < n; ++i)
      for (int v : g_.nodes[z(plan_.order[z(i)])].in) last[z(root_[z(v)])] = i;
    const auto keep = [&](int v) { last[z(root_[z(v)])] = n; };
    for (int v : g_.outputs) keep(v);
    for (const GraphWrite& w : plan_.copies) keep(w.value);

    for (size_t v = 0; v < g_.values.size(); ++v) {
      const GraphValue& value = g_.values[v];
      if (value.kind == GraphValue::kVariable) plan_.places[v] = {Place::kVariable, 0, value.index};
      if (value.kind == GraphValue::kConstant) plan_.places[v] = {Place::kConstant, 0, value.index};
      if (value.kept >= 0) plan_.places[v] = {Place::kConstant, 0, value.kept};
      if (in_place_[v] >= 0) plan_.places[v] = {Place::kVariable, 0, in_place_[v]};
    }
    // Inputs stay for the whole step: the next batch is gathered into the same slots.
    for (int v : g_.inputs) plan_.places[z(v)] = {Place::kArena, take(aligned(bytes(v))), -1};

    for (int i = 0; i < n; ++i) {
      const GraphNode& node = g_.nodes[z(plan_.order[z(i)])];
      if (is_view(node)) continue;  // resolved through the root when binding
      std::vector<int> reused;
      for (int v : node.out) {
        Place& place = plan_.places[z(v)];
        if (place.kind != Place::kNone) continue;
        const int donor = node.elementwise() ? dying_input(node, v, i, last, reused) : -1;
        if (donor >= 0) {
          place = plan_.places[z(donor)];
          reused.push_back(donor);
        } else {
          place = {Place::kArena, take(aligned(bytes(v))), -1};
        }
      }
      // free what dies here
      std::vector<int> dead;
      for (int v : node.in) dead.push_back(root_[z(v)]);
      for (int v : node.out)
        if (last[z(v)] < 0) dead.push_back(v);  // computed beside what was wanted
      std::sort(dead.begin(), dead.end());
      dead.erase(std::unique(dead.begin(), dead.end()), dead.end());
      for (int v : dead)
        if (last[z(v)] <= i && last[z(v)] != n && g_.values[z(v)].kind == GraphValue::kComputed &&
            plan_.places[z(v)].kind == Place::kArena &&
            std::find(reused.begin(), reused.end(), v) == reused.end())
          give(plan_.places[z(v)].offset, aligned(bytes(v)));
    }
    for (size_t v = 0; v < g_.values.size(); ++v)
      if (root_[v] != static_cast<int>(v)) plan_.places[v] = plan_.places[z(root_[v])];
    plan_.scratch_offset = aligned(top_);
    plan_.status_offset = plan_.scratch_offset + aligned(plan_.scratch_bytes);
    plan_.arena_bytes = plan_.status_offset + kAlign;
  }

  int64_t bytes(int v) const { return std::max<int64_t>(spec(v).bytes(), 1); }

  // An elementwise output may take the memory of an input that dies here, element for element.
  int dying_input(const GraphNode& node, int out, int i, const std::vector<int>& last,
                  const std::vector<int>& reused) const {
    for (int v : node.in) {
      const int r = root_[z(v)];
      if (r == v && last[z(r)] == i && spec(v) == spec(out) &&
          plan_.places[z(r)].kind == Place::kArena &&
          g_.values[z(r)].kind == GraphValue::kComputed &&
          std::find(reused.begin(), reused.end(), r) == reused.end())
        return r;
    }
    return -1;
  }

  // The smallest block that is large enough; of several the first.
  int64_t take(int64_t size) {
    const auto best = by_size_.lower_bound({size, 0});
    if (best == by_size_.end()) {
      // extend the last free block when it touches the top
      int64_t offset = top_;
      if (!free_.empty()) {
        const auto end = std::prev(free_.end());
        if (end->first + end->second == top_) {
          offset = end->first;
          drop(end);
        }
      }
      top_ = offset + size;
      return offset;
    }
    const auto [have, offset] = *best;
    drop(free_.find(offset));
    if (have > size) keep_free(offset + size, have - size);
    return offset;
  }
  void give(int64_t offset, int64_t size) {
    auto next = free_.lower_bound(offset);
    if (next != free_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == offset) {
        offset = before->first;
        size += before->second;
        drop(before);
      }
    }
    if (next != free_.end() && offset + size == next->first) {
      size += next->second;
      drop(next);
    }
    keep_free(offset, size);
  }
  void keep_free(int64_t offset, int64_t size) {
    free_[offset] = size;
    by_size_.insert({size, offset});
  }
  void drop(std::map<int64_t, int64_t>::iterator block) {
    by_size_.erase({block->second, block->first});
    free_.erase(block);
  }

  const Graph& g_;
  Device& device_;
  int threads_;
  Plan plan_;
  std::vector<int> root_;                    // value -> the value whose memory it shares
  std::vector<std::vector<int>> readers_;    // root value -> nodes
  std::vector<std::vector<int>> extra_;      // node -> nodes that must run before it
  std::vector<std::vector<int>> later_;      // the same edges from their other end
  std::vector<std::vector<int>> consumers_;  // value -> nodes
  std::vector<int64_t> rank_;                // node -> its place in an order that runs
  std::vector<int> seen_;                    // node -> the last search that met it
  int search_ = 0;
  std::vector<int> in_place_;                      // value -> variable slot
  std::vector<char> writer_;                       // node writes state in place
  std::map<int64_t, int64_t> free_;                // offset -> size
  std::set<std::pair<int64_t, int64_t>> by_size_;  // (size, offset) of the same blocks
  int64_t top_ = 0;
};

}  // namespace

Plan make_plan(const Graph& g, Device& device, int threads) {
  return Planner(g, device, threads).run();
}

}  // namespace ph
