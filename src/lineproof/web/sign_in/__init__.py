"""Who may act: operators' systems by signed assertions, staff by passkeys."""
