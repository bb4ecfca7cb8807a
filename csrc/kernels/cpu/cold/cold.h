// What the cold families share. They are plain C++, compiled once without width flags, so that the
// C library's functions may be used.
#pragma once
#include "../../table.h"

namespace ph {
namespace cold {

// Runs body(begin, end, thread) over [0, count) in parts of `grain`, on the team's threads.
template <class Body>
void in_parts(const Launch& team, int64_t count, int64_t grain, const Body& body) {
  if (count <= 0) return;
  struct Context {
    const Body* body;
    int64_t count, grain;
  } context{&body, count, grain};
  const int64_t parts = (count + grain - 1) / grain;
  team.parallel(
      team.pool, parts,
      [](void* ctx, int64_t part, int thread) {
        const Context& c = *static_cast<Context*>(ctx);
        const int64_t begin = part * c.grain, end = begin + c.grain;
        (*c.body)(begin, end < c.count ? end : c.count, thread);
      },
      &context);
}

}  // namespace cold
}  // namespace ph
