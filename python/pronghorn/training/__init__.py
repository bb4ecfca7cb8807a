"""Training: from compile() to fitted weights. `Trainer` is mixed into Model."""
