// Sums so long that one chain of float32 additions would lose digits: k is cut into segments, each
// a product of its own in float32, whose results are added in double. A chain of L equal terms is
// off by at most about 2e-8 L; here L is a few hundred, whatever k is. Few outputs: k is first cut
// into parts, one thread each.
#pragma once
#include "gemm_engine.h"

namespace ph {
namespace PH_ISA {

// The sums of m x n results over k; c = epilogue(alpha * sums + (accumulate ? c : 0)).
template <class T>
struct LongSum {
  int64_t m, n, k;
  T* c;
  int64_t ldc;
  T alpha;
  bool accumulate;
  Epilogue<T> epilogue;
};

struct LongPlan {
  int64_t segment;      // of k, at most; all are at least half as long
  int64_t parts;        // of k
  bool serial;          // a segment is one thread's work
  int64_t inner_bytes;  // scratch of one segment
};
// Parts are for few outputs: others are shared out within each segment.
PH_INLINE LongPlan plan_long(int64_t m, int64_t n, int64_t k, int64_t segment) {
  const bool serial = m * n * segment < kSplitChunks * kChunkWork;
  int64_t parts = serial ? min_of(k / segment, m * n * k / (2 * kChunkWork)) : 1;
  parts = max_of<int64_t>(1, min_of(kMaxSplits, parts));
  return {segment, parts, serial, 0};
}

// Scratch: the totals of each part, then for each thread (of a serial plan) a segment's result and
// what its product needs.
template <class T>
struct LongBytes {
  int64_t total, result;
  PH_INLINE LongBytes(int64_t m, int64_t n)
      : total(cache_rounded(m * n * 8)),
        result(cache_rounded(m * n * static_cast<int64_t>(sizeof(T)))) {}
};
template <class T>
PH_INLINE int64_t long_bytes(int64_t m, int64_t n, const LongPlan& p, int threads) {
  const LongBytes<T> b(m, n);
  return p.parts * b.total + (p.serial ? threads : 1) * (b.result + cache_rounded(p.inner_bytes));
}

// Calls f(lo, hi) for runs of rows, of which each is one thread's share.
template <class F>
PH_INLINE void for_row_runs(int64_t m, int64_t n, const Launch& team, const F& f) {
  const int64_t chunks = max_of<int64_t>(1, min_of(m, min_of(kMaxChunks, m * n / kSerialPack)));
  for_chunks(team, chunks,
             [&](int64_t chunk, int) { f(chunk * m / chunks, (chunk + 1) * m / chunks); });
}

// segment(p0, depth, result, team, scratch) writes the sums over k in [p0, p0 + depth), (m, n)
// dense.
template <class T, class F>
void long_sum(const LongSum<T>& q, const LongPlan& p, const Launch& team, char* scratch,
              const F& segment) {
  const LongBytes<T> bytes(q.m, q.n);
  const int64_t own_bytes = bytes.result + cache_rounded(p.inner_bytes);
  const auto total_of = [&](int64_t part) {
    return reinterpret_cast<double*>(scratch + part * bytes.total);
  };
  const auto run_part = [&](int64_t part, const Launch& crew, char* own) {
    T* const result = reinterpret_cast<T*>(own);
    double* const total = total_of(part);
    const int64_t lo = part * q.k / p.parts, length = (part + 1) * q.k / p.parts - lo;
    const int64_t pieces = ceil_div(length, p.segment);
    for (int64_t i = 0; i < pieces; ++i) {
      const int64_t from = i * length / pieces, to = (i + 1) * length / pieces;
      segment(lo + from, to - from, result, crew, own + bytes.result);
      for_row_runs(q.m, q.n, crew, [&](int64_t r0, int64_t r1) {
        double* PH_RESTRICT t = total + r0 * q.n;
        const T* PH_RESTRICT x = result + r0 * q.n;
        const int64_t count = (r1 - r0) * q.n;
        if (i == 0)
          for (int64_t j = 0; j < count; ++j) t[j] = static_cast<double>(x[j]);
        else
          for (int64_t j = 0; j < count; ++j) t[j] += static_cast<double>(x[j]);
      });
    }
  };
  char* const owns = scratch + p.parts * bytes.total;
  if (p.serial)
    for_chunks(team, p.parts, [&](int64_t part, int thread) {
      run_part(part, serial_launch(), owns + thread * own_bytes);
    });
  else
    run_part(0, team, owns);
  for_row_runs(q.m, q.n, team, [&](int64_t r0, int64_t r1) {
    for (int64_t i = r0; i < r1; ++i) {
      T* const row = q.c + i * q.ldc;
      for (int64_t j = 0; j < q.n; ++j) {
        double sum = 0;
        for (int64_t part = 0; part < p.parts; ++part) sum += total_of(part)[i * q.n + j];
        const T value = q.alpha * static_cast<T>(sum);
        row[j] = q.accumulate ? row[j] + value : value;
      }
    }
    if (!q.epilogue.empty())
      finish_tile<T>(q.c + r0 * q.ldc, q.ldc, r1 - r0, q.n, moved(q.epilogue, r0, 0));
  });
}

}  // namespace PH_ISA
}  // namespace ph
