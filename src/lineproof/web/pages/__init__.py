"""The pages that people meet: HTML over the same verbs as ``web/api``, and nothing decided here.

What every page stands on, whoever's it is:

- ``languages``: six catalogues of messages (``catalogue/*.toml``), and which one a browser reads.
  A route takes ``language: Speaking``; a template says ``{{ say("start.title", line=line) }}``.
- ``rendering``: ``page(request, language, "start.html", ...)`` renders a template of ``templates/``
  with autoescape and sends it with the pages' Content-Security-Policy. Nothing inline, nothing from
  another host. A page extends ``layout.html`` and uses the macros of ``pieces.html``.
- ``page_session``: the cookie that stands for a session, and the token that every form brings back.
- ``page_route``: the route class that answers refusals and faults with a page and a plain sentence.
- ``static_files``: ``/static/...`` from ``web/static/``, named by their content, cached for a year.

A page shows one thing. A POST does one deed and leads to a page (303), so that reloading and going
back repeat nothing. Where a case stands is read from the case, never from where the browser was.
"""
