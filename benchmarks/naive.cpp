// What a plain scalar loop takes (ph-bench --naive): compiled without vectorisation, operands in
// the order in which memory has them, no blocking.
#include <cmath>
#include <cstring>

#include "bench.h"

namespace ph::bench {

void add_naive_gemm(Case& c, const GemmArgs& a) {
  if (a.dtype != DType::f32) return;
  c.peers.push_back({"naive", [=] {
                       for (int64_t b = 0; b < a.batch; ++b) {
                         const float* left = static_cast<const float*>(a.a) + b * a.a_bs;
                         const float* right = static_cast<const float*>(a.b) + b * a.b_bs;
                         for (int64_t i = 0; i < a.m; ++i) {
                           float* row = static_cast<float*>(a.c) + b * a.c_bs + i * a.ldc;
                           std::memset(row, 0, sizeof(float) * static_cast<size_t>(a.n));
                           for (int64_t p = 0; p < a.k; ++p) {
                             const float x = left[i * a.a_rs + p * a.a_cs];
                             for (int64_t j = 0; j < a.n; ++j)
                               row[j] += x * right[p * a.b_rs + j * a.b_cs];
                           }
                         }
                       }
                     }});
}

// Forward only.
void add_naive_conv(Case& c, const ConvArgs& a) {
  if (a.dtype != DType::f32 || a.mode != ConvMode::forward) return;
  c.peers.push_back({"naive", [=] {
                       const int64_t group_in = a.c / a.groups, group_out = a.k / a.groups;
                       const float *x = static_cast<const float*>(a.x),
                                   *f = static_cast<const float*>(a.filter);
                       float* y = static_cast<float*>(a.y);
                       for (int64_t n = 0; n < a.n; ++n)
                         for (int64_t oh = 0; oh < a.oh; ++oh)
                           for (int64_t ow = 0; ow < a.ow; ++ow, y += a.k) {
                             std::memset(y, 0, sizeof(float) * static_cast<size_t>(a.k));
                             for (int64_t r = 0; r < a.kh; ++r)
                               for (int64_t s = 0; s < a.kw; ++s) {
                                 const int64_t h = oh * a.stride_h - a.pad_top + r * a.dil_h;
                                 const int64_t w = ow * a.stride_w - a.pad_left + s * a.dil_w;
                                 if (h < 0 || h >= a.h || w < 0 || w >= a.w) continue;
                                 const float* pixel = x + ((n * a.h + h) * a.w + w) * a.c;
                                 for (int64_t ci = 0; ci < group_in; ++ci) {
                                   const float* taps = f + ((r * a.kw + s) * group_in + ci) * a.k;
                                   for (int64_t g = 0; g < a.groups; ++g) {
                                     const float value = pixel[g * group_in + ci];
                                     for (int64_t k = g * group_out; k < (g + 1) * group_out; ++k)
                                       y[k] += value * taps[k];
                                   }
                                 }
                               }
                           }
                     }});
}

namespace {
template <class F>
void add_loop(Case& c, int64_t n, const float* x, const float* y, float* out, F f) {
  c.peers.push_back({"naive", [=] {
                       for (int64_t i = 0; i < n; ++i) out[i] = f(x[i], y[i]);
                     }});
}
}  // namespace

void add_naive_eltwise(Case& c, EltOp op, int64_t n, const void* a, const void* b, void* to) {
  const float *x = static_cast<const float*>(a), *y = static_cast<const float*>(b);
  float* out = static_cast<float*>(to);
  const auto add = [&](auto f) { add_loop(c, n, x, y, out, f); };
  switch (op) {
    case EltOp::add: return add([](float p, float q) { return p + q; });
    case EltOp::mul: return add([](float p, float q) { return p * q; });
    case EltOp::div: return add([](float p, float q) { return p / q; });
    case EltOp::relu: return add([](float p, float) { return p > 0 ? p : 0; });
    case EltOp::sqrt: return add([](float p, float) { return std::sqrt(p); });
    case EltOp::rsqrt: return add([](float p, float) { return 1 / std::sqrt(p); });
    case EltOp::exp: return add([](float p, float) { return std::exp(p); });
    case EltOp::log: return add([](float p, float) { return std::log(p); });
    case EltOp::tanh: return add([](float p, float) { return std::tanh(p); });
    case EltOp::sigmoid: return add([](float p, float) { return 1 / (1 + std::exp(-p)); });
    case EltOp::erf: return add([](float p, float) { return std::erf(p); });
    case EltOp::sin: return add([](float p, float) { return std::sin(p); });
    case EltOp::pow: return add([](float p, float q) { return std::pow(p, q); });
    default: return;
  }
}

}  // namespace ph::bench
