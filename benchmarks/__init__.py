"""The figures of docs/measurements.md: `make bench`, or `python -m benchmarks NAME`."""
