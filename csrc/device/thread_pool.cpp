// The shared thread pool. One job at a time: the caller and each worker claim the chunks of their
// own part, which are the same chunks in the next job of that size, then what others have left.
// Workers join a job only while it is open, so the caller never waits for one that is still
// waking. No queues: a caller that finds the pool busy runs inline.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "cpu_count.h"
#include "device.h"
#include "fork.h"

namespace ph {
namespace {

constexpr auto kIdleSpin = std::chrono::microseconds(50);
constexpr int kPausesPerClock = 32;   // spins between two looks at the clock
constexpr int kCallerPauses = 20000;  // then the waiting caller yields its time slice

void pause_cpu() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

using Body = void (*)(void* ctx, int64_t chunk, int thread);

struct alignas(128) Worker {
  std::mutex mutex;
  std::condition_variable wake;
  std::atomic<bool> asleep{false};
  std::thread thread;
};

class Pool {
 public:
  ~Pool() = delete;  // abandoned after a fork, joined at exit

  void run(int threads, int64_t chunks, Body body, void* ctx) {
    const int wanted = static_cast<int>(std::min<int64_t>(threads, chunks));
    start_workers(wanted - 1);
    body_ = body;
    ctx_ = ctx;
    limit_ = std::min(wanted, n_workers_ + 1);
    for (int i = 0; i < limit_; ++i) {
      parts_[i].next.store(i * chunks / limit_, std::memory_order_relaxed);
      parts_[i].end = (i + 1) * chunks / limit_;
    }
    const uint32_t epoch = epoch_.load(std::memory_order_relaxed) + 1;  // odd: open
    epoch_.store(epoch, std::memory_order_seq_cst);
    for (int i = 0; i + 1 < limit_; ++i) rouse(*workers_[i]);
    work(0);
    // Closed first, then wait for those inside: a worker that enters later looks again and leaves.
    epoch_.store(epoch + 1, std::memory_order_seq_cst);
    for (int spins = 0; inside_.load(std::memory_order_seq_cst) != 0; ++spins) {
      if (spins < kCallerPauses)
        pause_cpu();
      else
        std::this_thread::yield();
    }
  }

  void stop() {
    stopping_.store(true, std::memory_order_seq_cst);
    for (int i = 0; i < n_workers_; ++i) rouse(*workers_[i]);
    for (int i = 0; i < n_workers_; ++i) workers_[i]->thread.join();
    n_workers_ = 0;
  }

  std::atomic<bool> busy{false};
  Pool* abandoned = nullptr;  // the parent process's pool, kept reachable

 private:
  void start_workers(int count) {
    while (n_workers_ < count && !cannot_grow_) {
      std::unique_ptr<Worker> worker;
      try {
        worker = std::make_unique<Worker>();
        worker->thread =
            std::thread([this, w = worker.get(), index = n_workers_ + 1] { serve(*w, index); });
      } catch (const std::exception&) {  // a limit on threads or memory: go on with fewer
        cannot_grow_ = true;
        return;
      }
      workers_[n_workers_++] = std::move(worker);
    }
  }

  static void rouse(Worker& worker) {
    if (!worker.asleep.load(std::memory_order_seq_cst)) return;
    // Taken and released, so that the worker is either waiting or has yet to look.
    { std::lock_guard lock(worker.mutex); }
    worker.wake.notify_one();
  }

  void work(int thread) {
    for (int i = 0; i < limit_; ++i) {
      Part& part = parts_[(thread + i) % limit_];
      while (part.next.load(std::memory_order_relaxed) < part.end) {
        const int64_t chunk = part.next.fetch_add(1, std::memory_order_relaxed);
        if (chunk < part.end) body_(ctx_, chunk, thread);
      }
    }
  }

  bool has_news(uint32_t seen) const {
    return epoch_.load(std::memory_order_seq_cst) != seen ||
           stopping_.load(std::memory_order_seq_cst);
  }

  void wait_for_news(Worker& self, uint32_t seen, bool spin) {
    if (spin) {
      const auto end = std::chrono::steady_clock::now() + kIdleSpin;
      do {
        for (int i = 0; i < kPausesPerClock; ++i) {
          if (has_news(seen)) return;
          pause_cpu();
        }
      } while (std::chrono::steady_clock::now() < end);
    }
    std::unique_lock lock(self.mutex);
    self.asleep.store(true, std::memory_order_seq_cst);
    self.wake.wait(lock, [&] { return has_news(seen); });
    self.asleep.store(false, std::memory_order_seq_cst);
  }

  void serve(Worker& self, int index) {
    uint32_t seen = 0;
    bool worked = true;  // a worker beyond the job's limit goes to sleep without spinning
    while (!stopping_.load(std::memory_order_seq_cst)) {
      wait_for_news(self, seen, worked);
      const uint32_t epoch = epoch_.load(std::memory_order_seq_cst);
      if (epoch == seen) continue;
      seen = epoch;
      if (epoch % 2 == 0) continue;  // closed: spin on, the next job may be near
      inside_.fetch_add(1, std::memory_order_seq_cst);
      if (epoch_.load(std::memory_order_seq_cst) == epoch) {
        worked = index < limit_;
        if (worked) work(index);
      }
      inside_.fetch_sub(1, std::memory_order_seq_cst);
    }
  }

  // The job; written only while closed with no one inside.
  Body body_ = nullptr;
  void* ctx_ = nullptr;
  int limit_ = 0;
  struct alignas(128) Part {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };
  std::array<Part, kMaxThreads> parts_;
  alignas(128) std::atomic<uint32_t> epoch_{0};
  alignas(128) std::atomic<int> inside_{0};
  std::atomic<bool> stopping_{false};
  int n_workers_ = 0;
  bool cannot_grow_ = false;
  std::array<std::unique_ptr<Worker>, kMaxThreads> workers_;
};

std::mutex pool_mutex;  // guards making the pool, not running on it
std::atomic<Pool*> pool{nullptr};
Pool* parents_pool = nullptr;
bool exiting = false;  // under pool_mutex

void run_inline(int64_t chunks, Body body, void* ctx) {
  for (int64_t i = 0; i < chunks; ++i) body(ctx, i, 0);
}

// At exit the workers are joined; later calls run inline.
struct JoinAtExit {
  ~JoinAtExit() {
    std::lock_guard lock(pool_mutex);
    exiting = true;
    Pool* p = pool.load(std::memory_order_acquire);
    if (!p) return;
    while (p->busy.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
    p->stop();  // stays busy: whoever comes now runs inline
  }
} join_at_exit;

Pool* get_pool() {
  if (Pool* p = pool.load(std::memory_order_acquire)) return p;
  std::lock_guard lock(pool_mutex);
  if (Pool* p = pool.load(std::memory_order_acquire)) return p;
  if (exiting) return nullptr;
  // Only the forking thread lives on in a child: it starts over with a pool of its own.
  static const bool registered = [] {
    at_fork(ForkStage::pool, {[] { pool_mutex.lock(); }, [] { pool_mutex.unlock(); },
                              [] {
                                parents_pool = pool.exchange(nullptr);
                                pool_mutex.unlock();
                              }});
    return true;
  }();
  (void)registered;
  Pool* made = new Pool;
  made->abandoned = parents_pool;
  pool.store(made, std::memory_order_release);
  return made;
}

// Launch::pool points at the Launch itself: it says how many threads the job may use.
void run_team(void* self, int64_t chunks, Body body, void* ctx) {
  const int threads = static_cast<const Launch*>(self)->threads;
  Pool* p = threads > 1 && chunks > 1 ? get_pool() : nullptr;
  if (!p || p->busy.exchange(true, std::memory_order_acquire)) {
    run_inline(chunks, body, ctx);  // also nested calls: the pool is busy with the outer one
    return;
  }
  p->run(threads, chunks, body, ctx);
  p->busy.store(false, std::memory_order_release);
}

int default_threads() {
  const int usable = std::min(usable_cpus(), kMaxThreads);
  const char* text = std::getenv("PRONGHORN_NUM_THREADS");
  if (!text || !*text) return usable;
  char* end = nullptr;
  const long cap = std::strtol(text, &end, 10);
  if (*end || cap < 1)
    throw std::runtime_error("PRONGHORN_NUM_THREADS='" + std::string(text) +
                             "': expected a whole number of at least 1");
  return static_cast<int>(std::min<long>(usable, cap));
}

std::atomic<int>& thread_count() {
  static std::atomic<int> count{default_threads()};
  return count;
}

}  // namespace

int num_threads() { return thread_count().load(std::memory_order_relaxed); }

void set_num_threads(int n) {
  if (n < 1 || n > kMaxThreads)
    throw std::invalid_argument("set_num_threads: got " + std::to_string(n) + "; expected 1 to " +
                                std::to_string(kMaxThreads));
  thread_count().store(n, std::memory_order_relaxed);
}

const Launch& team() {
  static std::array<Launch, kMaxThreads + 1>& teams = []() -> auto& {
    static std::array<Launch, kMaxThreads + 1> made;
    for (int i = 0; i <= kMaxThreads; ++i) made[i] = {i, &made[i], &run_team};
    return made;
  }();
  return teams[num_threads()];
}

}  // namespace ph
