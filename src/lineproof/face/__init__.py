"""Numbers: what pixels show. NumPy and OpenCV; no model is loaded here and nothing is stored."""
