"""The codes of states and organisations in a machine readable zone (ICAO Doc 9303-3, section 5).

They are ISO 3166-1 alpha-3 with the additions of the same section: parts A (Germany), B (British
nationalities), C (United Nations), D (other authorities, persons without a defined nationality)
and ``UTO``, Utopia, for specimens. ``RKS`` is no code of ISO: it is what Kosovo prints.
"""

from __future__ import annotations

from typing import Final

_ISO_3166: Final = """
ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG
AUSAU AUTAT AZEAZ BDIBI BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL
BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT BVTBV BWABW CAFCF CANCA CCKCC CHECH
CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX
CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES
ESTEE ETHET FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI
GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM
HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT
JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB
LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD
MDGMG MDVMV MEXMX MHLMH MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS
MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO
NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL PRIPR PRKKP
PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS
SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI
SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO
TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC
VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW
"""
"""ISO 3166-1: each alpha-3 code and, after it, its alpha-2 code."""

_ALPHA_2: Final = {pair[:3]: pair[3:] for pair in _ISO_3166.split()} | {
    "HKG": "CN",
    "MAC": "CN",
    "D": "DE",
    "GBD": "GB",
    "GBN": "GB",
    "GBO": "GB",
    "GBP": "GB",
    "GBS": "GB",
    "EUE": "EU",
    "UNO": "UN",
    "UNA": "UN",
    "UNK": "UN",
    "RKS": "KS",
    "XCC": "XC",
    "XOM": "XO",
    "XPO": "XP",
}
"""Each State's code and the country its CSCA's subject names, where that is not its ISO code.

Hong Kong's and Macao's CSCAs say ``CN``, Kosovo's ``KS``, the United Nations' ``UN`` and the
European Union's ``EU``: so they stand in the German and Dutch lists of 2026. No CSCA of ``XCC``,
``XOM`` and ``XPO`` is in them; theirs are the codes' first two letters, unconfirmed.
"""

_WITHOUT_ALPHA_2: Final = frozenset(
    {
        "UTO",  # Utopia: specimens
        "XAF",  # African organisations
        "XBA",  # African Development Bank
        "XCE",  # Council of Europe
        "XCO",  # Common Market for Eastern and Southern Africa
        "XDC",  # Southern African Development Community
        "XEC",  # Economic Community of West African States
        "XES",  # Organization of Eastern Caribbean States
        "XIM",  # African Export-Import Bank
        "XMP",  # Parliamentary Assembly of the Mediterranean
        "XXA",  # stateless person (1954 Convention)
        "XXB",  # refugee (1951 Convention and 1967 Protocol)
        "XXC",  # refugee other than XXB
        "XXX",  # person of unspecified nationality
    }
)


def known_state(code: str) -> bool:
    """Whether a code, its fillers taken away, is one that ICAO 9303-3 lists: ``D``, ``UTO``."""
    return code in _ALPHA_2 or code in _WITHOUT_ALPHA_2


def alpha_2(code: str) -> str | None:
    """Give the two letters a CSCA of that state names itself by: ``DE`` for ``D`` (9303-12, 4.1).

    None for a code that is unknown or has no two-letter code, such as ``UTO`` or ``XXA``.
    """
    return _ALPHA_2.get(code)
