#include "gil.h"

#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace ph {
namespace {

void* give_up() { return PyGILState_Check() ? PyEval_SaveThread() : nullptr; }
void take_back(void* thread) {
  into_python([&] { PyEval_RestoreThread(static_cast<PyThreadState*>(thread)); });
}

struct Dropped {
  std::mutex mutex;
  std::vector<PyObject*> objects;
};
Dropped& dropped() {
  static Dropped* const made = new Dropped;  // outlives every thread
  return *made;
}
int drop_all(void*) {
  std::vector<PyObject*> objects;
  {
    std::lock_guard lock(dropped().mutex);
    objects.swap(dropped().objects);
  }
  for (PyObject* o : objects) Py_DECREF(o);
  return 0;
}

}  // namespace

void sleep_for_ever() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

void drop_reference(PyObject* object) {
  if (PyGILState_Check()) {
    Py_DECREF(object);
    return;
  }
  {
    std::lock_guard lock(dropped().mutex);
    dropped().objects.push_back(object);
  }
  Py_AddPendingCall(&drop_all, nullptr);  // where the queue is full, a later one takes these too
}

void install_interpreter() { interpreter = {&give_up, &take_back}; }

}  // namespace ph
