// Recurrent layers: the loop over time of SimpleRNN, LSTM and GRU, and its gradient.
#pragma once
#include "args.h"

namespace ph {

// gru_before: the reset gate multiplies the state; gru: its product, as cuDNN does.
enum class RnnCell : uint8_t { simple, lstm, gru_before, gru };
enum class RnnAct : uint8_t { linear, relu, tanh, sigmoid, hard_sigmoid, hard_sigmoid_keras2 };
constexpr int kRnnCells = 4, kRnnActs = 6;
// In multiples of the units: columns of the weights; width of a saved row; of a gradient's row.
constexpr int kRnnColumns[] = {1, 4, 3, 3}, kRnnSaved[] = {1, 4, 3, 4}, kRnnGrads[] = {1, 4, 4, 4};

// float32 or float64, all dense; U units, G columns of the weights, W and D the widths above.
// Forward. weights (U, G): i f c o or z r h. bias (G) or null: of the state's product (gru).
// h0, c0 (batch, U). mask (batch, time), bytes 0 or 1, or null: where 0, states are carried and
// the output is the previous one (0 before the first), or 0 if zero_masked; steps without a 1 cost
// nothing. gates (batch, time, W): the projected inputs are read from the first G columns; written:
// the gates' values, then (gru) the state's product of the last one; 0 where masked. before, cells
// (batch, time, U): h and c before each step; 0 where masked. y (batch, time, U) in the order
// computed, or the last output (batch, U); h, c (batch, U): the last states.
// Backward reads weights, gates, before, cells, mask; dy, dh, dc: gradients of y, h, c, or null.
// Writes dz (batch, time, D): with respect to the projected inputs (G columns), then, gru: to the
// last gate's product of the state; gru_before: r * before, a factor of the weights' gradient. 0
// where masked. dh0, dc0 (batch, U), or null.
// scratch: rnn_scratch bytes, for both.
struct RnnArgs {
  DType dtype;
  RnnCell cell;
  RnnAct act, gate_act;
  bool backward, reversed, zero_masked, sequences;
  int64_t batch, time, units;
  const void* weights;
  const void* bias;
  const void* h0;
  const void* c0;
  const uint8_t* mask;
  void* gates;
  void* before;
  void* cells;
  void* y;
  void* h;
  void* c;
  const void* dy;
  const void* dh;
  const void* dc;
  void* dz;
  void* dh0;
  void* dc0;
  void* scratch;
};

}  // namespace ph
