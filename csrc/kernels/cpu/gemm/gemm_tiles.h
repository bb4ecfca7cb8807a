// Every tile size and threshold of the matrix product and the convolution, per width.
// A register tile is kMaxRows x kVectors vectors: with its operands it fills the register
// file (x86: 16 or, with AVX-512, 32; aarch64: 32).
#pragma once
#include "../simd.h"

namespace ph {
namespace PH_ISA {

#if defined(__AVX512F__)
constexpr int kMaxRows = 14;
#elif defined(__AVX2__)
constexpr int kMaxRows = 6;
#elif defined(__aarch64__)
constexpr int kMaxRows = 12;
#else
constexpr int kMaxRows = 5;  // no fused multiply-add: one register for the product
#endif
constexpr int kVectors = 2;
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kRegisters = 32;
#else
constexpr int kRegisters = 16;
#endif
template <class T>
constexpr int kTileCols = kVectors * kLanes<T>;
// More stores of 64 bytes in a row hold up the products after them, 70 cycles a tile of 14 rows and
// 26 of 8: where sums are short and rows two vectors, tiles are lower.
constexpr int kStoreRun = 16;
constexpr int kShortRows = PH_VECTOR_BYTES == 64 ? kStoreRun / kVectors : kMaxRows;
constexpr int64_t kShortDepth = 64;
template <class T>
PH_INLINE int64_t tile_rows(int64_t cols, int64_t depth) {
  return cols > kLanes<T> && depth <= kShortDepth ? kShortRows : kMaxRows;
}
constexpr int64_t kPanelRows = kMaxRows > kTileCols<float> ? kMaxRows : kTileCols<float>;

// Bytes along k of one block: a row panel (kMaxRows x k) stays in L1, a B panel streams.
constexpr int64_t kBlockDepthBytes = 2048;
template <class T>
constexpr int64_t kBlockDepth = kBlockDepthBytes / static_cast<int64_t>(sizeof(T));
constexpr int64_t kPrefetchDepth = 96;  // sums at least this long prefetch their tile of C
constexpr int64_t kBlockRows = kMaxRows * ((140 + kMaxRows - 1) / kMaxRows);  // one chunk, in L2
constexpr int64_t kBlockCols = 4096;  // columns of B packed at once

// Multiply-adds below which a product stays on one chunk, and wanted in each chunk.
constexpr int64_t kSerialWork = 400000;
constexpr int64_t kChunkWork = 400000;
constexpr int64_t kMaxChunks = 64;
constexpr int64_t kChunkRows = 4 * kMaxRows;  // a chunk has at least this many rows ...
constexpr int64_t kChunkCols = 256;           // ... and columns, where there are enough
constexpr int64_t kSerialPack = 12 * 1024;    // elements packed by one thread alone

// At most so many rows of A, and more columns: every chunk has all rows and at least so many
// columns, so that B, the larger one, is read once. A is then read in place, not packed for every
// chunk.
constexpr int64_t kFewRows = 64, kFewRowsCols = 4 * kTileCols<float>;

// Operands of at most this many bytes are read in place when their layout allows.
constexpr int64_t kDirectBytesA = 64 * 1024;
constexpr int64_t kDirectPanels = 2;     // larger ones too, when B has at most this many panels
constexpr int64_t kDirectRowPanels = 4;  // ... or this many, where the rows of A are contiguous
constexpr int64_t kSetBytes = 4096;      // rows this far apart collide in L1
constexpr int64_t kDirectBytesB = 96 * 1024;
// A larger B too, whose rows are contiguous, where at most so many rows of A use it: packing pays
// later with wider vectors, earlier where the rows of B collide.
constexpr int64_t kDirectRowsB = PH_VECTOR_BYTES == 64 ? 512 : 128;
constexpr int64_t kDirectRowsCollide = PH_VECTOR_BYTES == 64 ? 64 : 32;
// What has more bytes is asked for ahead: of a B whose rows do not collide the next panel, during
// sums at least this long.
constexpr int64_t kDistantBytes = 512 * 1024, kDistantDepth = 32;
constexpr int64_t kPanelDepth = 4096;     // of k at a time, where one panel and A are read in place
constexpr int64_t kPackColumns = 16;      // columns of a transposed A packed together
constexpr int64_t kStripStride = 2048;    // columns further apart (bytes) are read in place ...
constexpr int64_t kScatteredDepth = 192;  // ... at most so many at a time, to stay in L1

constexpr int64_t kPackPanels = 4;             // panels of B packed together ...
constexpr int64_t kPackAhead = 8;              // ... asking for this many rows ahead
constexpr int64_t kShallowDepth = 64;          // a block of B of at most this depth ...
constexpr int64_t kShallowBytes = 128 * 1024;  // ... and so many bytes is kept, not streamed

// Sums this short into a large result are written past the cache: of a convolution where larger
// than kStreamBytes, of a product from this on.
constexpr int64_t kPastDepth = 64, kPastProductBytes = 16 * 1024 * 1024;

// A program over the result runs block by block where that has more bytes, and each product of a
// batch so many elements: a block's part costs its preparation.
constexpr int64_t kProgramBytes = 256 * 1024, kProgramPart = 4096;
constexpr int64_t kProgramBlock = 192 * 1024;  // bytes of a block's result, in columns at a time

// Fewer columns than this leaves free of a vector (one part in so many) go along m instead.
constexpr int64_t kNarrowFill = 5;
constexpr int64_t kNarrowCols = 16;  // of a large A up to this many do

// Sums along k without packing: rows of a tile, rows at most, and how long sums must be, at least
// and for each row, to pay for folding them.
#if PH_VECTOR_BYTES == 64 || defined(__aarch64__)
constexpr int kDotRows = 6;
constexpr int64_t kMaxDotRows = 48, kDotDepthPerRow = 10;
#else
constexpr int kDotRows = PH_VECTOR_BYTES == 32 ? 3 : 2;
constexpr int64_t kMaxDotRows = 20, kDotDepthPerRow = 24;
#endif
constexpr int64_t kMinDotDepth = 96;

// Long sums with few outputs are cut along k into at most kMaxSplits parts.
constexpr int64_t kMaxSplits = 16;
constexpr int64_t kSplitDepth = 1024;         // at least this much k in a part
constexpr int64_t kSplitChunks = 4;           // fewer chunks of outputs than this
constexpr int64_t kSplitOutputs = 64 * 1024;  // outputs up to this many

// Sums of float32 longer than this go by segments whose results are added in double (gemm_long.h):
// of products in blocks of this depth, of a matrix and a vector such that a chain is as short.
constexpr int64_t kLongSum = 8192, kLongDepth = 256;
constexpr int64_t kLongSegment = 4096;
constexpr int64_t kLongConv = 64 * 1024;  // sums over channels and taps in a convolution
constexpr int64_t kLongRow = 512;         // pixels of a row in one chain of a filter's gradient ...
constexpr int64_t kLongBlocks = 64;       // ... and blocks of pixels, or twice as many at the end

// Matrix times vector: rows handled together, and from when on columns are streamed.
constexpr int64_t kVectorRows = 4096;
constexpr int64_t kVectorWork = 400000;     // multiply-adds below which it stays on one chunk
constexpr int64_t kVectorUnit = 64;         // a chunk is a multiple of this many rows ...
constexpr int64_t kColumnUnit = 1024;       // ... or of this many, where columns are summed, or of
                                            // half as many, where those would make one chunk
constexpr int64_t kOuterChunk = 64 * 1024;  // elements of an outer product worth a thread
constexpr int64_t kColumnBytes = 128 * 1024;
constexpr int64_t kColumnRows = 128;

// Convolution.
constexpr int64_t kMaxTaps = 11;  // along one axis, where read straight from the image
constexpr int64_t kMaxSegments = kMaxTaps * kMaxTaps;
constexpr int64_t kDirectCols = 6;           // narrower outputs are packed
constexpr int64_t kFrameBytes = 256 * 1024;  // image rows of one chunk
constexpr int64_t kDirectChunks = 8;         // fewer are cut by output channels too, into pieces of
constexpr int64_t kDirectPanelsEach = 2;     // at least so many panels
constexpr int64_t kPackedRows = 512;   // a filter that more rows use gains little packed ahead
constexpr int64_t kBlockPixels = 192;  // pixels of one block of the filter's gradient
constexpr int64_t kPackDyStrips = 4;   // dy is packed when more strips than this use it
constexpr int64_t kPartBytes = 16 * 1024 * 1024;  // partial results together, at most
constexpr int64_t kSmallFilter = 24 * 1024;       // bytes of a filter that L1 holds whole
constexpr int kLineVectors = 64 / kVectorBytes;   // depthwise: vectors of a cache line ...
constexpr int kBlockSums = 8;  // ... vectors of sums that hide each other's latency,
constexpr int kLinePixels = kBlockSums / kLineVectors;  // ... and pixels of a block, at most
// Depthwise by tiles: channels whose filter is copied, multiply-adds below which one thread does
// all, and what a chunk is a multiple of: rows or cache lines of channels.
constexpr int64_t kDepthwiseNear = int64_t{16} << 20;  // bytes of image and result
constexpr int64_t kDepthwiseSerial = 150000;
constexpr int64_t kDepthwiseLines = 2, kDepthwiseCut = 2;
constexpr int64_t kDepthwiseBand = 64 * 1024;  // results that one block after another adds to
// The filter's gradient: bytes that one block of pixels reads, at most, and pixels at least. They
// stay in L1 where a line is several vectors; else blocks bound what is asked for at once.
constexpr int64_t kDepthwiseBytes = kLineVectors > 1 ? 24 * 1024 : 52 * 1024;
constexpr int64_t kMinDepthwisePixels = 4;
template <class T>
constexpr int64_t kBlockChannels = 1024 / static_cast<int64_t>(sizeof(T));

// Gradients of the input by scattering: the product's share of the peak, and one addition.
constexpr double kScatterRate = 0.85, kScatterAdd = 3;

// Winograd: tiles of a chunk, from the bytes of their transformed inputs, which stay in L2.
constexpr int64_t kWinogradBytes = 512 * 1024;
constexpr int64_t kWinogradMinTiles = 3 * kMaxRows;
constexpr int64_t kWinogradMaxTiles = 8 * kMaxRows;
constexpr int64_t kWinogradPacked = 128;   // a filter that more tiles use gains little packed ahead
constexpr int64_t kWinogradChannels = 16;  // fewer on either side are left to direct convolution,
constexpr int64_t kWinogradMost = 4096;    // and more of which sums would be too long
// Its gradient of the filter: tiles transformed together, by bytes and at least; tiles of one sum.
constexpr int64_t kWinogradBatchBytes = 8 * 1024 * 1024;
constexpr int64_t kWinogradBatchTiles = 256;
constexpr int64_t kWinogradDepth = 128;
// Cost model, in multiply-adds of one vector: the products' share of the peak, and the
// transforms' operations a position.
constexpr double kWinogradRate = 0.8, kTransformInput = 7, kTransformOutput = 5,
                 kTransformFilter = 8, kTransformGradient = 5, kTransformTaps = 8;
constexpr double kReadFilter = 8;  // and reading one that was transformed ahead, from memory

}  // namespace PH_ISA
}  // namespace ph
