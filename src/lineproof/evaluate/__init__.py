"""Measures a pack's error rates on labelled images: one to one, and nothing but rates comes out.

Read in this order: ``protocol`` (which images, which pairs), ``acquire`` (embeddings), ``crossing``
(all cross pairs in bounded memory), ``evaluation`` (rates with intervals), ``report``.
No function here says which other person an image resembles (DESIGN.md, promise 1).
"""
