"""Classifiers of descriptors other than networks: naive Bayes, and those fitted on the pristine descriptors."""
