// Sorting rows, stable, by value: a least-significant-digit radix sort of (key, place) pairs; short
// rows by insertion; few of many by keeping the best seen.
#include <type_traits>

#include "order.h"

namespace ph {
namespace cold {
namespace {

constexpr int64_t kInsertion = 48;  // rows up to this length
constexpr int64_t kBest = 64;       // of rows at least kBestShare times as long as k, up to this k
constexpr int64_t kBestShare = 8;
constexpr int kDigit = 8, kDigits = 1 << kDigit;

// A key and the place it came from. Of 32-bit keys both fit into one word, whose order is that of
// the key, then the place.
struct Narrow {
  uint64_t word;
  static Narrow of(uint64_t key, int64_t place) {
    return {key << 32 | static_cast<uint64_t>(place)};
  }
  uint64_t key() const { return word >> 32; }
  int32_t place() const { return static_cast<int32_t>(word & 0xffffffffu); }
  bool before(const Narrow& other) const { return word < other.word; }
};
struct Broad {
  uint64_t word;
  int64_t at;
  static Broad of(uint64_t key, int64_t place) { return {key, place}; }
  uint64_t key() const { return word; }
  int32_t place() const { return static_cast<int32_t>(at); }
  bool before(const Broad& other) const {
    return word != other.word ? word < other.word : at < other.at;
  }
};

// Keeps items[0..kept) in order and puts `item` among them; the last one leaves when it is full.
template <class Item>
void insert(Item* items, int64_t kept, const Item& item) {
  int64_t j = kept;
  for (; j > 0 && item.before(items[j - 1]); --j) items[j] = items[j - 1];
  items[j] = item;
}

// Sorts by the low `bytes` bytes of the key; returns which of the two buffers holds the result.
template <class Item>
Item* radix(Item* from, Item* to, int64_t n, int bytes) {
  for (int b = 0; b < bytes; ++b) {
    int64_t count[kDigits] = {};
    const int shift = b * kDigit;
    for (int64_t i = 0; i < n; ++i) ++count[(from[i].key() >> shift) & (kDigits - 1)];
    if (count[(from[0].key() >> shift) & (kDigits - 1)] == n) continue;  // all alike here
    int64_t start = 0;
    for (int64_t& c : count) {
      const int64_t here = c;
      c = start, start += here;
    }
    for (int64_t i = 0; i < n; ++i) to[count[(from[i].key() >> shift) & (kDigits - 1)]++] = from[i];
    Item* other = from;
    from = to, to = other;
  }
  return from;
}

template <class T, class Item>
void sort_row(const SortArgs& s, int64_t row, void* scratch) {
  using Key = typename Order<T>::Key;
  const T* x = static_cast<const T*>(s.x) + row * s.n;
  Item* items = static_cast<Item*>(scratch);
  const uint64_t flip = s.descending ? static_cast<uint64_t>(static_cast<Key>(~Key(0))) : 0;
  const auto item = [&](int64_t i) {
    return Item::of(static_cast<uint64_t>(Order<T>::key(x[i])) ^ flip, i);
  };
  if (s.n <= kInsertion) {
    for (int64_t i = 0; i < s.n; ++i) insert(items, i, item(i));
  } else if (s.k <= kBest && s.k * kBestShare <= s.n) {
    int64_t kept = 0;
    for (int64_t i = 0; i < s.n && s.k > 0; ++i) {
      const Item one = item(i);
      if (kept == s.k && !one.before(items[kept - 1])) continue;
      if (kept < s.k) ++kept;
      insert(items, kept - 1, one);
    }
  } else {
    for (int64_t i = 0; i < s.n; ++i) items[i] = item(i);
    items = radix(items, items + s.n, s.n, static_cast<int>(sizeof(T)));
  }
  T* y = s.y ? static_cast<T*>(s.y) + row * s.k : nullptr;
  int32_t* index = s.index ? s.index + row * s.k : nullptr;
  for (int64_t i = 0; i < s.k; ++i) {
    if (y) y[i] = x[items[i].place()];
    if (index) index[i] = items[i].place();
  }
}

}  // namespace

void sort(const SortArgs& s, const Launch& team) {
  const int64_t grain = s.n >= 1024 || s.n <= 0 ? 1 : 1024 / s.n + 1;
  in_parts(team, s.n > 0 ? s.rows : 0, grain, [&](int64_t begin, int64_t end, int thread) {
    void* scratch = static_cast<char*>(s.scratch) + thread * kSortScratch * s.n;
    with_type(s.dtype, [&](auto type) {
      using T = decltype(type);
      using Item = std::conditional_t<sizeof(typename Order<T>::Key) == 4, Narrow, Broad>;
      for (int64_t row = begin; row < end; ++row) sort_row<T, Item>(s, row, scratch);
    });
  });
}

void search(const SearchArgs& s, const Launch& team) {
  with_type(s.dtype, [&](auto type) {
    using T = decltype(type);
    const T *sequence = static_cast<const T*>(s.sequence),
            *values = static_cast<const T*>(s.values);
    in_parts(team, s.count, 1024, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) {
        const auto wanted = Order<T>::key(values[i]);
        int64_t low = 0, high = s.n;
        while (low < high) {
          const int64_t middle = (low + high) / 2;
          const auto here = Order<T>::key(sequence[middle]);
          if (here < wanted || (s.right && here == wanted))
            low = middle + 1;
          else
            high = middle;
        }
        s.out[i] = static_cast<int32_t>(low);
      }
    });
  });
}

}  // namespace cold
}  // namespace ph
