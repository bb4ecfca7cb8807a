"""CTC in tf.nn: losses and decoding."""

from ... import ops as _ops


def ctc_loss(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None,
    blank_index=None, name=None,
):  # fmt: skip
    """One loss a sample for dense labels (batch, length)."""
    if label_length is None:
        raise ValueError("tf.nn.ctc_loss: dense labels with a `label_length` are served.")
    logits = _ops.swapaxes(logits, 0, 1) if logits_time_major else logits
    blank = 0 if blank_index is None else blank_index
    return _ops.ctc_loss(labels, logits, label_length, logit_length, mask_index=blank)


def ctc_greedy_decoder(inputs, sequence_length, merge_repeated=True, blank_index=None):
    """([labels (batch, length) with -1 after their ends], scores)."""
    return _decoded(inputs, sequence_length, "greedy", blank_index, merge_repeated=merge_repeated)


def ctc_beam_search_decoder(inputs, sequence_length, beam_width=100, top_paths=1):
    decoded, scores = _decoded(
        inputs, sequence_length, "beam_search", None, beam_width=beam_width, top_paths=top_paths
    )
    return decoded, scores


def _decoded(inputs, lengths, strategy, blank, **kwargs):
    inputs = _ops.swapaxes(inputs, 0, 1)
    blank = inputs.shape[-1] - 1 if blank is None else blank
    labels, scores = _ops.ctc_decode(inputs, lengths, strategy, mask_index=blank, **kwargs)
    return list(labels), scores
