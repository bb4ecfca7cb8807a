// Checks float16 and bfloat16 in softmax, cross-entropy, norms and attention.
#include "../../csrc/kernels/args_attention.h"
#include "../../csrc/kernels/args_row_norm.h"
#include "half_check.h"

namespace {

// ---- softmax
void check_softmax(Random& r, const Width& w, DType d, int64_t rows, int64_t cols, bool log) {
  if (ph::check::left_out(rows * cols)) return;
  SoftmaxArgs a = {};
  a.dtype = d, a.rows = rows, a.cols = cols, a.log = log;
  Halves x(rows * cols, d), y(x.size(), d), dy(x.size(), d), dx(x.size(), d);
  x.fill(r), dy.fill(r), y.spoil(), dx.spoil();
  Wanted forward(x.size()), back(x.size());
  for (int64_t i = 0; i < rows; ++i) {
    double total = 0;
    for (int64_t j = 0; j < cols; ++j) total += std::exp(x.at(i * cols + j));
    for (int64_t j = 0; j < cols; ++j) {
      const double z = x.at(i * cols + j);
      forward.add(i * cols + j, log ? z - std::log(total) : std::exp(z) / total);
    }
  }
  a.x = x.data();
  bool ok = runs(y, forward, [&](int threads) {
    a.y = y.data();
    w.softmax(a, team(threads));
    return true;
  });
  for (int64_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (int64_t j = i * cols; j < (i + 1) * cols; ++j) sum += dy.at(j) * (log ? 1 : y.at(j));
    for (int64_t j = i * cols; j < (i + 1) * cols; ++j)
      back.add(j, log ? dy.at(j) - std::exp(y.at(j)) * sum : y.at(j) * (dy.at(j) - sum));
  }
  a.y = y.data(), a.dy = dy.data();
  ok = ok && runs(dx, back, [&](int threads) {
         a.dx = dx.data();
         w.softmax_grad(a, team(threads));
         return true;
       });
  if (!ok) fail(w, d, named("softmax", rows, cols, int(log)));
}

// ---- cross-entropy
void check_xent(Random& r, const Width& w, DType d, int64_t rows, int64_t cols, bool sparse) {
  if (ph::check::left_out(rows * cols)) return;
  Halves x(rows * cols, d), dense(x.size(), d), loss(rows, d), dloss(rows, d), dx(x.size(), d);
  x.fill(r), dense.fill(r), dloss.fill(r), loss.spoil(), dx.spoil();
  std::vector<int32_t> label(size_t(rows), 0);
  for (auto& l : label) l = static_cast<int32_t>(r.below(cols));
  const bool bad = sparse && rows > 2;
  if (bad) label[1] = static_cast<int32_t>(cols), label[2] = -1;
  Wanted forward(rows), back(x.size());
  for (int64_t i = 0; i < rows; ++i) {
    double total = 0, weight = 0;
    const auto own = [&](int64_t j) {
      return sparse ? j == label[size_t(i)] : dense.at(i * cols + j);
    };
    for (int64_t j = 0; j < cols; ++j) total += std::exp(x.at(i * cols + j)), weight += own(j);
    for (int64_t j = 0; j < cols; ++j) {
      const int64_t at = i * cols + j;
      const double z = std::log(total) - x.at(at);
      forward.add(i, own(j) * z);
      back.add(at, std::exp(-z) * weight * dloss.at(i)), back.add(at, -own(j) * dloss.at(i));
    }
  }
  int32_t status = kStatusOk;
  XentArgs a = {};
  a.dtype = d, a.label_dtype = DType::i32, a.sparse = sparse, a.rows = rows, a.cols = cols;
  a.logits = x.data(), a.status = &status, a.dloss = dloss.data();
  a.labels = sparse ? static_cast<const void*>(label.data()) : dense.data();
  const auto nan_rows = [&](Halves& out, Wanted& want, int64_t each) {  // now hold what is wanted
    bool all = true;
    for (int64_t i = each; bad && i < 3 * each; ++i) {
      all = all && std::isnan(out.at(i));
      out.data()[i] = 0, want.value[size_t(i)] = 0;
    }
    return all;
  };
  const auto call = [&](Halves& out, Wanted& want, int64_t each, bool grad) {
    return runs(out, want, [&](int threads) {
      a.loss = loss.data(), a.dx = dx.data();
      grad ? w.xent_grad(a, team(threads)) : w.xent(a, team(threads));
      return nan_rows(out, want, each);
    });
  };
  bool ok = call(loss, forward, 1, false);
  ok = ok && status == (bad ? kStatusLabel : kStatusOk) && call(dx, back, cols, true);
  if (!ok) fail(w, d, named("xent", rows, cols, int(sparse)));
}

// ---- attention, against itself in float32 on the same values; statistics are float32
void check_attention(Random& r, const Width& w, DType d, int64_t batch, int64_t share,
                     int64_t length, int64_t keys) {
  if (!w.attention || ph::check::left_out(60 * batch * length * keys)) return;
  AttentionArgs a = {};
  a.batch = batch, a.kv_heads = 2, a.heads = 2 * share, a.length = length, a.keys = keys;
  a.size = 1 + r.below(40), a.value_size = 1 + r.below(40), a.scale = 0.5, a.causal = r.flip();
  const int64_t queries = batch * length * a.heads, shared = batch * keys * 2;
  const int64_t sizes[] = {queries * a.size, shared * a.size, shared * a.value_size,
                           queries * a.value_size, a.heads * length * keys};
  std::vector<Halves> in;  // q, k, v, dy, bias
  std::vector<Buffer<float>> floats;
  for (int64_t n : sizes) {
    in.emplace_back(n, d), floats.emplace_back(n);
    in.back().fill(r);
    for (int64_t i = 0; i < n; ++i) floats.back().data()[i] = static_cast<float>(in.back().at(i));
  }
  Halves y(sizes[3], d), dq(sizes[0], d), dk(sizes[1], d), dv(sizes[2], d);
  Buffer<float> stats(2 * queries), fy(sizes[3]), fq(sizes[0]), fk(sizes[1]), fv(sizes[2]);
  std::vector<uint8_t> mask(size_t(batch * keys));
  for (auto& m : mask) m = r.below(4) != 0;
  if (r.flip()) a.mask = {mask.data(), keys, 0, 0, 1};
  const bool biased = r.flip(), wide = r.flip();
  const auto call = [&](bool half, bool grad, int threads) {
    a.dtype = half ? d : DType::f32, a.bias_dtype = half && !wide ? d : DType::f32;
    const auto from = [&](size_t i) -> const void* {
      return half ? static_cast<const void*>(in[i].data()) : floats[i].data();
    };
    a.q = from(0), a.k = from(1), a.v = from(2), a.dy = from(3), a.backward = grad;
    if (biased) {
      const void* b = a.bias_dtype == d ? static_cast<const void*>(in[4].data()) : floats[4].data();
      a.bias = {b, 0, length * keys, keys, 1};
    }
    a.y = half ? static_cast<void*>(y.data()) : fy.data(), a.stats = stats.data();
    a.dq = half ? static_cast<void*>(dq.data()) : fq.data();
    a.dk = half ? static_cast<void*>(dk.data()) : fk.data();
    a.dv = half ? static_cast<void*>(dv.data()) : fv.data();
    Scratch scratch(w.attention_scratch(a, threads));
    a.scratch = scratch.base;
    grad ? w.attention_grad(a, team(threads)) : w.attention(a, team(threads));
    return scratch.guarded();
  };
  const auto as_wanted = [](Buffer<float>& f, int64_t n) {
    Wanted want(n);
    for (int64_t i = 0; i < n; ++i) want.add(i, f.data()[i]);
    return want;
  };
  bool ok = call(false, false, 2);
  y.spoil();
  ok = ok && runs(y, as_wanted(fy, y.size()), [&](int n) { return call(true, false, n); });
  for (int64_t i = 0; i < y.size(); ++i) fy.data()[i] = static_cast<float>(y.at(i));
  ok = ok && call(false, true, 2);
  for (Halves* out : {&dq, &dk, &dv}) out->spoil();
  ok = ok && runs(dq, as_wanted(fq, dq.size()), [&](int n) { return call(true, true, n); });
  ok = ok && agrees(dk, as_wanted(fk, dk.size())) && agrees(dv, as_wanted(fv, dv.size()));
  if (!ok) fail(w, d, named("attention", batch, share, length, keys));
}

// ---- normalisation: of columns by norm, of rows by row_norm; parameters and statistics are
// float32
void check_norm(Random& r, const Width& w, DType d, int64_t rows, int64_t cols, bool by_row) {
  if ((by_row && !w.row_norm) || ph::check::left_out(rows * cols)) return;
  Halves x(rows * cols, d), y(x.size(), d), dy(x.size(), d), dx(x.size(), d);
  x.fill(r), dy.fill(r), y.spoil(), dx.spoil();
  const int64_t groups = by_row ? rows : cols, count = by_row ? cols : rows;
  const auto group = [&](int64_t i) { return size_t(by_row ? i / cols : i % cols); };
  Buffer<float> gamma(cols), beta(cols), mean(groups), var(groups), rstd(groups), dgamma(cols),
      dbeta(cols);
  gamma.fill(r), beta.fill(r);
  std::vector<double> m(size_t(groups), 0.0), v(m), s(m), u(m), uh(m), dg(size_t(cols), 0.0),
      db(dg);
  for (int64_t i = 0; i < x.size(); ++i) m[group(i)] += x.at(i) / double(count);
  for (int64_t i = 0; i < x.size(); ++i)
    v[group(i)] += (x.at(i) - m[group(i)]) * (x.at(i) - m[group(i)]) / double(count);
  for (size_t i = 0; i < s.size(); ++i) s[i] = 1 / std::sqrt(v[i] + 1e-3);
  Wanted forward(x.size()), back(x.size());
  const auto h = [&](int64_t i) { return (x.at(i) - m[group(i)]) * s[group(i)]; };
  for (int64_t i = 0; i < x.size(); ++i) {
    const double g = gamma.data()[i % cols], t = dy.at(i) * g;
    forward.add(i, h(i) * g + beta.data()[i % cols]);
    u[group(i)] += t / double(count), uh[group(i)] += t * h(i) / double(count);
    dg[size_t(i % cols)] += dy.at(i) * h(i), db[size_t(i % cols)] += dy.at(i);
  }
  for (int64_t i = 0; i < x.size(); ++i)
    back.add(i, s[group(i)] * (dy.at(i) * double(gamma.data()[i % cols]) - u[group(i)] -
                               h(i) * uh[group(i)]));
  const auto call = [&](Halves& out, const Wanted& want, bool grad) {
    return runs(out, want, [&](int threads) {
      if (by_row) {
        RowNormArgs a = {};
        a.dtype = d, a.samples = rows, a.groups = a.segments = 1, a.run = cols, a.epsilon = 1e-3;
        a.x = x.data(), a.gamma = gamma.data(), a.beta = beta.data(), a.mean = mean.data();
        a.rstd = rstd.data(), a.y = y.data(), a.dy = dy.data(), a.dx = dx.data();
        a.dgamma = dgamma.data(), a.dbeta = dbeta.data();
        Scratch scratch(w.row_norm_scratch(a, threads));
        a.scratch = scratch.base;
        grad ? w.row_norm_grad(a, team(threads)) : w.row_norm(a, team(threads));
        return scratch.guarded();
      }
      NormArgs a = {};
      a.dtype = d, a.rows = rows, a.channels = cols, a.epsilon = 1e-3;
      a.x = x.data(), a.gamma = gamma.data(), a.beta = beta.data(), a.mean = mean.data();
      a.var = grad ? nullptr : var.data(), a.rstd = rstd.data(), a.y = y.data();
      a.dy = grad ? dy.data() : nullptr, a.dx = grad ? dx.data() : nullptr;
      if (grad) a.dgamma = dgamma.data(), a.dbeta = dbeta.data();
      Scratch scratch(w.norm_scratch(a, threads));
      a.scratch = scratch.base;
      grad ? w.norm_grad(a, team(threads)) : w.norm(a, team(threads));
      return scratch.guarded();
    });
  };
  bool ok = call(y, forward, false) && call(dx, back, true);
  for (int64_t j = 0; j < cols; ++j)
    ok = ok && std::fabs(double(dgamma.data()[j]) - dg[size_t(j)]) < 1e-4 * double(rows) &&
         std::fabs(double(dbeta.data()[j]) - db[size_t(j)]) < 1e-4 * double(rows);
  if (!ok) fail(w, d, named(by_row ? "row_norm" : "norm", rows, cols));
}

void check_width(const Width& w, DType d) {
  Random r;
  for (int64_t cols : {1, 3, 10, 64, 65, 1000, 9001})
    for (bool log : {false, true}) check_softmax(r, w, d, cols > 1000 ? 3 : 37, cols, log);
  for (int64_t cols : {1, 3, 10, 64, 65, 1000, 9001})
    for (bool sparse : {false, true}) check_xent(r, w, d, cols > 1000 ? 3 : 37, cols, sparse);
  for (int64_t length : {1, 9, 70})
    for (int64_t keys : {0, 1, 17, 140, 300})
      for (int64_t batch : {1, 4}) check_attention(r, w, d, batch, 1 + r.below(3), length, keys);
  for (int64_t rows : {2, 9, 130})
    for (int64_t cols : {1, 5, 16, 33, 700})
      for (bool by_row : {false, true})
        if (cols > 1 || !by_row) check_norm(r, w, d, rows, cols, by_row);
}

}  // namespace

int main() { return check_halves("check_half_rows", check_width); }
