"""`pronghorn info`: what this build is and what it found on the machine."""

import platform

from pronghorn import engine


def text():
    """The lines that `pronghorn info` prints."""
    facts = engine.device.info()
    widths = ", ".join(
        f"{width} (in use)" if width == facts["isa"] else width for width in facts["available"]
    )
    rows = {
        "version": facts["version"],
        "compiler": facts["compiler"],
        "python": platform.python_version(),
        "widths": widths,
        "threads": facts["threads"],
        "devices": ", ".join(facts["devices"]),
    }
    return "\n".join(f"{name:<9} {value}" for name, value in rows.items())
