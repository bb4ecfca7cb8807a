// Sizes of blocks and tiles, as data in one place.
#pragma once
#include <stdint.h>

namespace ph {
namespace cuda {

constexpr int kBlock = 256;           // threads of a block, but where a kernel says otherwise
constexpr int64_t kMaxBlocks = 4096;  // beyond them each thread takes several items
constexpr int kEltEach = 4;           // elements a thread of an elementwise program has at once
constexpr int kManyCalls = 224, kManyOperands = 12;  // of one launch: below 32 KB of arguments
constexpr int kTile = 32;                            // side of a transposed tile
constexpr int kRadixBits = 8;                        // of a key, sorted by one pass
constexpr int kRadixTile = 4096;                     // elements that a block sorts
constexpr int64_t kRowWarp = 1024;                   // columns that a warp takes; a block, beyond
// Reductions: by a thread where an output has so few elements; parts of at least so many, and no
// more than make so many threads or blocks; by a warp up to so many elements, of at least so many
// outputs.
constexpr int64_t kReduceShort = 32, kReduceThreadPart = 64, kReduceThreads = 1 << 16;
constexpr int64_t kReduceWarp = 1024, kReduceWarps = 16;
constexpr int64_t kNormPart = 64;  // rows of a column that one thread sums, at least
constexpr int64_t kReduceBlockPart = 4096, kReduceBlocks = 1024;
// Products: a block computes kTileM by kTileN results, kTileK terms at a time, a thread kThreadM by
// kThreadN of them. Few tiles with long sums are cut into parts of at least kPartK terms.
constexpr int kTileM = 64, kTileN = 64, kTileK = 16, kThreadM = 4, kThreadN = 4;
constexpr int kTilePad = 4;  // so that columns of a tile lie in different banks
constexpr int64_t kPartK = 256, kEnoughTiles = 256;
// Convolutions with groups of fewer channels than this, in or out, go without tiles.
constexpr int64_t kNarrowGroup = 8;
constexpr int kSortBlock = 2048;  // elements of a row that is sorted in shared memory
// Running sums: columns up to this length, or so many of them, are a thread's.
constexpr int64_t kScanShort = 32, kScanColumns = 1 << 14;
constexpr int kRnnRows = 4;  // sequences of a block

}  // namespace cuda
}  // namespace ph
