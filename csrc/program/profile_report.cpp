#include "profile_report.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <tuple>

namespace ph {
namespace {

double mean_us(int64_t ns, int64_t calls) {
  return calls ? static_cast<double>(ns) * 1e-3 / static_cast<double>(calls) : 0;
}

// Operations or bytes in ns, as billions a second.
double giga_rate(double amount, double ns) { return ns > 0 ? amount / ns : 0; }

void print_rates(const Rates& r) {
  std::fprintf(stderr, "%d thread%s: peak %.1f GFLOP/s, %.2f G transcendentals/s, copies",
               r.threads, r.threads > 1 ? "s" : "", r.peak * 1e-9, r.transcendentals * 1e-9);
  for (const MemoryLevel& l : r.levels)
    std::fprintf(stderr, "%s %s %.0f", &l == &r.levels.front() ? "" : ",", l.name, l.rate * 1e-9);
  std::fprintf(stderr, " GB/s; memory read %.0f, written %.0f\n", r.read * 1e-9, r.write * 1e-9);
}

// Nanoseconds as microseconds, exactly: rounding would move an event out of its step.
std::string exact_us(int64_t ns) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(ns / 1000),
                static_cast<long long>(ns % 1000));
  return text;
}

}  // namespace

void ProfileReport::print_program(const Profile& p) const {
  struct Row {
    const ProfiledCall* call;
    int64_t times = 0;  // in a step
    Profile::Total total;
  };
  using Key = std::tuple<std::string, double, double>;
  std::map<Key, Row> merged;
  double floor = 0, kernels_ns = 0;
  for (size_t i = 0; i < p.calls_.size(); ++i) {
    const ProfiledCall& c = p.calls_[i];
    Row& row = merged[{c.name, c.counts.operations, c.counts.bytes}];
    row.call = &c;
    ++row.times;
    row.total.calls += p.totals_[i].calls;
    row.total.ns += p.totals_[i].ns;
    row.total.least = std::min(row.total.least, p.totals_[i].least);
    floor += c.counts.floor(p.rates_);
    kernels_ns += static_cast<double>(p.totals_[i].ns);
  }
  std::vector<Row> rows;
  for (const auto& [key, row] : merged) rows.push_back(row);
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.total.ns > b.total.ns; });
  const double step = mean_us(p.steps_.ns, p.steps_.calls);
  std::fprintf(
      stderr,
      "\nprogram %d: %lld steps of %zu calls, %.2f us each (least %.2f): %.2f in kernels, "
      "%.2f for inputs; its calls' floor is %.2f us, the least step takes %.2f times that\n",
      p.number_, static_cast<long long>(p.steps_.calls), p.calls_.size(), step,
      static_cast<double>(p.steps_.least) * 1e-3,
      kernels_ns * 1e-3 / static_cast<double>(p.steps_.calls),
      mean_us(p.gathers_.ns, p.steps_.calls), floor * 1e6,
      floor > 0 ? static_cast<double>(p.steps_.least) * 1e-9 / floor : 0);
  print_rates(p.rates_);
  std::fprintf(stderr, "%-50s %5s %10s %10s %6s %8s %5s %7s %6s %5s %7s\n", "call", "times",
               "us each", "least", "share", "GFLOP/s", "peak", "GB/s", "from", "rate", "x floor");
  for (const Row& r : rows) {
    const Counts& c = r.call->counts;
    const double ns = mean_us(r.total.ns, r.total.calls) * 1e3;
    const MemoryLevel& level = p.rates_.level(c.bytes);
    const auto least = static_cast<double>(r.total.least);  // noise only adds
    const double flops = giga_rate(c.operations, least), moved = giga_rate(c.bytes, least);
    const double floor_ns = c.floor(p.rates_) * 1e9;
    std::fprintf(stderr,
                 "%-50s %5lld %10.2f %10.2f %5.1f%% %8.2f %4.0f%% %7.2f %6s %4.0f%% %7.2f\n",
                 r.call->name.c_str(), static_cast<long long>(r.times), ns * 1e-3, least * 1e-3,
                 100 * static_cast<double>(r.total.ns) / static_cast<double>(p.steps_.ns), flops,
                 100 * flops * c.width / (p.rates_.peak * 1e-9), moved, level.name,
                 100 * moved / (level.rate * 1e-9), floor_ns > 0 ? least / floor_ns : 0);
  }
}

void ProfileReport::print_table() const {
  std::vector<const Profile*> ran;
  for (const auto& p : programs)
    if (p->steps_.calls) ran.push_back(p.get());
  std::sort(ran.begin(), ran.end(),
            [](const Profile* a, const Profile* b) { return a->steps_.ns > b->steps_.ns; });
  for (const Profile* p : ran) print_program(*p);
}

bool ProfileReport::write_trace() const {
  const std::string beside = cat(path, ".", getpid(), ".part");
  FILE* f = std::fopen(beside.c_str(), "w");
  if (!f) return false;
  const int64_t origin = events.empty() ? 0 : events.front().begin;
  std::fprintf(f, "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [");
  const char* separator = "\n";
  for (const Event& e : events) {
    const Profile& p = *programs[static_cast<size_t>(e.program)];
    const bool call = e.call >= 0;
    const std::string name = call              ? p.calls_[static_cast<size_t>(e.call)].name
                             : e.call == kStep ? cat("step of program ", e.program)
                                               : "inputs";
    std::fprintf(f,
                 "%s{\"name\": \"%s\", \"cat\": \"%s\", \"ph\": \"X\", \"pid\": %d, \"tid\": %d, "
                 "\"ts\": %s, \"dur\": %s",
                 separator, name.c_str(),
                 call              ? "call"
                 : e.call == kStep ? "step"
                                   : "inputs",
                 getpid(), e.thread, exact_us(e.begin - origin).c_str(),
                 exact_us(e.end - e.begin).c_str());
    if (call) {
      const Counts& c = p.calls_[static_cast<size_t>(e.call)].counts;
      const auto ns = static_cast<double>(e.end - e.begin);
      std::fprintf(f,
                   ", \"args\": {\"kernel\": \"%s\", \"operations\": %.0f, \"bytes\": %.0f, "
                   "\"transcendentals\": %.0f, \"GFLOP/s\": %.4g, \"GB/s\": %.4g, "
                   "\"floor_us\": %.4g}",
                   c.family, c.operations, c.bytes, c.transcendentals, giga_rate(c.operations, ns),
                   giga_rate(c.bytes, ns), c.floor(p.rates_) * 1e6);
    }
    std::fprintf(f, "}");
    separator = ",\n";
  }
  std::fprintf(f, "\n]}\n");
  bool ok = !std::ferror(f) && std::fflush(f) == 0 && fsync(fileno(f)) == 0;
  ok = std::fclose(f) == 0 && ok;
  ok = ok && std::rename(beside.c_str(), path.c_str()) == 0;
  if (!ok) std::remove(beside.c_str());
  return ok;
}

void ProfileReport::write() const {
  print_table();
  if (events.empty()) return;
  if (!write_trace()) {
    std::fprintf(stderr, "PRONGHORN_PROFILE: could not write the trace '%s'\n", path.c_str());
    return;
  }
  std::fprintf(stderr, "\ntrace of %zu events: %s", events.size(), path.c_str());
  if (steps_left_out)
    std::fprintf(stderr, " (the last %lld steps are left out)",
                 static_cast<long long>(steps_left_out));
  std::fprintf(stderr, "\n");
}

}  // namespace ph
