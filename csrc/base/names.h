// Near names for error messages.
#pragma once
#include <string>
#include <vector>

namespace ph {
// "; did you mean 'relu'?" with up to three names by edit distance, or "" when none is near.
std::string near_names(const std::string& name, const std::vector<std::string>& known);
}  // namespace ph
