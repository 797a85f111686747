"""A classifier of scikit-learn as a method; any estimator with `predict_proba` can take its place.

`DescriptorMethod` turns structures into descriptors and probabilities into answers. What is left is to learn from the
pristine structures that `fit` is shown, and to give a probability for each class.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from arise_zoo.methods.descriptor_based import DescriptorMethod
from arise_zoo.prototypes import class_ids


class ScikitLearnMethod(DescriptorMethod):
    """Logistic regression on averaged SOAP descriptors, by default of all 108 classes."""

    name = "example-scikit-learn"
    packages = ("scikit-learn",)
    citation = None
    recognises = class_ids()

    def fit(self, structures, labels):
        """Learn from pristine structures and their class ids."""
        self.classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        self.classifier.fit(self.describe(structures), labels)

    def probabilities(self, vectors):
        """Of descriptors, shape (n, n_features): shape (n, n_classes), columns as `recognises`."""
        found = np.zeros((len(vectors), len(self.recognises)))
        columns = [self.recognises.index(label) for label in self.classifier.classes_]
        found[:, columns] = self.classifier.predict_proba(vectors)
        return found
