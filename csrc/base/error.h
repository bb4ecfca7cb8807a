// The two errors a caller can cause, and the internal check. The binding maps them to Python's
// ValueError and TypeError.
#pragma once
#include <sstream>
#include <stdexcept>
#include <string>

namespace ph {

struct ValueError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct TypeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// cat("axis ", 3, " is out of range") == "axis 3 is out of range"
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace ph

// A broken promise of our own code, never of the caller's.
#define PH_CHECK(condition)                                                                 \
  do {                                                                                      \
    if (!(condition))                                                                       \
      throw std::logic_error(::ph::cat("pronghorn internal check failed: " #condition " (", \
                                       __FILE__, ":", __LINE__, ")"));                      \
  } while (0)
