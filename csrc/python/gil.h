// The interpreter's lock. When the interpreter ends it ends every thread that asks for its lock by
// unwinding it (before Python 3.14), which no C++ destructor survives: such a thread sleeps instead
// until the process is gone.
#pragma once
#include <pybind11/pybind11.h>

#include <utility>

#include "../core/waiting.h"

#if defined(__GLIBCXX__)
#include <cxxabi.h>
#define PH_SLEEP_WHEN_UNWOUND             \
  catch (const ::abi::__forced_unwind&) { \
    ::ph::sleep_for_ever();               \
  }
#else
#define PH_SLEEP_WHEN_UNWOUND
#endif

namespace ph {

[[noreturn]] void sleep_for_ever();

// f(), which may run Python code or give up the lock.
template <class F>
auto into_python(F&& f) -> decltype(f()) {
#if defined(__GLIBCXX__)
  try {
    return std::forward<F>(f)();
  }
  PH_SLEEP_WHEN_UNWOUND
#else
  return std::forward<F>(f)();
#endif
}

// Gives up a reference from any thread, with the lock or without; it never waits for the lock.
void drop_reference(PyObject* object);

void install_interpreter();  // core's waits and long work give up the lock

}  // namespace ph
