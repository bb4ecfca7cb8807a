// The gradient of a loop is a loop backwards over what the carries were: each trip computes its
// forward part again and sweeps it. The gradient of a branch is a branch.
#include "region_grad.h"

#include "../ops/functions.h"
#include "grad.h"

namespace ph {
namespace {

Spec row_of(const Spec& stacked) {
  Spec out{stacked.dtype, {}};
  for (int i = 1; i < stacked.shape.rank(); ++i) out.shape.push_back(stacked.shape[i]);
  return out;
}

}  // namespace

std::vector<Tensor> loop_vjp(const VjpContext& c) {
  const Region& body = region_of(c, 0);
  const auto carries = static_cast<size_t>(c.integer("carries"));
  const auto slices = static_cast<size_t>(c.integer("slices"));
  const bool counted = c.flag("counted");
  const int64_t trips = c.integer("trips"), guard = c.integer("guard");
  const Ints& stacked = c.ints("stacked");
  if (trips < 0)
    throw ValueError(
        "while_loop: the gradient of a compiled loop needs `maximum_iterations`, since the carries "
        "of all its steps are kept; give it, or compile with run_eagerly=True");
  const size_t first = 1 + counted;  // of the inputs that the body has too
  const size_t captures = c.inputs.size() - first - carries - slices;
  const size_t made = body.outputs.size() - carries;
  const auto value_of = [&](size_t i) { return c.in(first + i); };  // of the body's input i
  const auto capture = [&](size_t k) { return carries + slices + k; };

  Loop back;
  back.trace = body.trace;
  back.trips = trips;
  back.reverse = !c.flag("reverse");
  if (guard >= 0) back.count = c.out(carries);
  if (counted) back.count = c.in(1);
  for (size_t i = 0; i < body.inputs.size(); ++i)
    if (i >= carries + slices) back.outside[body.inputs[i].get()] = value_of(i);

  std::vector<size_t> moving, summed, sliced;  // carries, captures and slices with a gradient
  {
    const RecorderScope scope(*body.trace);
    std::vector<Tensor> targets, seeds, wrt;
    const auto input = [&](const Spec& spec) { return body.trace->input(spec, "a gradient"); };
    for (size_t i = 0; i < carries; ++i) {
      if (!is_inexact(body.inputs[i].dtype())) continue;
      moving.push_back(i);
      back.carry_in.push_back(input(body.inputs[i].spec()));
      targets.push_back(body.outputs[i]);
      seeds.push_back(back.carry_in.back());
      wrt.push_back(body.inputs[i]);
    }
    for (size_t j = 0; j < slices; ++j)
      if (c.needs[first + carries + j]) {
        sliced.push_back(j);
        wrt.push_back(body.inputs[carries + j]);
      }
    for (size_t k = 0; k < captures; ++k)
      if (c.needs[first + capture(k)]) {
        summed.push_back(k);
        back.carry_in.push_back(input(body.inputs[capture(k)].spec()));
        wrt.push_back(body.inputs[capture(k)]);
      }
    for (size_t j = 0; j < made; ++j) {
      const Tensor& g = c.grads[carries + 1 + j];
      if (!g) continue;
      back.slice_in.push_back(input(row_of(g.spec())));
      back.slices.push_back(g);
      targets.push_back(body.outputs[carries + j]);
      seeds.push_back(back.slice_in.back());
    }
    const std::vector<Node> nodes = body.trace->nodes();  // the sweep adds to them
    std::vector<Tensor> found = grad(nodes, targets, seeds, wrt);
    const auto or_zero = [&](size_t i) { return found[i] ? found[i] : zeros_like(wrt[i]); };
    for (size_t m = 0; m < moving.size(); ++m) {
      Tensor g = or_zero(m);
      for (size_t s = 0; s < stacked.size(); ++s) {  // of what the carry was before this step
        const Tensor& of = c.grads[carries + 1 + made + s];
        if (static_cast<size_t>(stacked[s]) != moving[m] || !of) continue;
        back.slice_in.push_back(input(row_of(of.spec())));
        back.slices.push_back(of);
        g = add(g, back.slice_in.back());
      }
      back.carry_out.push_back(g);
    }
    for (size_t k = 0; k < summed.size(); ++k) {
      const Tensor& so_far = back.carry_in[moving.size() + k];
      const Tensor& g = found[moving.size() + sliced.size() + k];
      back.carry_out.push_back(g ? add(so_far, g) : so_far);
    }
    for (size_t j = 0; j < sliced.size(); ++j) back.slice_out.push_back(or_zero(moving.size() + j));
  }
  for (size_t i : moving) back.init.push_back(c.grads[i] ? c.grads[i] : zeros_like(c.out(i)));
  for (size_t k : summed) back.init.push_back(zeros_like(value_of(capture(k))));

  // of what the forward part read, only what is read again
  std::vector<Tensor> results = back.carry_out;
  results.insert(results.end(), back.slice_out.begin(), back.slice_out.end());
  const auto reads = read_by(*body.trace, results);
  for (size_t s = 0; s < stacked.size(); ++s) {
    const Tensor& inside = body.inputs[static_cast<size_t>(stacked[s])];
    if (!reads.count(inside.get())) continue;
    back.slice_in.push_back(inside);
    back.slices.push_back(c.out(carries + 1 + made + s));
  }
  for (size_t j = 0; j < slices; ++j) {
    if (!reads.count(body.inputs[carries + j].get())) continue;
    back.slice_in.push_back(body.inputs[carries + j]);
    back.slices.push_back(value_of(carries + j));
  }
  const std::vector<Tensor> out = add_loop(back);

  std::vector<Tensor> result(c.inputs.size());
  const size_t moved = moving.size() + summed.size();
  for (size_t m = 0; m < moving.size(); ++m) result[first + moving[m]] = out[m];
  for (size_t k = 0; k < summed.size(); ++k)
    result[first + capture(summed[k])] = out[moving.size() + k];
  for (size_t j = 0; j < sliced.size(); ++j)
    result[first + carries + sliced[j]] = out[moved + 1 + j];
  return result;
}

std::vector<Tensor> branch_vjp(const VjpContext& c) {
  const size_t n = region_count(c), first = 2;  // inputs: handle, index, captures
  Branches back;
  back.index = c.in(1);
  back.inside.resize(n);
  back.outside.resize(n);
  std::vector<size_t> wanted;
  for (size_t k = first; k < c.inputs.size(); ++k)
    if (c.needs[k]) wanted.push_back(k);
  for (const Tensor& g : c.grads)
    if (g) back.given.push_back(g);
  for (size_t i = 0; i < n; ++i) {
    const Region& region = region_of(c, i);
    back.traces.push_back(region.trace);
    for (size_t k = first; k < c.inputs.size(); ++k)
      back.outside[i][region.inputs[k - first].get()] = c.in(k);
    const RecorderScope scope(*region.trace);
    std::vector<Tensor> targets, wrt, outputs;
    for (size_t o = 0; o < c.grads.size(); ++o) {
      if (!c.grads[o]) continue;
      back.inside[i].push_back(region.trace->input(c.grads[o].spec(), "a gradient"));
      targets.push_back(region.outputs[o]);
    }
    for (size_t k : wanted) wrt.push_back(region.inputs[k - first]);
    const std::vector<Node> nodes = region.trace->nodes();  // the sweep adds to them
    const std::vector<Tensor> found = grad(nodes, targets, back.inside[i], wrt);
    for (size_t k = 0; k < wrt.size(); ++k)
      outputs.push_back(found[k] ? found[k] : zeros_like(wrt[k]));
    back.outputs.push_back(std::move(outputs));
  }
  const std::vector<Tensor> out = add_branches(back);
  std::vector<Tensor> result(c.inputs.size());
  for (size_t k = 0; k < wanted.size(); ++k) result[wanted[k]] = out[k];
  return result;
}

}  // namespace ph
