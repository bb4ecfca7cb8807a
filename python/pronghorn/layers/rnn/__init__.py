"""Recurrent layers: cells, the RNN layer that steps through time, and wrappers over time.

cell.py        what SimpleRNNCell, LSTMCell and GRUCell share: weights, dropout masks
simple_rnn.py lstm.py gru.py    a cell and its layer
rnn.py         RNN: any cell over the steps of a sequence; states.py its states
fused.py       what SimpleRNN, LSTM and GRU share: one fused op for all steps, where it can be
stacked.py bidirectional.py time_distributed.py conv_lstm.py
"""
