// Tensor: a handle to a dense row-major array on a device, or to an abstract value of a trace.
// Views share storage only through reshape; everything else copies.
#pragma once
#include <atomic>
#include <memory>
#include <new>
#include <string>

#include "../base/shape.h"
#include "../device/device.h"

namespace ph {

// The device has no room: what for (which op, shape, bytes).
class OutOfMemory : public std::bad_alloc {
 public:
  explicit OutOfMemory(std::string text) : text_(std::make_shared<const std::string>(text)) {}
  const char* what() const noexcept override { return text_->c_str(); }

 private:
  std::shared_ptr<const std::string> text_;  // copies of an exception must not throw
};

// What a device said of itself when it refused memory, in brackets after a space; "" where nothing.
std::string room_note(const std::bad_alloc& refusal);

// A block of device memory. Holders are counted by shared_ptr; `version` rises when the block
// is overwritten in place. `exports` counts NumPy and DLPack views: while it is not 0 nobody
// writes.
struct Storage {
  Device* device;
  void* data;
  size_t bytes;
  std::atomic<int64_t> version{0};
  std::atomic<int> exports{0};
  std::shared_ptr<void> owner;  // foreign memory (NumPy, DLPack): kept alive, not freed here

  Storage(Device& d, size_t n) : device(&d), data(d.alloc(n)), bytes(n) {}
  Storage(Device& d, void* p, size_t n, std::shared_ptr<void> keep)
      : device(&d), data(p), bytes(n), owner(std::move(keep)) {}
  ~Storage() {
    if (!owner) device->free(data, bytes);
  }
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
};

class Trace;
struct Activated;  // see activated.h

struct TensorImpl {
  Spec spec;
  std::shared_ptr<Storage> storage;            // null: abstract, or a literal
  int64_t offset = 0;                          // bytes into storage
  uint64_t trace = 0;                          // abstract: serial number of the trace it belongs to
  std::string origin;                          // abstract: what made it, for messages
  std::shared_ptr<const Activated> activated;  // of probabilities: the logits
  // A scalar that is part of the node that reads it: no memory, on no device. `bits` in the low
  // bytes.
  bool literal = false;
  uint64_t bits = 0;
};

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(std::shared_ptr<TensorImpl> impl) : impl_(std::move(impl)) {}
  static Tensor empty(const Spec& spec, Device& device = default_device());
  static Tensor abstract(const Spec& spec, uint64_t trace, std::string origin);
  // A literal: 0-d, of dtype, holding x. Elementwise kernels take it as an immediate; what needs
  // memory asks for it `on` a device.
  static Tensor scalar(double x, DType dtype);

  explicit operator bool() const { return impl_ != nullptr; }
  bool is_abstract() const { return !impl_->storage && !impl_->literal; }
  bool is_literal() const { return impl_->literal; }
  const Spec& spec() const { return impl_->spec; }
  const Shape& shape() const { return impl_->spec.shape; }
  DType dtype() const { return impl_->spec.dtype; }
  Device& device() const { return impl_->literal ? default_device() : *impl_->storage->device; }
  Tensor on(Device& device) const;        // a literal in memory there; any other tensor itself
  Tensor moved_to(Device& device) const;  // a copy, through the host, unless it lives there
  // The bytes on the host: a literal's, or downloaded. For a few elements.
  void read(void* host) const;
  double item() const;  // of one element
  // On the device, to be handed to kernels and copies; not of literals.
  void* data() const { return static_cast<char*>(impl_->storage->data) + impl_->offset; }
  TensorImpl* get() const { return impl_.get(); }  // identity: the key of gradient maps
  const std::shared_ptr<TensorImpl>& impl() const { return impl_; }
  Tensor view(const Shape& shape) const;  // same storage, same count; concrete only

 private:
  std::shared_ptr<TensorImpl> impl_;
};

}  // namespace ph
