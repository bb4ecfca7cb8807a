// The split device's part in a fork.
#pragma once
#include <mutex>

namespace ph {

std::mutex& split_mutex();  // guards its memory: held around a fork

}  // namespace ph
