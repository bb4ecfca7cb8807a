#include "names.h"

#include <algorithm>

namespace ph {
namespace {
size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}
}  // namespace

std::string near_names(const std::string& name, const std::vector<std::string>& known) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const auto& k : known) {
    const size_t d = edit_distance(name, k);
    if (d <= std::max<size_t>(2, name.size() / 3)) ranked.emplace_back(d, k);
  }
  if (ranked.empty()) return "";
  std::sort(ranked.begin(), ranked.end());
  std::string out = "; did you mean ";
  for (size_t i = 0; i < ranked.size() && i < 3; ++i)
    out += (i ? ", '" : "'") + ranked[i].second + "'";
  return out + "?";
}
}  // namespace ph
