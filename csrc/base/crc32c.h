// CRC-32C (Castagnoli), the checksum of TFRecord files.
#pragma once
#include <cstddef>
#include <cstdint>

namespace ph {

uint32_t crc32c(const void* data, size_t size);

}  // namespace ph
