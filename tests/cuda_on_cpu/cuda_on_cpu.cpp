// Fibers, the scheduler of a block, and the record of who touched shared memory. A fiber runs one
// thread of the block after another until one has to wait, then another fiber goes on: kernels
// without barriers run as a plain loop.
#include "cuda_on_cpu.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#ifdef PH_ASAN  // of the kernels; this file is compiled without
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#else
#define PH_ASAN 0
#endif
#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace cuda_on_cpu {

const Place* place = nullptr;

namespace {

// ---------------------------------------------------------------- stacks and switches
constexpr size_t kStack = 256 * 1024;

struct Stack {
  void* low = nullptr;  // null: the stack of the caller of run()
  size_t size = 0;
  void* fake = nullptr;  // AddressSanitizer's
#if defined(__x86_64__)
  void* top = nullptr;
#else
  ucontext_t context;
#endif
};

#if defined(__x86_64__)
extern "C" void ph_switch_stacks(void** save, void* to);
__asm__(
    ".text\n"
    ".globl ph_switch_stacks\n"
    "ph_switch_stacks:\n"
    "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
    "  ret\n");
#endif

void switch_stacks(Stack& from, Stack& to) {
#if PH_ASAN
  __sanitizer_start_switch_fiber(&from.fake, to.low, to.size);
#endif
#if defined(__x86_64__)
  ph_switch_stacks(&from.top, to.top);
#else
  swapcontext(&from.context, &to.context);
#endif
#if PH_ASAN
  __sanitizer_finish_switch_fiber(from.fake, nullptr, nullptr);
#endif
}

// ---------------------------------------------------------------- a block
struct Fiber : Stack {};
struct Thread {
  Place place;
  int id = 0, warp = 0;
  Fiber* fiber = nullptr;
};
struct Warp {
  uint32_t arrived = 0, mask = 0, lanes = 0, epoch = 1;
  uint64_t given[kWarp], seen[kWarp];
};
struct Block {
  int size = 0, next = 0, done = 0, waiting = 0;
  bool downwards = false;  // the order in which threads start
  uint32_t epoch = 1;      // barriers passed, over all blocks
  uint32_t born = 1;       // the epoch when this block began
  size_t shared_bytes = 0;
  void (*body)(void*) = nullptr;
  void* context = nullptr;
  std::vector<Thread> threads = std::vector<Thread>(kMaxThreads);
  std::vector<Warp> warps = std::vector<Warp>(kMaxThreads / kWarp);
  std::vector<int> at_barrier;
  std::deque<int> ready;
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<Fiber*> idle;
  Stack caller;
  Thread* now = nullptr;
} block;

#if PH_ASAN
// Any thread may call run().
void note_caller(Stack& caller) {
  static thread_local void* low = nullptr;
  static thread_local size_t size = 0;
  pthread_attr_t attributes;
  if (!low && pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
  }
  caller.low = low, caller.size = size;
}
#endif

// Starts threads until none is left, then waits to be used again.
void fiber_main(Fiber* fiber) {
#if PH_ASAN
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
  for (;;) {
    while (block.next < block.size) {
      const int n = block.next++;
      Thread& t = block.threads[static_cast<size_t>(block.downwards ? block.size - 1 - n : n)];
      t.fiber = fiber;
      block.now = &t;
      place = &t.place;
      block.body(block.context);
      ++block.done;
      if (block.waiting) fail("a thread ended while others wait at a barrier", "thread", t.id);
    }
    block.idle.push_back(fiber);
    switch_stacks(*fiber, block.caller);
  }
}
#if defined(__x86_64__)
Fiber* entering;
void enter() {
  fiber_main(entering);
  std::abort();
}
#else
void enter(unsigned high, unsigned low) {
  fiber_main(reinterpret_cast<Fiber*>(static_cast<uintptr_t>(high) << 32 | low));
}
#endif

Fiber* idle_fiber() {
  if (!block.idle.empty()) {
    Fiber* f = block.idle.back();
    block.idle.pop_back();
    return f;
  }
  block.fibers.push_back(std::make_unique<Fiber>());
  Fiber* f = block.fibers.back().get();
  f->low = mmap(nullptr, kStack, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (f->low == MAP_FAILED) std::abort();
  f->size = kStack;
#if defined(__x86_64__)
  void** top = reinterpret_cast<void**>(static_cast<char*>(f->low) + kStack) - 2;
  *top = reinterpret_cast<void*>(&enter);
  f->top = top - 6;
  for (int i = 0; i < 6; ++i) top[i - 6] = nullptr;
  entering = f;
#else
  getcontext(&f->context);
  f->context.uc_stack.ss_sp = f->low, f->context.uc_stack.ss_size = kStack;
  const auto bits = reinterpret_cast<uintptr_t>(f);
  makecontext(&f->context, reinterpret_cast<void (*)()>(&enter), 2,
              static_cast<unsigned>(bits >> 32), static_cast<unsigned>(bits));
#endif
  return f;
}

// The stack that goes on when a thread sleeps: threads not started yet come first.
Stack& next_stack() {
  if (block.next < block.size) return *idle_fiber();
  if (block.ready.empty()) return block.caller;  // which finds that nobody can go on
  Thread& t = block.threads[static_cast<size_t>(block.ready.front())];
  block.ready.pop_front();
  return *t.fiber;
}
// The thread that runs goes to sleep; whoever releases it puts it into `ready`.
void sleep() {
  Thread* me = block.now;
  switch_stacks(*me->fiber, next_stack());
  block.now = me;
  place = &me->place;
}

void run_block(Place at) {
  block.next = block.done = block.waiting = 0;
  block.shared_bytes = 0;
  block.born = ++block.epoch;
  for (int i = 0; i < block.size; ++i) {
    Thread& t = block.threads[static_cast<size_t>(i)];
    const unsigned x = static_cast<unsigned>(i) % at.block_dim.x;
    t.place = at;
    t.place.thread = dim3(x, static_cast<unsigned>(i) / at.block_dim.x, 0);
    t.id = i, t.warp = i / kWarp;
  }
  for (int w = 0; w < block.size / kWarp; ++w) block.warps[static_cast<size_t>(w)].arrived = 0;
  while (block.done < block.size) {
    Stack& next = next_stack();
    if (&next == &block.caller)
      fail("threads wait for others that never come", "threads ended", block.done);
    switch_stacks(block.caller, next);
  }
}

}  // namespace

void fail(const char* what, const char* name, int64_t index) {
  const dim3 b = place ? place->block : dim3(0, 0, 0);
  std::fprintf(stderr, "cuda_on_cpu: %s: %s %lld, in thread %d of block (%u, %u, %u)\n", what, name,
               static_cast<long long>(index), block.now ? block.now->id : -1, b.x, b.y, b.z);
  std::abort();
}

void run(dim3 grid, int size, void (*body)(void*), void* context) {
  if (size <= 0 || size > kMaxThreads || size % kWarp) fail("threads of a block", "count", size);
  if (!grid.x || !grid.y || !grid.z || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535)
    fail("blocks of a launch", "count", grid.x);
#if PH_ASAN
  note_caller(block.caller);
#endif
  block.size = size, block.body = body, block.context = context;
  Place at;
  at.block_dim = dim3(static_cast<unsigned>(size)), at.grid_dim = grid;
  for (unsigned z = 0; z < grid.z; ++z)
    for (unsigned y = 0; y < grid.y; ++y)
      for (unsigned x = 0; x < grid.x; ++x) {
        at.block = dim3(x, y, z);
        block.downwards = (x + y + z) % 2 != 0;
        run_block(at);
      }
  place = nullptr, block.now = nullptr;
}

int lane() { return block.now->id % kWarp; }

void barrier() {
  if (block.done) fail("a barrier that some threads did not reach", "threads ended", block.done);
  if (block.waiting + 1 < block.size) {
    ++block.waiting;
    block.at_barrier.push_back(block.now->id);
    return sleep();
  }
  ++block.epoch;
  block.waiting = 0;
  for (const int t : block.at_barrier) block.ready.push_back(t);
  block.at_barrier.clear();
}

static void warp_meet(uint32_t mask, uint64_t value) {
  Warp& w = block.warps[static_cast<size_t>(block.now->warp)];
  const uint32_t me = 1u << lane();
  if (!(mask & me)) fail("a warp's mask without the thread that calls", "lane", lane());
  if (w.arrived && w.mask != mask) fail("two masks in one call of a warp", "lane", lane());
  w.mask = mask;
  w.arrived |= me;
  w.given[lane()] = value;
  if (w.arrived != mask) return sleep();
  w.arrived = 0;
  memcpy(w.seen, w.given, sizeof w.seen);
  for (int i = 0; i < kWarp; ++i)
    if (mask >> i & 1 && i != lane()) block.ready.push_back(block.now->warp * kWarp + i);
}
void warp_barrier(uint32_t mask) {
  Warp& w = block.warps[static_cast<size_t>(block.now->warp)];
  const uint32_t before = w.epoch;
  warp_meet(mask, 0);
  w.epoch = std::max(w.epoch, before + 1);
}
const uint64_t* warp_exchange(uint32_t mask, uint64_t value) {
  Warp& w = block.warps[static_cast<size_t>(block.now->warp)];
  warp_meet(mask, value);
  return w.seen;
}

// ---------------------------------------------------------------- shared memory
// What two threads of one block do without a barrier between has no order. Within a warp,
// __syncwarp is a barrier too.
struct Visit {
  uint32_t epoch = 0, warp_epoch = 0;
  int thread = -1;
  bool many_warps = false, many_threads = false, atomic = false;  // since the last barrier
};
struct Cell {
  Visit write, read;
};
struct Array {
  const char* name;
  size_t size;
  int64_t count;
  uint32_t born = 0;
  std::vector<unsigned char> bytes;
  std::vector<Cell> cells;
};

Array* shared(const void* declaration, const char* name, size_t size, int64_t count) {
  static std::map<const void*, std::unique_ptr<Array>> arrays;
  std::unique_ptr<Array>& a = arrays[declaration];
  if (!a) {
    a = std::make_unique<Array>();
    a->name = name, a->size = size, a->count = count;
    a->bytes.resize(size * static_cast<size_t>(count) + 16);
    a->cells.resize(static_cast<size_t>(count));
  }
  if (a->count != count) fail("shared memory of another size", name, count);
  if (a->born != block.born) {
    a->born = block.born;
    std::fill(a->bytes.begin(), a->bytes.end(), static_cast<unsigned char>(0xff));
    block.shared_bytes += size * static_cast<size_t>(count);
    if (block.shared_bytes > kMaxShared)
      fail("too much shared memory", name, static_cast<int64_t>(block.shared_bytes));
  }
  return a.get();
}

static bool unordered(const Visit& v, const Thread& me) {
  if (v.epoch != block.epoch || v.epoch < block.born) return false;
  if (v.many_warps || v.thread / kWarp != me.warp) return true;
  return (v.many_threads || v.thread != me.id) &&
         v.warp_epoch == block.warps[static_cast<size_t>(me.warp)].epoch;
}

void* touch(Array* a, int64_t index, Access how) {
  if (index < 0 || index >= a->count) fail("outside of shared memory", a->name, index);
  Cell& c = a->cells[static_cast<size_t>(index)];
  const Thread& me = *block.now;
  const bool atomic = how == Access::atomic;
  if (how != Access::write && c.write.epoch < block.born)
    fail("read of shared memory that nobody wrote", a->name, index);
  if (unordered(c.write, me) && !(atomic && c.write.atomic))
    fail(how == Access::write ? "two threads write shared memory without a barrier between"
                              : "read of shared memory before a barrier that it needs",
         a->name, index);
  const uint32_t warp_epoch = block.warps[static_cast<size_t>(me.warp)].epoch;
  if (how == Access::read) {
    const Visit& v = c.read;
    const bool same = v.epoch == block.epoch, warp = same && v.warp_epoch == warp_epoch;
    c.read = {block.epoch,
              warp_epoch,
              me.id,
              same && (v.many_warps || v.thread / kWarp != me.warp),
              warp && (v.many_threads || v.thread != me.id),
              false};
  } else {
    if (unordered(c.read, me))
      fail("write of shared memory that another thread reads, without a barrier between", a->name,
           index);
    c.write = {block.epoch, warp_epoch, me.id, false, false, atomic};
  }
  return a->bytes.data() + a->size * static_cast<size_t>(index);
}

}  // namespace cuda_on_cpu
