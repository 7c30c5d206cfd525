"""Benchmarks: ours beside a reference on the same rows, in one run, in turns.

`python3 manage.py bench analysis --size small|medium|large` runs :mod:`tests.benchmarks.analysis`. A job runs in a
process of its own, so that its peak memory is its own; rounds in which the machine was busy with something else are
left out.
"""
