#include "tensor.h"

#include <cstring>

#include "convert.h"

namespace ph {

Tensor Tensor::empty(const Spec& spec, Device& device) {
  auto impl = std::make_shared<TensorImpl>();
  impl->spec = spec;
  const int64_t count = spec.shape.count();
  if (count < 0)
    throw ValueError(cat("cannot allocate a tensor of shape ", spec.shape, ": a size is unknown"));
  impl->storage =
      std::make_shared<Storage>(device, static_cast<size_t>(count * dtype_size(spec.dtype)));
  return Tensor(std::move(impl));
}

Tensor Tensor::abstract(const Spec& spec, uint64_t trace, std::string origin) {
  auto impl = std::make_shared<TensorImpl>();
  impl->spec = spec;
  impl->trace = trace;
  impl->origin = std::move(origin);
  return Tensor(std::move(impl));
}

Tensor Tensor::scalar(double x, DType dtype, Device& device) {
  Tensor t = empty({dtype, Shape{}}, device);
  const uint64_t bits = scalar_bits(x, dtype);
  device.copy(t.data(), &bits, static_cast<size_t>(dtype_size(dtype)));
  return t;
}

Tensor Tensor::view(const Shape& shape) const {
  PH_CHECK(!is_abstract() && shape.count() == this->shape().count());
  auto impl = std::make_shared<TensorImpl>();
  impl->spec = {dtype(), shape};
  impl->storage = impl_->storage;
  impl->offset = impl_->offset;
  return Tensor(std::move(impl));
}

}  // namespace ph
