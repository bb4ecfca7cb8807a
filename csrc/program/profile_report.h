// What a profile prints and writes at exit.
#pragma once
#include <memory>

#include "profile.h"

namespace ph {

struct ProfileReport {
  static constexpr int kStep = -2;  // an event's call: the whole step
  struct Event {
    int program, call, thread;
    int64_t begin, end;
  };
  std::string path = "pronghorn-trace.json";
  std::vector<std::unique_ptr<Profile>> programs;
  std::vector<Event> events;
  int64_t steps_left_out = 0;

  void write() const;

 private:
  void print_table() const;
  void print_program(const Profile& p) const;
  bool write_trace() const;  // to a name beside `path`, synced, then renamed
};

}  // namespace ph
