#include "tensor.h"

#include <cstring>

#include "convert.h"

namespace ph {

std::string room_note(const std::bad_alloc& refusal) {
  return std::strcmp(refusal.what(), std::bad_alloc().what()) ? cat(" (", refusal.what(), ")") : "";
}

Tensor Tensor::empty(const Spec& spec, Device& device) {
  auto impl = std::make_shared<TensorImpl>();
  impl->spec = spec;
  const int64_t count = spec.shape.count();
  if (count < 0)
    throw ValueError(cat("cannot allocate a tensor of shape ", spec.shape, ": a size is unknown"));
  int64_t bytes = 0;
  const bool countable = !__builtin_mul_overflow(count, dtype_size(spec.dtype), &bytes);
  try {
    if (!countable) throw std::bad_alloc();
    impl->storage = std::make_shared<Storage>(device, static_cast<size_t>(bytes));
  } catch (const std::bad_alloc& refusal) {
    throw OutOfMemory(cat("no memory for a tensor of shape ", spec.shape, " and dtype ", spec.dtype,
                          ": ", countable ? std::to_string(bytes) : "more than 2**63", " bytes",
                          room_note(refusal)));
  }
  return Tensor(std::move(impl));
}

Tensor Tensor::abstract(const Spec& spec, uint64_t trace, std::string origin) {
  auto impl = std::make_shared<TensorImpl>();
  impl->spec = spec;
  impl->trace = trace;
  impl->origin = std::move(origin);
  return Tensor(std::move(impl));
}

Tensor Tensor::scalar(double x, DType dtype) {
  auto impl = std::make_shared<TensorImpl>();
  impl->spec = {dtype, Shape{}};
  impl->literal = true;
  impl->bits = scalar_bits(x, dtype);
  return Tensor(std::move(impl));
}

Tensor Tensor::on(Device& device) const {
  if (!impl_->literal) return *this;
  Tensor t = empty(impl_->spec, device);
  device.upload(t.data(), &impl_->bits, static_cast<size_t>(dtype_size(dtype())));
  return t;
}

Tensor Tensor::moved_to(Device& to) const {
  if (is_literal() || &device() == &to) return *this;
  Tensor t = empty(spec(), to);
  const auto bytes = static_cast<size_t>(spec().bytes());
  if (device().host_visible()) {
    to.upload(t.data(), data(), bytes);
  } else if (to.host_visible()) {
    read(t.data());
  } else {
    const std::unique_ptr<char[]> between(new char[bytes]);
    read(between.get());
    to.upload(t.data(), between.get(), bytes);
  }
  return t;
}

void Tensor::read(void* host) const {
  const auto bytes = static_cast<size_t>(spec().bytes());
  if (impl_->literal)
    std::memcpy(host, &impl_->bits, bytes);
  else
    device().download(host, data(), bytes);
}

double Tensor::item() const {
  uint64_t bits = 0;
  read(&bits);
  return scalar_value(&bits, dtype());
}

Tensor Tensor::view(const Shape& shape) const {
  PH_CHECK(!is_abstract() && shape.count() == this->shape().count());
  if (is_literal()) return on(device()).view(shape);
  auto impl = std::make_shared<TensorImpl>();
  impl->spec = {dtype(), shape};
  impl->storage = impl_->storage;
  impl->offset = impl_->offset;
  return Tensor(std::move(impl));
}

}  // namespace ph
