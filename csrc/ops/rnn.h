// What the recurrent ops share: where their inputs and outputs are, and the plain definition.
#pragma once
#include "../kernels/args_rnn.h"
#include "common.h"

namespace ph {

// Positions of `rnn`'s inputs and outputs; -1: absent. `rnn_grad` has the same inputs, then what
// rnn saved (gates, before, cells), then the gradients of y, h, c that there are.
struct RnnPlaces {
  RnnCell cell;
  int columns;  // of the weights, in units
  int x = 0, kernel = 1, recurrent = 2, h0 = 3, c0 = -1, bias = -1, mask = -1, inputs;
  int y = 0, h = 1, c = -1, gates, before, cells = -1, outputs;
  explicit RnnPlaces(const Call& call);
};

// rnn's compose.
Tensors rnn_plain(const Call& c);

}  // namespace ph
