"""The method that tests make theirs from."""


class FakeMethod:
    """Gives a label, or what a function makes of the structure; tests override what it declares."""

    name, level, truth, finite = "fake", "structure", "class", True
    recognises = ("fcc_cu", "bcc_w", "nacl")

    def __init__(self, answer="fcc_cu"):
        self.answer = answer

    def predict(self, atoms):
        return self.answer(atoms) if callable(self.answer) else self.answer
