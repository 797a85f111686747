"""The page on which a structure can be tried: a file is dropped, and its atoms, verdict and neighbours are seen.

`answering` works out what is shown, `worker` does so in a process that is ended if it takes too long, `server` takes
files and sends answers, `space` writes the folder of a Hugging Face Space. `page` holds what the browser is given.
"""

from .answering import Limits
from .server import serve
from .space import write_space

__all__ = ["Limits", "serve", "write_space"]
