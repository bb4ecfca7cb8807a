// oneDNN: plain layouts for activations (NHWC, as ours), whatever it likes best for weights,
// converted outside the timing.
#include <sched.h>
#include <stdlib.h>

#include <cstdio>
#include <oneapi/dnnl/dnnl.hpp>

#include <unordered_map>

#include "peers.h"

extern "C" void omp_set_num_threads(int) __attribute__((weak));

namespace ph::bench {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

dnnl::engine& engine() {
  static dnnl::engine e(dnnl::engine::kind::cpu, 0);
  return e;
}
dnnl::stream& stream() {
  static dnnl::stream s(engine());
  return s;
}
memory::data_type type_of(DType d) {
  return d == DType::f64 ? memory::data_type::f64 : memory::data_type::f32;
}

memory reordered(memory from, const memory::desc& wanted) {
  if (from.get_desc() == wanted) return from;
  memory to(wanted, engine());
  dnnl::reorder(from, to).execute(stream(), from, to);
  stream().wait();
  return to;
}

// A peer that cannot run is left out, and says why, once.
template <class F>
void or_leave_out(const F& add) {
  try {
    add();
  } catch (const dnnl::error& e) {
    static bool said = false;
    if (!said) std::fprintf(stderr, "ph-bench: oneDNN is left out: %s\n", e.what());
    said = true;
  }
}

using Arguments = std::unordered_map<int, memory>;
Contestant contestant(const dnnl::primitive& p, const Arguments& args) {
  return {"onednn", [=] {
            p.execute(stream(), args);
            stream().wait();
          }};
}

}  // namespace

void set_dnnl_threads(int threads) {
#ifdef PH_DNNL_FOLDER  // builds on SYCL find their processor device through this variable
  setenv("OCL_ICD_FILENAMES", PH_DNNL_FOLDER "/libintelocl.so", 0);
#endif
  if (omp_set_num_threads) omp_set_num_threads(threads);
  // Builds on TBB take as many threads as the process may use, so it may use no more.
  cpu_set_t allowed, kept;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) <= threads) return;
  CPU_ZERO(&kept);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&kept) < threads; ++cpu)
    if (CPU_ISSET(cpu, &allowed)) CPU_SET(cpu, &kept);
  sched_setaffinity(0, sizeof kept, &kept);
}

namespace {

void add_matmul(Case& c, const GemmArgs& a) {
  const auto type = type_of(a.dtype);
  memory::desc x({a.batch, a.m, a.k}, type, memory::dims{a.a_bs, a.a_rs, a.a_cs});
  memory::desc w({a.batch, a.k, a.n}, type, memory::dims{a.b_bs, a.b_rs, a.b_cs});
  memory::desc y({a.batch, a.m, a.n}, type, memory::dims{a.c_bs, a.ldc, 1});
  const dnnl::matmul::primitive_desc desc(engine(), x, w, y);
  c.peers.push_back(contestant(dnnl::matmul(desc),
                               {{DNNL_ARG_SRC, memory(x, engine(), const_cast<void*>(a.a))},
                                {DNNL_ARG_WEIGHTS, memory(w, engine(), const_cast<void*>(a.b))},
                                {DNNL_ARG_DST, memory(y, engine(), a.c)}}));
}

void add_convolution(Case& c, const ConvArgs& a) {
  const auto type = type_of(a.dtype);
  const memory::dim cg = a.c / a.groups, kg = a.k / a.groups;
  const bool grouped = a.groups > 1;
  const memory::dims wdims =
      grouped ? memory::dims{a.groups, kg, cg, a.kh, a.kw} : memory::dims{a.k, a.c, a.kh, a.kw};
  // ours: (KH, KW, C / groups, K), with k = group * kg + the index in the group
  const memory::dims wstrides = grouped ? memory::dims{kg, 1, a.k, a.kw * cg * a.k, cg * a.k}
                                        : memory::dims{1, a.k, a.kw * cg * a.k, cg * a.k};
  const memory::desc x({a.n, a.c, a.h, a.w}, type, Tag::nhwc),
      y({a.n, a.k, a.oh, a.ow}, type, Tag::nhwc);
  const memory::desc any_w(wdims, type, Tag::any), our_w(wdims, type, wstrides);
  const memory xm(x, engine(), a.x), ym(y, engine(), a.y), wm(our_w, engine(), a.filter);
  const memory::dims strides = {a.stride_h, a.stride_w}, dilation = {a.dil_h - 1, a.dil_w - 1};
  const memory::dims before = {a.pad_top, a.pad_left};
  const memory::dims after = {
      (a.oh - 1) * a.stride_h + (a.kh - 1) * a.dil_h + 1 - a.h - a.pad_top,
      (a.ow - 1) * a.stride_w + (a.kw - 1) * a.dil_w + 1 - a.w - a.pad_left};
  const auto direct = dnnl::algorithm::convolution_direct;
  const dnnl::convolution_forward::primitive_desc forward(
      engine(), dnnl::prop_kind::forward_training, direct, x, any_w, y, strides, dilation, before,
      after);
  if (a.mode == ConvMode::forward) {
    c.peers.push_back(contestant(dnnl::convolution_forward(forward),
                                 {{DNNL_ARG_SRC, xm},
                                  {DNNL_ARG_WEIGHTS, reordered(wm, forward.weights_desc())},
                                  {DNNL_ARG_DST, ym}}));
  } else if (a.mode == ConvMode::grad_input) {
    const dnnl::convolution_backward_data::primitive_desc desc(
        engine(), direct, x, any_w, y, strides, dilation, before, after, forward);
    c.peers.push_back(contestant(dnnl::convolution_backward_data(desc),
                                 {{DNNL_ARG_DIFF_SRC, xm},
                                  {DNNL_ARG_WEIGHTS, reordered(wm, desc.weights_desc())},
                                  {DNNL_ARG_DIFF_DST, ym}}));
  } else {
    const dnnl::convolution_backward_weights::primitive_desc desc(
        engine(), direct, x, any_w, y, strides, dilation, before, after, forward);
    c.peers.push_back(
        contestant(dnnl::convolution_backward_weights(desc),
                   {{DNNL_ARG_SRC, xm},
                    {DNNL_ARG_DIFF_WEIGHTS, memory(desc.diff_weights_desc(), engine())},
                    {DNNL_ARG_DIFF_DST, ym}}));
  }
}

}  // namespace

void add_dnnl_gemm(Case& c, const GemmArgs& a) {
  if (a.dtype == DType::f32) or_leave_out([&] { add_matmul(c, a); });
}
void add_dnnl_conv(Case& c, const ConvArgs& a) {
  if (a.dtype == DType::f32) or_leave_out([&] { add_convolution(c, a); });
}

}  // namespace ph::bench
