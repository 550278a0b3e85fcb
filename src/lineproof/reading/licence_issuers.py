"""Who issues licences under AAMVA's numbers (Issuer Identification Numbers of ISO/IEC 7812-1)."""

from __future__ import annotations

COUNTRIES = {"US-": "USA", "CA-": "CAN", "MX-": "MEX"}
"""The country of an issuer, by the beginning of its ISO 3166-2 code, in three letters."""

_STATES = (
    *("AL636033", "AK636059", "AS604427", "AZ636026", "AR636021", "CA636014", "CO636020"),
    *("CT636006", "DC636043", "DE636011", "FL636010", "GA636055", "GU636019", "HI636047"),
    *("ID636050", "IL636035", "IN636037", "IA636018", "KS636022", "KY636046", "LA636007"),
    *("ME636041", "MD636003", "MA636002", "MI636032", "MN636038", "MS636051", "MO636030"),
    *("MT636008", "NE636054", "NV636049", "NH636039", "NJ636036", "NM636009", "NY636001"),
    *("NC636004", "ND636034", "MP604430", "OH636023", "OK636058", "OR636029", "PA636025"),
    *("PR604431", "RI636052", "SC636005", "SD636042", "TN636053", "TX636015", "VI636062"),
    *("UT636040", "VT636024", "VA636000", "WA636045", "WV636061", "WI636031", "WY636060"),
)
_PROVINCES = (
    *("AB604432", "BC636028", "MB636048", "NB636017", "NL636016", "NT604434", "NS636013"),
    *("NU604433", "ON636012", "PE604426", "QC604428", "SK636044", "YT604429"),
)

ISSUERS = {
    **{entry[2:]: f"US-{entry[:2]}" for entry in _STATES},
    **{entry[2:]: f"CA-{entry[:2]}" for entry in _PROVINCES},
    "636056": "MX-COA",
    "636057": "MX-HID",
}
"""The ISO 3166-2 code of each issuer, by its number."""
